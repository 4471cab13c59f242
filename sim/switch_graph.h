// The switches of a Topology and the links between them, as a Boost graph. Apart from topology.h because Boost.Graph
// takes long to compile; only what runs graph algorithms includes it.
//
//   const SwitchGraph::Graph& graph = topology.switch_graph().graph;
//   for (auto edge : boost::make_iterator_range(edges(graph))) use(graph[edge]);
#ifndef KTRIAL_SIM_SWITCH_GRAPH_H_
#define KTRIAL_SIM_SWITCH_GRAPH_H_

#include <boost/graph/adjacency_list.hpp>
#include <string>

#include "sim/id_vector.h"
#include "sim/ids.h"
#include "sim/ref.h"

namespace ktrial::sim {

class SwitchGraph : public RefCounted {
 public:
  // A vertex descriptor is the switch index of its node. An edge is one direction of a link, up or down.
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, NodeId, LinkId>;

  Graph graph;
  // Of all nodes, empty for host ports.
  IdVector<NodeId, std::string> names;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_SWITCH_GRAPH_H_
