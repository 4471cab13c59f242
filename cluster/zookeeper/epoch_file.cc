#include "cluster/zookeeper/epoch_file.h"

#include "sim/message.h"

namespace ktrial::cluster::zookeeper {
namespace {

struct EpochContent : sim::Payload {
  explicit EpochContent(ZabEpoch e) : epoch(e) {}
  ZabEpoch epoch;
};

const char* PathOfEpoch(EpochFile file) {
  return file == EpochFile::kAccepted ? "version-2/acceptedEpoch" : "version-2/currentEpoch";
}

}  // namespace

std::optional<ZabEpoch> ReadEpoch(sim::Context& ctx, EpochFile file) {
  sim::DiskPort disk = ctx.disk();
  const std::optional<sim::FileId> id = disk.Find(PathOfEpoch(file));
  if (!id || disk.files().chunk_count(*id) == 0) return std::nullopt;
  if (disk.Read(*id, 0, disk.files().size_bytes(*id)) != sim::DiskStatus::kOk) return std::nullopt;
  const sim::ChunkView chunk = disk.files().chunk(*id, 0);
  if (!chunk.intact) return std::nullopt;
  return static_cast<const EpochContent&>(*chunk.payload).epoch;
}

bool WriteEpoch(sim::Context& ctx, EpochFile file, ZabEpoch epoch) {
  return ctx.disk().WriteAtomically(PathOfEpoch(file),
                                    {.tag = 0, .bytes = 8, .payload = sim::MakeRef<const EpochContent>(epoch)}) ==
         sim::DiskStatus::kOk;
}

}  // namespace ktrial::cluster::zookeeper
