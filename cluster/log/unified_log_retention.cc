// How a log gets rid of what is at its front.

#include <utility>

#include "cluster/defects.h"
#include "cluster/log/unified_log.h"
#include "sim/check.h"

namespace ktrial::cluster {

void UnifiedLog::TellOfLogStart(sim::Context& ctx, Offset from, LogStartReason reason) const {
  if (!EmitsFacts()) return;
  ctx.Emit(LogStartMoved{.tp = tp_,
                         .broker = broker_,
                         .from = from,
                         .to = log_start_,
                         .reason = reason,
                         .high_watermark = high_watermark_,
                         .log_end = log_end()});
}

ErrorCode UnifiedLog::MaybeIncrementLogStart(sim::Context& ctx, Offset to, LogStartReason reason) {
  const bool bounded = !config().defects.Has(Defect::kRetentionIgnoresHighWatermark);
  if (bounded && to > high_watermark_) return ErrorCode::kOffsetOutOfRange;
  if (to <= log_start_) return ErrorCode::kNone;
  const Offset from = std::exchange(log_start_, to);
  if (recovery_point() < to) log_.set_recovery_point(to);
  Note(epochs_.TruncateFromStart(ctx, to));
  producer_state_.OnLogStartIncremented(to);
  TellOfLogStart(ctx, from, reason);
  return ErrorCode::kNone;
}

int UnifiedLog::DeleteWhile(sim::Context& ctx, LogStartReason reason,
                            absl::FunctionRef<bool(size_t segment)> should_delete) {
  const std::vector<LogSegment>& segments = log_.segments();
  const size_t segment_count = segments.size();
  const Offset bound = config().defects.Has(Defect::kRetentionIgnoresHighWatermark) ? log_end() : high_watermark_;
  size_t count = 0;
  while (count < segment_count) {
    const bool is_last = count + 1 == segment_count;
    const Offset end = is_last ? log_end() : segments[count + 1].base_offset;
    // An empty log stays as it is.
    if (end > bound || (is_last && segments[count].bytes == 0) || !should_delete(count)) break;
    ++count;
  }
  if (count == 0) return 0;
  // There must be a segment to append to.
  if (count == segment_count && !Roll(ctx, log_end())) return 0;
  MaybeIncrementLogStart(ctx, segments[count].base_offset, reason);
  for (size_t i = 0; i < count; ++i) producer_state_.DeleteSnapshot(ctx, segments[i].base_offset);
  log_.DeleteFirstSegments(ctx, count);
  return static_cast<int>(count);
}

int UnifiedLog::DeleteOldSegments(sim::Context& ctx) {
  if (storage_failed()) return 0;
  const std::vector<LogSegment>& segments = log_.segments();
  // Does not move the log start, which is there already.
  int deleted = DeleteWhile(ctx, LogStartReason::kRecordsDeleted, [&](size_t i) {
    return i + 1 < segments.size() && segments[i + 1].base_offset <= log_start_;
  });
  if (!config().cleanup_delete) return deleted;
  if (config().retention_bytes >= 0) {
    int64_t excess = size_bytes() - config().retention_bytes;
    deleted += DeleteWhile(ctx, LogStartReason::kRetentionSize, [&](size_t i) {
      if (segments[i].bytes > excess) return false;
      excess -= segments[i].bytes;
      return true;
    });
  }
  if (config().retention_time >= sim::Duration()) {
    const sim::WallTime now = ctx.wall_clock();
    deleted += DeleteWhile(ctx, LogStartReason::kRetentionTime,
                           [&](size_t i) { return now - segments[i].LargestTimestamp() > config().retention_time; });
  }
  return deleted;
}

}  // namespace ktrial::cluster
