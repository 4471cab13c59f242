// C4: what a consumer is given next follows on what it was given before: it skips nothing but control records, unless
// its position was set.
#include <algorithm>

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
    const std::vector<LogEntry>& entries = partition->committed.entries();
    for (size_t i = partition->committed.IndexAbove(from); i < entries.size(); ++i) {
      const cluster::LogBatch& batch = *entries[i].batch;
      if (batch.base_offset() >= fact.offset) return;
      if (batch.batch().is_control()) continue;
      const Offset skipped = FirstSkipped(*partition, batch, from, fact.offset);
      if (!skipped.valid()) continue;
      const std::string licence = moment.Licence(fact.tp);
      Report(moment,
             absl::StrCat(moment.Name(fact.client), " was given offset ", fact.offset.value(), " of ",
                          moment.Name(fact.tp), " though its position was ", from.value(), ": it was never given ",
                          moment.RecordName(entries[i].ValueAt(skipped)), " at offset ", skipped.value()),
             Keeps(licence) ? LifeOfBatch(moment, fact.tp, batch) : std::vector<std::string>(), licence);
      return;
    }
  }

  // The first record of the batch in [from, to) that no cleaner has removed; none if there is none.
  static Offset FirstSkipped(const GhostPartition& partition, const cluster::LogBatch& batch, Offset from, Offset to) {
    for (int32_t i = batch.batch().IndexAtOrAbove(from - batch.base_offset()); i < batch.batch().record_count(); ++i) {
      const Offset offset = batch.offset_of(i);
      if (offset >= to) break;
      if (!partition.WasCompacted(offset)) return offset;
    }
    return {};
  }

  ConsumerPositions positions_;
};

}  // namespace

std::unique_ptr<Checker> MakeNoSilentSkip() { return std::make_unique<NoSilentSkip>(); }

}  // namespace ktrial::properties
