// The tree of nodes that each server keeps in memory (org.apache.zookeeper.server.DataTree).
//
//   DataTree tree;
//   Applied applied = tree.Apply(*transaction);
//   for (const WatchedEvent& event : applied.events) ...
//
// Applying the same transactions in the same order gives the same tree. Transactions may be applied again to a tree
// that holds some of their effects already, as a fuzzy snapshot does: after the last of them it is as if it had not. A
// copy shares the nodes.
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_DATA_TREE_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_DATA_TREE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "cluster/zookeeper/operation.h"
#include "cluster/zookeeper/transaction.h"
#include "sim/ref.h"

namespace ktrial::cluster::zookeeper {

// A node as the tree keeps it. `stat.cversion` counts the children created; what clients are shown counts the deleted
// ones as well (DataNode.copyStat).
struct ZNode : sim::RefCounted {
  std::string data;
  Stat stat;
  absl::btree_set<std::string> children;
};
using ZNodeRef = sim::Ref<ZNode>;

// What came of a transaction: what the client is told, and what watches may tell.
struct Applied {
  OpResult result;
  std::vector<WatchedEvent> events;
};

class DataTree {
 public:
  // "/" alone.
  DataTree();

  Applied Apply(const Transaction& transaction);

  // Null if there is no such node.
  const ZNode* Find(std::string_view path) const;
  // As clients see it.
  static Stat StatOf(const ZNode& node);
  // Ascending.
  std::vector<std::string> EphemeralsOf(SessionId session) const;
  // Ascending; only sessions that own some.
  const absl::btree_map<SessionId, absl::btree_set<std::string>>& ephemerals() const { return ephemerals_; }
  size_t node_count() const { return nodes_.size(); }

  // For snapshots: the first node at or behind `path` in the order of paths, which has parents before children.
  std::optional<std::pair<std::string, ZNodeRef>> NextNode(std::string_view path) const;
  // Puts a node from a snapshot into a tree; its parent is there already.
  void Restore(const std::string& path, const ZNode& node);

  // Equal trees are the same to every client.
  friend bool operator==(const DataTree& a, const DataTree& b);

 private:
  // What part of a transaction came to; events are told by the caller.
  KeeperError Create(Zxid zxid, SessionId session, const CreateTxn& txn, OpResult& result,
                     std::vector<WatchedEvent>& events);
  KeeperError Delete(Zxid zxid, const std::string& path, std::vector<WatchedEvent>& events);
  KeeperError SetData(Zxid zxid, const SetDataTxn& txn, OpResult& result, std::vector<WatchedEvent>& events);
  OpResult ApplySingle(const Transaction& transaction, const SingleTxn& txn, std::vector<WatchedEvent>& events);
  // The node to be changed, not shared with any copy; null if there is none.
  ZNode* Mutable(std::string_view path);

  absl::btree_map<std::string, ZNodeRef> nodes_;
  absl::btree_map<SessionId, absl::btree_set<std::string>> ephemerals_;
};

}  // namespace ktrial::cluster::zookeeper

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_DATA_TREE_H_
