// S28: the metadata quorum has at most one leader an epoch, which leads it without a restart in between, and each voter
// gives at most one vote an epoch, restarts included.
//
// Raft's Election Safety; NeverTwoLeadersInSameEpoch of the TLA+ model of KRaft. A leader that restarts must not go on:
// it may have forgotten records of its epoch, and would write others with their offsets and epoch.
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
    const Leader leader = leaders_.try_emplace(fact.epoch, Leader{fact.node, moment.incarnation}).first->second;
    if (leader.node != fact.node) {
      Report(moment, absl::StrCat("node ", fact.node.value(), " became leader of the metadata quorum in epoch ",
                                  fact.epoch.value(), ", which node ", leader.node.value(), " leads"));
    } else if (leader.incarnation != moment.incarnation) {
      Report(moment,
             absl::StrCat("node ", fact.node.value(), " restarted and leads the metadata quorum again in epoch ",
                          fact.epoch.value(), ", which it had led before"));
    }
  }

  void On(const Moment& moment, const cluster::RaftVoted& fact) {
    Exercise();
    const BrokerId candidate = votes_.try_emplace({fact.epoch, fact.node}, fact.candidate).first->second;
    if (candidate == fact.candidate) return;
    Report(moment, absl::StrCat("node ", fact.node.value(), " voted for node ", fact.candidate.value(), " in epoch ",
                                fact.epoch.value(), " after it had voted for node ", candidate.value()));
  }

 private:
  struct Leader {
    BrokerId node;
    sim::Incarnation incarnation;
  };

  absl::btree_map<LeaderEpoch, Leader> leaders_;
  absl::btree_map<std::pair<LeaderEpoch, BrokerId>, BrokerId> votes_;
};

}  // namespace

std::unique_ptr<Checker> MakeElectionSafety() { return std::make_unique<ElectionSafety>(); }

}  // namespace ktrial::properties
