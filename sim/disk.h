// A disk with a file system and a page cache. A file is a sequence of chunks, each an immutable payload with a size and
// a tag (such as the offset of a record batch); what is written is visible at once and durable only after a flush, the
// writeback of old dirty pages, or an atomic replacement. A process crash keeps the page cache. A power loss drops it:
// of each file an unflushed suffix goes, perhaps from the middle of a chunk, and of the directory the most recent
// changes.
//
//   FileId log = disk.Create(now, "orders-0/00000000000000000000.log").file;
//   disk.Append(now, log, {.tag = 0, .bytes = 512, .payload = batch});
//   disk.Flush(now, log);
//
// The class is pure state: operations return what they cost, and DiskPort (below) charges that to the calling thread.
// An operation that fails changes nothing. Threads may bring slightly different times; the disk goes by the latest it
// was told. A copy costs a few handles a file.
#ifndef KTRIAL_SIM_DISK_H_
#define KTRIAL_SIM_DISK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/disk_content.h"
#include "sim/disk_directory.h"
#include "sim/disk_file_table.h"
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
  // Sequential transfer, added to the latency of flushes and of reads that miss the cache; positive.
  int64_t bytes_per_second = 500'000'000;
  // A file that has been dirty for so long is written back whole by the operating system (Linux:
  // vm.dirty_expire_centisecs goes by the oldest dirty page of an inode). Pending directory changes likewise, all when
  // the oldest is due.
  Duration writeback_after = Seconds(30);
};

// What a power loss does to the unflushed suffix of a file.
enum class PowerLossMode : uint8_t {
  kRandom,   // keeps a random part of the suffix, perhaps half a chunk
  kLoseAll,  // keeps exactly what was durable
  kKeepAll,  // everything had been written back just in time
};

struct DiskResult {
  DiskStatus status = DiskStatus::kOk;
  // What a thread spends on the operation; failures cost time too, except kNotFound and kAlreadyExists.
  Duration cost;
  bool ok() const { return status == DiskStatus::kOk; }
};

// Faults that can be laid on a disk; defaults are a healthy disk. They add up as the owner decides.
struct DiskFaults {
  // Multiply what reads, writes (of the directory, too) and flushes cost; at least 1.
  int64_t slow_reads = 1;
  int64_t slow_writes = 1;
  int64_t slow_flushes = 1;
  // Everything that changes a file or the directory returns kIoError.
  bool fail_writes = false;
  // Every read returns kIoError, from the page cache too.
  bool fail_reads = false;
  // Flush and WriteAtomically return kIoError, and nothing is written back: what is dirty stays dirty.
  bool fail_flushes = false;
  // No space is left, whatever the capacity: Create, Append and WriteAtomically return kNoSpace.
  bool full = false;
  // Flushes, WriteAtomically's too, report success and make nothing durable; only writeback does.
  bool lie_on_flush = false;

  friend bool operator==(const DiskFaults&, const DiskFaults&) = default;
};

class Disk {
 public:
  Disk(const DiskOptions& options, RandomStream stream);

  // The directory. Paths are non-empty strings with '/' between folders; folders need not be made.
  // Changes become durable, in order, with the next flush of any file (a journal commit) or by writeback.
  struct FileResult {
    DiskStatus status = DiskStatus::kOk;
    // None unless status is kOk.
    FileId file;
    Duration cost;
  };
  FileResult Create(SimTime now, std::string_view path);
  std::optional<FileId> Find(std::string_view path) const { return directory_.Find(path); }
  // Replaces a file that stands at `to`, atomically. The file keeps its id.
  DiskResult Rename(SimTime now, std::string_view from, std::string_view to);
  // What is dirty of the file is dropped at once: should a power loss undo the deletion, or the replacement by a
  // rename, the file shows its durable content.
  DiskResult Delete(SimTime now, std::string_view path);
  // Paths that start with `prefix`, ascending.
  std::vector<std::string> List(std::string_view prefix) const { return directory_.List(prefix); }

  // Content. A FileId stays good until the file is deleted, replaced by a rename, or lost with its creation; then these
  // return kNotFound or nothing. A power loss that undoes a deletion makes the id good again.
  // `chunk.bytes` is at least 1.
  DiskResult Append(SimTime now, FileId file, Chunk chunk);
  // Cuts the file to `bytes` (>= 0; nothing happens if it is no longer); a chunk that straddles the cut stays as a torn
  // chunk. Durable with the file's next flush: until then a power loss can bring back what was durable before.
  DiskResult Truncate(SimTime now, FileId file, int64_t bytes);
  // Makes the content of the file, and all directory changes so far, durable. It is so at once in this class; the
  // caller must not act on it before the cost is spent.
  DiskResult Flush(SimTime now, FileId file);
  // The same in two steps, for a flush in the background: the first tells its cost, and only with the second, that much
  // later, is anything durable. What was appended in between is too.
  DiskResult BeginFlush(SimTime now, FileId file);
  DiskStatus EndFlush(SimTime now, FileId file);
  // Replaces the whole content by one durable chunk, atomically: write to a temporary file, flush, rename, flush the
  // folder. Creates the file if there is none. The file keeps its id.
  DiskResult WriteAtomically(SimTime now, std::string_view path, Chunk chunk);
  // What reading `bytes` of the file at `position` costs (both >= 0; what lies beyond the end is free), and whether it
  // succeeds. The content itself is got from chunk(). Free for what is in the page cache: all that was written or read
  // since the last power loss. The page cache is never short of memory.
  DiskResult Read(SimTime now, FileId file, int64_t position, int64_t bytes);

  // These see the page cache, and go by what the disk was last told of the time.
  bool exists(FileId file) const { return files_.FindLinked(file) != nullptr; }
  int64_t size_bytes(FileId file) const;
  // The size of the file after a PowerLoss in mode kLoseAll.
  int64_t durable_bytes(FileId file) const;
  int64_t chunk_count(FileId file) const;
  // `index` in [0, chunk_count), unless the file is gone.
  ChunkView chunk(FileId file, int64_t index) const;
  // Index of the last chunk whose tag is <= `tag`, or -1. Tags must not descend through the file. O(log n).
  int64_t FindLastAtOrBelow(FileId file, uint64_t tag) const;
  // The total size of all files that have a name.
  int64_t used_bytes() const { return used_bytes_; }

  // Faults.
  void set_faults(const DiskFaults& faults);
  const DiskFaults& faults() const { return faults_; }
  // Whether a flush ever reported success and made nothing durable.
  bool has_lied() const { return has_lied_; }
  // Writes back what has been dirty for the writeback time or longer; every operation does this for the time it is
  // told.
  void WriteBack(SimTime now);
  void PowerLoss(SimTime now, PowerLossMode mode);
  // Flips one bit in the chunk at `position`, on the medium and in the page cache; false if nothing is there. The chunk
  // stays not intact until it is cut off.
  bool FlipBit(FileId file, int64_t position);
  // A new, empty disk in the same slot: nothing is left, durable or not. File ids go on; faults stay.
  void Wipe();

 private:
  // kOk if `bytes` more can be written.
  DiskStatus CheckWrite(int64_t bytes) const;
  Duration WriteCost();
  Duration FlushCost(int64_t bytes);
  Duration TransferTime(int64_t bytes) const;
  FileTable::Entry& AddFile(std::string_view path);
  void AppendTo(FileTable::Entry& entry, Chunk chunk);
  void TruncateTo(FileTable::Entry& entry, int64_t bytes);
  // The file has lost its name.
  void Unlink(FileId file);
  void CommitDirectory();
  // Makes the file and the directory durable, unless flushes lie.
  void FlushEntry(FileTable::Entry& entry);
  // Drops the files that the directory does not name, and marks the others as linked.
  void KeepNamedFilesOnly();

  DiskOptions options_;
  DiskFaults faults_;
  bool has_lied_ = false;
  RandomStream stream_;
  FileTable files_;
  DiskDirectory directory_;
  int64_t used_bytes_ = 0;
  // The latest time that an operation was told.
  SimTime clock_;
};

class Context;

// A process's view of one disk of its host: the same operations at the present time, with their cost spent by the
// calling thread. Valid as long as the Context it came from.
class DiskPort {
 public:
  // None if the file is not there and cannot be created; Create tells why.
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
  // Flushes in the background: what is in the file now is durable when OnDiskDone comes with `key`, and not before.
  void FlushAsync(FileId file, uint64_t key);
  DiskStatus WriteAtomically(std::string_view path, Chunk chunk);
  DiskStatus Read(FileId file, int64_t position, int64_t bytes);
  // For what costs nothing: sizes and chunks already read.
  const Disk& files() const;

 private:
  friend class Context;
  DiskPort(Context& context, DiskId disk) : context_(context), disk_(disk) {}

  Disk& disk();
  DiskStatus Charge(const DiskResult& result);

  Context& context_;
  DiskId disk_;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_DISK_H_
