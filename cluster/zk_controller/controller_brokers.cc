#include <utility>

#include "absl/container/btree_map.h"
#include "cluster/metadata/broker_list.h"
#include "cluster/zk_controller/broker_request_batch.h"
#include "cluster/zk_controller/controller_events.h"
#include "cluster/zk_controller/partition_state_machine.h"
#include "cluster/zk_controller/replica_state_machine.h"

namespace ktrial::cluster {
namespace {

using Brokers = absl::btree_map<BrokerId, LiveBroker>;

void AddLiveBrokers(ControllerEnv& env, const Brokers& brokers) {
  for (const auto& [broker, live] : brokers) {
    env.context.live_or_shutting_down[broker] = live;
    env.effects.Add(BrokerSeen{.broker = broker, .epoch = live.epoch, .live = true});
  }
}

std::vector<BrokerId> IdsOf(const Brokers& brokers) {
  std::vector<BrokerId> ids;
  for (const auto& [broker, live] : brokers) ids.push_back(broker);
  return ids;
}

bool OnBrokerStartup(ControllerEnv& env, const std::vector<BrokerId>& brokers) {
  ControllerContext& context = env.context;
  std::vector<BrokerId> others;
  for (const auto& [broker, live] : context.live_or_shutting_down) {
    if (!Contains(brokers, broker)) others.push_back(broker);
  }
  SendUpdateMetadata(env, others, {});
  SendUpdateMetadata(env, brokers, context.PartitionsWithLeaders());
  return HandleStateChanges(env, context.ReplicasOn(brokers), ReplicaState::kOnline) &&
         TriggerOnlinePartitionStateChange(env) && ResumeReassignments(env, &brokers);
}

bool OnBrokerFailure(ControllerEnv& env, const Brokers& brokers) {
  ControllerContext& context = env.context;
  for (const auto& [broker, live] : brokers) {
    context.live_or_shutting_down.erase(broker);
    context.shutting_down.erase(broker);
    env.effects.Add(BrokerSeen{.broker = broker, .epoch = live.epoch});
  }
  const std::vector<PartitionAndReplica> replicas = context.ReplicasOn(IdsOf(brokers));
  if (!HandleStateChanges(env, context.PartitionsWithOfflineLeader(), PartitionState::kOffline)) return false;
  const size_t offline = context.PartitionsIn(PartitionState::kOffline, PartitionState::kNew).size();
  if (!TriggerOnlinePartitionStateChange(env)) return false;
  const bool elected = context.PartitionsIn(PartitionState::kOffline, PartitionState::kNew).size() < offline;
  if (!HandleStateChanges(env, replicas, ReplicaState::kOffline)) return false;
  // If nobody had to be told of a partition, they must still hear who is dead.
  if (replicas.empty() && !elected) SendUpdateMetadata(env, context.LiveOrShuttingDownBrokers(), {});
  return true;
}

ControlledShutdownResponse CheckControlledShutdown(const ControllerEnv& env, const ControlledShutdownRequest& request) {
  if (!env.is_active()) return {.error = ErrorCode::kNotController, .remaining = {}};
  const auto live = env.context.live_or_shutting_down.find(request.broker);
  if (live == env.context.live_or_shutting_down.end()) {
    return {.error = ErrorCode::kBrokerNotAvailable, .remaining = {}};
  }
  if (request.broker_epoch < live->second.epoch) return {.error = ErrorCode::kStaleBrokerEpoch, .remaining = {}};
  return {};
}

// Moves leaderships away and takes the broker out of ISRs, as far as a partition has other replicas.
bool DoControlledShutdown(ControllerEnv& env, BrokerId broker) {
  ControllerContext& context = env.context;
  if (context.shutting_down.insert(broker).second) {
    const BrokerEpoch epoch = context.live_or_shutting_down[broker].epoch;
    env.effects.Add(BrokerSeen{.broker = broker, .epoch = epoch, .live = true, .shutting_down = true});
  }
  std::vector<TopicPartition> led;
  std::vector<PartitionAndReplica> followed;
  for (const PartitionAndReplica& replica : context.ReplicasOn({broker})) {
    const LeaderIsrAndControllerEpoch* state = context.LeadershipOf(replica.tp);
    if (context.AssignmentOf(replica.tp).replicas.size() < 2 || state == nullptr) continue;
    if (state->leader_and_isr.leader == broker) {
      led.push_back(replica.tp);
    } else {
      followed.push_back(replica);
    }
  }
  if (!HandleStateChanges(env, led, PartitionState::kOnline, ElectionStrategy::kControlledShutdown)) return false;
  BrokerRequestBatch batch;
  for (const PartitionAndReplica& replica : followed) {
    batch.AddStopReplica(context, broker, replica.tp, /*delete_partition=*/false);
  }
  batch.Send(env);
  return HandleStateChanges(env, followed, ReplicaState::kOffline);
}

}  // namespace

bool ProcessBrokerChange(ControllerEnv& env) {
  if (!env.is_active()) return true;
  ControllerContext& context = env.context;
  Brokers now;
  if (!env.zk.GetAllBrokersAndEpochs(now)) return false;
  Brokers added;
  // Came back under another epoch without having been missed: a failure and a start.
  Brokers bounced;
  Brokers before_bounce;
  for (const auto& [broker, live] : now) {
    const auto known = context.live_or_shutting_down.find(broker);
    if (known == context.live_or_shutting_down.end()) {
      added[broker] = live;
    } else if (live.epoch > known->second.epoch) {
      bounced[broker] = live;
      before_bounce[broker] = known->second;
    }
  }
  Brokers dead;
  for (const auto& [broker, live] : context.live_or_shutting_down) {
    if (!now.contains(broker)) dead[broker] = live;
  }
  for (const auto& [broker, live] : added) env.effects.Add(AddBrokerChannel{broker});
  for (const auto& [broker, live] : bounced) env.effects.Add(RemoveBrokerChannel{broker});
  for (const auto& [broker, live] : bounced) env.effects.Add(AddBrokerChannel{broker});
  for (const auto& [broker, live] : dead) env.effects.Add(RemoveBrokerChannel{broker});

  if (!added.empty()) {
    AddLiveBrokers(env, added);
    if (!OnBrokerStartup(env, IdsOf(added))) return false;
  }
  if (!bounced.empty()) {
    if (!OnBrokerFailure(env, before_bounce)) return false;
    AddLiveBrokers(env, bounced);
    if (!OnBrokerStartup(env, IdsOf(bounced))) return false;
  }
  return dead.empty() || OnBrokerFailure(env, dead);
}

bool ProcessControlledShutdown(ControllerEnv& env, const RequestEvent& event) {
  const auto& request = std::get<ControlledShutdownRequest>(event.request);
  ControlledShutdownResponse response = CheckControlledShutdown(env, request);
  if (response.error == ErrorCode::kNone) {
    if (!DoControlledShutdown(env, request.broker)) return false;
    response.remaining = env.context.PartitionsLedBy(request.broker);
  }
  env.effects.Add(RespondTo{event.handle, std::move(response)});
  return true;
}

}  // namespace ktrial::cluster
