// The network as it is wired: sites, racks, further switches and the ports of hosts, joined by links. A rack is a
// switch (its top-of-rack switch), and so is a site (its exchange to other sites); neither is joined to anything until
// Connect says so. A host hangs off one rack by one link.
//
//   Topology topology;
//   NodeId site = topology.AddSite("eu-west");
//   NodeId rack = topology.AddRack(site, "rack-a");
//   topology.Connect(rack, site, {.latency = LatencyTable::Fixed(Microseconds(50))});
//   NodeId port = topology.AddHostPort(rack, {.bytes_per_second = 1'250'000'000});
//   topology.SetLinkUp(topology.node(port).uplink, false);
//
// A link is made as a pair of directed links, which can fail apart. The graph (Boost.Graph) holds switches only: no
// path leads through a host. Copies are independent and share the graph until one of them is built further.
#ifndef KTRIAL_SIM_TOPOLOGY_H_
#define KTRIAL_SIM_TOPOLOGY_H_

#include <cstdint>
#include <string_view>

#include "sim/id_vector.h"
#include "sim/ids.h"
#include "sim/latency.h"
#include "sim/random.h"
#include "sim/ref.h"
#include "sim/time.h"

namespace ktrial::sim {

class SwitchGraph;

enum class NodeKind : uint8_t { kSite, kRack, kSwitch, kHostPort };

struct LinkOptions {
  // Propagation and forwarding.
  LatencyTable latency = {};
  // Each direction by itself; 0 is unlimited.
  int64_t bytes_per_second = 0;
  // The part of segments that are lost on the way.
  Ratio loss = {};
};

// One direction of a link.
struct Link {
  NodeId from = {};
  NodeId to = {};
  bool up = true;
  LinkOptions options = {};
  // What routes are chosen by: the least latency as wired, whatever SetLatency does later.
  Duration metric = {};
};

struct Node {
  NodeKind kind = NodeKind::kSite;
  // The rack of a host port; the site of a rack or switch; none for a site.
  NodeId parent = {};
  // Of a host port: the link from it to its rack. The way back is Reverse(uplink).
  LinkId uplink = {};
  // Of a switch: its index among the switches, dense from 0. Of a host port: -1.
  int32_t switch_index = -1;
};

class Topology {
 public:
  Topology();
  Topology(const Topology&);
  Topology(Topology&&) noexcept;
  Topology& operator=(const Topology&);
  Topology& operator=(Topology&&) noexcept;
  ~Topology();

  NodeId AddSite(std::string_view name);
  NodeId AddRack(NodeId site, std::string_view name);
  NodeId AddSwitch(NodeId site, std::string_view name);
  // A port for one host, joined to its rack by a link of its own.
  NodeId AddHostPort(NodeId rack, const LinkOptions& access = {});
  // Joins two different switches. Returns the direction from `a` to `b`; parallel links may be made.
  LinkId Connect(NodeId a, NodeId b, const LinkOptions& options);

  // One direction only; set both to cut a cable.
  void SetLinkUp(LinkId link, bool up);
  // These change what crossing a link costs, not the routes: routing protocols do not follow congestion.
  void SetLatency(LinkId link, const LatencyTable& latency);
  void SetBandwidth(LinkId link, int64_t bytes_per_second);
  void SetLoss(LinkId link, Ratio loss);

  // The two directions of a link have neighbouring ids.
  static LinkId Reverse(LinkId link) { return LinkId{link.value() ^ 1}; }

  const Node& node(NodeId id) const { return nodes_[id]; }
  const Link& link(LinkId id) const { return links_[id]; }
  const IdVector<NodeId, Node>& nodes() const { return nodes_; }
  const IdVector<LinkId, Link>& links() const { return links_; }
  // A host port has no name: it is the host that has one.
  std::string_view name(NodeId id) const;
  // The first site, rack or switch of that name, or none. O(nodes).
  NodeId FindByName(std::string_view name) const;
  // The site that a node belongs to; a site belongs to itself.
  NodeId SiteOf(NodeId id) const;
  int32_t switch_count() const { return switch_count_; }
  bool IsSwitch(NodeId id) const { return nodes_[id].switch_index >= 0; }

  // Grows whenever a switch or a link between switches is added, fails or recovers: whatever may change a route between
  // two racks. The links of hosts do not count.
  uint64_t version() const { return version_; }

  // For sim/routes.cc and sim/switch_graph.h.
  const SwitchGraph& switch_graph() const { return *graph_; }

 private:
  NodeId AddSwitchNode(NodeKind kind, NodeId parent, std::string_view name);
  LinkId AddLink(NodeId from, NodeId to, const LinkOptions& options);
  SwitchGraph& MutableGraph();

  IdVector<NodeId, Node> nodes_;
  IdVector<LinkId, Link> links_;
  // What only building changes; shared between copies until then.
  Ref<SwitchGraph> graph_;
  int32_t switch_count_ = 0;
  uint64_t version_ = 0;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_TOPOLOGY_H_
