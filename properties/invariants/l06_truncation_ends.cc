// L6: truncation comes to an end: each answer that tells a follower of divergence makes its log shorter or its last
// epoch older.
//
// EventuallyTruncationFinishes. Without that the same question meets the same answer for ever (KAFKA-10706).
#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class TruncationEnds : public CheckerBase<TruncationEnds> {
 public:
  void On(const Moment& moment, const cluster::FollowerDiverged& fact) {
    Exercise();
    if (fact.new_end < fact.end || fact.new_epoch < fact.last_fetched_epoch) return;
    Report(moment, absl::StrCat("broker ", fact.broker.value(), " was told that its log of ", moment.Name(fact.tp),
                                " diverges from that of the leader in epoch ", fact.leader_epoch.value(),
                                ", and is left where it was: log end ", fact.new_end.value(), ", last epoch ",
                                fact.new_epoch.value()));
  }
};

}  // namespace

std::unique_ptr<Checker> MakeTruncationEnds() { return std::make_unique<TruncationEnds>(); }

}  // namespace ktrial::properties
