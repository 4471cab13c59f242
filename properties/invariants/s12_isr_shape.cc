// S12: the controller's in-sync replicas are a non-empty subset of the assigned replicas, and the leader is one of
// them.
//
// ValidControllerIsrAndElr of the TLA+ models, without eligible leader replicas.
#include <algorithm>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

bool Contains(const std::vector<BrokerId>& brokers, BrokerId broker) {
  return std::find(brokers.begin(), brokers.end(), broker) != brokers.end();
}

class IsrShape : public CheckerBase<IsrShape> {
 public:
  void On(const Moment& moment, const cluster::PartitionCommitted& fact) {
    // Every controller reports each decision.
    Offset& seen = seen_[fact.tp];
    if (fact.metadata_offset <= seen) return;
    seen = fact.metadata_offset;
    Exercise();
    const std::string name = moment.Name(fact.tp);
    const std::vector<BrokerId>& isr = *fact.isr.ids;
    if (isr.empty()) Report(moment, absl::StrCat("the controller committed an empty ISR for ", name));
    for (BrokerId member : isr) {
      if (Contains(*fact.replicas.ids, member)) continue;
      Report(moment, absl::StrCat("the controller committed broker ", member.value(), " into the ISR of ", name,
                                  ", of which it is not a replica"));
    }
    if (fact.leader.valid() && !Contains(isr, fact.leader)) {
      Report(moment, absl::StrCat("the controller committed broker ", fact.leader.value(), " as leader of ", name,
                                  ", which is not in the ISR"));
    }
  }

 private:
  absl::btree_map<TopicPartition, Offset> seen_;
};

}  // namespace

std::unique_ptr<Checker> MakeIsrShape() { return std::make_unique<IsrShape>(); }

}  // namespace ktrial::properties
