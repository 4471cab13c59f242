// Reassignments of partitions to other brokers (KIP-455) in ZooKeeper mode. RS is the present replica set, ORS what it
// was, TRS what it is to be: RS = ORS and TRS until every target is in sync, then TRS.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "cluster/metadata/broker_list.h"
#include "cluster/zk_controller/broker_request_batch.h"
#include "cluster/zk_controller/controller_events.h"
#include "cluster/zk_controller/partition_state_machine.h"
#include "cluster/zk_controller/replica_state_machine.h"

namespace ktrial::cluster {
namespace {

std::vector<PartitionAndReplica> ReplicasAt(TopicPartition tp, const std::vector<BrokerId>& brokers) {
  std::vector<PartitionAndReplica> replicas;
  for (BrokerId broker : brokers) replicas.push_back({tp, broker});
  return replicas;
}

bool IsReassignmentComplete(ControllerEnv& env, TopicPartition tp, const ReplicaAssignment& assignment,
                            bool& complete) {
  complete = !assignment.is_being_reassigned();
  if (complete) return true;
  KafkaZkClient::States states;
  if (!env.zk.GetTopicPartitionStates(env.context, {tp}, states)) return false;
  const auto it = states.find(tp);
  if (it == states.end()) return true;
  const std::vector<BrokerId> target = assignment.TargetReplicas();
  complete = std::all_of(target.begin(), target.end(),
                         [&](BrokerId broker) { return Contains(it->second.leader_and_isr.isr, broker); });
  return true;
}

// Into the topic's node.
bool WriteAssignment(ControllerEnv& env, TopicPartition tp, const ReplicaAssignment& assignment) {
  const ControllerContext& context = env.context;
  TopicZnode topic{.topic = tp.topic, .partitions = {}};
  for (auto it = context.assignments.lower_bound({tp.topic, 0});
       it != context.assignments.end() && it->first.topic == tp.topic; ++it) {
    topic.partitions.push_back(it->first == tp ? assignment : it->second);
  }
  return env.zk.SetAssignment(context.NameOf(tp), topic, context.epoch_zk_version);
}

// Even if neither leader nor ISR change: the leader is to learn the replicas.
bool UpdateLeaderEpoch(ControllerEnv& env, TopicPartition tp) {
  for (;;) {
    KafkaZkClient::States states;
    if (!env.zk.GetTopicPartitionStates(env.context, {tp}, states)) return false;
    const auto it = states.find(tp);
    if (it == states.end() || it->second.controller_epoch > env.context.epoch) {
      return env.zk.Fail(KafkaZkClient::Stop::kFailed);
    }
    const LeaderAndIsr& state = it->second.leader_and_isr;
    KafkaZkClient::UpdatedStates written;
    if (!env.zk.UpdateLeaderAndIsr(env.context, {{tp, state.NewLeaderAndIsr(state.leader, state.isr)}}, written)) {
      return false;
    }
    if (!written.failed.empty()) return env.zk.Fail(KafkaZkClient::Stop::kFailed);
    if (written.updated.empty()) continue;
    PutPartitionLeadership(env, tp, {written.updated.at(tp), env.context.epoch});
    return true;
  }
}

bool UpdateLeaderEpochAndSendRequest(ControllerEnv& env, TopicPartition tp, const ReplicaAssignment& assignment) {
  if (!UpdateLeaderEpoch(env, tp)) return false;
  const LeaderIsrAndControllerEpoch& state = *env.context.LeadershipOf(tp);
  BrokerRequestBatch batch;
  batch.AddLeaderAndIsr(env.context, assignment.OriginReplicas(), tp, state, assignment, /*is_new=*/false);
  batch.AddLeaderAndIsr(env.context, assignment.adding, tp, state, assignment, /*is_new=*/true);
  batch.Send(env);
  return true;
}

bool StopRemovedReplicas(ControllerEnv& env, TopicPartition tp, const std::vector<BrokerId>& removed) {
  const std::vector<PartitionAndReplica> replicas = ReplicasAt(tp, removed);
  return HandleStateChanges(env, replicas, ReplicaState::kOffline) &&
         HandleStateChanges(env, replicas, ReplicaState::kDeletionStarted) &&
         HandleStateChanges(env, replicas, ReplicaState::kDeletionSuccessful) &&
         HandleStateChanges(env, replicas, ReplicaState::kNonExistent);
}

bool UpdateCurrentReassignment(ControllerEnv& env, TopicPartition tp, const ReplicaAssignment& assignment) {
  const ReplicaAssignment current = env.context.AssignmentOf(tp);
  if (current != assignment) {
    if (!WriteAssignment(env, tp, assignment)) return false;
    env.context.assignments[tp] = assignment;
    // Of a reassignment that this one takes the place of.
    std::vector<BrokerId> unneeded;
    for (BrokerId broker : current.replicas) {
      if (!Contains(assignment.replicas, broker)) unneeded.push_back(broker);
    }
    if (!unneeded.empty() && !StopRemovedReplicas(env, tp, unneeded)) return false;
  }
  env.context.being_reassigned.insert(tp);
  return true;
}

bool MoveLeaderIfRequired(ControllerEnv& env, TopicPartition tp, const ReplicaAssignment& assignment) {
  const BrokerId leader = env.context.LeadershipOf(tp)->leader_and_isr.leader;
  if (Contains(assignment.replicas, leader) && env.context.IsReplicaOnline(leader)) {
    return UpdateLeaderEpochAndSendRequest(env, tp, assignment);
  }
  return HandleStateChanges(env, {tp}, PartitionState::kOnline, ElectionStrategy::kReassign);
}

bool CompleteReassignment(ControllerEnv& env, TopicPartition tp, const ReplicaAssignment& reassignment) {
  ControllerContext& context = env.context;
  if (!HandleStateChanges(env, ReplicasAt(tp, reassignment.adding), ReplicaState::kOnline)) return false;
  const ReplicaAssignment completed{.replicas = reassignment.TargetReplicas(), .adding = {}, .removing = {}};
  context.assignments[tp] = completed;
  if (!MoveLeaderIfRequired(env, tp, completed)) return false;
  if (!StopRemovedReplicas(env, tp, reassignment.removing)) return false;
  if (!WriteAssignment(env, tp, completed)) return false;
  context.being_reassigned.erase(tp);
  SendUpdateMetadata(env, context.LiveOrShuttingDownBrokers(), {tp});
  return true;
}

bool OnPartitionReassignment(ControllerEnv& env, TopicPartition tp, const ReplicaAssignment& reassignment) {
  if (!UpdateCurrentReassignment(env, tp, reassignment)) return false;
  bool complete = false;
  if (!IsReassignmentComplete(env, tp, reassignment, complete)) return false;
  if (complete) return CompleteReassignment(env, tp, reassignment);
  return UpdateLeaderEpochAndSendRequest(env, tp, reassignment) &&
         HandleStateChanges(env, ReplicasAt(tp, reassignment.adding), ReplicaState::kNew);
}

// What the request asks of one partition; nothing with the error that says why not.
std::optional<ReplicaAssignment> BuildReassignment(const ControllerContext& context, TopicPartition tp,
                                                   const std::optional<std::vector<BrokerId>>& replicas,
                                                   ErrorCode& error) {
  const ReplicaAssignment current = context.AssignmentOf(tp);
  if (!replicas) {
    error = ErrorCode::kNoReassignmentInProgress;
    if (!current.is_being_reassigned()) return std::nullopt;
    return current.ReassignTo(current.OriginReplicas());
  }
  const absl::btree_set<BrokerId> distinct(replicas->begin(), replicas->end());
  ReplicaAssignment wanted = current.ReassignTo(*replicas);
  const bool all_live =
      std::all_of(wanted.adding.begin(), wanted.adding.end(), [&](BrokerId broker) { return context.IsLive(broker); });
  error = ErrorCode::kInvalidReplicaAssignment;
  if (replicas->empty() || distinct.size() != replicas->size() || !all_live) return std::nullopt;
  return wanted;
}

}  // namespace

bool ResumeReassignments(ControllerEnv& env, const std::vector<BrokerId>* brokers) {
  const absl::btree_set<TopicPartition> under_way = env.context.being_reassigned;
  for (const TopicPartition& tp : under_way) {
    const ReplicaAssignment assignment = env.context.AssignmentOf(tp);
    const std::vector<BrokerId> target = assignment.TargetReplicas();
    const bool concerned = brokers == nullptr || std::any_of(target.begin(), target.end(), [&](BrokerId broker) {
                             return Contains(*brokers, broker);
                           });
    if (concerned && !OnPartitionReassignment(env, tp, assignment)) return false;
  }
  return true;
}

bool MaybeCompleteReassignment(ControllerEnv& env, TopicPartition tp) {
  const ReplicaAssignment assignment = env.context.AssignmentOf(tp);
  bool complete = false;
  if (!IsReassignmentComplete(env, tp, assignment, complete)) return false;
  return !complete || OnPartitionReassignment(env, tp, assignment);
}

bool ProcessPartitionReassignments(ControllerEnv& env, const RequestEvent& event) {
  const auto& request = std::get<AlterPartitionReassignmentsRequest>(event.request);
  AlterPartitionReassignmentsResponse response;
  if (!env.is_active()) {
    response.error = ErrorCode::kNotController;
    env.effects.Add(RespondTo{event.handle, std::move(response)});
    return true;
  }
  std::vector<std::pair<TopicPartition, ReplicaAssignment>> reassignments;
  for (const AlterPartitionReassignmentsRequest::PartitionData& data : request.partitions) {
    auto& result = response.partitions.emplace_back();
    result.topic = data.topic;
    result.partition = data.partition;
    const auto id = env.context.topic_ids.find(data.topic);
    const TopicPartition tp{id == env.context.topic_ids.end() ? TopicId() : id->second, data.partition};
    if (!env.context.assignments.contains(tp)) {
      result.error = ErrorCode::kUnknownTopicOrPartition;
      continue;
    }
    auto wanted = BuildReassignment(env.context, tp, data.replicas, result.error);
    if (!wanted) continue;
    result.error = ErrorCode::kNone;
    reassignments.emplace_back(tp, *std::move(wanted));
  }
  for (const auto& [tp, wanted] : reassignments) {
    if (!OnPartitionReassignment(env, tp, wanted)) return false;
  }
  env.effects.Add(RespondTo{event.handle, std::move(response)});
  return true;
}

}  // namespace ktrial::cluster
