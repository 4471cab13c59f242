// Finds what a selector means at this moment: who leads orders/0 now, by the controller's committed decision.
//
//   std::vector<sim::ProcessId> targets = ResolveSelectors(fault.targets, view, draw);
#ifndef KTRIAL_SCENARIOS_RESOLVE_SELECTOR_H_
#define KTRIAL_SCENARIOS_RESOLVE_SELECTOR_H_

#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/protocol/ids.h"
#include "properties/ghost.h"
#include "scenarios/control_history.h"
#include "scenarios/selector.h"
#include "sim/ids.h"
#include "sim/random.h"

namespace ktrial::sim {
class World;
}

namespace ktrial::scenarios {

// Which programs of the world the scenario's words stand for. Fixed once a run has begun.
struct RunDirectory {
  // Brokers and controllers.
  absl::btree_map<cluster::BrokerId, sim::ProcessId> nodes;
  std::vector<cluster::BrokerId> brokers;
  // By name of the workload, its members in order.
  absl::btree_map<std::string, std::vector<sim::ProcessId>> clients;
  // By name of the rack, all that stands in it: brokers, controllers, clients.
  absl::btree_map<std::string, std::vector<sim::ProcessId>> racks;
  absl::btree_map<std::string, cluster::TopicId> topics;
  absl::btree_map<std::string, cluster::GroupIndex> groups;
};

// What targets are looked up in. All references must outlive the call.
struct ClusterView {
  const sim::World& world;
  const RunDirectory& directory;
  const properties::Ghost& ghost;
  const ControlHistory& history;
};

// Every process that any of them matches, each once, in order of the selectors. Empty if nothing matches: a partition
// without a leader, no active controller. Random ones are drawn among those that run.
std::vector<sim::ProcessId> ResolveSelectors(const SelectorList& selectors, const ClusterView& view,
                                             sim::RandomStream& draw);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_RESOLVE_SELECTOR_H_
