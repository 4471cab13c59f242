#include "sim/routes.h"

#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/graph/filtered_graph.hpp>
#include <boost/property_map/function_property_map.hpp>
#include <compare>
#include <limits>

#include "sim/check.h"
#include "sim/switch_graph.h"

namespace ktrial::sim {
namespace {

// Links count after latency, so that every link makes a way dearer, also one without latency: no cycle is free.
struct Cost {
  int64_t nanos = 0;
  int64_t links = 0;

  friend auto operator<=>(const Cost&, const Cost&) = default;
  friend Cost operator+(const Cost& a, const Cost& b) { return Cost{a.nanos + b.nanos, a.links + b.links}; }
};

constexpr Cost kUnreachable{std::numeric_limits<int64_t>::max(), 0};

// Boost's iterators make these by default before they assign them.
struct IsUp {
  const Topology* topology = nullptr;
  const SwitchGraph::Graph* graph = nullptr;

  bool operator()(const SwitchGraph::Graph::edge_descriptor& edge) const { return topology->link((*graph)[edge]).up; }
};

Cost CostOf(const Topology& topology, LinkId link) { return Cost{topology.link(link).metric.nanos(), 1}; }

size_t SwitchIndex(const Topology& topology, NodeId node) {
  return static_cast<size_t>(topology.node(node).switch_index);
}

// By switch: the least cost of a way from `source`.
std::vector<Cost> LeastCosts(const Topology& topology, size_t source) {
  const SwitchGraph::Graph& graph = topology.switch_graph().graph;
  const boost::filtered_graph<SwitchGraph::Graph, IsUp> up(graph, IsUp{&topology, &graph});
  using Edge = SwitchGraph::Graph::edge_descriptor;
  const auto cost_of_edge = boost::make_function_property_map<Edge>(
      [&topology, &graph](const Edge& edge) { return CostOf(topology, graph[edge]); });

  std::vector<Cost> costs(num_vertices(graph));
  boost::dijkstra_shortest_paths(
      up, source,
      boost::weight_map(cost_of_edge)
          .distance_map(boost::make_iterator_property_map(costs.begin(), get(boost::vertex_index, graph)))
          .distance_compare(std::less<Cost>())
          .distance_combine(std::plus<Cost>())
          .distance_inf(kUnreachable)
          .distance_zero(Cost{}));
  return costs;
}

// By switch: the link over which the way from the source comes in. Chosen by the lowest id among the links on ways of
// least cost, and not left to Dijkstra, whose choice between equals might change with the version of Boost.
std::vector<LinkId> LastLinks(const Topology& topology, const std::vector<Cost>& costs) {
  const SwitchGraph::Graph& graph = topology.switch_graph().graph;
  std::vector<LinkId> last(costs.size());
  for (size_t target = 0; target < costs.size(); ++target) {
    for (auto [edge, end] = in_edges(target, graph); edge != end; ++edge) {
      const LinkId link = graph[*edge];
      const Cost& before = costs[source(*edge, graph)];
      if (!topology.link(link).up || before == kUnreachable) continue;
      const bool on_least_way = before + CostOf(topology, link) == costs[target];
      if (on_least_way && (!last[target].valid() || link < last[target])) last[target] = link;
    }
  }
  return last;
}

}  // namespace

Ref<const Routes::Table> Routes::Compute(const Topology& topology, int32_t source_switch) {
  const auto source = static_cast<size_t>(source_switch);
  const std::vector<Cost> costs = LeastCosts(topology, source);
  const std::vector<LinkId> last = LastLinks(topology, costs);

  auto table = MakeRef<Table>();
  table->begin.reserve(costs.size() + 1);
  table->latency_nanos.reserve(costs.size());
  for (size_t target = 0; target < costs.size(); ++target) {
    table->begin.push_back(static_cast<uint32_t>(table->links.size()));
    if (costs[target] == kUnreachable) {
      table->latency_nanos.push_back(-1);
      continue;
    }
    table->latency_nanos.push_back(costs[target].nanos);
    // Walks back from the target and fills from the end.
    size_t place = table->links.size() + static_cast<size_t>(costs[target].links);
    table->links.resize(place);
    for (size_t at = target; at != source; at = SwitchIndex(topology, topology.link(last[at]).from)) {
      table->links[--place] = last[at];
    }
    KT_CHECK(place == table->begin.back());
  }
  table->begin.push_back(static_cast<uint32_t>(table->links.size()));
  return table;
}

const Routes::Table& Routes::TableFrom(const Topology& topology, int32_t source_switch) {
  if (version_ != topology.version()) {
    tables_.assign(static_cast<size_t>(topology.switch_count()), nullptr);
    version_ = topology.version();
  }
  Ref<const Table>& table = tables_[static_cast<size_t>(source_switch)];
  if (!table) table = Compute(topology, source_switch);
  return *table;
}

std::optional<Route> Routes::Find(const Topology& topology, NodeId from_host, NodeId to_host) {
  const Node& from = topology.node(from_host);
  const Node& to = topology.node(to_host);
  KT_CHECK(from.kind == NodeKind::kHostPort);
  KT_CHECK(to.kind == NodeKind::kHostPort);
  std::optional<Route> route;
  if (from_host == to_host) {
    route.emplace().min_latency = kLoopbackLatency;
    return route;
  }
  const Link& first = topology.link(from.uplink);
  const LinkId last_id = Topology::Reverse(to.uplink);
  const Link& last = topology.link(last_id);
  if (!first.up || !last.up) return route;

  const Table& table = TableFrom(topology, topology.node(from.parent).switch_index);
  const size_t target = SwitchIndex(topology, to.parent);
  if (table.latency_nanos[target] < 0) return route;

  route.emplace();
  route->min_latency = first.metric + Nanoseconds(table.latency_nanos[target]) + last.metric;
  const uint32_t begin = table.begin[target];
  const uint32_t end = table.begin[target + 1];
  route->links.reserve(end - begin + 2);
  route->links.push_back(from.uplink);
  for (uint32_t i = begin; i < end; ++i) route->links.push_back(table.links[i]);
  route->links.push_back(last_id);
  return route;
}

bool Routes::Reachable(const Topology& topology, NodeId from_host, NodeId to_host) {
  return Find(topology, from_host, to_host).has_value();
}

}  // namespace ktrial::sim
