// L4: when faults have healed and time was given, every assigned replica that runs is in the ISR.
#include "properties/evidence.h"
#include "properties/invariants/end_of_run.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class LiveReplicasInSync : public CheckerBase<LiveReplicasInSync> {
 public:
  void OnEnd(const Moment& moment) override {
    for (const auto& [tp, partition] : moment.ghost.partitions()) {
      if (!HasWorkingLeader(moment, partition)) continue;
      for (BrokerId broker : partition.assigned) {
        if (!moment.ghost.IsUp(broker)) continue;
        Exercise();
        if (std::find(partition.isr.begin(), partition.isr.end(), broker) != partition.isr.end()) continue;
        const GhostReplica* leader = partition.replicas.Find(partition.leader);
        const GhostReplica* replica = partition.replicas.Find(broker);
        Report(moment,
               absl::StrCat("broker ", broker.value(), " (", StateOf(moment, broker), ") is not back in the ISR ",
                            BrokersText(partition.isr), " of ", moment.Name(tp), ": its log ends at ",
                            replica == nullptr ? 0 : replica->log.end().value(), ", that of the leader, broker ",
                            partition.leader.value(), ", at ", leader->log.end().value()));
      }
    }
  }
};

}  // namespace

std::unique_ptr<Checker> MakeLiveReplicasInSync() { return std::make_unique<LiveReplicasInSync>(); }

}  // namespace ktrial::properties
