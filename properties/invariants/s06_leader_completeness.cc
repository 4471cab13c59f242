// S6: the log of a leader that begins the controller's current epoch holds every committed record, at its offset.
//
// Raft's Leader Completeness; LeaderCompleteness of the TLA+ models of Kafka. A broker that has restarted and is not
// registered again takes itself for a leader, by what the metadata says of its former incarnation, but serves nobody:
// it is judged if it acts as one. Records that lie in a hole which a loss of power left in its log have a licence
// (docs/FLAWS.md).
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class LeaderCompleteness : public CheckerBase<LeaderCompleteness> {
 public:
  void On(const Moment& moment, const cluster::BecameLeader& fact) {
    if (fact.leader_epoch < moment.ghost.Find(fact.tp)->leader_epoch) return;
    Exercise();
    CheckLatest(moment);
    CheckHoles(moment, fact);
  }
  void On(const Moment& moment, const cluster::BatchAppended&) { CheckLatest(moment); }
  void On(const Moment& moment, const cluster::HighWatermarkMoved&) { CheckLatest(moment); }

 private:
  void CheckLatest(const Moment& moment) {
    const GhostLoss* loss = moment.ghost.last_loss();
    if (loss == nullptr) return;
    const std::string licence = moment.Licence(loss->tp);
    const cluster::LogBatch& first = *loss->records.front().batch;
    int64_t records = 0;
    for (const LogEntry& entry : loss->records) records += entry.batch->batch().record_count();
    Report(moment,
           absl::StrCat("broker ", loss->leader.value(), " began to lead ", moment.Name(loss->tp), " in leader epoch ",
                        loss->leader_epoch.value(), " without ", records, " committed record", records == 1 ? "" : "s",
                        " from offset ", loss->from.value(), " on"),
           Keeps(licence) ? LifeOfBatch(moment, loss->tp, first) : std::vector<std::string>(), licence);
  }

  void CheckHoles(const Moment& moment, const cluster::BecameLeader& fact) {
    const GhostPartition& partition = *moment.ghost.Find(fact.tp);
    const std::vector<LogEntry>& committed = partition.committed.entries();
    const LogEntry* first = nullptr;
    int64_t records = 0;
    for (const OffsetRange& hole : partition.replicas.Find(fact.broker)->holes) {
      for (size_t i = partition.committed.IndexAbove(hole.from); i < committed.size(); ++i) {
        if (committed[i].batch->base_offset() >= hole.to) break;
        if (first == nullptr) first = &committed[i];
        records += committed[i].batch->batch().record_count();
      }
    }
    if (first == nullptr) return;
    const std::string licence(kRecoveredWithHole);
    Report(moment,
           absl::StrCat("broker ", fact.broker.value(), " began to lead ", moment.Name(fact.tp), " in leader epoch ",
                        fact.leader_epoch.value(), " without ", records, " committed record", records == 1 ? "" : "s",
                        " in holes of its log, from offset ", first->batch->base_offset().value(), " on"),
           Keeps(licence) ? LifeOfBatch(moment, fact.tp, *first->batch) : std::vector<std::string>(), licence);
  }
};

}  // namespace

std::unique_ptr<Checker> MakeLeaderCompleteness() { return std::make_unique<LeaderCompleteness>(); }

}  // namespace ktrial::properties
