// L3: when faults have healed and time was given, every committed record is on every assigned replica that runs.
//
// A replica in a log directory that is offline does not run, whatever its broker does.
//
// EventuallyAcknowledgedValueFullyReplicated of the TLA+ models of Kafka. A log that parted from the committed one
// within an epoch in which a leader led on after a loss of power has a licence, and a hole that such a loss left is
// looked through (docs/FLAWS.md): nothing makes a replica fetch again what it takes itself to have.
#include <string>
#include <utility>

#include "properties/invariants/end_of_run.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class CommittedEverywhere : public CheckerBase<CommittedEverywhere> {
 public:
  void OnEnd(const Moment& moment) override {
    for (const auto& [tp, partition] : moment.ghost.partitions()) {
      // Without a leader there is nobody to fetch from: that is L1's to report.
      if (!HasWorkingLeader(moment, partition)) continue;
      for (BrokerId broker : partition.assigned) {
        if (!moment.ghost.IsServing(partition, broker)) continue;
        Exercise();
        Check(moment, tp, partition, broker);
      }
    }
  }

 private:
  void Check(const Moment& moment, TopicPartition tp, const GhostPartition& partition, BrokerId broker) {
    const Offset settled = SettledEnd(moment, partition.committed);
    if (settled == Offset(0)) return;
    const GhostReplica* replica = partition.replicas.Find(broker);
    if (replica != nullptr && replica->log.PrefixHash(settled) == partition.committed.PrefixHash(settled)) return;
    const Offset common = replica == nullptr ? Offset(0) : CommonPrefixEnd(replica->log, partition.committed);
    const Offset end = replica == nullptr ? Offset(0) : replica->log.end();
    const std::string waits = common < end ? absl::StrCat("its log differs from there on and was not truncated")
                                           : absl::StrCat("it waits to fetch from broker ", partition.leader.value(),
                                                          ", the leader in epoch ", partition.leader_epoch.value());
    std::string licence = partition.licence;
    if (licence.empty() && replica != nullptr) licence = partition.PartingLicence(replica->log, partition.committed);
    Report(moment,
           absl::StrCat("broker ", broker.value(), " (", StateOf(moment, broker), ") holds ", moment.Name(tp),
                        " up to offset ", common.value(), ", committed are ", settled.value(), ": ", waits),
           {}, std::move(licence));
  }
};

}  // namespace

std::unique_ptr<Checker> MakeCommittedEverywhere() { return std::make_unique<CommittedEverywhere>(); }

}  // namespace ktrial::properties
