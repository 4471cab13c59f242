#include "cluster/kraft/quorum_state_file.h"

#include <string>

#include "sim/disk.h"
#include "sim/message.h"
#include "sim/ref.h"

namespace ktrial::cluster {
namespace {

// What Kafka's JSON takes, roughly.
constexpr int32_t kFileBytes = 120;

struct QuorumStateContent : sim::Payload {
  explicit QuorumStateContent(const Election& content) : election(content) {}
  Election election;
};

std::string Path() { return std::string(kMetadataLogDirectory) + "/quorum-state"; }

}  // namespace

std::optional<Election> ReadQuorumState(sim::Context& ctx) {
  sim::DiskPort disk = ctx.disk();
  const std::optional<sim::FileId> file = disk.Find(Path());
  if (!file || disk.files().chunk_count(*file) != 1) return std::nullopt;
  if (disk.Read(*file, 0, disk.files().size_bytes(*file)) != sim::DiskStatus::kOk) return std::nullopt;
  const sim::ChunkView chunk = disk.files().chunk(*file, 0);
  if (!chunk.intact) return std::nullopt;
  return static_cast<const QuorumStateContent&>(*chunk.payload).election;
}

bool WriteQuorumState(sim::Context& ctx, const Election& election) {
  const sim::Chunk chunk{.tag = 0, .bytes = kFileBytes, .payload = sim::MakeRef<const QuorumStateContent>(election)};
  return ctx.disk().WriteAtomically(Path(), chunk) == sim::DiskStatus::kOk;
}

}  // namespace ktrial::cluster
