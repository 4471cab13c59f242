#include "cluster/log/log_cleaner.h"

#include <algorithm>
#include <string>
#include <utility>

#include "cluster/facts.h"
#include "cluster/log/segment_swap.h"
#include "cluster/network/component.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

// Looking a key up and copying the record.
constexpr sim::Duration kCleanCost = sim::Microseconds(1);

// Index of the group's first segment in the log; empty if its segments are not all there any more.
std::optional<size_t> FindGroup(const LocalLog& log, const SegmentGroup& group) {
  const std::vector<LogSegment>& segments = log.segments();
  const size_t first = log.SegmentIndexOf(group.front());
  if (first + group.size() >= segments.size()) return std::nullopt;
  for (size_t i = 0; i < group.size(); ++i) {
    if (segments[first + i].base_offset != group[i]) return std::nullopt;
  }
  return first;
}

}  // namespace

LogCleaner::LogCleaner(const Options& options) : options_(options), runs_(static_cast<size_t>(options.threads)) {}

void LogCleaner::Startup(sim::Context& ctx, const std::vector<LogDir>& live_dirs) {
  if (runs_.empty()) return;
  for (const LogDir dir : live_dirs) checkpoints_[dir] = ReadOffsetCheckpoint(ctx, kCleanerOffsetCheckpoint, dir);
  for (size_t thread = 0; thread < runs_.size(); ++thread) ArmTimer(ctx, thread, {});
}

void LogCleaner::ArmTimer(sim::Context& ctx, size_t thread, sim::Duration delay) {
  ctx.SetTimer(delay, {.kind = TimerKind(Component::kLogCleaner, 0), .key = thread});
}

bool LogCleaner::IsCleaning(TopicPartition tp) const {
  return std::any_of(runs_.begin(), runs_.end(), [tp](const auto& run) { return run && run->log.tp == tp; });
}

void LogCleaner::OnTimer(sim::Context& ctx, CleanableLogs& logs, const sim::Timer& timer) {
  const size_t thread = timer.key;
  std::optional<Run>& run = runs_[thread];
  bool busy = true;
  if (!run) {
    busy = CleanFilthiestLog(ctx, logs, thread);
  } else {
    UnifiedLog* log = logs.Find(run->log.tp);
    if (log == nullptr || !Advance(ctx, *log, *run)) run.reset();
  }
  // A round of the thread ends so, whether it has cleaned a log or not.
  if (!run) DeleteOldSegments(ctx, logs);
  // Kafka's thread spins if it may not sleep.
  const sim::Duration pause = std::max(options_.backoff, sim::Milliseconds(1));
  ArmTimer(ctx, thread, busy ? sim::Duration() : pause);
}

void LogCleaner::DeleteOldSegments(sim::Context& ctx, CleanableLogs& logs) {
  logs.ForEach([&](UnifiedLog& log) {
    if (!log.config().cleanup_compact || IsCleaning(log.tp()) || IsUncleanable(log.tp())) return;
    if (log.DeleteOldSegments(ctx) > 0) logs.DeleteFilesLater(ctx, log);
  });
}

std::optional<LogToClean> LogCleaner::GrabFilthiestLog(sim::Context& ctx, CleanableLogs& logs) {
  const sim::WallTime now = ctx.wall_clock();
  std::optional<LogToClean> filthiest;
  absl::btree_set<LogDir> changed;
  logs.ForEach([&](const UnifiedLog& log) {
    if (!log.config().cleanup_compact || IsCleaning(log.tp()) || IsUncleanable(log.tp())) return;
    const LogDir dir = log.folder().log_dir();
    if (failed_dirs_.contains(dir)) return;
    const sim::Disk& files = DiskOf(ctx, dir).files();
    OffsetCheckpoint& checkpoint = checkpoints_[dir];
    const auto it = checkpoint.find(log.tp());
    const CleanableRange range =
        CleanableOffsets(files, log, it == checkpoint.end() ? std::nullopt : std::optional<Offset>(it->second), now);
    if (range.checkpoint_was_wrong) {
      checkpoint[log.tp()] = range.first_dirty;
      changed.insert(dir);
    }
    const LogToClean assessed = Assess(files, log, range, now);
    if (!IsCleanable(assessed, log.config())) return;
    if (!filthiest || IsFilthier(assessed, *filthiest)) filthiest = assessed;
  });
  for (const LogDir dir : changed) WriteCheckpoint(ctx, dir);
  return filthiest;
}

bool LogCleaner::CleanFilthiestLog(sim::Context& ctx, CleanableLogs& logs, size_t thread) {
  const std::optional<LogToClean> filthiest = GrabFilthiestLog(ctx, logs);
  if (!filthiest) return false;
  const UnifiedLog& log = *logs.Find(filthiest->tp);
  const int64_t buffer_bytes = options_.dedupe_buffer_bytes / static_cast<int64_t>(runs_.size());
  Run run{.log = *filthiest,
          .dir = log.folder().log_dir(),
          .started = ctx.wall_clock(),
          .map = OffsetMap(OffsetMap::CapacityOf(buffer_bytes))};
  switch (BuildOffsetMap(ctx, log.local_log(), run.log.first_dirty, run.log.first_uncleanable, run.map)) {
    case CleaningStatus::kOk:
      break;
    case CleaningStatus::kDamaged:
      uncleanable_.insert(run.log.tp);
      return false;
    case CleaningStatus::kStorageError:
      failed_dirs_.insert(run.dir);
      return false;
  }
  // Not even one batch fits into the map, and none ever will.
  if (!run.map.latest_offset().valid()) return false;
  run.groups = GroupSegmentsBySize(log.local_log(), run.map.latest_offset() + 1, log.config().segment_bytes);
  runs_[thread] = std::move(run);
  return true;
}

bool LogCleaner::Advance(sim::Context& ctx, UnifiedLog& log, Run& run) {
  const SegmentGroup& group = run.groups[run.group];
  // Retention has removed some of them: the next cleaning sees what is left.
  const bool is_swapped = run.step == Step::kDeleteReplaced || run.step == Step::kRename;
  if (!is_swapped && !FindGroup(log.local_log(), group)) {
    DiscardCleaned(ctx, log, run);
    return false;
  }
  switch (run.step) {
    case Step::kCleanGroup: {
      const CleaningStatus status = CleanGroup(ctx, log, run);
      if (status == CleaningStatus::kOk) break;
      DiscardCleaned(ctx, log, run);
      if (status == CleaningStatus::kDamaged) uncleanable_.insert(log.tp());
      if (status == CleaningStatus::kStorageError) failed_dirs_.insert(run.dir);
      return false;
    }
    case Step::kSwapIn:
      SwapIn(ctx, log, run);
      break;
    case Step::kDeleteReplaced:
      Note(run.dir, DeleteReplacedSegments(ctx, log.folder(), group));
      break;
    case Step::kRename:
      Note(run.dir, RenameSwapToSegment(ctx, log.folder(), group.front()));
      if (++run.group < run.groups.size()) break;
      Done(ctx, log, run.map.latest_offset() + 1);
      return false;
  }
  if (failed_dirs_.contains(run.dir)) return false;
  run.step = run.step == Step::kRename ? Step::kCleanGroup : static_cast<Step>(static_cast<uint8_t>(run.step) + 1);
  return true;
}

CleaningStatus LogCleaner::CleanGroup(sim::Context& ctx, const UnifiedLog& log, Run& run) {
  const SegmentGroup& group = run.groups[run.group];
  run.before.clear();
  run.after.clear();
  const std::string path = CleanedSegmentPath(log.folder().path(), group.front());
  sim::DiskPort disk = log.folder().disk(ctx);
  if (disk.Find(path)) disk.Delete(path);
  const sim::Disk::FileResult created = disk.Create(path);
  if (created.status != sim::DiskStatus::kOk) return CleaningStatus::kStorageError;
  run.cleaned = LogSegment{.base_offset = group.front(), .file = created.file, .durable = true};
  const CleaningStatus status = CleanSegments(ctx, log, *FindGroup(log.local_log(), group), run);
  if (status != CleaningStatus::kOk) return status;
  return disk.Flush(run.cleaned.file) == sim::DiskStatus::kOk ? CleaningStatus::kOk : CleaningStatus::kStorageError;
}

CleaningStatus LogCleaner::CleanSegments(sim::Context& ctx, const UnifiedLog& log, size_t first, Run& run) {
  const CleaningRules rules{.map = run.map,
                            .now = run.started,
                            .delete_retention = log.config().delete_retention,
                            .upper_bound = run.log.first_uncleanable,
                            .producers = log.producer_state().producers(),
                            .defects = log.config().defects};
  sim::DiskPort disk = log.folder().disk(ctx);
  const sim::Disk& files = disk.files();
  for (size_t i = first; i < first + run.groups[run.group].size(); ++i) {
    const LogSegment& segment = log.local_log().segments()[i];
    if (disk.Read(segment.file, 0, segment.bytes) != sim::DiskStatus::kOk) return CleaningStatus::kStorageError;
    const int64_t chunks = files.chunk_count(segment.file);
    for (int64_t index = 0; index < chunks; ++index) {
      const sim::ChunkView chunk = files.chunk(segment.file, index);
      if (!chunk.intact) return CleaningStatus::kDamaged;
      LogBatchRef batch(&LogBatchIn(chunk));
      ctx.Spend(kCleanCost * int64_t{batch->batch().record_count()});
      run.before.push_back(batch);
      LogBatchRef left = CleanBatch(batch, rules);
      if (!left) continue;
      const sim::DiskStatus status = disk.Append(
          run.cleaned.file,
          {.tag = static_cast<uint64_t>(left->base_offset().value()), .bytes = left->bytes(), .payload = left});
      if (status != sim::DiskStatus::kOk) return CleaningStatus::kStorageError;
      run.cleaned.bytes += left->bytes();
      run.after.push_back(std::move(left));
    }
  }
  return CleaningStatus::kOk;
}

void LogCleaner::SwapIn(sim::Context& ctx, UnifiedLog& log, Run& run) {
  const SegmentGroup& group = run.groups[run.group];
  const std::optional<size_t> first = FindGroup(log.local_log(), group);
  KT_CHECK(first.has_value());
  if (!Note(run.dir, RenameCleanedToSwap(ctx, log.folder(), group.front()))) return;
  const Offset to = log.local_log().segments()[*first + group.size()].base_offset;
  log.ReplaceSegments(ctx, *first, group.size(), run.cleaned);
  ctx.Emit(LogCompacted{.tp = log.tp(),
                        .broker = options_.broker,
                        .from = group.front(),
                        .to = to,
                        .cleaned_to = run.map.latest_offset() + 1,
                        .started = run.started,
                        .delete_retention = log.config().delete_retention,
                        .before = &run.before,
                        .after = &run.after});
}

void LogCleaner::DiscardCleaned(sim::Context& ctx, const UnifiedLog& log, const Run& run) {
  const std::string path = CleanedSegmentPath(log.folder().path(), run.groups[run.group].front());
  sim::DiskPort disk = log.folder().disk(ctx);
  if (disk.Find(path)) Note(run.dir, disk.Delete(path));
}

void LogCleaner::Done(sim::Context& ctx, const UnifiedLog& log, Offset end) {
  checkpoints_[log.folder().log_dir()][log.tp()] = end;
  WriteCheckpoint(ctx, log.folder().log_dir());
}

void LogCleaner::WriteCheckpoint(sim::Context& ctx, LogDir dir) {
  Note(dir, WriteOffsetCheckpoint(ctx, kCleanerOffsetCheckpoint, checkpoints_.at(dir), dir));
}

void LogCleaner::AbortCleaning(sim::Context& ctx, UnifiedLog& log) {
  for (std::optional<Run>& run : runs_) {
    if (!run || run->log.tp != log.tp()) continue;
    switch (run->step) {
      case Step::kCleanGroup:
      case Step::kSwapIn:
        DiscardCleaned(ctx, log, *run);
        break;
      case Step::kDeleteReplaced:
        Note(run->dir, DeleteReplacedSegments(ctx, log.folder(), run->groups[run->group]));
        [[fallthrough]];
      case Step::kRename:
        Note(run->dir, RenameSwapToSegment(ctx, log.folder(), run->groups[run->group].front()));
        break;
    }
    run.reset();
  }
}

void LogCleaner::Forget(sim::Context& ctx, UnifiedLog& log) {
  AbortCleaning(ctx, log);
  uncleanable_.erase(log.tp());
  const LogDir dir = log.folder().log_dir();
  const auto it = checkpoints_.find(dir);
  if (it != checkpoints_.end() && it->second.erase(log.tp()) > 0) WriteCheckpoint(ctx, dir);
}

void LogCleaner::MaybeTruncateCheckpoint(sim::Context& ctx, const UnifiedLog& log, Offset offset) {
  const auto checkpoint = checkpoints_.find(log.folder().log_dir());
  if (checkpoint == checkpoints_.end()) return;
  const auto it = checkpoint->second.find(log.tp());
  if (it == checkpoint->second.end() || it->second <= offset) return;
  it->second = offset;
  WriteCheckpoint(ctx, checkpoint->first);
}

void LogCleaner::HandleLogDirFailure(LogDir dir) {
  checkpoints_.erase(dir);
  for (std::optional<Run>& run : runs_) {
    if (run && run->dir == dir) run.reset();
  }
}

void LogCleaner::Shutdown(sim::Context& ctx, CleanableLogs& logs) {
  for (const std::optional<Run>& run : runs_) {
    UnifiedLog* log = run ? logs.Find(run->log.tp) : nullptr;
    if (log != nullptr) AbortCleaning(ctx, *log);
  }
}

}  // namespace ktrial::cluster
