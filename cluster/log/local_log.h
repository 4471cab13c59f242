// The records of one replica on its disk: segments, each a file of record batches (kafka.log.LocalLog and
// org.apache.kafka.storage.internals.log.LogSegments). It knows nothing of epochs, producers or high watermarks: those
// are UnifiedLog's.
//
// Invariants:
//  1. There is at least one segment; the last is the active one, to which batches are appended.
//  2. Segments ascend by base offset; every batch of a segment lies at or above its base offset and below the next
//  one's.
//  3. recovery_point() <= log_end(), and everything below it was flushed.
//
// Offsets may have gaps between batches. Kafka looks for none, and a power loss can leave one: if the tail of a full
// segment was lost at the border of a batch and the next segment's file was not, the later segment stays.
//
// Batches are read without a look at their checksums (record_batch.h says where those are looked at): a batch whose
// place on the disk is damaged comes as LogBatch::Damaged.
//
// The files of a segment that is deleted are renamed to *.deleted. They go when the owner of the log deletes them,
// file.delete.delay.ms later: TakeDeletedFiles tells which.
#ifndef KTRIAL_CLUSTER_LOG_LOCAL_LOG_H_
#define KTRIAL_CLUSTER_LOG_LOCAL_LOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "cluster/log/log_config.h"
#include "cluster/log/log_folder.h"
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

// What a search by time found.
struct FoundOffset {
  // NONE or KAFKA_STORAGE_ERROR.
  ErrorCode error = ErrorCode::kNone;
  // Of the record, with its batch's leader epoch; empty if there is none.
  std::optional<OffsetAndEpoch> record;
};

class LocalLog {
 public:
  // The folder's segments, with the end of what they hold. Without any, `segments()` is empty and Create must follow.
  static LocalLog Open(sim::Context& ctx, const LogFolder& folder, LogConfigRef config);

  const LogConfig& config() const { return *config_; }
  void UpdateConfig(LogConfigRef config) { config_ = std::move(config); }
  const LogFolder& folder() const { return folder_; }
  const std::vector<LogSegment>& segments() const { return segments_; }
  const LogSegment& active() const { return segments_.back(); }
  Offset log_end() const { return log_end_; }
  Offset recovery_point() const { return recovery_point_; }
  // The base offset of the first segment of which a loss of power would take something below `end`; none if there is
  // none. This is what the disk knows, and not what the log believes.
  Offset FirstUnflushedSegment(const sim::Disk& files, Offset end) const;
  void set_recovery_point(Offset to) { recovery_point_ = to; }
  // When the recovery point last moved by a flush, or the log was opened. A background flush counts from its start.
  sim::WallTime last_flushed() const { return last_flushed_; }
  int64_t size_bytes() const;
  // A write to the disk failed since the log was opened: its contents are no longer certain.
  bool storage_failed() const { return storage_failed_; }

  // True if a batch with these bounds calls for a new segment first (LogSegment.shouldRoll).
  bool ShouldRoll(sim::WallTime now, sim::WallTime max_timestamp, Offset last_offset, int32_t bytes) const;
  // Starts a new active segment at `base_offset` (>= log_end()), and flushes what is not durable yet in the background:
  // OnDiskDone comes with `flush_key`, and must be handed to OnFlushed. An empty active segment that begins there
  // stays.
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
  // The first record at or above `from` that is not older than `unix_millis`, of the first segment whose largest
  // timestamp is not older. O(batches) in wall time; the thread pays for reading one batch, as with Kafka's time index.
  FoundOffset FindByTimestamp(sim::Context& ctx, Offset from, int64_t unix_millis) const;
  // The first record of the first batch with the log's largest timestamp.
  FoundOffset FindMaxTimestamp(sim::Context& ctx) const;

  // Drops what lies at and above `to`, which is within the log, durably: a batch that straddles it goes whole. Returns
  // the base offsets of the segments that went.
  std::vector<Offset> TruncateTo(sim::Context& ctx, Offset to);
  // Deletes all segments and begins again at `start`.
  void TruncateFullyAndStartAt(sim::Context& ctx, Offset start);
  // Deletes the first `count` segments, fewer than there are.
  void DeleteFirstSegments(sim::Context& ctx, size_t count);
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

  // Paths of the *.deleted files since the last call: they are the caller's to delete.
  std::vector<std::string> TakeDeletedFiles() { return std::exchange(deleted_files_, {}); }

 private:
  void AddSegment(sim::Context& ctx, Offset base_offset);
  void DeleteFile(sim::Context& ctx, const LogSegment& segment);
  sim::Duration JitterOf(sim::Context& ctx, Offset base_offset) const;
  void AdvanceRecoveryPoint();
  FoundOffset FindRecord(sim::Context& ctx, const LogSegment& segment, int64_t first_chunk, Offset from,
                         sim::WallTime not_before) const;
  bool Note(sim::DiskStatus status) {
    storage_failed_ |= status != sim::DiskStatus::kOk;
    return status == sim::DiskStatus::kOk;
  }

  LogFolder folder_;
  LogConfigRef config_;
  std::vector<LogSegment> segments_;
  std::vector<std::string> deleted_files_;
  // Of the active segment.
  sim::Duration roll_jitter_;
  sim::WallTime last_flushed_;
  Offset log_end_{0};
  Offset recovery_point_{0};
  bool storage_failed_ = false;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_LOCAL_LOG_H_
