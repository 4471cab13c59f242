// I5: an offset that an idempotent producer was told for a record holds exactly that record.
//
// Seen from the log: where such a record is committed, its producer was told that place or is told it later.
#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class AckedOffsetHoldsRecord : public CheckerBase<AckedOffsetHoldsRecord> {
 public:
  void On(const Moment& moment, const cluster::RecordAcked& fact) {
    const RecordAccount* account = moment.ledger.Find(fact.value);
    if (account == nullptr || account->committed_copies != 1) return;
    const GhostPartition* partition = moment.ghost.Find(fact.tp);
    const LogEntry* entry = partition->committed.Find(account->committed_at);
    if (entry == nullptr || !entry->batch->batch().has_producer_id()) return;
    Check(moment, fact.tp, fact.value, fact.offset, account->committed_at);
  }

  void On(const Moment& moment, const cluster::HighWatermarkMoved& fact) { TakeCommitted(moment, fact.tp); }
  void On(const Moment& moment, const cluster::BecameLeader& fact) { TakeCommitted(moment, fact.tp); }

 private:
  void TakeCommitted(const Moment& moment, TopicPartition tp) {
    for (const LogEntry& entry : moment.ghost.newly_committed()) {
      const cluster::RecordBatch& batch = entry.batch->batch();
      if (!batch.has_producer_id() || batch.is_control()) continue;
      for (int32_t i = 0; i < batch.record_count(); ++i) {
        const cluster::Record& record = batch.records()[static_cast<size_t>(i)];
        const RecordAccount* account = moment.ledger.Find(record.value);
        if (account != nullptr && account->outcome == RecordOutcome::kAcked && account->committed_copies == 1) {
          Check(moment, tp, record.value, account->offset, entry.batch->offset_of(i));
        }
      }
    }
  }

  void Check(const Moment& moment, TopicPartition tp, int64_t value, Offset told, Offset at) {
    if (!told.valid()) return;
    Exercise();
    if (told == at) return;
    const std::string licence = moment.LicenceFor(tp, value);
    Report(moment,
           absl::StrCat(moment.RecordName(value), " was acknowledged at offset ", told.value(), " of ", moment.Name(tp),
                        ", but stands at offset ", at.value()),
           Keeps(licence) ? LifeOfRecord(moment, tp, value) : std::vector<std::string>(), licence);
  }
};

}  // namespace

std::unique_ptr<Checker> MakeAckedOffsetHoldsRecord() { return std::make_unique<AckedOffsetHoldsRecord>(); }

}  // namespace ktrial::properties
