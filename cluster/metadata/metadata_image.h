// The state that the committed metadata records add up to: brokers, topics, partitions and configs (Kafka:
// MetadataImage with ClusterImage, TopicsImage, ConfigurationsImage). Controllers and brokers each keep their own and
// replay records into it in offset order.
#ifndef KTRIAL_CLUSTER_METADATA_METADATA_IMAGE_H_
#define KTRIAL_CLUSTER_METADATA_METADATA_IMAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/metadata/metadata_record.h"
#include "cluster/protocol/ids.h"

namespace ktrial::cluster {

struct BrokerRegistration {
  BrokerId broker;
  int64_t incarnation_id = 0;
  BrokerEpoch epoch;
  std::string rack;
  bool fenced = true;
  bool in_controlled_shutdown = false;
  // Log directories that are online, ascending; empty if the broker has no more than one.
  std::vector<DirectoryId> log_dirs = {};

  // DirectoryId.isOnline: a directory that nobody has named is taken to be online.
  bool HasOnlineDir(DirectoryId dir) const;
};

struct PartitionRegistration {
  std::vector<BrokerId> replicas;
  std::vector<BrokerId> isr;
  // None while offline.
  BrokerId leader;
  LeaderEpoch leader_epoch;
  PartitionEpoch partition_epoch;
  LeaderRecoveryState recovery_state = LeaderRecoveryState::kRecovered;
  // Of a reassignment under way (KIP-455): replicas that are to leave, and that have come in addition. Both are among
  // `replicas` until it is complete.
  std::vector<BrokerId> removing = {};
  std::vector<BrokerId> adding = {};
  // Eligible leader replicas (KIP-966): out of the ISR, which has fewer than min.insync.replicas members, and still
  // holding every committed record; ascending.
  std::vector<BrokerId> elr = {};
  // Who led when the ISR became empty, while nobody leads (Kafka: lastKnownElr, of one member).
  BrokerId last_known_leader = {};
  // Beside `replicas`; empty if all are kMigratingDirectory.
  std::vector<DirectoryId> directories = {};

  // Where the broker has its replica; kMigratingDirectory if it has none.
  DirectoryId DirectoryOf(BrokerId replica) const;
  bool is_being_reassigned() const { return !removing.empty() || !adding.empty(); }
  friend bool operator==(const PartitionRegistration&, const PartitionRegistration&) = default;
};

// Applies a change to one partition, epochs included.
void MergeChange(const PartitionChangeRecord& change, PartitionRegistration& partition);

struct TopicImage {
  TopicId id;
  std::string name;
  std::vector<PartitionRegistration> partitions;
  absl::btree_map<std::string, std::string> configs;
};

class MetadataImage {
 public:
  // Applies one record at `offset`. Records come in offset order. False, and nothing is changed, for a record that
  // contradicts the image: it belongs to another log than what was replayed before.
  bool Replay(const MetadataRecordBody& record, Offset offset);
  // Equal for images that are equal (image_hash.h).
  uint64_t hash() const { return hash_; }

  // Null if unknown.
  const BrokerRegistration* FindBroker(BrokerId broker) const;
  const TopicImage* FindTopic(TopicId topic) const;
  const TopicImage* FindTopic(std::string_view name) const;
  const PartitionRegistration* FindPartition(TopicPartition tp) const;
  // The directory that a new replica on the broker is given: the only one, or kUnassignedDirectory until the broker has
  // chosen (ClusterControlManager.defaultDir).
  DirectoryId DefaultDirectory(BrokerId broker) const;
  // Whether the broker's replica of the partition may be on a log directory that is online.
  bool IsReplicaDirOnline(BrokerId broker, const PartitionRegistration& partition) const;
  // What was set of the broker while it ran (dynamic broker configs). Null if it was not.
  const std::string* FindBrokerConfig(BrokerId broker, std::string_view name) const;

  // Ascending by id.
  const absl::btree_map<BrokerId, BrokerRegistration>& brokers() const { return brokers_; }
  // By dense TopicId; an entry is empty (no name) if the topic was deleted.
  const std::vector<TopicImage>& topics() const { return topics_; }
  ProducerId next_producer_id() const { return next_producer_id_; }

 private:
  bool Apply(const RegisterBrokerRecord& record, Offset offset);
  bool Apply(const BrokerRegistrationChangeRecord& record);
  bool Apply(const TopicRecord& record);
  bool Apply(const PartitionRecord& record);
  bool Apply(const PartitionChangeRecord& record);
  bool Apply(const ConfigRecord& record);
  bool Apply(const ClearElrRecord& record);
  bool Apply(const ProducerIdsRecord& record);
  // Null if there is no such topic.
  TopicImage* TopicAt(TopicId topic);

  absl::btree_map<BrokerId, BrokerRegistration> brokers_;
  std::vector<TopicImage> topics_;
  absl::btree_map<std::string, TopicId> topic_ids_;
  absl::btree_map<BrokerId, absl::btree_map<std::string, std::string>> broker_configs_;
  ProducerId next_producer_id_{0};
  uint64_t hash_ = 0;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_METADATA_METADATA_IMAGE_H_
