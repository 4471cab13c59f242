// S15: consumers are given nothing at or above the high watermark of a leader that served it.
//
// C5 of the clients' invariants. What a leader that was replaced without knowing has below its high watermark counts as
// served rightly: S16 demands that the new leader has it too.
#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class NoUncommittedRead : public CheckerBase<NoUncommittedRead> {
 public:
  void On(const Moment& moment, const cluster::RecordDelivered& fact) {
    const GhostPartition* partition = moment.ghost.Find(fact.tp);
    if (partition == nullptr) return;
    Exercise();
    if (fact.offset < partition->true_high_watermark) return;
    if (partition->FindClaimed(fact.offset, fact.value) != nullptr || WasCommitted(*partition, fact)) return;
    const std::string licence = moment.LicenceFor(fact.tp, fact.value);
    Report(moment,
           absl::StrCat(moment.Name(fact.client), " was given ", moment.RecordName(fact.value), " at offset ",
                        fact.offset.value(), " of ", moment.Name(fact.tp),
                        ", which no leader had below its high watermark: ", partition->true_high_watermark.value(),
                        " is committed"),
           Keeps(licence) ? LifeOfRecord(moment, fact.tp, fact.value) : std::vector<std::string>(), licence);
  }

 private:
  // It was served while it was committed, and was lost on the way.
  static bool WasCommitted(const GhostPartition& partition, const cluster::RecordDelivered& fact) {
    for (const LogEntry& entry : partition.lost) {
      if (entry.Holds(fact.offset) && entry.ValueAt(fact.offset) == fact.value) return true;
    }
    return false;
  }
};

}  // namespace

std::unique_ptr<Checker> MakeNoUncommittedRead() { return std::make_unique<NoUncommittedRead>(); }

}  // namespace ktrial::properties
