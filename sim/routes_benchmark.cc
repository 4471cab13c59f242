// Routes in a network of 1,000 hosts: 25 racks of 40, each joined to 2 of 10 aggregation switches, which are all joined
// to 2 core switches.
#include <benchmark/benchmark.h>

#include <vector>

#include "sim/random.h"
#include "sim/routes.h"

namespace ktrial::sim {
namespace {

struct Fabric {
  Fabric() {
    const NodeId site = topology.AddSite("site");
    const LinkOptions link{.latency = LatencyTable::Fixed(Microseconds(5)), .bytes_per_second = 12'500'000'000};
    std::vector<NodeId> cores, aggregations;
    for (int i = 0; i < 2; ++i) cores.push_back(topology.AddSwitch(site, "core"));
    for (int i = 0; i < 10; ++i) {
      aggregations.push_back(topology.AddSwitch(site, "aggregation"));
      for (const NodeId core : cores) cables.push_back(topology.Connect(aggregations.back(), core, link));
    }
    for (size_t rack = 0; rack < 25; ++rack) {
      const NodeId top_of_rack = topology.AddRack(site, "rack");
      cables.push_back(topology.Connect(top_of_rack, aggregations[rack % 10], link));
      cables.push_back(topology.Connect(top_of_rack, aggregations[(rack + 1) % 10], link));
      for (int i = 0; i < 40; ++i) hosts.push_back(topology.AddHostPort(top_of_rack, link));
    }
  }

  NodeId AnyHost() { return hosts[stream.Below(hosts.size())]; }

  Topology topology;
  Routes routes;
  RandomStream stream{1};
  std::vector<NodeId> hosts;
  std::vector<LinkId> cables;
};

// Between random pairs of hosts. Target: tens of nanoseconds.
void BM_FindRoute(benchmark::State& state) {
  Fabric fabric;
  std::vector<std::pair<NodeId, NodeId>> pairs;
  for (int i = 0; i < 4096; ++i) pairs.emplace_back(fabric.AnyHost(), fabric.AnyHost());
  size_t next = 0;
  for (auto _ : state) {
    const auto [from, to] = pairs[next++ % pairs.size()];
    benchmark::DoNotOptimize(fabric.routes.Find(fabric.topology, from, to));
  }
}
BENCHMARK(BM_FindRoute);

// One cable fails or heals; then a host of every rack asks for a route.
void BM_RecomputeAfterLinkFault(benchmark::State& state) {
  Fabric fabric;
  bool up = false;
  for (auto _ : state) {
    fabric.topology.SetLinkUp(fabric.cables.front(), up);
    up = !up;
    for (size_t host = 0; host < fabric.hosts.size(); host += 40) {
      benchmark::DoNotOptimize(fabric.routes.Find(fabric.topology, fabric.hosts[host], fabric.hosts[999 - host]));
    }
  }
}
BENCHMARK(BM_RecomputeAfterLinkFault)->Unit(benchmark::kMicrosecond);

void BM_ForkTopologyAndRoutes(benchmark::State& state) {
  Fabric fabric;
  for (size_t host = 0; host < fabric.hosts.size(); host += 40) {
    fabric.routes.Find(fabric.topology, fabric.hosts[host], fabric.hosts.front());
  }
  for (auto _ : state) {
    Topology topology = fabric.topology;
    Routes routes = fabric.routes;
    benchmark::DoNotOptimize(topology.version());
    benchmark::DoNotOptimize(&routes);
  }
}
BENCHMARK(BM_ForkTopologyAndRoutes)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace ktrial::sim
