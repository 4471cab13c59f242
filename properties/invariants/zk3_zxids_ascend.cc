// ZK3: an epoch has one leader, whose proposals have no gaps, and a server applies ascending zxids.
#include "absl/container/btree_map.h"
#include "properties/invariants/zookeeper_invariants.h"

namespace ktrial::properties {
namespace {

using cluster::zookeeper::ServerId;
using cluster::zookeeper::ZabEpoch;
using cluster::zookeeper::Zxid;

class ZooKeeperZxidsAscend : public ZooKeeperCheckerBase<ZooKeeperZxidsAscend> {
 public:
  void On(const ZooKeeperMoment& moment, const cluster::ZkLeaderElected& fact) {
    Exercise();
    if (fact.standalone) {
      // It goes on where its disk ends.
      proposed_.insert_or_assign(fact.epoch, fact.last);
      return;
    }
    const ServerId leader = leaders_.try_emplace(fact.epoch, fact.server).first->second;
    if (!proposed_.try_emplace(fact.epoch, Zxid::Of(fact.epoch, 0)).second || leader != fact.server) {
      Report(moment, absl::StrCat(NameOf(fact.server), " leads epoch ", fact.epoch.value(), ", which ", NameOf(leader),
                                  " led before"));
    }
  }

  void On(const ZooKeeperMoment& moment, const cluster::ZkTransactionProposed& fact) {
    Exercise();
    const Zxid zxid = fact.transaction->zxid;
    const auto it = proposed_.find(zxid.epoch());
    if (it == proposed_.end() || Next(it->second) != zxid) {
      Report(moment, absl::StrCat(NameOf(fact.leader), " proposed ", NameOf(zxid), " out of turn"));
    }
    proposed_.insert_or_assign(zxid.epoch(), zxid);
  }

  void On(const ZooKeeperMoment&, const cluster::ZkDatabaseLoaded& fact) {
    applied_.insert_or_assign(fact.server, fact.zxid);
  }

  void On(const ZooKeeperMoment& moment, const cluster::ZkTransactionApplied& fact) {
    Exercise();
    Zxid& last = applied_[fact.server];
    if (fact.transaction->zxid <= last) {
      Report(moment,
             absl::StrCat(NameOf(fact.server), " applied ", NameOf(fact.transaction->zxid), " after ", NameOf(last)));
    }
    last = fact.transaction->zxid;
  }

 private:
  absl::btree_map<ZabEpoch, ServerId> leaders_;
  absl::btree_map<ZabEpoch, Zxid> proposed_;
  absl::btree_map<ServerId, Zxid> applied_;
};

}  // namespace

std::unique_ptr<ZooKeeperChecker> MakeZooKeeperZxidsAscend() { return std::make_unique<ZooKeeperZxidsAscend>(); }

}  // namespace ktrial::properties
