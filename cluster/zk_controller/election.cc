#include "cluster/zk_controller/election.h"

#include <utility>

#include "cluster/metadata/broker_list.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

// Those of `brokers` that are online, in their order.
std::vector<BrokerId> Online(const ControllerContext& context, const std::vector<BrokerId>& brokers,
                             bool include_shutting_down = false) {
  std::vector<BrokerId> online;
  for (BrokerId broker : brokers) {
    if (context.IsReplicaOnline(broker, include_shutting_down)) online.push_back(broker);
  }
  return online;
}

BrokerId FirstInSync(const std::vector<BrokerId>& live, const std::vector<BrokerId>& isr) {
  for (BrokerId broker : live) {
    if (Contains(isr, broker)) return broker;
  }
  return {};
}

Elected ElectOffline(const ControllerContext& context, const std::vector<BrokerId>& assigned, const LeaderAndIsr& state,
                     bool unclean, bool recovery) {
  Elected result{.decision = {}, .recipients = Online(context, assigned)};
  const BrokerId leader = FirstInSync(result.recipients, state.isr);
  if (leader.valid()) {
    result.decision = state.NewLeaderAndIsr(leader, Online(context, state.isr));
  } else if (unclean && !result.recipients.empty()) {
    // What the new leader has is all there is.
    result.decision = state.NewLeaderAndIsr(result.recipients.front(), {result.recipients.front()});
    if (recovery) result.decision->recovery_state = LeaderRecoveryState::kRecovering;
  }
  return result;
}

Elected ElectForControlledShutdown(const ControllerContext& context, const std::vector<BrokerId>& assigned,
                                   const LeaderAndIsr& state) {
  Elected result{.decision = {}, .recipients = Online(context, assigned, /*include_shutting_down=*/true)};
  std::vector<BrokerId> isr;
  for (BrokerId member : state.isr) {
    if (!context.shutting_down.contains(member)) isr.push_back(member);
  }
  const BrokerId leader = FirstInSync(result.recipients, isr);
  if (leader.valid()) result.decision = state.NewLeaderAndIsr(leader, std::move(isr));
  return result;
}

}  // namespace

Elected Elect(const ControllerContext& context, TopicPartition tp, const LeaderAndIsr& state, ElectionStrategy strategy,
              bool unclean, bool recovery) {
  const ReplicaAssignment assignment = context.AssignmentOf(tp);
  switch (strategy) {
    case ElectionStrategy::kOffline:
      return ElectOffline(context, assignment.replicas, state, unclean, recovery);
    case ElectionStrategy::kControlledShutdown:
      return ElectForControlledShutdown(context, assignment.replicas, state);
    case ElectionStrategy::kReassign: {
      Elected result{.decision = {}, .recipients = assignment.TargetReplicas()};
      const BrokerId leader = FirstInSync(Online(context, result.recipients), state.isr);
      if (leader.valid()) result.decision = state.NewLeaderAndIsr(leader, state.isr);
      return result;
    }
    case ElectionStrategy::kPreferred: {
      Elected result{.decision = {}, .recipients = assignment.replicas};
      if (assignment.replicas.empty()) return result;
      const BrokerId preferred = assignment.replicas.front();
      if (context.IsReplicaOnline(preferred) && Contains(state.isr, preferred)) {
        result.decision = state.NewLeaderAndIsr(preferred, state.isr);
      }
      return result;
    }
  }
  KT_UNREACHABLE();
}

}  // namespace ktrial::cluster
