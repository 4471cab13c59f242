#include "cluster/log/producer_state_manager.h"

#include <algorithm>
#include <utility>

#include "cluster/log/log_files.h"

namespace ktrial::cluster {
namespace {

struct ProducerSnapshot : sim::Payload {
  explicit ProducerSnapshot(ProducerMap all) : producers(std::move(all)) {}
  ProducerMap producers;
};

constexpr int32_t kSnapshotHeaderBytes = 10;
constexpr int32_t kSnapshotEntryBytes = 46;

}  // namespace

ProducerStateManager ProducerStateManager::Open(sim::Context& ctx, const LogFolder& folder, sim::Duration expiration) {
  ProducerStateManager manager;
  manager.folder_ = folder;
  manager.expiration_ = expiration;
  for (const std::string& path : folder.disk(ctx).List(folder.path() + "/")) {
    if (const std::optional<Offset> offset = ProducerSnapshotOffsetOf(path)) manager.snapshots_.push_back(*offset);
  }
  return manager;
}

const ProducerStateEntry* ProducerStateManager::Find(ProducerId producer) const {
  const auto it = producers_.find(producer);
  return it == producers_.end() ? nullptr : &it->second;
}

void ProducerStateManager::Update(const LogBatch& batch) {
  if (batch.batch().has_producer_id()) producers_[batch.batch().producer_id()].Add(batch);
}

void ProducerStateManager::OnLogStartIncremented(Offset log_start) {
  map_end_ = std::max(map_end_, log_start);
  last_snapshot_ = snapshots_.empty() ? log_start : snapshots_.back();
}

bool ProducerStateManager::IsExpired(const ProducerStateEntry& entry, sim::WallTime now) const {
  return now - entry.last_timestamp() >= expiration_;
}

std::vector<ProducerId> ProducerStateManager::RemoveExpired(sim::WallTime now) {
  std::vector<ProducerId> expired;
  for (const auto& [producer, entry] : producers_) {
    if (IsExpired(entry, now)) expired.push_back(producer);
  }
  for (const ProducerId producer : expired) producers_.erase(producer);
  return expired;
}

std::optional<sim::FileId> ProducerStateManager::TakeSnapshot(sim::Context& ctx, SnapshotFlush flush) {
  if (map_end_ <= last_snapshot_) return std::nullopt;
  sim::DiskPort disk = folder_.disk(ctx);
  const std::string path = ProducerSnapshotPath(folder_.path(), map_end_);
  DeleteSnapshot(ctx, map_end_);
  const sim::Disk::FileResult created = disk.Create(path);
  Note(created.status);
  if (created.status != sim::DiskStatus::kOk) return std::nullopt;
  const int32_t bytes = kSnapshotHeaderBytes + kSnapshotEntryBytes * static_cast<int32_t>(producers_.size());
  Note(disk.Append(created.file, {.bytes = bytes, .payload = sim::MakeRef<const ProducerSnapshot>(producers_)}));
  if (flush == SnapshotFlush::kNow) Note(disk.Flush(created.file));
  snapshots_.insert(std::lower_bound(snapshots_.begin(), snapshots_.end(), map_end_), map_end_);
  last_snapshot_ = map_end_;
  return created.file;
}

void ProducerStateManager::DeleteSnapshot(sim::Context& ctx, Offset offset) {
  const auto it = std::lower_bound(snapshots_.begin(), snapshots_.end(), offset);
  if (it == snapshots_.end() || *it != offset) return;
  snapshots_.erase(it);
  Note(folder_.disk(ctx).Delete(ProducerSnapshotPath(folder_.path(), offset)));
}

bool ProducerStateManager::LoadSnapshot(sim::Context& ctx, Offset offset) {
  sim::DiskPort disk = folder_.disk(ctx);
  const std::optional<sim::FileId> file = disk.Find(ProducerSnapshotPath(folder_.path(), offset));
  if (!file || disk.files().chunk_count(*file) == 0) return false;
  if (disk.Read(*file, 0, disk.files().size_bytes(*file)) != sim::DiskStatus::kOk) return false;
  const sim::ChunkView chunk = disk.files().chunk(*file, 0);
  if (!chunk.intact) return false;
  producers_ = static_cast<const ProducerSnapshot*>(chunk.payload)->producers;
  RemoveExpired(ctx.wall_clock());
  return true;
}

void ProducerStateManager::TruncateAndReload(sim::Context& ctx, Offset log_start, Offset log_end) {
  const std::vector<Offset> all = snapshots_;
  for (const Offset snapshot : all) {
    if (snapshot > log_end || snapshot <= log_start) DeleteSnapshot(ctx, snapshot);
  }
  if (map_end_ == log_end) {
    last_snapshot_ = snapshots_.empty() ? log_start : snapshots_.back();
    return;
  }
  producers_.clear();
  while (!snapshots_.empty()) {
    const Offset newest = snapshots_.back();
    if (LoadSnapshot(ctx, newest)) {
      last_snapshot_ = map_end_ = newest;
      return;
    }
    DeleteSnapshot(ctx, newest);
  }
  last_snapshot_ = map_end_ = log_start;
}

void ProducerStateManager::TruncateFullyAndStartAt(sim::Context& ctx, Offset offset) {
  producers_.clear();
  while (!snapshots_.empty()) DeleteSnapshot(ctx, snapshots_.back());
  last_snapshot_ = Offset(0);
  map_end_ = offset;
}

void ProducerStateManager::RemoveStraySnapshots(sim::Context& ctx, const std::vector<Offset>& segment_bases) {
  const std::vector<Offset> all = snapshots_;
  for (const Offset snapshot : all) {
    const bool of_segment = std::binary_search(segment_bases.begin(), segment_bases.end(), snapshot);
    const bool newest = snapshot == all.back() && !segment_bases.empty() && snapshot > segment_bases.back();
    if (!of_segment && !newest) DeleteSnapshot(ctx, snapshot);
  }
}

}  // namespace ktrial::cluster
