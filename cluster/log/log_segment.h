// One segment of a log (org.apache.kafka.storage.internals.log.LogSegment): a file with a chunk per record batch,
// tagged by the batch's base offset, and what Kafka's indexes make known of it: how full they are, and the largest
// timestamp.
//
// Index files are not written. Kafka looks at their content nowhere at a start, rebuilds them in each segment that it
// recovers (LogSegment.recover), and reads of them only what can be told from the segment; so an index here is as good
// as its segment.
#ifndef KTRIAL_CLUSTER_LOG_LOG_SEGMENT_H_
#define KTRIAL_CLUSTER_LOG_LOG_SEGMENT_H_

#include <cstdint>

#include "cluster/log/log_config.h"
#include "cluster/protocol/ids.h"
#include "cluster/protocol/record_batch.h"
#include "sim/disk.h"
#include "sim/time.h"

namespace ktrial::cluster {

// What Kafka calls RecordBatch.NO_TIMESTAMP.
inline constexpr sim::WallTime kNoTimestamp{-1};

struct LogSegment {
  // Also the name of the file. The first batch may lie higher.
  Offset base_offset;
  sim::FileId file = {};
  int64_t bytes = 0;
  // When the segment was made, or loaded at the broker's start; and when it was last written, as far as is known.
  sim::WallTime created;
  sim::WallTime last_modified;
  // Of the first batch, from which segment.ms counts; and the largest of all.
  sim::WallTime first_timestamp = kNoTimestamp;
  sim::WallTime max_timestamp = kNoTimestamp;
  // Entries of the two indexes, the timestamp of the time index's last, and the bytes appended since.
  sim::WallTime indexed_timestamp = kNoTimestamp;
  int32_t offset_index_entries = 0;
  int32_t time_index_entries = 0;
  int32_t bytes_since_index_entry = 0;
  // Background flushes under way. Only when the last has ended is the whole file known to be durable, since a
  // truncation may have come between the first and it.
  int32_t flushes_in_flight = 0;
  // Complete and flushed; never so for the active segment.
  bool durable = false;

  // Retention goes by this.
  sim::WallTime LargestTimestamp() const { return max_timestamp > kNoTimestamp ? max_timestamp : last_modified; }

  // A batch goes to the end of the file: `bytes` and the indexes grow.
  void Grow(const LogBatch& batch, int32_t index_interval_bytes);
  // Takes everything but file, offsets and times anew from what the file holds.
  void Rebuild(const sim::Disk& files, int32_t index_interval_bytes);
};

// What LogSegment.shouldRoll looks at (RollParams).
struct RollParams {
  const LogConfig& config;
  // segment.jitter.ms's part for this segment.
  sim::Duration jitter;
  // Of the batch to be appended.
  sim::WallTime max_timestamp;
  Offset last_offset;
  int32_t bytes = 0;
  sim::WallTime now;
};

// Whether a batch calls for a new segment first: it would not fit, the segment spans segment.ms, an index is full, or
// the batch's offset cannot be told relative to the base in 31 bits. Time counts from the first batch's timestamp to
// this one's, and by the clock only in an empty segment, which however does not roll for its age.
bool ShouldRoll(const LogSegment& segment, const RollParams& params);

inline const LogBatch& LogBatchIn(const sim::ChunkView& chunk) { return static_cast<const LogBatch&>(*chunk.payload); }
// Of a torn chunk only a first part was written.
inline bool IsTorn(const sim::ChunkView& chunk) { return chunk.bytes < LogBatchIn(chunk).bytes(); }

// Index of the segment's first batch that ends at or above `offset`; the number of chunks if there is none.
int64_t FirstBatchEndingAbove(const sim::Disk& files, const LogSegment& segment, Offset offset);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_LOG_SEGMENT_H_
