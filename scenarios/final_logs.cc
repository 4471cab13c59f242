#include "scenarios/final_logs.h"

#include <algorithm>
#include <vector>

#include "cluster/client/producer_process.h"

namespace ktrial::scenarios {
namespace {

using cluster::TopicPartition;

void AddValues(const properties::GhostLog& log, std::vector<int64_t>* values) {
  for (const properties::LogEntry& entry : log.entries()) {
    if (entry.batch->batch().is_control()) continue;
    for (const cluster::Record& record : entry.batch->batch().records()) values->push_back(record.value);
  }
}

// Sorted; a value comes as often as it is in the log.
std::vector<int64_t> ValuesOf(TopicPartition tp, const properties::GhostPartition& partition,
                              const properties::Ghost& ghost) {
  std::vector<int64_t> values;
  if (const auto* leader = partition.leader.valid() ? ghost.FindReplica(tp, partition.leader) : nullptr) {
    AddValues(leader->log, &values);
    std::sort(values.begin(), values.end());
    return values;
  }
  for (const auto& [broker, replica] : partition.replicas) AddValues(replica.log, &values);
  std::sort(values.begin(), values.end());
  // Replicas hold the same records; which of them are copies within one log cannot be told from here.
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

}  // namespace

FinalAccount AccountOf(cluster::TopicId topic, const properties::Ghost& ghost, const properties::Ledger& ledger) {
  FinalAccount account;
  std::vector<int64_t> found;
  for (auto it = ghost.partitions().lower_bound(TopicPartition{topic, 0});
       it != ghost.partitions().end() && it->first.topic == topic; ++it) {
    const std::vector<int64_t> values = ValuesOf(it->first, it->second, ghost);
    found.insert(found.end(), values.begin(), values.end());
  }
  std::sort(found.begin(), found.end());
  const auto unique_end = std::unique(found.begin(), found.end());
  account.duplicates = found.end() - unique_end;
  found.erase(unique_end, found.end());
  for (size_t client = 0; client < ledger.accounts().size(); ++client) {
    const std::vector<properties::RecordAccount>& records = ledger.accounts()[client];
    for (size_t n = 0; n < records.size(); ++n) {
      if (records[n].tp.topic != topic || records[n].outcome != properties::RecordOutcome::kAcked) continue;
      ++account.acked;
      const int64_t value =
          cluster::ProducerProcess::ValueOf(cluster::ClientId(static_cast<int32_t>(client)), static_cast<int64_t>(n));
      if (!std::binary_search(found.begin(), found.end(), value)) ++account.lost;
    }
  }
  return account;
}

}  // namespace ktrial::scenarios
