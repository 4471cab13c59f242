#include "cluster/controller/controller_state.h"

#include <utility>

#include "sim/check.h"

namespace ktrial::cluster {

ControllerState::ControllerState(MetadataImage image) : image_(std::move(image)) {
  for (const TopicImage& topic : image_.topics()) IndexTopic(topic);
}

void ControllerState::Replay(const MetadataRecordBody& record, Offset offset) {
  if (const auto* created = std::get_if<PartitionRecord>(&record)) {
    KT_CHECK(image_.Replay(record, offset));
    Index(created->tp, *image_.FindPartition(created->tp));
  } else if (const auto* changed = std::get_if<PartitionChangeRecord>(&record)) {
    Unindex(changed->tp, *image_.FindPartition(changed->tp));
    KT_CHECK(image_.Replay(record, offset));
    Index(changed->tp, *image_.FindPartition(changed->tp));
  } else if (const auto* cleared = std::get_if<ClearElrRecord>(&record)) {
    UnindexTopic(*image_.FindTopic(cleared->topic));
    KT_CHECK(image_.Replay(record, offset));
    IndexTopic(*image_.FindTopic(cleared->topic));
  } else {
    KT_CHECK(image_.Replay(record, offset));
  }
}

bool ControllerState::IsActive(BrokerId broker) const {
  const BrokerRegistration* registration = image_.FindBroker(broker);
  return registration != nullptr && !registration->fenced && !registration->in_controlled_shutdown;
}

std::vector<TopicPartition> ControllerState::PartitionsOf(const PartitionsByBroker& members, BrokerId broker) {
  const auto it = members.find(broker);
  if (it == members.end()) return {};
  return {it->second.begin(), it->second.end()};
}

std::vector<TopicPartition> ControllerState::PartitionsWithBrokerInIsr(BrokerId broker) const {
  return PartitionsOf(isr_members_, broker);
}

std::vector<TopicPartition> ControllerState::PartitionsWithBrokerInElr(BrokerId broker) const {
  return PartitionsOf(elr_members_, broker);
}

std::vector<TopicPartition> ControllerState::PartitionsInDirectory(BrokerId broker, DirectoryId dir) const {
  std::vector<TopicPartition> found;
  for (const TopicImage& topic : image_.topics()) {
    for (size_t i = 0; i < topic.partitions.size(); ++i) {
      const bool is_there = topic.partitions[i].DirectoryOf(broker) == dir;
      if (is_there) found.push_back({topic.id, static_cast<int32_t>(i)});
    }
  }
  return found;
}

bool ControllerState::HasLeaderships(BrokerId broker) const {
  const auto it = leaderships_.find(broker);
  return it != leaderships_.end() && it->second > 0;
}

void ControllerState::IndexTopic(const TopicImage& topic) {
  int32_t index = 0;
  for (const PartitionRegistration& partition : topic.partitions) Index({topic.id, index++}, partition);
}

void ControllerState::UnindexTopic(const TopicImage& topic) {
  int32_t index = 0;
  for (const PartitionRegistration& partition : topic.partitions) Unindex({topic.id, index++}, partition);
}

void ControllerState::Index(TopicPartition tp, const PartitionRegistration& partition) {
  for (BrokerId member : partition.isr) isr_members_[member].insert(tp);
  for (BrokerId member : partition.elr) elr_members_[member].insert(tp);
  if (partition.leader.valid()) {
    ++leaderships_[partition.leader];
  } else {
    leaderless_.insert(tp);
  }
  if (partition.leader != partition.replicas.front()) imbalanced_.insert(tp);
}

void ControllerState::Unindex(TopicPartition tp, const PartitionRegistration& partition) {
  for (BrokerId member : partition.isr) isr_members_[member].erase(tp);
  for (BrokerId member : partition.elr) elr_members_[member].erase(tp);
  if (partition.leader.valid()) {
    KT_CHECK(--leaderships_[partition.leader] >= 0);
  } else {
    leaderless_.erase(tp);
  }
  imbalanced_.erase(tp);
}

}  // namespace ktrial::cluster
