#include "cluster/log/local_log.h"

#include <algorithm>
#include <string>

#include "cluster/log/log_files.h"
#include "sim/check.h"

namespace ktrial::cluster {

LocalLog LocalLog::Open(sim::Context& ctx, std::string_view directory) {
  LocalLog log;
  log.directory_ = std::string(directory);
  sim::DiskPort disk = ctx.disk();
  for (const std::string& path : disk.List(log.directory_ + "/")) {
    const std::optional<Offset> base = SegmentOffsetOf(path);
    if (!base) continue;
    const std::optional<sim::FileId> file = disk.Find(path);
    KT_CHECK(file.has_value());
    log.segments_.push_back({.base_offset = *base, .file = *file, .bytes = disk.files().size_bytes(*file)});
  }
  if (!log.segments_.empty()) log.FindLogEnd(ctx);
  return log;
}

void LocalLog::FindLogEnd(sim::Context& ctx) {
  const sim::Disk& files = ctx.disk().files();
  const int64_t chunks = files.chunk_count(active().file);
  log_end_ = chunks == 0 ? active().base_offset : LogBatchIn(files.chunk(active().file, chunks - 1)).next_offset();
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

void LocalLog::AddSegment(sim::Context& ctx, Offset base_offset) {
  const sim::Disk::FileResult created = ctx.disk().Create(SegmentPath(directory_, base_offset));
  if (Note(created.status)) segments_.push_back({.base_offset = base_offset, .file = created.file});
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
  const size_t complete = segments_.size();
  AddSegment(ctx, base_offset);
  if (segments_.size() == complete) return;
  log_end_ = base_offset;
  for (size_t i = SegmentIndexOf(recovery_point_); i < complete; ++i) {
    LogSegment& segment = segments_[i];
    if (segment.durable || (segment.flushes_in_flight > 0 && i + 1 < complete)) continue;
    ++segment.flushes_in_flight;
    ctx.disk().FlushAsync(segment.file, flush_key);
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

bool LocalLog::Append(sim::Context& ctx, const LogBatchRef& batch) {
  KT_CHECK(batch->base_offset() >= log_end_);
  LogSegment& segment = segments_.back();
  const sim::DiskStatus status = ctx.disk().Append(
      segment.file,
      {.tag = static_cast<uint64_t>(batch->base_offset().value()), .bytes = batch->bytes(), .payload = batch});
  if (!Note(status)) return false;
  segment.bytes += batch->bytes();
  log_end_ = batch->next_offset();
  return true;
}

void LocalLog::Flush(sim::Context& ctx) {
  for (size_t i = SegmentIndexOf(recovery_point_); i < segments_.size(); ++i) {
    LogSegment& segment = segments_[i];
    if (segment.durable) continue;
    if (!Note(ctx.disk().Flush(segment.file))) return;
    segment.durable = i + 1 < segments_.size();
  }
  recovery_point_ = log_end_;
}

FetchedData LocalLog::Read(sim::Context& ctx, Offset from, const ReadBounds& bounds) const {
  FetchedData fetched;
  sim::DiskPort disk = ctx.disk();
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
      if (!chunk.intact) {
        if (fetched.batches.empty()) fetched.error = ErrorCode::kCorruptMessage;
        break;
      }
      fetched.batches.emplace_back(&batch);
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
  sim::DiskPort disk = ctx.disk();
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
      visit(batch);
    }
    const sim::DiskStatus status = disk.Read(segment.file, begin, end - begin);
    if (status != sim::DiskStatus::kOk) return status;
  }
  return sim::DiskStatus::kOk;
}

std::optional<OffsetAndEpoch> LocalLog::FindByTimestamp(sim::Context& ctx, Offset from, int64_t unix_millis) const {
  sim::DiskPort disk = ctx.disk();
  const sim::Disk& files = disk.files();
  const sim::WallTime target(unix_millis);
  for (size_t i = SegmentIndexOf(from); i < segments_.size(); ++i) {
    const LogSegment& segment = segments_[i];
    const int64_t chunks = files.chunk_count(segment.file);
    for (int64_t index = FirstBatchEndingAbove(files, segment, from); index < chunks; ++index) {
      const sim::ChunkView chunk = files.chunk(segment.file, index);
      const LogBatch& batch = LogBatchIn(chunk);
      if (batch.batch().max_timestamp() < target) continue;
      disk.Read(segment.file, chunk.position, chunk.bytes);
      for (int32_t delta = 0; delta < batch.batch().record_count(); ++delta) {
        const Offset offset = batch.offset_of(delta);
        if (offset < from || batch.batch().records()[static_cast<size_t>(delta)].timestamp < target) continue;
        return OffsetAndEpoch{offset, batch.leader_epoch()};
      }
    }
  }
  return std::nullopt;
}

std::vector<Offset> LocalLog::DeleteSegmentsFrom(sim::Context& ctx, size_t index) {
  std::vector<Offset> deleted;
  while (segments_.size() > index) {
    deleted.push_back(active().base_offset);
    Note(ctx.disk().Delete(SegmentPath(directory_, active().base_offset)));
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

void LocalLog::CutSegment(sim::Context& ctx, size_t segment, int64_t chunk_index) {
  LogSegment& cut = segments_[segment];
  const sim::Disk& files = ctx.disk().files();
  if (chunk_index >= files.chunk_count(cut.file)) return;
  const int64_t bytes = files.chunk(cut.file, chunk_index).position;
  if (Note(ctx.disk().Truncate(cut.file, bytes))) cut.bytes = bytes;
}

std::vector<Offset> LocalLog::TruncateTo(sim::Context& ctx, Offset to) {
  KT_CHECK(to >= segments_.front().base_offset && to <= log_end_);
  const size_t last = SegmentIndexOf(to);
  std::vector<Offset> deleted = DeleteSegmentsFrom(ctx, last + 1);
  CutSegment(ctx, last, FirstBatchEndingAbove(ctx.disk().files(), segments_[last], to));
  // Kafka only cuts the file; that it is cut becomes durable with the journal commit of the checkpoint files which are
  // written next. Here a file's length is durable with the file's own flush.
  Note(ctx.disk().Flush(segments_[last].file));
  segments_[last].durable = false;
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
