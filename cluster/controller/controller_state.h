// The active controller's speculative state: the image after every record it has appended, committed or not, and
// indexes over it (org.apache.kafka.controller.BrokersToIsrs, BrokersToElrs). It begins as a copy of the committed
// image when a controller becomes active, and is dropped when it ceases to be: that is the revert.
#ifndef KTRIAL_CLUSTER_CONTROLLER_CONTROLLER_STATE_H_
#define KTRIAL_CLUSTER_CONTROLLER_CONTROLLER_STATE_H_

#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "cluster/metadata/metadata_image.h"
#include "cluster/metadata/metadata_record.h"

namespace ktrial::cluster {

// Records of one event, in order; they are appended as a unit.
using ControllerRecords = std::vector<MetadataRecordBody>;

class ControllerState {
 public:
  explicit ControllerState(MetadataImage image);

  void Replay(const MetadataRecordBody& record, Offset offset);
  const MetadataImage& image() const { return image_; }

  // Registered, unfenced and not in controlled shutdown.
  bool IsActive(BrokerId broker) const;
  // Partitions whose ISR holds the broker; ascending.
  std::vector<TopicPartition> PartitionsWithBrokerInIsr(BrokerId broker) const;
  // Partitions of whose eligible leader replicas the broker is one; ascending.
  std::vector<TopicPartition> PartitionsWithBrokerInElr(BrokerId broker) const;
  // Partitions of which the broker has a replica in this directory, wherever they are led; ascending.
  std::vector<TopicPartition> PartitionsInDirectory(BrokerId broker, DirectoryId dir) const;
  bool HasLeaderships(BrokerId broker) const;
  const absl::btree_set<TopicPartition>& leaderless() const { return leaderless_; }
  // Those that their preferred leader, the first replica, does not lead.
  const absl::btree_set<TopicPartition>& imbalanced() const { return imbalanced_; }

 private:
  using PartitionsByBroker = absl::btree_map<BrokerId, absl::btree_set<TopicPartition>>;

  static std::vector<TopicPartition> PartitionsOf(const PartitionsByBroker& members, BrokerId broker);
  void IndexTopic(const TopicImage& topic);
  void UnindexTopic(const TopicImage& topic);
  void Index(TopicPartition tp, const PartitionRegistration& partition);
  void Unindex(TopicPartition tp, const PartitionRegistration& partition);

  MetadataImage image_;
  PartitionsByBroker isr_members_;
  PartitionsByBroker elr_members_;
  absl::btree_map<BrokerId, int64_t> leaderships_;
  absl::btree_set<TopicPartition> leaderless_;
  absl::btree_set<TopicPartition> imbalanced_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CONTROLLER_CONTROLLER_STATE_H_
