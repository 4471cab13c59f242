#include "cluster/controller/controller_state.h"

#include <utility>

#include "sim/check.h"

namespace ktrial::cluster {

ControllerState::ControllerState(MetadataImage image) : image_(std::move(image)) {
  for (const TopicImage& topic : image_.topics()) {
    int32_t index = 0;
    for (const PartitionRegistration& partition : topic.partitions) Index({topic.id, index++}, partition);
  }
}

void ControllerState::Replay(const MetadataRecordBody& record, Offset offset) {
  TopicPartition tp;
  if (const auto* created = std::get_if<PartitionRecord>(&record)) {
    tp = created->tp;
  } else if (const auto* changed = std::get_if<PartitionChangeRecord>(&record)) {
    tp = changed->tp;
    Unindex(tp, *image_.FindPartition(tp));
  }
  image_.Replay(record, offset);
  if (tp.topic.valid()) Index(tp, *image_.FindPartition(tp));
}

bool ControllerState::IsActive(BrokerId broker) const {
  const BrokerRegistration* registration = image_.FindBroker(broker);
  return registration != nullptr && !registration->fenced && !registration->in_controlled_shutdown;
}

std::vector<TopicPartition> ControllerState::PartitionsWithBrokerInIsr(BrokerId broker) const {
  const auto it = isr_members_.find(broker);
  if (it == isr_members_.end()) return {};
  return {it->second.begin(), it->second.end()};
}

bool ControllerState::HasLeaderships(BrokerId broker) const {
  const auto it = leaderships_.find(broker);
  return it != leaderships_.end() && it->second > 0;
}

void ControllerState::Index(TopicPartition tp, const PartitionRegistration& partition) {
  for (BrokerId member : partition.isr) isr_members_[member].insert(tp);
  if (partition.leader.valid()) {
    ++leaderships_[partition.leader];
  } else {
    leaderless_.insert(tp);
  }
}

void ControllerState::Unindex(TopicPartition tp, const PartitionRegistration& partition) {
  for (BrokerId member : partition.isr) isr_members_[member].erase(tp);
  if (partition.leader.valid()) {
    KT_CHECK(--leaderships_[partition.leader] >= 0);
  } else {
    leaderless_.erase(tp);
  }
}

}  // namespace ktrial::cluster
