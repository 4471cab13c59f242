// The records of one replica on its disk: segments, each a file of record batches
// (org.apache.kafka.storage.internals.log .LocalLog, LogSegments and LogSegment). It knows nothing of epochs, producers
// or high watermarks: those are UnifiedLog's.
//
// Invariants:
//  1. There is at least one segment; the last is the active one, to which batches are appended.
//  2. Segments ascend by base offset; every batch of a segment lies at or above its base offset and below the next
//  one's.
//  3. recovery_point() <= log_end(), and everything below it was flushed.
//
// Offsets may have gaps between batches. Kafka looks for none, and a power loss can leave one: if the tail of a full
// segment was lost at the border of a batch and the next segment's file was not, the later segment stays.
#ifndef KTRIAL_CLUSTER_LOG_LOCAL_LOG_H_
#define KTRIAL_CLUSTER_LOG_LOCAL_LOG_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "cluster/log/log_segment.h"
#include "cluster/protocol/error_code.h"
#include "cluster/protocol/ids.h"
#include "cluster/protocol/record_batch.h"
#include "sim/context.h"

namespace ktrial::cluster {

struct FetchedData {
  std::vector<LogBatchRef> batches;
  int32_t bytes = 0;
  ErrorCode error = ErrorCode::kNone;
};

// How much to read: batches that end at or below `limit`, up to `max_bytes`; the first batch is read whatever its size
// if `min_one_batch`.
struct ReadBounds {
  Offset limit;
  int32_t max_bytes = INT32_MAX;
  bool min_one_batch = true;
};

class LocalLog {
 public:
  // The folder's segments, with the end of what they hold. Without any, `segments()` is empty and Create must follow.
  static LocalLog Open(sim::Context& ctx, std::string_view directory);

  const std::vector<LogSegment>& segments() const { return segments_; }
  const LogSegment& active() const { return segments_.back(); }
  Offset log_end() const { return log_end_; }
  Offset recovery_point() const { return recovery_point_; }
  void set_recovery_point(Offset to) { recovery_point_ = to; }
  int64_t size_bytes() const;
  // A write to the disk failed since the log was opened: its contents are no longer certain.
  bool storage_failed() const { return storage_failed_; }

  // True if a batch of `bytes` calls for a new segment first.
  bool ShouldRoll(int32_t bytes, int64_t segment_bytes) const { return active().bytes > segment_bytes - bytes; }
  // Starts a new active segment at `base_offset` (>= log_end()), and flushes what is not durable yet in the background:
  // OnDiskDone comes with `flush_key`, and must be handed to OnFlushed.
  void Roll(sim::Context& ctx, Offset base_offset, uint64_t flush_key);
  // The background flush of a file has ended. False if the file is none of this log's segments.
  bool OnFlushed(const sim::DiskDone& done);
  // Appends at or above log_end().
  bool Append(sim::Context& ctx, const LogBatchRef& batch);
  // Makes everything durable before it returns.
  void Flush(sim::Context& ctx);

  // From the batch that holds `from` on, within one segment, as Kafka reads.
  FetchedData Read(sim::Context& ctx, Offset from, const ReadBounds& bounds) const;
  // How many bytes there are between two offsets of one segment; empty if they lie in different segments.
  std::optional<int64_t> BytesWithinSegment(const sim::Disk& files, Offset from, Offset to) const;
  // Each batch that ends above `from` and begins below `to`, in order; the thread pays for reading them. Ends with the
  // first segment that cannot be read.
  sim::DiskStatus ForEachBatch(sim::Context& ctx, Offset from, Offset to,
                               absl::FunctionRef<void(const LogBatch& batch)> visit) const;
  // The first record at or above `from` that is not older than `unix_millis`, with its epoch. O(batches) in wall time;
  // the thread pays for reading one batch, as with Kafka's time index.
  std::optional<OffsetAndEpoch> FindByTimestamp(sim::Context& ctx, Offset from, int64_t unix_millis) const;

  // Drops what lies at and above `to`, which is within the log, durably: a batch that straddles it goes whole. Returns
  // the base offsets of the segments that went.
  std::vector<Offset> TruncateTo(sim::Context& ctx, Offset to);
  // Deletes all segments and begins again at `start`.
  void TruncateFullyAndStartAt(sim::Context& ctx, Offset start);
  // Deletes the segments from `index` on, without a new active one; returns their base offsets.
  std::vector<Offset> DeleteSegmentsFrom(sim::Context& ctx, size_t index);
  // Adds the first segment to a log that has none.
  void Create(sim::Context& ctx, Offset base_offset);
  // Cuts a segment before its chunk at `index`, without any look at offsets (recovery).
  void CutSegment(sim::Context& ctx, size_t segment, int64_t chunk_index);
  // Puts one segment, complete and flushed, in the place of the `count` from `first` on, of which none is the active
  // one. Files are the caller's to rename and delete (segment_swap.h).
  void ReplaceSegments(size_t first, size_t count, const LogSegment& replacement);
  // Takes log_end() from the last segment's content.
  void FindLogEnd(sim::Context& ctx);
  // Index of the segment that holds `offset`, or of the first if it lies below all.
  size_t SegmentIndexOf(Offset offset) const;

 private:
  void AddSegment(sim::Context& ctx, Offset base_offset);
  void AdvanceRecoveryPoint();
  bool Note(sim::DiskStatus status) {
    storage_failed_ |= status != sim::DiskStatus::kOk;
    return status == sim::DiskStatus::kOk;
  }

  std::string directory_;
  std::vector<LogSegment> segments_;
  Offset log_end_{0};
  Offset recovery_point_{0};
  bool storage_failed_ = false;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_LOCAL_LOG_H_
