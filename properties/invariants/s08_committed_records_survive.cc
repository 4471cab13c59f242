// S8: no committed record disappears from every replica.
//
// NoCommittedRecordLostGlobally of the TLA+ models of Kafka. Replicas that are down count by what their disks held when
// they were last heard of. If another copy went when a loss of power left a hole in the middle of a log, that is a
// licence (docs/FLAWS.md).
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class CommittedRecordsSurvive : public CheckerBase<CommittedRecordsSurvive> {
 public:
  void On(const Moment& moment, const cluster::LogTruncated& fact) { CheckLatest(moment, fact.tp); }
  void On(const Moment& moment, const cluster::LogLoaded& fact) { CheckLatest(moment, fact.tp); }
  void On(const Moment& moment, const cluster::RecoveryPassedGap& fact) { CheckLatest(moment, fact.tp); }
  void On(const Moment& moment, const cluster::ReplicaDeleted& fact) { CheckLatest(moment, fact.tp); }
  void On(const Moment& moment, const cluster::BatchAppended& fact) { CheckLatest(moment, fact.tp); }
  void On(const Moment& moment, const sim::DiskWiped&) {
    for (const auto& [tp, partition] : moment.ghost.partitions()) {
      for (auto it = partition.truncations.rbegin(); it != partition.truncations.rend() && it->at == moment.at; ++it) {
        if (it->cause == RemovalCause::kDiskWiped) Check(moment, tp, partition, *it);
      }
    }
  }

 private:
  void CheckLatest(const Moment& moment, TopicPartition tp) {
    const GhostTruncation* truncation = moment.ghost.last_truncation();
    if (truncation != nullptr) Check(moment, tp, *moment.ghost.Find(tp), *truncation);
  }

  void Check(const Moment& moment, TopicPartition tp, const GhostPartition& partition,
             const GhostTruncation& truncation) {
    const cluster::LogBatch* first = nullptr;
    int64_t records = 0;
    bool all_in_holes = true;
    for (const LogEntry& entry : truncation.removed) {
      if (!partition.EverCommitted(*entry.batch)) continue;
      // Deleted somewhere by retention or on demand: it may go everywhere.
      if (entry.batch->next_offset() <= partition.legal_log_start) continue;
      Exercise();
      if (IsHeld(partition, *entry.batch)) continue;
      if (first == nullptr) first = entry.batch.get();
      all_in_holes = all_in_holes && !partition.HoleLicence(entry.batch->base_offset()).empty();
      records += entry.batch->batch().record_count();
    }
    if (first == nullptr) return;
    std::string licence(partition.LicenceSince(truncation.removed.front().appended_at));
    if (licence.empty() && all_in_holes) licence = kRecoveredWithHole;
    Report(moment,
           absl::StrCat("the last copy of ", records, " committed record", records == 1 ? "" : "s", " of ",
                        moment.Name(tp), " from offset ", first->base_offset().value(), " on went with what broker ",
                        truncation.broker.value(), " lost"),
           Keeps(licence) ? LifeOfBatch(moment, tp, *first) : std::vector<std::string>(), licence);
  }

  static bool IsHeld(const GhostPartition& partition, const cluster::LogBatch& batch) {
    return std::any_of(partition.replicas.begin(), partition.replicas.end(), [&](const auto& replica) {
      const LogEntry* entry = replica.second.log.Find(batch.base_offset());
      return entry != nullptr && SameBatch(*entry->batch, batch) && !replica.second.IsInHole(batch.base_offset());
    });
  }
};

}  // namespace

std::unique_ptr<Checker> MakeCommittedRecordsSurvive() { return std::make_unique<CommittedRecordsSurvive>(); }

}  // namespace ktrial::properties
