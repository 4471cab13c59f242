#include "cluster/metadata/metadata_image.h"

#include <algorithm>
#include <utility>

#include "cluster/metadata/image_hash.h"
#include "cluster/protocol/api_message.h"

namespace ktrial::cluster {

bool BrokerRegistration::HasOnlineDir(DirectoryId dir) const {
  if (dir == kUnassignedDirectory || dir == kMigratingDirectory) return true;
  if (dir == kLostDirectory) return false;
  // Of a broker that names no directories it is not known (KAFKA-16162).
  return log_dirs.empty() || std::binary_search(log_dirs.begin(), log_dirs.end(), dir);
}

DirectoryId PartitionRegistration::DirectoryOf(BrokerId replica) const {
  const auto it = std::find(replicas.begin(), replicas.end(), replica);
  if (it == replicas.end() || directories.empty()) return kMigratingDirectory;
  return directories[static_cast<size_t>(it - replicas.begin())];
}

void MergeChange(const PartitionChangeRecord& change, PartitionRegistration& partition) {
  if (change.isr) partition.isr = *change.isr;
  if (change.replicas) partition.replicas = *change.replicas;
  if (change.directories) partition.directories = *change.directories;
  KT_CHECK(partition.directories.empty() || partition.directories.size() == partition.replicas.size());
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

bool MetadataImage::Replay(const MetadataRecordBody& record, Offset offset) {
  return std::visit(Overloaded{
                        [&](const RegisterBrokerRecord& r) { return Apply(r, offset); },
                        [](const NoOpRecord&) { return true; },
                        [](const LeaderChangeRecord&) { return true; },
                        [this](const auto& r) { return Apply(r); },
                    },
                    record);
}

TopicImage* MetadataImage::TopicAt(TopicId topic) {
  if (!topic.valid() || static_cast<size_t>(topic.value()) >= topics_.size()) return nullptr;
  return &topics_[static_cast<size_t>(topic.value())];
}

bool MetadataImage::Apply(const RegisterBrokerRecord& record, Offset offset) {
  // Lower if the same incarnation registered again: it keeps its epoch.
  if (record.broker_epoch.value() > offset.value()) return false;
  BrokerRegistration registration{.broker = record.broker,
                                  .incarnation_id = record.incarnation_id,
                                  .epoch = record.broker_epoch,
                                  .rack = record.rack,
                                  .fenced = record.fenced,
                                  .in_controlled_shutdown = record.in_controlled_shutdown,
                                  .log_dirs = record.log_dirs};
  const auto [it, is_new] = brokers_.try_emplace(record.broker);
  if (!is_new) hash_ -= ImageHashOf(it->second);
  it->second = std::move(registration);
  hash_ += ImageHashOf(it->second);
  return true;
}

bool MetadataImage::Apply(const BrokerRegistrationChangeRecord& record) {
  const auto it = brokers_.find(record.broker);
  if (it == brokers_.end() || it->second.epoch != record.broker_epoch) return false;
  hash_ -= ImageHashOf(it->second);
  if (record.fenced) it->second.fenced = *record.fenced;
  if (record.in_controlled_shutdown) it->second.in_controlled_shutdown = *record.in_controlled_shutdown;
  if (record.log_dirs) it->second.log_dirs = *record.log_dirs;
  hash_ += ImageHashOf(it->second);
  return true;
}

bool MetadataImage::Apply(const TopicRecord& record) {
  if (static_cast<size_t>(record.topic.value()) != topics_.size()) return false;
  topics_.push_back({.id = record.topic, .name = record.name, .partitions = {}, .configs = {}});
  topic_ids_[record.name] = record.topic;
  hash_ += ImageHashOfTopic(record.topic, record.name);
  return true;
}

bool MetadataImage::Apply(const PartitionRecord& record) {
  TopicImage* topic = TopicAt(record.tp.topic);
  if (topic == nullptr || static_cast<size_t>(record.tp.partition) != topic->partitions.size()) return false;
  topic->partitions.push_back({.replicas = record.replicas,
                               .isr = record.isr,
                               .leader = record.leader,
                               .leader_epoch = record.leader_epoch,
                               .partition_epoch = record.partition_epoch,
                               .recovery_state = record.recovery_state,
                               .directories = record.directories});
  hash_ += ImageHashOf(record.tp, topic->partitions.back());
  return true;
}

bool MetadataImage::Apply(const PartitionChangeRecord& record) {
  TopicImage* topic = TopicAt(record.tp.topic);
  if (topic == nullptr || static_cast<size_t>(record.tp.partition) >= topic->partitions.size()) return false;
  PartitionRegistration& partition = topic->partitions[static_cast<size_t>(record.tp.partition)];
  hash_ -= ImageHashOf(record.tp, partition);
  MergeChange(record, partition);
  hash_ += ImageHashOf(record.tp, partition);
  return true;
}

bool MetadataImage::Apply(const ConfigRecord& record) {
  TopicImage* topic = record.broker.valid() ? nullptr : TopicAt(record.topic);
  if (topic == nullptr && !record.broker.valid()) return false;
  auto& configs = topic == nullptr ? broker_configs_[record.broker] : topic->configs;
  const auto hash_of = [&](std::string_view value) {
    return topic == nullptr ? ImageHashOfConfig(record.broker, record.name, value)
                            : ImageHashOfConfig(record.topic, record.name, value);
  };
  const auto it = configs.find(record.name);
  if (it != configs.end()) {
    hash_ -= hash_of(it->second);
    configs.erase(it);
  }
  if (record.value.empty()) return true;
  configs[record.name] = record.value;
  hash_ += hash_of(record.value);
  return true;
}

bool MetadataImage::Apply(const ClearElrRecord& record) {
  TopicImage* topic = TopicAt(record.topic);
  if (topic == nullptr) return false;
  int32_t index = 0;
  for (PartitionRegistration& partition : topic->partitions) {
    const TopicPartition tp{record.topic, index++};
    if (partition.elr.empty() && !partition.last_known_leader.valid()) continue;
    PartitionChangeRecord cleared;
    cleared.elr.emplace();
    cleared.last_known_leader = BrokerId();
    hash_ -= ImageHashOf(tp, partition);
    MergeChange(cleared, partition);
    hash_ += ImageHashOf(tp, partition);
  }
  return true;
}

bool MetadataImage::Apply(const ProducerIdsRecord& record) {
  hash_ -= ImageHashOf(next_producer_id_);
  next_producer_id_ = record.next_producer_id;
  hash_ += ImageHashOf(next_producer_id_);
  return true;
}

DirectoryId MetadataImage::DefaultDirectory(BrokerId broker) const {
  const BrokerRegistration* registration = FindBroker(broker);
  if (registration == nullptr) return kUnassignedDirectory;
  if (registration->log_dirs.empty()) return kMigratingDirectory;
  return registration->log_dirs.size() == 1 ? registration->log_dirs.front() : kUnassignedDirectory;
}

bool MetadataImage::IsReplicaDirOnline(BrokerId broker, const PartitionRegistration& partition) const {
  const BrokerRegistration* registration = FindBroker(broker);
  return registration != nullptr && registration->HasOnlineDir(partition.DirectoryOf(broker));
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

const std::string* MetadataImage::FindBrokerConfig(BrokerId broker, std::string_view name) const {
  const auto configs = broker_configs_.find(broker);
  if (configs == broker_configs_.end()) return nullptr;
  const auto config = configs->second.find(std::string(name));
  return config == configs->second.end() ? nullptr : &config->second;
}

}  // namespace ktrial::cluster
