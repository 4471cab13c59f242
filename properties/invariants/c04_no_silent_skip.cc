// C4: what a consumer is given next follows on what it was given before: it skips nothing but control records, unless
// its position was set.
//
// What lies in a hole that a loss of power left in the middle of a log has a licence (docs/FLAWS.md).
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/consumer_positions.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class NoSilentSkip : public CheckerBase<NoSilentSkip> {
 public:
  void On(const Moment&, const cluster::PartitionAssigned& fact) { positions_(fact.client, fact.tp) = Offset(); }
  void On(const Moment&, const cluster::PositionSet& fact) { positions_(fact.client, fact.tp) = fact.offset; }
  void On(const Moment& moment, const cluster::RecordDelivered& fact) {
    Exercise();
    Offset& next = positions_(fact.client, fact.tp);
    if (next.valid() && fact.offset > next) CheckGap(moment, fact, next);
    next = fact.offset + 1;
  }

 private:
  void CheckGap(const Moment& moment, const cluster::RecordDelivered& fact, Offset from) {
    const GhostPartition* partition = moment.ghost.Find(fact.tp);
    if (partition == nullptr) return;
    const Offset to = fact.offset;
    const Offset skipped = FirstSkipped(*partition, from, to, /*in_holes=*/false);
    if (skipped.valid()) return ReportSkip(moment, fact, from, skipped, moment.Licence(fact.tp));
    const Offset in_hole = FirstSkipped(*partition, from, to, /*in_holes=*/true);
    if (in_hole.valid()) ReportSkip(moment, fact, from, in_hole, std::string(kRecoveredWithHole));
  }

  void ReportSkip(const Moment& moment, const cluster::RecordDelivered& fact, Offset from, Offset skipped,
                  std::string licence) {
    const LogEntry& entry = *moment.ghost.Find(fact.tp)->committed.Find(skipped);
    Report(moment,
           absl::StrCat(moment.Name(fact.client), " was given offset ", fact.offset.value(), " of ",
                        moment.Name(fact.tp), " though its position was ", from.value(), ": it was never given ",
                        moment.RecordName(entry.ValueAt(skipped)), " at offset ", skipped.value()),
           Keeps(licence) ? LifeOfBatch(moment, fact.tp, *entry.batch) : std::vector<std::string>(), licence);
  }

  // The first record in [from, to) that no cleaner has removed, among those that lie in a hole of some replica or among
  // the others; none if there is none.
  static Offset FirstSkipped(const GhostPartition& partition, Offset from, Offset to, bool in_holes) {
    const std::vector<LogEntry>& entries = partition.committed.entries();
    for (size_t i = partition.committed.IndexAbove(from); i < entries.size(); ++i) {
      const cluster::LogBatch& batch = *entries[i].batch;
      if (batch.base_offset() >= to) break;
      if (batch.batch().is_control() || partition.HoleLicence(batch.base_offset()).empty() == in_holes) continue;
      for (int32_t r = batch.batch().IndexAtOrAbove(from - batch.base_offset()); r < batch.batch().record_count();
           ++r) {
        const Offset offset = batch.offset_of(r);
        if (offset >= to) break;
        if (!partition.WasCompacted(offset)) return offset;
      }
    }
    return {};
  }

  ConsumerPositions positions_;
};

}  // namespace

std::unique_ptr<Checker> MakeNoSilentSkip() { return std::make_unique<NoSilentSkip>(); }

}  // namespace ktrial::properties
