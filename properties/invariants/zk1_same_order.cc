// ZK1: all servers of an ensemble apply the same transactions in the same order.
//
// Zab's total order and agreement. A digest stands for the whole history up to a transaction.
#include "properties/invariants/zookeeper_invariants.h"

namespace ktrial::properties {
namespace {

class ZooKeeperSameOrder : public ZooKeeperCheckerBase<ZooKeeperSameOrder> {
 public:
  void On(const ZooKeeperMoment& moment, const cluster::ZkTransactionApplied& fact) {
    Exercise();
    const cluster::zookeeper::Transaction& applied = *fact.transaction;
    const cluster::zookeeper::Transaction* committed = moment.ghost.LastCommitted(applied.zxid);
    if (committed == nullptr || committed->zxid != applied.zxid) {
      Report(moment, absl::StrCat(NameOf(fact.server), " applied ", NameOf(applied.zxid), ", which is not committed"));
    } else if (committed->digest != applied.digest || DigestAfter(fact.previous_digest, applied) != committed->digest) {
      Report(moment, absl::StrCat(NameOf(fact.server), " applied ", NameOf(applied.zxid),
                                  " after another history than was committed"));
    }
  }

  void On(const ZooKeeperMoment& moment, const cluster::ZkDatabaseLoaded& fact) {
    if (fact.source != cluster::ZkDatabaseSource::kInStep) return;
    Exercise();
    const cluster::zookeeper::Transaction* committed = moment.ghost.LastCommitted(fact.zxid);
    if (fact.digest == (committed == nullptr ? 0 : committed->digest)) return;
    Report(moment, absl::StrCat(NameOf(fact.server), " serves with another history up to ", NameOf(fact.zxid),
                                " than was committed"));
  }
};

}  // namespace

std::unique_ptr<ZooKeeperChecker> MakeZooKeeperSameOrder() { return std::make_unique<ZooKeeperSameOrder>(); }

}  // namespace ktrial::properties
