#include "cluster/log/meta_properties.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cluster/log/log_folder.h"

namespace ktrial::cluster {
namespace {

struct MetaProperties : sim::Payload {
  explicit MetaProperties(DirectoryId directory_id) : id(directory_id) {}
  DirectoryId id;
};

constexpr int32_t kMetaPropertiesBytes = 150;

// Kafka: a random UUID that is not reserved.
DirectoryId NewDirectoryId(sim::Context& ctx, LogDir dir) {
  sim::RandomStream stream = ctx.NewRandomStream(absl::StrCat("directory.id.", dir.value()));
  const auto drawn = static_cast<int64_t>(stream.Next() >> 1);
  return DirectoryId(std::max(drawn, kFirstUnreservedDirectory.value()));
}

}  // namespace

std::optional<DirectoryId> LoadDirectoryId(sim::Context& ctx, LogDir dir) {
  sim::DiskPort disk = DiskOf(ctx, dir);
  const std::optional<sim::FileId> file = disk.Find(kMetaPropertiesFile);
  if (file) {
    if (disk.Read(*file, 0, disk.files().size_bytes(*file)) != sim::DiskStatus::kOk) return std::nullopt;
    if (disk.files().chunk_count(*file) != 1) return std::nullopt;
    const sim::ChunkView chunk = disk.files().chunk(*file, 0);
    if (!chunk.intact) return std::nullopt;
    return static_cast<const MetaProperties*>(chunk.payload)->id;
  }
  const DirectoryId id = NewDirectoryId(ctx, dir);
  const sim::Chunk content{.bytes = kMetaPropertiesBytes, .payload = sim::MakeRef<const MetaProperties>(id)};
  if (disk.WriteAtomically(kMetaPropertiesFile, content) != sim::DiskStatus::kOk) return std::nullopt;
  return id;
}

}  // namespace ktrial::cluster
