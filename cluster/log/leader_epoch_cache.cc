#include "cluster/log/leader_epoch_cache.h"

#include <algorithm>
#include <utility>

#include "cluster/log/log_files.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

struct EpochCheckpoint : sim::Payload {
  explicit EpochCheckpoint(std::vector<EpochEntry> all) : entries(std::move(all)) {}
  std::vector<EpochEntry> entries;
};

// "epoch offset\n" in text, and the version and count lines.
constexpr int32_t kCheckpointHeaderBytes = 8;
constexpr int32_t kCheckpointEntryBytes = 12;

bool EpochLess(LeaderEpoch epoch, const EpochEntry& entry) { return epoch < entry.epoch; }

}  // namespace

LeaderEpochCache LeaderEpochCache::Load(sim::Context& ctx, const LogFolder& folder) {
  LeaderEpochCache cache;
  cache.path_ = LogFolder(LeaderEpochCheckpointPath(folder.path()), folder.log_dir());
  sim::DiskPort disk = folder.disk(ctx);
  const std::optional<sim::FileId> file = disk.Find(cache.path_.path());
  if (!file || disk.files().chunk_count(*file) == 0) return cache;
  const sim::DiskStatus status = disk.Read(*file, 0, disk.files().size_bytes(*file));
  const sim::ChunkView chunk = disk.files().chunk(*file, 0);
  if (status != sim::DiskStatus::kOk || !chunk.intact) {
    cache.unreadable_ = true;
    return cache;
  }
  for (const EpochEntry& entry : static_cast<const EpochCheckpoint*>(chunk.payload)->entries) {
    cache.AssignInMemory(entry.epoch, entry.start);
  }
  return cache;
}

void LeaderEpochCache::Insert(LeaderEpoch epoch, Offset start) {
  KT_CHECK(epoch.value() >= 0);
  KT_CHECK(start.valid());
  while (!entries_.empty() && (entries_.back().epoch >= epoch || entries_.back().start >= start)) entries_.pop_back();
  entries_.push_back({epoch, start});
}

sim::DiskStatus LeaderEpochCache::Flush(sim::Context& ctx) const {
  if (unreadable_) return sim::DiskStatus::kIoError;
  const int32_t bytes = kCheckpointHeaderBytes + kCheckpointEntryBytes * static_cast<int32_t>(entries_.size());
  return path_.disk(ctx).WriteAtomically(path_.path(),
                                         {.bytes = bytes, .payload = sim::MakeRef<const EpochCheckpoint>(entries_)});
}

sim::DiskStatus LeaderEpochCache::TruncateFromEnd(sim::Context& ctx, Offset end) {
  if (entries_.empty() || entries_.back().start < end) return sim::DiskStatus::kOk;
  while (!entries_.empty() && entries_.back().start >= end) entries_.pop_back();
  return Flush(ctx);
}

sim::DiskStatus LeaderEpochCache::TruncateFromStart(sim::Context& ctx, Offset start) {
  size_t covered = 0;
  while (covered < entries_.size() && entries_[covered].start <= start) ++covered;
  if (covered == 0) return sim::DiskStatus::kOk;
  const bool changes = covered > 1 || entries_.front().start != start;
  entries_[covered - 1].start = start;
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(covered) - 1);
  return changes ? Flush(ctx) : sim::DiskStatus::kOk;
}

sim::DiskStatus LeaderEpochCache::Clear(sim::Context& ctx) {
  entries_.clear();
  return Flush(ctx);
}

std::optional<LeaderEpoch> LeaderEpochCache::latest_epoch() const {
  if (entries_.empty()) return std::nullopt;
  return entries_.back().epoch;
}

std::optional<LeaderEpoch> LeaderEpochCache::EpochForOffset(Offset offset) const {
  const auto after = std::upper_bound(entries_.begin(), entries_.end(), offset,
                                      [](Offset o, const EpochEntry& entry) { return o < entry.start; });
  if (after == entries_.begin()) return std::nullopt;
  return std::prev(after)->epoch;
}

OffsetAndEpoch LeaderEpochCache::EndOffsetFor(LeaderEpoch epoch, Offset log_end) const {
  if (!epoch.valid() || entries_.empty()) return {};
  if (entries_.back().epoch == epoch) return {log_end, epoch};
  const auto higher = std::upper_bound(entries_.begin(), entries_.end(), epoch, EpochLess);
  if (higher == entries_.end()) return {};
  if (higher == entries_.begin()) return {higher->start, epoch};
  return {higher->start, std::prev(higher)->epoch};
}

}  // namespace ktrial::cluster
