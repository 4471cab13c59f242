// S1: at most one broker becomes leader, or appends as leader, in each (partition, leader epoch).
//
// Raft's Election Safety at the level of a partition; KIP-101 and KIP-320 rest on it.
#include <vector>

#include "absl/strings/str_cat.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class LeaderUniqueness : public CheckerBase<LeaderUniqueness> {
 public:
  void On(const Moment& moment, const cluster::BecameLeader& fact) {
    Exercise();
    Check(moment, fact.tp, fact.leader_epoch, fact.broker, "became leader");
  }
  void On(const Moment& moment, const cluster::BatchAppended& fact) {
    if (fact.as_leader) Check(moment, fact.tp, fact.batch->leader_epoch(), fact.broker, "appended as leader");
  }

 private:
  void Check(const Moment& moment, TopicPartition tp, LeaderEpoch epoch, BrokerId broker, absl::string_view deed) {
    if (epoch.value() < 0) return;
    std::vector<BrokerId>& leaders = leaders_[tp];
    const auto index = static_cast<size_t>(epoch.value());
    if (index >= leaders.size()) leaders.resize(index + 1);
    BrokerId& leader = leaders[index];
    if (!leader.valid()) leader = broker;
    if (leader == broker) return;
    Report(moment, absl::StrCat("broker ", broker.value(), " ", deed, " of ", moment.Name(tp), " in leader epoch ",
                                epoch.value(), ", which belongs to broker ", leader.value()));
    // Each usurper is reported once.
    leader = broker;
  }

  // By partition, then by epoch.
  PartitionMap<std::vector<BrokerId>> leaders_;
};

}  // namespace

std::unique_ptr<Checker> MakeLeaderUniqueness() { return std::make_unique<LeaderUniqueness>(); }

}  // namespace ktrial::properties
