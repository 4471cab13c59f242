// L9: when faults have healed and time was given, no broker is still shutting down, and no partition is still being
// reassigned to brokers that run.
//
// KAFKA-14292 had controlled shutdowns that never ended on a busy cluster. A reassignment waits for all replicas that
// are to stay, so one that is down holds it up for as long.
#include <algorithm>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "cluster/metadata/broker_list.h"
#include "properties/evidence.h"
#include "properties/invariants/end_of_run.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class MovesEnd : public CheckerBase<MovesEnd> {
 public:
  void On(const Moment& moment, const cluster::BrokerRegistrationCommitted& fact) {
    const GhostBroker* before = moment.ghost.superseded_registration();
    if (before == nullptr || !fact.in_controlled_shutdown || before->in_controlled_shutdown) return;
    shutting_down_since_[fact.broker] = moment.at;
    Exercise();
  }
  void On(const Moment& moment, const cluster::PartitionCommitted& fact) {
    if (moment.ghost.superseded() == nullptr) return;
    const GhostPartition& partition = *moment.ghost.Find(fact.tp);
    if (partition.adding.empty() && partition.removing.empty()) {
      moving_since_.erase(fact.tp);
    } else if (moving_since_.try_emplace(fact.tp, moment.at).second) {
      Exercise();
    }
  }

  void OnEnd(const Moment& moment) override {
    for (const auto& [broker, since] : shutting_down_since_) {
      const auto it = moment.ghost.brokers().find(broker);
      const bool goes_on = it != moment.ghost.brokers().end() && it->second.running &&
                           it->second.registered_since_start && it->second.in_controlled_shutdown;
      if (!goes_on || since + kOnTheWay > moment.at) continue;
      Report(moment, absl::StrCat("broker ", broker.value(), " has been shutting down since ", moment.Time(since),
                                  " and has not been let go"));
    }
    for (const auto& [tp, since] : moving_since_) CheckMove(moment, tp, since);
  }

 private:
  void CheckMove(const Moment& moment, TopicPartition tp, sim::SimTime since) {
    const GhostPartition& partition = *moment.ghost.Find(tp);
    if (since + kOnTheWay > moment.at || !HasWorkingLeader(moment, partition)) return;
    const bool possible = std::all_of(partition.assigned.begin(), partition.assigned.end(), [&](BrokerId replica) {
      return cluster::Contains(partition.removing, replica) || moment.ghost.IsUp(replica);
    });
    if (!possible) return;
    Report(moment,
           absl::StrCat("the reassignment of ", moment.Name(tp), " that began at ", moment.Time(since),
                        " goes on: brokers ", BrokersText(partition.adding), " have come, brokers ",
                        BrokersText(partition.removing), " are to leave, and the ISR is ", BrokersText(partition.isr)));
  }

  // When the latest controlled shutdown of each broker began.
  absl::btree_map<BrokerId, sim::SimTime> shutting_down_since_;
  absl::btree_map<TopicPartition, sim::SimTime> moving_since_;
};

}  // namespace

std::unique_ptr<Checker> MakeMovesEnd() { return std::make_unique<MovesEnd>(); }

}  // namespace ktrial::properties
