#include "cluster/log/log_recovery.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/log/log_files.h"
#include "cluster/log/segment_swap.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

using SnapshotFlush = ProducerStateManager::SnapshotFlush;

std::vector<Offset> SegmentBases(const LocalLog& log) {
  std::vector<Offset> bases;
  for (const LogSegment& segment : log.segments()) bases.push_back(segment.base_offset);
  return bases;
}

void TakeSnapshotAt(sim::Context& ctx, Offset offset, ProducerStateManager& producers) {
  producers.UpdateMapEndOffset(offset);
  producers.TakeSnapshot(ctx, SnapshotFlush::kNow);
}

sim::DiskStatus ReplayInto(sim::Context& ctx, const LocalLog& log, Offset from, Offset end,
                           ProducerStateManager& producers) {
  return log.ForEachBatch(ctx, from, end, [&](const LogBatch& batch) {
    if (batch.last_offset() < end) producers.Update(batch);
  });
}

// Scans one segment. True if it was intact; otherwise it is cut before its first bad batch.
bool RecoverSegment(sim::Context& ctx, size_t index, Offset log_start, const LogOptions& options, LoadedLog& loaded) {
  // A producer state of its own: what the log will use is built anew when all segments are known to be good.
  ProducerStateManager producers =
      ProducerStateManager::Open(ctx, options.directory, options.config->producer_id_expiration);
  const LogSegment& segment = loaded.log.segments()[index];
  loaded.Note(
      RebuildProducerState(ctx, loaded.log, log_start, segment.base_offset, ReloadKind::kUncleanStart, producers));

  const sim::Disk& files = options.directory.disk(ctx).files();
  loaded.Note(options.directory.disk(ctx).Read(segment.file, 0, segment.bytes));
  const int64_t chunks = files.chunk_count(segment.file);
  int64_t good = 0;
  for (; good < chunks; ++good) {
    const sim::ChunkView chunk = files.chunk(segment.file, good);
    if (!chunk.intact) break;
    const LogBatch& batch = LogBatchIn(chunk);
    const std::optional<LeaderEpoch> latest = loaded.epochs.latest_epoch();
    const bool has_epoch =
        batch.leader_epoch().value() >= (options.config->defects.Has(Defect::kRecoveryIgnoresEpochZero) ? 1 : 0);
    if (has_epoch && (!latest || batch.leader_epoch() > *latest)) {
      loaded.epochs.AssignInMemory(batch.leader_epoch(), batch.base_offset());
    }
    producers.Update(batch);
    producers.UpdateMapEndOffset(batch.next_offset());
  }
  producers.TakeSnapshot(ctx, SnapshotFlush::kNow);
  loaded.log.CutSegment(ctx, index, good);
  return good == chunks;
}

// What was deleted before the broker stopped, and should have gone a while later.
sim::DiskStatus DeleteFilesOnTheWayOut(sim::Context& ctx, const LogFolder& folder) {
  for (const std::string& path : folder.disk(ctx).List(folder.path() + "/")) {
    if (!path.ends_with(kDeletedFileSuffix)) continue;
    if (const auto status = folder.disk(ctx).Delete(path); status != sim::DiskStatus::kOk) return status;
  }
  return sim::DiskStatus::kOk;
}

// Where the batches of a recovered segment end: at its base, if it has none.
Offset EndOf(const sim::Disk& files, const LogSegment& segment) {
  const int64_t chunks = files.chunk_count(segment.file);
  return chunks == 0 ? segment.base_offset : LogBatchIn(files.chunk(segment.file, chunks - 1)).next_offset();
}

void NoteGaps(const sim::Disk& files, size_t from, LoadedLog& loaded) {
  const std::vector<LogSegment>& segments = loaded.log.segments();
  for (size_t i = from; i + 1 < segments.size(); ++i) {
    const Offset end = EndOf(files, segments[i]);
    if (end < segments[i + 1].base_offset) loaded.gaps.push_back({end, segments[i + 1].base_offset});
  }
}

void Recover(sim::Context& ctx, const LogOptions& options, LoadedLog& loaded) {
  const std::vector<EpochEntry> epochs_on_disk = loaded.epochs.entries();
  const size_t first = loaded.log.SegmentIndexOf(options.recovery_point);
  size_t index = first;
  while (index < loaded.log.segments().size() &&
         RecoverSegment(ctx, index, options.log_start_checkpoint, options, loaded)) {
    ++index;
  }
  if (index < loaded.log.segments().size()) loaded.log.DeleteSegmentsFrom(ctx, index + 1);
  loaded.log.FindLogEnd(ctx);
  NoteGaps(options.directory.disk(ctx).files(), first, loaded);
  if (loaded.epochs.entries() != epochs_on_disk) loaded.Note(loaded.epochs.Flush(ctx));
}

}  // namespace

LoadedLog LoadLog(sim::Context& ctx, const LogOptions& options) {
  const sim::DiskStatus swapped = CompleteSwaps(ctx, options.directory);
  const sim::DiskStatus deleted = DeleteFilesOnTheWayOut(ctx, options.directory);
  LoadedLog loaded{.log = LocalLog::Open(ctx, options.directory, options.config),
                   .epochs = LeaderEpochCache::Load(ctx, options.directory),
                   .producers = {}};
  loaded.storage_failed = loaded.epochs.unreadable();
  loaded.Note(swapped);
  loaded.Note(deleted);
  LocalLog& log = loaded.log;
  loaded.is_new = log.segments().empty();
  if (!loaded.is_new && !options.clean_shutdown) Recover(ctx, options, loaded);
  bool clean = options.clean_shutdown;
  if (!log.segments().empty() && log.log_end() < options.log_start_checkpoint) {
    log.DeleteSegmentsFrom(ctx, 0);
    loaded.gaps.clear();
    loaded.Note(loaded.epochs.Clear(ctx));
    clean = false;
  }
  if (log.segments().empty()) log.Create(ctx, options.log_start_checkpoint);
  // Recovery reads and does not flush: what it found may still be lost with the power (KAFKA-10101).
  const bool all_flushed = clean || options.config->defects.Has(Defect::kRecoveryPointAfterRecovery);
  log.set_recovery_point(all_flushed ? log.log_end() : std::min(options.recovery_point, log.log_end()));
  loaded.log_start = std::max(options.log_start_checkpoint, log.segments().front().base_offset);
  loaded.Note(loaded.epochs.TruncateFromEnd(ctx, log.log_end()));
  loaded.Note(loaded.epochs.TruncateFromStart(ctx, options.log_start_checkpoint));

  loaded.producers = ProducerStateManager::Open(ctx, options.directory, options.config->producer_id_expiration);
  loaded.producers.RemoveStraySnapshots(ctx, SegmentBases(log));
  loaded.Note(RebuildProducerState(ctx, log, loaded.log_start, log.log_end(),
                                   options.clean_shutdown ? ReloadKind::kCleanStart : ReloadKind::kUncleanStart,
                                   loaded.producers));
  return loaded;
}

sim::DiskStatus RebuildProducerState(sim::Context& ctx, const LocalLog& log, Offset log_start, Offset end,
                                     ReloadKind kind, ProducerStateManager& producers) {
  const std::vector<LogSegment>& segments = log.segments();
  const size_t count = segments.size();
  if (kind == ReloadKind::kCleanStart && producers.snapshots().empty()) {
    if (count >= 2) TakeSnapshotAt(ctx, segments[count - 2].base_offset, producers);
    if (count >= 1) TakeSnapshotAt(ctx, segments[count - 1].base_offset, producers);
    TakeSnapshotAt(ctx, end, producers);
    return sim::DiskStatus::kOk;
  }
  const bool was_empty = producers.empty() && producers.map_end() >= end;
  producers.TruncateAndReload(ctx, log_start, end);
  if (end > producers.map_end() && !was_empty) {
    for (size_t i = log.SegmentIndexOf(producers.map_end()); i < count && segments[i].base_offset < end; ++i) {
      const Offset from = std::max({segments[i].base_offset, producers.map_end(), log_start});
      producers.UpdateMapEndOffset(from);
      if (i + 2 >= count) producers.TakeSnapshot(ctx, SnapshotFlush::kNow);
      const Offset to = i + 1 < count ? std::min(segments[i + 1].base_offset, end) : end;
      if (const auto status = ReplayInto(ctx, log, from, to, producers); status != sim::DiskStatus::kOk) return status;
    }
  }
  TakeSnapshotAt(ctx, end, producers);
  return sim::DiskStatus::kOk;
}

}  // namespace ktrial::cluster
