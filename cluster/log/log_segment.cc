#include "cluster/log/log_segment.h"

#include <algorithm>

namespace ktrial::cluster {
namespace {

constexpr int32_t kOffsetIndexEntryBytes = 8;
constexpr int32_t kTimeIndexEntryBytes = 12;

bool IndexesAreFull(const LogSegment& segment, const LogConfig& config) {
  // The last place of a time index is kept for the entry that is made when the segment is closed.
  return segment.offset_index_entries >= config.index_bytes / kOffsetIndexEntryBytes ||
         segment.time_index_entries >= config.index_bytes / kTimeIndexEntryBytes - 1;
}

}  // namespace

void LogSegment::Grow(const LogBatch& batch, int32_t index_interval_bytes) {
  if (bytes == 0) first_timestamp = batch.max_timestamp();
  max_timestamp = std::max(max_timestamp, batch.max_timestamp());
  if (bytes_since_index_entry > index_interval_bytes) {
    ++offset_index_entries;
    if (max_timestamp > indexed_timestamp) {
      ++time_index_entries;
      indexed_timestamp = max_timestamp;
    }
    bytes_since_index_entry = 0;
  }
  bytes_since_index_entry += batch.bytes();
  bytes += batch.bytes();
}

void LogSegment::Rebuild(const sim::Disk& files, int32_t index_interval_bytes) {
  bytes = 0;
  first_timestamp = max_timestamp = indexed_timestamp = kNoTimestamp;
  offset_index_entries = time_index_entries = bytes_since_index_entry = 0;
  const int64_t chunks = files.chunk_count(file);
  for (int64_t i = 0; i < chunks; ++i) {
    const sim::ChunkView chunk = files.chunk(file, i);
    if (!IsTorn(chunk)) Grow(LogBatchIn(chunk), index_interval_bytes);
  }
  bytes = files.size_bytes(file);
}

bool ShouldRoll(const LogSegment& segment, const RollParams& params) {
  const LogConfig& config = params.config;
  if (segment.bytes > config.segment_bytes - params.bytes) return true;
  const sim::Duration waited = segment.first_timestamp > kNoTimestamp ? params.max_timestamp - segment.first_timestamp
                                                                      : params.now - segment.created;
  if (segment.bytes > 0 && waited > config.MaxSegmentAge() - params.jitter) return true;
  if (IndexesAreFull(segment, config)) return true;
  return params.last_offset - segment.base_offset > INT32_MAX;
}

int64_t FirstBatchEndingAbove(const sim::Disk& files, const LogSegment& segment, Offset offset) {
  int64_t index = files.FindLastAtOrBelow(segment.file, static_cast<uint64_t>(offset.value()));
  if (index < 0) return 0;
  if (LogBatchIn(files.chunk(segment.file, index)).last_offset() < offset) return index + 1;
  // A torn batch that no recovery cut off has been written over: the reader comes upon it first.
  while (index > 0 && LogBatchIn(files.chunk(segment.file, index - 1)).last_offset() >= offset) --index;
  return index;
}

}  // namespace ktrial::cluster
