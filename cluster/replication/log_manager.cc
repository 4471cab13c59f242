#include "cluster/replication/log_manager.h"

#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cluster/defects.h"
#include "cluster/facts.h"
#include "cluster/network/component.h"
#include "cluster/parts_per_million.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

// The base offset of the first segment of which a loss of power would take something between the log start and the
// recovery point; none if there is none. What lies below the log start is read no more, and the recovery point rises
// with it, flushed or not (UnifiedLog.updateLogStartOffset).
Offset FirstUnflushedSegment(const UnifiedLog& log, const sim::Disk& files) {
  const Offset end = log.recovery_point();
  for (const LogSegment& segment : log.segments()) {
    if (segment.base_offset >= end) break;
    const int64_t last = files.FindLastAtOrBelow(segment.file, static_cast<uint64_t>(end.value() - 1));
    if (last < 0) continue;
    const sim::ChunkView chunk = files.chunk(segment.file, last);
    if (LogBatchIn(chunk).next_offset() <= log.log_start()) continue;
    if (files.durable_bytes(segment.file) < chunk.position + chunk.bytes) return segment.base_offset;
  }
  return {};
}

// producer.id.expiration.check.interval.ms, an internal key of Kafka's, at its default.
constexpr sim::Duration kProducerIdExpirationCheckInterval = sim::Milliseconds(600000);

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
                .dedupe_buffer_bytes = config_.log_cleaner_dedupe_buffer_size}) {}

LogConfigRef LogManager::ConfigOf(const TopicImage& topic) {
  const auto it = configs_.find(topic.id);
  return it != configs_.end() ? it->second : configs_.emplace(topic.id, LogConfigOf(topic, config_)).first->second;
}

LogOptions LogManager::OptionsFor(TopicPartition tp, std::string directory, LogConfigRef config) const {
  const auto offset_in = [tp](const OffsetCheckpoint& offsets) {
    const auto it = offsets.find(tp);
    return it == offsets.end() ? Offset(0) : it->second;
  };
  return {.tp = tp,
          .broker = self_,
          .directory = std::move(directory),
          .config = std::move(config),
          .recovery_point = offset_in(recovery_points_),
          .log_start_checkpoint = offset_in(log_starts_),
          .high_watermark_checkpoint = offset_in(high_watermarks_),
          .clean_shutdown = clean_shutdown_,
          .flush_key = FlushKey(tp)};
}

UnifiedLog LogManager::Load(sim::Context& ctx, const LogOptions& options) {
  UnifiedLog log = UnifiedLog::Load(ctx, options);
  NoteStorageOf(log);
  DeleteFilesLater(ctx, log);
  return log;
}

void LogManager::Startup(sim::Context& ctx, const MetadataImage& metadata) {
  KT_CHECK(!started_);
  started_ = true;
  clean_shutdown_ = TakeCleanShutdownFile(ctx);
  recovery_points_ = ReadOffsetCheckpoint(ctx, kRecoveryPointCheckpoint);
  log_starts_ = ReadOffsetCheckpoint(ctx, kLogStartCheckpoint);
  high_watermarks_ = ReadOffsetCheckpoint(ctx, kHighWatermarkCheckpoint);
  for (const std::string& path : ctx.disk().List("")) {
    if (!absl::EndsWith(path, kPartitionMetadataSuffix)) continue;
    const std::optional<TopicPartition> tp = ReadPartitionMetadata(ctx, path);
    if (!tp) continue;
    const TopicImage* topic = metadata.FindTopic(tp->topic);
    LogConfigRef config = topic != nullptr ? ConfigOf(*topic) : LogConfigRef(LogConfigOf(TopicImage(), config_));
    std::string directory = path.substr(0, path.size() + 1 - sizeof(kPartitionMetadataSuffix));
    unclaimed_.emplace(*tp, Load(ctx, OptionsFor(*tp, std::move(directory), std::move(config))));
  }
  const sim::Duration delay = config_.log_initial_task_delay;
  for (const TimerLocal task : {kCleanUpLogs, kFlushDirtyLogs, kCheckpointRecoveryPoints, kCheckpointLogStarts}) {
    SetTimer(ctx, task, delay);
  }
  SetTimer(ctx, kExpireProducerIds, kProducerIdExpirationCheckInterval);
  cleaner_.Startup(ctx);
}

void LogManager::OnCleanerTimer(sim::Context& ctx, PartitionTable& partitions, const sim::Timer& timer) {
  HostedLogs logs(*this, partitions);
  cleaner_.OnTimer(ctx, logs, timer);
  storage_failed_ |= cleaner_.storage_failed();
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
  for (std::string& file : files) deleted_files_.emplace(ctx.now() + delay, std::move(file));
}

void LogManager::DeleteFilesThatAreDue(sim::Context& ctx) {
  while (!deleted_files_.empty() && deleted_files_.begin()->first <= ctx.now()) {
    const std::string& path = deleted_files_.begin()->second;
    // A later file of the same name may have taken its place, and gone with it.
    if (ctx.disk().Find(path)) Note(ctx.disk().Delete(path));
    deleted_files_.erase(deleted_files_.begin());
  }
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
  return Load(ctx, OptionsFor(tp, std::move(directory), ConfigOf(topic)));
}

void LogManager::DeleteLog(sim::Context& ctx, UnifiedLog& log) {
  cleaner_.Forget(ctx, log);
  ctx.Emit(ReplicaDeleted{.tp = log.tp(), .broker = self_, .log_end = log.log_end()});
  for (const std::string& path : ctx.disk().List(log.directory() + "/")) Note(ctx.disk().Delete(path));
  recovery_points_.erase(log.tp());
  high_watermarks_.erase(log.tp());
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
  if (truncated) CheckpointRecoveryPoints(ctx, partitions);
}

void LogManager::TruncateFullyAndStartAt(sim::Context& ctx, PartitionTable& partitions, Partition& partition,
                                         Offset start) {
  cleaner_.AbortCleaning(ctx, partition.mutable_log());
  partition.mutable_log().TruncateFullyAndStartAt(ctx, start, TruncationReason::kOutOfRange);
  NoteStorageOf(partition.log());
  TruncateCleanerCheckpoint(ctx, partition.log());
  DeleteFilesLater(ctx, partition.mutable_log());
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
  if (config_.defects.Has(Defect::kCheckpointOfHostedOnly)) high_watermarks_.clear();
  for (const Partition& partition : partitions.all())
    high_watermarks_[partition.tp()] = partition.log().high_watermark();
  Note(WriteOffsetCheckpoint(ctx, kHighWatermarkCheckpoint, high_watermarks_));
}

void LogManager::CheckpointRecoveryPoints(sim::Context& ctx, const PartitionTable& partitions) {
  const auto note = [&](const UnifiedLog& log) {
    const auto [it, is_new] = recovery_points_.try_emplace(log.tp(), log.recovery_point());
    if (!is_new && it->second == log.recovery_point()) return;
    it->second = log.recovery_point();
    const sim::Disk& files = ctx.disk().files();
    ctx.Emit(RecoveryPointCheckpointed{.tp = log.tp(),
                                       .broker = self_,
                                       .recovery_point = it->second,
                                       .unflushed_segment = FirstUnflushedSegment(log, files),
                                       .disk_lied = files.has_lied()});
  };
  for (const auto& [tp, log] : unclaimed_) note(log);
  for (const Partition& partition : partitions.all()) note(partition.log());
  Note(WriteOffsetCheckpoint(ctx, kRecoveryPointCheckpoint, recovery_points_));
}

void LogManager::CheckpointLogStarts(sim::Context& ctx, const PartitionTable& partitions) {
  // A start at the border of a segment is found again by the segment's name.
  log_starts_.clear();
  const auto note = [&](const UnifiedLog& log) {
    if (log.log_start() > log.first_segment_base()) log_starts_.emplace(log.tp(), log.log_start());
  };
  for (const auto& [tp, log] : unclaimed_) note(log);
  for (const Partition& partition : partitions.all()) note(partition.log());
  Note(WriteOffsetCheckpoint(ctx, kLogStartCheckpoint, log_starts_));
}

void LogManager::Shutdown(sim::Context& ctx, PartitionTable& partitions, BrokerEpoch broker_epoch) {
  // Before the logs are loaded nothing is known of them, and nothing may be said.
  if (!started_) {
    if (config_.defects.Has(Defect::kCheckpointOfHostedOnly)) CheckpointHighWatermarks(ctx, partitions);
    if (config_.defects.Has(Defect::kCleanMarkerWithoutLoading)) MarkCleanShutdown(ctx, partitions, broker_epoch);
    return;
  }
  HostedLogs hosted(*this, partitions);
  cleaner_.Shutdown(ctx, hosted);
  storage_failed_ |= cleaner_.storage_failed();
  ForEachLog(partitions, [&](UnifiedLog& log) { log.Close(ctx); });
  // Of a disk that failed nobody can say what is on it: the next start must look.
  if (storage_failed_) return;
  CheckpointHighWatermarks(ctx, partitions);
  CheckpointRecoveryPoints(ctx, partitions);
  CheckpointLogStarts(ctx, partitions);
  if (!storage_failed_) MarkCleanShutdown(ctx, partitions, broker_epoch);
}

void LogManager::MarkCleanShutdown(sim::Context& ctx, const PartitionTable& partitions, BrokerEpoch broker_epoch) {
  const sim::Disk& files = ctx.disk().files();
  CleanShutdownMarked marked{
      .broker = self_, .unflushed_logs = 0, .unrecovered_logs = 0, .disk_lied = files.has_lied()};
  const auto look = [&](const UnifiedLog& log) {
    if (log.local_log().FirstUnflushedSegment(files, log.log_end()).valid()) ++marked.unflushed_logs;
  };
  for (const auto& [tp, log] : unclaimed_) look(log);
  for (const Partition& partition : partitions.all()) look(partition.log());
  if (!started_ && !ReadCleanShutdownFile(ctx)) {
    for (const std::string& path : ctx.disk().List("")) {
      if (absl::EndsWith(path, kPartitionMetadataSuffix)) ++marked.unrecovered_logs;
    }
  }
  Note(WriteCleanShutdownFile(ctx, broker_epoch));
  ctx.Emit(marked);
}

}  // namespace ktrial::cluster
