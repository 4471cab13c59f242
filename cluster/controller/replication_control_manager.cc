#include "cluster/controller/replication_control_manager.h"

#include <algorithm>
#include <utility>

#include "cluster/controller/cluster_control_manager.h"
#include "cluster/controller/configuration_control_manager.h"
#include "cluster/controller/partition_change_builder.h"
#include "cluster/defects.h"
#include "cluster/metadata/broker_list.h"
#include "sim/check.h"

namespace ktrial::cluster {

bool AddChange(const ControllerState& state, const BrokerConfig& config, TopicPartition tp, const BrokerChange& change,
               ControllerRecords& records) {
  PartitionChangeInput input = ChangeInputFor(state, config, tp);
  input.target_isr = Without(Without(input.partition->isr, change.removed), change.unclean_shutdown);
  input.unclean_shutdown = change.unclean_shutdown;
  if (UncleanElectionEnabled(*state.image().FindTopic(tp.topic), config)) input.election = PartitionElection::kUnclean;
  const auto record = BuildPartitionChange(input, [&](BrokerId id) {
    return id != change.removed && id != change.unclean_shutdown && (id == change.added || state.IsActive(id));
  });
  if (record) records.push_back(*record);
  return record.has_value();
}

namespace {

// MAX_ELECTIONS_PER_IMBALANCE
constexpr int kMostUncleanElections = 1000;

BrokerRegistrationChangeRecord ChangeOf(const ControllerState& state, BrokerId broker) {
  const BrokerRegistration* registration = state.image().FindBroker(broker);
  KT_CHECK(registration != nullptr);
  return {.broker = broker, .broker_epoch = registration->epoch, .fenced = {}, .in_controlled_shutdown = {}};
}

void EnterControlledShutdown(const ControllerState& state, const BrokerConfig& config, BrokerId broker,
                             ControllerRecords& records) {
  if (!state.image().FindBroker(broker)->in_controlled_shutdown) {
    BrokerRegistrationChangeRecord change = ChangeOf(state, broker);
    change.in_controlled_shutdown = true;
    records.push_back(change);
  }
  RemoveFromIsrs(state, config, broker, records);
}

}  // namespace

PartitionChangeInput ChangeInputFor(const ControllerState& state, const BrokerConfig& config, TopicPartition tp) {
  const PartitionRegistration* partition = state.image().FindPartition(tp);
  KT_CHECK(partition != nullptr);
  PartitionChangeInput input{.tp = tp, .partition = partition, .image = &state.image(), .target_isr = partition->isr};
  input.elr_enabled = config.eligible_leader_replicas;
  input.min_isr = EffectiveMinIsr(*state.image().FindTopic(tp.topic), config);
  input.complete_without_all_targets = config.defects.Has(Defect::kReassignmentWithoutAllTargets);
  input.elect_fenced_last_known = config.defects.Has(Defect::kFencedLastKnownLeader);
  return input;
}

void RemoveFromIsrs(const ControllerState& state, const BrokerConfig& config, BrokerId broker,
                    ControllerRecords& records) {
  for (TopicPartition tp : state.PartitionsWithBrokerInIsr(broker)) {
    AddChange(state, config, tp, {.removed = broker}, records);
  }
}

void HandleBrokerShutdown(const ControllerState& state, const BrokerConfig& config, BrokerId broker, bool was_clean,
                          ControllerRecords& records) {
  if (was_clean || !config.eligible_leader_replicas) return RemoveFromIsrs(state, config, broker, records);
  for (TopicPartition tp : state.PartitionsWithBrokerInIsr(broker)) {
    AddChange(state, config, tp, {.unclean_shutdown = broker}, records);
  }
  for (TopicPartition tp : state.PartitionsWithBrokerInElr(broker)) {
    AddChange(state, config, tp, {.unclean_shutdown = broker}, records);
  }
}

void HandleDirectoriesOffline(const ControllerState& state, const BrokerConfig& config, BrokerId broker,
                              const std::vector<DirectoryId>& offline, ControllerRecords& records) {
  const std::vector<DirectoryId>& online = state.image().FindBroker(broker)->log_dirs;
  std::vector<DirectoryId> left;
  for (const DirectoryId dir : online) {
    if (std::find(offline.begin(), offline.end(), dir) == offline.end()) {
      left.push_back(dir);
      continue;
    }
    for (const TopicPartition tp : state.PartitionsInDirectory(broker, dir)) {
      AddChange(state, config, tp, {.removed = broker}, records);
    }
  }
  if (left.size() == online.size()) return;
  BrokerRegistrationChangeRecord change = ChangeOf(state, broker);
  change.log_dirs = std::move(left);
  records.push_back(std::move(change));
}

void FenceBroker(const ControllerState& state, const BrokerConfig& config, BrokerId broker,
                 ControllerRecords& records) {
  RemoveFromIsrs(state, config, broker, records);
  BrokerRegistrationChangeRecord change = ChangeOf(state, broker);
  change.fenced = true;
  records.push_back(change);
}

void UnfenceBroker(const ControllerState& state, const BrokerConfig& config, BrokerId broker,
                   ControllerRecords& records) {
  BrokerRegistrationChangeRecord change = ChangeOf(state, broker);
  change.fenced = false;
  records.push_back(change);
  for (TopicPartition tp : state.leaderless()) {
    AddChange(state, config, tp, {.added = broker}, records);
  }
}

void MaybeFenceOneStaleBroker(const ControllerState& state, const BrokerConfig& config,
                              BrokerHeartbeatManager& heartbeats, sim::SimTime now, ControllerRecords& records) {
  while (const std::optional<BrokerId> broker = heartbeats.FindOneStaleBroker(now)) {
    FenceBroker(state, config, *broker, records);
    heartbeats.Fence(*broker);
    // The next one's ISRs are to be worked out from the state that this one leaves.
    if (!config.defects.Has(Defect::kFenceAllAtOnce)) return;
  }
}

bool MaybeElectUncleanLeaders(const ControllerState& state, const BrokerConfig& config, ControllerRecords& records) {
  int elections = 0;
  for (TopicPartition tp : state.leaderless()) {
    if (elections == kMostUncleanElections) return true;
    if (!UncleanElectionEnabled(*state.image().FindTopic(tp.topic), config)) continue;
    if (AddChange(state, config, tp, {}, records)) ++elections;
  }
  return false;
}

HeartbeatResult ProcessHeartbeat(const ControllerState& state, const BrokerConfig& config,
                                 BrokerHeartbeatManager& heartbeats, const BrokerHeartbeatRequest& request,
                                 sim::SimTime now, ControllerRecords& records) {
  HeartbeatResult result;
  result.response.error = CheckBrokerEpoch(state, request.broker, request.broker_epoch);
  if (result.response.error != ErrorCode::kNone) return result;

  const Offset registered_at(request.broker_epoch.value());
  const auto [current, next] = heartbeats.NextState(request, registered_at, state.HasLeaderships(request.broker));
  if (current != next) {
    switch (next) {
      case BrokerControlState::kFenced:
      case BrokerControlState::kShutdownNow:
        FenceBroker(state, config, request.broker, records);
        break;
      case BrokerControlState::kUnfenced:
        UnfenceBroker(state, config, request.broker, records);
        break;
      case BrokerControlState::kControlledShutdown:
        EnterControlledShutdown(state, config, request.broker, records);
        break;
    }
  }
  const bool fenced = next == BrokerControlState::kFenced || next == BrokerControlState::kShutdownNow;
  heartbeats.Touch(request.broker, fenced, request.current_metadata_offset, now);
  HandleDirectoriesOffline(state, config, request.broker, request.offline_log_dirs, records);
  result.response.is_caught_up = request.current_metadata_offset >= registered_at;
  result.response.is_fenced = fenced;
  result.response.should_shut_down = next == BrokerControlState::kShutdownNow;
  result.in_controlled_shutdown = next == BrokerControlState::kControlledShutdown;
  return result;
}

ErrorCode ValidateAlterPartition(const ControllerState& state, const BrokerConfig& config, BrokerId broker,
                                 const AlterPartitionRequest::PartitionData& change) {
  if (state.image().FindTopic(change.tp.topic) == nullptr) return ErrorCode::kUnknownTopicId;
  const PartitionRegistration* partition = state.image().FindPartition(change.tp);
  if (partition == nullptr) return ErrorCode::kUnknownTopicOrPartition;
  // A leader that knows more than this controller has a newer one to turn to.
  if (change.leader_epoch > partition->leader_epoch) return ErrorCode::kNotController;
  if (change.partition_epoch > partition->partition_epoch) return ErrorCode::kNotController;
  if (change.leader_epoch < partition->leader_epoch) return ErrorCode::kFencedLeaderEpoch;
  if (broker != partition->leader) return ErrorCode::kInvalidRequest;
  if (change.partition_epoch < partition->partition_epoch) return ErrorCode::kInvalidUpdateVersion;

  std::vector<BrokerId> isr;
  for (const BrokerState& member : change.new_isr) {
    if (!Contains(partition->replicas, member.broker) || Contains(isr, member.broker))
      return ErrorCode::kInvalidRequest;
    isr.push_back(member.broker);
  }
  if (!Contains(isr, partition->leader)) return ErrorCode::kInvalidRequest;
  if (change.recovering && isr.size() > 1) return ErrorCode::kInvalidRequest;
  if (change.recovering && partition->recovery_state == LeaderRecoveryState::kRecovered) {
    return ErrorCode::kInvalidRequest;
  }
  for (const BrokerState& member : change.new_isr) {
    if (!state.IsActive(member.broker) && !config.defects.Has(Defect::kNoIsrEligibility)) {
      return ErrorCode::kIneligibleReplica;
    }
    if (config.defects.Has(Defect::kNoIsrBrokerEpochCheck)) continue;
    if (member.epoch.valid() && state.image().FindBroker(member.broker)->epoch != member.epoch) {
      return ErrorCode::kIneligibleReplica;
    }
  }
  return ErrorCode::kNone;
}

AlterPartitionResponse AlterPartitions(const ControllerState& state, const BrokerConfig& config,
                                       const AlterPartitionRequest& request, ControllerRecords& records) {
  AlterPartitionResponse response;
  response.error = CheckBrokerEpoch(state, request.broker, request.broker_epoch);
  if (response.error != ErrorCode::kNone) return response;
  for (const AlterPartitionRequest::PartitionData& change : request.partitions) {
    AlterPartitionResponse::PartitionData& answer = response.partitions.emplace_back();
    answer.tp = change.tp;
    answer.error = ValidateAlterPartition(state, config, request.broker, change);
    if (answer.error != ErrorCode::kNone) continue;

    PartitionRegistration partition = *state.image().FindPartition(change.tp);
    PartitionChangeInput input = ChangeInputFor(state, config, change.tp);
    input.partition = &partition;
    input.target_isr.clear();
    for (const BrokerState& member : change.new_isr) input.target_isr.push_back(member.broker);
    input.target_recovery_state =
        change.recovering ? LeaderRecoveryState::kRecovering : LeaderRecoveryState::kRecovered;
    if (UncleanElectionEnabled(*state.image().FindTopic(change.tp.topic), config))
      input.election = PartitionElection::kUnclean;
    const auto record = BuildPartitionChange(input, [&](BrokerId id) { return state.IsActive(id); });
    if (record) {
      records.push_back(*record);
      MergeChange(*record, partition);
      if (record->leader && *record->leader != request.broker) {
        answer.error = ErrorCode::kNewLeaderElected;
        continue;
      }
    }
    answer.leader = partition.leader;
    answer.leader_epoch = partition.leader_epoch;
    answer.isr = partition.isr;
    answer.recovering = partition.recovery_state == LeaderRecoveryState::kRecovering;
    answer.partition_epoch = partition.partition_epoch;
  }
  return response;
}

}  // namespace ktrial::cluster
