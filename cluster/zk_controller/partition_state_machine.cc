#include "cluster/zk_controller/partition_state_machine.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "cluster/zk_controller/broker_request_batch.h"

namespace ktrial::cluster {
namespace {

constexpr char kUncleanElectionKey[] = "unclean.leader.election.enable";

// The first live replica leads, and all live ones are in sync: there is nothing yet to be in sync with.
bool InitializeLeaderAndIsr(ControllerEnv& env, const std::vector<TopicPartition>& partitions,
                            BrokerRequestBatch& batch) {
  ControllerContext& context = env.context;
  KafkaZkClient::States states;
  for (const TopicPartition& tp : partitions) {
    LeaderAndIsr state;
    for (BrokerId replica : context.AssignmentOf(tp).replicas) {
      if (context.IsReplicaOnline(replica)) state.isr.push_back(replica);
    }
    if (state.isr.empty()) continue;
    state.leader = state.isr.front();
    states[tp] = {.leader_and_isr = std::move(state), .controller_epoch = context.epoch};
  }
  std::vector<TopicPartition> created;
  if (!env.zk.CreateTopicPartitionStates(context, states, created)) return false;
  for (const TopicPartition& tp : created) {
    const LeaderIsrAndControllerEpoch& state = states[tp];
    PutPartitionLeadership(env, tp, state);
    batch.AddLeaderAndIsr(context, state.leader_and_isr.isr, tp, state, context.AssignmentOf(tp), /*is_new=*/true);
    context.partition_states[tp] = PartitionState::kOnline;
  }
  return true;
}

// Asks ZooKeeper for the topics' own setting, but only of partitions without a live replica in sync
// (collectUncleanLeaderElectionState).
bool FindUncleanTopics(ControllerEnv& env, const KafkaZkClient::States& states, absl::btree_set<TopicId>& unclean) {
  std::vector<TopicId> topics;
  std::vector<std::string> names;
  for (const auto& [tp, state] : states) {
    const std::vector<BrokerId>& isr = state.leader_and_isr.isr;
    const bool any_live =
        std::any_of(isr.begin(), isr.end(), [&](BrokerId b) { return env.context.IsReplicaOnline(b); });
    if (any_live || (!topics.empty() && topics.back() == tp.topic)) continue;
    topics.push_back(tp.topic);
    names.push_back(env.context.NameOf(tp));
  }
  std::vector<TopicConfigs> configs;
  if (!env.zk.GetTopicConfigs(names, configs)) return false;
  for (size_t i = 0; i < topics.size(); ++i) {
    const auto it = configs[i].find(kUncleanElectionKey);
    if (it == configs[i].end() ? env.config.unclean_leader_election : it->second == "true") unclean.insert(topics[i]);
  }
  return true;
}

// Reads, elects, and writes on condition that nobody has written meanwhile. `partitions` is left with those of which
// somebody has.
bool ElectOnce(ControllerEnv& env, ElectionStrategy strategy, BrokerRequestBatch& batch,
               std::vector<TopicPartition>& partitions) {
  ControllerContext& context = env.context;
  KafkaZkClient::States states;
  if (!env.zk.GetTopicPartitionStates(context, partitions, states)) return false;
  // A controller that came after this one has decided on these.
  absl::erase_if(states, [&](const auto& entry) { return entry.second.controller_epoch > context.epoch; });
  absl::btree_set<TopicId> unclean;
  if (strategy == ElectionStrategy::kOffline && !FindUncleanTopics(env, states, unclean)) return false;
  absl::btree_map<TopicPartition, LeaderAndIsr> decisions;
  absl::btree_map<TopicPartition, std::vector<BrokerId>> recipients;
  for (const auto& [tp, state] : states) {
    Elected elected = Elect(context, tp, state.leader_and_isr, strategy, unclean.contains(tp.topic),
                            env.config.leader_recovery_state);
    if (!elected.decision) continue;
    decisions[tp] = *std::move(elected.decision);
    recipients[tp] = std::move(elected.recipients);
  }
  KafkaZkClient::UpdatedStates written;
  if (!env.zk.UpdateLeaderAndIsr(context, decisions, written)) return false;
  for (const auto& [tp, decision] : written.updated) {
    const LeaderIsrAndControllerEpoch state{.leader_and_isr = decision, .controller_epoch = context.epoch};
    PutPartitionLeadership(env, tp, state);
    batch.AddLeaderAndIsr(context, recipients[tp], tp, state, context.AssignmentOf(tp), /*is_new=*/false);
    context.partition_states[tp] = PartitionState::kOnline;
  }
  partitions = std::move(written.bad_version);
  return true;
}

}  // namespace

bool StartPartitionStateMachine(ControllerEnv& env) {
  ControllerContext& context = env.context;
  for (const auto& [tp, assignment] : context.assignments) {
    const LeaderIsrAndControllerEpoch* state = context.LeadershipOf(tp);
    if (state == nullptr) {
      context.partition_states[tp] = PartitionState::kNew;
    } else {
      const bool online = context.IsReplicaOnline(state->leader_and_isr.leader);
      context.partition_states[tp] = online ? PartitionState::kOnline : PartitionState::kOffline;
    }
  }
  return TriggerOnlinePartitionStateChange(env);
}

bool HandleStateChanges(ControllerEnv& env, const std::vector<TopicPartition>& partitions, PartitionState target,
                        ElectionStrategy strategy) {
  ControllerContext& context = env.context;
  std::vector<TopicPartition> uninitialized;
  std::vector<TopicPartition> to_elect;
  for (const TopicPartition& tp : partitions) {
    const PartitionState now = context.StateOf(tp);
    if (!IsValidTransition(now, target)) continue;
    if (target != PartitionState::kOnline) {
      context.partition_states[tp] = target;
    } else if (now == PartitionState::kNew) {
      uninitialized.push_back(tp);
    } else {
      to_elect.push_back(tp);
    }
  }
  BrokerRequestBatch batch;
  if (!uninitialized.empty() && !InitializeLeaderAndIsr(env, uninitialized, batch)) return false;
  while (!to_elect.empty()) {
    if (!ElectOnce(env, strategy, batch, to_elect)) return false;
  }
  batch.Send(env);
  return true;
}

bool TriggerOnlinePartitionStateChange(ControllerEnv& env) {
  return HandleStateChanges(env, env.context.PartitionsIn(PartitionState::kOffline, PartitionState::kNew),
                            PartitionState::kOnline);
}

}  // namespace ktrial::cluster
