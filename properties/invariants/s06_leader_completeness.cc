// S6: the log of a leader that begins the controller's current epoch holds every committed record, at its offset.
//
// Raft's Leader Completeness; LeaderCompleteness of the TLA+ models of Kafka.
#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class LeaderCompleteness : public CheckerBase<LeaderCompleteness> {
 public:
  void On(const Moment& moment, const cluster::BecameLeader& fact) {
    const GhostPartition* partition = moment.ghost.Find(fact.tp);
    if (fact.leader_epoch < partition->leader_epoch) return;
    Exercise();
    const GhostLoss* loss = moment.ghost.last_loss();
    if (loss == nullptr) return;
    const std::string& licence = partition->licence;
    const cluster::LogBatch& first = *loss->records.front().batch;
    int64_t records = 0;
    for (const LogEntry& entry : loss->records) records += entry.batch->batch().record_count();
    Report(moment,
           absl::StrCat("broker ", fact.broker.value(), " began to lead ", moment.Name(fact.tp), " in leader epoch ",
                        fact.leader_epoch.value(), " without ", records, " committed record", records == 1 ? "" : "s",
                        " from offset ", loss->from.value(), " on"),
           Keeps(licence) ? LifeOfBatch(moment, fact.tp, first) : std::vector<std::string>(), licence);
  }
};

}  // namespace

std::unique_ptr<Checker> MakeLeaderCompleteness() { return std::make_unique<LeaderCompleteness>(); }

}  // namespace ktrial::properties
