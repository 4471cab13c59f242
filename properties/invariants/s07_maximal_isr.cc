// S7: the in-sync replicas by which a leader commits, its maximal ISR, are a superset of the controller's.
//
// KIP-497: with a change on its way to the controller the leader works with the larger set, so whatever the controller
// decides, nobody whom it may elect was left out. A leader that has been replaced does not count.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class MaximalIsrCoversIsr : public CheckerBase<MaximalIsrCoversIsr> {
 public:
  void On(const Moment& moment, const cluster::LeaderIsrChanged& fact) {
    View& view = views_[fact.tp];
    view = {fact.broker, fact.leader_epoch, *fact.maximal_isr.ids};
    const GhostPartition* partition = moment.ghost.Find(fact.tp);
    if (partition != nullptr) Check(moment, fact.tp, view, *partition);
  }
  void On(const Moment& moment, const cluster::PartitionCommitted& fact) {
    if (moment.ghost.superseded() == nullptr) return;
    const View* view = views_.Find(fact.tp);
    if (view != nullptr) Check(moment, fact.tp, *view, *moment.ghost.Find(fact.tp));
  }
  void On(const Moment&, const cluster::BecameFollower& fact) { Forget(fact.tp, fact.broker); }
  void On(const Moment&, const cluster::LogLoaded& fact) { Forget(fact.tp, fact.broker); }

 private:
  struct View {
    BrokerId leader;
    LeaderEpoch leader_epoch;
    std::vector<BrokerId> maximal_isr;
  };

  void Forget(TopicPartition tp, BrokerId broker) {
    View* view = views_.Find(tp);
    if (view != nullptr && view->leader == broker) *view = {};
  }

  void Check(const Moment& moment, TopicPartition tp, const View& view, const GhostPartition& partition) {
    if (!view.leader.valid() || view.leader != partition.leader || view.leader_epoch != partition.leader_epoch) return;
    if (!moment.ghost.IsUp(view.leader)) return;
    Exercise();
    for (BrokerId member : partition.isr) {
      if (std::find(view.maximal_isr.begin(), view.maximal_isr.end(), member) != view.maximal_isr.end()) continue;
      Report(moment, absl::StrCat("broker ", view.leader.value(), ", leader of ", moment.Name(tp), " in epoch ",
                                  view.leader_epoch.value(), ", goes by the ISR ", BrokersText(view.maximal_isr),
                                  " without broker ", member.value(), ", which the controller has in ",
                                  BrokersText(partition.isr)));
    }
  }

  // Of the broker that spoke last as leader.
  PartitionMap<View> views_;
};

}  // namespace

std::unique_ptr<Checker> MakeMaximalIsrCoversIsr() { return std::make_unique<MaximalIsrCoversIsr>(); }

}  // namespace ktrial::properties
