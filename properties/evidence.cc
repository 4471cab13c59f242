#include "properties/evidence.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cluster/client/producer_process.h"

namespace ktrial::properties {
namespace {

using cluster::LogBatch;
using cluster::TruncationReason;
using sim::SimTime;

std::string ErrorText(cluster::ErrorCode error) { return std::string(cluster::ErrorName(error)); }

absl::string_view ReasonText(TruncationReason reason) {
  switch (reason) {
    case TruncationReason::kLeaderEpoch:
      return "to where the leader's epochs end";
    case TruncationReason::kHighWatermark:
      return "to its high watermark";
    case TruncationReason::kOutOfRange:
      return "its fetch offset was out of the leader's range";
    case TruncationReason::kRecovery:
      return "recovery";
  }
  return "";
}

absl::string_view DecisionText(cluster::PartitionChangeReason reason) {
  if (reason == cluster::PartitionChangeReason::kLastKnownLeader) return " as the last known leader";
  return reason == cluster::PartitionChangeReason::kUncleanElection ? " by unclean election" : "";
}

// Collects lines and sorts them by time; lines of one moment keep the order in which they were added.
class Story {
 public:
  void Add(SimTime at, std::string text) { lines_.emplace_back(at, std::move(text)); }

  std::vector<std::string> Tell(const Moment& moment) && {
    std::stable_sort(lines_.begin(), lines_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> told;
    for (const auto& [at, text] : lines_) told.push_back(absl::StrFormat("%-10s  %s", moment.Time(at), text));
    return told;
  }

 private:
  std::vector<std::pair<SimTime, std::string>> lines_;
};

void AddAppend(const LogEntry& entry, BrokerId broker, Story& story) {
  if (entry.as_leader) {
    story.Add(entry.appended_at,
              absl::StrCat("broker ", broker.value(), ", leader in epoch ", entry.batch->leader_epoch().value(),
                           ", appended it at ", OffsetsText(*entry.batch)));
  } else {
    story.Add(entry.appended_at, absl::StrCat("broker ", broker.value(), " copied it"));
  }
}

const LogEntry* FindSame(const std::vector<LogEntry>& entries, const LogBatch& batch) {
  for (const LogEntry& entry : entries) {
    if (SameBatch(*entry.batch, batch)) return &entry;
  }
  return nullptr;
}

void AddRemovals(const GhostPartition& partition, const LogBatch& batch, Story& story) {
  for (const GhostTruncation& truncation : partition.truncations) {
    const LogEntry* entry = FindSame(truncation.removed, batch);
    if (entry == nullptr) continue;
    AddAppend(*entry, truncation.broker, story);
    const std::string who = absl::StrCat("broker ", truncation.broker.value());
    switch (truncation.cause) {
      case RemovalCause::kTruncated:
        story.Add(truncation.at,
                  absl::StrCat(who, " truncated its log from ", truncation.from.value(), " to ", truncation.to.value(),
                               " (", ReasonText(truncation.reason), "): it left this log"));
        break;
      case RemovalCause::kMissingAfterStart:
        story.Add(truncation.at, absl::StrCat(who, " found its log to end at ", truncation.to.value(), ", not ",
                                              truncation.from.value(), ": it had not been flushed"));
        break;
      case RemovalCause::kHole:
        story.Add(truncation.at, absl::StrCat(who, " found nothing in its log from ", truncation.to.value(), " to ",
                                              truncation.from.value(), ", and went on behind it"));
        break;
      case RemovalCause::kDiskWiped:
        story.Add(truncation.at, absl::StrCat("the disk of ", who, " was wiped, and it with it"));
        break;
      case RemovalCause::kReplicaDeleted:
        story.Add(truncation.at, absl::StrCat(who, ", no longer assigned, deleted its replica"));
        break;
    }
  }
}

void AddCopies(const GhostPartition& partition, const LogBatch& batch, Story& story) {
  for (const auto& [broker, replica] : partition.replicas) {
    const LogEntry* entry = replica.log.Find(batch.base_offset());
    if (entry != nullptr && SameBatch(*entry->batch, batch)) AddAppend(*entry, broker, story);
  }
  const LogEntry* committed = partition.committed.Find(batch.base_offset());
  if (committed == nullptr || !SameBatch(*committed->batch, batch)) committed = FindSame(partition.lost, batch);
  if (committed != nullptr) story.Add(committed->appended_at, "the high watermark passed it: committed");
}

// What became of the partition's leadership and of the brokers that hold it, from `since` on.
void AddCircumstances(const Moment& moment, const GhostPartition& partition, SimTime since, Story& story) {
  // A story that never ends is not read.
  constexpr int kMaxLines = 24;
  int lines = 0;
  LeaderEpoch epoch;
  for (const GhostDecision& decision : partition.decisions) {
    const bool elected = decision.leader_epoch != epoch;
    epoch = decision.leader_epoch;
    if (decision.at < since || lines++ >= kMaxLines) continue;
    const std::string isr = absl::StrCat("ISR ", BrokersText(decision.isr));
    if (!decision.leader.valid()) {
      story.Add(decision.at, absl::StrCat("the controller found no leader, ", isr));
    } else if (elected) {
      story.Add(decision.at,
                absl::StrCat("the controller elected broker ", decision.leader.value(), " leader in epoch ",
                             epoch.value(), DecisionText(decision.reason), ", ", isr));
    } else {
      story.Add(decision.at, absl::StrCat("the controller committed ", isr));
    }
  }
  for (const GhostReign& reign : partition.reigns) {
    if (reign.at < since || lines++ >= 2 * kMaxLines) continue;
    story.Add(reign.at, absl::StrCat("broker ", reign.broker.value(), " began to lead in epoch ", reign.epoch.value(),
                                     " at offset ", reign.epoch_start.value()));
  }
  static constexpr absl::string_view kTurns[] = {"started", "stopped", "was killed", "lost power", "lost its disk"};
  for (const GhostLifeEvent& event : moment.ghost.life_events()) {
    if (event.at < since || !partition.replicas.contains(event.broker) || lines++ >= 3 * kMaxLines) continue;
    story.Add(event.at, absl::StrCat("broker ", event.broker.value(), " ", kTurns[static_cast<size_t>(event.what)]));
  }
}

// Since when the record is known; `unknown` if no client sent it.
SimTime AddAccount(const Moment& moment, TopicPartition tp, int64_t value, SimTime unknown, Story& story) {
  const RecordAccount* account = moment.ledger.Find(value);
  if (account == nullptr) return unknown;
  const std::string client = moment.Name(cluster::ProducerProcess::ClientOf(value));
  const int64_t number = value - cluster::ProducerProcess::ValueOf(cluster::ProducerProcess::ClientOf(value), 0);
  story.Add(account->sent_at, absl::StrCat(client, " sent its record ", number, " to ", moment.Name(tp)));
  switch (account->outcome) {
    case RecordOutcome::kOutstanding:
      break;
    case RecordOutcome::kAcked:
      story.Add(account->settled_at,
                absl::StrCat(client, " was told of success (acks=", AcksText(account->acks), ")",
                             account->offset.valid() ? absl::StrCat(", offset ", account->offset.value()) : ""));
      break;
    case RecordOutcome::kRefused:
      story.Add(account->settled_at,
                absl::StrCat(client, " was told that it was not written: ", ErrorText(account->error)));
      break;
    case RecordOutcome::kUnknown:
      story.Add(account->settled_at,
                absl::StrCat(client, " gave up without knowing whether it was written: ", ErrorText(account->error)));
      break;
  }
  return account->sent_at;
}

SimTime FirstSeen(const GhostPartition& partition, const LogBatch& batch) {
  SimTime first = SimTime::Max();
  for (const auto& [broker, replica] : partition.replicas) {
    const LogEntry* entry = replica.log.Find(batch.base_offset());
    if (entry != nullptr && SameBatch(*entry->batch, batch)) first = std::min(first, entry->appended_at);
  }
  for (const GhostTruncation& truncation : partition.truncations) {
    const LogEntry* entry = FindSame(truncation.removed, batch);
    if (entry != nullptr) first = std::min(first, entry->appended_at);
  }
  return first;
}

bool HasValue(const LogBatch& batch, int64_t value) {
  if (batch.batch().is_control()) return false;
  const std::vector<cluster::Record>& records = batch.batch().records();
  return std::any_of(records.begin(), records.end(), [value](const cluster::Record& r) { return r.value == value; });
}

// Every batch, at its place, that ever held the value.
std::vector<const LogBatch*> BatchesWith(const GhostPartition& partition, int64_t value) {
  std::vector<const LogBatch*> batches;
  const auto look = [&](const std::vector<LogEntry>& entries) {
    for (const LogEntry& entry : entries) {
      if (!HasValue(*entry.batch, value)) continue;
      const bool known = std::any_of(batches.begin(), batches.end(),
                                     [&](const LogBatch* batch) { return SameBatch(*batch, *entry.batch); });
      if (!known) batches.push_back(entry.batch.get());
    }
  };
  for (const auto& [broker, replica] : partition.replicas) look(replica.log.entries());
  for (const GhostTruncation& truncation : partition.truncations) look(truncation.removed);
  return batches;
}

}  // namespace

std::string OffsetsText(const LogBatch& batch) {
  if (batch.base_offset() == batch.last_offset()) return absl::StrCat("offset ", batch.base_offset().value());
  return absl::StrCat("offsets ", batch.base_offset().value(), " to ", batch.last_offset().value());
}

std::string AcksText(cluster::RequiredAcks acks) { return acks == cluster::kAcksAll ? "all" : absl::StrCat(acks); }

std::string BrokersText(const std::vector<BrokerId>& brokers) {
  return absl::StrCat(
      "[", absl::StrJoin(brokers, ", ", [](std::string* out, BrokerId id) { absl::StrAppend(out, id.value()); }), "]");
}

std::vector<std::string> LifeOfBatch(const Moment& moment, TopicPartition tp, const LogBatch& batch) {
  Story story;
  const GhostPartition* partition = moment.ghost.Find(tp);
  if (partition == nullptr) return {};
  const int64_t value =
      batch.batch().is_control() || batch.batch().records().empty() ? -1 : batch.batch().records().front().value;
  const SimTime since = AddAccount(moment, tp, value, FirstSeen(*partition, batch), story);
  AddCopies(*partition, batch, story);
  AddRemovals(*partition, batch, story);
  AddCircumstances(moment, *partition, since, story);
  return std::move(story).Tell(moment);
}

std::vector<std::string> LifeOfRecord(const Moment& moment, TopicPartition tp, int64_t value) {
  Story story;
  const GhostPartition* partition = moment.ghost.Find(tp);
  const SimTime since = AddAccount(moment, tp, value, moment.at, story);
  if (partition == nullptr) return std::move(story).Tell(moment);
  for (const LogBatch* batch : BatchesWith(*partition, value)) {
    AddCopies(*partition, *batch, story);
    AddRemovals(*partition, *batch, story);
  }
  AddCircumstances(moment, *partition, since, story);
  return std::move(story).Tell(moment);
}

}  // namespace ktrial::properties
