// L7: when faults have healed and time was given, no leader waits for an answer to a change of its ISR.
//
// KAFKA-12686, 14010 and 14144 left AlterPartition pending for ever.
#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/end_of_run.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class IsrChangesResolve : public CheckerBase<IsrChangesResolve> {
 public:
  void On(const Moment& moment, const cluster::LeaderIsrChanged& fact) {
    changes_[fact.tp] = {fact.broker, fact.leader_epoch,     fact.pending,
                         moment.at,   *fact.maximal_isr.ids, *fact.committed_isr.ids};
  }

  void OnEnd(const Moment& moment) override {
    for (const auto& [tp, change] : changes_) {
      const GhostPartition* partition = moment.ghost.Find(tp);
      if (partition == nullptr || !HasWorkingLeader(moment, *partition)) continue;
      if (partition->leader != change.leader || partition->leader_epoch != change.leader_epoch) continue;
      Exercise();
      if (!change.pending || change.at + kOnTheWay > moment.at) continue;
      Report(moment, absl::StrCat("broker ", change.leader.value(), ", leader of ", moment.Name(tp), " in epoch ",
                                  change.leader_epoch.value(), ", asked at ", moment.Time(change.at),
                                  " for a change of its ISR ", BrokersText(change.committed_isr),
                                  " and still waits, with the maximal ISR ", BrokersText(change.maximal_isr)));
    }
  }

 private:
  struct Change {
    BrokerId leader;
    LeaderEpoch leader_epoch;
    bool pending = false;
    sim::SimTime at;
    std::vector<BrokerId> maximal_isr;
    std::vector<BrokerId> committed_isr;
  };

  // The latest of each partition.
  PartitionMap<Change> changes_;
};

}  // namespace

std::unique_ptr<Checker> MakeIsrChangesResolve() { return std::make_unique<IsrChangesResolve>(); }

}  // namespace ktrial::properties
