// S16: what a leader that has been replaced acknowledges with acks=all is held by every member of the newest epoch's
// ISR.
//
// A leader that does not know of its successor may still answer: the promise must then be kept by the others.
#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class StaleLeaderAcks : public CheckerBase<StaleLeaderAcks> {
 public:
  void On(const Moment& moment, const cluster::ProduceAcknowledged& fact) {
    if (fact.acks != cluster::kAcksAll) return;
    const GhostPartition* partition = moment.ghost.Find(fact.tp);
    if (partition == nullptr || fact.leader_epoch >= partition->leader_epoch) return;
    Exercise();
    const GhostReplica* leader = partition->replicas.Find(fact.broker);
    const LogEntry* acked = leader == nullptr ? nullptr : leader->log.Find(fact.base_offset);
    for (BrokerId member : partition->isr) {
      // What lost power is judged by whether all of them did.
      const GhostReplica* replica = partition->replicas.Find(member);
      if (partition->lossy.contains(member)) continue;
      const LogEntry* held = replica == nullptr ? nullptr : replica->log.Find(fact.base_offset);
      if (acked != nullptr && held != nullptr && SameBatch(*acked->batch, *held->batch)) continue;
      const std::string& licence = partition->licence;
      Report(
          moment,
          absl::StrCat("broker ", fact.broker.value(), " acknowledged offsets ", fact.base_offset.value(), " to ",
                       fact.last_offset.value(), " of ", moment.Name(fact.tp), " with acks=all in leader epoch ",
                       fact.leader_epoch.value(), " though epoch ", partition->leader_epoch.value(),
                       " had begun and broker ", member.value(), " of its ISR does not hold them"),
          acked != nullptr && Keeps(licence) ? LifeOfBatch(moment, fact.tp, *acked->batch) : std::vector<std::string>(),
          licence);
    }
  }
};

}  // namespace

std::unique_ptr<Checker> MakeStaleLeaderAcks() { return std::make_unique<StaleLeaderAcks>(); }

}  // namespace ktrial::properties
