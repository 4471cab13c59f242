// I2: a record acknowledged with acks=all is committed at its acknowledged offset, then and at the end of the run.
//
// AckedValueNotLost and LeaderHasAllAckedValues of the TLA+ models. Leaders that were replaced without knowing may
// acknowledge what the new leader commits later. What lies in a hole that a loss of power left in the final log has a
// licence (docs/FLAWS.md).
#include "absl/strings/str_cat.h"
#include "cluster/client/producer_process.h"
#include "properties/evidence.h"
#include "properties/final_log.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class AckedRecordsCommitted : public CheckerBase<AckedRecordsCommitted> {
 public:
  void On(const Moment& moment, const cluster::RecordAcked& fact) {
    if (fact.acks != cluster::kAcksAll) return;
    const GhostPartition* partition = moment.ghost.Find(fact.tp);
    Exercise();
    if (partition != nullptr && IsCommitted(moment, *partition, fact)) return;
    const std::string licence = moment.LicenceFor(fact.tp, fact.value);
    Report(moment,
           absl::StrCat(moment.RecordName(fact.value), " was acknowledged (acks=all) at ",
                        Place(moment, fact.tp, fact.offset), ", where it was not committed"),
           Keeps(licence) ? LifeOfRecord(moment, fact.tp, fact.value) : std::vector<std::string>(), licence);
  }

  void OnEnd(const Moment& moment) override {
    const auto& accounts = moment.ledger.accounts();
    for (size_t client = 0; client < accounts.size(); ++client) {
      for (size_t n = 0; n < accounts[client].size(); ++n) {
        const RecordAccount& account = accounts[client][n];
        if (account.outcome != RecordOutcome::kAcked || account.acks != cluster::kAcksAll) continue;
        const cluster::ClientId id(static_cast<int32_t>(client));
        CheckAtEnd(moment, account, cluster::ProducerProcess::ValueOf(id, static_cast<int64_t>(n)));
      }
    }
  }

 private:
  static std::string Place(const Moment& moment, TopicPartition tp, Offset offset) {
    return absl::StrCat(offset.valid() ? absl::StrCat("offset ", offset.value()) : std::string("an unnamed offset"),
                        " of ", moment.Name(tp));
  }

  static bool IsAt(const GhostLog& log, Offset offset, int64_t value) {
    const LogEntry* entry = log.Find(offset);
    return entry != nullptr && entry->ValueAt(offset) == value;
  }

  static bool IsCommitted(const Moment& moment, const GhostPartition& partition, const cluster::RecordAcked& fact) {
    if (fact.offset.valid()) {
      return IsAt(partition.committed, fact.offset, fact.value) ||
             partition.FindClaimed(fact.offset, fact.value) != nullptr;
    }
    // A recognised duplicate is acknowledged without saying where.
    const RecordAccount* account = moment.ledger.Find(fact.value);
    if (account != nullptr && account->committed_copies > 0) return true;
    for (const LogEntry& entry : partition.claimed) {
      for (Offset offset = entry.batch->base_offset(); entry.Holds(offset); offset = offset + 1) {
        if (entry.ValueAt(offset) == fact.value) return true;
      }
    }
    return false;
  }

  void CheckAtEnd(const Moment& moment, const RecordAccount& account, int64_t value) {
    Exercise();
    const GhostPartition* partition = moment.ghost.Find(account.tp);
    const Offset offset = account.offset.valid() ? account.offset : account.committed_at;
    const bool was_there = partition != nullptr && offset.valid() && IsAt(FinalLog(*partition), offset, value);
    const bool in_hole = was_there && IsInFinalHole(*partition, offset);
    if (was_there && !in_hole) return;
    std::string licence = moment.LicenceFor(account.tp, value);
    if (licence.empty() && in_hole) licence = kRecoveredWithHole;
    Report(moment,
           absl::StrCat(moment.RecordName(value), ", acknowledged (acks=all) at ", moment.Time(account.settled_at),
                        ", is not in the log at ", Place(moment, account.tp, offset), " at the end"),
           Keeps(licence) ? LifeOfRecord(moment, account.tp, value) : std::vector<std::string>(), licence);
  }
};

}  // namespace

std::unique_ptr<Checker> MakeAckedRecordsCommitted() { return std::make_unique<AckedRecordsCommitted>(); }

}  // namespace ktrial::properties
