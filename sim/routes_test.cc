#include "sim/routes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <optional>
#include <vector>

namespace ktrial::sim {
namespace {

LinkOptions Fixed(Duration latency) { return {.latency = LatencyTable::Fixed(latency)}; }

std::vector<LinkId> LinksOf(const std::optional<Route>& route) {
  return route ? std::vector<LinkId>(route->links.begin(), route->links.end()) : std::vector<LinkId>();
}

// Two racks, each joined to two spines; the way by spine 1 is shorter.
struct TwoSpines {
  TwoSpines() {
    const NodeId site = topology.AddSite("site");
    const NodeId rack_a = topology.AddRack(site, "a");
    const NodeId rack_b = topology.AddRack(site, "b");
    const NodeId spine_1 = topology.AddSwitch(site, "1");
    const NodeId spine_2 = topology.AddSwitch(site, "2");
    a_to_1 = topology.Connect(rack_a, spine_1, Fixed(Microseconds(10)));
    one_to_b = topology.Connect(spine_1, rack_b, Fixed(Microseconds(10)));
    a_to_2 = topology.Connect(rack_a, spine_2, Fixed(Microseconds(20)));
    two_to_b = topology.Connect(spine_2, rack_b, Fixed(Microseconds(20)));
    host_a = topology.AddHostPort(rack_a, Fixed(Microseconds(1)));
    neighbour_a = topology.AddHostPort(rack_a, Fixed(Microseconds(2)));
    host_b = topology.AddHostPort(rack_b, Fixed(Microseconds(3)));
  }

  LinkId Up(NodeId host) const { return topology.node(host).uplink; }
  LinkId Down(NodeId host) const { return Topology::Reverse(Up(host)); }

  Topology topology;
  Routes routes;
  LinkId a_to_1, one_to_b, a_to_2, two_to_b;
  NodeId host_a, neighbour_a, host_b;
};

TEST(RoutesTest, TakesTheLeastLatency) {
  TwoSpines net;
  const auto route = net.routes.Find(net.topology, net.host_a, net.host_b);
  EXPECT_EQ(LinksOf(route), (std::vector<LinkId>{net.Up(net.host_a), net.a_to_1, net.one_to_b, net.Down(net.host_b)}));
  EXPECT_EQ(route->min_latency, Microseconds(24));
}

TEST(RoutesTest, StaysInTheRackAndOnTheHost) {
  TwoSpines net;
  const auto neighbour = net.routes.Find(net.topology, net.host_a, net.neighbour_a);
  EXPECT_EQ(LinksOf(neighbour), (std::vector<LinkId>{net.Up(net.host_a), net.Down(net.neighbour_a)}));
  EXPECT_EQ(neighbour->min_latency, Microseconds(3));
  const auto loopback = net.routes.Find(net.topology, net.host_a, net.host_a);
  ASSERT_TRUE(loopback);
  EXPECT_TRUE(loopback->links.empty());
  EXPECT_EQ(loopback->min_latency, kLoopbackLatency);
}

TEST(RoutesTest, ALinkThatIsDownIsAvoided) {
  TwoSpines net;
  ASSERT_TRUE(net.routes.Find(net.topology, net.host_a, net.host_b));
  net.topology.SetLinkUp(net.one_to_b, false);
  const auto around = net.routes.Find(net.topology, net.host_a, net.host_b);
  EXPECT_EQ(LinksOf(around), (std::vector<LinkId>{net.Up(net.host_a), net.a_to_2, net.two_to_b, net.Down(net.host_b)}));
  // The other direction of that link still works.
  const auto back = net.routes.Find(net.topology, net.host_b, net.host_a);
  EXPECT_EQ(back->links[1], Topology::Reverse(net.one_to_b));
  net.topology.SetLinkUp(net.a_to_2, false);
  EXPECT_FALSE(net.routes.Reachable(net.topology, net.host_a, net.host_b));
  net.topology.SetLinkUp(net.one_to_b, true);
  EXPECT_EQ(net.routes.Find(net.topology, net.host_a, net.host_b)->links[1], net.a_to_1);
}

TEST(RoutesTest, AHostWithoutItsLinkIsUnreachableButReachesItself) {
  TwoSpines net;
  net.topology.SetLinkUp(net.Down(net.host_b), false);
  EXPECT_FALSE(net.routes.Reachable(net.topology, net.host_a, net.host_b));
  EXPECT_TRUE(net.routes.Reachable(net.topology, net.host_b, net.host_a));
  EXPECT_TRUE(net.routes.Reachable(net.topology, net.host_b, net.host_b));
}

TEST(RoutesTest, EqualWaysTakeTheLowestLinkIds) {
  Topology topology;
  const NodeId site = topology.AddSite("site");
  const NodeId rack_a = topology.AddRack(site, "a");
  const NodeId rack_b = topology.AddRack(site, "b");
  const LinkId first = topology.Connect(rack_a, rack_b, {});
  const LinkId second = topology.Connect(rack_a, rack_b, {});
  const NodeId from = topology.AddHostPort(rack_a);
  const NodeId to = topology.AddHostPort(rack_b);
  Routes routes;
  EXPECT_EQ(routes.Find(topology, from, to)->links[1], first);
  topology.SetLinkUp(first, false);
  EXPECT_EQ(routes.Find(topology, from, to)->links[1], second);
}

TEST(RoutesTest, ACopyGoesItsOwnWay) {
  TwoSpines net;
  ASSERT_TRUE(net.routes.Find(net.topology, net.host_a, net.host_b));
  TwoSpines fork = net;
  fork.topology.SetLinkUp(fork.a_to_1, false);
  EXPECT_EQ(fork.routes.Find(fork.topology, fork.host_a, fork.host_b)->links[1], fork.a_to_2);
  EXPECT_EQ(net.routes.Find(net.topology, net.host_a, net.host_b)->links[1], net.a_to_1);
}

// A random network of racks with one host each.
struct RandomNet {
  Topology topology;
  std::vector<NodeId> racks;
  std::vector<NodeId> hosts;
  std::vector<LinkId> cables;
};

RandomNet AnyNet() {
  RandomNet net;
  const NodeId site = net.topology.AddSite("site");
  const int rack_count = *rc::gen::inRange(1, 12);
  for (int i = 0; i < rack_count; ++i) {
    net.racks.push_back(net.topology.AddRack(site, "rack"));
    net.hosts.push_back(net.topology.AddHostPort(net.racks.back(), Fixed(Nanoseconds(i))));
  }
  const int cable_count = *rc::gen::inRange(0, 3 * rack_count);
  for (int i = 0; i < cable_count; ++i) {
    const NodeId a = *rc::gen::elementOf(net.racks);
    const NodeId b = *rc::gen::elementOf(net.racks);
    // Few different latencies, zero among them, so that there are ties.
    if (a != b) net.cables.push_back(net.topology.Connect(a, b, Fixed(Nanoseconds(*rc::gen::inRange(0, 4)))));
  }
  return net;
}

// The obvious way: Floyd and Warshall's all pairs, over all nodes, -1 where there is no way.
std::vector<std::vector<int64_t>> AllPairs(const Topology& topology) {
  const size_t count = topology.nodes().size();
  std::vector<std::vector<int64_t>> least(count, std::vector<int64_t>(count, -1));
  const auto improve = [&least](size_t from, size_t to, int64_t nanos) {
    if (least[from][to] < 0 || nanos < least[from][to]) least[from][to] = nanos;
  };
  for (size_t node = 0; node < count; ++node) least[node][node] = 0;
  for (const Link& link : topology.links()) {
    if (!link.up) continue;
    improve(static_cast<size_t>(link.from.value()), static_cast<size_t>(link.to.value()), link.metric.nanos());
  }
  for (size_t via = 0; via < count; ++via) {
    for (size_t from = 0; from < count; ++from) {
      for (size_t to = 0; to < count; ++to) {
        if (least[from][via] >= 0 && least[via][to] >= 0) improve(from, to, least[from][via] + least[via][to]);
      }
    }
  }
  return least;
}

void CheckAllRoutes(const RandomNet& net, Routes& routes) {
  const auto least = AllPairs(net.topology);
  for (const NodeId from : net.hosts) {
    for (const NodeId to : net.hosts) {
      if (from == to) continue;
      const int64_t expected = least[static_cast<size_t>(from.value())][static_cast<size_t>(to.value())];
      const auto route = routes.Find(net.topology, from, to);
      RC_ASSERT(route.has_value() == (expected >= 0));
      if (!route) continue;
      RC_ASSERT(route->min_latency.nanos() == expected);
      // The links are up, hang together, and cost what the route says.
      NodeId at = from;
      int64_t nanos = 0;
      for (const LinkId id : route->links) {
        const Link& link = net.topology.link(id);
        RC_ASSERT(link.up);
        RC_ASSERT(link.from == at);
        at = link.to;
        nanos += link.metric.nanos();
      }
      RC_ASSERT(at == to);
      RC_ASSERT(nanos == expected);
    }
  }
}

RC_GTEST_PROP(RoutesProperty, AgreeWithAllPairsThroughFaultsAndHeals, ()) {
  RandomNet net = AnyNet();
  Routes routes;
  CheckAllRoutes(net, routes);
  if (net.cables.empty()) return;
  const int changes = *rc::gen::inRange(1, 8);
  for (int i = 0; i < changes; ++i) {
    LinkId link = *rc::gen::elementOf(net.cables);
    if (*rc::gen::arbitrary<bool>()) link = Topology::Reverse(link);
    net.topology.SetLinkUp(link, *rc::gen::weightedElement<bool>({{2, false}, {1, true}}));
    CheckAllRoutes(net, routes);
  }
}

// What was cached before, and in what order, does not show in the routes.
RC_GTEST_PROP(RoutesProperty, DoNotDependOnWhatWasAskedBefore, ()) {
  const RandomNet net = AnyNet();
  Routes warm;
  CheckAllRoutes(net, warm);
  for (const NodeId from : net.hosts) {
    const NodeId to = *rc::gen::elementOf(net.hosts);
    Routes cold;
    RC_ASSERT(LinksOf(warm.Find(net.topology, from, to)) == LinksOf(cold.Find(net.topology, from, to)));
  }
}

}  // namespace
}  // namespace ktrial::sim
