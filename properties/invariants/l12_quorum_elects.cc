// L12: when faults have healed and time was given, one of the running voters leads the metadata quorum, a majority
// follows it, and elections have ended.
//
// EventuallyLeaderElected, and the absence of endless elections, of the TLA+ models of KRaft (KIP-595, KIP-996).
#include <algorithm>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "properties/invariants/invariants.h"
#include "properties/invariants/quiet_time.h"

namespace ktrial::properties {
namespace {

// A leader that was elected later than this before the end may be one of many.
constexpr sim::Duration kSettledReign = sim::Seconds(5);

class QuorumElects : public QuietTime<QuorumElects> {
 public:
  using QuietTime::On;
  void On(const Moment& moment, const cluster::RaftRoleChanged& fact) {
    nodes_[fact.node] = {fact.role, fact.epoch, fact.leader, moment.at};
  }

  void OnEnd(const Moment& moment) override {
    const auto& voters = moment.facts.voter_of_process;
    const auto running =
        std::count_if(voters.begin(), voters.end(), [&](const auto& voter) { return IsRunning(voter.first); });
    if (2 * running <= static_cast<std::ptrdiff_t>(voters.size()) || !IsQuietSince(moment, kTimeToSettle)) return;
    Exercise();
    BrokerId leader;
    for (const auto& [process, voter] : voters) {
      const auto it = nodes_.find(voter);
      if (it == nodes_.end() || !IsRunning(process) || it->second.role != cluster::RaftRole::kLeader) continue;
      if (!leader.valid() || it->second.epoch > nodes_[leader].epoch) leader = voter;
    }
    if (!leader.valid()) {
      Report(moment,
             absl::StrCat("no voter leads the metadata quorum, though ", running, " of ", voters.size(), " run"));
      return;
    }
    const Node& reign = nodes_[leader];
    const auto with_it = std::count_if(voters.begin(), voters.end(), [&](const auto& voter) {
      const auto it = nodes_.find(voter.second);
      return IsRunning(voter.first) && it != nodes_.end() && it->second.epoch == reign.epoch &&
             it->second.leader == leader;
    });
    if (2 * with_it <= static_cast<std::ptrdiff_t>(voters.size())) {
      Report(moment, absl::StrCat("node ", leader.value(), " leads the metadata quorum in epoch ", reign.epoch.value(),
                                  ", but only ", with_it, " of ", voters.size(), " voters are with it"));
    } else if (reign.since + kSettledReign > moment.at) {
      Report(moment, absl::StrCat("the metadata quorum still elects leaders: epoch ", reign.epoch.value(), " began at ",
                                  moment.Time(reign.since)));
    }
  }

 private:
  struct Node {
    cluster::RaftRole role = cluster::RaftRole::kUnattached;
    LeaderEpoch epoch;
    BrokerId leader;
    sim::SimTime since;
  };

  absl::btree_map<BrokerId, Node> nodes_;
};

}  // namespace

std::unique_ptr<Checker> MakeQuorumElects() { return std::make_unique<QuorumElects>(); }

}  // namespace ktrial::properties
