#include "cluster/replication/partition_metadata_file.h"

#include <optional>
#include <string>
#include <string_view>

namespace ktrial::cluster {
namespace {

constexpr std::string_view kSuffix = "/partition.metadata";
constexpr int32_t kFileBytes = 45;

struct PartitionMetadata : sim::Payload {
  explicit PartitionMetadata(TopicPartition partition) : tp(partition) {}
  TopicPartition tp;
};

std::string PathIn(const LogFolder& folder) { return std::string(folder.path()).append(kSuffix); }

}  // namespace

sim::DiskStatus WritePartitionMetadata(sim::Context& ctx, const LogFolder& folder, TopicPartition tp) {
  return folder.disk(ctx).WriteAtomically(PathIn(folder),
                                          {.bytes = kFileBytes, .payload = sim::MakeRef<const PartitionMetadata>(tp)});
}

std::optional<TopicPartition> ReadPartitionMetadata(sim::Context& ctx, const LogFolder& folder) {
  sim::DiskPort disk = folder.disk(ctx);
  const std::optional<sim::FileId> file = disk.Find(PathIn(folder));
  if (!file || disk.files().chunk_count(*file) != 1) return std::nullopt;
  if (disk.Read(*file, 0, disk.files().size_bytes(*file)) != sim::DiskStatus::kOk) return std::nullopt;
  const sim::ChunkView chunk = disk.files().chunk(*file, 0);
  if (!chunk.intact) return std::nullopt;
  return static_cast<const PartitionMetadata*>(chunk.payload)->tp;
}

std::vector<LogFolder> ListLogFolders(sim::Context& ctx, LogDir dir) {
  std::vector<LogFolder> folders;
  for (const std::string& path : DiskOf(ctx, dir).List("")) {
    if (path.ends_with(kSuffix)) folders.emplace_back(path.substr(0, path.size() - kSuffix.size()), dir);
  }
  return folders;
}

}  // namespace ktrial::cluster
