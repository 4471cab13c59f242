// S13: no broker that is fenced, shutting down or not registered is added to an ISR.
//
// KIP-841; for restarts between fetch and proposal, KIP-903.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class IsrJoinersLive : public CheckerBase<IsrJoinersLive> {
 public:
  void On(const Moment& moment, const cluster::PartitionCommitted& fact) {
    const GhostDecision* before = moment.ghost.superseded();
    if (before == nullptr || !before->metadata_offset.valid()) return;
    for (BrokerId member : *fact.isr.ids) {
      if (std::find(before->isr.begin(), before->isr.end(), member) != before->isr.end()) continue;
      Exercise();
      const auto it = moment.ghost.brokers().find(member);
      absl::string_view flaw;
      if (it == moment.ghost.brokers().end() || !it->second.epoch.valid()) {
        flaw = "not registered";
      } else if (it->second.fenced) {
        flaw = "fenced";
      } else if (it->second.in_controlled_shutdown) {
        flaw = "in controlled shutdown";
      }
      if (flaw.empty()) continue;
      Report(moment, absl::StrCat("the controller added broker ", member.value(), " to the ISR of ",
                                  moment.Name(fact.tp), " while it was ", flaw));
    }
  }
};

}  // namespace

std::unique_ptr<Checker> MakeIsrJoinersLive() { return std::make_unique<IsrJoinersLive>(); }

}  // namespace ktrial::properties
