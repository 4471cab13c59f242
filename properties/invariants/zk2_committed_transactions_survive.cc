// ZK2: every new leader holds every transaction that was committed, whatever was killed or lost power meanwhile.
//
// Zab's primary integrity, and the durability that clients are promised.
#include "properties/invariants/zookeeper_invariants.h"

namespace ktrial::properties {
namespace {

class ZooKeeperCommittedSurvive : public ZooKeeperCheckerBase<ZooKeeperCommittedSurvive> {
 public:
  void On(const ZooKeeperMoment& moment, const cluster::ZkLeaderElected& fact) {
    Exercise();
    const ZooKeeperGhost::Log* log = moment.ghost.LogOf(fact.server);
    for (const cluster::zookeeper::TransactionRef& committed : moment.ghost.committed()) {
      const auto it = log == nullptr ? ZooKeeperGhost::Log::const_iterator() : log->find(committed->zxid);
      if (log != nullptr && it != log->end() && it->second->digest == committed->digest) continue;
      Report(moment, absl::StrCat(NameOf(fact.server), " leads epoch ", fact.epoch.value(), " without ",
                                  NameOf(committed->zxid), ", which is committed"));
      return;
    }
  }
};

}  // namespace

std::unique_ptr<ZooKeeperChecker> MakeZooKeeperCommittedSurvive() {
  return std::make_unique<ZooKeeperCommittedSurvive>();
}

}  // namespace ktrial::properties
