#include "properties/zookeeper_ghost.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace ktrial::properties {

using cluster::ZkDatabaseSource;
using cluster::zookeeper::ServerId;
using cluster::zookeeper::Transaction;
using cluster::zookeeper::TransactionRef;
using cluster::zookeeper::WatchedEvent;
using cluster::zookeeper::ZNode;
using cluster::zookeeper::Zxid;

void ZooKeeperGhost::OnFact(const sim::FactHeader& header, const void* fact) {
  if (header.kind == cluster::ZkTransactionLogged::kKind) {
    const auto& logged = *static_cast<const cluster::ZkTransactionLogged*>(fact);
    logs_[logged.server].insert_or_assign(logged.transaction->zxid, TransactionRef(logged.transaction));
  } else if (header.kind == cluster::ZkDatabaseLoaded::kKind) {
    OnLoaded(*static_cast<const cluster::ZkDatabaseLoaded*>(fact));
  } else if (header.kind == cluster::ZkTransactionCommitted::kKind) {
    const auto& committed = *static_cast<const cluster::ZkTransactionCommitted*>(fact);
    Commit(committed.leader, committed.zxid);
  } else if (header.kind == cluster::ZkLeaderElected::kKind) {
    const auto& elected = *static_cast<const cluster::ZkLeaderElected*>(fact);
    Commit(elected.server, elected.last);
  }
}

void ZooKeeperGhost::OnLoaded(const cluster::ZkDatabaseLoaded& loaded) {
  Log& log = logs_[loaded.server];
  if (loaded.source == ZkDatabaseSource::kSnapshot) log = logs_[loaded.leader];
  if (loaded.source == ZkDatabaseSource::kInStep || loaded.source == ZkDatabaseSource::kLog) return;
  // A server lost what it does not find again.
  log.erase(log.upper_bound(loaded.zxid), log.end());
}

void ZooKeeperGhost::Commit(ServerId server, Zxid zxid) {
  const Log& log = logs_[server];
  const Zxid last = committed_.empty() ? Zxid() : committed_.back()->zxid;
  for (auto it = log.upper_bound(last); it != log.end() && it->first <= zxid; ++it) {
    committed_.push_back(it->second);
    for (const WatchedEvent& event : tree_.Apply(*it->second).events) {
      NodeVersion version{.zxid = it->first};
      if (const ZNode* node = tree_.Find(event.path); node != nullptr) {
        version.exists = true;
        version.stat = cluster::zookeeper::DataTree::StatOf(*node);
        version.data = node->data;
      }
      std::vector<NodeVersion>& versions = versions_[event.path];
      // A multi may change a node more than once.
      if (!versions.empty() && versions.back().zxid == version.zxid) versions.pop_back();
      versions.push_back(std::move(version));
    }
  }
}

const Transaction* ZooKeeperGhost::LastCommitted(Zxid zxid) const {
  const auto it = std::upper_bound(committed_.begin(), committed_.end(), zxid,
                                   [](Zxid wanted, const TransactionRef& txn) { return wanted < txn->zxid; });
  return it == committed_.begin() ? nullptr : std::prev(it)->get();
}

const ZooKeeperGhost::Log* ZooKeeperGhost::LogOf(ServerId server) const {
  const auto it = logs_.find(server);
  return it == logs_.end() ? nullptr : &it->second;
}

const std::vector<NodeVersion>& ZooKeeperGhost::VersionsOf(const std::string& path) const {
  static const std::vector<NodeVersion> none;
  const auto it = versions_.find(path);
  return it == versions_.end() ? none : it->second;
}

const NodeVersion* ZooKeeperGhost::FindVersion(const std::string& path, Zxid zxid) const {
  const std::vector<NodeVersion>& versions = VersionsOf(path);
  const auto it = std::upper_bound(versions.begin(), versions.end(), zxid,
                                   [](Zxid wanted, const NodeVersion& version) { return wanted < version.zxid; });
  return it == versions.begin() ? nullptr : &*std::prev(it);
}

}  // namespace ktrial::properties
