// S22: the producer state that a log rebuilds, from a snapshot and the records behind it, is what replaying the whole
// log gives: of each producer the latest batch, and no batch that is not there.
//
// Missing may be who has been silent for producer.id.expiration.ms. Beyond the log may be remembered whose records
// retention has removed, or whose records lay in a hole that a loss of power left in the log.
#include <vector>

#include "absl/strings/str_cat.h"
#include "cluster/log/producer_state_manager.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

using cluster::ProducerId;

class ProducerStateMatchesLog : public CheckerBase<ProducerStateMatchesLog> {
 public:
  void On(const Moment& moment, const cluster::ProducerStateRebuilt& fact) {
    const GhostReplica* replica = moment.ghost.FindReplica(fact.tp, fact.broker);
    if (replica == nullptr || replica->log.end() != fact.end) return;
    Exercise();
    for (const auto& [producer, entry] : fact.state->producers()) {
      for (int i = 0; i < entry.batch_count(); ++i) CheckRemembered(moment, fact, *replica, producer, entry, i);
    }
    CheckLatest(moment, fact, *replica);
  }

 private:
  // A batch that is remembered stands in the log, unless it lies below its start.
  void CheckRemembered(const Moment& moment, const cluster::ProducerStateRebuilt& fact, const GhostReplica& replica,
                       ProducerId producer, const cluster::ProducerStateEntry& entry, int index) {
    const cluster::BatchMetadata& batch = entry.batch(index);
    if (batch.last_offset < fact.log_start) return;
    const LogEntry* held = replica.log.Find(batch.first_offset());
    if (held != nullptr && held->batch->last_offset() == batch.last_offset &&
        held->batch->batch().producer_id() == producer && held->batch->batch().producer_epoch() == entry.epoch() &&
        held->batch->batch().last_sequence() == batch.last_sequence) {
      return;
    }
    Report(moment,
           absl::StrCat("broker ", fact.broker.value(), " rebuilt the producer state of ", moment.Name(fact.tp),
                        " up to ", fact.end.value(), " and remembers of producer ", producer.value(), " a batch at ",
                        batch.first_offset().value(), " to ", batch.last_offset.value(), " with last sequence ",
                        batch.last_sequence, " of epoch ", entry.epoch().value(), ", which its log does not hold"));
  }

  // The latest batch of each producer in the log is remembered.
  void CheckLatest(const Moment& moment, const cluster::ProducerStateRebuilt& fact, const GhostReplica& replica) {
    SmallMap<ProducerId, const cluster::LogBatch*> latest;
    for (const LogEntry& entry : replica.log.entries()) {
      const cluster::RecordBatch& batch = entry.batch->batch();
      if (!batch.has_producer_id() || batch.is_control() || entry.batch->last_offset() < fact.log_start) continue;
      if (replica.IsInHole(entry.batch->base_offset())) continue;
      latest[batch.producer_id()] = entry.batch.get();
    }
    for (const auto& [producer, batch] : latest) {
      const cluster::ProducerStateEntry* entry = fact.state->Find(producer);
      if (entry != nullptr && entry->epoch() == batch->batch().producer_epoch() &&
          entry->last_sequence() == batch->batch().last_sequence()) {
        continue;
      }
      if (entry == nullptr && fact.now - batch->batch().max_timestamp() >= fact.expiration) continue;
      Report(moment,
             absl::StrCat("broker ", fact.broker.value(), " rebuilt the producer state of ", moment.Name(fact.tp),
                          " up to ", fact.end.value(), " and ",
                          entry == nullptr
                              ? absl::StrCat("has forgotten producer ", producer.value())
                              : absl::StrCat("takes sequence ", entry->last_sequence(), " of epoch ",
                                             entry->epoch().value(), " for the last of producer ", producer.value()),
                          ", whose batch at ", OffsetsText(*batch), " ends with sequence ",
                          batch->batch().last_sequence(), " of epoch ", batch->batch().producer_epoch().value()));
    }
  }
};

}  // namespace

std::unique_ptr<Checker> MakeProducerStateMatchesLog() { return std::make_unique<ProducerStateMatchesLog>(); }

}  // namespace ktrial::properties
