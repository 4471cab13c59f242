#include "properties/ghost.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "properties/fact_dispatch.h"
#include "sim/check.h"

namespace ktrial::properties {

using What = GhostLifeEvent::What;

namespace {

std::vector<BrokerId> MembersOf(const cluster::BrokerList& list) {
  return list.ids == nullptr ? std::vector<BrokerId>() : *list.ids;
}

// Whether the batch is what cleaning may have left of the other, which has all its records.
bool IsLeftOf(const GhostPartition& partition, const cluster::LogBatch& left, const cluster::LogBatch& original) {
  if (left.base_offset() != original.base_offset() || left.last_offset() != original.last_offset() ||
      left.leader_epoch() != original.leader_epoch() || left.batch().producer_id() != original.batch().producer_id() ||
      left.batch().base_sequence() != original.batch().base_sequence()) {
    return false;
  }
  int32_t found = 0;
  for (int32_t i = 0; i < original.batch().record_count(); ++i) {
    const cluster::Record& was = original.batch().records()[static_cast<size_t>(i)];
    const cluster::Record* is = left.Find(original.offset_of(i));
    if (is == nullptr && !partition.WasCompacted(original.offset_of(i))) return false;
    if (is == nullptr) continue;
    if (is->key != was.key || is->value != was.value) return false;
    ++found;
  }
  return found == left.batch().record_count();
}

// Whether cleaning has removed all records of the batch.
bool WasCompactedWhole(const GhostPartition& partition, const cluster::LogBatch& batch) {
  for (int32_t i = 0; i < batch.batch().record_count(); ++i) {
    if (!partition.WasCompacted(batch.offset_of(i))) return false;
  }
  return true;
}

void AddHole(GhostReplica& replica, OffsetRange hole) {
  std::vector<OffsetRange>& holes = replica.holes;
  const auto behind =
      std::find_if(holes.begin(), holes.end(), [&](const OffsetRange& h) { return h.from > hole.from; });
  holes.insert(behind, hole);
  std::vector<OffsetRange> merged;
  for (const OffsetRange& h : holes) {
    if (!merged.empty() && merged.back().to >= h.from) {
      merged.back().to = std::max(merged.back().to, h.to);
    } else {
      merged.push_back(h);
    }
  }
  holes = std::move(merged);
}

// Leaves no hole above the end of the log.
void CutHoles(GhostReplica& replica) {
  const Offset end = replica.log.end();
  while (!replica.holes.empty() && replica.holes.back().from >= end) replica.holes.pop_back();
  if (!replica.holes.empty()) replica.holes.back().to = std::min(replica.holes.back().to, end);
}

// A follower appends what is behind a hole of its leader's, or what a cleaner left: it is given what was there, from a
// replica whose log was the same up to here, and a hole where that has one. False if no replica tells what that was.
bool AppendWhatWasThere(const GhostPartition& partition, GhostReplica& replica, const cluster::BatchAppended& fact,
                        sim::SimTime at) {
  const Offset end = replica.log.end();
  const std::optional<uint64_t> before = replica.log.PrefixHash(end);
  for (const auto& [broker, other] : partition.replicas) {
    if (broker == fact.broker || !before || other.log.PrefixHash(end) != before) continue;
    const std::vector<LogEntry>& entries = other.log.entries();
    const size_t first = other.log.IndexAbove(end);
    size_t last = first;
    while (last < entries.size() && entries[last].batch->base_offset() < fact.batch->base_offset() &&
           (other.IsInHole(entries[last].batch->base_offset()) || WasCompactedWhole(partition, *entries[last].batch))) {
      ++last;
    }
    if (last == entries.size() || !IsLeftOf(partition, *fact.batch, *entries[last].batch)) continue;
    for (size_t i = first; i <= last; ++i) {
      LogEntry same = entries[i];
      same.as_leader = false;
      replica.log.AppendSame(same, at);
      if (i < last && other.IsInHole(same.batch->base_offset())) {
        AddHole(replica, {same.batch->base_offset(), same.batch->next_offset()});
      }
    }
    return true;
  }
  return false;
}

// Appends the batch, taking its hash from another replica that holds the same log, where there is one.
void AppendTo(const GhostPartition& partition, GhostReplica& replica, const cluster::BatchAppended& fact,
              sim::SimTime at) {
  const Offset end = replica.log.end();
  const bool after_gap =
      fact.batch->base_offset() > end && (partition.WasCompacted(end) || !partition.HoleLicence(end).empty());
  if ((after_gap || fact.batch->batch().is_rewritten()) && AppendWhatWasThere(partition, replica, fact, at)) return;
  const size_t index = replica.log.entries().size();
  const uint64_t before = index == 0 ? 0 : replica.log.entries().back().prefix_hash;
  for (const auto& [broker, other] : partition.replicas) {
    const std::vector<LogEntry>& entries = other.log.entries();
    if (index >= entries.size() || entries[index].batch.get() != fact.batch) continue;
    if ((index == 0 ? 0 : entries[index - 1].prefix_hash) != before) continue;
    LogEntry same = entries[index];
    same.as_leader = fact.as_leader;
    replica.log.AppendSame(same, at);
    return;
  }
  replica.log.Append(cluster::LogBatchRef(fact.batch), at, fact.as_leader);
}

}  // namespace

bool GhostReplica::IsInHole(Offset offset) const {
  return std::any_of(holes.begin(), holes.end(),
                     [offset](const OffsetRange& hole) { return hole.from <= offset && offset < hole.to; });
}

bool GhostPartition::AcceptedFromUnknown(const cluster::LogBatch& batch) const {
  return std::any_of(from_unknown_producers.begin(), from_unknown_producers.end(),
                     [&](const cluster::LogBatchRef& accepted) { return SameBatch(*accepted, batch); });
}

bool GhostPartition::PartedWithinEpoch(const GhostLog& a, const GhostLog& b) const {
  if (resumed_epochs.empty()) return false;
  const Offset common = CommonPrefixEnd(a, b);
  const size_t in_a = a.IndexAbove(common);
  const size_t in_b = b.IndexAbove(common);
  if (in_a == a.entries().size() || in_b == b.entries().size()) return false;
  const LeaderEpoch epoch = a.entries()[in_a].batch->leader_epoch();
  return epoch == b.entries()[in_b].batch->leader_epoch() &&
         std::find(resumed_epochs.begin(), resumed_epochs.end(), epoch) != resumed_epochs.end();
}

std::string_view GhostPartition::PartingLicence(const GhostLog& a, const GhostLog& b) const {
  return PartedWithinEpoch(a, b) ? kPartedWithinEpoch : std::string_view();
}

std::string_view GhostPartition::HoleLicence(Offset offset) const {
  const bool in_hole = std::any_of(replicas.begin(), replicas.end(),
                                   [offset](const auto& replica) { return replica.second.IsInHole(offset); });
  return in_hole ? kRecoveredWithHole : std::string_view();
}

bool GhostPartition::HoldsCommitted(const GhostReplica& replica) const {
  return replica.log.PrefixHash(true_high_watermark) == committed.PrefixHash(true_high_watermark);
}

bool GhostPartition::EverCommitted(const cluster::LogBatch& batch) const {
  const LogEntry* entry = committed.Find(batch.base_offset());
  if (entry != nullptr && SameBatch(*entry->batch, batch)) return true;
  return std::any_of(lost.begin(), lost.end(), [&](const LogEntry& e) { return SameBatch(*e.batch, batch); });
}

const LogEntry* GhostPartition::FindClaimed(Offset offset, int64_t value) const {
  for (const LogEntry& entry : claimed) {
    if (entry.Holds(offset) && entry.ValueAt(offset) == value) return &entry;
  }
  return nullptr;
}

std::vector<BrokerId> GhostPartition::Electable() const {
  std::vector<BrokerId> electable = isr;
  electable.insert(electable.end(), elr.begin(), elr.end());
  if (electable.empty() && last_known_leader.valid()) electable.push_back(last_known_leader);
  return electable;
}

std::string_view GhostPartition::ReplacedDisksLicence() const {
  if (leader.valid()) return {};
  const std::vector<BrokerId> candidates = isr.empty() ? Electable() : isr;
  const bool all_replaced = std::all_of(candidates.begin(), candidates.end(), [&](BrokerId member) {
    const GhostReplica* replica = replicas.Find(member);
    return replica != nullptr && replica->disk_replaced;
  });
  return all_replaced && !candidates.empty() ? "the disk of every in-sync replica was replaced" : "";
}

std::string_view GhostPartition::LicenceSince(sim::SimTime since) const {
  for (auto it = licences.rbegin(); it != licences.rend(); ++it) {
    if (it->ended_at >= since) return it->reason;
  }
  return {};
}

const GhostReplica* Ghost::FindReplica(TopicPartition tp, BrokerId broker) const {
  const GhostPartition* partition = Find(tp);
  return partition == nullptr ? nullptr : partition->replicas.Find(broker);
}

bool Ghost::IsUp(BrokerId broker) const {
  const auto it = brokers_.find(broker);
  return it != brokers_.end() && it->second.running;
}

bool Ghost::IsLive(BrokerId broker) const {
  const auto it = brokers_.find(broker);
  return it != brokers_.end() && it->second.running && !it->second.fenced && !it->second.in_controlled_shutdown;
}

bool Ghost::IsServing(const GhostPartition& partition, BrokerId broker) const {
  const GhostReplica* replica = partition.replicas.Find(broker);
  return IsUp(broker) && (replica == nullptr || !replica->offline);
}

BrokerId Ghost::NodeOf(sim::ProcessId process) const {
  const auto it = topology_.broker_of_process.find(process);
  return it == topology_.broker_of_process.end() ? BrokerId() : it->second;
}

void Ghost::OnFact(const sim::FactHeader& header, const void* fact) {
  DispatchFact(header.kind, fact,
               cluster::Overloaded{
                   [&](const cluster::BatchAppended& f) { On(header, f); },
                   [&](const cluster::LogTruncated& f) { On(header, f); },
                   [&](const cluster::LogLoaded& f) { On(header, f); },
                   [&](const cluster::RecoveryPassedGap& f) { On(header, f); },
                   [&](const cluster::LogCompacted& f) { On(f); },
                   [&](const cluster::UnknownProducerAccepted& f) {
                     partitions_[f.tp].from_unknown_producers.push_back(cluster::LogBatchRef(f.batch));
                   },
                   [&](const cluster::ReplicaPlaced& f) { On(f); },
                   [&](const cluster::ReplicaOffline& f) { On(f); },
                   [&](const cluster::HighWatermarkMoved& f) { On(header, f); },
                   [&](const cluster::LogStartMoved& f) { On(header, f); },
                   [&](const cluster::BecameLeader& f) { On(header, f); },
                   [&](const cluster::BecameFollower& f) { On(f); },
                   [&](const cluster::ReplicaDeleted& f) { On(header, f); },
                   [&](const cluster::PartitionCommitted& f) { On(header, f); },
                   [&](const cluster::BrokerRegistrationCommitted& f) { On(f); },
                   [&](const sim::ProcessStarted& f) { OnStarted(header, f.process); },
                   [&](const sim::ProcessExited& f) { OnEnded(header, f.process, What::kExited); },
                   [&](const sim::ProcessKilled& f) { OnEnded(header, f.process, What::kKilled); },
                   [&](const sim::PowerLost& f) { OnPowerLost(header, f.host); },
                   [&](const sim::DiskWiped& f) { OnDiskWiped(header, f.disk); },
                   [](const auto&) {},
               });
}

void Ghost::OnStarted(const sim::FactHeader& header, sim::ProcessId process) {
  const BrokerId broker = NodeOf(process);
  if (!broker.valid()) return;
  brokers_[broker].running = true;
  brokers_[broker].registered_since_start = false;
  life_events_.push_back({header.at, broker, What::kStarted});
}

void Ghost::OnEnded(const sim::FactHeader& header, sim::ProcessId process, What what) {
  const BrokerId broker = NodeOf(process);
  if (!broker.valid()) return;
  brokers_[broker].running = false;
  life_events_.push_back({header.at, broker, what});
  for (auto& [tp, partition] : partitions_) {
    if (GhostReplica* replica = partition.replicas.Find(broker)) replica->leads = false;
  }
}

void Ghost::OnPowerLost(const sim::FactHeader& header, sim::HostId host) {
  const auto it = topology_.broker_of_host.find(host);
  if (it == topology_.broker_of_host.end()) return;
  life_events_.push_back({header.at, it->second, What::kLostPower});
  for (auto& [tp, partition] : partitions_) {
    if (!partition.replicas.contains(it->second)) continue;
    partition.lossy[it->second] = false;
    GrantIfAllLossy(partition, header.at);
  }
}

void Ghost::OnDiskWiped(const sim::FactHeader& header, sim::DiskId disk) {
  const auto it = topology_.broker_of_disk.find(disk);
  if (it == topology_.broker_of_disk.end()) return;
  const auto several = topology_.dir_of_disk.find(disk);
  const cluster::LogDir dir = several == topology_.dir_of_disk.end() ? cluster::kFirstLogDir : several->second;
  life_events_.push_back({header.at, it->second, What::kDiskWiped});
  for (auto& [tp, partition] : partitions_) {
    GhostReplica* replica = partition.replicas.Find(it->second);
    if (replica == nullptr || replica->dir != dir) continue;
    replica->disk_replaced = several != topology_.dir_of_disk.end();
    partition.lossy[it->second] = false;
    GrantIfAllLossy(partition, header.at);
    Truncate(partition, {.at = header.at,
                         .broker = it->second,
                         .from = replica->log.end(),
                         .to = Offset(0),
                         .cause = RemovalCause::kDiskWiped,
                         .reason = cluster::TruncationReason::kRecovery,
                         .removed = {}});
    partition.replicas[it->second].high_watermark = Offset(0);
  }
}

void Ghost::Grant(GhostPartition& partition, sim::SimTime at, std::string reason) {
  if (!partition.licence.empty()) return;
  partition.licence = reason;
  partition.licences.push_back({.granted_at = at, .reason = std::move(reason)});
}

void Ghost::GrantIfAllLossy(GhostPartition& partition, sim::SimTime at) {
  if (partition.lossy.empty() || !partition.licence.empty()) return;
  const std::vector<BrokerId> electable = partition.Electable();
  if (electable.empty()) return;
  for (BrokerId member : electable) {
    const bool* loaded = partition.lossy.Find(member);
    if (loaded == nullptr) return;
    if (*loaded && partition.HoldsCommitted(partition.replicas[member])) {
      partition.lossy.erase(member);
      return;
    }
  }
  const bool last_standing = electable.size() == 1 && partition.assigned.size() > 1;
  Grant(partition, at,
        absl::StrCat("every in-sync replica lost power or its disk, and with it what was not flushed",
                     last_standing ? "; it was the last one standing" : ""));
}

void Ghost::EndLicenceIfWhole(GhostPartition& partition, sim::SimTime at) {
  for (BrokerId broker : partition.assigned) {
    const GhostReplica* replica = partition.replicas.Find(broker);
    if (replica == nullptr || !partition.HoldsCommitted(*replica)) return;
    // It was the leader once, and still takes for committed what has been lost since.
    if (replica->high_watermark > partition.true_high_watermark) return;
    if (const bool* loaded = partition.lossy.Find(broker); loaded != nullptr && !*loaded) return;
  }
  partition.licence.clear();
  partition.licences.back().ended_at = at;
}

void Ghost::On(const sim::FactHeader& header, const cluster::BatchAppended& fact) {
  GhostPartition& partition = partitions_[fact.tp];
  GhostReplica& replica = partition.replicas[fact.broker];
  truncated_.reset();
  loss_.reset();
  if (partition.leader_unproven && fact.as_leader && fact.batch->leader_epoch() >= partition.leader_epoch) {
    LoseWhatLeaderLacks(fact.tp, fact.broker, fact.batch->leader_epoch(), partition, header.at);
  }
  if (fact.batch->base_offset() < replica.log.end()) {
    // What stood there has gone without a word: the disk was wiped, or the log forgot.
    Truncate(partition, {.at = header.at,
                         .broker = fact.broker,
                         .from = replica.log.end(),
                         .to = fact.batch->base_offset(),
                         .cause = RemovalCause::kMissingAfterStart,
                         .reason = cluster::TruncationReason::kRecovery,
                         .removed = {}});
  }
  AppendTo(partition, replica, fact, header.at);
  if (partition.lossy.empty()) return;
  // A log that was wiped is new, and not loaded.
  if (bool* loaded = partition.lossy.Find(fact.broker)) *loaded = true;
}

void Ghost::SkipTo(GhostPartition& partition, GhostReplica& replica, Offset start, sim::SimTime at) {
  if (start <= replica.log.end() || start > partition.legal_log_start) return;
  const Offset common = CommonPrefixEnd(partition.committed, replica.log);
  if (common < replica.log.end()) return;
  const std::vector<LogEntry>& committed = partition.committed.entries();
  for (size_t i = partition.committed.IndexAbove(common); i < committed.size(); ++i) {
    if (committed[i].batch->next_offset() > start) return;
    replica.log.AppendSame(committed[i], at);
  }
}

void Ghost::Truncate(GhostPartition& partition, GhostTruncation truncation) {
  GhostReplica& replica = partition.replicas[truncation.broker];
  truncation.removed = replica.log.TruncateTo(truncation.to);
  CutHoles(replica);
  truncated_.reset();
  if (truncation.removed.empty()) return;
  partition.truncations.push_back(truncation);
  truncated_ = std::move(truncation);
}

void Ghost::On(const sim::FactHeader& header, const cluster::LogTruncated& fact) {
  GhostPartition& partition = partitions_[fact.tp];
  GhostReplica& replica = partition.replicas[fact.broker];
  // A log that is emptied to begin beyond its end keeps nothing; what it had like all others was deleted everywhere.
  const Offset to = fact.to > fact.from ? CommonPrefixEnd(partition.committed, replica.log) : fact.to;
  Truncate(partition, {.at = header.at,
                       .broker = fact.broker,
                       .from = fact.from,
                       .to = to,
                       .cause = RemovalCause::kTruncated,
                       .reason = fact.reason,
                       .removed = {}});
  SkipTo(partition, replica, fact.to, header.at);
}

void Ghost::On(const sim::FactHeader& header, const cluster::LogLoaded& fact) {
  GhostPartition& partition = partitions_[fact.tp];
  GhostReplica& replica = partition.replicas[fact.broker];
  Truncate(partition, {.at = header.at,
                       .broker = fact.broker,
                       .from = replica.log.end(),
                       .to = fact.log_end,
                       .cause = RemovalCause::kMissingAfterStart,
                       .reason = cluster::TruncationReason::kRecovery,
                       .removed = {}});
  SkipTo(partition, replica, fact.log_end, header.at);
  replica.high_watermark = fact.high_watermark;
  replica.log_start = fact.log_start;
  replica.leader_epoch = {};
  replica.leads = false;
  if (bool* loaded = partition.lossy.Find(fact.broker)) *loaded = true;
}

void Ghost::On(const sim::FactHeader& header, const cluster::RecoveryPassedGap& fact) {
  GhostPartition& partition = partitions_[fact.tp];
  GhostReplica& replica = partition.replicas[fact.broker];
  truncated_.reset();
  GhostTruncation hole{.at = header.at,
                       .broker = fact.broker,
                       .from = fact.to,
                       .to = fact.from,
                       .cause = RemovalCause::kHole,
                       .reason = cluster::TruncationReason::kRecovery,
                       .removed = {}};
  const std::vector<LogEntry>& entries = replica.log.entries();
  for (size_t i = replica.log.IndexAbove(fact.from); i < entries.size(); ++i) {
    const cluster::LogBatch& batch = *entries[i].batch;
    if (batch.next_offset() > fact.to) break;
    // What a cleaner removed is no hole, and a hole is found at each start.
    if (WasCompactedWhole(partition, batch) || replica.IsInHole(batch.base_offset())) continue;
    hole.removed.push_back(entries[i]);
  }
  if (hole.removed.empty()) return;
  AddHole(replica, {fact.from, fact.to});
  partition.truncations.push_back(hole);
  truncated_ = std::move(hole);
}

void Ghost::On(const cluster::LogCompacted& fact) {
  std::vector<bool>& compacted = partitions_[fact.tp].compacted;
  auto left = fact.after->begin();
  for (const cluster::LogBatchRef& batch : *fact.before) {
    while (left != fact.after->end() && (*left)->base_offset() < batch->base_offset()) ++left;
    for (int32_t i = 0; i < batch->batch().record_count(); ++i) {
      const Offset offset = batch->offset_of(i);
      if (left != fact.after->end() && (*left)->Find(offset) != nullptr) continue;
      const auto index = static_cast<size_t>(offset.value());
      if (index >= compacted.size()) compacted.resize(index + 1);
      compacted[index] = true;
    }
  }
}

void Ghost::On(const cluster::ReplicaPlaced& fact) {
  GhostReplica& replica = partitions_[fact.tp].replicas[fact.broker];
  replica.dir = fact.dir;
  replica.offline = false;
}

void Ghost::On(const cluster::ReplicaOffline& fact) {
  GhostReplica& replica = partitions_[fact.tp].replicas[fact.broker];
  replica.offline = true;
  replica.leads = false;
}

void Ghost::On(const sim::FactHeader& header, const cluster::HighWatermarkMoved& fact) {
  GhostPartition& partition = partitions_[fact.tp];
  GhostReplica& replica = partition.replicas[fact.broker];
  replica.high_watermark = fact.to;
  newly_committed_.clear();
  loss_.reset();
  if (partition.leader_unproven && fact.as_leader && fact.leader_epoch >= partition.leader_epoch) {
    LoseWhatLeaderLacks(fact.tp, fact.broker, fact.leader_epoch, partition, header.at);
  }
  if (fact.as_leader && fact.to > partition.true_high_watermark) {
    if (fact.leader_epoch >= partition.leader_epoch) {
      Commit(partition, replica, fact.to, header.at);
    } else {
      Claim(partition, replica, fact.to);
    }
  }
  // A loss that came to light just now was allowed by the licence, whatever the logs agree on without it.
  if (!partition.licence.empty() && !loss_) EndLicenceIfWhole(partition, header.at);
}

void Ghost::On(const sim::FactHeader&, const cluster::LogStartMoved& fact) {
  GhostPartition& partition = partitions_[fact.tp];
  partition.replicas[fact.broker].log_start = fact.to;
  const bool decided_here = fact.reason == cluster::LogStartReason::kRetentionTime ||
                            fact.reason == cluster::LogStartReason::kRetentionSize ||
                            fact.reason == cluster::LogStartReason::kRecordsDeleted;
  if (decided_here) partition.legal_log_start = std::max(partition.legal_log_start, fact.to);
}

void Ghost::Commit(GhostPartition& partition, const GhostReplica& leader, Offset to, sim::SimTime at) {
  const std::vector<LogEntry>& entries = leader.log.entries();
  for (size_t i = leader.log.IndexAbove(partition.committed.end()); i < entries.size(); ++i) {
    // The high watermark stands inside a batch; the rest of it is committed with the next move.
    if (entries[i].batch->next_offset() > to) break;
    // The leader's log parts from what was committed: it began its epoch unseen.
    if (entries[i].batch->base_offset() < partition.committed.end()) break;
    const uint64_t before = i == 0 ? 0 : entries[i - 1].prefix_hash;
    const bool follows =
        partition.committed.entries().empty() ? i == 0 : partition.committed.entries().back().prefix_hash == before;
    if (follows) {
      partition.committed.AppendSame(entries[i], at);
    } else {
      partition.committed.Append(entries[i].batch, at, entries[i].as_leader);
    }
    newly_committed_.push_back(entries[i]);
  }
  partition.true_high_watermark = partition.committed.end();
  if (partition.claimed.empty()) return;
  const auto settled = [&](const LogEntry& e) { return e.batch->next_offset() <= partition.true_high_watermark; };
  partition.claimed.erase(std::remove_if(partition.claimed.begin(), partition.claimed.end(), settled),
                          partition.claimed.end());
}

void Ghost::Claim(GhostPartition& partition, const GhostReplica& leader, Offset to) {
  const std::vector<LogEntry>& entries = leader.log.entries();
  for (size_t i = leader.log.IndexAbove(partition.committed.end()); i < entries.size(); ++i) {
    if (entries[i].batch->next_offset() > to) return;
    const bool known = std::any_of(partition.claimed.begin(), partition.claimed.end(),
                                   [&](const LogEntry& e) { return e.batch == entries[i].batch; });
    if (!known) partition.claimed.push_back(entries[i]);
  }
}

void Ghost::On(const sim::FactHeader& header, const cluster::BecameLeader& fact) {
  GhostPartition& partition = partitions_[fact.tp];
  GhostReplica& replica = partition.replicas[fact.broker];
  replica.leader_epoch = fact.leader_epoch;
  replica.leads = true;
  replica.disk_replaced = false;
  replica.high_watermark = fact.high_watermark;
  NoteIfResumed(fact, partition);
  partition.reigns.push_back({header.at, fact.broker, fact.leader_epoch, fact.epoch_start});
  loss_.reset();
  newly_committed_.clear();
  if (fact.leader_epoch < partition.leader_epoch) return;
  if (brokers_[fact.broker].registered_since_start) {
    LoseWhatLeaderLacks(fact.tp, fact.broker, fact.leader_epoch, partition, header.at);
    // It may have gone on in its old epoch while the controller had ended that already: what it claimed then counts
    // from now on.
    if (fact.high_watermark > partition.true_high_watermark) Commit(partition, replica, fact.high_watermark, header.at);
  } else {
    partition.leader_unproven = true;
  }
}

void Ghost::NoteIfResumed(const cluster::BecameLeader& fact, GhostPartition& partition) const {
  const auto first = std::find_if(partition.reigns.begin(), partition.reigns.end(), [&](const GhostReign& reign) {
    return reign.broker == fact.broker && reign.epoch == fact.leader_epoch;
  });
  if (first == partition.reigns.end()) return;
  const bool lost = std::any_of(life_events_.begin(), life_events_.end(), [&](const GhostLifeEvent& event) {
    return event.broker == fact.broker && event.at >= first->at &&
           (event.what == What::kLostPower || event.what == What::kDiskWiped);
  });
  std::vector<LeaderEpoch>& resumed = partition.resumed_epochs;
  if (lost && std::find(resumed.begin(), resumed.end(), fact.leader_epoch) == resumed.end()) {
    resumed.push_back(fact.leader_epoch);
  }
}

void Ghost::LoseWhatLeaderLacks(TopicPartition tp, BrokerId broker, LeaderEpoch epoch, GhostPartition& partition,
                                sim::SimTime at) {
  partition.leader_unproven = false;
  const GhostReplica& leader = partition.replicas[broker];
  if (partition.HoldsCommitted(leader)) return;
  if (partition.PartedWithinEpoch(partition.committed, leader.log))
    Grant(partition, at, std::string(kPartedWithinEpoch));
  const Offset common = CommonPrefixEnd(partition.committed, leader.log);
  loss_ = GhostLoss{.tp = tp,
                    .leader = broker,
                    .leader_epoch = epoch,
                    .from = common,
                    .records = partition.committed.TruncateTo(common)};
  partition.true_high_watermark = partition.committed.end();
  partition.lost.insert(partition.lost.end(), loss_->records.begin(), loss_->records.end());
}

void Ghost::On(const cluster::BecameFollower& fact) {
  GhostReplica& replica = partitions_[fact.tp].replicas[fact.broker];
  replica.leader_epoch = fact.leader_epoch;
  replica.leads = false;
}

void Ghost::On(const sim::FactHeader& header, const cluster::ReplicaDeleted& fact) {
  GhostPartition& partition = partitions_[fact.tp];
  Truncate(partition, {.at = header.at,
                       .broker = fact.broker,
                       .from = fact.log_end,
                       .to = Offset(0),
                       .cause = RemovalCause::kReplicaDeleted,
                       .reason = cluster::TruncationReason::kRecovery,
                       .removed = {}});
  partition.replicas.erase(fact.broker);
  partition.lossy.erase(fact.broker);
}

void Ghost::On(const sim::FactHeader& header, const cluster::PartitionCommitted& fact) {
  GhostPartition& partition = partitions_[fact.tp];
  superseded_.reset();
  // Every controller reports each decision; the first report counts.
  if (fact.metadata_offset <= partition.metadata_offset) return;
  superseded_ = partition.decisions.empty() ? GhostDecision{} : partition.decisions.back();
  partition.metadata_offset = fact.metadata_offset;
  partition.leader = fact.leader;
  partition.leader_epoch = fact.leader_epoch;
  partition.partition_epoch = fact.partition_epoch;
  partition.isr = *fact.isr.ids;
  partition.assigned = *fact.replicas.ids;
  partition.elr = MembersOf(fact.elr);
  partition.adding = MembersOf(fact.adding);
  partition.removing = MembersOf(fact.removing);
  const std::vector<BrokerId> last_known_leader = MembersOf(fact.last_known_leader);
  partition.last_known_leader = last_known_leader.empty() ? BrokerId() : last_known_leader.front();
  partition.decisions.push_back(
      {header.at, fact.metadata_offset, fact.leader, fact.leader_epoch, partition.isr, fact.reason});
  if (fact.reason == cluster::PartitionChangeReason::kUncleanElection) {
    Grant(partition, header.at, "unclean leader election");
  }
  GrantIfAllLossy(partition, header.at);
}

void Ghost::On(const cluster::BrokerRegistrationCommitted& fact) {
  superseded_registration_.reset();
  if (fact.metadata_offset <= registration_offset_) return;
  registration_offset_ = fact.metadata_offset;
  GhostBroker& broker = brokers_[fact.broker];
  superseded_registration_ = broker;
  if (fact.broker_epoch != broker.epoch) broker.registered_since_start = true;
  broker.epoch = fact.broker_epoch;
  broker.fenced = fact.fenced;
  broker.in_controlled_shutdown = fact.in_controlled_shutdown;
}

}  // namespace ktrial::properties
