#include "cluster/log/cleaner.h"

#include <algorithm>
#include <optional>

namespace ktrial::cluster {
namespace {

// Hashing a key and putting it into the map.
constexpr sim::Duration kIndexCost = sim::Microseconds(1);

// False if the map is full.
bool IndexBatch(const LogBatch& batch, Offset from, OffsetMap& map) {
  if (!batch.batch().is_control()) {
    for (int32_t i = batch.batch().IndexAtOrAbove(from - batch.base_offset()); i < batch.batch().record_count(); ++i) {
      const int64_t key = batch.batch().records()[static_cast<size_t>(i)].key;
      if (key >= 0 && !map.Put(key, batch.offset_of(i))) return false;
    }
  }
  if (batch.last_offset() >= from) map.UpdateLatestOffset(batch.last_offset());
  return true;
}

bool IsLastOfProducer(const LogBatch& batch, const ProducerMap& producers) {
  if (!batch.batch().has_producer_id()) return false;
  const auto it = producers.find(batch.batch().producer_id());
  if (it == producers.end()) return false;
  const ProducerStateEntry& entry = it->second;
  if (entry.batch_count() > 0) return entry.batch(entry.batch_count() - 1).last_offset == batch.last_offset();
  return batch.batch().is_control() && entry.epoch() == batch.batch().producer_epoch();
}

// From when on the batch's tombstones may go, if a cleaning has said so or says so now.
std::optional<sim::WallTime> DeleteHorizon(const LogBatch& batch, const CleaningRules& rules) {
  if (rules.defects.Has(Defect::kTombstoneHorizonByTimestamp)) {
    return batch.batch().max_timestamp() + rules.delete_retention;
  }
  return batch.batch().delete_horizon();
}

bool Stays(const Record& record, Offset offset, std::optional<sim::WallTime> horizon, const CleaningRules& rules) {
  if (offset > rules.map.latest_offset()) return true;
  if (record.key < 0 || offset < rules.map.Get(record.key)) return false;
  return !record.tombstone || !horizon || rules.now < *horizon;
}

}  // namespace

CleaningStatus BuildOffsetMap(sim::Context& ctx, const LocalLog& log, Offset from, Offset to, OffsetMap& map) {
  sim::DiskPort disk = log.folder().disk(ctx);
  const sim::Disk& files = disk.files();
  const std::vector<LogSegment>& segments = log.segments();
  for (size_t i = log.SegmentIndexOf(from); i < segments.size() && segments[i].base_offset < to; ++i) {
    const int64_t chunks = files.chunk_count(segments[i].file);
    int64_t index = FirstBatchEndingAbove(files, segments[i], from);
    const int64_t begin = index == chunks ? segments[i].bytes : files.chunk(segments[i].file, index).position;
    if (disk.Read(segments[i].file, begin, segments[i].bytes - begin) != sim::DiskStatus::kOk) {
      return CleaningStatus::kStorageError;
    }
    for (; index < chunks; ++index) {
      const sim::ChunkView chunk = files.chunk(segments[i].file, index);
      if (!chunk.intact) return CleaningStatus::kDamaged;
      const LogBatch& batch = LogBatchIn(chunk);
      ctx.Spend(kIndexCost * int64_t{batch.batch().record_count()});
      if (!IndexBatch(batch, from, map)) return CleaningStatus::kOk;
    }
    // There may be a gap up to the next segment.
    const Offset next = i + 1 < segments.size() ? std::min(segments[i + 1].base_offset, to) : to;
    map.UpdateLatestOffset(next - 1);
  }
  return CleaningStatus::kOk;
}

std::vector<SegmentGroup> GroupSegmentsBySize(const LocalLog& log, Offset end, int64_t segment_bytes) {
  std::vector<SegmentGroup> groups;
  int64_t bytes = 0;
  for (const LogSegment& segment : log.segments()) {
    if (segment.base_offset >= end) break;
    const bool fits = !groups.empty() && bytes + segment.bytes <= segment_bytes &&
                      segment.base_offset - groups.back().front() <= INT32_MAX;
    if (!fits) {
      groups.emplace_back();
      bytes = 0;
    }
    groups.back().push_back(segment.base_offset);
    bytes += segment.bytes;
  }
  return groups;
}

LogBatchRef CleanBatch(const LogBatchRef& batch, const CleaningRules& rules) {
  const RecordBatch& records = batch->batch();
  if (records.is_control()) return batch;
  const std::optional<sim::WallTime> horizon = DeleteHorizon(*batch, rules);
  std::vector<int32_t> kept;
  bool tombstones = false;
  for (int32_t i = 0; i < records.record_count(); ++i) {
    const Record& record = records.records()[static_cast<size_t>(i)];
    if (!Stays(record, batch->offset_of(i), horizon, rules)) continue;
    kept.push_back(i);
    tombstones |= record.tombstone;
  }
  if (kept.empty()) {
    const bool stays_empty = IsLastOfProducer(*batch, rules.producers) || batch->next_offset() == rules.upper_bound;
    if (!stays_empty) return nullptr;
    return records.record_count() == 0 ? batch : batch->WithBatch(RecordBatch::Rewrite(records, {}, std::nullopt));
  }
  const bool set_horizon = tombstones && !records.delete_horizon();
  if (kept.size() == records.records().size() && !set_horizon) return batch;
  const auto new_horizon = set_horizon ? rules.now + rules.delete_retention : records.delete_horizon();
  return batch->WithBatch(RecordBatch::Rewrite(records, kept, new_horizon));
}

}  // namespace ktrial::cluster
