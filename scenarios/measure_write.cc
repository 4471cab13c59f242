#include "scenarios/measure_write.h"

#include "sim/check.h"

namespace ktrial::scenarios {

using cluster::TopicId;
using cluster::TopicPartition;

void WriteMeasure::On(const sim::FactHeader& header, const cluster::RecordSent& fact) {
  if (!fact.tp.topic.valid()) return;
  Partition& partition = partitions_[fact.tp];
  ++partition.waiting;
  if (!partition.since) partition.since = header.at;
}

void WriteMeasure::On(const sim::FactHeader& header, const cluster::RecordAcked& fact) {
  Partition& partition = partitions_[fact.tp];
  KT_CHECK(partition.waiting > 0);
  KT_CHECK(partition.since.has_value());
  --partition.waiting;
  const WriteOutage outage{
      .tp = fact.tp, .begin = *partition.since, .end = header.at, .ended = true, .client = fact.client};
  if (outage.length() > partition.longest.length()) partition.longest = outage;
  partition.since.reset();
  if (partition.waiting > 0) partition.since = header.at;
}

void WriteMeasure::On(const sim::FactHeader&, const cluster::RecordFailed& fact) {
  if (!fact.tp.topic.valid()) return;
  Partition& partition = partitions_[fact.tp];
  KT_CHECK(partition.waiting > 0);
  --partition.waiting;
}

std::vector<WriteOutage> WriteMeasure::LongestOfEach(TopicId topic, sim::SimTime now) const {
  std::vector<WriteOutage> outages;
  for (auto it = partitions_.lower_bound(TopicPartition{topic, 0}); it != partitions_.end(); ++it) {
    const auto& [tp, partition] = *it;
    if (tp.topic != topic) break;
    WriteOutage outage = partition.longest;
    outage.tp = tp;
    if (partition.since && now - *partition.since > outage.length()) {
      outage = {.tp = tp, .begin = *partition.since, .end = now, .ended = false, .client = {}};
    }
    outages.push_back(outage);
  }
  return outages;
}

std::optional<WriteOutage> WriteMeasure::Longest(TopicId topic, sim::SimTime now) const {
  std::optional<WriteOutage> longest;
  for (const WriteOutage& outage : LongestOfEach(topic, now)) {
    if (!longest || outage.length() > longest->length()) longest = outage;
  }
  return longest;
}

}  // namespace ktrial::scenarios
