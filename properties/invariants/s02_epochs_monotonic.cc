// S2: leader epoch and partition epoch of a partition never fall in what the controller commits, nor on a broker while
// its process runs.
//
// Kafka's fencing (KIP-320) and the versions of AlterPartition (KIP-497) rest on it.
#include "absl/strings/str_cat.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class EpochsMonotonic : public CheckerBase<EpochsMonotonic> {
 public:
  void On(const Moment& moment, const cluster::PartitionCommitted& fact) {
    // Every controller reports each decision; the first report counts.
    if (moment.ghost.superseded() == nullptr) return;
    Exercise();
    Check(moment, fact.tp, "the controller", committed_[fact.tp], fact.leader_epoch, fact.partition_epoch);
  }
  void On(const Moment& moment, const cluster::BecameLeader& fact) {
    OnBroker(moment, fact.tp, fact.broker, fact.leader_epoch, PartitionEpoch());
  }
  void On(const Moment& moment, const cluster::BecameFollower& fact) {
    OnBroker(moment, fact.tp, fact.broker, fact.leader_epoch, PartitionEpoch());
  }
  void On(const Moment& moment, const cluster::LeaderIsrChanged& fact) {
    OnBroker(moment, fact.tp, fact.broker, fact.leader_epoch, fact.partition_epoch);
  }

 private:
  struct Epochs {
    LeaderEpoch leader;
    PartitionEpoch partition;
    // Of the broker's process.
    sim::Incarnation incarnation = {};
  };

  void OnBroker(const Moment& moment, TopicPartition tp, BrokerId broker, LeaderEpoch leader,
                PartitionEpoch partition) {
    Epochs& epochs = on_broker_[tp][broker];
    if (epochs.incarnation != moment.incarnation) epochs = {.incarnation = moment.incarnation};
    Exercise();
    Check(moment, tp, absl::StrCat("broker ", broker.value()), epochs, leader, partition);
  }

  // A partition epoch of none is not known.
  void Check(const Moment& moment, TopicPartition tp, absl::string_view who, Epochs& before, LeaderEpoch leader,
             PartitionEpoch partition) {
    if (leader < before.leader) {
      Report(moment, absl::StrCat(who, " went from leader epoch ", before.leader.value(), " of ", moment.Name(tp),
                                  " back to ", leader.value()));
    }
    before.leader = leader;
    if (!partition.valid()) return;
    if (partition < before.partition) {
      Report(moment, absl::StrCat(who, " went from partition epoch ", before.partition.value(), " of ", moment.Name(tp),
                                  " back to ", partition.value()));
    }
    before.partition = partition;
  }

  PartitionMap<Epochs> committed_;
  PartitionMap<SmallMap<BrokerId, Epochs>> on_broker_;
};

}  // namespace

std::unique_ptr<Checker> MakeEpochsMonotonic() { return std::make_unique<EpochsMonotonic>(); }

}  // namespace ktrial::properties
