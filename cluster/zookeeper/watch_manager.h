// The watches that clients have left with one server (org.apache.zookeeper.server.watch.WatchManager, one for data and
// existence, one for children). Each fires once, for one connection; it is lost with the connection.
//
//   watches.AddData("/controller", connection);
//   for (sim::ConnectionId connection : watches.Fire({EventType::kNodeDeleted, "/controller"})) ...
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_WATCH_MANAGER_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_WATCH_MANAGER_H_

#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "cluster/zookeeper/operation.h"
#include "sim/ids.h"

namespace ktrial::cluster::zookeeper {

class WatchManager {
 public:
  // Fires on kNodeCreated, kNodeDeleted and kNodeDataChanged of the node.
  void AddData(const std::string& path, sim::ConnectionId connection) { Add(data_, path, connection); }
  // Fires on kNodeChildrenChanged and kNodeDeleted.
  void AddChild(const std::string& path, sim::ConnectionId connection) { Add(child_, path, connection); }
  // The watches that `event` sets off, which are gone with it. A connection is named once, however many it had.
  std::vector<sim::ConnectionId> Fire(const WatchedEvent& event);
  void RemoveConnection(sim::ConnectionId connection);

  size_t size() const;

 private:
  using Table = absl::btree_map<std::string, absl::btree_set<sim::ConnectionId>>;

  static void Add(Table& table, const std::string& path, sim::ConnectionId connection);
  static void Take(Table& table, const std::string& path, absl::btree_set<sim::ConnectionId>& out);

  Table data_;
  Table child_;
};

}  // namespace ktrial::cluster::zookeeper

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_WATCH_MANAGER_H_
