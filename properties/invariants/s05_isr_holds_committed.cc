// S5: every running broker that the controller counts as in sync, or as an eligible leader replica, holds every
// committed record.
//
// StrongIsr and LeaderCandidateCompleteness of the TLA+ models: any of them may be elected next. Eligible leader
// replicas (KIP-966) left an ISR that was too small to commit anything since. A broker that lost power or its disk
// lacks records until it is registered anew, by which the controller takes it out of both; it is judged again from then
// on. Judged is who joins an ISR, who is unfenced, and who is counted on when records are committed.
//
// A log that parted from the committed one within an epoch in which a leader led on after a loss of power has a
// licence. A hole that a loss of power left in the middle of a log is looked through: it is S6's, when its broker
// leads.
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

bool IsIn(const std::vector<BrokerId>& brokers, BrokerId broker) {
  return std::find(brokers.begin(), brokers.end(), broker) != brokers.end();
}

class IsrHoldsCommitted : public CheckerBase<IsrHoldsCommitted> {
 public:
  void On(const Moment& moment, const cluster::PartitionCommitted& fact) {
    const GhostDecision* before = moment.ghost.superseded();
    if (before == nullptr) return;
    const GhostPartition& partition = *moment.ghost.Find(fact.tp);
    // An eligible leader replica that is elected may have lost its power since, and not be registered anew yet.
    const bool is_elected = fact.reason == cluster::PartitionChangeReason::kElection;
    for (BrokerId member : partition.isr) {
      if (IsIn(before->isr, member)) continue;
      const auto broker = moment.ghost.brokers().find(member);
      const bool is_known = broker != moment.ghost.brokers().end() && broker->second.registered_since_start;
      if (is_elected && !is_known) continue;
      Check(moment, fact.tp, partition, member, "when it joined");
    }
  }

  void On(const Moment& moment, const cluster::BrokerRegistrationCommitted& fact) {
    if (fact.fenced || moment.ghost.superseded_registration() == nullptr ||
        !moment.ghost.superseded_registration()->fenced) {
      return;
    }
    for (const auto& [tp, partition] : moment.ghost.partitions()) {
      if (IsIn(partition.isr, fact.broker) || IsIn(partition.elr, fact.broker))
        Check(moment, tp, partition, fact.broker, "when it was unfenced");
    }
  }

  void On(const Moment& moment, const cluster::HighWatermarkMoved& fact) {
    if (moment.ghost.newly_committed().empty()) return;
    const GhostPartition& partition = *moment.ghost.Find(fact.tp);
    for (const std::vector<BrokerId>* brokers : {&partition.isr, &partition.elr}) {
      for (BrokerId member : *brokers) {
        if (member == fact.broker || partition.lossy.contains(member)) continue;
        Check(moment, fact.tp, partition, member, "when the high watermark rose");
      }
    }
  }

 private:
  static std::string Group(const GhostPartition& partition, BrokerId member) {
    if (IsIn(partition.isr, member)) return absl::StrCat("ISR ", BrokersText(partition.isr));
    return absl::StrCat("ELR ", BrokersText(partition.elr));
  }

  void Check(const Moment& moment, TopicPartition tp, const GhostPartition& partition, BrokerId member,
             absl::string_view when) {
    if (!moment.ghost.IsServing(partition, member) || partition.true_high_watermark == Offset(0)) return;
    Exercise();
    const GhostReplica* replica = partition.replicas.Find(member);
    if (replica != nullptr && partition.HoldsCommitted(*replica)) return;
    const Offset common = replica == nullptr ? Offset(0) : CommonPrefixEnd(replica->log, partition.committed);
    const LogEntry* lacking = partition.committed.Find(common);
    std::string licence = partition.licence;
    if (licence.empty() && replica != nullptr) licence = partition.PartingLicence(replica->log, partition.committed);
    Report(moment,
           absl::StrCat("broker ", member.value(), ", in the ", Group(partition, member), " of ", moment.Name(tp),
                        ", held committed records up to offset ", common.value(), " ", when, ", and ",
                        partition.true_high_watermark.value(), " are committed"),
           lacking != nullptr && Keeps(licence) ? LifeOfBatch(moment, tp, *lacking->batch) : std::vector<std::string>(),
           licence);
  }
};

}  // namespace

std::unique_ptr<Checker> MakeIsrHoldsCommitted() { return std::make_unique<IsrHoldsCommitted>(); }

}  // namespace ktrial::properties
