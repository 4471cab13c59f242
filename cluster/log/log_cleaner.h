// The threads that compact logs (kafka.log.LogCleaner, CleanerThread, and of LogCleanerManager what it keeps):
//
//   cleaner.Startup(ctx);                         // when the logs are loaded
//   cleaner.OnTimer(ctx, logs, timer);            // of Component::kLogCleaner
//   cleaner.AbortCleaning(ctx, log);              // before a truncation below the active segment
//
// A thread takes the filthiest log there is, reads what is dirty of it, and goes through its segments in groups, each
// of which becomes one segment. With nothing to do it sleeps for log.cleaner.backoff.ms. Every step is a timer of its
// own, so that the thread is busy for as long as the step takes and a crash can come between any two: the file names
// then tell a start what to do (segment_swap.h). How far each log was cleaned is in the file cleaner-offset-checkpoint
// of its log directory.
//
// Not modelled: log.cleaner.io.max.bytes.per.second, changing the number of threads.
#ifndef KTRIAL_CLUSTER_LOG_LOG_CLEANER_H_
#define KTRIAL_CLUSTER_LOG_LOG_CLEANER_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/functional/function_ref.h"
#include "cluster/log/cleaner.h"
#include "cluster/log/log_cleaner_manager.h"
#include "cluster/log/offset_checkpoint.h"
#include "cluster/log/offset_map.h"
#include "cluster/log/unified_log.h"
#include "sim/context.h"

namespace ktrial::cluster {

inline constexpr std::string_view kCleanerOffsetCheckpoint = "cleaner-offset-checkpoint";

// The logs that a broker has, as the cleaner finds them.
class CleanableLogs {
 public:
  virtual ~CleanableLogs() = default;
  // Null if it is not there any more.
  virtual UnifiedLog* Find(TopicPartition tp) = 0;
  virtual void ForEach(absl::FunctionRef<void(UnifiedLog& log)> visit) = 0;
  // Segments have left the log, their files not yet.
  virtual void DeleteFilesLater(sim::Context& ctx, UnifiedLog& log) = 0;
};

class LogCleaner {
 public:
  struct Options {
    BrokerId broker;
    // log.cleaner.threads; 0 with log.cleaner.enable=false.
    int32_t threads = 1;
    sim::Duration backoff = sim::Milliseconds(15000);
    // Of all threads together.
    int64_t dedupe_buffer_bytes = 128 << 20;
  };

  explicit LogCleaner(const Options& options);

  // Reads the checkpoints of the log directories that are there, and starts the threads.
  void Startup(sim::Context& ctx, const std::vector<LogDir>& live_dirs = {kFirstLogDir});
  void OnTimer(sim::Context& ctx, CleanableLogs& logs, const sim::Timer& timer);

  // Stops a cleaning of the log that is under way: before its segment is swapped in, the log is left as it was; a swap
  // that has begun is completed.
  void AbortCleaning(sim::Context& ctx, UnifiedLog& log);
  // The log is being deleted.
  void Forget(sim::Context& ctx, UnifiedLog& log);
  // The log now ends its closed segments at `offset`: it was not cleaned further (maybeTruncateCheckpoint).
  void MaybeTruncateCheckpoint(sim::Context& ctx, const UnifiedLog& log, Offset offset);
  void Shutdown(sim::Context& ctx, CleanableLogs& logs);
  // The log directory has failed: nothing in it is cleaned any more, and its checkpoint is not written.
  void HandleLogDirFailure(LogDir dir);

  // Up to where each log of a directory was cleaned.
  const OffsetCheckpoint& checkpoint(LogDir dir = kFirstLogDir) const { return checkpoints_.at(dir); }
  bool IsCleaning(TopicPartition tp) const;
  // Logs with a damaged batch are left alone.
  bool IsUncleanable(TopicPartition tp) const { return uncleanable_.contains(tp); }
  // Log directories in which a write or read of a cleaning has failed.
  const absl::btree_set<LogDir>& failed_dirs() const { return failed_dirs_; }

 private:
  enum class Step : uint8_t { kCleanGroup, kSwapIn, kDeleteReplaced, kRename };
  // A log on a thread.
  struct Run {
    LogToClean log;
    LogDir dir;
    sim::WallTime started;
    OffsetMap map;
    std::vector<SegmentGroup> groups;
    size_t group = 0;
    Step step = Step::kCleanGroup;
    // Of the present group: what it held, and the file of what is left.
    LogSegment cleaned;
    std::vector<LogBatchRef> before;
    std::vector<LogBatchRef> after;
  };

  void ArmTimer(sim::Context& ctx, size_t thread, sim::Duration delay);
  // Takes up the filthiest log; false if there is none.
  bool CleanFilthiestLog(sim::Context& ctx, CleanableLogs& logs, size_t thread);
  std::optional<LogToClean> GrabFilthiestLog(sim::Context& ctx, CleanableLogs& logs);
  // The retention of compacted logs, which the log manager leaves to the cleaner (deletableLogs).
  void DeleteOldSegments(sim::Context& ctx, CleanableLogs& logs);
  // The next step of a cleaning; false if the cleaning is over.
  bool Advance(sim::Context& ctx, UnifiedLog& log, Run& run);
  CleaningStatus CleanGroup(sim::Context& ctx, const UnifiedLog& log, Run& run);
  CleaningStatus CleanSegments(sim::Context& ctx, const UnifiedLog& log, size_t first, Run& run);
  void SwapIn(sim::Context& ctx, UnifiedLog& log, Run& run);
  void DiscardCleaned(sim::Context& ctx, const UnifiedLog& log, const Run& run);
  void Done(sim::Context& ctx, const UnifiedLog& log, Offset end);
  void WriteCheckpoint(sim::Context& ctx, LogDir dir);
  bool Note(LogDir dir, sim::DiskStatus status) {
    if (status != sim::DiskStatus::kOk) failed_dirs_.insert(dir);
    return status == sim::DiskStatus::kOk;
  }

  Options options_;
  // One for each thread; empty ones are idle.
  std::vector<std::optional<Run>> runs_;
  // Of each live log directory.
  absl::btree_map<LogDir, OffsetCheckpoint> checkpoints_;
  absl::btree_set<TopicPartition> uncleanable_;
  absl::btree_set<LogDir> failed_dirs_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_LOG_CLEANER_H_
