// S21: what an idempotent producer was told is so: a record acknowledged with acks=all is committed exactly once, and
// one that was refused for certain is committed nowhere.
//
// A refusal is certain if no attempt can have reached a log; of other failures nothing is known.
#include "absl/strings/str_cat.h"
#include "cluster/client/producer_process.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class ToldOutcomes : public CheckerBase<ToldOutcomes> {
 public:
  void On(const Moment& moment, const cluster::HighWatermarkMoved& fact) { TakeCommitted(moment, fact.tp); }
  void On(const Moment& moment, const cluster::BecameLeader& fact) { TakeCommitted(moment, fact.tp); }

  void On(const Moment& moment, const cluster::RecordFailed& fact) {
    if (!fact.definite) return;
    Exercise();
    const RecordAccount* account = moment.ledger.Find(fact.value);
    if (account != nullptr && account->committed_copies > 0) ReportRefused(moment, fact.tp, fact.value);
  }

  void OnEnd(const Moment& moment) override {
    const auto& accounts = moment.ledger.accounts();
    for (size_t client = 0; client < accounts.size(); ++client) {
      for (size_t n = 0; n < accounts[client].size(); ++n) {
        const RecordAccount& account = accounts[client][n];
        if (account.outcome != RecordOutcome::kAcked || account.acks != cluster::kAcksAll) continue;
        const cluster::ClientId id(static_cast<int32_t>(client));
        CheckOnce(moment, account, cluster::ProducerProcess::ValueOf(id, static_cast<int64_t>(n)));
      }
    }
  }

 private:
  void TakeCommitted(const Moment& moment, TopicPartition tp) {
    for (const LogEntry& entry : moment.ghost.newly_committed()) {
      if (entry.batch->batch().is_control()) continue;
      for (const cluster::Record& record : entry.batch->batch().records()) {
        const RecordAccount* account = moment.ledger.Find(record.value);
        if (account != nullptr && account->outcome == RecordOutcome::kRefused) {
          ReportRefused(moment, tp, record.value);
        }
      }
    }
  }

  void ReportRefused(const Moment& moment, TopicPartition tp, int64_t value) {
    Report(moment,
           absl::StrCat(moment.RecordName(value), " is in the committed log of ", moment.Name(tp),
                        ", though its producer was told that it is certainly not"),
           Keeps({}) ? LifeOfRecord(moment, tp, value) : std::vector<std::string>());
  }

  void CheckOnce(const Moment& moment, const RecordAccount& account, int64_t value) {
    Exercise();
    if (account.committed_copies == 1) return;
    // Without idempotence a retry may write a record again.
    if (account.committed_copies > 1 && !IsIdempotent(moment, account)) return;
    const std::string licence = moment.LicenceFor(account.tp, value);
    Report(
        moment,
        absl::StrCat(moment.RecordName(value), ", acknowledged (acks=all) at ", moment.Time(account.settled_at),
                     ", is in the committed log of ", moment.Name(account.tp), " ", account.committed_copies, " times"),
        Keeps(licence) ? LifeOfRecord(moment, account.tp, value) : std::vector<std::string>(), licence);
  }

  static bool IsIdempotent(const Moment& moment, const RecordAccount& account) {
    const LogEntry* entry = moment.ghost.Find(account.tp)->committed.Find(account.committed_at);
    return entry != nullptr && entry->batch->batch().has_producer_id();
  }
};

}  // namespace

std::unique_ptr<Checker> MakeToldOutcomes() { return std::make_unique<ToldOutcomes>(); }

}  // namespace ktrial::properties
