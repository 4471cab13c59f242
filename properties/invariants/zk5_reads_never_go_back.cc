// ZK5: what a session is shown never comes from before what it was shown earlier, whichever servers answer.
#include <algorithm>

#include "absl/container/btree_map.h"
#include "properties/invariants/zookeeper_invariants.h"

namespace ktrial::properties {
namespace {

class ZooKeeperReadsNeverGoBack : public ZooKeeperCheckerBase<ZooKeeperReadsNeverGoBack> {
 public:
  void On(const ZooKeeperMoment& moment, const cluster::ZkReplyReceived& fact) {
    Exercise();
    cluster::zookeeper::Zxid& seen = seen_[fact.session];
    if (fact.zxid < seen) {
      Report(moment,
             absl::StrCat("session ", NameOf(fact.session), " was shown ", NameOf(fact.zxid), " after ", NameOf(seen)));
    }
    seen = std::max(seen, fact.zxid);
  }

 private:
  absl::btree_map<cluster::zookeeper::SessionId, cluster::zookeeper::Zxid> seen_;
};

}  // namespace

std::unique_ptr<ZooKeeperChecker> MakeZooKeeperReadsNeverGoBack() {
  return std::make_unique<ZooKeeperReadsNeverGoBack>();
}

}  // namespace ktrial::properties
