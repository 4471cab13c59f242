#include "cluster/zookeeper/snapshot_file.h"

#include <algorithm>

#include "cluster/zookeeper/txn_log.h"

namespace ktrial::cluster::zookeeper {
namespace {

using sim::DiskStatus;

constexpr char kSnapshotPrefix[] = "version-2/snapshot.";
constexpr int64_t kNodeBytes = 80;
constexpr int64_t kSessionBytes = 12;

sim::Chunk ChunkOf(SnapshotRef snapshot) {
  const int32_t bytes = EncodedBytes(*snapshot);
  return {.tag = 0, .bytes = bytes, .payload = std::move(snapshot)};
}

}  // namespace

SnapshotRef TakeSnapshot(const DataTree& tree, const SessionTable& sessions, Zxid zxid, uint64_t digest) {
  const sim::Ref<Snapshot> snapshot = sim::MakeRef<Snapshot>();
  snapshot->zxid = zxid;
  snapshot->digest = digest;
  snapshot->sessions = sessions;
  std::string next = "/";
  while (auto node = tree.NextNode(next)) {
    next = node->first + '\0';
    snapshot->nodes.push_back(std::move(*node));
  }
  return snapshot;
}

int32_t EncodedBytes(const Snapshot& snapshot) {
  int64_t bytes = 100 + kSessionBytes * static_cast<int64_t>(snapshot.sessions.size());
  for (const auto& [path, node] : snapshot.nodes) {
    bytes += kNodeBytes + static_cast<int64_t>(path.size() + node->data.size());
  }
  return static_cast<int32_t>(std::min<int64_t>(bytes, INT32_MAX));
}

DataTree TreeOf(const Snapshot& snapshot) {
  DataTree tree;
  for (const auto& [path, node] : snapshot.nodes) tree.Restore(path, *node);
  return tree;
}

SnapshotWriter::SnapshotWriter(const SessionTable& sessions, Zxid zxid, uint64_t digest)
    : snapshot_(sim::MakeRef<Snapshot>()), next_path_("/") {
  snapshot_->zxid = zxid;
  snapshot_->digest = digest;
  snapshot_->sessions = sessions;
}

bool SnapshotWriter::Step(const DataTree& tree, int32_t count) {
  // A World that was copied in the meantime has the same snapshot in the making.
  if (!snapshot_.unique()) snapshot_ = sim::MakeRef<Snapshot>(*snapshot_);
  for (int32_t i = 0; i < count; ++i) {
    auto node = tree.NextNode(next_path_);
    if (!node) return true;
    next_path_ = node->first + '\0';
    snapshot_->nodes.push_back(std::move(*node));
  }
  return false;
}

bool SnapshotWriter::Save(sim::Context& ctx) const {
  sim::DiskPort disk = ctx.disk();
  const std::string path = PathWithZxid(kSnapshotPrefix, snapshot_->zxid);
  if (const std::optional<sim::FileId> old = disk.Find(path)) {
    // One that is whole is as good, and may be durable, which this one would not be.
    if (disk.files().chunk_count(*old) > 0 && disk.files().chunk(*old, 0).intact) return true;
    if (disk.Delete(path) != DiskStatus::kOk) return false;
  }
  const sim::FileId file = disk.CreateOrOpen(path);
  return file.valid() && disk.Append(file, ChunkOf(snapshot_)) == DiskStatus::kOk;
}

bool InstallSnapshot(sim::Context& ctx, SnapshotRef snapshot) {
  sim::DiskPort disk = ctx.disk();
  const std::string kept = PathWithZxid(kSnapshotPrefix, snapshot->zxid);
  if (disk.WriteAtomically(kept, ChunkOf(std::move(snapshot))) != DiskStatus::kOk) return false;
  for (const std::string& path : disk.List(kSnapshotPrefix)) {
    if (path != kept && disk.Delete(path) != DiskStatus::kOk) return false;
  }
  return disk.Flush(*disk.Find(kept)) == DiskStatus::kOk;
}

std::optional<SnapshotRef> ReadLastSnapshot(sim::Context& ctx, Zxid limit) {
  sim::DiskPort disk = ctx.disk();
  const std::vector<std::string> paths = disk.List(kSnapshotPrefix);
  for (auto path = paths.rbegin(); path != paths.rend(); ++path) {
    if (ZxidOfPath(*path) > limit) continue;
    const sim::FileId file = *disk.Find(*path);
    if (disk.files().chunk_count(file) == 0) continue;
    if (disk.Read(file, 0, disk.files().size_bytes(file)) != DiskStatus::kOk) continue;
    const sim::ChunkView chunk = disk.files().chunk(file, 0);
    if (chunk.intact) return SnapshotRef(static_cast<const Snapshot*>(chunk.payload));
  }
  return std::nullopt;
}

bool DeleteSnapshotsAbove(sim::Context& ctx, Zxid limit) {
  for (const std::string& path : ctx.disk().List(kSnapshotPrefix)) {
    if (ZxidOfPath(path) > limit && ctx.disk().Delete(path) != DiskStatus::kOk) return false;
  }
  return true;
}

}  // namespace ktrial::cluster::zookeeper
