// S28: the metadata quorum has at most one leader an epoch, and each voter gives at most one vote an epoch, restarts
// included.
//
// Raft's Election Safety; NeverTwoLeadersInSameEpoch of the TLA+ model of KRaft.
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class ElectionSafety : public CheckerBase<ElectionSafety> {
 public:
  void On(const Moment& moment, const cluster::RaftRoleChanged& fact) {
    if (fact.role != cluster::RaftRole::kLeader) return;
    Exercise();
    const BrokerId leader = leaders_.try_emplace(fact.epoch, fact.node).first->second;
    if (leader == fact.node) return;
    Report(moment, absl::StrCat("node ", fact.node.value(), " became leader of the metadata quorum in epoch ",
                                fact.epoch.value(), ", which node ", leader.value(), " leads"));
  }

  void On(const Moment& moment, const cluster::RaftVoted& fact) {
    Exercise();
    const BrokerId candidate = votes_.try_emplace({fact.epoch, fact.node}, fact.candidate).first->second;
    if (candidate == fact.candidate) return;
    Report(moment, absl::StrCat("node ", fact.node.value(), " voted for node ", fact.candidate.value(), " in epoch ",
                                fact.epoch.value(), " after it had voted for node ", candidate.value()));
  }

 private:
  absl::btree_map<LeaderEpoch, BrokerId> leaders_;
  absl::btree_map<std::pair<LeaderEpoch, BrokerId>, BrokerId> votes_;
};

}  // namespace

std::unique_ptr<Checker> MakeElectionSafety() { return std::make_unique<ElectionSafety>(); }

}  // namespace ktrial::properties
