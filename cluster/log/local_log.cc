#include "cluster/log/local_log.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "cluster/log/log_files.h"
#include "sim/check.h"

namespace ktrial::cluster {

LocalLog LocalLog::Open(sim::Context& ctx, const LogFolder& folder, LogConfigRef config) {
  LocalLog log;
  log.folder_ = folder;
  log.config_ = std::move(config);
  log.last_flushed_ = ctx.wall_clock();
  sim::DiskPort disk = folder.disk(ctx);
  for (const std::string& path : disk.List(folder.path() + "/")) {
    const std::optional<Offset> base = SegmentOffsetOf(path);
    if (!base) continue;
    const std::optional<sim::FileId> file = disk.Find(path);
    KT_CHECK(file.has_value());
    LogSegment segment{.base_offset = *base, .file = *file};
    segment.created = segment.last_modified = ctx.wall_clock();
    segment.Rebuild(disk.files(), log.config_->index_interval_bytes);
    log.segments_.push_back(segment);
  }
  if (!log.segments_.empty()) log.FindLogEnd(ctx);
  return log;
}

void LocalLog::FindLogEnd(sim::Context& ctx) {
  const sim::Disk& files = folder_.disk(ctx).files();
  log_end_ = active().base_offset;
  for (int64_t index = files.chunk_count(active().file); index-- > 0;) {
    const sim::ChunkView chunk = files.chunk(active().file, index);
    if (IsTorn(chunk)) continue;
    log_end_ = LogBatchIn(chunk).next_offset();
    break;
  }
  roll_jitter_ = JitterOf(ctx, active().base_offset);
}

int64_t LocalLog::size_bytes() const {
  int64_t bytes = 0;
  for (const LogSegment& segment : segments_) bytes += segment.bytes;
  return bytes;
}

size_t LocalLog::SegmentIndexOf(Offset offset) const {
  // Most calls are about the end of the log.
  if (segments_.back().base_offset <= offset) return segments_.size() - 1;
  const auto after = std::upper_bound(segments_.begin(), segments_.end(), offset,
                                      [](Offset o, const LogSegment& segment) { return o < segment.base_offset; });
  return after == segments_.begin() ? 0 : static_cast<size_t>(after - segments_.begin()) - 1;
}

sim::Duration LocalLog::JitterOf(sim::Context& ctx, Offset base_offset) const {
  const int64_t most = std::min(config_->segment_jitter, config_->segment_age).millis();
  if (most <= 0) return {};
  sim::RandomStream stream = ctx.NewRandomStream(SegmentPath(folder_.path(), base_offset));
  return sim::Milliseconds(static_cast<int64_t>(stream.Below(static_cast<uint64_t>(most))));
}

bool LocalLog::ShouldRoll(sim::WallTime now, sim::WallTime max_timestamp, Offset last_offset, int32_t bytes) const {
  return cluster::ShouldRoll(active(), {.config = *config_,
                                        .jitter = roll_jitter_,
                                        .max_timestamp = max_timestamp,
                                        .last_offset = last_offset,
                                        .bytes = bytes,
                                        .now = now});
}

void LocalLog::AddSegment(sim::Context& ctx, Offset base_offset) {
  const sim::Disk::FileResult created = folder_.disk(ctx).Create(SegmentPath(folder_.path(), base_offset));
  if (!Note(created.status)) return;
  LogSegment segment{.base_offset = base_offset, .file = created.file};
  segment.created = segment.last_modified = ctx.wall_clock();
  segments_.push_back(segment);
  roll_jitter_ = JitterOf(ctx, base_offset);
}

void LocalLog::Create(sim::Context& ctx, Offset base_offset) {
  KT_CHECK(segments_.empty());
  AddSegment(ctx, base_offset);
  // Without a file the log is of no use, yet it must answer: it keeps a segment that no disk knows.
  if (segments_.empty()) segments_.push_back({.base_offset = base_offset});
  log_end_ = base_offset;
  recovery_point_ = std::min(recovery_point_, base_offset);
}

void LocalLog::Roll(sim::Context& ctx, Offset base_offset, uint64_t flush_key) {
  KT_CHECK(base_offset >= log_end_);
  // An index without room for a single entry calls for a new segment even when this one is empty (KAFKA-6388).
  if (active().base_offset == base_offset && active().bytes == 0) return;
  const size_t complete = segments_.size();
  AddSegment(ctx, base_offset);
  if (segments_.size() == complete) return;
  log_end_ = base_offset;
  last_flushed_ = ctx.wall_clock();
  for (size_t i = SegmentIndexOf(recovery_point_); i < complete; ++i) {
    LogSegment& segment = segments_[i];
    if (segment.durable || (segment.flushes_in_flight > 0 && i + 1 < complete)) continue;
    ++segment.flushes_in_flight;
    folder_.disk(ctx).FlushAsync(segment.file, flush_key);
  }
}

bool LocalLog::OnFlushed(const sim::DiskDone& done) {
  for (size_t i = segments_.size(); i-- > 0;) {
    LogSegment& segment = segments_[i];
    if (segment.file != done.file) continue;
    if (!done.ok) storage_failed_ = true;
    --segment.flushes_in_flight;
    segment.durable = segment.flushes_in_flight == 0 && i + 1 < segments_.size() && !storage_failed_;
    AdvanceRecoveryPoint();
    return true;
  }
  return false;
}

void LocalLog::AdvanceRecoveryPoint() {
  for (size_t i = SegmentIndexOf(recovery_point_); i + 1 < segments_.size() && segments_[i].durable; ++i) {
    recovery_point_ = std::max(recovery_point_, segments_[i + 1].base_offset);
  }
}

Offset LocalLog::FirstUnflushedSegment(const sim::Disk& files, Offset end) const {
  for (const LogSegment& segment : segments_) {
    if (segment.base_offset >= end) break;
    const int64_t durable = files.durable_bytes(segment.file);
    if (durable >= files.size_bytes(segment.file)) continue;
    const int64_t last = files.FindLastAtOrBelow(segment.file, static_cast<uint64_t>(end.value() - 1));
    if (last < 0) continue;
    const sim::ChunkView chunk = files.chunk(segment.file, last);
    if (durable < chunk.position + chunk.bytes) return segment.base_offset;
  }
  return {};
}

bool LocalLog::Append(sim::Context& ctx, const LogBatchRef& batch) {
  KT_CHECK(batch->base_offset() >= log_end_);
  LogSegment& segment = segments_.back();
  const sim::DiskStatus status = folder_.disk(ctx).Append(
      segment.file,
      {.tag = static_cast<uint64_t>(batch->base_offset().value()), .bytes = batch->bytes(), .payload = batch});
  if (!Note(status)) return false;
  segment.Grow(*batch, config_->index_interval_bytes);
  segment.last_modified = ctx.wall_clock();
  log_end_ = batch->next_offset();
  return true;
}

void LocalLog::Flush(sim::Context& ctx) {
  for (size_t i = SegmentIndexOf(recovery_point_); i < segments_.size(); ++i) {
    LogSegment& segment = segments_[i];
    if (segment.durable) continue;
    if (!Note(folder_.disk(ctx).Flush(segment.file))) return;
    segment.durable = i + 1 < segments_.size();
  }
  recovery_point_ = log_end_;
  last_flushed_ = ctx.wall_clock();
}

FetchedData LocalLog::Read(sim::Context& ctx, Offset from, const ReadBounds& bounds) const {
  FetchedData fetched;
  sim::DiskPort disk = folder_.disk(ctx);
  const sim::Disk& files = disk.files();
  for (size_t i = SegmentIndexOf(from); i < segments_.size(); ++i) {
    const LogSegment& segment = segments_[i];
    const int64_t first = FirstBatchEndingAbove(files, segment, from);
    const int64_t chunks = files.chunk_count(segment.file);
    if (first == chunks) continue;
    const int64_t position = files.chunk(segment.file, first).position;
    for (int64_t index = first; index < chunks; ++index) {
      const sim::ChunkView chunk = files.chunk(segment.file, index);
      const LogBatch& batch = LogBatchIn(chunk);
      if (batch.next_offset() > bounds.limit) break;
      const bool fits = chunk.bytes <= bounds.max_bytes - fetched.bytes;
      if (!fits && !(bounds.min_one_batch && fetched.batches.empty())) break;
      fetched.batches.push_back(chunk.intact ? LogBatchRef(&batch) : batch.Damaged());
      fetched.bytes += chunk.bytes;
    }
    if (fetched.bytes > 0 && disk.Read(segment.file, position, fetched.bytes) != sim::DiskStatus::kOk) {
      return {.batches = {}, .error = ErrorCode::kKafkaStorageError};
    }
    break;
  }
  return fetched;
}

std::optional<int64_t> LocalLog::BytesWithinSegment(const sim::Disk& files, Offset from, Offset to) const {
  const size_t index = SegmentIndexOf(from);
  if (index != SegmentIndexOf(to)) return std::nullopt;
  const LogSegment& segment = segments_[index];
  const auto position_of = [&](Offset offset) {
    const int64_t chunk = FirstBatchEndingAbove(files, segment, offset);
    return chunk == files.chunk_count(segment.file) ? segment.bytes : files.chunk(segment.file, chunk).position;
  };
  return position_of(to) - position_of(from);
}

sim::DiskStatus LocalLog::ForEachBatch(sim::Context& ctx, Offset from, Offset to,
                                       absl::FunctionRef<void(const LogBatch& batch)> visit) const {
  sim::DiskPort disk = folder_.disk(ctx);
  const sim::Disk& files = disk.files();
  for (size_t i = SegmentIndexOf(from); i < segments_.size() && segments_[i].base_offset < to; ++i) {
    const LogSegment& segment = segments_[i];
    const int64_t chunks = files.chunk_count(segment.file);
    int64_t index = FirstBatchEndingAbove(files, segment, from);
    if (index == chunks) continue;
    const int64_t begin = files.chunk(segment.file, index).position;
    int64_t end = begin;
    for (; index < chunks; ++index) {
      const sim::ChunkView chunk = files.chunk(segment.file, index);
      const LogBatch& batch = LogBatchIn(chunk);
      if (batch.base_offset() >= to) break;
      end = chunk.position + chunk.bytes;
      if (!IsTorn(chunk)) visit(batch);
    }
    const sim::DiskStatus status = disk.Read(segment.file, begin, end - begin);
    if (status != sim::DiskStatus::kOk) return status;
  }
  return sim::DiskStatus::kOk;
}

FoundOffset LocalLog::FindRecord(sim::Context& ctx, const LogSegment& segment, int64_t first_chunk, Offset from,
                                 sim::WallTime not_before) const {
  sim::DiskPort disk = folder_.disk(ctx);
  const sim::Disk& files = disk.files();
  const int64_t chunks = files.chunk_count(segment.file);
  for (int64_t index = first_chunk; index < chunks; ++index) {
    const sim::ChunkView chunk = files.chunk(segment.file, index);
    const LogBatch& batch = LogBatchIn(chunk);
    if (batch.max_timestamp() < not_before) continue;
    if (disk.Read(segment.file, chunk.position, chunk.bytes) != sim::DiskStatus::kOk) {
      return {.error = ErrorCode::kKafkaStorageError, .record = std::nullopt};
    }
    for (int32_t delta = 0; delta < batch.batch().record_count(); ++delta) {
      const Offset offset = batch.offset_of(delta);
      if (offset < from || batch.timestamp(delta) < not_before) continue;
      return {.record = OffsetAndEpoch{offset, batch.leader_epoch()}};
    }
  }
  return {};
}

FoundOffset LocalLog::FindByTimestamp(sim::Context& ctx, Offset from, int64_t unix_millis) const {
  const sim::WallTime target(unix_millis);
  for (const LogSegment& segment : segments_) {
    if (segment.LargestTimestamp() < target) continue;
    const int64_t first = FirstBatchEndingAbove(folder_.disk(ctx).files(), segment, from);
    return FindRecord(ctx, segment, first, from, target);
  }
  return {};
}

FoundOffset LocalLog::FindMaxTimestamp(sim::Context& ctx) const {
  const auto latest =
      std::max_element(segments_.begin(), segments_.end(),
                       [](const LogSegment& a, const LogSegment& b) { return a.max_timestamp < b.max_timestamp; });
  if (latest->max_timestamp == kNoTimestamp) return {};
  return FindRecord(ctx, *latest, 0, latest->base_offset, latest->max_timestamp);
}

void LocalLog::DeleteFile(sim::Context& ctx, const LogSegment& segment) {
  const std::string path = SegmentPath(folder_.path(), segment.base_offset);
  std::string deleted = DeletedPath(path);
  if (Note(folder_.disk(ctx).Rename(path, deleted))) deleted_files_.push_back(std::move(deleted));
}

std::vector<Offset> LocalLog::DeleteSegmentsFrom(sim::Context& ctx, size_t index) {
  std::vector<Offset> deleted;
  while (segments_.size() > index) {
    deleted.push_back(active().base_offset);
    DeleteFile(ctx, active());
    segments_.pop_back();
  }
  return deleted;
}

void LocalLog::ReplaceSegments(size_t first, size_t count, const LogSegment& replacement) {
  KT_CHECK(count > 0 && first + count < segments_.size());
  KT_CHECK(replacement.durable && replacement.base_offset == segments_[first].base_offset);
  const auto begin = segments_.begin() + static_cast<std::ptrdiff_t>(first);
  *begin = replacement;
  segments_.erase(begin + 1, begin + static_cast<std::ptrdiff_t>(count));
  AdvanceRecoveryPoint();
}

void LocalLog::DeleteFirstSegments(sim::Context& ctx, size_t count) {
  KT_CHECK(count < segments_.size());
  const auto end = segments_.begin() + static_cast<std::ptrdiff_t>(count);
  for (auto it = segments_.begin(); it != end; ++it) DeleteFile(ctx, *it);
  segments_.erase(segments_.begin(), end);
}

void LocalLog::CutSegment(sim::Context& ctx, size_t segment, int64_t chunk_index) {
  LogSegment& cut = segments_[segment];
  const sim::Disk& files = folder_.disk(ctx).files();
  if (chunk_index >= files.chunk_count(cut.file)) return;
  const int64_t bytes = files.chunk(cut.file, chunk_index).position;
  if (!Note(folder_.disk(ctx).Truncate(cut.file, bytes))) return;
  cut.Rebuild(files, config_->index_interval_bytes);
  cut.bytes_since_index_entry = 0;
  cut.last_modified = ctx.wall_clock();
  if (bytes == 0) cut.created = ctx.wall_clock();
}

std::vector<Offset> LocalLog::TruncateTo(sim::Context& ctx, Offset to) {
  KT_CHECK(to >= segments_.front().base_offset && to <= log_end_);
  const size_t last = SegmentIndexOf(to);
  std::vector<Offset> deleted = DeleteSegmentsFrom(ctx, last + 1);
  CutSegment(ctx, last, FirstBatchEndingAbove(folder_.disk(ctx).files(), segments_[last], to));
  // Kafka only cuts the file; that it is cut becomes durable with the journal commit of the checkpoint files which are
  // written next. Here a file's length is durable with the file's own flush.
  Note(folder_.disk(ctx).Flush(segments_[last].file));
  segments_[last].durable = false;
  roll_jitter_ = JitterOf(ctx, active().base_offset);
  log_end_ = to;
  recovery_point_ = std::min(recovery_point_, to);
  return deleted;
}

void LocalLog::TruncateFullyAndStartAt(sim::Context& ctx, Offset start) {
  DeleteSegmentsFrom(ctx, 0);
  recovery_point_ = std::min(recovery_point_, start);
  Create(ctx, start);
}

}  // namespace ktrial::cluster
