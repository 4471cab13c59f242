// Leaderships go back to the brokers that are to have them (auto.leader.rebalance.enable).
#include "absl/container/btree_map.h"
#include "cluster/zk_controller/controller_events.h"
#include "cluster/zk_controller/election.h"
#include "cluster/zk_controller/partition_state_machine.h"

namespace ktrial::cluster {
namespace {

bool CanPreferredReplicaBeLeader(const ControllerContext& context, TopicPartition tp) {
  const LeaderAndIsr& state = context.LeadershipOf(tp)->leader_and_isr;
  return Elect(context, tp, state, ElectionStrategy::kPreferred).decision.has_value();
}

}  // namespace

bool ProcessAutoPreferredReplicaLeaderElection(ControllerEnv& env) {
  if (!env.is_active()) return true;
  const ControllerContext& context = env.context;
  // By preferred leader.
  absl::btree_map<BrokerId, int64_t> all;
  absl::btree_map<BrokerId, std::vector<TopicPartition>> elsewhere;
  for (const auto& [tp, assignment] : context.assignments) {
    if (assignment.replicas.empty()) continue;
    const BrokerId preferred = assignment.replicas.front();
    ++all[preferred];
    const LeaderIsrAndControllerEpoch* state = context.LeadershipOf(tp);
    if (state != nullptr && state->leader_and_isr.leader != preferred) elsewhere[preferred].push_back(tp);
  }
  bool done = true;
  for (const auto& [preferred, partitions] : elsewhere) {
    const auto imbalance = static_cast<int64_t>(partitions.size()) * 100;
    if (imbalance <= env.config.leader_imbalance_per_broker_percentage * all[preferred]) continue;
    std::vector<TopicPartition> candidates;
    for (const TopicPartition& tp : partitions) {
      if (CanPreferredReplicaBeLeader(context, tp)) candidates.push_back(tp);
    }
    done = HandleStateChanges(env, candidates, PartitionState::kOnline, ElectionStrategy::kPreferred);
    if (!done) break;
  }
  // Whatever came of it.
  if (env.zk.stop() != KafkaZkClient::Stop::kWaiting) {
    env.effects.Add(ScheduleLeaderRebalance{env.config.leader_imbalance_check_interval});
  }
  return done;
}

}  // namespace ktrial::cluster
