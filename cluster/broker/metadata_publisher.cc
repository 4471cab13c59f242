#include "cluster/broker/metadata_publisher.h"

#include <utility>

namespace ktrial::cluster {

MetadataDelta MetadataPublisher::Replay(const std::vector<LogBatchRef>& batches) {
  MetadataDelta delta;
  for (const LogBatchRef& batch : batches) {
    Offset offset = batch->base_offset();
    for (const Record& record : batch->batch().records()) {
      const MetadataRecordBody& body = MetadataBodyOf(record);
      // A record that cannot be applied is passed over (MetadataLoader's fault handler only logs it).
      const bool applied = image_.Replay(body, offset);
      last_applied_ = offset;
      offset = offset + 1;
      if (!applied) continue;
      if (const auto* partition = std::get_if<PartitionRecord>(&body)) delta.partitions.insert(partition->tp);
      if (const auto* change = std::get_if<PartitionChangeRecord>(&body)) delta.partitions.insert(change->tp);
      if (const auto* cleared = std::get_if<ClearElrRecord>(&body)) AddPartitionsOf(cleared->topic, delta);
      if (const auto* config = std::get_if<ConfigRecord>(&body)) {
        if (config->broker.valid()) {
          delta.broker_configs.insert(config->broker);
        } else {
          delta.configs.insert(config->topic);
        }
      }
    }
  }
  return delta;
}

void MetadataPublisher::AddPartitionsOf(TopicId topic, MetadataDelta& delta) const {
  const auto count = static_cast<int32_t>(image_.FindTopic(topic)->partitions.size());
  for (int32_t partition = 0; partition < count; ++partition) delta.partitions.insert({topic, partition});
}

bool MetadataPublisher::IsAlive(BrokerId broker) const {
  const BrokerRegistration* registration = image_.FindBroker(broker);
  return registration != nullptr && !registration->fenced;
}

MetadataResponse::Topic MetadataPublisher::DescribeTopic(const TopicImage& topic) const {
  MetadataResponse::Topic described{.name = topic.name, .id = topic.id};
  for (size_t i = 0; i < topic.partitions.size(); ++i) {
    const PartitionRegistration& partition = topic.partitions[i];
    MetadataResponse::Partition entry{.partition = static_cast<int32_t>(i),
                                      .leader = partition.leader,
                                      .leader_epoch = partition.leader_epoch,
                                      .replicas = partition.replicas,
                                      .isr = partition.isr};
    if (!IsAlive(partition.leader)) {
      entry.error = ErrorCode::kLeaderNotAvailable;
      entry.leader = BrokerId();
    }
    for (BrokerId replica : partition.replicas) {
      if (!IsAlive(replica) || !image_.IsReplicaDirOnline(replica, partition))
        entry.offline_replicas.push_back(replica);
    }
    described.partitions.push_back(std::move(entry));
  }
  return described;
}

MetadataResponse MetadataPublisher::Describe(const MetadataRequest& request, BrokerId controller) const {
  MetadataResponse response{.controller = controller};
  for (const auto& [id, registration] : image_.brokers()) {
    if (!registration.fenced) response.brokers.push_back(id);
  }
  if (request.all_topics) {
    for (const TopicImage& topic : image_.topics()) {
      if (!topic.name.empty()) response.topics.push_back(DescribeTopic(topic));
    }
  }
  for (const std::string& name : request.topics) {
    const TopicImage* topic = image_.FindTopic(name);
    if (topic != nullptr) {
      response.topics.push_back(DescribeTopic(*topic));
    } else {
      response.topics.push_back({.error = ErrorCode::kUnknownTopicOrPartition, .name = name});
    }
  }
  return response;
}

}  // namespace ktrial::cluster
