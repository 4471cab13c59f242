// A disk with a file system and a page cache. A file is a sequence of chunks, each an immutable payload with a size and a
// tag (such as the offset of a record batch); what is written is visible at once and durable only after a flush, the
// writeback of old dirty pages, or an atomic replacement. A process crash keeps the page cache. A power loss drops it: of
// each file an unflushed suffix goes, perhaps from the middle of a chunk, and of the directory the most recent changes.
//
//   FileId log = *disk.Create("orders-0/00000000000000000000.log");
//   disk.Append(log, {.tag = 0, .bytes = 512, .payload = batch});
//   disk.Flush(log);
//
// The class is pure state: operations return what they cost, and DiskPort (below) charges that to the calling thread.
#ifndef KTRIAL_SIM_DISK_H_
#define KTRIAL_SIM_DISK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "sim/ids.h"
#include "sim/latency.h"
#include "sim/message.h"
#include "sim/random.h"
#include "sim/time.h"

namespace ktrial::sim {

enum class DiskStatus : uint8_t { kOk, kNotFound, kAlreadyExists, kNoSpace, kIoError };

struct DiskOptions {
  // Usable space.
  int64_t capacity_bytes = int64_t{1} << 40;
  // One write into the page cache; one flush; one read that misses the cache.
  LatencyTable write_latency = LatencyTable::Fixed(Microseconds(10));
  LatencyTable flush_latency = LatencyTable::FromP50P99(Milliseconds(1), Milliseconds(5));
  LatencyTable read_latency = LatencyTable::FromP50P99(Microseconds(100), Microseconds(500));
  // Sequential transfer, added to the latency of flushes and of reads that miss the cache.
  int64_t bytes_per_second = 500'000'000;
  // Dirty pages older than this are written back by the operating system (Linux: vm.dirty_expire_centisecs).
  Duration writeback_after = Seconds(30);
};

// What a power loss does to the unflushed suffix of a file.
enum class PowerLossMode : uint8_t {
  kRandom,   // keeps a random part of the suffix, perhaps half a chunk
  kLoseAll,  // keeps exactly what was durable
  kKeepAll,  // everything had been written back just in time
};

struct Chunk {
  uint64_t tag = 0;
  int32_t bytes = 0;
  Ref<const Payload> payload;
};

// A chunk as read. A chunk that was torn or has a flipped bit is not intact: its checksum, if it has one, would not match.
struct ChunkView {
  uint64_t tag = 0;
  // Where it starts in the file.
  int64_t position = 0;
  int32_t bytes = 0;
  const Payload* payload = nullptr;
  bool intact = true;
};

struct DiskResult {
  DiskStatus status = DiskStatus::kOk;
  Duration cost;
  bool ok() const { return status == DiskStatus::kOk; }
};

// Faults that can be laid on a disk; defaults are a healthy disk. They add up as the owner decides.
struct DiskFaults {
  // Multiplies every latency.
  int64_t slow_factor = 1;
  bool fail_writes = false;
  bool fail_reads = false;
  bool fail_flushes = false;
  // No space is left, whatever the capacity.
  bool full = false;
  // Flushes report success and make nothing durable.
  bool lie_on_flush = false;
};

class Disk {
 public:
  Disk(DiskOptions options, RandomStream stream);

  // The directory. Paths are plain strings with '/' between folders; folders need not be made.
  // Changes become durable, in order, with the next flush of any file (a journal commit) or by writeback.
  struct FileResult {
    DiskStatus status = DiskStatus::kOk;
    FileId file;
    Duration cost;
  };
  FileResult Create(SimTime now, std::string_view path);
  std::optional<FileId> Find(std::string_view path) const;
  // Replaces a file that stands at `to`, atomically.
  DiskResult Rename(SimTime now, std::string_view from, std::string_view to);
  DiskResult Delete(SimTime now, std::string_view path);
  // Paths that start with `prefix`, ascending.
  std::vector<std::string> List(std::string_view prefix) const;

  // Content. A FileId stays good until the file is deleted, replaced or lost; then these return kNotFound or nothing.
  DiskResult Append(SimTime now, FileId file, Chunk chunk);
  // Cuts the file to `bytes`; a chunk that straddles the cut stays as a torn chunk.
  DiskResult Truncate(SimTime now, FileId file, int64_t bytes);
  // Makes the content of the file, and all directory changes so far, durable. Returns when that is so.
  DiskResult Flush(SimTime now, FileId file);
  // Replaces the whole content by one durable chunk, atomically: write to a temporary file, flush, rename, flush the folder.
  DiskResult WriteAtomically(SimTime now, std::string_view path, Chunk chunk);
  // What reading `bytes` of the file at `position` costs, and whether it succeeds. The content itself is got from chunk().
  DiskResult Read(SimTime now, FileId file, int64_t position, int64_t bytes);

  bool exists(FileId file) const;
  int64_t size_bytes(FileId file) const;
  int64_t durable_bytes(FileId file) const;
  int64_t chunk_count(FileId file) const;
  ChunkView chunk(FileId file, int64_t index) const;
  // Index of the last chunk whose tag is <= `tag`, or -1. Tags must ascend through the file. O(log n).
  int64_t FindLastAtOrBelow(FileId file, uint64_t tag) const;
  int64_t used_bytes() const;

  // Faults.
  void set_faults(const DiskFaults& faults) { faults_ = faults; }
  const DiskFaults& faults() const { return faults_; }
  // Writes back what has been dirty for longer than the writeback time; every operation does this for the time it is told.
  void WriteBack(SimTime now);
  void PowerLoss(SimTime now, PowerLossMode mode);
  // Flips one bit in the chunk at `position`; false if nothing is there.
  bool FlipBit(FileId file, int64_t position);
  // A new, empty disk in the same slot.
  void Wipe();

 private:
  DiskOptions options_;
  DiskFaults faults_;
  RandomStream stream_;
};

class Context;

// A process's view of one disk of its host: the same operations at the present time, with their cost spent by the calling
// thread. Valid as long as the Context it came from.
class DiskPort {
 public:
  FileId CreateOrOpen(std::string_view path);
  Disk::FileResult Create(std::string_view path);
  std::optional<FileId> Find(std::string_view path) const;
  DiskStatus Rename(std::string_view from, std::string_view to);
  DiskStatus Delete(std::string_view path);
  std::vector<std::string> List(std::string_view prefix) const;
  DiskStatus Append(FileId file, Chunk chunk);
  DiskStatus Truncate(FileId file, int64_t bytes);
  // Blocks the thread until the file is durable.
  DiskStatus Flush(FileId file);
  // Flushes in the background: what is in the file now is durable when OnDiskDone comes with `key`.
  void FlushAsync(FileId file, uint64_t key);
  DiskStatus WriteAtomically(std::string_view path, Chunk chunk);
  DiskStatus Read(FileId file, int64_t position, int64_t bytes);
  // For what costs nothing: sizes and chunks already read.
  const Disk& files() const;

 private:
  friend class Context;
  DiskPort(Context& context, DiskId disk) : context_(context), disk_(disk) {}

  Context& context_;
  DiskId disk_;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_DISK_H_
