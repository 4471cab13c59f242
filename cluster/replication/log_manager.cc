#include "cluster/replication/log_manager.h"

#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cluster/defects.h"
#include "cluster/facts.h"
#include "cluster/network/component.h"
#include "cluster/parts_per_million.h"
#include "cluster/replication/partition_metadata_file.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

// producer.id.expiration.check.interval.ms, an internal key of Kafka's, at its default.
constexpr sim::Duration kProducerIdExpirationCheckInterval = sim::Milliseconds(600000);

// The topic's setting, or else `otherwise`.
template <typename Integer>
Integer IntegerConfig(const TopicImage& topic, const char* name, Integer otherwise) {
  const auto it = topic.configs.find(name);
  Integer value = 0;
  return it != topic.configs.end() && absl::SimpleAtoi(it->second, &value) ? value : otherwise;
}

// The same in milliseconds.
sim::Duration DurationConfig(const TopicImage& topic, const char* name, sim::Duration otherwise) {
  const int64_t millis = IntegerConfig<int64_t>(topic, name, INT64_MIN);
  if (millis == INT64_MIN) return otherwise;
  return millis >= sim::Duration::Max().millis() ? sim::Duration::Max() : sim::Milliseconds(millis);
}

const std::string& TextConfig(const TopicImage& topic, const char* name, const std::string& otherwise) {
  const auto it = topic.configs.find(name);
  return it == topic.configs.end() ? otherwise : it->second;
}

// A list such as "compact,delete".
bool ListHas(std::string_view list, std::string_view wanted) {
  for (const absl::string_view item : absl::StrSplit(absl::string_view(list.data(), list.size()), ',')) {
    if (absl::StripAsciiWhitespace(item) == absl::string_view(wanted.data(), wanted.size())) return true;
  }
  return false;
}

int64_t PartsPerMillionConfig(const TopicImage& topic, const char* name, int64_t otherwise) {
  const auto it = topic.configs.find(name);
  return it == topic.configs.end() ? otherwise : PartsPerMillion(it->second).value_or(otherwise);
}

}  // namespace

class LogManager::HostedLogs : public CleanableLogs {
 public:
  HostedLogs(LogManager& manager, PartitionTable& partitions) : manager_(manager), partitions_(partitions) {}
  UnifiedLog* Find(TopicPartition tp) override {
    Partition* partition = partitions_.Find(tp);
    return partition == nullptr ? nullptr : &partition->mutable_log();
  }
  void ForEach(absl::FunctionRef<void(UnifiedLog& log)> visit) override {
    for (Partition& partition : partitions_.all()) visit(partition.mutable_log());
  }
  void DeleteFilesLater(sim::Context& ctx, UnifiedLog& log) override { manager_.DeleteFilesLater(ctx, log); }

 private:
  LogManager& manager_;
  PartitionTable& partitions_;
};

namespace {

// Names a log in the keys of its background flushes: its log directory in the uppermost bits, then topic and partition.
constexpr int kLogDirShift = 56;
constexpr int kTopicShift = 32;
constexpr uint64_t kTopicMask = (uint64_t{1} << (kLogDirShift - kTopicShift)) - 1;

uint64_t FlushKey(TopicPartition tp, LogDir dir) {
  return static_cast<uint64_t>(dir.value()) << kLogDirShift |
         (static_cast<uint64_t>(tp.topic.value()) & kTopicMask) << kTopicShift | static_cast<uint32_t>(tp.partition);
}
TopicPartition PartitionOfFlushKey(uint64_t key) {
  return {TopicId(static_cast<int32_t>(key >> kTopicShift & kTopicMask)), static_cast<int32_t>(key & UINT32_MAX)};
}
LogDir LogDirOfFlushKey(uint64_t key) { return LogDir(static_cast<int32_t>(key >> kLogDirShift)); }

}  // namespace

LogConfig LogConfigOf(const TopicImage& topic, const BrokerConfig& broker) {
  const auto policy = topic.configs.find("cleanup.policy");
  const bool own_policy = policy != topic.configs.end();
  const std::string& timestamp_type = TextConfig(topic, "message.timestamp.type", broker.log_message_timestamp_type);
  return {
      .segment_bytes = IntegerConfig<int64_t>(topic, "segment.bytes", broker.log_segment_bytes),
      .segment_age = DurationConfig(topic, "segment.ms", broker.log_roll),
      .segment_jitter = DurationConfig(topic, "segment.jitter.ms", broker.log_roll_jitter),
      .index_bytes = IntegerConfig<int32_t>(topic, "segment.index.bytes", broker.log_index_size_max_bytes),
      .index_interval_bytes = IntegerConfig<int32_t>(topic, "index.interval.bytes", broker.log_index_interval_bytes),
      .flush_messages = IntegerConfig<int64_t>(topic, "flush.messages", broker.log_flush_interval_messages),
      .flush_interval = DurationConfig(topic, "flush.ms", broker.log_flush_interval),
      .retention_time = DurationConfig(topic, "retention.ms", broker.log_retention),
      .retention_bytes = IntegerConfig<int64_t>(topic, "retention.bytes", broker.log_retention_bytes),
      .file_delete_delay = DurationConfig(topic, "file.delete.delay.ms", broker.log_segment_delete_delay),
      .cleanup_delete = own_policy ? ListHas(policy->second, "delete") : broker.log_cleanup_delete,
      .cleanup_compact = own_policy ? ListHas(policy->second, "compact") : broker.log_cleanup_compact,
      .min_cleanable_ratio_ppm =
          PartsPerMillionConfig(topic, "min.cleanable.dirty.ratio", broker.log_cleaner_min_cleanable_ratio_ppm),
      .delete_retention = DurationConfig(topic, "delete.retention.ms", broker.log_cleaner_delete_retention),
      .min_compaction_lag = DurationConfig(topic, "min.compaction.lag.ms", broker.log_cleaner_min_compaction_lag),
      .max_compaction_lag = DurationConfig(topic, "max.compaction.lag.ms", broker.log_cleaner_max_compaction_lag),
      .timestamp_type = timestamp_type == "LogAppendTime" ? TimestampType::kLogAppendTime : TimestampType::kCreateTime,
      .timestamp_before_max =
          DurationConfig(topic, "message.timestamp.before.max.ms", broker.log_message_timestamp_before_max),
      .timestamp_after_max =
          DurationConfig(topic, "message.timestamp.after.max.ms", broker.log_message_timestamp_after_max),
      .max_message_bytes = IntegerConfig<int32_t>(topic, "max.message.bytes", broker.message_max_bytes),
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
                .dedupe_buffer_bytes = config_.log_cleaner_dedupe_buffer_size}),
      dirs_(static_cast<size_t>(config_.log_dirs)) {}

LogConfigRef LogManager::ConfigOf(const TopicImage& topic) {
  const auto it = configs_.find(topic.id);
  return it != configs_.end() ? it->second : configs_.emplace(topic.id, LogConfigOf(topic, config_)).first->second;
}

LogOptions LogManager::OptionsFor(TopicPartition tp, LogFolder folder, LogConfigRef config) const {
  const Directory& directory = dir_at(folder.log_dir());
  const uint64_t flush_key = FlushKey(tp, folder.log_dir());
  const auto offset_in = [tp](const OffsetCheckpoint& offsets) {
    const auto it = offsets.find(tp);
    return it == offsets.end() ? Offset(0) : it->second;
  };
  return {.tp = tp,
          .broker = self_,
          .directory = std::move(folder),
          .config = std::move(config),
          .recovery_point = offset_in(directory.recovery_points),
          .log_start_checkpoint = offset_in(directory.log_starts),
          .high_watermark_checkpoint = offset_in(directory.high_watermarks),
          .clean_shutdown = directory.clean_shutdown,
          .flush_key = flush_key};
}

UnifiedLog LogManager::Load(sim::Context& ctx, const LogOptions& options) {
  const LogDir dir = options.directory.log_dir();
  if (dirs_.size() > 1) ctx.Emit(ReplicaPlaced{.tp = options.tp, .broker = self_, .dir = dir});
  ++dir_at(dir).log_count;
  UnifiedLog log = UnifiedLog::Load(ctx, options);
  NoteStorageOf(log);
  DeleteFilesLater(ctx, log);
  return log;
}

void LogManager::Startup(sim::Context& ctx, const MetadataImage& metadata) {
  KT_CHECK(!started_);
  started_ = true;
  for (const LogDir dir : UsableDirs()) {
    Directory& directory = dir_at(dir);
    directory.clean_shutdown = TakeCleanShutdownFile(ctx, dir);
    directory.recovery_points = ReadOffsetCheckpoint(ctx, kRecoveryPointCheckpoint, dir);
    directory.log_starts = ReadOffsetCheckpoint(ctx, kLogStartCheckpoint, dir);
    directory.high_watermarks = ReadOffsetCheckpoint(ctx, kHighWatermarkCheckpoint, dir);
  }
  DeleteSecondCopies(ctx, metadata);
  for (const LogDir dir : UsableDirs()) LoadLogsIn(ctx, metadata, dir);
  const sim::Duration delay = config_.log_initial_task_delay;
  for (const TimerLocal task : {kCleanUpLogs, kFlushDirtyLogs, kCheckpointRecoveryPoints, kCheckpointLogStarts}) {
    SetTimer(ctx, task, delay);
  }
  SetTimer(ctx, kExpireProducerIds, kProducerIdExpirationCheckInterval);
  cleaner_.Startup(ctx, UsableDirs());
}

void LogManager::LoadLogsIn(sim::Context& ctx, const MetadataImage& metadata, LogDir dir) {
  for (const LogFolder& folder : ListLogFolders(ctx, dir)) {
    const std::optional<TopicPartition> tp = ReadPartitionMetadata(ctx, folder);
    if (!tp) continue;
    const TopicImage* topic = metadata.FindTopic(tp->topic);
    LogConfigRef config = topic != nullptr ? ConfigOf(*topic) : LogConfigRef(LogConfigOf(TopicImage(), config_));
    unclaimed_.emplace(*tp, Load(ctx, OptionsFor(*tp, folder, std::move(config))));
  }
}

void LogManager::OnCleanerTimer(sim::Context& ctx, PartitionTable& partitions, const sim::Timer& timer) {
  HostedLogs logs(*this, partitions);
  cleaner_.OnTimer(ctx, logs, timer);
  NoteStorageOfCleaner();
}

void LogManager::SetTimer(sim::Context& ctx, TimerLocal kind, sim::Duration delay) {
  if (delay < sim::Duration::Max()) ctx.SetTimer(delay, {.kind = TimerKind(Component::kLogManager, kind)});
}

void LogManager::OnTimer(sim::Context& ctx, PartitionTable& partitions, const sim::Timer& timer) {
  switch (LocalKind(timer)) {
    case kCleanUpLogs:
      CleanUpLogs(ctx, partitions);
      SetTimer(ctx, kCleanUpLogs, config_.log_retention_check_interval);
      break;
    case kFlushDirtyLogs:
      ForEachLog(partitions, [&](UnifiedLog& log) { log.MaybeFlush(ctx); });
      SetTimer(ctx, kFlushDirtyLogs, config_.log_flush_scheduler_interval);
      break;
    case kCheckpointRecoveryPoints:
      CheckpointRecoveryPoints(ctx, partitions);
      SetTimer(ctx, kCheckpointRecoveryPoints, config_.log_flush_offset_checkpoint_interval);
      break;
    case kCheckpointLogStarts:
      CheckpointLogStarts(ctx, partitions);
      SetTimer(ctx, kCheckpointLogStarts, config_.log_flush_start_offset_checkpoint_interval);
      break;
    case kExpireProducerIds:
      ForEachLog(partitions, [&](UnifiedLog& log) { log.RemoveExpiredProducers(ctx); });
      SetTimer(ctx, kExpireProducerIds, kProducerIdExpirationCheckInterval);
      break;
    case kDeleteFiles:
      DeleteFilesThatAreDue(ctx);
      break;
    default:
      KT_UNREACHABLE();
  }
}

void LogManager::ForEachLog(PartitionTable& partitions, absl::FunctionRef<void(UnifiedLog& log)> visit) {
  for (Partition& partition : partitions.all()) {
    visit(partition.mutable_log());
    NoteStorageOf(partition.log());
  }
  for (auto& [tp, log] : unclaimed_) {
    visit(log);
    NoteStorageOf(log);
  }
}

void LogManager::CleanUpLogs(sim::Context& ctx, PartitionTable& partitions) {
  ForEachLog(partitions, [&](UnifiedLog& log) {
    if (log.config().cleanup_compact || log.DeleteOldSegments(ctx) == 0) return;
    DeleteFilesLater(ctx, log);
  });
}

void LogManager::DeleteFilesLater(sim::Context& ctx, UnifiedLog& log) {
  std::vector<std::string> files = log.TakeDeletedFiles();
  if (files.empty()) return;
  const sim::Duration delay = log.config().file_delete_delay;
  SetTimer(ctx, kDeleteFiles, delay);
  const LogDir dir = log.folder().log_dir();
  for (std::string& file : files) deleted_files_.emplace(ctx.now() + delay, DeletedFile{dir, std::move(file)});
}

void LogManager::DeleteFilesThatAreDue(sim::Context& ctx) {
  while (!deleted_files_.empty() && deleted_files_.begin()->first <= ctx.now()) {
    const auto& [dir, path] = deleted_files_.begin()->second;
    // A later file of the same name may have taken its place, and gone with it.
    sim::DiskPort disk = DiskOf(ctx, dir);
    if (disk.Find(path)) Note(dir, disk.Delete(path));
    deleted_files_.erase(deleted_files_.begin());
  }
}

std::optional<UnifiedLog> LogManager::GetOrCreateLog(sim::Context& ctx, TopicPartition tp, const TopicImage& topic) {
  KT_CHECK(started_);
  if (const auto it = unclaimed_.find(tp); it != unclaimed_.end()) {
    if (!DirectoryOf(it->second).is_usable()) return std::nullopt;
    UnifiedLog log = std::move(it->second);
    unclaimed_.erase(it);
    return log;
  }
  const std::string path = absl::StrCat(topic.name, "-", tp.partition);
  for (const LogDir dir : PlacesFor(AssignedDirectory(tp, topic))) {
    LogFolder folder(path, dir);
    Note(dir, WritePartitionMetadata(ctx, folder, tp));
    if (dir_at(dir).is_usable()) return Load(ctx, OptionsFor(tp, std::move(folder), ConfigOf(topic)));
  }
  return std::nullopt;
}

void LogManager::DeleteLog(sim::Context& ctx, UnifiedLog& log) {
  cleaner_.Forget(ctx, log);
  ctx.Emit(ReplicaDeleted{.tp = log.tp(), .broker = self_, .log_end = log.log_end()});
  const LogFolder& folder = log.folder();
  for (const std::string& path : folder.disk(ctx).List(folder.path() + "/")) {
    Note(folder.log_dir(), folder.disk(ctx).Delete(path));
  }
  Directory& directory = DirectoryOf(log);
  directory.recovery_points.erase(log.tp());
  directory.high_watermarks.erase(log.tp());
  --directory.log_count;
}

void LogManager::UpdateTopicConfig(sim::Context& ctx, PartitionTable& partitions, const TopicImage& topic) {
  const LogConfigRef config = LogConfigOf(topic, config_);
  configs_.insert_or_assign(topic.id, config);
  for (size_t i = 0; i < topic.partitions.size(); ++i) {
    const TopicPartition tp{topic.id, static_cast<int32_t>(i)};
    if (Partition* partition = partitions.Find(tp)) {
      UnifiedLog& log = partition->mutable_log();
      if (log.config().cleanup_compact && !config->cleanup_compact) cleaner_.AbortCleaning(ctx, log);
      log.UpdateConfig(config);
    } else if (const auto it = unclaimed_.find(tp); it != unclaimed_.end()) {
      it->second.UpdateConfig(config);
    }
  }
}

void LogManager::TruncateTo(sim::Context& ctx, PartitionTable& partitions, Partition& partition, Offset to,
                            TruncationReason reason) {
  const bool stop_cleaner = to < partition.log().local_log().active().base_offset;
  if (stop_cleaner) cleaner_.AbortCleaning(ctx, partition.mutable_log());
  const bool truncated = partition.mutable_log().TruncateTo(ctx, to, reason);
  NoteStorageOf(partition.log());
  if (stop_cleaner) TruncateCleanerCheckpoint(ctx, partition.log());
  DeleteFilesLater(ctx, partition.mutable_log());
  if (truncated) CheckpointRecoveryPointsIn(ctx, partitions, partition.log().folder().log_dir());
}

void LogManager::TruncateFullyAndStartAt(sim::Context& ctx, PartitionTable& partitions, Partition& partition,
                                         Offset start) {
  cleaner_.AbortCleaning(ctx, partition.mutable_log());
  partition.mutable_log().TruncateFullyAndStartAt(ctx, start, TruncationReason::kOutOfRange);
  NoteStorageOf(partition.log());
  TruncateCleanerCheckpoint(ctx, partition.log());
  DeleteFilesLater(ctx, partition.mutable_log());
  CheckpointRecoveryPointsIn(ctx, partitions, partition.log().folder().log_dir());
}

void LogManager::TruncateCleanerCheckpoint(sim::Context& ctx, const UnifiedLog& log) {
  cleaner_.MaybeTruncateCheckpoint(ctx, log, log.local_log().active().base_offset);
  NoteStorageOfCleaner();
}

bool LogManager::OnDiskDone(PartitionTable& partitions, const sim::DiskDone& done) {
  const TopicPartition tp = PartitionOfFlushKey(done.key);
  UnifiedLog* log = nullptr;
  if (Partition* partition = partitions.Find(tp)) {
    log = &partition->mutable_log();
  } else if (const auto it = unclaimed_.find(tp); it != unclaimed_.end()) {
    log = &it->second;
  }
  // The flush may be of a log that was deleted, and made again in another log directory.
  if (log == nullptr || log->folder().log_dir() != LogDirOfFlushKey(done.key)) return false;
  log->OnFlushed(done);
  NoteStorageOf(*log);
  return true;
}

void LogManager::Shutdown(sim::Context& ctx, PartitionTable& partitions, BrokerEpoch broker_epoch) {
  // Before the logs are loaded nothing is known of them, and nothing may be said.
  if (!started_) {
    if (config_.defects.Has(Defect::kCheckpointOfHostedOnly)) CheckpointHighWatermarks(ctx, partitions);
    if (config_.defects.Has(Defect::kCleanMarkerWithoutLoading)) {
      for (const LogDir dir : UsableDirs()) MarkCleanShutdown(ctx, partitions, broker_epoch, dir);
    }
    return;
  }
  HostedLogs hosted(*this, partitions);
  cleaner_.Shutdown(ctx, hosted);
  NoteStorageOfCleaner();
  ForEachLog(partitions, [&](UnifiedLog& log) { log.Close(ctx); });
  // Of a disk that failed nobody can say what is on it: the next start must look.
  CheckpointHighWatermarks(ctx, partitions);
  CheckpointRecoveryPoints(ctx, partitions);
  CheckpointLogStarts(ctx, partitions);
  for (const LogDir dir : UsableDirs()) MarkCleanShutdown(ctx, partitions, broker_epoch, dir);
}

}  // namespace ktrial::cluster
