#include "cluster/metadata/metadata_image.h"

#include "cluster/protocol/api_message.h"
#include "sim/check.h"

namespace ktrial::cluster {

void MergeChange(const PartitionChangeRecord& change, PartitionRegistration& partition) {
  if (change.isr) partition.isr = *change.isr;
  if (change.replicas) partition.replicas = *change.replicas;
  if (change.recovery_state) partition.recovery_state = *change.recovery_state;
  if (change.removing) partition.removing = *change.removing;
  if (change.adding) partition.adding = *change.adding;
  if (change.elr) partition.elr = *change.elr;
  if (change.last_known_leader) partition.last_known_leader = *change.last_known_leader;
  if (change.leader) {
    partition.leader = *change.leader;
    partition.leader_epoch = Next(partition.leader_epoch);
  }
  partition.partition_epoch = Next(partition.partition_epoch);
}

void MetadataImage::Replay(const MetadataRecordBody& record, Offset offset) {
  const auto topic_at = [this](TopicId id) -> TopicImage& {
    KT_CHECK(id.valid() && static_cast<size_t>(id.value()) < topics_.size());
    return topics_[static_cast<size_t>(id.value())];
  };
  std::visit(
      Overloaded{
          [&](const RegisterBrokerRecord& r) {
            // Lower if the same incarnation registered again: it keeps its epoch.
            KT_CHECK(r.broker_epoch.value() <= offset.value());
            brokers_[r.broker] = {.broker = r.broker,
                                  .incarnation_id = r.incarnation_id,
                                  .epoch = r.broker_epoch,
                                  .rack = r.rack,
                                  .fenced = r.fenced,
                                  .in_controlled_shutdown = r.in_controlled_shutdown};
          },
          [&](const BrokerRegistrationChangeRecord& r) {
            const auto it = brokers_.find(r.broker);
            KT_CHECK(it != brokers_.end() && it->second.epoch == r.broker_epoch);
            if (r.fenced) it->second.fenced = *r.fenced;
            if (r.in_controlled_shutdown) it->second.in_controlled_shutdown = *r.in_controlled_shutdown;
          },
          [&](const TopicRecord& r) {
            KT_CHECK(static_cast<size_t>(r.topic.value()) == topics_.size());
            topics_.push_back({.id = r.topic, .name = r.name, .partitions = {}, .configs = {}});
            topic_ids_[r.name] = r.topic;
          },
          [&](const PartitionRecord& r) {
            std::vector<PartitionRegistration>& partitions = topic_at(r.tp.topic).partitions;
            KT_CHECK(static_cast<size_t>(r.tp.partition) == partitions.size());
            partitions.push_back({r.replicas, r.isr, r.leader, r.leader_epoch, r.partition_epoch, r.recovery_state});
          },
          [&](const PartitionChangeRecord& r) {
            std::vector<PartitionRegistration>& partitions = topic_at(r.tp.topic).partitions;
            KT_CHECK(static_cast<size_t>(r.tp.partition) < partitions.size());
            MergeChange(r, partitions[static_cast<size_t>(r.tp.partition)]);
          },
          [&](const ConfigRecord& r) {
            auto& configs = topic_at(r.topic).configs;
            if (r.value.empty()) {
              configs.erase(r.name);
            } else {
              configs[r.name] = r.value;
            }
          },
          [&](const ClearElrRecord& r) {
            for (PartitionRegistration& partition : topic_at(r.topic).partitions) {
              if (partition.elr.empty() && !partition.last_known_leader.valid()) continue;
              PartitionChangeRecord cleared;
              cleared.elr.emplace();
              cleared.last_known_leader = BrokerId();
              MergeChange(cleared, partition);
            }
          },
          [&](const ProducerIdsRecord& r) { next_producer_id_ = r.next_producer_id; },
          [](const NoOpRecord&) {},
          [](const LeaderChangeRecord&) {},
      },
      record);
}

const BrokerRegistration* MetadataImage::FindBroker(BrokerId broker) const {
  const auto it = brokers_.find(broker);
  return it == brokers_.end() ? nullptr : &it->second;
}

const TopicImage* MetadataImage::FindTopic(TopicId topic) const {
  if (!topic.valid() || static_cast<size_t>(topic.value()) >= topics_.size()) return nullptr;
  return &topics_[static_cast<size_t>(topic.value())];
}

const TopicImage* MetadataImage::FindTopic(std::string_view name) const {
  const auto it = topic_ids_.find(std::string(name));
  return it == topic_ids_.end() ? nullptr : FindTopic(it->second);
}

const PartitionRegistration* MetadataImage::FindPartition(TopicPartition tp) const {
  const TopicImage* topic = FindTopic(tp.topic);
  if (topic == nullptr || tp.partition < 0 || static_cast<size_t>(tp.partition) >= topic->partitions.size())
    return nullptr;
  return &topic->partitions[static_cast<size_t>(tp.partition)];
}

}  // namespace ktrial::cluster
