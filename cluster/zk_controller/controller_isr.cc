#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/btree_map.h"
#include "cluster/zk_controller/broker_request_batch.h"
#include "cluster/zk_controller/controller_events.h"

namespace ktrial::cluster {
namespace {

using Proposals = absl::btree_map<TopicPartition, LeaderAndIsr>;

ErrorCode CheckSender(const ControllerEnv& env, const AlterPartitionRequest& request) {
  if (!env.is_active()) return ErrorCode::kNotController;
  const auto live = env.context.live_or_shutting_down.find(request.broker);
  const bool known = live != env.context.live_or_shutting_down.end() && live->second.epoch == request.broker_epoch;
  return known ? ErrorCode::kNone : ErrorCode::kStaleBrokerEpoch;
}

LeaderAndIsr ToLeaderAndIsr(BrokerId leader, const AlterPartitionRequest::PartitionData& data) {
  LeaderAndIsr proposal{
      .leader = leader,
      .leader_epoch = data.leader_epoch,
      .isr = {},
      .recovery_state = data.recovering ? LeaderRecoveryState::kRecovering : LeaderRecoveryState::kRecovered,
      .partition_epoch = data.partition_epoch};
  for (const BrokerState& member : data.new_isr) proposal.isr.push_back(member.broker);
  return proposal;
}

// Whether the proposal has been made true already, by an earlier sending of it (KAFKA-14144).
bool EqualsAllowStalePartitionEpoch(const LeaderAndIsr& proposal, const LeaderAndIsr& current) {
  return proposal.leader == current.leader && proposal.leader_epoch == current.leader_epoch &&
         proposal.isr == current.isr && proposal.recovery_state == current.recovery_state &&
         proposal.partition_epoch <= current.partition_epoch;
}

// NONE if it is to be written. `done` if there is nothing to write.
ErrorCode CheckProposal(const ControllerEnv& env, const LeaderAndIsr& proposal, const LeaderAndIsr& current,
                        bool& done) {
  // The leader knows of decisions of a controller that came after this one.
  if (proposal.partition_epoch > current.partition_epoch || proposal.leader_epoch > current.leader_epoch) {
    return ErrorCode::kNotController;
  }
  if (proposal.leader_epoch < current.leader_epoch) return ErrorCode::kFencedLeaderEpoch;
  done = EqualsAllowStalePartitionEpoch(proposal, current);
  if (done) return ErrorCode::kNone;
  if (proposal.partition_epoch < current.partition_epoch) return ErrorCode::kInvalidUpdateVersion;
  const bool recovering = proposal.recovery_state == LeaderRecoveryState::kRecovering;
  if (recovering && (proposal.isr.size() > 1 || current.recovery_state == LeaderRecoveryState::kRecovered)) {
    return ErrorCode::kInvalidRequest;
  }
  const bool all_live = std::all_of(proposal.isr.begin(), proposal.isr.end(),
                                    [&](BrokerId member) { return env.context.IsLive(member); });
  return all_live ? ErrorCode::kNone : ErrorCode::kIneligibleReplica;
}

AlterPartitionResponse::PartitionData ToResponse(TopicPartition tp, const LeaderAndIsr& state) {
  return {.tp = tp,
          .error = ErrorCode::kNone,
          .leader = state.leader,
          .leader_epoch = state.leader_epoch,
          .isr = state.isr,
          .recovering = state.recovery_state == LeaderRecoveryState::kRecovering,
          .partition_epoch = state.partition_epoch};
}

// Answers to all partitions of the request, in the order of their ids.
bool AlterPartitions(ControllerEnv& env, const AlterPartitionRequest& request,
                     absl::btree_map<TopicPartition, AlterPartitionResponse::PartitionData>& responses) {
  Proposals to_write;
  std::vector<TopicPartition> partitions;
  for (const AlterPartitionRequest::PartitionData& data : request.partitions) {
    partitions.push_back(data.tp);
    const LeaderIsrAndControllerEpoch* known = env.context.LeadershipOf(data.tp);
    if (known == nullptr) {
      responses[data.tp] = {.tp = data.tp, .error = ErrorCode::kUnknownTopicOrPartition};
      continue;
    }
    LeaderAndIsr proposal = ToLeaderAndIsr(request.broker, data);
    bool done = false;
    const ErrorCode error = CheckProposal(env, proposal, known->leader_and_isr, done);
    if (error != ErrorCode::kNone) {
      responses[data.tp] = {.tp = data.tp, .error = error};
    } else if (done) {
      responses[data.tp] = ToResponse(data.tp, known->leader_and_isr);
    } else {
      to_write[data.tp] = std::move(proposal);
    }
  }
  KafkaZkClient::UpdatedStates written;
  if (!env.zk.UpdateLeaderAndIsr(env.context, to_write, written)) return false;
  std::vector<TopicPartition> updated;
  for (const auto& [tp, state] : written.updated) {
    responses[tp] = ToResponse(tp, state);
    updated.push_back(tp);
  }
  for (const TopicPartition& tp : written.bad_version) {
    responses[tp] = {.tp = tp, .error = ErrorCode::kInvalidUpdateVersion};
  }
  for (const TopicPartition& tp : written.failed) {
    responses[tp] = {.tp = tp, .error = ErrorCode::kUnknownTopicOrPartition};
  }
  if (!UpdateLeaderAndIsrCache(env, updated)) return false;
  SendUpdateMetadata(env, env.context.LiveOrShuttingDownBrokers(), partitions);
  return true;
}

}  // namespace

bool UpdateLeaderAndIsrCache(ControllerEnv& env, const std::vector<TopicPartition>& partitions) {
  KafkaZkClient::States states;
  if (!env.zk.GetTopicPartitionStates(env.context, partitions, states)) return false;
  for (const auto& [tp, state] : states) PutPartitionLeadership(env, tp, state);
  return true;
}

bool ProcessAlterPartition(ControllerEnv& env, const RequestEvent& event) {
  const auto& request = std::get<AlterPartitionRequest>(event.request);
  AlterPartitionResponse response;
  response.error = CheckSender(env, request);
  absl::btree_map<TopicPartition, AlterPartitionResponse::PartitionData> responses;
  if (response.error == ErrorCode::kNone && !AlterPartitions(env, request, responses)) return false;
  for (const auto& [tp, partition] : responses) response.partitions.push_back(partition);
  env.effects.Add(RespondTo{event.handle, std::move(response)});
  for (const auto& [tp, partition] : responses) {
    if (partition.error != ErrorCode::kNone || !env.context.being_reassigned.contains(tp)) continue;
    if (!MaybeCompleteReassignment(env, tp)) return false;
  }
  return true;
}

bool ProcessIsrChangeNotification(ControllerEnv& env) {
  if (!env.is_active()) return true;
  std::vector<std::string> nodes;
  std::vector<TopicPartition> partitions;
  if (!env.zk.GetIsrChangeNotifications(nodes) || !env.zk.GetPartitionsFromIsrChanges(nodes, partitions)) return false;
  std::erase_if(partitions, [&](const TopicPartition& tp) { return !env.context.assignments.contains(tp); });
  if (!partitions.empty()) {
    if (!UpdateLeaderAndIsrCache(env, partitions)) return false;
    SendUpdateMetadata(env, env.context.LiveOrShuttingDownBrokers(), partitions);
    for (const TopicPartition& tp : partitions) {
      if (env.context.being_reassigned.contains(tp) && !MaybeCompleteReassignment(env, tp)) return false;
    }
  }
  return env.zk.DeleteIsrChangeNotifications(nodes, env.context.epoch_zk_version);
}

}  // namespace ktrial::cluster
