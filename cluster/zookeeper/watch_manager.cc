#include "cluster/zookeeper/watch_manager.h"

#include <iterator>

namespace ktrial::cluster::zookeeper {

void WatchManager::Add(Table& table, const std::string& path, sim::ConnectionId connection) {
  table[path].insert(connection);
}

void WatchManager::Take(Table& table, const std::string& path, absl::btree_set<sim::ConnectionId>& out) {
  const auto it = table.find(path);
  if (it == table.end()) return;
  out.insert(it->second.begin(), it->second.end());
  table.erase(it);
}

std::vector<sim::ConnectionId> WatchManager::Fire(const WatchedEvent& event) {
  absl::btree_set<sim::ConnectionId> fired;
  if (event.type != EventType::kNodeChildrenChanged) Take(data_, event.path, fired);
  if (event.type == EventType::kNodeChildrenChanged || event.type == EventType::kNodeDeleted) {
    Take(child_, event.path, fired);
  }
  return {fired.begin(), fired.end()};
}

void WatchManager::RemoveConnection(sim::ConnectionId connection) {
  for (Table* table : {&data_, &child_}) {
    for (auto it = table->begin(); it != table->end();) {
      it->second.erase(connection);
      it = it->second.empty() ? table->erase(it) : std::next(it);
    }
  }
}

size_t WatchManager::size() const {
  size_t count = 0;
  for (const Table* table : {&data_, &child_}) {
    for (const auto& [path, connections] : *table) count += connections.size();
  }
  return count;
}

}  // namespace ktrial::cluster::zookeeper
