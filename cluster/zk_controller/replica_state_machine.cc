#include "cluster/zk_controller/replica_state_machine.h"

#include <utility>

#include "absl/container/btree_map.h"
#include "cluster/metadata/broker_list.h"
#include "cluster/zk_controller/broker_request_batch.h"

namespace ktrial::cluster {
namespace {

// Takes the broker out of the partitions' ISRs, on condition that nobody writes meanwhile; the last member stays, so
// that it is known who can lead again. `partitions` is left with those of which somebody has written. `results` gets
// the state of each partition that is done, whether it changed or not.
bool RemoveFromIsrOnce(ControllerEnv& env, BrokerId broker, std::vector<TopicPartition>& partitions,
                       KafkaZkClient::States& results) {
  ControllerContext& context = env.context;
  KafkaZkClient::States states;
  if (!env.zk.GetTopicPartitionStates(context, partitions, states)) return false;
  absl::btree_map<TopicPartition, LeaderAndIsr> adjusted;
  for (const auto& [tp, found] : states) {
    // A controller that came after this one has decided on it.
    if (found.controller_epoch > context.epoch) continue;
    const LeaderAndIsr& state = found.leader_and_isr;
    if (!Contains(state.isr, broker)) {
      results[tp] = {.leader_and_isr = state, .controller_epoch = context.epoch};
      continue;
    }
    const BrokerId leader = state.leader == broker ? BrokerId() : state.leader;
    adjusted[tp] = state.NewLeaderAndIsr(leader, state.isr.size() == 1 ? state.isr : Without(state.isr, broker));
  }
  KafkaZkClient::UpdatedStates written;
  if (!env.zk.UpdateLeaderAndIsr(context, adjusted, written)) return false;
  for (const auto& [tp, state] : written.updated) {
    results[tp] = {.leader_and_isr = state, .controller_epoch = context.epoch};
  }
  partitions = std::move(written.bad_version);
  return true;
}

bool BecomeOffline(ControllerEnv& env, BrokerId broker, const std::vector<TopicPartition>& partitions,
                   BrokerRequestBatch& batch) {
  ControllerContext& context = env.context;
  std::vector<TopicPartition> remaining;
  for (const TopicPartition& tp : partitions) {
    batch.AddStopReplica(context, broker, tp, /*delete_partition=*/false);
    if (context.LeadershipOf(tp) != nullptr) {
      remaining.push_back(tp);
    } else {
      batch.AddUpdateMetadata(context, context.LiveOrShuttingDownBrokers(), {tp});
      context.replica_states[{tp, broker}] = ReplicaState::kOffline;
    }
  }
  KafkaZkClient::States results;
  while (!remaining.empty()) {
    if (!RemoveFromIsrOnce(env, broker, remaining, results)) return false;
  }
  for (const auto& [tp, state] : results) {
    PutPartitionLeadership(env, tp, state);
    const ReplicaAssignment assignment = context.AssignmentOf(tp);
    batch.AddLeaderAndIsr(context, Without(assignment.replicas, broker), tp, state, assignment, /*is_new=*/false);
    context.replica_states[{tp, broker}] = ReplicaState::kOffline;
  }
  return true;
}

void BecomeNew(ControllerEnv& env, const PartitionAndReplica& replica, BrokerRequestBatch& batch) {
  ControllerContext& context = env.context;
  if (const LeaderIsrAndControllerEpoch* state = context.LeadershipOf(replica.tp)) {
    // The leader is not new.
    if (state->leader_and_isr.leader == replica.replica) return;
    batch.AddLeaderAndIsr(context, {replica.replica}, replica.tp, *state, context.AssignmentOf(replica.tp),
                          /*is_new=*/true);
  }
  context.replica_states[replica] = ReplicaState::kNew;
}

void BecomeOnline(ControllerEnv& env, const PartitionAndReplica& replica, BrokerRequestBatch& batch) {
  ControllerContext& context = env.context;
  if (context.StateOf(replica) == ReplicaState::kNew) {
    ReplicaAssignment& assignment = context.assignments[replica.tp];
    if (!Contains(assignment.replicas, replica.replica)) assignment.replicas.push_back(replica.replica);
  } else if (const LeaderIsrAndControllerEpoch* state = context.LeadershipOf(replica.tp)) {
    batch.AddLeaderAndIsr(context, {replica.replica}, replica.tp, *state, context.AssignmentOf(replica.tp),
                          /*is_new=*/false);
  }
  context.replica_states[replica] = ReplicaState::kOnline;
}

void BecomeAnyOther(ControllerEnv& env, const PartitionAndReplica& replica, ReplicaState target,
                    BrokerRequestBatch& batch) {
  ControllerContext& context = env.context;
  if (target == ReplicaState::kNonExistent) {
    context.assignments[replica.tp] = context.AssignmentOf(replica.tp).RemoveReplica(replica.replica);
    context.replica_states.erase(replica);
    return;
  }
  if (target == ReplicaState::kDeletionStarted) {
    batch.AddStopReplica(context, replica.replica, replica.tp, /*delete_partition=*/true);
  }
  context.replica_states[replica] = target;
}

bool HandleStateChangesOf(ControllerEnv& env, BrokerId broker, const std::vector<TopicPartition>& partitions,
                          ReplicaState target, BrokerRequestBatch& batch) {
  if (target == ReplicaState::kOffline) return BecomeOffline(env, broker, partitions, batch);
  for (const TopicPartition& tp : partitions) {
    const PartitionAndReplica replica{tp, broker};
    if (target == ReplicaState::kNew) {
      BecomeNew(env, replica, batch);
    } else if (target == ReplicaState::kOnline) {
      BecomeOnline(env, replica, batch);
    } else {
      BecomeAnyOther(env, replica, target, batch);
    }
  }
  return true;
}

}  // namespace

bool StartReplicaStateMachine(ControllerEnv& env) {
  ControllerContext& context = env.context;
  std::vector<PartitionAndReplica> online;
  std::vector<PartitionAndReplica> offline;
  for (const auto& [tp, assignment] : context.assignments) {
    for (BrokerId broker : assignment.replicas) {
      const bool live = context.IsReplicaOnline(broker);
      // Kafka begins with the dead ones as not to be deleted, so that they can go offline.
      context.replica_states[{tp, broker}] = live ? ReplicaState::kOnline : ReplicaState::kDeletionIneligible;
      (live ? online : offline).push_back({tp, broker});
    }
  }
  return HandleStateChanges(env, online, ReplicaState::kOnline) &&
         HandleStateChanges(env, offline, ReplicaState::kOffline);
}

bool HandleStateChanges(ControllerEnv& env, const std::vector<PartitionAndReplica>& replicas, ReplicaState target) {
  absl::btree_map<BrokerId, std::vector<TopicPartition>> by_broker;
  for (const PartitionAndReplica& replica : replicas) {
    if (IsValidTransition(env.context.StateOf(replica), target)) by_broker[replica.replica].push_back(replica.tp);
  }
  BrokerRequestBatch batch;
  for (const auto& [broker, partitions] : by_broker) {
    if (!HandleStateChangesOf(env, broker, partitions, target, batch)) return false;
  }
  batch.Send(env);
  return true;
}

}  // namespace ktrial::cluster
