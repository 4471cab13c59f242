// ZK8: a client is told that its session is over only after a leader decided so, or after it asked for it itself.
#include "absl/container/btree_set.h"
#include "properties/invariants/zookeeper_invariants.h"

namespace ktrial::properties {
namespace {

class ZooKeeperExpiryDecided : public ZooKeeperCheckerBase<ZooKeeperExpiryDecided> {
 public:
  void On(const ZooKeeperMoment&, const cluster::ZkTransactionProposed& fact) {
    if (std::holds_alternative<cluster::zookeeper::CloseSessionTxn>(fact.transaction->body)) {
      closing_.insert(fact.transaction->session);
    }
  }

  void On(const ZooKeeperMoment& moment, const cluster::ZkClientExpired& fact) {
    Exercise();
    if (closing_.contains(fact.session)) return;
    Report(moment, absl::StrCat("the client of session ", NameOf(fact.session),
                                " was told that it is over, which no leader decided"));
  }

 private:
  absl::btree_set<cluster::zookeeper::SessionId> closing_;
};

}  // namespace

std::unique_ptr<ZooKeeperChecker> MakeZooKeeperExpiryDecided() { return std::make_unique<ZooKeeperExpiryDecided>(); }

}  // namespace ktrial::properties
