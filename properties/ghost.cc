#include "properties/ghost.h"

#include <algorithm>
#include <utility>

#include "properties/fact_dispatch.h"
#include "sim/check.h"

namespace ktrial::properties {

const GhostPartition* Ghost::Find(TopicPartition tp) const {
  const auto it = partitions_.find(tp);
  return it == partitions_.end() ? nullptr : &it->second;
}

const GhostReplica* Ghost::FindReplica(TopicPartition tp, BrokerId broker) const {
  const GhostPartition* partition = Find(tp);
  if (partition == nullptr) return nullptr;
  const auto it = partition->replicas.find(broker);
  return it == partition->replicas.end() ? nullptr : &it->second;
}

bool Ghost::IsUp(BrokerId broker) const {
  const auto it = brokers_.find(broker);
  return it != brokers_.end() && it->second.running;
}

void Ghost::OnFact(const sim::FactHeader& header, const void* fact) {
  DispatchFact(header.kind, fact,
               cluster::Overloaded{
                   [&](const cluster::BatchAppended& f) { On(header, f); },
                   [&](const cluster::LogTruncated& f) { On(header, f); },
                   [&](const cluster::LogLoaded& f) { On(header, f); },
                   [&](const cluster::HighWatermarkMoved& f) { On(f); },
                   [&](const cluster::BecameLeader& f) { On(f); },
                   [&](const cluster::BecameFollower& f) { On(f); },
                   [&](const cluster::PartitionCommitted& f) { On(f); },
                   [&](const cluster::BrokerRegistrationCommitted& f) { On(f); },
                   [&](const sim::ProcessStarted& f) { OnStarted(f.process); },
                   [&](const sim::ProcessExited& f) { OnEnded(f.process); },
                   [&](const sim::ProcessKilled& f) { OnEnded(f.process); },
                   [&](const sim::PowerLost& f) { OnPowerLost(f.host); },
                   [](const auto&) {},
               });
}

void Ghost::OnStarted(sim::ProcessId process) {
  const auto it = topology_.broker_of_process.find(process);
  if (it != topology_.broker_of_process.end()) brokers_[it->second].running = true;
}

void Ghost::OnEnded(sim::ProcessId process) {
  const auto it = topology_.broker_of_process.find(process);
  if (it == topology_.broker_of_process.end()) return;
  brokers_[it->second].running = false;
  for (auto& [tp, partition] : partitions_) {
    const auto replica = partition.replicas.find(it->second);
    if (replica != partition.replicas.end()) replica->second.leads = false;
  }
}

void Ghost::OnPowerLost(sim::HostId host) {
  const auto it = topology_.broker_of_host.find(host);
  if (it == topology_.broker_of_host.end()) return;
  for (auto& [tp, partition] : partitions_) {
    if (std::find(partition.isr.begin(), partition.isr.end(), it->second) == partition.isr.end()) continue;
    partition.lossy.insert(it->second);
    GrantPowerLossLicence(partition);
  }
}

void Ghost::GrantPowerLossLicence(GhostPartition& partition) {
  if (!partition.licence.empty() || partition.isr.empty()) return;
  for (BrokerId member : partition.isr) {
    if (!partition.lossy.contains(member)) return;
  }
  partition.licence = "every in-sync replica lost power, and with it what was not flushed";
}

void Ghost::On(const sim::FactHeader& header, const cluster::BatchAppended& fact) {
  partitions_[fact.tp].replicas[fact.broker].log.Append(cluster::LogBatchRef(fact.batch), header.at);
}

void Ghost::Truncate(GhostPartition& partition, GhostTruncation truncation) {
  truncation.removed = partition.replicas[truncation.broker].log.TruncateTo(truncation.to);
  truncated_.reset();
  if (truncation.removed.empty()) return;
  partition.truncations.push_back(truncation);
  truncated_ = std::move(truncation);
}

void Ghost::On(const sim::FactHeader& header, const cluster::LogTruncated& fact) {
  Truncate(partitions_[fact.tp],
           {.at = header.at, .broker = fact.broker, .from = fact.from, .to = fact.to, .reason = fact.reason});
}

void Ghost::On(const sim::FactHeader& header, const cluster::LogLoaded& fact) {
  GhostPartition& partition = partitions_[fact.tp];
  GhostReplica& replica = partition.replicas[fact.broker];
  Truncate(partition, {.at = header.at,
                       .broker = fact.broker,
                       .from = replica.log.end(),
                       .to = fact.log_end,
                       .reason = cluster::TruncationReason::kRecovery});
  replica.high_watermark = fact.high_watermark;
  replica.leader_epoch = {};
  replica.leads = false;
}

void Ghost::On(const cluster::HighWatermarkMoved& fact) {
  GhostPartition& partition = partitions_[fact.tp];
  GhostReplica& replica = partition.replicas[fact.broker];
  replica.high_watermark = fact.to;
  newly_committed_.clear();
  if (fact.as_leader && fact.leader_epoch == partition.leader_epoch && fact.to > partition.true_high_watermark) {
    Commit(partition, replica, fact.to);
  }
  if (!partition.lossy.contains(fact.broker)) return;
  const Offset committed = partition.true_high_watermark;
  if (replica.log.PrefixHash(committed) == partition.committed.PrefixHash(committed))
    partition.lossy.erase(fact.broker);
}

void Ghost::Commit(GhostPartition& partition, const GhostReplica& leader, Offset to) {
  while (partition.committed.end() < to) {
    const LogEntry* entry = leader.log.Find(partition.committed.end());
    // The high watermark stands inside a batch; the rest of it is committed with the next move.
    if (entry == nullptr || entry->batch->next_offset() > to) break;
    // Under a licence, what was committed may have been lost and its offsets used again from the middle of a batch on.
    if (entry->batch->base_offset() < partition.committed.end()) break;
    partition.committed.Append(entry->batch, entry->appended_at);
    newly_committed_.push_back(*entry);
  }
  partition.true_high_watermark = partition.committed.end();
}

void Ghost::On(const cluster::BecameLeader& fact) {
  GhostReplica& replica = partitions_[fact.tp].replicas[fact.broker];
  replica.leader_epoch = fact.leader_epoch;
  replica.leads = true;
  replica.high_watermark = fact.high_watermark;
}

void Ghost::On(const cluster::BecameFollower& fact) {
  GhostReplica& replica = partitions_[fact.tp].replicas[fact.broker];
  replica.leader_epoch = fact.leader_epoch;
  replica.leads = false;
}

void Ghost::On(const cluster::PartitionCommitted& fact) {
  GhostPartition& partition = partitions_[fact.tp];
  // Every controller reports each decision; the first report counts.
  if (fact.metadata_offset <= partition.metadata_offset) return;
  partition.metadata_offset = fact.metadata_offset;
  partition.leader = fact.leader;
  partition.leader_epoch = fact.leader_epoch;
  partition.partition_epoch = fact.partition_epoch;
  partition.isr = *fact.isr.ids;
  partition.assigned = *fact.replicas.ids;
  if (fact.reason == cluster::PartitionChangeReason::kUncleanElection && partition.licence.empty()) {
    partition.licence = "unclean leader election";
  }
  GrantPowerLossLicence(partition);
}

void Ghost::On(const cluster::BrokerRegistrationCommitted& fact) {
  if (fact.metadata_offset <= registration_offset_) return;
  registration_offset_ = fact.metadata_offset;
  GhostBroker& broker = brokers_[fact.broker];
  broker.epoch = fact.broker_epoch;
  broker.fenced = fact.fenced;
  broker.in_controlled_shutdown = fact.in_controlled_shutdown;
}

}  // namespace ktrial::properties
