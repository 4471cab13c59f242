// S20: in the committed log of a partition, the sequence numbers of an idempotent producer go on from 0 in each of its
// epochs without gap or repetition, and its epochs do not fall.
//
// KIP-98. A producer that the replicas have forgotten (producer.id.expiration.ms) may go on with any number.
//
// So may one of which the leader has never heard, though its first batches are on their way: they are in flight to a
// leader before it, or were refused. No sequence is too high for a leader that knows nothing of a producer, and none of
// those batches comes in any more, unless under the producer's next epoch (I1). That has a licence for the batch that
// was accepted so, as long as each missing number is that of a record that was sent before and has no success.
#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "cluster/client/producer_process.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class SequencesWithoutGaps : public CheckerBase<SequencesWithoutGaps> {
 public:
  void On(const Moment& moment, const cluster::HighWatermarkMoved& fact) { TakeCommitted(moment, fact.tp); }
  void On(const Moment& moment, const cluster::BatchAppended&) { Relearn(moment); }
  void On(const Moment& moment, const cluster::BecameLeader& fact) { TakeCommitted(moment, fact.tp); }
  void On(const Moment&, const cluster::ProducerExpired& fact) { producers_[fact.tp][fact.producer].forgotten = true; }

 private:
  void TakeCommitted(const Moment& moment, TopicPartition tp) {
    Relearn(moment);
    for (const LogEntry& entry : moment.ghost.newly_committed()) {
      const cluster::RecordBatch& batch = entry.batch->batch();
      if (batch.has_producer_id() && !batch.is_control()) Take(moment, tp, *entry.batch);
    }
  }

  struct Producer {
    cluster::ProducerEpoch epoch;
    int32_t last_sequence = -1;
    // Any number is good next.
    bool forgotten = false;
  };

  static int32_t NextOf(int32_t sequence) { return cluster::IncrementSequence(sequence, 1); }

  void Take(const Moment& moment, TopicPartition tp, const cluster::LogBatch& log_batch) {
    const cluster::RecordBatch& batch = log_batch.batch();
    const bool first = !producers_[tp].contains(batch.producer_id());
    Producer& known = producers_[tp][batch.producer_id()];
    Exercise();
    const bool same_epoch = batch.producer_epoch() == known.epoch;
    const int32_t expected = same_epoch ? NextOf(known.last_sequence) : 0;
    if (!known.forgotten && (batch.producer_epoch() < known.epoch || batch.base_sequence() != expected)) {
      const int64_t value = batch.records().empty() ? -1 : batch.records().front().value;
      std::string licence = moment.LicenceFor(tp, value);
      if (licence.empty() && first && value >= 0 && moment.ghost.Find(tp)->AcceptedFromUnknown(log_batch) &&
          Unsettled(moment, tp, value) >= batch.base_sequence()) {
        licence = "the leader knew nothing of the producer, whose first batches it never got";
      }
      Report(moment,
             absl::StrCat("producer ", batch.producer_id().value(), " has sequence ", batch.base_sequence(),
                          " of epoch ", batch.producer_epoch().value(), " at ", OffsetsText(log_batch), " of ",
                          moment.Name(tp), ", where sequence ", expected, " of epoch ",
                          same_epoch || batch.producer_epoch() > known.epoch ? batch.producer_epoch().value()
                                                                             : known.epoch.value(),
                          " was due"),
             Keeps(licence) ? LifeOfBatch(moment, tp, log_batch) : std::vector<std::string>(), licence);
    }
    known = {.epoch = batch.producer_epoch(), .last_sequence = batch.last_sequence(), .forgotten = false};
  }

  // How many records of the same producer were sent to the partition before this one and have no success.
  static int64_t Unsettled(const Moment& moment, TopicPartition tp, int64_t value) {
    const cluster::ClientId client = cluster::ProducerProcess::ClientOf(value);
    int64_t count = 0;
    for (int64_t v = cluster::ProducerProcess::ValueOf(client, 0); v < value; ++v) {
      const RecordAccount* account = moment.ledger.Find(v);
      if (account != nullptr && account->tp == tp && account->outcome != RecordOutcome::kAcked) ++count;
    }
    return count;
  }

  // Committed records were lost: producers go on from what is left.
  void Relearn(const Moment& moment) {
    const GhostLoss* loss = moment.ghost.last_loss();
    if (loss == nullptr) return;
    SmallMap<cluster::ProducerId, Producer>& producers = producers_[loss->tp];
    producers.clear();
    for (const LogEntry& entry : moment.ghost.Find(loss->tp)->committed.entries()) {
      const cluster::RecordBatch& batch = entry.batch->batch();
      if (!batch.has_producer_id() || batch.is_control()) continue;
      producers[batch.producer_id()] = {.epoch = batch.producer_epoch(), .last_sequence = batch.last_sequence()};
    }
    // Whose records are all gone is unknown to the new leader.
    for (const LogEntry& entry : loss->records) {
      const cluster::ProducerId producer = entry.batch->batch().producer_id();
      if (producer.valid() && !producers.contains(producer)) producers[producer].forgotten = true;
    }
  }

  PartitionMap<SmallMap<cluster::ProducerId, Producer>> producers_;
};

}  // namespace

std::unique_ptr<Checker> MakeSequencesWithoutGaps() { return std::make_unique<SequencesWithoutGaps>(); }

}  // namespace ktrial::properties
