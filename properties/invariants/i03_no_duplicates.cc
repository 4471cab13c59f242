// I3: a record of an idempotent producer is committed at most once.
//
// KIP-98. Without idempotence retries may write a record again: that is allowed, and counted in the account of lost
// records and duplicates.

#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class NoDuplicates : public CheckerBase<NoDuplicates> {
 public:
  void On(const Moment& moment, const cluster::HighWatermarkMoved& fact) { TakeCommitted(moment, fact.tp); }
  void On(const Moment& moment, const cluster::BecameLeader& fact) { TakeCommitted(moment, fact.tp); }

 private:
  void TakeCommitted(const Moment& moment, TopicPartition tp) {
    for (const LogEntry& entry : moment.ghost.newly_committed()) {
      const cluster::RecordBatch& batch = entry.batch->batch();
      if (!batch.has_producer_id() || batch.is_control()) continue;
      for (int32_t i = 0; i < batch.record_count(); ++i) {
        const cluster::Record& record = batch.records()[static_cast<size_t>(i)];
        const Offset place = entry.batch->offset_of(i);
        const RecordAccount* account = moment.ledger.Find(record.value);
        if (account == nullptr) continue;
        Exercise();
        // Copies that were committed together are reported together, at the last.
        if (account->committed_copies <= 1 || account->committed_at != place) continue;
        const std::string licence = moment.LicenceFor(tp, record.value);
        Report(moment,
               absl::StrCat(moment.RecordName(record.value), ", of an idempotent producer, is in the committed log of ",
                            moment.Name(tp), " ", account->committed_copies, " times, last at ",
                            account->committed_at.value()),
               Keeps(licence) ? LifeOfRecord(moment, tp, record.value) : std::vector<std::string>(), licence);
      }
    }
  }
};

}  // namespace

std::unique_ptr<Checker> MakeNoDuplicates() { return std::make_unique<NoDuplicates>(); }

}  // namespace ktrial::properties
