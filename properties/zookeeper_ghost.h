// What the facts of an ensemble say is so: what each server has in its log, what is committed, and what every node was
// like after each transaction. The checkers of ZooKeeper's properties compare servers and clients with it.
//
//   ghost.OnFact(header, fact);
//   const NodeVersion* version = ghost.FindVersion("/controller", reply.zxid);
#ifndef KTRIAL_PROPERTIES_ZOOKEEPER_GHOST_H_
#define KTRIAL_PROPERTIES_ZOOKEEPER_GHOST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/zookeeper/data_tree.h"
#include "cluster/zookeeper/zookeeper_facts.h"
#include "cluster/zookeeper/zookeeper_ids.h"
#include "sim/fact.h"

namespace ktrial::properties {

// A node from one transaction on, until its next version.
struct NodeVersion {
  cluster::zookeeper::Zxid zxid;
  bool exists = false;
  // As clients see it.
  cluster::zookeeper::Stat stat;
  std::string data;
};

class ZooKeeperGhost {
 public:
  // By zxid: a server's log, as far as it goes back.
  using Log = absl::btree_map<cluster::zookeeper::Zxid, cluster::zookeeper::TransactionRef>;

  void OnFact(const sim::FactHeader& header, const void* fact);

  // In their order.
  const std::vector<cluster::zookeeper::TransactionRef>& committed() const { return committed_; }
  // The last that is not above `zxid`; null if there is none.
  const cluster::zookeeper::Transaction* LastCommitted(cluster::zookeeper::Zxid zxid) const;
  // Null for a server that was never heard of.
  const Log* LogOf(cluster::zookeeper::ServerId server) const;
  // Ascending; empty for a node that never was.
  const std::vector<NodeVersion>& VersionsOf(const std::string& path) const;
  // The version that stands after `zxid`; null if the node never was before.
  const NodeVersion* FindVersion(const std::string& path, cluster::zookeeper::Zxid zxid) const;

 private:
  void OnLoaded(const cluster::ZkDatabaseLoaded& loaded);
  // Everything in the log of `server` up to `zxid` is committed.
  void Commit(cluster::zookeeper::ServerId server, cluster::zookeeper::Zxid zxid);

  absl::btree_map<cluster::zookeeper::ServerId, Log> logs_;
  std::vector<cluster::zookeeper::TransactionRef> committed_;
  // After all that is committed.
  cluster::zookeeper::DataTree tree_;
  absl::btree_map<std::string, std::vector<NodeVersion>> versions_ = {{"/", {{.zxid = {}, .exists = true}}}};
};

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_ZOOKEEPER_GHOST_H_
