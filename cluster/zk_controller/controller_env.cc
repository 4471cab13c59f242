#include "cluster/zk_controller/controller_env.h"

#include <vector>

#include "cluster/metadata/broker_list.h"

namespace ktrial::cluster {
namespace {

// Of a state of which no earlier one is known: this controller has not been the controller until now.
PartitionChangeReason ReasonOf(const LeaderAndIsr& found) {
  if (found.partition_epoch == PartitionEpoch(0)) return PartitionChangeReason::kCreated;
  if (!found.leader.valid()) return PartitionChangeReason::kOffline;
  const bool recovering = found.recovery_state == LeaderRecoveryState::kRecovering && found.isr.size() == 1;
  return recovering ? PartitionChangeReason::kUncleanElection : PartitionChangeReason::kElection;
}

PartitionChangeReason ReasonOf(const LeaderAndIsr& before, const LeaderAndIsr& after) {
  if (after.leader_epoch == before.leader_epoch) return PartitionChangeReason::kIsrChange;
  if (!after.leader.valid()) return PartitionChangeReason::kOffline;
  if (after.leader == before.leader) {
    return after.isr == before.isr ? PartitionChangeReason::kReassignment : PartitionChangeReason::kIsrChange;
  }
  return Contains(before.isr, after.leader) ? PartitionChangeReason::kElection
                                            : PartitionChangeReason::kUncleanElection;
}

// Until a reassignment is over, those that leave belong to the partition.
std::vector<BrokerId> ReplicasOf(const ControllerContext& context, TopicPartition tp, const LeaderAndIsr& state) {
  std::vector<BrokerId> replicas = context.AssignmentOf(tp).replicas;
  if (!context.being_reassigned.contains(tp)) return replicas;
  for (BrokerId member : state.isr) {
    if (!Contains(replicas, member)) replicas.push_back(member);
  }
  return replicas;
}

}  // namespace

void PutPartitionLeadership(ControllerEnv& env, TopicPartition tp, const LeaderIsrAndControllerEpoch& info) {
  const LeaderIsrAndControllerEpoch* known = env.context.LeadershipOf(tp);
  const LeaderAndIsr& state = info.leader_and_isr;
  if (known == nullptr || known->leader_and_isr.partition_epoch < state.partition_epoch) {
    env.effects.Add(
        PartitionDecided{.tp = tp,
                         .decision = state,
                         .replicas = ReplicasOf(env.context, tp, state),
                         .reason = known == nullptr ? ReasonOf(state) : ReasonOf(known->leader_and_isr, state)});
  }
  env.context.leadership[tp] = info;
}

}  // namespace ktrial::cluster
