// S3: two replicas' batches with equal offset and leader epoch are the same, and so is everything before them.
//
// Raft's Log Matching, per partition; LogMatching of the TLA+ models of Kafka without the bound of the high watermark.
//
// Losing records is no reason for replicas to disagree on those that they have. One thing is, and Kafka does it: a
// leader that lost its power or its disk comes back and leads on in the same leader epoch, before it is replaced, and
// writes other records where it had some (docs/FLAWS.md). That has a licence, and so has what differs above for as long
// as two logs differ there.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class LogMatching : public CheckerBase<LogMatching> {
 public:
  void On(const Moment& moment, const cluster::BecameLeader& fact) {
    const auto [it, is_new] = reigns_[fact.tp].of.try_emplace(fact.leader_epoch, Reign{fact.broker, moment.at});
    Reign& reign = it->second;
    if (is_new || reign.leader != fact.broker) return;
    reign.resumed_after_loss |= HasLost(moment, reign);
  }
  void On(const Moment& moment, const cluster::BatchAppended& fact) {
    const GhostReplica* replica = moment.ghost.FindReplica(fact.tp, fact.broker);
    // Without its beginning a log cannot be compared.
    if (replica == nullptr || !replica->log.whole() || fact.batch->leader_epoch().value() < 0) return;
    const Seen seen{fact.batch->base_offset(), replica->log.entries().back().prefix_hash, fact.broker};
    const uint64_t known = FirstSeen(fact.tp, fact.batch->leader_epoch(), seen);
    if (!fact.as_leader) Exercise();
    if (known == seen.prefix_hash) return;
    const std::string licence = LicenceFor(moment, fact.tp, *fact.batch);
    Report(
        moment,
        absl::StrCat("broker ", fact.broker.value(), " appended a batch to ", moment.Name(fact.tp), " at ",
                     OffsetsText(*fact.batch), " of leader epoch ", fact.batch->leader_epoch().value(),
                     ", and its log up to there differs from that of another replica with the same offset and epoch"),
        Keeps(licence) ? LifeOfBatch(moment, fact.tp, *fact.batch) : std::vector<std::string>(), licence);
  }

 private:
  // Of one broker in one leader epoch.
  struct Reign {
    BrokerId leader;
    sim::SimTime since;
    // It began again in the same epoch, without what it lost in between.
    bool resumed_after_loss = false;
  };
  struct Reigns {
    absl::btree_map<LeaderEpoch, Reign> of;
    // Where logs were last seen to part, and were allowed to; none until then.
    Offset parted_at;
  };

  static bool HasLost(const Moment& moment, const Reign& reign) {
    const std::vector<GhostLifeEvent>& events = moment.ghost.life_events();
    return std::any_of(events.begin(), events.end(), [&reign](const GhostLifeEvent& event) {
      return event.broker == reign.leader && event.at >= reign.since &&
             (event.what == GhostLifeEvent::What::kLostPower || event.what == GhostLifeEvent::What::kDiskWiped);
    });
  }

  static bool AnyDifferAt(const GhostPartition& partition, Offset offset) {
    const LogEntry* first = nullptr;
    for (const auto& [broker, replica] : partition.replicas) {
      const LogEntry* entry = replica.log.Find(offset);
      if (entry == nullptr) continue;
      if (first == nullptr) first = entry;
      if (entry->prefix_hash != first->prefix_hash) return true;
    }
    return false;
  }

  std::string LicenceFor(const Moment& moment, TopicPartition tp, const cluster::LogBatch& batch) {
    Reigns& reigns = reigns_[tp];
    const auto it = reigns.of.find(batch.leader_epoch());
    if (it != reigns.of.end() && it->second.resumed_after_loss) {
      reigns.parted_at = batch.base_offset();
    } else if (!reigns.parted_at.valid() || !AnyDifferAt(*moment.ghost.Find(tp), reigns.parted_at)) {
      return {};
    }
    return "a leader lost power or its disk, and led on in the same leader epoch";
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
  PartitionMap<Reigns> reigns_;
};

}  // namespace

std::unique_ptr<Checker> MakeLogMatching() { return std::make_unique<LogMatching>(); }

}  // namespace ktrial::properties
