// ZK4: a session is closed once, and no ephemeral node outlives its session, nor is made without one.
#include "absl/container/btree_set.h"
#include "cluster/zookeeper/data_tree.h"
#include "properties/invariants/zookeeper_invariants.h"

namespace ktrial::properties {
namespace {

using cluster::zookeeper::CloseSessionTxn;
using cluster::zookeeper::CreateSessionTxn;
using cluster::zookeeper::SessionId;
using cluster::zookeeper::Transaction;

class ZooKeeperEphemeralsHaveOwners : public ZooKeeperCheckerBase<ZooKeeperEphemeralsHaveOwners> {
 public:
  void OnFact(const ZooKeeperMoment& moment, const void*) override {
    for (; next_ < moment.ghost.committed().size(); ++next_) Follow(moment, *moment.ghost.committed()[next_]);
  }

 private:
  void Follow(const ZooKeeperMoment& moment, const Transaction& transaction) {
    tree_.Apply(transaction);
    if (std::holds_alternative<CreateSessionTxn>(transaction.body)) live_.insert(transaction.session);
    if (std::holds_alternative<CloseSessionTxn>(transaction.body)) {
      Exercise();
      if (live_.erase(transaction.session) == 0) {
        Report(moment, absl::StrCat(NameOf(transaction.zxid), " closes session ", NameOf(transaction.session),
                                    ", which is not open"));
      }
    }
    for (const auto& [session, paths] : tree_.ephemerals()) {
      if (live_.contains(session) || !told_.insert(session).second) continue;
      Report(moment, absl::StrCat("after ", NameOf(transaction.zxid), " there is ", *paths.begin(), " of session ",
                                  NameOf(session), ", which is over"));
    }
  }

  size_t next_ = 0;
  cluster::zookeeper::DataTree tree_;
  absl::btree_set<SessionId> live_;
  // Sessions whose nodes were told of.
  absl::btree_set<SessionId> told_;
};

}  // namespace

std::unique_ptr<ZooKeeperChecker> MakeZooKeeperEphemeralsHaveOwners() {
  return std::make_unique<ZooKeeperEphemeralsHaveOwners>();
}

}  // namespace ktrial::properties
