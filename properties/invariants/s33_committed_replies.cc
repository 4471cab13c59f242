// S33: the active controller tells only results that rest on committed records, and of each broker at most one epoch is
// live: along the metadata log it never falls.
#include <algorithm>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class CommittedReplies : public CheckerBase<CommittedReplies> {
 public:
  void On(const Moment&, const cluster::RaftHighWatermarkMoved& fact) { committed_ = std::max(committed_, fact.to); }

  void On(const Moment& moment, const cluster::ControllerReplied& fact) {
    Exercise();
    if (fact.metadata_offset <= committed_) return;
    Report(moment, absl::StrCat("controller ", fact.controller.value(), " answered in epoch ", fact.epoch.value(),
                                " with a result that rests on records up to offset ", fact.metadata_offset.value(),
                                ", but the metadata log is committed up to ", committed_.value()));
  }

  void On(const Moment& moment, const cluster::BrokerRegistrationCommitted& fact) {
    Registration& known = registrations_[fact.broker];
    // Every controller tells of each registration, some of them later.
    if (known.offset.valid() && fact.metadata_offset <= known.offset) return;
    Exercise();
    if (known.offset.valid() && fact.broker_epoch < known.epoch) {
      Report(moment, absl::StrCat("broker ", fact.broker.value(), " has epoch ", fact.broker_epoch.value(),
                                  " by the record at offset ", fact.metadata_offset.value(), ", after it had epoch ",
                                  known.epoch.value()));
    }
    known = {fact.metadata_offset, fact.broker_epoch};
  }

 private:
  struct Registration {
    Offset offset;
    BrokerEpoch epoch;
  };

  Offset committed_{0};
  absl::btree_map<BrokerId, Registration> registrations_;
};

}  // namespace

std::unique_ptr<Checker> MakeCommittedReplies() { return std::make_unique<CommittedReplies>(); }

}  // namespace ktrial::properties
