// Where each leader epoch begins in a replica's log (org.apache.kafka.storage.internals.epoch.LeaderEpochFileCache),
// kept in the partition's leader-epoch-checkpoint file.
//
//   cache.Assign(ctx, LeaderEpoch(3), log_end);
//   OffsetAndEpoch end = cache.EndOffsetFor(LeaderEpoch(2), log_end);
//
// Invariant: epochs and start offsets both ascend strictly.
//
// An assignment is on disk when Assign returns, so the file never lacks an epoch. Kafka writes truncations a moment
// later on a background thread; here they too are written at once.
#ifndef KTRIAL_CLUSTER_LOG_LEADER_EPOCH_CACHE_H_
#define KTRIAL_CLUSTER_LOG_LEADER_EPOCH_CACHE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/log/log_folder.h"
#include "cluster/protocol/ids.h"
#include "sim/context.h"

namespace ktrial::cluster {

struct EpochEntry {
  LeaderEpoch epoch;
  Offset start;

  friend bool operator==(const EpochEntry&, const EpochEntry&) = default;
};

class LeaderEpochCache {
 public:
  // Reads the folder's checkpoint file; empty without one. A file that cannot be read leaves the cache unreadable().
  static LeaderEpochCache Load(sim::Context& ctx, const LogFolder& folder);

  // Begins `epoch` at `start`. Nothing changes if the epoch is already the latest and begins no later; otherwise
  // entries that would break the invariant go first (KAFKA-7415).
  sim::DiskStatus Assign(sim::Context& ctx, LeaderEpoch epoch, Offset start) {
    return AssignInMemory(epoch, start) ? Flush(ctx) : sim::DiskStatus::kOk;
  }
  // The same without writing; true if something changed. For recovery, which flushes once at its end.
  bool AssignInMemory(LeaderEpoch epoch, Offset start) {
    if (!entries_.empty() && entries_.back().epoch == epoch && entries_.back().start <= start) return false;
    Insert(epoch, start);
    return true;
  }
  sim::DiskStatus Flush(sim::Context& ctx) const;

  // Drops the entries that begin at or above `end`.
  sim::DiskStatus TruncateFromEnd(sim::Context& ctx, Offset end);
  // Drops the entries that begin at or below `start`, except that the last of them now begins at `start`.
  sim::DiskStatus TruncateFromStart(sim::Context& ctx, Offset start);
  sim::DiskStatus Clear(sim::Context& ctx);

  // There is a file, and what it holds is not known: Kafka takes the log's disk offline. The file is left as it is, and
  // every write of it fails.
  bool unreadable() const { return unreadable_; }

  const std::vector<EpochEntry>& entries() const { return entries_; }
  std::optional<LeaderEpoch> latest_epoch() const;
  // The epoch of the record at `offset`; none if it lies before the first epoch.
  std::optional<LeaderEpoch> EpochForOffset(Offset offset) const;
  // The largest epoch <= `epoch` and where the next larger one begins, or `log_end` if `epoch` is the latest. An epoch
  // below all others ends where the first begins, under its own number. Undefined (both invalid) for an epoch above all
  // others.
  OffsetAndEpoch EndOffsetFor(LeaderEpoch epoch, Offset log_end) const;

 private:
  void Insert(LeaderEpoch epoch, Offset start);

  // Of the checkpoint file.
  LogFolder path_;
  std::vector<EpochEntry> entries_;
  bool unreadable_ = false;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_LEADER_EPOCH_CACHE_H_
