#include "cluster/controller/quorum_controller.h"

#include <algorithm>
#include <utility>

#include "cluster/controller/cluster_control_manager.h"
#include "cluster/controller/configuration_control_manager.h"
#include "cluster/controller/producer_id_control_manager.h"
#include "cluster/controller/replication_control_manager.h"
#include "sim/check.h"

namespace ktrial::cluster {

using sim::SimTime;

namespace {

// Of elections of which there are too many for one event.
constexpr sim::Duration kNextBatch = sim::Milliseconds(10);

ResponseBody NotController(const RequestBody& body) {
  constexpr ErrorCode kError = ErrorCode::kNotController;
  if (std::holds_alternative<BrokerRegistrationRequest>(body))
    return BrokerRegistrationResponse{.error = kError, .broker_epoch = {}};
  if (std::holds_alternative<BrokerHeartbeatRequest>(body)) return BrokerHeartbeatResponse{.error = kError};
  if (std::holds_alternative<AlterPartitionRequest>(body))
    return AlterPartitionResponse{.error = kError, .partitions = {}};
  if (std::holds_alternative<CreateTopicsRequest>(body)) return CreateTopicsResponse{.error = kError, .results = {}};
  if (std::holds_alternative<IncrementalAlterConfigsRequest>(body))
    return IncrementalAlterConfigsResponse{.error = kError, .results = {}};
  if (std::holds_alternative<AlterPartitionReassignmentsRequest>(body))
    return AlterPartitionReassignmentsResponse{.error = kError, .partitions = {}};
  if (std::holds_alternative<ElectLeadersRequest>(body)) return ElectLeadersResponse{.error = kError, .partitions = {}};
  if (std::holds_alternative<AssignReplicasToDirsRequest>(body))
    return AssignReplicasToDirsResponse{.error = kError, .partitions = {}};
  if (std::holds_alternative<ListPartitionReassignmentsRequest>(body))
    return ListPartitionReassignmentsResponse{.error = kError, .reassignments = {}};
  KT_CHECK(std::holds_alternative<AllocateProducerIdsRequest>(body));
  return AllocateProducerIdsResponse{.error = kError, .first = {}, .count = 0};
}

// The same for a response that can no longer be given.
void MakeNotController(ResponseBody& body) {
  constexpr ErrorCode kError = ErrorCode::kNotController;
  std::visit(Overloaded{[](BrokerRegistrationResponse& r) { r = {.error = kError, .broker_epoch = {}}; },
                        [](BrokerHeartbeatResponse& r) { r = {.error = kError}; },
                        [](AlterPartitionResponse& r) { r = {.error = kError, .partitions = {}}; },
                        [](CreateTopicsResponse& r) { r = {.error = kError, .results = {}}; },
                        [](IncrementalAlterConfigsResponse& r) { r = {.error = kError, .results = {}}; },
                        [](AlterPartitionReassignmentsResponse& r) { r = {.error = kError, .partitions = {}}; },
                        [](ElectLeadersResponse& r) { r = {.error = kError, .partitions = {}}; },
                        [](AssignReplicasToDirsResponse& r) { r = {.error = kError, .partitions = {}}; },
                        [](ListPartitionReassignmentsResponse& r) { r = {.error = kError, .reassignments = {}}; },
                        [](AllocateProducerIdsResponse& r) { r = {.error = kError, .first = {}, .count = 0}; },
                        [](auto&) { KT_UNREACHABLE(); }},
             body);
}

}  // namespace

QuorumController::QuorumController(BrokerId node, const BrokerConfig& config) : node_(node), config_(config) {}

bool QuorumController::IsControllerRequest(ApiKey key) {
  return key == ApiKey::kBrokerRegistration || key == ApiKey::kBrokerHeartbeat || key == ApiKey::kAlterPartition ||
         key == ApiKey::kCreateTopics || key == ApiKey::kAllocateProducerIds ||
         key == ApiKey::kIncrementalAlterConfigs || key == ApiKey::kAlterPartitionReassignments ||
         key == ApiKey::kElectLeaders || key == ApiKey::kAssignReplicasToDirs ||
         key == ApiKey::kListPartitionReassignments;
}

void QuorumController::HandleRequest(Env env, RaftClient& raft, const RequestHandle& handle, const RequestBody& body) {
  if (!active_ || !raft.is_leader() || raft.epoch() != active_->epoch) {
    env.server.Respond(env.ctx, handle, NotController(body));
    return;
  }
  ControllerRecords records;
  ResponseBody response;
  if (const auto* registration = std::get_if<BrokerRegistrationRequest>(&body)) {
    response = RegisterBroker(active_->state, config_, active_->heartbeats, *registration, raft.next_append_offset(),
                              env.ctx.now(), records);
  } else if (const auto* heartbeat = std::get_if<BrokerHeartbeatRequest>(&body)) {
    return HeartbeatEvent(env, raft, handle, *heartbeat);
  } else if (const auto* alter = std::get_if<AlterPartitionRequest>(&body)) {
    response = AlterPartitions(active_->state, config_, *alter, records);
  } else if (const auto* create = std::get_if<CreateTopicsRequest>(&body)) {
    if (!placement_random_) placement_random_ = env.ctx.NewRandomStream("controller.placement");
    response = CreateTopics(active_->state, config_, *create, *placement_random_, records);
  } else if (const auto* configs = std::get_if<IncrementalAlterConfigsRequest>(&body)) {
    response = IncrementalAlterConfigs(active_->state.image(), config_, *configs, records);
  } else if (const auto* reassignments = std::get_if<AlterPartitionReassignmentsRequest>(&body)) {
    response = AlterPartitionReassignments(active_->state, config_, *reassignments, records);
  } else if (const auto* elections = std::get_if<ElectLeadersRequest>(&body)) {
    response = ElectLeaders(active_->state, config_, *elections, records);
  } else if (const auto* assignment = std::get_if<AssignReplicasToDirsRequest>(&body)) {
    response = AssignReplicasToDirs(active_->state, config_, *assignment, records);
  } else if (std::holds_alternative<ListPartitionReassignmentsRequest>(body)) {
    response = ListPartitionReassignments(active_->state.image());
  } else {
    response = AllocateProducerIds(active_->state, std::get<AllocateProducerIdsRequest>(body), records);
  }
  if (!Write(env, raft, std::move(records))) {
    env.server.Respond(env.ctx, handle, NotController(body));
    return;
  }
  Reply(env, handle, std::move(response));
  ArmTimers(env);
}

void QuorumController::HeartbeatEvent(Env env, RaftClient& raft, const RequestHandle& handle,
                                      const BrokerHeartbeatRequest& request) {
  ControllerRecords records;
  const HeartbeatResult result =
      ProcessHeartbeat(active_->state, config_, active_->heartbeats, request, env.ctx.now(), records);
  if (!Write(env, raft, std::move(records))) {
    env.server.Respond(env.ctx, handle, BrokerHeartbeatResponse{.error = ErrorCode::kNotController});
    return;
  }
  if (result.in_controlled_shutdown) {
    active_->heartbeats.SetControlledShutdownOffset(request.broker, raft.next_append_offset() - 1);
  }
  Reply(env, handle, result.response);
  ArmTimers(env);
}

bool QuorumController::Write(Env env, RaftClient& raft, ControllerRecords records) {
  KT_CHECK(active_);
  if (records.empty()) return true;
  if (!raft.is_leader() || raft.epoch() != active_->epoch) {
    Renounce(env, raft);
    return false;
  }
  Offset offset = raft.next_append_offset();
  std::vector<Record> batch;
  batch.reserve(records.size());
  for (const MetadataRecordBody& record : records) {
    batch.push_back(ToRecord(record, env.ctx.wall_clock()));
    active_->state.Replay(record, offset);
    offset = offset + 1;
  }
  const std::optional<Offset> last = raft.Append(env, active_->epoch, std::move(batch));
  KT_CHECK(last && *last + 1 == offset);
  active_->next_offset = offset;
  return true;
}

void QuorumController::Reply(Env env, const RequestHandle& handle, ResponseBody body) {
  // Even what changed nothing may rest on records that are not committed yet.
  if (active_->next_offset <= next_offset_) {
    Send(env, handle, std::move(body), active_->next_offset);
  } else {
    active_->pending.push_back({.offset = active_->next_offset - 1, .handle = handle, .body = std::move(body)});
  }
}

void QuorumController::Send(Env env, const RequestHandle& handle, ResponseBody body, Offset end) {
  env.ctx.Emit(ControllerReplied{.controller = node_, .epoch = active_->epoch, .metadata_offset = end});
  env.server.Respond(env.ctx, handle, std::move(body));
}

void QuorumController::OnLeaderChanged(Env env, RaftClient& raft, const RaftLeaderChanged& change) {
  if (active_ && active_->epoch != change.epoch) Renounce(env, raft);
  if (change.leader == node_ && !active_) Claim(env, change.epoch);
}

void QuorumController::Claim(Env env, LeaderEpoch epoch) {
  active_.emplace(Active{.epoch = epoch,
                         .state = ControllerState(committed_),
                         .heartbeats = BrokerHeartbeatManager(config_.broker_session_timeout, config_.defects),
                         .next_offset = next_offset_});
  for (const auto& [id, broker] : committed_.brokers()) active_->heartbeats.Register(id, broker.fenced, env.ctx.now());
  active_->no_op_timer = env.ctx.SetTimer(config_.metadata_max_idle_interval,
                                          {.kind = TimerKind(Component::kController, kNoOpTimer), .key = 0});
  env.ctx.Emit(ControllerActivated{.node = node_, .epoch = epoch, .active = true});
  ArmTimers(env);
}

void QuorumController::Renounce(Env env, RaftClient& raft) {
  KT_CHECK(active_);
  Active lost = std::move(*active_);
  active_.reset();
  env.ctx.CancelTimer(lost.fence_timer);
  env.ctx.CancelTimer(lost.no_op_timer);
  env.ctx.CancelTimer(lost.unclean_timer);
  env.ctx.CancelTimer(lost.balance_timer);
  raft.Resign(env, lost.epoch);
  env.ctx.Emit(ControllerActivated{.node = node_, .epoch = lost.epoch, .active = false});
  for (PendingReply& reply : lost.pending) {
    MakeNotController(reply.body);
    env.server.Respond(env.ctx, reply.handle, std::move(reply.body));
  }
}

void QuorumController::OnTimer(Env env, RaftClient& raft, const sim::Timer& timer) {
  if (!active_) return;
  ControllerRecords records;
  switch (LocalKind(timer)) {
    case kFenceTimer:
      active_->fence_timer = {};
      active_->fence_timer_at = SimTime::Max();
      MaybeFenceOneStaleBroker(active_->state, config_, active_->heartbeats, env.ctx.now(), records);
      break;
    case kNoOpTimer:
      active_->no_op_timer = env.ctx.SetTimer(config_.metadata_max_idle_interval, timer);
      records.push_back(NoOpRecord{});
      break;
    case kUncleanElectionTimer:
      active_->unclean_timer = {};
      if (MaybeElectUncleanLeaders(active_->state, config_, records)) {
        active_->unclean_timer = env.ctx.SetTimer(kNextBatch, timer);
      }
      break;
    case kBalanceTimer:
      active_->balance_timer = {};
      if (MaybeBalancePartitionLeaders(active_->state, config_, records)) {
        active_->balance_timer = env.ctx.SetTimer(kNextBatch, timer);
      }
      break;
    default:
      KT_UNREACHABLE();
  }
  if (Write(env, raft, std::move(records))) ArmTimers(env);
}

void QuorumController::ArmTimers(Env env) {
  const SimTime fence_at = active_->heartbeats.NextCheckTime();
  // Heartbeats move the time back; the timer is left to fire and look again.
  if (fence_at < active_->fence_timer_at) {
    env.ctx.CancelTimer(active_->fence_timer);
    active_->fence_timer_at = fence_at;
    active_->fence_timer = env.ctx.SetTimer(std::max(sim::Duration(), fence_at - env.ctx.now()),
                                            {.kind = TimerKind(Component::kController, kFenceTimer), .key = 0});
  }
  if (!active_->state.leaderless().empty() && active_->unclean_timer.empty()) {
    active_->unclean_timer =
        env.ctx.SetTimer(config_.unclean_leader_election_interval,
                         {.kind = TimerKind(Component::kController, kUncleanElectionTimer), .key = 0});
  }
  if (config_.auto_leader_rebalance && !active_->state.imbalanced().empty() && active_->balance_timer.empty()) {
    active_->balance_timer = env.ctx.SetTimer(config_.leader_imbalance_check_interval,
                                              {.kind = TimerKind(Component::kController, kBalanceTimer), .key = 0});
  }
}

bool QuorumController::OnCommitted(Env env, const RaftCommitted& committed) {
  for (const LogBatchRef& batch : committed.batches) {
    Offset offset = batch->base_offset();
    for (const Record& record : batch->batch().records()) {
      if (!ReplayCommitted(env.ctx, MetadataBodyOf(record), offset)) return false;
      offset = offset + 1;
    }
  }
  next_offset_ = committed.next_offset;
  env.ctx.Emit(MetadataReplayed{.controller = node_, .metadata_offset = next_offset_, .image_hash = committed_.hash()});
  if (!active_) return true;
  while (!active_->pending.empty() && active_->pending.front().offset < next_offset_) {
    PendingReply reply = std::move(active_->pending.front());
    active_->pending.pop_front();
    Send(env, reply.handle, std::move(reply.body), reply.offset + 1);
  }
  return true;
}

}  // namespace ktrial::cluster
