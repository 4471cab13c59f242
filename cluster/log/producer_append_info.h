// What a log remembers of one idempotent producer, and the check of a new batch against it (ProducerStateEntry and
// ProducerAppendInfo of org.apache.kafka.storage.internals.log).
//
//   if (const BatchMetadata* first_time = entry.FindDuplicate(batch)) ...
//   ErrorCode error = CheckProducer(&entry, batch, AppendOrigin::kClient);
//   entry.Add(appended);
#ifndef KTRIAL_CLUSTER_LOG_PRODUCER_APPEND_INFO_H_
#define KTRIAL_CLUSTER_LOG_PRODUCER_APPEND_INFO_H_

#include <array>
#include <cstdint>

#include "cluster/protocol/error_code.h"
#include "cluster/protocol/ids.h"
#include "cluster/protocol/record_batch.h"
#include "sim/time.h"

namespace ktrial::cluster {

// Where a batch comes from decides what is checked (AppendOrigin).
enum class AppendOrigin : uint8_t { kClient, kCoordinator, kReplication, kRaftLeader };

// An appended batch as its producer may send it again.
struct BatchMetadata {
  int32_t last_sequence = -1;
  int32_t offset_delta = 0;
  Offset last_offset;
  // The largest of its records.
  sim::WallTime timestamp;

  Offset first_offset() const { return last_offset - offset_delta; }

  friend bool operator==(const BatchMetadata&, const BatchMetadata&) = default;
};

class ProducerStateEntry {
 public:
  // Kafka's clients have at most this many batches in flight when they are idempotent.
  static constexpr int kBatchesKept = 5;

  ProducerEpoch epoch() const { return epoch_; }
  // The producer's last batch, by its records' time.
  sim::WallTime last_timestamp() const { return last_timestamp_; }
  int batch_count() const { return batch_count_; }
  // From the oldest, 0, to the newest.
  const BatchMetadata& batch(int index) const { return batches_[static_cast<size_t>(index)]; }
  // Of the newest batch; -1 if there is none in this epoch.
  int32_t last_sequence() const { return batch_count_ == 0 ? -1 : batch(batch_count_ - 1).last_sequence; }

  // The kept batch with the same epoch and sequence numbers, or null.
  const BatchMetadata* FindDuplicate(const RecordBatch& batch) const;
  // Takes note of an appended batch. A new epoch forgets the batches of the old one.
  void Add(const LogBatch& batch);

  friend bool operator==(const ProducerStateEntry&, const ProducerStateEntry&) = default;

 private:
  ProducerEpoch epoch_;
  int32_t batch_count_ = 0;
  sim::WallTime last_timestamp_;
  std::array<BatchMetadata, kBatchesKept> batches_;
};

// Whether the batch may be appended after what `current` (null: nothing is known of the producer) has seen. Replication
// is never refused; coordinators are held to the epoch; clients to the epoch and the sequence. Any sequence is good
// from a producer of whom nothing is known.
ErrorCode CheckProducer(const ProducerStateEntry* current, const RecordBatch& batch, AppendOrigin origin);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_PRODUCER_APPEND_INFO_H_
