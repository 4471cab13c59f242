// Records and record batches (message format v2). A RecordBatch is what a producer builds; it is immutable and shared
// by everything that carries it. A LogBatch is that batch at its place in a log: the leader stamps base offset and
// leader epoch, which Kafka's checksum does not cover, and replicas share the same LogBatch.
//
// Offsets in a batch are dense until the log is compacted: a batch that a cleaner has rewritten keeps its first and
// last offset and the offsets of the records that are left, perhaps none. Go from records to offsets by
// LogBatch::offset_of, and back by LogBatch::Find.
//
// The checksum. A v2 header is baseOffset, batchLength, partitionLeaderEpoch, magic, crc, attributes, ...; the CRC-32C
// covers what stands behind it, from attributes to the last record, so that a leader can stamp offset and epoch without
// computing it anew. No bytes are kept here, and no sum is computed: that the sum of a stored batch does not match is a
// mark on it (sim::ChunkView::intact on a disk, LogBatch::checksum_matches once it was read). A flipped bit counts as
// one in the part that is covered; the 21 bytes before are a thousandth of a usual batch. The mark is looked at only
// where Kafka computes the sum: in the recovery of a segment, when a follower appends what it fetched, and when a
// consumer takes records from a fetch (check.crcs). A leader reads and sends batches without looking.
//
//   BatchAttributes attributes{.producer_id = pid, .producer_epoch = epoch, .base_sequence = 0};
//   auto batch = MakeRef<const RecordBatch>(attributes, std::vector<Record>{{.timestamp = now, .bytes = 100, .value =
//   42}});
#ifndef KTRIAL_CLUSTER_PROTOCOL_RECORD_BATCH_H_
#define KTRIAL_CLUSTER_PROTOCOL_RECORD_BATCH_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "cluster/protocol/ids.h"
#include "sim/message.h"
#include "sim/ref.h"
#include "sim/time.h"

namespace ktrial::cluster {

// Size of the v2 batch header, and of a small record's own fields.
inline constexpr int32_t kBatchHeaderBytes = 61;
inline constexpr int32_t kRecordOverheadBytes = 8;

struct Record {
  sim::WallTime timestamp;
  // Key and value together, as serialised.
  int32_t bytes = 0;
  // The record has no value: it deletes its key (a tombstone). `value` below still names the record.
  bool tombstone = false;
  // Application records: the key, or -1 for none, and a value that is unique in the run.
  int64_t key = -1;
  int64_t value = -1;
  // Internal topics and control records: the decoded content (an offset commit, a metadata record, ...). The key of a
  // record of a compacted internal topic is a hash of what Kafka has as the key, never below 0.
  sim::Ref<const sim::Payload> body;
};

enum class ControlType : int8_t { kNone = -1, kAbort = 0, kCommit = 1, kLeaderChange = 2 };

struct BatchAttributes {
  ProducerId producer_id;
  ProducerEpoch producer_epoch;
  int32_t base_sequence = -1;
  bool transactional = false;
  ControlType control = ControlType::kNone;
};

class RecordBatch : public sim::Payload {
 public:
  // At least one record.
  RecordBatch(BatchAttributes attributes, std::vector<Record> records);

  // What cleaning leaves of a batch (MemoryRecords.filterTo): the records at the indexes `kept`, ascending and perhaps
  // none, under the same header, so that offsets and sequence numbers stay. `delete_horizon` is from when on the
  // batch's tombstones may go; none if there is nothing to go.
  static sim::Ref<const RecordBatch> Rewrite(const RecordBatch& original, const std::vector<int32_t>& kept,
                                             std::optional<sim::WallTime> delete_horizon);

  ProducerId producer_id() const { return attributes_.producer_id; }
  ProducerEpoch producer_epoch() const { return attributes_.producer_epoch; }
  bool has_producer_id() const { return attributes_.producer_id.valid(); }
  int32_t base_sequence() const { return attributes_.base_sequence; }
  // baseSequence + lastOffsetDelta, wrapping from 2^31-1 to 0; -1 without a producer id.
  int32_t last_sequence() const;
  bool is_control() const { return attributes_.control != ControlType::kNone; }
  const BatchAttributes& attributes() const { return attributes_; }

  const std::vector<Record>& records() const { return records_; }
  int32_t record_count() const { return static_cast<int32_t>(records_.size()); }
  int32_t last_offset_delta() const { return last_offset_delta_; }
  // Of the record at `index`, relative to the batch's first offset.
  int32_t offset_delta(int32_t index) const { return rewritten_ ? OffsetDeltaOfRewritten(index) : index; }
  // A cleaner has rewritten it: there may be gaps between its records' offsets, before the first and behind the last.
  bool is_rewritten() const { return rewritten_; }
  // Index of the first record whose offset delta is at least `delta`; record_count() if there is none.
  int32_t IndexAtOrAbove(int64_t delta) const;
  // From when on, by a broker's wall clock, a cleaner may remove the tombstones in it.
  std::optional<sim::WallTime> delete_horizon() const;
  // Encoded size, header included.
  int32_t bytes() const { return bytes_; }
  sim::WallTime max_timestamp() const { return max_timestamp_; }

 private:
  // What only a rewritten batch has.
  class Rewritten;

  RecordBatch() = default;
  int32_t OffsetDeltaOfRewritten(int32_t index) const;

  bool rewritten_ = false;
  BatchAttributes attributes_;
  std::vector<Record> records_;
  int32_t bytes_ = 0;
  int32_t last_offset_delta_ = 0;
  sim::WallTime max_timestamp_;
};

class LogBatch : public sim::Payload {
 public:
  LogBatch(Offset base_offset, LeaderEpoch leader_epoch, sim::Ref<const RecordBatch> batch);
  // With timestamp type LogAppendTime: the broker's clock at the append takes the place of all the records' timestamps.
  LogBatch(Offset base_offset, LeaderEpoch leader_epoch, sim::Ref<const RecordBatch> batch,
           sim::WallTime log_append_time);

  Offset base_offset() const { return base_offset_; }
  Offset last_offset() const { return base_offset_ + batch_->last_offset_delta(); }
  Offset next_offset() const { return last_offset() + 1; }
  // Of the record at `index`.
  Offset offset_of(int32_t index) const { return base_offset_ + batch_->offset_delta(index); }
  // The record at `offset`; null if there is none, as cleaning may have removed it.
  const Record* Find(Offset offset) const;
  // The same place in the log with what cleaning left of the batch.
  sim::Ref<const LogBatch> WithBatch(sim::Ref<const RecordBatch> batch) const;
  // partitionLeaderEpoch of the header.
  LeaderEpoch leader_epoch() const { return leader_epoch_; }
  const RecordBatch& batch() const { return *batch_; }
  const sim::Ref<const RecordBatch>& batch_ref() const { return batch_; }
  int32_t bytes() const { return batch_->bytes(); }
  // The time of the append, or -1 with timestamp type CreateTime.
  sim::WallTime log_append_time() const { return log_append_time_; }
  sim::WallTime max_timestamp() const { return has_log_append_time() ? log_append_time_ : batch_->max_timestamp(); }
  // Of the record at `index`.
  sim::WallTime timestamp(int32_t index) const {
    return has_log_append_time() ? log_append_time_ : batch_->records()[static_cast<size_t>(index)].timestamp;
  }
  // False for a copy that was read from a damaged place of a disk.
  bool checksum_matches() const { return checksum_matches_; }
  // This batch as it is read where a bit of it has flipped, or its end is missing.
  sim::Ref<const LogBatch> Damaged() const;

 private:
  bool has_log_append_time() const { return log_append_time_ >= sim::WallTime(0); }

  Offset base_offset_;
  LeaderEpoch leader_epoch_;
  bool checksum_matches_ = true;
  sim::WallTime log_append_time_{-1};
  sim::Ref<const RecordBatch> batch_;
};

using LogBatchRef = sim::Ref<const LogBatch>;

// Of all of them together.
inline int64_t BytesOf(const std::vector<LogBatchRef>& batches) {
  int64_t bytes = 0;
  for (const LogBatchRef& batch : batches) bytes += batch->bytes();
  return bytes;
}

// base + delta in sequence numbers, which wrap from 2^31-1 to 0 (DefaultRecordBatch.incrementSequence).
int32_t IncrementSequence(int32_t sequence, int32_t delta);
// sequence - delta, wrapping backward (DefaultRecordBatch.decrementSequence).
int32_t DecrementSequence(int32_t sequence, int32_t delta);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_PROTOCOL_RECORD_BATCH_H_
