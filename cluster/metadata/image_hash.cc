#include "cluster/metadata/image_hash.h"

#include <vector>

#include "sim/trace_hash.h"

namespace ktrial::cluster {
namespace {

// Keeps parts of different kinds apart.
enum class Part : uint8_t { kBroker, kPartition, kTopic, kConfig, kBrokerConfig, kProducerIds };

class PartHash {
 public:
  explicit PartHash(Part part) { Add(static_cast<int64_t>(part)); }

  PartHash& Add(int64_t number) {
    hash_.Add(static_cast<uint64_t>(number));
    return *this;
  }
  PartHash& Add(TopicPartition tp) { return Add(tp.topic.value()).Add(tp.partition); }
  PartHash& Add(std::string_view text) {
    Add(static_cast<int64_t>(text.size()));
    for (const char c : text) Add(static_cast<int64_t>(c));
    return *this;
  }
  PartHash& Add(const std::vector<BrokerId>& brokers) {
    Add(static_cast<int64_t>(brokers.size()));
    for (const BrokerId broker : brokers) Add(broker.value());
    return *this;
  }
  PartHash& Add(const std::vector<DirectoryId>& directories) {
    Add(static_cast<int64_t>(directories.size()));
    for (const DirectoryId directory : directories) Add(directory.value());
    return *this;
  }
  uint64_t value() const { return hash_.value(); }

 private:
  sim::TraceHash hash_;
};

}  // namespace

uint64_t ImageHashOf(const BrokerRegistration& broker) {
  return PartHash(Part::kBroker)
      .Add(broker.broker.value())
      .Add(broker.incarnation_id)
      .Add(broker.epoch.value())
      .Add(broker.rack)
      .Add(int64_t{broker.fenced})
      .Add(int64_t{broker.in_controlled_shutdown})
      .Add(broker.log_dirs)
      .value();
}

uint64_t ImageHashOf(TopicPartition tp, const PartitionRegistration& partition) {
  return PartHash(Part::kPartition)
      .Add(tp)
      .Add(partition.replicas)
      .Add(partition.directories)
      .Add(partition.isr)
      .Add(partition.leader.value())
      .Add(partition.leader_epoch.value())
      .Add(partition.partition_epoch.value())
      .Add(static_cast<int64_t>(partition.recovery_state))
      .Add(partition.removing)
      .Add(partition.adding)
      .Add(partition.elr)
      .Add(partition.last_known_leader.value())
      .value();
}

uint64_t ImageHashOfTopic(TopicId topic, std::string_view name) {
  return PartHash(Part::kTopic).Add(topic.value()).Add(name).value();
}

uint64_t ImageHashOfConfig(TopicId topic, std::string_view name, std::string_view value) {
  return PartHash(Part::kConfig).Add(topic.value()).Add(name).Add(value).value();
}

uint64_t ImageHashOfConfig(BrokerId broker, std::string_view name, std::string_view value) {
  return PartHash(Part::kBrokerConfig).Add(broker.value()).Add(name).Add(value).value();
}

uint64_t ImageHashOf(ProducerId next) { return PartHash(Part::kProducerIds).Add(next.value()).value(); }

}  // namespace ktrial::cluster
