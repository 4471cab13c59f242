// S17: a replica that the controller counts as in sync never truncates a committed record.
//
// StrongIsr of the TLA+ models, at the moment it would break. A replica outside the ISR may: with the epochs of a
// leader that is gone already, it can drop what the next leader went on to commit, and fetches it again.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class TruncationKeepsCommitted : public CheckerBase<TruncationKeepsCommitted> {
 public:
  void On(const Moment& moment, const cluster::LogTruncated& fact) {
    const GhostTruncation* truncation = moment.ghost.last_truncation();
    if (truncation == nullptr) return;
    Exercise();
    const GhostPartition* partition = moment.ghost.Find(fact.tp);
    if (std::find(partition->isr.begin(), partition->isr.end(), fact.broker) == partition->isr.end()) return;
    for (const LogEntry& entry : truncation->removed) {
      if (!partition->EverCommitted(*entry.batch)) continue;
      const std::string licence(partition->LicenceSince(entry.appended_at));
      Report(moment,
             absl::StrCat("broker ", fact.broker.value(), ", in the ISR of ", moment.Name(fact.tp),
                          ", truncated its log from ", fact.from.value(), " to ", fact.to.value(),
                          " and with it committed records from offset ", entry.batch->base_offset().value(), " on"),
             Keeps(licence) ? LifeOfBatch(moment, fact.tp, *entry.batch) : std::vector<std::string>(), licence);
      return;
    }
  }
};

}  // namespace

std::unique_ptr<Checker> MakeTruncationKeepsCommitted() { return std::make_unique<TruncationKeepsCommitted>(); }

}  // namespace ktrial::properties
