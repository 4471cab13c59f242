// The checkpoint files of LogManager, and the markers of a clean shutdown.
#include <algorithm>

#include "cluster/defects.h"
#include "cluster/facts.h"
#include "cluster/replication/log_manager.h"
#include "cluster/replication/partition_metadata_file.h"

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
    if (std::min(LogBatchIn(chunk).next_offset(), end) <= log.log_start()) continue;
    if (files.durable_bytes(segment.file) < chunk.position + chunk.bytes) return segment.base_offset;
  }
  return {};
}

}  // namespace

void LogManager::CheckpointHighWatermarks(sim::Context& ctx, const PartitionTable& partitions) {
  // Logs that are not hosted yet keep their entries from the last run: a file without them would count as 0 for them.
  if (config_.defects.Has(Defect::kCheckpointOfHostedOnly)) {
    for (Directory& directory : dirs_) directory.high_watermarks.clear();
  }
  for (const Partition& partition : partitions.all()) {
    DirectoryOf(partition.log()).high_watermarks[partition.tp()] = partition.log().high_watermark();
  }
  for (const LogDir dir : UsableDirs()) {
    Note(dir, WriteOffsetCheckpoint(ctx, kHighWatermarkCheckpoint, dir_at(dir).high_watermarks, dir));
  }
}

void LogManager::CheckpointRecoveryPoints(sim::Context& ctx, const PartitionTable& partitions) {
  for (const LogDir dir : UsableDirs()) CheckpointRecoveryPointsIn(ctx, partitions, dir);
}

void LogManager::CheckpointRecoveryPointsIn(sim::Context& ctx, const PartitionTable& partitions, LogDir dir) {
  OffsetCheckpoint& recovery_points = dir_at(dir).recovery_points;
  const sim::Disk& files = DiskOf(ctx, dir).files();
  const auto note = [&](const UnifiedLog& log) {
    if (log.folder().log_dir() != dir) return;
    const auto [it, is_new] = recovery_points.try_emplace(log.tp(), log.recovery_point());
    if (!is_new && it->second == log.recovery_point()) return;
    it->second = log.recovery_point();
    ctx.Emit(RecoveryPointCheckpointed{.tp = log.tp(),
                                       .broker = self_,
                                       .recovery_point = it->second,
                                       .unflushed_segment = FirstUnflushedSegment(log, files),
                                       .disk_lied = files.has_lied()});
  };
  for (const auto& [tp, log] : unclaimed_) note(log);
  for (const Partition& partition : partitions.all()) note(partition.log());
  Note(dir, WriteOffsetCheckpoint(ctx, kRecoveryPointCheckpoint, recovery_points, dir));
}

void LogManager::CheckpointLogStarts(sim::Context& ctx, const PartitionTable& partitions) {
  // A start at the border of a segment is found again by the segment's name.
  for (Directory& directory : dirs_) directory.log_starts.clear();
  const auto note = [&](const UnifiedLog& log) {
    if (log.log_start() > log.first_segment_base()) DirectoryOf(log).log_starts.emplace(log.tp(), log.log_start());
  };
  for (const auto& [tp, log] : unclaimed_) note(log);
  for (const Partition& partition : partitions.all()) note(partition.log());
  for (const LogDir dir : UsableDirs()) {
    Note(dir, WriteOffsetCheckpoint(ctx, kLogStartCheckpoint, dir_at(dir).log_starts, dir));
  }
}

void LogManager::MarkCleanShutdown(sim::Context& ctx, const PartitionTable& partitions, BrokerEpoch broker_epoch,
                                   LogDir dir) {
  const sim::Disk& files = DiskOf(ctx, dir).files();
  CleanShutdownMarked marked{
      .broker = self_, .unflushed_logs = 0, .unrecovered_logs = 0, .disk_lied = files.has_lied()};
  const auto look = [&](const UnifiedLog& log) {
    if (log.folder().log_dir() != dir) return;
    if (log.local_log().FirstUnflushedSegment(files, log.log_end()).valid()) ++marked.unflushed_logs;
  };
  for (const auto& [tp, log] : unclaimed_) look(log);
  for (const Partition& partition : partitions.all()) look(partition.log());
  if (!started_ && !ReadCleanShutdownFile(ctx, dir)) {
    marked.unrecovered_logs = static_cast<int32_t>(ListLogFolders(ctx, dir).size());
  }
  Note(dir, WriteCleanShutdownFile(ctx, broker_epoch, dir));
  ctx.Emit(marked);
}

}  // namespace ktrial::cluster
