#include "cluster/log/log_cleaner_manager.h"

#include <algorithm>
#include <vector>

#include "absl/numeric/int128.h"
#include "cluster/log/log_segment.h"

namespace ktrial::cluster {
namespace {

sim::WallTime LargestTimestamp(const sim::Disk& files, const LogSegment& segment) {
  sim::WallTime largest;
  const int64_t chunks = files.chunk_count(segment.file);
  for (int64_t i = 0; i < chunks; ++i) {
    largest = std::max(largest, LogBatchIn(files.chunk(segment.file, i)).batch().max_timestamp());
  }
  return largest;
}

size_t FirstDirtySegment(const UnifiedLog& log, Offset first_dirty) {
  return log.local_log().SegmentIndexOf(first_dirty);
}

// The first segment that holds a record younger than min.compaction.lag.ms; the log's end if there is none.
Offset FirstTooYoung(const sim::Disk& files, const UnifiedLog& log, Offset first_dirty, sim::WallTime now) {
  const sim::Duration lag = log.config().min_compaction_lag;
  if (lag <= sim::Duration()) return log.log_end();
  const std::vector<LogSegment>& segments = log.local_log().segments();
  for (size_t i = FirstDirtySegment(log, first_dirty); i + 1 < segments.size(); ++i) {
    if (now - LargestTimestamp(files, segments[i]) < lag) return segments[i].base_offset;
  }
  return log.log_end();
}

bool IsOverdue(const sim::Disk& files, const UnifiedLog& log, Offset first_dirty, sim::WallTime now) {
  const sim::Duration lag = log.config().max_compaction_lag;
  if (lag == sim::Duration::Max()) return false;
  const std::vector<LogSegment>& segments = log.local_log().segments();
  for (size_t i = FirstDirtySegment(log, first_dirty); i + 1 < segments.size(); ++i) {
    if (files.chunk_count(segments[i].file) == 0) continue;
    const sim::WallTime first = LogBatchIn(files.chunk(segments[i].file, 0)).batch().max_timestamp();
    if (first > sim::WallTime() && now - first > lag) return true;
  }
  return false;
}

}  // namespace

CleanableRange CleanableOffsets(const sim::Disk& files, const UnifiedLog& log, std::optional<Offset> checkpoint,
                                sim::WallTime now) {
  CleanableRange range;
  range.first_dirty = checkpoint.value_or(log.log_start());
  if (range.first_dirty < log.log_start() || range.first_dirty > log.log_end()) {
    range.first_dirty = log.log_start();
    range.checkpoint_was_wrong = true;
  }
  const Offset limit = std::min({log.last_stable_offset(), log.local_log().active().base_offset,
                                 FirstTooYoung(files, log, range.first_dirty, now)});
  range.first_uncleanable = std::max(range.first_dirty, limit);
  return range;
}

LogToClean Assess(const sim::Disk& files, const UnifiedLog& log, const CleanableRange& range, sim::WallTime now) {
  const std::vector<LogSegment>& segments = log.local_log().segments();
  LogToClean assessed{.tp = log.tp(), .first_dirty = range.first_dirty};
  // Only whole segments are cleaned: the range ends where the segment that reaches above it begins.
  assessed.first_uncleanable = segments[log.local_log().SegmentIndexOf(range.first_uncleanable)].base_offset;
  const Offset dirty_from = std::min(range.first_dirty, assessed.first_uncleanable);
  const size_t first_dirty = FirstDirtySegment(log, dirty_from);
  // A segment that was cleaned in part, when the offset map was full, counts as both.
  for (size_t i = 0; i < segments.size(); ++i) {
    if (segments[i].base_offset < range.first_dirty) assessed.clean_bytes += segments[i].bytes;
    if (i >= first_dirty && segments[i].base_offset < assessed.first_uncleanable) {
      assessed.cleanable_bytes += segments[i].bytes;
    }
  }
  assessed.overdue = IsOverdue(files, log, range.first_dirty, now);
  return assessed;
}

bool IsCleanable(const LogToClean& log, const LogConfig& config) {
  if (log.cleanable_bytes <= 0) return false;
  constexpr int64_t kPartsPerMillion = 1'000'000;
  const int64_t total = log.clean_bytes + log.cleanable_bytes;
  return log.overdue ||
         absl::int128(log.cleanable_bytes) * kPartsPerMillion > absl::int128(total) * config.min_cleanable_ratio_ppm;
}

bool IsFilthier(const LogToClean& a, const LogToClean& b) {
  return absl::int128(a.cleanable_bytes) * (b.clean_bytes + b.cleanable_bytes) >
         absl::int128(b.cleanable_bytes) * (a.clean_bytes + a.cleanable_bytes);
}

}  // namespace ktrial::cluster
