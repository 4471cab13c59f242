// S12: the controller's in-sync replicas are a non-empty subset of the assigned replicas, and the leader is one of
// them.
//
// ValidControllerIsrAndElr of the TLA+ models, without eligible leader replicas.
#include "absl/strings/str_cat.h"
#include "cluster/metadata/broker_list.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class IsrShape : public CheckerBase<IsrShape> {
 public:
  void On(const Moment& moment, const cluster::PartitionCommitted& fact) {
    if (moment.ghost.superseded() == nullptr) return;
    Exercise();
    const std::vector<BrokerId>& isr = *fact.isr.ids;
    if (isr.empty()) Report(moment, absl::StrCat("the controller committed an empty ISR for ", moment.Name(fact.tp)));
    for (BrokerId member : isr) {
      if (Contains(*fact.replicas.ids, member)) continue;
      Report(moment, absl::StrCat("the controller committed broker ", member.value(), " into the ISR of ",
                                  moment.Name(fact.tp), ", of which it is not a replica"));
    }
    if (fact.leader.valid() && !Contains(isr, fact.leader)) {
      Report(moment, absl::StrCat("the controller committed broker ", fact.leader.value(), " as leader of ",
                                  moment.Name(fact.tp), ", which is not in the ISR"));
    }
  }
};

}  // namespace

std::unique_ptr<Checker> MakeIsrShape() { return std::make_unique<IsrShape>(); }

}  // namespace ktrial::properties
