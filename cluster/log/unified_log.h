// One replica's log (org.apache.kafka.storage.internals.log.UnifiedLog): segments of record batches on a disk, the
// leader epoch cache, the idempotent producers' state, and the offsets that bound it:
//
//   log_start <= high_watermark <= log_end, recovery_point <= log_end
//
//   UnifiedLog log = UnifiedLog::Load(ctx, {.tp = tp, .broker = self, .directory = "orders-0", .flush_key = key});
//   LogAppendInfo info = log.AppendAsLeader(ctx, batch, epoch, AppendOrigin::kClient);
//   FetchedData data = log.Read(ctx, from, log.high_watermark(), max_bytes);
//
// Appends are in the page cache when they return; nothing is flushed per append unless flush.messages says so. A roll
// flushes the old segment in the background: the owner hands every OnDiskDone with the log's flush_key to OnFlushed,
// which advances the recovery point. The owner keeps high watermark, recovery point and log start in checkpoint files
// (offset_checkpoint.h); after a truncation it must write the recovery point's at once, as LogManager does, or a later
// power loss is not recovered from far enough back.
//
// A write that fails leaves the log in doubt: storage_failed() stays true, appends are answered KAFKA_STORAGE_ERROR,
// and the owner takes the disk offline. Facts are emitted for all partitions but kMetadataPartition, of which
// RaftClient tells.
//
// What lies below the log start is no longer served. The log start rises by retention, by DeleteRecords and on
// followers with the leader's, never above the high watermark (KAFKA-5634); whole segments below it go with the next
// round of retention. Segments are deleted by renaming their files; the owner deletes those later (TakeDeletedFiles).
//
// The log holds no Context: every call that touches the disk is given one.
#ifndef KTRIAL_CLUSTER_LOG_UNIFIED_LOG_H_
#define KTRIAL_CLUSTER_LOG_UNIFIED_LOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "cluster/facts.h"
#include "cluster/log/leader_epoch_cache.h"
#include "cluster/log/local_log.h"
#include "cluster/log/log_config.h"
#include "cluster/log/producer_append_info.h"
#include "cluster/log/producer_state_manager.h"
#include "cluster/protocol/error_code.h"
#include "cluster/protocol/ids.h"
#include "cluster/protocol/record_batch.h"
#include "sim/context.h"

namespace ktrial::cluster {

struct LoadedLog;

struct LogAppendInfo {
  ErrorCode error = ErrorCode::kNone;
  Offset first_offset = {};
  Offset last_offset = {};
  // The batch had been appended before: the offsets are those of the first time, and nothing was appended now.
  bool duplicate = false;
  // With timestamp type LogAppendTime, the time given to the records; of a duplicate, its largest timestamp; else -1.
  sim::WallTime log_append_time = kNoTimestamp;
};

class UnifiedLog {
 public:
  using Options = LogOptions;

  // Opens the log in its folder, or makes an empty one. After an unclean shutdown, scans from the recovery point,
  // checks each batch, cuts at the first bad one, and rebuilds epochs and producer state; the thread pays for what is
  // read. Emits LogLoaded unless the log is new.
  static UnifiedLog Load(sim::Context& ctx, const Options& options);

  const LogFolder& folder() const { return log_.folder(); }
  const LocalLog& local_log() const { return log_; }
  // For the cleaner: one segment takes the place of several (LocalLog::ReplaceSegments). The producer snapshots of
  // those that are gone go too.
  void ReplaceSegments(sim::Context& ctx, size_t first, size_t count, const LogSegment& replacement);

  // The topic's settings have changed: what is appended from now on is held to the new ones.
  void UpdateConfig(LogConfigRef config) { log_.UpdateConfig(std::move(config)); }
  const LogConfig& config() const { return log_.config(); }

  const TopicPartition& tp() const { return tp_; }
  Offset log_start() const { return log_start_; }
  Offset log_end() const { return log_.log_end(); }
  Offset high_watermark() const { return high_watermark_; }
  Offset recovery_point() const { return log_.recovery_point(); }
  // Without transactions the last stable offset is the high watermark.
  Offset last_stable_offset() const { return high_watermark_; }
  int64_t size_bytes() const { return log_.size_bytes(); }
  const std::vector<LogSegment>& segments() const { return log_.segments(); }
  Offset first_segment_base() const { return log_.segments().front().base_offset; }
  int32_t segment_count() const { return static_cast<int32_t>(log_.segments().size()); }
  bool storage_failed() const { return storage_failed_ || log_.storage_failed() || producer_state_.storage_failed(); }

  // Assigns offsets, stamps the epoch and appends, after all checks in Kafka's order: MESSAGE_TOO_LARGE, INVALID_RECORD
  // or INVALID_TIMESTAMP (log_validator.h), RECORD_LIST_TOO_LARGE for more than a segment holds, and the producer's
  // epoch and sequence.
  LogAppendInfo AppendAsLeader(sim::Context& ctx, sim::Ref<const RecordBatch> batch, LeaderEpoch epoch,
                               AppendOrigin origin);
  // Appends a batch as the leader stamped it. CORRUPT_MESSAGE, and nothing is done, if its checksum does not match;
  // UNKNOWN_SERVER_ERROR, and nothing is done, for a batch that begins below log_end() (Kafka:
  // UnexpectedAppendOffsetException); above it a gap stays, as in the leader's log.
  ErrorCode AppendAsFollower(sim::Context& ctx, LogBatchRef batch);

  // Batches from the one that holds `from` on, that end at or below `limit`, of one segment, up to `max_bytes`; the
  // first batch is read whatever its size if `min_one_batch`. OFFSET_OUT_OF_RANGE unless log_start() <= from <=
  // log_end(). Checksums are not looked at.
  FetchedData Read(sim::Context& ctx, Offset from, Offset limit, int32_t max_bytes, bool min_one_batch = true) const;

  // How many bytes there are between two offsets of the log; empty if they lie in different segments. Costs no reading.
  std::optional<int64_t> BytesWithinSegment(sim::Context& ctx, Offset from, Offset to) const {
    return log_.BytesWithinSegment(folder().disk(ctx).files(), from, to);
  }

  // Raises the high watermark, as a leader does; true if it rose. `to` must not be above log_end().
  bool MaybeIncrementHighWatermark(sim::Context& ctx, Offset to, LeaderEpoch epoch);
  // Sets it to `to` clamped to [log_start, log_end], as a follower does; it may go down. Returns the new one.
  Offset UpdateHighWatermark(sim::Context& ctx, Offset to, LeaderEpoch epoch);

  // Removes everything at and above `to`; cuts epochs, producer state and high watermark with it. True if anything
  // went. At or above log_end() only the epochs are cut, to log_end() (KAFKA-10706). A batch that straddles `to` goes
  // whole.
  bool TruncateTo(sim::Context& ctx, Offset to, TruncationReason reason);
  // Empties the log and goes on at `start`.
  void TruncateFullyAndStartAt(sim::Context& ctx, Offset start, TruncationReason reason);

  // Raises the log start; nothing happens if it is no lower. OFFSET_OUT_OF_RANGE above the high watermark.
  ErrorCode MaybeIncrementLogStart(sim::Context& ctx, Offset to, LogStartReason reason);
  // Deletes segments at the front, in this order: those below the log start, and unless cleanup.policy is compact alone
  // those by which the log is larger than retention.bytes, and those whose largest timestamp is older than
  // retention.ms. None that reaches above the high watermark goes. Returns how many went.
  int DeleteOldSegments(sim::Context& ctx);
  std::vector<std::string> TakeDeletedFiles() { return log_.TakeDeletedFiles(); }

  // Leader epochs (LeaderEpochFileCache).
  void AssignEpochStart(sim::Context& ctx, LeaderEpoch epoch, Offset start);
  std::optional<LeaderEpoch> latest_epoch() const { return epochs_.latest_epoch(); }
  const LeaderEpochCache& leader_epochs() const { return epochs_; }
  // Where the largest epoch <= `epoch` ended; both parts invalid if undefined.
  OffsetAndEpoch EndOffsetForEpoch(LeaderEpoch epoch) const { return epochs_.EndOffsetFor(epoch, log_end()); }

  // First offset whose record is not older than the timestamp, with its epoch.
  FoundOffset FindByTimestamp(sim::Context& ctx, int64_t unix_millis) const;
  // The offset of the record with the largest timestamp, the first of several.
  FoundOffset FindMaxTimestamp(sim::Context& ctx) const { return log_.FindMaxTimestamp(ctx); }

  // Makes everything durable and advances the recovery point.
  void Flush(sim::Context& ctx) { log_.Flush(ctx); }
  // Flushes if flush.ms has passed since the last time (LogManager.flushDirtyLogs).
  void MaybeFlush(sim::Context& ctx);
  // A background flush with this log's flush_key has ended.
  void OnFlushed(const sim::DiskDone& done) { log_.OnFlushed(done); }
  // For a clean shutdown: flushes and writes a producer snapshot.
  void Close(sim::Context& ctx);

  const ProducerStateManager& producer_state() const { return producer_state_; }
  // To be called every producer.id.expiration.check.interval.ms.
  void RemoveExpiredProducers(sim::Context& ctx);

 private:
  UnifiedLog(const LogOptions& options, LoadedLog loaded);

  bool MaybeRoll(sim::Context& ctx, const LogBatch& batch);
  // What a roll must not do in this order (Defect::kProducerStateBeforeAppend).
  bool UpdateProducersAndRoll(sim::Context& ctx, const LogBatch& batch);
  bool Roll(sim::Context& ctx, Offset base_offset);
  ErrorCode CheckAppend(const RecordBatch& batch, AppendOrigin origin, sim::WallTime now) const;
  LogBatchRef Stamp(sim::Ref<const RecordBatch> batch, LeaderEpoch epoch, sim::WallTime now) const;
  ErrorCode Append(sim::Context& ctx, const LogBatchRef& batch, bool as_leader);
  void MoveHighWatermark(sim::Context& ctx, Offset to, LeaderEpoch epoch, bool as_leader);
  void TellOfProducerState(sim::Context& ctx) const;
  // log_start() was `from` before.
  void TellOfLogStart(sim::Context& ctx, Offset from, LogStartReason reason) const;
  int DeleteWhile(sim::Context& ctx, LogStartReason reason, absl::FunctionRef<bool(size_t segment)> should_delete);
  void Note(sim::DiskStatus status) { storage_failed_ |= status != sim::DiskStatus::kOk; }
  bool EmitsFacts() const { return tp_.topic != kMetadataTopic; }

  TopicPartition tp_;
  BrokerId broker_;
  uint64_t flush_key_ = 0;
  LocalLog log_;
  LeaderEpochCache epochs_;
  ProducerStateManager producer_state_;
  Offset log_start_{0};
  Offset high_watermark_{0};
  bool storage_failed_ = false;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_UNIFIED_LOG_H_
