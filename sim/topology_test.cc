#include "sim/topology.h"

#include <gtest/gtest.h>

#include "sim/switch_graph.h"

namespace ktrial::sim {
namespace {

LinkOptions Fixed(Duration latency) { return {.latency = LatencyTable::Fixed(latency)}; }

TEST(TopologyTest, KnowsItsPlaces) {
  Topology topology;
  const NodeId site = topology.AddSite("eu-west");
  const NodeId rack = topology.AddRack(site, "rack-a");
  const NodeId port = topology.AddHostPort(rack);
  const NodeId spine = topology.AddSwitch(site, "spine-1");
  EXPECT_EQ(topology.node(port).kind, NodeKind::kHostPort);
  EXPECT_EQ(topology.node(port).parent, rack);
  EXPECT_EQ(topology.SiteOf(port), site);
  EXPECT_EQ(topology.SiteOf(site), site);
  EXPECT_EQ(topology.name(spine), "spine-1");
  EXPECT_EQ(topology.FindByName("rack-a"), rack);
  EXPECT_EQ(topology.FindByName("rack-b"), NodeId{});
  EXPECT_EQ(topology.FindByName(""), NodeId{});
  EXPECT_EQ(topology.switch_count(), 3);
  EXPECT_FALSE(topology.IsSwitch(port));
  EXPECT_EQ(topology.node(spine).switch_index, 2);
}

TEST(TopologyTest, ALinkHasTwoDirections) {
  Topology topology;
  const NodeId a = topology.AddSite("a");
  const NodeId b = topology.AddSite("b");
  const LinkId there = topology.Connect(
      a, b, {.latency = LatencyTable::Fixed(Milliseconds(5)), .bytes_per_second = 1'000, .loss = Ratio{1, 100}});
  const LinkId back = Topology::Reverse(there);
  EXPECT_EQ(Topology::Reverse(back), there);
  EXPECT_EQ(topology.link(there).from, a);
  EXPECT_EQ(topology.link(back).from, b);
  EXPECT_EQ(topology.link(back).to, a);
  EXPECT_EQ(topology.link(back).options.bytes_per_second, 1'000);
  topology.SetLinkUp(there, false);
  EXPECT_FALSE(topology.link(there).up);
  EXPECT_TRUE(topology.link(back).up);
}

TEST(TopologyTest, TheVersionCountsWhatMayChangeARoute) {
  Topology topology;
  const NodeId site = topology.AddSite("a");
  const NodeId rack = topology.AddRack(site, "r");
  const LinkId link = topology.Connect(rack, site, Fixed(Milliseconds(1)));
  const uint64_t built = topology.version();
  const NodeId port = topology.AddHostPort(rack);
  topology.SetLinkUp(topology.node(port).uplink, false);
  topology.SetLinkUp(link, true);
  topology.SetLatency(link, LatencyTable::Fixed(Milliseconds(9)));
  topology.SetLoss(link, Ratio{1, 2});
  topology.SetBandwidth(link, 10);
  EXPECT_EQ(topology.version(), built);
  EXPECT_EQ(topology.link(link).metric, Milliseconds(1));
  topology.SetLinkUp(link, false);
  EXPECT_GT(topology.version(), built);
}

TEST(TopologyTest, TheGraphHoldsTheSwitches) {
  Topology topology;
  const NodeId site = topology.AddSite("a");
  const NodeId rack = topology.AddRack(site, "r");
  topology.AddHostPort(rack);
  const LinkId link = topology.Connect(rack, site, {});
  const SwitchGraph::Graph& graph = topology.switch_graph().graph;
  EXPECT_EQ(num_vertices(graph), 2u);
  EXPECT_EQ(num_edges(graph), 2u);
  const auto [there, found] = edge(1, 0, graph);
  ASSERT_TRUE(found);
  EXPECT_EQ(graph[there], link);
  EXPECT_EQ(graph[vertex(1, graph)], rack);
}

TEST(TopologyTest, ACopyIsIndependent) {
  Topology topology;
  const NodeId site = topology.AddSite("a");
  const NodeId rack = topology.AddRack(site, "r");
  const LinkId link = topology.Connect(rack, site, {});
  Topology copy = topology;
  EXPECT_EQ(&copy.switch_graph(), &topology.switch_graph());
  copy.SetLinkUp(link, false);
  EXPECT_TRUE(topology.link(link).up);
  copy.AddRack(site, "s");
  EXPECT_EQ(num_vertices(topology.switch_graph().graph), 2u);
  EXPECT_EQ(topology.FindByName("s"), NodeId{});
  EXPECT_EQ(topology.switch_count(), 2);
}

TEST(TopologyDeathTest, WhatDoesNotFitIsAProgrammersError) {
  Topology topology;
  const NodeId site = topology.AddSite("a");
  const NodeId rack = topology.AddRack(site, "r");
  const NodeId port = topology.AddHostPort(rack);
  EXPECT_DEATH(topology.AddRack(rack, "s"), "check failed");
  EXPECT_DEATH(topology.AddHostPort(site), "check failed");
  EXPECT_DEATH(topology.Connect(rack, rack, {}), "check failed");
  EXPECT_DEATH(topology.Connect(port, site, {}), "check failed");
  EXPECT_DEATH(topology.Connect(rack, site, {.loss = Ratio{2, 1}}), "check failed");
}

}  // namespace
}  // namespace ktrial::sim
