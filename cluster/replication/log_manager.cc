#include "cluster/replication/log_manager.h"

#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cluster/parts_per_million.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

constexpr char kPartitionMetadataSuffix[] = "/partition.metadata";

// The content of a partition.metadata file: whose log the folder holds.
struct PartitionMetadata : sim::Payload {
  explicit PartitionMetadata(TopicPartition partition) : tp(partition) {}
  TopicPartition tp;
};

// Empty if the file was lost or damaged: then nobody can tell which topic the log belongs to.
std::optional<TopicPartition> ReadPartitionMetadata(sim::Context& ctx, const std::string& path) {
  sim::DiskPort disk = ctx.disk();
  const std::optional<sim::FileId> file = disk.Find(path);
  if (!file || disk.files().chunk_count(*file) != 1) return std::nullopt;
  if (disk.Read(*file, 0, disk.files().size_bytes(*file)) != sim::DiskStatus::kOk) return std::nullopt;
  const sim::ChunkView chunk = disk.files().chunk(*file, 0);
  if (!chunk.intact) return std::nullopt;
  return static_cast<const PartitionMetadata*>(chunk.payload)->tp;
}

// The topic's setting, or else `otherwise`.
template <typename Integer>
Integer IntegerConfig(const TopicImage& topic, const char* name, Integer otherwise) {
  const auto it = topic.configs.find(name);
  Integer value = 0;
  return it != topic.configs.end() && absl::SimpleAtoi(it->second, &value) ? value : otherwise;
}

// A list such as "compact,delete".
bool ListHas(std::string_view list, std::string_view wanted) {
  for (const absl::string_view item : absl::StrSplit(absl::string_view(list.data(), list.size()), ',')) {
    if (absl::StripAsciiWhitespace(item) == absl::string_view(wanted.data(), wanted.size())) return true;
  }
  return false;
}

sim::Duration MillisConfig(const TopicImage& topic, const char* name, sim::Duration otherwise) {
  const auto it = topic.configs.find(name);
  int64_t millis = 0;
  if (it == topic.configs.end() || !absl::SimpleAtoi(it->second, &millis)) return otherwise;
  return millis >= sim::Duration::Max().millis() ? sim::Duration::Max() : sim::Milliseconds(millis);
}

int64_t PartsPerMillionConfig(const TopicImage& topic, const char* name, int64_t otherwise) {
  const auto it = topic.configs.find(name);
  return it == topic.configs.end() ? otherwise : PartsPerMillion(it->second).value_or(otherwise);
}

class HostedLogs : public CleanableLogs {
 public:
  explicit HostedLogs(PartitionTable& partitions) : partitions_(partitions) {}
  UnifiedLog* Find(TopicPartition tp) override {
    Partition* partition = partitions_.Find(tp);
    return partition == nullptr ? nullptr : &partition->mutable_log();
  }
  void ForEach(absl::FunctionRef<void(UnifiedLog& log)> visit) override {
    for (Partition& partition : partitions_.all()) visit(partition.mutable_log());
  }

 private:
  PartitionTable& partitions_;
};

// Names a log in the keys of its background flushes.
uint64_t FlushKey(TopicPartition tp) {
  return static_cast<uint64_t>(static_cast<uint32_t>(tp.topic.value())) << 32 | static_cast<uint32_t>(tp.partition);
}
TopicPartition PartitionOfFlushKey(uint64_t key) {
  return {TopicId(static_cast<int32_t>(key >> 32)), static_cast<int32_t>(key & UINT32_MAX)};
}

}  // namespace

LogConfig LogConfigOf(const TopicImage& topic, const BrokerConfig& broker) {
  const auto policy = topic.configs.find("cleanup.policy");
  const bool own_policy = policy != topic.configs.end();
  return {.segment_bytes = IntegerConfig<int64_t>(topic, "segment.bytes", broker.log_segment_bytes),
          .flush_messages = IntegerConfig<int64_t>(topic, "flush.messages", broker.log_flush_interval_messages),
          .max_message_bytes = IntegerConfig<int32_t>(topic, "max.message.bytes", broker.message_max_bytes),
          .cleanup_delete = own_policy ? ListHas(policy->second, "delete") : broker.log_cleanup_delete,
          .cleanup_compact = own_policy ? ListHas(policy->second, "compact") : broker.log_cleanup_compact,
          .min_cleanable_ratio_ppm =
              PartsPerMillionConfig(topic, "min.cleanable.dirty.ratio", broker.log_cleaner_min_cleanable_ratio_ppm),
          .delete_retention = MillisConfig(topic, "delete.retention.ms", broker.log_cleaner_delete_retention),
          .min_compaction_lag = MillisConfig(topic, "min.compaction.lag.ms", broker.log_cleaner_min_compaction_lag),
          .max_compaction_lag = MillisConfig(topic, "max.compaction.lag.ms", broker.log_cleaner_max_compaction_lag),
          .producer_id_expiration = broker.producer_id_expiration,
          .defects = broker.defects};
}

int32_t MinInsyncReplicasOf(const TopicImage& topic, const BrokerConfig& broker) {
  return IntegerConfig<int32_t>(topic, "min.insync.replicas", broker.min_insync_replicas);
}

LogManager::LogManager(BrokerId self, BrokerConfig config)
    : self_(self),
      config_(std::move(config)),
      cleaner_({.broker = self,
                .threads = config_.log_cleaner_enable ? config_.log_cleaner_threads : 0,
                .backoff = config_.log_cleaner_backoff,
                .dedupe_buffer_bytes = config_.log_cleaner_dedupe_buffer_size}) {}

std::optional<BrokerEpoch> LogManager::OpenDirectory(sim::Context& ctx) {
  const std::optional<BrokerEpoch> epoch = TakeCleanShutdownFile(ctx);
  clean_shutdown_ = epoch.has_value();
  return epoch;
}

LogOptions LogManager::OptionsFor(TopicPartition tp, std::string directory, const LogConfig& config) const {
  const auto offset_in = [tp](const OffsetCheckpoint& offsets) {
    const auto it = offsets.find(tp);
    return it == offsets.end() ? Offset(0) : it->second;
  };
  return {.tp = tp,
          .broker = self_,
          .directory = std::move(directory),
          .config = config,
          .recovery_point = offset_in(recovery_points_),
          .high_watermark_checkpoint = offset_in(high_watermarks_),
          .clean_shutdown = clean_shutdown_,
          .flush_key = FlushKey(tp)};
}

UnifiedLog LogManager::Load(sim::Context& ctx, const LogOptions& options) {
  UnifiedLog log = UnifiedLog::Load(ctx, options);
  NoteStorageOf(log);
  return log;
}

void LogManager::Startup(sim::Context& ctx, const MetadataImage& metadata) {
  KT_CHECK(!started_);
  started_ = true;
  recovery_points_ = ReadOffsetCheckpoint(ctx, kRecoveryPointCheckpoint);
  high_watermarks_ = ReadOffsetCheckpoint(ctx, kHighWatermarkCheckpoint);
  for (const std::string& path : ctx.disk().List("")) {
    if (!absl::EndsWith(path, kPartitionMetadataSuffix)) continue;
    const std::optional<TopicPartition> tp = ReadPartitionMetadata(ctx, path);
    if (!tp) continue;
    const TopicImage* topic = metadata.FindTopic(tp->topic);
    const LogConfig config = LogConfigOf(topic != nullptr ? *topic : TopicImage(), config_);
    std::string directory = path.substr(0, path.size() + 1 - sizeof(kPartitionMetadataSuffix));
    unclaimed_.emplace(*tp, Load(ctx, OptionsFor(*tp, std::move(directory), config)));
  }
  cleaner_.Startup(ctx);
}

void LogManager::OnCleanerTimer(sim::Context& ctx, PartitionTable& partitions, const sim::Timer& timer) {
  HostedLogs logs(partitions);
  cleaner_.OnTimer(ctx, logs, timer);
  storage_failed_ |= cleaner_.storage_failed();
}

UnifiedLog LogManager::GetOrCreateLog(sim::Context& ctx, TopicPartition tp, const TopicImage& topic) {
  KT_CHECK(started_);
  if (const auto it = unclaimed_.find(tp); it != unclaimed_.end()) {
    UnifiedLog log = std::move(it->second);
    unclaimed_.erase(it);
    return log;
  }
  std::string directory = absl::StrCat(topic.name, "-", tp.partition);
  constexpr int32_t kPartitionMetadataBytes = 45;
  Note(ctx.disk().WriteAtomically(
      directory + kPartitionMetadataSuffix,
      {.bytes = kPartitionMetadataBytes, .payload = sim::MakeRef<const PartitionMetadata>(tp)}));
  return Load(ctx, OptionsFor(tp, std::move(directory), LogConfigOf(topic, config_)));
}

void LogManager::UpdateTopicConfig(sim::Context& ctx, PartitionTable& partitions, const TopicImage& topic) {
  const LogConfig config = LogConfigOf(topic, config_);
  for (size_t i = 0; i < topic.partitions.size(); ++i) {
    const TopicPartition tp{topic.id, static_cast<int32_t>(i)};
    if (Partition* partition = partitions.Find(tp)) {
      UnifiedLog& log = partition->mutable_log();
      if (log.config().cleanup_compact && !config.cleanup_compact) cleaner_.AbortCleaning(ctx, log);
      log.UpdateConfig(config);
    } else if (const auto it = unclaimed_.find(tp); it != unclaimed_.end()) {
      it->second.UpdateConfig(config);
    }
  }
}

void LogManager::RemoveExpiredProducers(sim::Context& ctx, PartitionTable& partitions) {
  for (Partition& partition : partitions.all()) partition.mutable_log().RemoveExpiredProducers(ctx);
  for (auto& [tp, log] : unclaimed_) log.RemoveExpiredProducers(ctx);
}

void LogManager::TruncateTo(sim::Context& ctx, PartitionTable& partitions, Partition& partition, Offset to,
                            TruncationReason reason) {
  const bool stop_cleaner = to < partition.log().local_log().active().base_offset;
  if (stop_cleaner) cleaner_.AbortCleaning(ctx, partition.mutable_log());
  const bool truncated = partition.mutable_log().TruncateTo(ctx, to, reason);
  NoteStorageOf(partition.log());
  if (stop_cleaner) TruncateCleanerCheckpoint(ctx, partition.log());
  if (truncated) CheckpointRecoveryPoints(ctx, partitions);
}

void LogManager::TruncateFullyAndStartAt(sim::Context& ctx, PartitionTable& partitions, Partition& partition,
                                         Offset start) {
  cleaner_.AbortCleaning(ctx, partition.mutable_log());
  partition.mutable_log().TruncateFullyAndStartAt(ctx, start, TruncationReason::kOutOfRange);
  NoteStorageOf(partition.log());
  TruncateCleanerCheckpoint(ctx, partition.log());
  CheckpointRecoveryPoints(ctx, partitions);
}

void LogManager::TruncateCleanerCheckpoint(sim::Context& ctx, const UnifiedLog& log) {
  cleaner_.MaybeTruncateCheckpoint(ctx, log, log.local_log().active().base_offset);
  storage_failed_ |= cleaner_.storage_failed();
}

bool LogManager::OnDiskDone(PartitionTable& partitions, const sim::DiskDone& done) {
  const TopicPartition tp = PartitionOfFlushKey(done.key);
  if (Partition* partition = partitions.Find(tp)) {
    partition->mutable_log().OnFlushed(done);
    NoteStorageOf(partition->log());
    return true;
  }
  const auto it = unclaimed_.find(tp);
  if (it == unclaimed_.end()) return false;
  it->second.OnFlushed(done);
  NoteStorageOf(it->second);
  return true;
}

void LogManager::CheckpointHighWatermarks(sim::Context& ctx, const PartitionTable& partitions) {
  // Logs that are not hosted yet keep their entries from the last run: a file without them would count as 0 for them.
  for (const Partition& partition : partitions.all())
    high_watermarks_[partition.tp()] = partition.log().high_watermark();
  Note(WriteOffsetCheckpoint(ctx, kHighWatermarkCheckpoint, high_watermarks_));
}

void LogManager::CheckpointRecoveryPoints(sim::Context& ctx, const PartitionTable& partitions) {
  for (const auto& [tp, log] : unclaimed_) recovery_points_[tp] = log.recovery_point();
  for (const Partition& partition : partitions.all())
    recovery_points_[partition.tp()] = partition.log().recovery_point();
  Note(WriteOffsetCheckpoint(ctx, kRecoveryPointCheckpoint, recovery_points_));
}

void LogManager::Shutdown(sim::Context& ctx, PartitionTable& partitions, BrokerEpoch broker_epoch) {
  // Before the logs are loaded nothing is known of them, and nothing may be said.
  if (!started_) return;
  HostedLogs hosted(partitions);
  cleaner_.Shutdown(ctx, hosted);
  storage_failed_ |= cleaner_.storage_failed();
  for (Partition& partition : partitions.all()) {
    partition.mutable_log().Close(ctx);
    NoteStorageOf(partition.log());
  }
  for (auto& [tp, log] : unclaimed_) {
    log.Close(ctx);
    NoteStorageOf(log);
  }
  // Of a disk that failed nobody can say what is on it: the next start must look.
  if (storage_failed_) return;
  CheckpointHighWatermarks(ctx, partitions);
  CheckpointRecoveryPoints(ctx, partitions);
  if (!storage_failed_) Note(WriteCleanShutdownFile(ctx, broker_epoch));
}

}  // namespace ktrial::cluster
