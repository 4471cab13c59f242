// The logs on a broker's disk (kafka.log.LogManager): finds and loads them when the broker starts, makes new ones,
// truncates them, and keeps the files that speak of all of them: recovery points, high watermarks, the marker of a
// clean shutdown.
//
//   logs.OpenDirectory(ctx);              // when the process starts
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

  // Reads the marker of a clean shutdown and removes it, before anything is written that it does not cover
  // (KAFKA-10471). The broker epoch in it; empty after an unclean shutdown.
  std::optional<BrokerEpoch> OpenDirectory(sim::Context& ctx);
  // Reads the checkpoints and loads all logs, recovering them after an unclean shutdown. The calling thread pays for
  // it.
  void Startup(sim::Context& ctx, const MetadataImage& metadata);
  bool started() const { return started_; }
  // The log of a partition, loaded before or made now.
  UnifiedLog GetOrCreateLog(sim::Context& ctx, TopicPartition tp, const TopicImage& topic);

  // A topic's settings have changed: its logs go on with the new ones.
  void UpdateTopicConfig(sim::Context& ctx, PartitionTable& partitions, const TopicImage& topic);
  // Every producer.id.expiration.check.interval.ms (Kafka: PeriodicProducerExpirationCheck, a task of each log).
  void RemoveExpiredProducers(sim::Context& ctx, PartitionTable& partitions);

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
  // Flushes everything, checkpoints, and leaves the marker of a clean shutdown, unless the disk has failed.
  void Shutdown(sim::Context& ctx, PartitionTable& partitions, BrokerEpoch broker_epoch);

 private:
  // What was cleaned above the closed segments is to be cleaned again.
  void TruncateCleanerCheckpoint(sim::Context& ctx, const UnifiedLog& log);
  void Note(sim::DiskStatus status) { storage_failed_ |= status != sim::DiskStatus::kOk; }
  UnifiedLog Load(sim::Context& ctx, const LogOptions& options);
  LogOptions OptionsFor(TopicPartition tp, std::string directory, const LogConfig& config) const;

  BrokerId self_;
  BrokerConfig config_;
  LogCleaner cleaner_;
  bool started_ = false;
  bool clean_shutdown_ = false;
  bool storage_failed_ = false;
  OffsetCheckpoint recovery_points_;
  OffsetCheckpoint high_watermarks_;
  // Loaded and not yet hosted.
  absl::btree_map<TopicPartition, UnifiedLog> unclaimed_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_LOG_MANAGER_H_
