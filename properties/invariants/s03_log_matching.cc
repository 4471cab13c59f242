// S3: two replicas' batches with equal offset and leader epoch are the same, and so is everything before them.
//
// Raft's Log Matching, per partition; LogMatching of the TLA+ models of Kafka without the bound of the high watermark.
//
// Losing records is no reason for replicas to disagree on those that they have. One thing is, and Kafka does it: a
// leader that lost its power or its disk comes back and leads on in the same leader epoch, before it is replaced, and
// writes other records where it had some (docs/FLAWS.md). That has a licence, and so has what differs above for as long
// as two logs part there. A hole that a loss of power left in a log is looked through.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class LogMatching : public CheckerBase<LogMatching> {
 public:
  void On(const Moment& moment, const cluster::BatchAppended& fact) {
    const GhostReplica* replica = moment.ghost.FindReplica(fact.tp, fact.broker);
    // Without its beginning a log cannot be compared.
    if (replica == nullptr || !replica->log.whole() || fact.batch->leader_epoch().value() < 0) return;
    const Seen seen{fact.batch->base_offset(), replica->log.entries().back().prefix_hash, fact.broker};
    const uint64_t known = FirstSeen(fact.tp, fact.batch->leader_epoch(), seen);
    if (!fact.as_leader) Exercise();
    if (known == seen.prefix_hash) return;
    const std::string licence(LicenceFor(*moment.ghost.Find(fact.tp), *replica, fact.batch->leader_epoch()));
    Report(
        moment,
        absl::StrCat("broker ", fact.broker.value(), " appended a batch to ", moment.Name(fact.tp), " at ",
                     OffsetsText(*fact.batch), " of leader epoch ", fact.batch->leader_epoch().value(),
                     ", and its log up to there differs from that of another replica with the same offset and epoch"),
        Keeps(licence) ? LifeOfBatch(moment, fact.tp, *fact.batch) : std::vector<std::string>(), licence);
  }

 private:
  static std::string_view LicenceFor(const GhostPartition& partition, const GhostReplica& replica, LeaderEpoch epoch) {
    const std::vector<LeaderEpoch>& resumed = partition.resumed_epochs;
    if (std::find(resumed.begin(), resumed.end(), epoch) != resumed.end()) return kPartedWithinEpoch;
    for (const auto& [broker, other] : partition.replicas) {
      if (partition.PartedWithinEpoch(replica.log, other.log)) return kPartedWithinEpoch;
    }
    return {};
  }

  struct Seen {
    Offset base_offset;
    uint64_t prefix_hash = 0;
    BrokerId broker;
  };

  // The hash under which this offset and epoch was seen first: `seen` itself, if it is new.
  uint64_t FirstSeen(TopicPartition tp, LeaderEpoch epoch, const Seen& seen) {
    std::vector<std::vector<Seen>>& epochs = seen_[tp];
    const auto index = static_cast<size_t>(epoch.value());
    if (index >= epochs.size()) epochs.resize(index + 1);
    std::vector<Seen>& batches = epochs[index];
    // Replicas follow each other closely, so what is sought is near the end.
    auto it = batches.end();
    for (int steps = 0; it != batches.begin() && (it - 1)->base_offset >= seen.base_offset; --it) {
      if (++steps < 8) continue;
      it = std::lower_bound(batches.begin(), it, seen.base_offset,
                            [](const Seen& s, Offset offset) { return s.base_offset < offset; });
      break;
    }
    if (it != batches.end() && it->base_offset == seen.base_offset) return it->prefix_hash;
    batches.insert(it, seen);
    return seen.prefix_hash;
  }

  // By partition, leader epoch and base offset.
  PartitionMap<std::vector<std::vector<Seen>>> seen_;
};

}  // namespace

std::unique_ptr<Checker> MakeLogMatching() { return std::make_unique<LogMatching>(); }

}  // namespace ktrial::properties
