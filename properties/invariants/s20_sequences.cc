// S20: in the committed log of a partition, the sequence numbers of an idempotent producer go on from 0 in each of its
// epochs without gap or repetition, and its epochs do not fall.
//
// KIP-98. A producer that the replicas have forgotten (producer.id.expiration.ms) may go on with any number.
#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
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
    Producer& known = producers_[tp][batch.producer_id()];
    Exercise();
    const bool same_epoch = batch.producer_epoch() == known.epoch;
    const int32_t expected = same_epoch ? NextOf(known.last_sequence) : 0;
    if (!known.forgotten && (batch.producer_epoch() < known.epoch || batch.base_sequence() != expected)) {
      const std::string licence = moment.LicenceFor(tp, batch.records().empty() ? -1 : batch.records().front().value);
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
