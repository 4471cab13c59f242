// The logs on a broker's disk (kafka.log.LogManager): finds and loads them when the broker starts, makes new ones,
// truncates them, and keeps the files that speak of all of them: recovery points, log starts, high watermarks, the
// marker of a clean shutdown. By timers of its own it deletes old segments, flushes logs with flush.ms, writes
// checkpoints and forgets producers.
//
//   logs.Startup(ctx, image);             // with the first metadata
//   Partition partition(tp, logs.GetOrCreateLog(ctx, tp, topic), ...);
//
// A partition takes its log over when it is first hosted. Until then a loaded log stays here. A topic that was deleted
// leaves its logs behind: stray logs are kept.
#ifndef KTRIAL_CLUSTER_REPLICATION_LOG_MANAGER_H_
#define KTRIAL_CLUSTER_REPLICATION_LOG_MANAGER_H_

#include <optional>
#include <string>
#include <utility>

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

  // Removes the marker of a clean shutdown, before anything is done that it does not cover (KAFKA-10471); reads the
  // checkpoints and loads all logs, recovering them if there was no marker. The calling thread pays for it. Starts the
  // timers. A broker that stops before this leaves the marker, or that there is none, as it was (KAFKA-15375).
  void Startup(sim::Context& ctx, const MetadataImage& metadata);
  bool started() const { return started_; }
  // The log of a partition, loaded before or made now.
  UnifiedLog GetOrCreateLog(sim::Context& ctx, TopicPartition tp, const TopicImage& topic);

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

  // Whether a write to the disk failed, in any log or checkpoint file.
  bool storage_failed() const { return storage_failed_; }
  void NoteStorageFailure() { storage_failed_ = true; }
  // To be called after anything that made a log write.
  void NoteStorageOf(const UnifiedLog& log) { storage_failed_ |= log.storage_failed(); }

  void CheckpointHighWatermarks(sim::Context& ctx, const PartitionTable& partitions);
  void CheckpointRecoveryPoints(sim::Context& ctx, const PartitionTable& partitions);
  void CheckpointLogStarts(sim::Context& ctx, const PartitionTable& partitions);
  // Flushes everything, checkpoints, and leaves the marker of a clean shutdown, unless the disk has failed.
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

  void MarkCleanShutdown(sim::Context& ctx, const PartitionTable& partitions, BrokerEpoch broker_epoch);
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
  void Note(sim::DiskStatus status) { storage_failed_ |= status != sim::DiskStatus::kOk; }
  UnifiedLog Load(sim::Context& ctx, const LogOptions& options);
  LogOptions OptionsFor(TopicPartition tp, std::string directory, LogConfigRef config) const;

  BrokerId self_;
  BrokerConfig config_;
  LogCleaner cleaner_;
  bool started_ = false;
  bool clean_shutdown_ = false;
  bool storage_failed_ = false;
  OffsetCheckpoint recovery_points_;
  OffsetCheckpoint log_starts_;
  OffsetCheckpoint high_watermarks_;
  // Loaded and not yet hosted.
  absl::btree_map<TopicPartition, UnifiedLog> unclaimed_;
  // Shared by the logs of a topic.
  absl::btree_map<TopicId, LogConfigRef> configs_;
  absl::btree_multimap<sim::SimTime, std::string> deleted_files_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_LOG_MANAGER_H_
