#include "scenarios/measure_read.h"

#include <algorithm>

namespace ktrial::scenarios {

using cluster::GroupIndex;
using cluster::Offset;
using cluster::TopicId;
using cluster::TopicPartition;

void ReadMeasure::On(const sim::FactHeader& header, const cluster::RecordAcked& fact) {
  if (!fact.offset.valid()) return;
  Offset& acked = acked_.try_emplace(fact.tp, Offset(0)).first->second;
  acked = std::max(acked, fact.offset + 1);
  for (auto it = readers_.lower_bound({fact.tp, GroupIndex(0)}); it != readers_.end() && it->first.first == fact.tp;
       ++it) {
    Reader& reader = it->second;
    if (!reader.since && reader.delivered && acked > reader.position) reader.since = header.at;
  }
}

void ReadMeasure::On(const sim::FactHeader& header, const cluster::RecordDelivered& fact) {
  Reader& reader = readers_[{fact.tp, fact.group}];
  reader.position = std::max(reader.position, fact.offset + 1);
  reader.delivered = true;
  if (reader.since) {
    const ReadOutage outage{
        .tp = fact.tp, .group = fact.group, .begin = *reader.since, .end = header.at, .ended = true};
    if (outage.length() > reader.longest.length()) reader.longest = outage;
  }
  const auto acked = acked_.find(fact.tp);
  reader.since.reset();
  if (acked != acked_.end() && acked->second > reader.position) reader.since = header.at;
}

std::optional<ReadOutage> ReadMeasure::Longest(TopicId topic, sim::SimTime now) const {
  std::optional<ReadOutage> longest;
  for (auto it = readers_.lower_bound({TopicPartition{topic, 0}, GroupIndex(0)}); it != readers_.end(); ++it) {
    const auto& [key, reader] = *it;
    if (key.first.topic != topic) break;
    if (!reader.delivered) continue;
    ReadOutage candidate = reader.longest;
    candidate.tp = key.first;
    candidate.group = key.second;
    if (reader.since && now - *reader.since > candidate.length()) {
      candidate.begin = *reader.since;
      candidate.end = now;
      candidate.ended = false;
    }
    if (!longest || candidate.length() > longest->length()) longest = candidate;
  }
  return longest;
}

void ReadMeasure::On(const sim::FactHeader&, const cluster::PositionSet& fact) {
  Reader& reader = readers_[{fact.tp, fact.group}];
  reader.position = std::max(reader.position, fact.offset);
}

Offset ReadMeasure::PositionOf(GroupIndex group, TopicPartition tp) const {
  const auto reader = readers_.find({tp, group});
  return reader == readers_.end() ? Offset() : reader->second.position;
}

}  // namespace ktrial::scenarios
