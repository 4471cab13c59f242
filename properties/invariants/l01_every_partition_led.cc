// L1: when faults have healed and time was given, every partition of which an in-sync replica runs, or one that may
// lead in its place, has a leader at work.
//
// In the place of an empty ISR stand the eligible leader replicas and then the last known leader (KIP-966).
//
// Nobody leads from a log directory that the controller does not know. An in-sync replica whose disk was replaced comes
// back on a new directory; the controller notes that and holds no election for it (KIP-858), so a partition that was
// left to such replicas alone waits for an operator.
//
// EventuallyLeaderElected of the TLA+ models of Kafka.
#include <algorithm>
#include <string>
#include <vector>

#include "properties/evidence.h"
#include "properties/invariants/end_of_run.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class EveryPartitionLed : public CheckerBase<EveryPartitionLed> {
 public:
  void OnEnd(const Moment& moment) override {
    for (const auto& entry : moment.ghost.partitions()) {
      const TopicPartition tp = entry.first;
      const GhostPartition& partition = entry.second;
      const std::vector<BrokerId> candidates = partition.isr.empty() ? partition.Electable() : partition.isr;
      const bool possible = std::any_of(candidates.begin(), candidates.end(),
                                        [&](BrokerId member) { return moment.ghost.IsServing(partition, member); });
      if (!possible) continue;
      Exercise();
      if (HasWorkingLeader(moment, partition)) continue;
      Report(moment,
             absl::StrCat(moment.Name(tp), Trouble(moment, partition), "; ISR ", BrokersText(partition.isr),
                          partition.isr.empty() ? ", candidates " : "",
                          partition.isr.empty() ? BrokersText(candidates) : "", ": ", StatesOf(moment, candidates)),
             {}, std::string(partition.ReplacedDisksLicence()));
    }
  }

 private:
  static std::string Trouble(const Moment& moment, const GhostPartition& partition) {
    if (!partition.leader.valid()) {
      return absl::StrCat(" has no leader: the controller elected none in epoch ", partition.leader_epoch.value());
    }
    const std::string leader = absl::StrCat("broker ", partition.leader.value());
    if (!moment.ghost.IsUp(partition.leader)) {
      return absl::StrCat(" has no leader at work: ", leader, " is down and the controller elected no other");
    }
    return absl::StrCat(" has no leader at work: ", leader, " was elected in epoch ", partition.leader_epoch.value(),
                        " and did not begin to lead in it");
  }
};

}  // namespace

std::unique_ptr<Checker> MakeEveryPartitionLed() { return std::make_unique<EveryPartitionLed>(); }

}  // namespace ktrial::properties
