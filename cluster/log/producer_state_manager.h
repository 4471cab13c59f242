// What a log remembers of its idempotent producers (org.apache.kafka.storage.internals.log.ProducerStateManager), and
// the snapshot files that spare a restart the scan of the whole log.
//
//   manager.Update(appended);
//   manager.UpdateMapEndOffset(log_end);
//   manager.TakeSnapshot(ctx, SnapshotFlush::kNow);
#ifndef KTRIAL_CLUSTER_LOG_PRODUCER_STATE_MANAGER_H_
#define KTRIAL_CLUSTER_LOG_PRODUCER_STATE_MANAGER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/log/log_folder.h"
#include "cluster/log/producer_append_info.h"
#include "cluster/protocol/ids.h"
#include "sim/context.h"
#include "sim/time.h"

namespace ktrial::cluster {

using ProducerMap = absl::btree_map<ProducerId, ProducerStateEntry>;

class ProducerStateManager {
 public:
  enum class SnapshotFlush : uint8_t { kNow, kLater };

  // Knows of the folder's snapshots and no producers yet. `expiration` is producer.id.expiration.ms.
  static ProducerStateManager Open(sim::Context& ctx, const LogFolder& folder, sim::Duration expiration);

  const ProducerMap& producers() const { return producers_; }
  bool empty() const { return producers_.empty(); }
  // Null if nothing is known of the producer.
  const ProducerStateEntry* Find(ProducerId producer) const;
  // The log up to here (exclusive) has been taken into account.
  Offset map_end() const { return map_end_; }
  // Offsets of the snapshots on disk, ascending.
  const std::vector<Offset>& snapshots() const { return snapshots_; }

  // Takes note of an appended batch, if it has a producer id.
  void Update(const LogBatch& batch);
  void UpdateMapEndOffset(Offset end) { map_end_ = end; }
  // The log now starts here. Producers all of whose records are gone stay known, as in Kafka, until they expire.
  void OnLogStartIncremented(Offset log_start);
  // Forgets the producers that have written nothing for producer.id.expiration.ms by the wall clock, and names them.
  std::vector<ProducerId> RemoveExpired(sim::WallTime now);

  // Writes a snapshot at map_end(), unless the newest one is not older. With kLater the file is left to the caller to
  // flush, and returned.
  std::optional<sim::FileId> TakeSnapshot(sim::Context& ctx, SnapshotFlush flush);
  // Removes the snapshots outside (log_start, log_end], and unless map_end() is log_end already, starts again from the
  // newest one left that is intact. The caller replays the log from map_end() on.
  void TruncateAndReload(sim::Context& ctx, Offset log_start, Offset log_end);
  // Forgets everything and removes all snapshots.
  void TruncateFullyAndStartAt(sim::Context& ctx, Offset offset);
  // Removes the snapshot of a deleted segment.
  void DeleteSnapshot(sim::Context& ctx, Offset offset);
  // Removes snapshots that belong to no segment, except one that is newer than the newest segment's (`segment_bases`
  // ascending).
  void RemoveStraySnapshots(sim::Context& ctx, const std::vector<Offset>& segment_bases);

  // A write to the disk failed since the manager was opened.
  bool storage_failed() const { return storage_failed_; }

 private:
  bool LoadSnapshot(sim::Context& ctx, Offset offset);
  bool IsExpired(const ProducerStateEntry& entry, sim::WallTime now) const;
  void Note(sim::DiskStatus status) { storage_failed_ |= status != sim::DiskStatus::kOk; }

  LogFolder folder_;
  sim::Duration expiration_;
  ProducerMap producers_;
  std::vector<Offset> snapshots_;
  Offset map_end_{0};
  Offset last_snapshot_{0};
  bool storage_failed_ = false;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_PRODUCER_STATE_MANAGER_H_
