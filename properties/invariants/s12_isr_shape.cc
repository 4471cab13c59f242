// S12: the controller's in-sync replicas are a subset of the assigned replicas, the leader is one of them, and they are
// none only if there are eligible leader replicas or nobody leads; an eligible leader replica is not in sync, and there
// are none while min.insync.replicas are.
//
// ValidControllerIsrAndElr of the TLA+ models. Without eligible leader replicas (KIP-966) the ISR is never empty.
#include "absl/strings/str_cat.h"
#include "cluster/metadata/broker_list.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class IsrShape : public CheckerBase<IsrShape> {
 public:
  void On(const Moment& moment, const cluster::PartitionCommitted& fact) {
    if (moment.ghost.superseded() == nullptr) return;
    Exercise();
    const std::vector<BrokerId>& isr = *fact.isr.ids;
    if (isr.empty() && (!moment.facts.eligible_leader_replicas || fact.leader.valid())) {
      Report(moment, absl::StrCat("the controller committed an empty ISR for ", moment.Name(fact.tp)));
    }
    for (BrokerId member : isr) {
      if (Contains(*fact.replicas.ids, member)) continue;
      Report(moment, absl::StrCat("the controller committed broker ", member.value(), " into the ISR of ",
                                  moment.Name(fact.tp), ", of which it is not a replica"));
    }
    if (fact.leader.valid() && !Contains(isr, fact.leader)) {
      Report(moment, absl::StrCat("the controller committed broker ", fact.leader.value(), " as leader of ",
                                  moment.Name(fact.tp), ", which is not in the ISR"));
    }
    CheckElr(moment, fact.tp, isr, moment.ghost.Find(fact.tp)->elr);
  }

 private:
  void CheckElr(const Moment& moment, TopicPartition tp, const std::vector<BrokerId>& isr,
                const std::vector<BrokerId>& elr) {
    for (BrokerId member : elr) {
      if (!Contains(isr, member)) continue;
      Report(moment, absl::StrCat("the controller committed broker ", member.value(),
                                  " into the ISR and the eligible "
                                  "leader replicas of ",
                                  moment.Name(tp)));
    }
    const int32_t needed = moment.LargestMinIsr(tp.topic);
    if (elr.empty() || (moment.facts.eligible_leader_replicas && static_cast<int32_t>(isr.size()) < needed)) return;
    Report(moment, absl::StrCat("the controller committed the eligible leader replicas ", BrokersText(elr), " of ",
                                moment.Name(tp), " with the ISR ", BrokersText(isr)));
  }
};

}  // namespace

std::unique_ptr<Checker> MakeIsrShape() { return std::make_unique<IsrShape>(); }

}  // namespace ktrial::properties
