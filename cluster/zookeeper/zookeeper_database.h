// What a server knows: the tree, the sessions, and the last transactions that made them
// (org.apache.zookeeper.server.ZKDatabase). It is rebuilt from a snapshot and the log behind it.
//
//   std::optional<ZooKeeperDatabase> database = LoadDatabase(ctx, kNoLimit, 500);
//   Applied applied = database->Apply(transaction, config.commit_log_count);
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_ZOOKEEPER_DATABASE_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_ZOOKEEPER_DATABASE_H_

#include <cstdint>
#include <deque>
#include <optional>

#include "cluster/zookeeper/data_tree.h"
#include "cluster/zookeeper/snapshot_file.h"
#include "cluster/zookeeper/transaction.h"
#include "sim/context.h"

namespace ktrial::cluster::zookeeper {

struct ZooKeeperDatabase {
  DataTree tree;
  SessionTable sessions;
  // The last transaction applied; the beginning of its epoch for a leader that has made none.
  Zxid last_processed;
  // Of the history up to there.
  uint64_t digest = 0;
  // The last transactions applied, ascending (committedLog).
  std::deque<TransactionRef> committed_log;

  // `transaction` comes after all that were applied. Keeps at most `keep` of them.
  Applied Apply(const TransactionRef& transaction, int32_t keep);
  SnapshotRef ToSnapshot() const { return TakeSnapshot(tree, sessions, last_processed, digest); }
};

// From a leader's snapshot.
ZooKeeperDatabase DatabaseOf(const Snapshot& snapshot);
// No limit to LoadDatabase.
inline constexpr Zxid kNoLimit{INT64_MAX};
// From the disk, without what is above `limit`. Nothing if the log cannot be read, or does not
// go on where the snapshot ends.
std::optional<ZooKeeperDatabase> LoadDatabase(sim::Context& ctx, Zxid limit, int32_t keep);
// Applies what the log holds beyond it, committed or not (fastForwardDataBase). False if the log cannot be read.
bool FastForward(sim::Context& ctx, ZooKeeperDatabase& database, int32_t keep);

}  // namespace ktrial::cluster::zookeeper

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_ZOOKEEPER_DATABASE_H_
