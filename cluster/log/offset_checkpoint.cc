#include "cluster/log/offset_checkpoint.h"

#include <utility>

namespace ktrial::cluster {
namespace {

struct CheckpointContent : sim::Payload {
  explicit CheckpointContent(OffsetCheckpoint all) : offsets(std::move(all)) {}
  OffsetCheckpoint offsets;
};

struct CleanShutdownContent : sim::Payload {
  explicit CleanShutdownContent(BrokerEpoch broker_epoch) : epoch(broker_epoch) {}
  BrokerEpoch epoch;
};

// Text: a version line, a count line, and "topic partition offset" a line.
constexpr int32_t kHeaderBytes = 8;
constexpr int32_t kEntryBytes = 32;
constexpr int32_t kCleanShutdownBytes = 32;

// The one chunk of a file that was written atomically, or null.
template <typename Content>
const Content* ReadWhole(sim::Context& ctx, std::string_view path, LogDir dir) {
  sim::DiskPort disk = DiskOf(ctx, dir);
  const std::optional<sim::FileId> file = disk.Find(path);
  if (!file || disk.files().chunk_count(*file) == 0) return nullptr;
  if (disk.Read(*file, 0, disk.files().size_bytes(*file)) != sim::DiskStatus::kOk) return nullptr;
  const sim::ChunkView chunk = disk.files().chunk(*file, 0);
  return chunk.intact ? static_cast<const Content*>(chunk.payload) : nullptr;
}

}  // namespace

OffsetCheckpoint ReadOffsetCheckpoint(sim::Context& ctx, std::string_view path, LogDir dir) {
  const auto* content = ReadWhole<CheckpointContent>(ctx, path, dir);
  return content == nullptr ? OffsetCheckpoint() : content->offsets;
}

sim::DiskStatus WriteOffsetCheckpoint(sim::Context& ctx, std::string_view path, OffsetCheckpoint offsets, LogDir dir) {
  const int32_t bytes = kHeaderBytes + kEntryBytes * static_cast<int32_t>(offsets.size());
  return DiskOf(ctx, dir).WriteAtomically(
      path, {.bytes = bytes, .payload = sim::MakeRef<const CheckpointContent>(std::move(offsets))});
}

sim::DiskStatus WriteCleanShutdownFile(sim::Context& ctx, BrokerEpoch epoch, LogDir dir) {
  return DiskOf(ctx, dir).WriteAtomically(
      kCleanShutdownFile, {.bytes = kCleanShutdownBytes, .payload = sim::MakeRef<const CleanShutdownContent>(epoch)});
}

std::optional<BrokerEpoch> ReadCleanShutdownFile(sim::Context& ctx, LogDir dir) {
  if (!DiskOf(ctx, dir).Find(kCleanShutdownFile)) return std::nullopt;
  const auto* content = ReadWhole<CleanShutdownContent>(ctx, kCleanShutdownFile, dir);
  return content == nullptr ? BrokerEpoch() : content->epoch;
}

bool TakeCleanShutdownFile(sim::Context& ctx, LogDir dir) {
  if (!DiskOf(ctx, dir).Find(kCleanShutdownFile)) return false;
  DiskOf(ctx, dir).Delete(kCleanShutdownFile);
  return true;
}

}  // namespace ktrial::cluster
