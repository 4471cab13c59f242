// Snapshots of a server's tree and sessions (org.apache.zookeeper.server.persistence.FileSnap): files
// version-2/snapshot.ZXID. A snapshot is fuzzy: it is named for the last transaction that the tree held when it was
// begun, and may hold effects of later ones, which the log tells again.
//
//   SnapshotWriter writer(database.tree, database.sessions, zxid, digest);
//   while (!writer.Step(database.tree, 200)) ...      // transactions are applied meanwhile
//   writer.Save(ctx);
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_SNAPSHOT_FILE_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_SNAPSHOT_FILE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/zookeeper/data_tree.h"
#include "cluster/zookeeper/zookeeper_ids.h"
#include "sim/context.h"
#include "sim/message.h"
#include "sim/time.h"

namespace ktrial::cluster::zookeeper {

// Each session with its timeout.
using SessionTable = absl::btree_map<SessionId, sim::Duration>;

struct Snapshot : sim::Payload {
  Zxid zxid;
  // Of the history up to `zxid`.
  uint64_t digest = 0;
  SessionTable sessions;
  // In the order of paths.
  std::vector<std::pair<std::string, ZNodeRef>> nodes;
};
using SnapshotRef = sim::Ref<const Snapshot>;

// The whole tree at once, for a follower or a first snapshot.
SnapshotRef TakeSnapshot(const DataTree& tree, const SessionTable& sessions, Zxid zxid, uint64_t digest);
// On the wire and on disk.
int32_t EncodedBytes(const Snapshot& snapshot);
DataTree TreeOf(const Snapshot& snapshot);

// A snapshot in the making.
class SnapshotWriter {
 public:
  SnapshotWriter(const SessionTable& sessions, Zxid zxid, uint64_t digest);
  // Takes up to `count` more nodes, as they are now. True when all are taken.
  bool Step(const DataTree& tree, int32_t count);
  // Writes the file, which is not flushed. False if the disk refused.
  bool Save(sim::Context& ctx) const;

 private:
  sim::Ref<Snapshot> snapshot_;
  // Nodes before this are taken.
  std::string next_path_;
};

// Replaces all snapshots by this one, durably. False if the disk refused.
bool InstallSnapshot(sim::Context& ctx, SnapshotRef snapshot);
// The last that is whole and not above `limit`; nothing if there is none.
std::optional<SnapshotRef> ReadLastSnapshot(sim::Context& ctx, Zxid limit);
// False if the disk refused.
bool DeleteSnapshotsAbove(sim::Context& ctx, Zxid limit);

}  // namespace ktrial::cluster::zookeeper

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_SNAPSHOT_FILE_H_
