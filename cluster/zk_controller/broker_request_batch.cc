#include "cluster/zk_controller/broker_request_batch.h"

#include <utility>

#include "sim/ref.h"

namespace ktrial::cluster {
namespace {

PartitionRegistration ToRegistration(const LeaderAndIsr& state, const ReplicaAssignment& assignment) {
  return {.replicas = assignment.replicas,
          .isr = state.isr,
          .leader = state.leader,
          .leader_epoch = state.leader_epoch,
          .partition_epoch = state.partition_epoch,
          .recovery_state = state.recovery_state,
          .removing = assignment.removing,
          .adding = assignment.adding};
}

// Of partitions in ascending order.
template <typename Partitions>
std::vector<ControlledTopic> TopicsOf(const ControllerContext& context, const Partitions& partitions) {
  std::vector<ControlledTopic> topics;
  for (const auto& [tp, state] : partitions) {
    if (!topics.empty() && topics.back().id == tp.topic) continue;
    const ControlledTopicInfo& info = context.topics.at(tp.topic);
    topics.push_back({.id = tp.topic, .name = info.name, .configs = info.configs});
  }
  return topics;
}

}  // namespace

void BrokerRequestBatch::AddLeaderAndIsr(const ControllerContext& context, const std::vector<BrokerId>& brokers,
                                         TopicPartition tp, const LeaderIsrAndControllerEpoch& state,
                                         const ReplicaAssignment& assignment, bool is_new) {
  for (BrokerId broker : brokers) {
    LeaderAndIsrRequest::PartitionState& entry = leader_and_isr_[broker][tp];
    const bool already_new = entry.is_new;
    entry = {.tp = tp,
             .controller_epoch = state.controller_epoch,
             .state = ToRegistration(state.leader_and_isr, assignment),
             .is_new = is_new || already_new};
  }
  AddUpdateMetadata(context, context.LiveOrShuttingDownBrokers(), {tp});
}

void BrokerRequestBatch::AddStopReplica(const ControllerContext& context, BrokerId broker, TopicPartition tp,
                                        bool delete_partition) {
  const LeaderIsrAndControllerEpoch* state = context.LeadershipOf(tp);
  StopReplicaRequest::PartitionState& entry = stop_replica_[broker][tp];
  const bool already_delete = entry.delete_partition;
  entry = {.tp = tp,
           .leader_epoch = state == nullptr ? LeaderEpoch() : state->leader_and_isr.leader_epoch,
           .delete_partition = delete_partition || already_delete};
}

void BrokerRequestBatch::AddUpdateMetadata(const ControllerContext& context, const std::vector<BrokerId>& brokers,
                                           const std::vector<TopicPartition>& partitions) {
  update_metadata_brokers_.insert(brokers.begin(), brokers.end());
  for (const TopicPartition& tp : partitions) {
    const LeaderIsrAndControllerEpoch* state = context.LeadershipOf(tp);
    if (state == nullptr) continue;
    update_metadata_partitions_[tp] = {.tp = tp,
                                       .controller_epoch = state->controller_epoch,
                                       .state = ToRegistration(state->leader_and_isr, context.AssignmentOf(tp))};
  }
}

void BrokerRequestBatch::Send(ControllerEnv& env) {
  SendLeaderAndIsr(env);
  SendUpdateMetadata(env);
  SendStopReplica(env);
  *this = BrokerRequestBatch();
}

void BrokerRequestBatch::SendLeaderAndIsr(ControllerEnv& env) const {
  const ControllerContext& context = env.context;
  for (const auto& [broker, partitions] : leader_and_isr_) {
    const auto live = context.live_or_shutting_down.find(broker);
    if (live == context.live_or_shutting_down.end()) continue;
    LeaderAndIsrRequest request{.controller = env.self,
                                .controller_epoch = context.epoch,
                                .broker_epoch = live->second.epoch,
                                .partitions = {},
                                .topics = TopicsOf(context, partitions),
                                .live_leaders = {}};
    absl::btree_set<BrokerId> leaders;
    for (const auto& [tp, state] : partitions) {
      request.partitions.push_back(state);
      if (context.live_or_shutting_down.contains(state.state.leader)) leaders.insert(state.state.leader);
    }
    request.live_leaders.assign(leaders.begin(), leaders.end());
    env.effects.Add(SendToBroker{broker, std::move(request)});
  }
}

void BrokerRequestBatch::SendUpdateMetadata(ControllerEnv& env) const {
  const ControllerContext& context = env.context;
  if (update_metadata_brokers_.empty()) return;
  UpdateMetadataPartitions changed;
  for (const auto& [tp, state] : update_metadata_partitions_) changed.partitions.push_back(state);
  changed.topics = TopicsOf(context, update_metadata_partitions_);
  UpdateMetadataRequest request{.controller = env.self,
                                .controller_epoch = context.epoch,
                                .broker_epoch = {},
                                .changed = sim::MakeRef<const UpdateMetadataPartitions>(std::move(changed)),
                                .live_brokers = {}};
  for (const auto& [broker, live] : context.live_or_shutting_down) {
    request.live_brokers.push_back({.id = broker, .rack = live.rack});
  }
  for (BrokerId broker : update_metadata_brokers_) {
    const auto live = context.live_or_shutting_down.find(broker);
    if (live == context.live_or_shutting_down.end()) continue;
    request.broker_epoch = live->second.epoch;
    env.effects.Add(SendToBroker{broker, request});
  }
}

void BrokerRequestBatch::SendStopReplica(ControllerEnv& env) const {
  for (const auto& [broker, partitions] : stop_replica_) {
    const auto live = env.context.live_or_shutting_down.find(broker);
    if (live == env.context.live_or_shutting_down.end()) continue;
    StopReplicaRequest request{.controller = env.self,
                               .controller_epoch = env.context.epoch,
                               .broker_epoch = live->second.epoch,
                               .partitions = {}};
    for (const auto& [tp, state] : partitions) request.partitions.push_back(state);
    env.effects.Add(SendToBroker{broker, std::move(request)});
  }
}

void SendUpdateMetadata(ControllerEnv& env, const std::vector<BrokerId>& brokers,
                        const std::vector<TopicPartition>& partitions) {
  BrokerRequestBatch batch;
  batch.AddUpdateMetadata(env.context, brokers, partitions);
  batch.Send(env);
}

}  // namespace ktrial::cluster
