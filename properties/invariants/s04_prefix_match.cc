// S4: below the lower of their high watermarks, the logs of any two replicas are the same.
//
// LogMatching of the TLA+ models of Kafka (kafka-specification's LogPrefix). Logs that part within an epoch in which a
// leader led on after a loss of power have a licence (docs/FLAWS.md).
#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class PrefixMatch : public CheckerBase<PrefixMatch> {
 public:
  void On(const Moment& moment, const cluster::HighWatermarkMoved& fact) {
    if (fact.to <= fact.from) return;
    const GhostPartition* partition = moment.ghost.Find(fact.tp);
    const GhostReplica* moved = partition->replicas.Find(fact.broker);
    for (const auto& [broker, other] : partition->replicas) {
      // A move above the other's high watermark compares nothing new.
      if (broker == fact.broker || other.high_watermark <= fact.from) continue;
      if (!moment.ghost.IsServing(*partition, broker)) continue;
      Compare(moment, fact, *moved, broker, other);
    }
  }

 private:
  void Compare(const Moment& moment, const cluster::HighWatermarkMoved& fact, const GhostReplica& moved,
               BrokerId broker, const GhostReplica& other) {
    const Offset end = std::min({fact.to, other.high_watermark, moved.log.end(), other.log.end()});
    if (!moved.log.whole() || !other.log.whole()) return;
    Exercise();
    if (moved.log.PrefixHash(end) == other.log.PrefixHash(end)) return;
    const Offset common = CommonPrefixEnd(moved.log, other.log);
    if (common >= end) return;
    std::string licence = moment.Licence(fact.tp);
    if (licence.empty()) licence = moment.ghost.Find(fact.tp)->PartingLicence(moved.log, other.log);
    std::vector<std::string> evidence;
    if (Keeps(licence)) {
      for (const GhostLog* log : {&moved.log, &other.log}) {
        const LogEntry* entry = log->Find(common);
        if (entry == nullptr) continue;
        const std::vector<std::string> life = LifeOfBatch(moment, fact.tp, *entry->batch);
        evidence.insert(evidence.end(), life.begin(), life.end());
      }
    }
    Report(
        moment,
        absl::StrCat("the logs of brokers ", fact.broker.value(), " and ", broker.value(), " for ",
                     moment.Name(fact.tp), " differ from offset ", common.value(), " on, though their high watermarks ",
                     fact.to.value(), " and ", other.high_watermark.value(), " are above it"),
        std::move(evidence), licence);
  }
};

}  // namespace

std::unique_ptr<Checker> MakePrefixMatch() { return std::make_unique<PrefixMatch>(); }

}  // namespace ktrial::properties
