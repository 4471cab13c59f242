// ZK7: a client hears of a watch's event before any reply that shows the change.
//
// A node that was created and deleted again while the client was between two servers is not noticed by a watch for its
// existence.
#include <string>

#include "absl/container/btree_map.h"
#include "properties/invariants/zookeeper_invariants.h"

namespace ktrial::properties {
namespace {

using cluster::zookeeper::EventType;
using cluster::zookeeper::ExistsOp;
using cluster::zookeeper::GetChildrenOp;
using cluster::zookeeper::GetDataOp;
using cluster::zookeeper::KeeperError;
using cluster::zookeeper::SessionId;
using cluster::zookeeper::Zxid;

class ZooKeeperWatchBeforeChange : public ZooKeeperCheckerBase<ZooKeeperWatchBeforeChange> {
 public:
  void On(const ZooKeeperMoment& moment, const cluster::ZkReplyReceived& fact) {
    Watches& watches = watches_[fact.session];
    Judge(moment, fact, watches.data,
          [&](const NodeVersion& version, Zxid since) { return !version.exists || version.stat.mzxid > since; });
    Judge(moment, fact, watches.child,
          [&](const NodeVersion& version, Zxid since) { return !version.exists || version.stat.pzxid > since; });
    Judge(moment, fact, watches.exist, [&](const NodeVersion& version, Zxid) { return version.exists; });
    Remember(watches, fact);
  }

  void On(const ZooKeeperMoment&, const cluster::ZkWatchReceived& fact) {
    Watches& watches = watches_[fact.session];
    if (fact.type != EventType::kNodeChildrenChanged) {
      watches.data.erase(*fact.path);
      watches.exist.erase(*fact.path);
    }
    if (fact.type == EventType::kNodeChildrenChanged || fact.type == EventType::kNodeDeleted) {
      watches.child.erase(*fact.path);
    }
  }

 private:
  // Each with the transaction as of which it was left.
  using Table = absl::btree_map<std::string, Zxid>;
  struct Watches {
    Table data;
    Table child;
    Table exist;
  };

  // The version that the reply could show must not be one that the watch should have told of.
  template <typename Fires>
  void Judge(const ZooKeeperMoment& moment, const cluster::ZkReplyReceived& fact, const Table& table, Fires fires) {
    for (const auto& [path, since] : table) {
      Exercise();
      const NodeVersion* version = moment.ghost.FindVersion(path, fact.zxid);
      if (version == nullptr || version->zxid <= since || !fires(*version, since)) continue;
      Report(moment, absl::StrCat("session ", NameOf(fact.session), " was shown ", NameOf(fact.zxid),
                                  " without having heard of ", path, " changing in ", NameOf(version->zxid),
                                  ", which it has watched since ", NameOf(since)));
    }
  }

  static void Remember(Watches& watches, const cluster::ZkReplyReceived& fact) {
    const KeeperError error = fact.result->error;
    if (const auto* get = std::get_if<GetDataOp>(fact.op)) {
      if (get->watch && error == KeeperError::kOk) watches.data.try_emplace(get->path, fact.zxid);
    } else if (const auto* exists = std::get_if<ExistsOp>(fact.op)) {
      if (exists->watch && error == KeeperError::kOk) watches.data.try_emplace(exists->path, fact.zxid);
      if (exists->watch && error == KeeperError::kNoNode) watches.exist.try_emplace(exists->path, fact.zxid);
    } else if (const auto* children = std::get_if<GetChildrenOp>(fact.op)) {
      if (children->watch && error == KeeperError::kOk) watches.child.try_emplace(children->path, fact.zxid);
    }
  }

  absl::btree_map<SessionId, Watches> watches_;
};

}  // namespace

std::unique_ptr<ZooKeeperChecker> MakeZooKeeperWatchBeforeChange() {
  return std::make_unique<ZooKeeperWatchBeforeChange>();
}

}  // namespace ktrial::properties
