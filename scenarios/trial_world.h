// The world of a scenario before it begins: machines and programs of its brokers and controllers, and the administrator
// who will create its topics. Clients join when the cluster is up.
#ifndef KTRIAL_SCENARIOS_TRIAL_WORLD_H_
#define KTRIAL_SCENARIOS_TRIAL_WORLD_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cluster/cluster_builder.h"
#include "properties/checker.h"
#include "properties/ghost.h"
#include "scenarios/resolve_selector.h"
#include "scenarios/run_names.h"
#include "scenarios/scenario.h"
#include "sim/ids.h"
#include "sim/time.h"

namespace ktrial::scenarios {

struct TrialWorld {
  cluster::Cluster cluster;
  RunDirectory directory;
  RunNames names;
  // An AdminProcess.
  sim::ProcessId admin;
  // An OffsetsReaderProcess, for the final reads.
  sim::ProcessId offsets_reader;
  // An AdminOperationsProcess, if the workload has operations.
  sim::ProcessId operator_tool = {};
  // The scenario's operations in the order in which they are carried out.
  std::vector<size_t> operations = {};
};

// Without racks in the scenario, every machine stands in one of which nobody speaks. Round trips within a rack take 300
// us in the median, between two racks 500 us, unless the scenario says otherwise. Nothing is started yet.
TrialWorld BuildTrialWorld(const Scenario& scenario, uint64_t seed);

// Adds the scenario's producers and consumers, each on a machine of its own. Producers send from `start` to `stop`,
// both up to a tenth of a second later, as is drawn for each. Topics must have been created. Clients are not started
// yet.
void AddClients(const Scenario& scenario, sim::SimTime start, sim::SimTime stop, TrialWorld* trial);

// What the checkers need to know.
properties::GhostTopology GhostTopologyOf(const TrialWorld& trial);
properties::TrialFacts TrialFactsOf(const Scenario& scenario, const TrialWorld& trial);
// min(min.insync.replicas, replication factor) by TopicId. While the scenario changes it, brokers may go by any of its
// values: of each topic the smallest, or the largest.
std::vector<int32_t> EffectiveMinIsr(const Scenario& scenario, const TrialWorld& trial, bool largest);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_TRIAL_WORLD_H_
