// S7: the in-sync replicas by which a leader commits, its maximal ISR, are a superset of the controller's and, while
// the leader takes them for enough to commit at all, of the eligible leader replicas.
//
// KIP-497: with a change on its way to the controller the leader works with the larger set, so whatever the controller
// decides, nobody whom it may elect was left out. A leader that has been replaced does not count.
//
// Kafka breaks it in one way that is known and has a licence: a leader forgets the change that is on its way when the
// metadata brings it the state that it knew already from an answer to AlterPartition (see cluster::IsrChangeForgotten).
// It lasts until the leader hears of a newer partition epoch. If the leader is cut off from the controllers meanwhile,
// it commits without a broker that the controller may elect; what is lost so has no licence.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

constexpr char kForgotten[] =
    "metadata that the leader knew already made it forget a change of the ISR that was on its way";

class MaximalIsrCoversIsr : public CheckerBase<MaximalIsrCoversIsr> {
 public:
  void On(const Moment& moment, const cluster::LeaderIsrChanged& fact) {
    View& view = views_[fact.tp];
    const bool knows_no_more = view.leader == fact.broker && view.forgotten_at == fact.partition_epoch &&
                               view.leader_epoch == fact.leader_epoch;
    if (!knows_no_more) view.forgotten.clear();
    view.leader = fact.broker;
    view.leader_epoch = fact.leader_epoch;
    view.maximal_isr = *fact.maximal_isr.ids;
    view.committed_isr_size = fact.committed_isr.ids->size();
    const GhostPartition* partition = moment.ghost.Find(fact.tp);
    if (partition != nullptr) Check(moment, fact.tp, view, *partition);
  }
  void On(const Moment&, const cluster::IsrChangeForgotten& fact) {
    View& view = views_[fact.tp];
    if (view.leader != fact.broker || view.leader_epoch != fact.leader_epoch) return;
    view.forgotten_at = fact.partition_epoch;
    for (BrokerId member : *fact.maximal_isr.ids) {
      if (!Holds(*fact.isr.ids, member)) view.forgotten.push_back(member);
    }
  }
  void On(const Moment& moment, const cluster::PartitionCommitted& fact) {
    if (moment.ghost.superseded() == nullptr) return;
    const View* view = views_.Find(fact.tp);
    if (view != nullptr) Check(moment, fact.tp, *view, *moment.ghost.Find(fact.tp));
  }
  void On(const Moment&, const cluster::BecameFollower& fact) { Forget(fact.tp, fact.broker); }
  void On(const Moment&, const cluster::LogLoaded& fact) { Forget(fact.tp, fact.broker); }
  void On(const Moment&, const cluster::ReplicaOffline& fact) { Forget(fact.tp, fact.broker); }

 private:
  struct View {
    BrokerId leader;
    LeaderEpoch leader_epoch;
    std::vector<BrokerId> maximal_isr;
    // The leader commits nothing while this is below min.insync.replicas.
    size_t committed_isr_size = 0;
    // Members of a change that it forgot, and the partition epoch in which it did and which is still its latest.
    std::vector<BrokerId> forgotten;
    PartitionEpoch forgotten_at;
  };

  static bool Holds(const std::vector<BrokerId>& ids, BrokerId id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  }

  void Forget(TopicPartition tp, BrokerId broker) {
    View* view = views_.Find(tp);
    if (view != nullptr && view->leader == broker) *view = {};
  }

  void Check(const Moment& moment, TopicPartition tp, const View& view, const GhostPartition& partition) {
    if (!view.leader.valid() || view.leader != partition.leader || view.leader_epoch != partition.leader_epoch) return;
    if (!moment.ghost.IsUp(view.leader)) return;
    Exercise();
    CheckCovers(moment, tp, view, "", partition.isr);
    const auto needed = static_cast<size_t>(moment.LargestMinIsr(tp.topic));
    if (view.committed_isr_size >= needed)
      CheckCovers(moment, tp, view, "the eligible leader replicas ", partition.elr);
  }

  void CheckCovers(const Moment& moment, TopicPartition tp, const View& view, absl::string_view kind,
                   const std::vector<BrokerId>& members) {
    for (BrokerId member : members) {
      if (Holds(view.maximal_isr, member)) continue;
      Report(moment,
             absl::StrCat("broker ", view.leader.value(), ", leader of ", moment.Name(tp), " in epoch ",
                          view.leader_epoch.value(), ", goes by the ISR ", BrokersText(view.maximal_isr),
                          " without broker ", member.value(), ", which the controller has in ", kind,
                          BrokersText(members)),
             {}, Holds(view.forgotten, member) ? kForgotten : "");
    }
  }

  // Of the broker that spoke last as leader.
  PartitionMap<View> views_;
};

}  // namespace

std::unique_ptr<Checker> MakeMaximalIsrCoversIsr() { return std::make_unique<MaximalIsrCoversIsr>(); }

}  // namespace ktrial::properties
