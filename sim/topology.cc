#include "sim/topology.h"

#include "sim/check.h"
#include "sim/switch_graph.h"

namespace ktrial::sim {

Topology::Topology() : graph_(MakeRef<SwitchGraph>()) {}
Topology::Topology(const Topology&) = default;
Topology::Topology(Topology&&) noexcept = default;
Topology& Topology::operator=(const Topology&) = default;
Topology& Topology::operator=(Topology&&) noexcept = default;
Topology::~Topology() = default;

NodeId Topology::AddSite(std::string_view name) { return AddSwitchNode(NodeKind::kSite, NodeId{}, name); }

NodeId Topology::AddRack(NodeId site, std::string_view name) {
  KT_CHECK(nodes_[site].kind == NodeKind::kSite);
  return AddSwitchNode(NodeKind::kRack, site, name);
}

NodeId Topology::AddSwitch(NodeId site, std::string_view name) {
  KT_CHECK(nodes_[site].kind == NodeKind::kSite);
  return AddSwitchNode(NodeKind::kSwitch, site, name);
}

NodeId Topology::AddSwitchNode(NodeKind kind, NodeId parent, std::string_view name) {
  SwitchGraph& graph = MutableGraph();
  const NodeId id = nodes_.Add(Node{.kind = kind, .parent = parent, .switch_index = switch_count_});
  const auto vertex = add_vertex(id, graph.graph);
  KT_CHECK(vertex == static_cast<size_t>(switch_count_));
  graph.names.Add(std::string(name));
  ++switch_count_;
  ++version_;
  return id;
}

NodeId Topology::AddHostPort(NodeId rack, const LinkOptions& access) {
  KT_CHECK(nodes_[rack].kind == NodeKind::kRack);
  MutableGraph().names.Add(std::string());
  const NodeId id = nodes_.Add(Node{.kind = NodeKind::kHostPort, .parent = rack});
  const LinkId uplink = AddLink(id, rack, access);
  nodes_[id].uplink = uplink;
  return id;
}

LinkId Topology::Connect(NodeId a, NodeId b, const LinkOptions& options) {
  KT_CHECK(a != b);
  KT_CHECK(IsSwitch(a));
  KT_CHECK(IsSwitch(b));
  const LinkId link = AddLink(a, b, options);
  const auto vertex_a = static_cast<size_t>(nodes_[a].switch_index);
  const auto vertex_b = static_cast<size_t>(nodes_[b].switch_index);
  SwitchGraph& graph = MutableGraph();
  add_edge(vertex_a, vertex_b, link, graph.graph);
  add_edge(vertex_b, vertex_a, Reverse(link), graph.graph);
  ++version_;
  return link;
}

LinkId Topology::AddLink(NodeId from, NodeId to, const LinkOptions& options) {
  KT_CHECK(options.bytes_per_second >= 0);
  KT_CHECK(options.loss.denominator > 0);
  KT_CHECK(options.loss.numerator <= options.loss.denominator);
  const Duration metric = options.latency.min();
  const LinkId there = links_.Add(Link{.from = from, .to = to, .up = true, .options = options, .metric = metric});
  const LinkId back = links_.Add(Link{.from = to, .to = from, .up = true, .options = options, .metric = metric});
  KT_CHECK(Reverse(there) == back);
  return there;
}

void Topology::SetLinkUp(LinkId link, bool up) {
  Link& changed = links_[link];
  if (changed.up == up) return;
  changed.up = up;
  if (IsSwitch(changed.from) && IsSwitch(changed.to)) ++version_;
}

void Topology::SetLatency(LinkId link, const LatencyTable& latency) { links_[link].options.latency = latency; }

void Topology::SetBandwidth(LinkId link, int64_t bytes_per_second) {
  KT_CHECK(bytes_per_second >= 0);
  links_[link].options.bytes_per_second = bytes_per_second;
}

void Topology::SetLoss(LinkId link, Ratio loss) {
  KT_CHECK(loss.denominator > 0);
  KT_CHECK(loss.numerator <= loss.denominator);
  links_[link].options.loss = loss;
}

std::string_view Topology::name(NodeId id) const { return graph_->names[id]; }

NodeId Topology::FindByName(std::string_view name) const {
  NodeId id{0};
  for (const std::string& candidate : graph_->names) {
    if (IsSwitch(id) && candidate == name) return id;
    id = NodeId{id.value() + 1};
  }
  return NodeId{};
}

NodeId Topology::SiteOf(NodeId id) const {
  while (nodes_[id].kind != NodeKind::kSite) id = nodes_[id].parent;
  return id;
}

SwitchGraph& Topology::MutableGraph() {
  if (!graph_.unique()) graph_ = MakeRef<SwitchGraph>(*graph_);
  return *graph_;
}

}  // namespace ktrial::sim
