// The logs on a broker's disks (kafka.log.LogManager): finds and loads them when the broker starts, makes new ones,
// truncates them, and keeps the files that speak of all of them, in each log directory those of its own: recovery
// points, log starts, high watermarks, the marker of a clean shutdown. By timers of its own it deletes old segments,
// flushes logs with flush.ms, writes checkpoints and forgets producers.
//
//   logs.LoadLogDirs(ctx);                // at the broker's start
//   logs.Startup(ctx, image);             // with the first metadata
//   Partition partition(tp, logs.GetOrCreateLog(ctx, tp, topic), ...);
//
// A partition takes its log over when it is first hosted. Until then a loaded log stays here. A topic that was deleted
// leaves its logs behind: stray logs are kept.
//
// A log directory (log.dirs, KIP-112) in which a read or write fails is failed; its owner asks for such
// (TakeFailedDirs) and takes them offline (HandleLogDirFailure), which they stay until the broker starts again. With
// one log directory no directory ids are used: partitions are on kMigratingDirectory.
#ifndef KTRIAL_CLUSTER_REPLICATION_LOG_MANAGER_H_
#define KTRIAL_CLUSTER_REPLICATION_LOG_MANAGER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/functional/function_ref.h"
#include "cluster/config.h"
#include "cluster/log/log_cleaner.h"
#include "cluster/log/offset_checkpoint.h"
#include "cluster/log/unified_log.h"
#include "cluster/metadata/metadata_image.h"
#include "cluster/replication/partition_table.h"
#include "sim/context.h"

namespace ktrial::cluster {

// The settings of a topic: its own, or else the broker's.
LogConfig LogConfigOf(const TopicImage& topic, const BrokerConfig& broker);
int32_t MinInsyncReplicasOf(const TopicImage& topic, const BrokerConfig& broker);

class LogManager {
 public:
  LogManager(BrokerId self, BrokerConfig config);

  // ---- Log directories (log_manager_dirs.cc).

  // Finds out who the log directories are; one that cannot be read is offline from the start.
  void LoadLogDirs(sim::Context& ctx);
  // The epoch in the clean-shutdown markers, if all log directories are there and have the same.
  std::optional<BrokerEpoch> ReadCleanShutdown(sim::Context& ctx) const;
  // Of the log directories that are online, ascending; empty with a single one.
  std::vector<DirectoryId> DirectoryIds() const;
  DirectoryId directory_id(LogDir dir) const { return dir_at(dir).id; }
  bool is_online(LogDir dir) const { return dir_at(dir).online; }
  // Log directories in which a read or write has failed since the last call and that are still online, ascending.
  std::vector<LogDir> TakeFailedDirs();
  // The log directory serves no longer: its logs and checkpoints are forgotten here. No partition may hold one of them
  // any more.
  void HandleLogDirFailure(LogDir dir);

  // ---- Logs (log_manager.cc).

  // Removes the marker of a clean shutdown, before anything is done that it does not cover (KAFKA-10471); reads the
  // checkpoints and loads all logs, recovering them if there was no marker. The calling thread pays for it. Starts the
  // timers. A broker that stops before this leaves the marker, or that there is none, as it was (KAFKA-15375).
  void Startup(sim::Context& ctx, const MetadataImage& metadata);
  bool started() const { return started_; }
  // The log of a partition, loaded before or made now: in the log directory that the controller has for it, or else in
  // the one with the fewest logs. Empty if its directory is offline, or may be: an empty log must not take the place of
  // one that will come back.
  std::optional<UnifiedLog> GetOrCreateLog(sim::Context& ctx, TopicPartition tp, const TopicImage& topic);

  // Deletes a log and its folder: the partition is no longer assigned here. Kafka renames the folder first and deletes
  // it file.delete.delay.ms later.
  void DeleteLog(sim::Context& ctx, UnifiedLog& log);

  // A topic's settings have changed: its logs go on with the new ones.
  void UpdateTopicConfig(sim::Context& ctx, PartitionTable& partitions, const TopicImage& topic);
  // Of Component::kLogManager.
  void OnTimer(sim::Context& ctx, PartitionTable& partitions, const sim::Timer& timer);

  // Of Component::kLogCleaner. Only hosted partitions are cleaned.
  void OnCleanerTimer(sim::Context& ctx, PartitionTable& partitions, const sim::Timer& timer);
  const LogCleaner& cleaner() const { return cleaner_; }

  // As the logs' own, but with the recovery points written at once if anything went.
  void TruncateTo(sim::Context& ctx, PartitionTable& partitions, Partition& partition, Offset to,
                  TruncationReason reason);
  void TruncateFullyAndStartAt(sim::Context& ctx, PartitionTable& partitions, Partition& partition, Offset start);
  // A background flush of one of the logs has ended; false if it was not of these.
  bool OnDiskDone(PartitionTable& partitions, const sim::DiskDone& done);

  // Whether a read or write failed in any log directory.
  bool storage_failed() const;
  void NoteStorageFailure(LogDir dir) { dir_at(dir).failed = true; }
  // To be called after anything that made a log write.
  void NoteStorageOf(const UnifiedLog& log) { dir_at(log.folder().log_dir()).failed |= log.storage_failed(); }

  // ---- Checkpoints (log_manager_checkpoints.cc), in all log directories that are online.

  void CheckpointHighWatermarks(sim::Context& ctx, const PartitionTable& partitions);
  void CheckpointRecoveryPoints(sim::Context& ctx, const PartitionTable& partitions);
  void CheckpointLogStarts(sim::Context& ctx, const PartitionTable& partitions);
  // Flushes everything, checkpoints, and leaves the marker of a clean shutdown in each log directory that has not
  // failed.
  void Shutdown(sim::Context& ctx, PartitionTable& partitions, BrokerEpoch broker_epoch);

 private:
  class HostedLogs;
  enum TimerLocal : uint8_t {
    kCleanUpLogs,
    kFlushDirtyLogs,
    kCheckpointRecoveryPoints,
    kCheckpointLogStarts,
    kExpireProducerIds,
    kDeleteFiles,
  };

  struct Directory {
    // kMigratingDirectory with a single log directory.
    DirectoryId id = kMigratingDirectory;
    bool online = true;
    // A read or write has failed.
    bool failed = false;
    bool clean_shutdown = false;
    // Logs in it, hosted or not.
    int32_t log_count = 0;
    OffsetCheckpoint recovery_points = {};
    OffsetCheckpoint log_starts = {};
    OffsetCheckpoint high_watermarks = {};

    bool is_usable() const { return online && !failed; }
  };

  Directory& dir_at(LogDir dir) { return dirs_[static_cast<size_t>(dir.value())]; }
  const Directory& dir_at(LogDir dir) const { return dirs_[static_cast<size_t>(dir.value())]; }
  Directory& DirectoryOf(const UnifiedLog& log) { return dir_at(log.folder().log_dir()); }
  // Those that are online and have not failed, ascending.
  std::vector<LogDir> UsableDirs() const;
  bool HasOfflineDirs() const;
  // Where the controller has the partition's replica.
  DirectoryId AssignedDirectory(TopicPartition tp, const TopicImage& topic) const;
  // Where to make a new log, the best place first; empty if it must not be made.
  std::vector<LogDir> PlacesFor(DirectoryId assigned) const;
  // A partition may have a log in two directories, if it was given a new one while the directory of the first was
  // offline. Kafka then does not start, and tells the operator to delete one; this takes it that he did: the one that
  // the controller knows of stays.
  void DeleteSecondCopies(sim::Context& ctx, const MetadataImage& metadata);
  void LoadLogsIn(sim::Context& ctx, const MetadataImage& metadata, LogDir dir);
  void CheckpointRecoveryPointsIn(sim::Context& ctx, const PartitionTable& partitions, LogDir dir);
  void MarkCleanShutdown(sim::Context& ctx, const PartitionTable& partitions, BrokerEpoch broker_epoch, LogDir dir);
  // What was cleaned above the closed segments is to be cleaned again.
  void TruncateCleanerCheckpoint(sim::Context& ctx, const UnifiedLog& log);
  void SetTimer(sim::Context& ctx, TimerLocal kind, sim::Duration delay);
  // Calls `visit` with every log, hosted or not.
  void ForEachLog(PartitionTable& partitions, absl::FunctionRef<void(UnifiedLog& log)> visit);
  // kafka-log-retention: deletes old segments of all logs that are not compacted; those are the cleaner's.
  void CleanUpLogs(sim::Context& ctx, PartitionTable& partitions);
  // Takes over the files that the log renamed, to be deleted after file.delete.delay.ms.
  void DeleteFilesLater(sim::Context& ctx, UnifiedLog& log);
  void DeleteFilesThatAreDue(sim::Context& ctx);
  LogConfigRef ConfigOf(const TopicImage& topic);
  void Note(LogDir dir, sim::DiskStatus status) { dir_at(dir).failed |= status != sim::DiskStatus::kOk; }
  void NoteStorageOfCleaner() {
    for (const LogDir dir : cleaner_.failed_dirs()) dir_at(dir).failed = true;
  }
  UnifiedLog Load(sim::Context& ctx, const LogOptions& options);
  LogOptions OptionsFor(TopicPartition tp, LogFolder folder, LogConfigRef config) const;

  BrokerId self_;
  BrokerConfig config_;
  LogCleaner cleaner_;
  bool started_ = false;
  // By LogDir.
  std::vector<Directory> dirs_;
  // Loaded and not yet hosted.
  absl::btree_map<TopicPartition, UnifiedLog> unclaimed_;
  // Shared by the logs of a topic.
  absl::btree_map<TopicId, LogConfigRef> configs_;
  struct DeletedFile {
    LogDir dir;
    std::string path;
  };
  absl::btree_multimap<sim::SimTime, DeletedFile> deleted_files_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_LOG_MANAGER_H_
