// What ZooKeeper mode's controller has in memory (kafka.controller.ControllerContext): the cluster as it last read or
// wrote it in ZooKeeper, and the states of its partitions and replicas. Plain and copyable: an event that waits for
// ZooKeeper runs again on a copy (zk_thread.h).
#ifndef KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLER_CONTEXT_H_
#define KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLER_CONTEXT_H_

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "cluster/protocol/ids.h"
#include "cluster/zk_controller/leader_and_isr.h"
#include "cluster/zk_controller/zk_data.h"

namespace ktrial::cluster {

enum class PartitionState : uint8_t { kNonExistent, kNew, kOnline, kOffline };
// Whether the state may be left for the other (PartitionState.validPreviousStates).
bool IsValidTransition(PartitionState from, PartitionState to);

enum class ReplicaState : uint8_t {
  kNonExistent,
  kNew,
  kOnline,
  kOffline,
  kDeletionStarted,
  kDeletionSuccessful,
  kDeletionIneligible
};
bool IsValidTransition(ReplicaState from, ReplicaState to);

struct PartitionAndReplica {
  TopicPartition tp;
  BrokerId replica;

  friend auto operator<=>(const PartitionAndReplica&, const PartitionAndReplica&) = default;
};

struct LiveBroker {
  BrokerEpoch epoch;
  std::string rack;
};

struct ControlledTopicInfo {
  std::string name;
  TopicConfigs configs;
};

struct ControllerContext {
  // ---- Of every broker, whether it is the controller or not.

  // Whom this broker takes to be the controller; none if nobody.
  BrokerId active_controller;
  // Its own registration, at the last time that it made sure of it.
  BrokerEpoch broker_epoch;
  // The session that made it; 0 before the first.
  int64_t registered_session = 0;

  // ---- Of the controller.

  ControllerEpoch epoch;
  // The version of /controller_epoch that was written with `epoch`.
  int32_t epoch_zk_version = -1;
  absl::btree_map<BrokerId, LiveBroker> live_or_shutting_down;
  absl::btree_set<BrokerId> shutting_down;
  absl::btree_map<std::string, TopicId> topic_ids;
  absl::btree_map<TopicId, ControlledTopicInfo> topics;
  absl::btree_map<TopicPartition, ReplicaAssignment> assignments;
  absl::btree_map<TopicPartition, LeaderIsrAndControllerEpoch> leadership;
  absl::btree_map<TopicPartition, PartitionState> partition_states;
  absl::btree_map<PartitionAndReplica, ReplicaState> replica_states;
  absl::btree_set<TopicPartition> being_reassigned;

  bool IsLive(BrokerId broker) const {
    return live_or_shutting_down.contains(broker) && !shutting_down.contains(broker);
  }
  bool IsReplicaOnline(BrokerId broker, bool include_shutting_down = false) const {
    return include_shutting_down ? live_or_shutting_down.contains(broker) : IsLive(broker);
  }
  std::vector<BrokerId> LiveOrShuttingDownBrokers() const;
  // Empty if the partition is not known.
  ReplicaAssignment AssignmentOf(TopicPartition tp) const;
  // Null without one.
  const LeaderIsrAndControllerEpoch* LeadershipOf(TopicPartition tp) const;
  const std::string& NameOf(TopicPartition tp) const { return topics.at(tp.topic).name; }
  PartitionState StateOf(TopicPartition tp) const;
  ReplicaState StateOf(const PartitionAndReplica& replica) const;
  std::vector<TopicPartition> PartitionsIn(PartitionState first, PartitionState second) const;
  std::vector<PartitionAndReplica> ReplicasOn(const std::vector<BrokerId>& brokers) const;
  std::vector<PartitionAndReplica> ReplicasOf(const std::vector<TopicPartition>& partitions) const;
  // Those whose leader, as far as there is one on record, is not online.
  std::vector<TopicPartition> PartitionsWithOfflineLeader() const;
  std::vector<TopicPartition> PartitionsWithLeaders() const;
  std::vector<TopicPartition> PartitionsLedBy(BrokerId broker) const;

  void AddTopic(const std::string& name, const TopicZnode& topic);
  // All but what every broker knows.
  void Reset();
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLER_CONTEXT_H_
