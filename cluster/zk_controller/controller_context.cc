#include "cluster/zk_controller/controller_context.h"

#include <utility>

#include "cluster/metadata/broker_list.h"

namespace ktrial::cluster {

bool IsValidTransition(PartitionState from, PartitionState to) {
  switch (to) {
    case PartitionState::kNew:
      return from == PartitionState::kNonExistent;
    case PartitionState::kOnline:
    case PartitionState::kOffline:
      return from != PartitionState::kNonExistent;
    case PartitionState::kNonExistent:
      return from == PartitionState::kOffline;
  }
  return false;
}

bool IsValidTransition(ReplicaState from, ReplicaState to) {
  switch (to) {
    case ReplicaState::kNew:
      return from == ReplicaState::kNonExistent;
    case ReplicaState::kOnline:
    case ReplicaState::kOffline:
      return from == ReplicaState::kNew || from == ReplicaState::kOnline || from == ReplicaState::kOffline ||
             from == ReplicaState::kDeletionIneligible;
    case ReplicaState::kDeletionStarted:
      return from == ReplicaState::kOffline;
    case ReplicaState::kDeletionSuccessful:
      return from == ReplicaState::kDeletionStarted;
    case ReplicaState::kDeletionIneligible:
      return from == ReplicaState::kOffline || from == ReplicaState::kDeletionStarted;
    case ReplicaState::kNonExistent:
      return from == ReplicaState::kDeletionSuccessful;
  }
  return false;
}

std::vector<BrokerId> ControllerContext::LiveOrShuttingDownBrokers() const {
  std::vector<BrokerId> brokers;
  for (const auto& [broker, live] : live_or_shutting_down) brokers.push_back(broker);
  return brokers;
}

ReplicaAssignment ControllerContext::AssignmentOf(TopicPartition tp) const {
  const auto it = assignments.find(tp);
  return it == assignments.end() ? ReplicaAssignment() : it->second;
}

const LeaderIsrAndControllerEpoch* ControllerContext::LeadershipOf(TopicPartition tp) const {
  const auto it = leadership.find(tp);
  return it == leadership.end() ? nullptr : &it->second;
}

PartitionState ControllerContext::StateOf(TopicPartition tp) const {
  const auto it = partition_states.find(tp);
  return it == partition_states.end() ? PartitionState::kNonExistent : it->second;
}

ReplicaState ControllerContext::StateOf(const PartitionAndReplica& replica) const {
  const auto it = replica_states.find(replica);
  return it == replica_states.end() ? ReplicaState::kNonExistent : it->second;
}

std::vector<TopicPartition> ControllerContext::PartitionsIn(PartitionState first, PartitionState second) const {
  std::vector<TopicPartition> partitions;
  for (const auto& [tp, state] : partition_states) {
    if (state == first || state == second) partitions.push_back(tp);
  }
  return partitions;
}

std::vector<PartitionAndReplica> ControllerContext::ReplicasOn(const std::vector<BrokerId>& brokers) const {
  std::vector<PartitionAndReplica> replicas;
  for (const auto& [tp, assignment] : assignments) {
    for (BrokerId broker : assignment.replicas) {
      if (Contains(brokers, broker)) replicas.push_back({tp, broker});
    }
  }
  return replicas;
}

std::vector<PartitionAndReplica> ControllerContext::ReplicasOf(const std::vector<TopicPartition>& partitions) const {
  std::vector<PartitionAndReplica> replicas;
  for (const TopicPartition& tp : partitions) {
    for (BrokerId broker : AssignmentOf(tp).replicas) replicas.push_back({tp, broker});
  }
  return replicas;
}

std::vector<TopicPartition> ControllerContext::PartitionsWithOfflineLeader() const {
  std::vector<TopicPartition> partitions;
  for (const auto& [tp, info] : leadership) {
    if (!IsReplicaOnline(info.leader_and_isr.leader)) partitions.push_back(tp);
  }
  return partitions;
}

std::vector<TopicPartition> ControllerContext::PartitionsWithLeaders() const {
  std::vector<TopicPartition> partitions;
  for (const auto& [tp, info] : leadership) partitions.push_back(tp);
  return partitions;
}

std::vector<TopicPartition> ControllerContext::PartitionsLedBy(BrokerId broker) const {
  std::vector<TopicPartition> partitions;
  for (const auto& [tp, info] : leadership) {
    if (info.leader_and_isr.leader == broker) partitions.push_back(tp);
  }
  return partitions;
}

void ControllerContext::AddTopic(const std::string& name, const TopicZnode& topic) {
  topic_ids[name] = topic.topic;
  topics[topic.topic].name = name;
  for (size_t i = 0; i < topic.partitions.size(); ++i) {
    const TopicPartition tp{topic.topic, static_cast<int32_t>(i)};
    assignments[tp] = topic.partitions[i];
    if (topic.partitions[i].is_being_reassigned()) being_reassigned.insert(tp);
  }
}

void ControllerContext::Reset() {
  ControllerContext fresh;
  fresh.active_controller = active_controller;
  fresh.broker_epoch = broker_epoch;
  fresh.registered_session = registered_session;
  *this = std::move(fresh);
}

}  // namespace ktrial::cluster
