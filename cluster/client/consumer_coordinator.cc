#include "cluster/client/consumer_coordinator.h"

#include <algorithm>
#include <utility>

#include "cluster/client/range_assignor.h"
#include "sim/check.h"

namespace ktrial::cluster {

using sim::Context;
using sim::Duration;

ConsumerCoordinator::ConsumerCoordinator(GroupMembership membership)
    : membership_(std::move(membership)),
      backoff_{membership_.config.retry_backoff, membership_.config.retry_backoff_max} {
  // Kafka takes zero, and sends the next heartbeat when the last was answered.
  membership_.config.heartbeat_interval = std::max(membership_.config.heartbeat_interval, sim::Milliseconds(1));
}

void ConsumerCoordinator::OnStart(Context& ctx) {
  stream_ = ctx.NewRandomStream("consumer.coordinator");
  next_auto_commit_ = ctx.now() + membership_.config.auto_commit_interval;
  last_poll_ = ctx.now();
}

void ConsumerCoordinator::BecomeState(State to) {
  // UNJOINED -> PREPARING_REBALANCE -> COMPLETING_REBALANCE -> STABLE; any state can fall back to UNJOINED, and a
  // stable member joins again from where it is.
  KT_CHECK(to != State::kCompletingRebalance || state_ == State::kPreparingRebalance);
  KT_CHECK(to != State::kStable || state_ == State::kCompletingRebalance);
  state_ = to;
}

void ConsumerCoordinator::Send(const ClientEnv& env, RequestBody body, Call call, Duration timeout, uint64_t key) {
  env.network.Send(env.ctx, coordinator_, std::move(body),
                   {.component = Component::kMembership, .kind = static_cast<uint8_t>(call), .key = key}, timeout,
                   kCoordinatorChannel);
}

void ConsumerCoordinator::RetryLater(const ClientEnv& env) {
  const Duration delay = backoff_.Draw(attempts_++, stream_);
  retry_at_ = env.ctx.now() + delay;
  env.ctx.CancelTimer(retry_timer_);
  retry_timer_ = env.ctx.SetTimer(delay, {.kind = TimerKind(Component::kMembership, kRetryTimer)});
}

void ConsumerCoordinator::MarkCoordinatorUnknown(const ClientEnv& env, BrokerId node) {
  if (!coordinator_.valid() || node != coordinator_) return;
  coordinator_ = {};
  // An answer that came after all would be taken for one of the next coordinator's.
  if (env.network.in_flight(node, kCoordinatorChannel) > 0) {
    env.network.Disconnect(env.ctx, node, kCoordinatorChannel);
  }
}

void ConsumerCoordinator::EnsureCoordinator(const ClientEnv& env) {
  if (coordinator_.valid() || find_in_flight_ || env.ctx.now() < retry_at_) return;
  const BrokerId node = env.metadata.LeastLoadedNode(env.ctx, env.network);
  if (!node.valid()) return RetryLater(env);
  find_in_flight_ = true;
  env.network.Send(env.ctx, node, FindCoordinatorRequest{.group = membership_.group_id},
                   {.component = Component::kMembership, .kind = static_cast<uint8_t>(Call::kFindCoordinator)},
                   membership_.config.request_timeout);
}

void ConsumerCoordinator::OnFindCoordinator(const ClientEnv& env, const Completion& completion) {
  find_in_flight_ = false;
  if (completion.ok() && completion.As<FindCoordinatorResponse>().error == ErrorCode::kNone) {
    coordinator_ = completion.As<FindCoordinatorResponse>().coordinator;
    attempts_ = 0;
    // However long the search took, this one gets a whole session to answer a heartbeat in.
    last_heartbeat_success_ = env.ctx.now();
    return;
  }
  RetryLater(env);
}

void ConsumerCoordinator::Poll(const ClientEnv& env, SubscriptionState& subscription) {
  last_poll_ = env.ctx.now();
  if (closing_) return;
  EnsureCoordinator(env);
  if (!CoordinatorReady(env)) return;
  if (rejoin_needed_ && (state_ == State::kUnjoined || state_ == State::kStable)) PrepareJoin(env, subscription);
  if (state_ == State::kStable && !rejoin_needed_) {
    MaybeFetchCommitted(env, subscription);
    MaybeAutoCommit(env, subscription);
  }
}

void ConsumerCoordinator::RequestRejoin() { rejoin_needed_ = true; }

void ConsumerCoordinator::ResetGeneration(bool keep_member_id) {
  generation_ = {};
  if (!keep_member_id) member_id_.clear();
  if (state_ != State::kUnjoined) BecomeState(State::kUnjoined);
  rejoin_needed_ = true;
}

void ConsumerCoordinator::GiveUpPartitions(Context& ctx, SubscriptionState& subscription, RevocationKind kind) {
  for (const auto& [tp, partition] : subscription.partitions) {
    ctx.Emit(PartitionRevoked{membership_.client, membership_.group, tp, kind});
  }
  subscription.partitions.clear();
  subscription.pending_revocation = false;
}

void ConsumerCoordinator::PrepareJoin(const ClientEnv& env, SubscriptionState& subscription) {
  Context& ctx = env.ctx;
  if (!join_prepared_) {
    if (!preparing_join()) {
      prepare_deadline_ = ctx.now() + membership_.config.max_poll_interval;
      commit_before_join_ = membership_.config.enable_auto_commit && generation_.valid();
    }
    // What was consumed is committed before it is given up, if the coordinator answers in time. Meanwhile nothing more
    // is consumed, or it would be read again after the rebalance (KAFKA-14024, KAFKA-14196).
    if (ctx.now() < prepare_deadline_) {
      if (commit_before_join_) {
        subscription.pending_revocation = true;
        commit_before_join_ = !SendCommit(env, subscription);
      }
      if (commits_in_flight_ > 0) return;
    }
    GiveUpPartitions(ctx, subscription, generation_.valid() ? RevocationKind::kRevoked : RevocationKind::kLost);
    join_prepared_ = true;
  }
  SendJoin(env);
}

void ConsumerCoordinator::SendJoin(const ClientEnv& env) {
  env.ctx.CancelTimer(heartbeat_timer_);
  BecomeState(State::kPreparingRebalance);
  JoinGroupRequest join{.group = membership_.group_id,
                        .session_timeout = membership_.config.session_timeout,
                        .rebalance_timeout = membership_.config.max_poll_interval,
                        .member_id = member_id_,
                        .client_id = membership_.client_id,
                        .protocols = {{.name = "range", .metadata = {.topics = {membership_.topic}}}}};
  const Duration timeout =
      std::max(membership_.config.request_timeout, membership_.config.max_poll_interval + sim::Seconds(5));
  env.ctx.Emit(ConsumerJoining{membership_.client, membership_.group, coordinator_, /*waiting=*/true, timeout});
  Send(env, std::move(join), Call::kJoin, timeout);
}

void ConsumerCoordinator::OnJoinGroup(const ClientEnv& env, SubscriptionState& subscription,
                                      const Completion& completion) {
  env.ctx.Emit(ConsumerJoining{membership_.client, membership_.group, completion.node, /*waiting=*/false, Duration()});
  if (!completion.ok()) {
    MarkCoordinatorUnknown(env, completion.node);
    ResetGeneration(/*keep_member_id=*/true);
    return RetryLater(env);
  }
  const auto& response = completion.As<JoinGroupResponse>();
  switch (response.error) {
    case ErrorCode::kNone:
      break;
    case ErrorCode::kMemberIdRequired:
      member_id_ = response.member_id;
      BecomeState(State::kUnjoined);
      return Poll(env, subscription);
    case ErrorCode::kUnknownMemberId:
      ResetGeneration(/*keep_member_id=*/false);
      return RetryLater(env);
    case ErrorCode::kNotCoordinator:
    case ErrorCode::kCoordinatorNotAvailable:
      MarkCoordinatorUnknown(env, completion.node);
      [[fallthrough]];
    default:
      BecomeState(State::kUnjoined);
      return RetryLater(env);
  }
  attempts_ = 0;
  member_id_ = response.member_id;
  generation_ = response.generation;
  BecomeState(State::kCompletingRebalance);
  SyncGroupRequest sync{.group = membership_.group_id, .generation = generation_, .member_id = member_id_};
  if (response.leader == member_id_) {
    std::vector<TopicPartitionCount> topics;
    if (const ClientMetadata::Topic* topic = env.metadata.FindTopic(membership_.topic)) {
      topics.push_back({membership_.topic, topic->id, static_cast<int32_t>(topic->partitions.size())});
    }
    sync.assignments = AssignRange(response.members, topics);
  }
  Send(env, std::move(sync), Call::kSync, membership_.config.request_timeout);
  last_heartbeat_success_ = env.ctx.now();
  heartbeat_timer_ = env.ctx.SetTimer(membership_.config.heartbeat_interval,
                                      {.kind = TimerKind(Component::kMembership, kHeartbeatTimer)});
}

void ConsumerCoordinator::OnSyncGroup(const ClientEnv& env, SubscriptionState& subscription,
                                      const Completion& completion) {
  // A rebalance that began meanwhile has taken this state back already.
  if (state_ != State::kCompletingRebalance) return;
  const ErrorCode error = completion.ok() ? completion.As<SyncGroupResponse>().error : ErrorCode::kNetworkException;
  switch (error) {
    case ErrorCode::kNone:
      break;
    case ErrorCode::kRebalanceInProgress:
      // Joins again with the same generation and member id.
      BecomeState(State::kUnjoined);
      return Poll(env, subscription);
    case ErrorCode::kUnknownMemberId:
      ResetGeneration(/*keep_member_id=*/false);
      return RetryLater(env);
    case ErrorCode::kIllegalGeneration:
      ResetGeneration(/*keep_member_id=*/true);
      return RetryLater(env);
    case ErrorCode::kNotCoordinator:
    case ErrorCode::kCoordinatorNotAvailable:
    case ErrorCode::kNetworkException:
      MarkCoordinatorUnknown(env, completion.node);
      [[fallthrough]];
    default:
      BecomeState(State::kUnjoined);
      return RetryLater(env);
  }
  BecomeState(State::kStable);
  rejoin_needed_ = false;
  join_prepared_ = false;
  prepare_deadline_ = {};
  next_auto_commit_ = env.ctx.now() + membership_.config.auto_commit_interval;
  for (const TopicPartition& tp : completion.As<SyncGroupResponse>().assignment.partitions) {
    subscription.Assign(tp);
    env.ctx.Emit(PartitionAssigned{membership_.client, membership_.group, tp, generation_});
  }
  MaybeFetchCommitted(env, subscription);
}

void ConsumerCoordinator::SendHeartbeat(const ClientEnv& env) {
  heartbeat_in_flight_ = true;
  Send(env, HeartbeatRequest{.group = membership_.group_id, .generation = generation_, .member_id = member_id_},
       Call::kHeartbeat, membership_.config.request_timeout);
}

void ConsumerCoordinator::OnHeartbeat(const ClientEnv& env, SubscriptionState& subscription,
                                      const Completion& completion) {
  heartbeat_in_flight_ = false;
  if (!completion.ok()) return MarkCoordinatorUnknown(env, completion.node);
  const auto& request = std::get<HeartbeatRequest>(completion.request->body);
  const bool current = request.generation == generation_ && request.member_id == member_id_;
  switch (completion.As<HeartbeatResponse>().error) {
    case ErrorCode::kNone:
      last_heartbeat_success_ = env.ctx.now();
      break;
    case ErrorCode::kRebalanceInProgress:
      last_heartbeat_success_ = env.ctx.now();
      if (state_ == State::kStable) RequestRejoin();
      break;
    case ErrorCode::kIllegalGeneration:
      if (current && state_ != State::kPreparingRebalance) {
        GiveUpPartitions(env.ctx, subscription, RevocationKind::kLost);
        ResetGeneration(/*keep_member_id=*/true);
      }
      break;
    case ErrorCode::kUnknownMemberId:
      if (current && state_ != State::kPreparingRebalance) {
        GiveUpPartitions(env.ctx, subscription, RevocationKind::kLost);
        ResetGeneration(/*keep_member_id=*/false);
      }
      break;
    case ErrorCode::kNotCoordinator:
    case ErrorCode::kCoordinatorNotAvailable:
      MarkCoordinatorUnknown(env, completion.node);
      break;
    default:
      break;
  }
}

void ConsumerCoordinator::OnTimer(const ClientEnv& env, SubscriptionState& subscription, const sim::Timer& timer) {
  if (LocalKind(timer) == kRetryTimer) {
    retry_timer_ = {};
    return;
  }
  KT_CHECK(LocalKind(timer) == kHeartbeatTimer);
  heartbeat_timer_ = {};
  if (closing_ || (state_ != State::kStable && state_ != State::kCompletingRebalance)) return;
  Context& ctx = env.ctx;
  if (ctx.now() - last_heartbeat_success_ > membership_.config.session_timeout) {
    MarkCoordinatorUnknown(env, coordinator_);
  }
  EnsureCoordinator(env);
  if (ctx.now() - last_poll_ > membership_.config.max_poll_interval) {
    // The application does not come back to poll(): leave, so that others get the partitions.
    if (coordinator_.valid()) {
      Send(env, LeaveGroupRequest{.group = membership_.group_id, .member_id = member_id_}, Call::kLeave,
           membership_.config.request_timeout);
    }
    GiveUpPartitions(ctx, subscription, RevocationKind::kLost);
    return ResetGeneration(/*keep_member_id=*/false);
  }
  if (!heartbeat_in_flight_ && CoordinatorReady(env)) SendHeartbeat(env);
  heartbeat_timer_ = ctx.SetTimer(membership_.config.heartbeat_interval, timer);
}

void ConsumerCoordinator::Close(const ClientEnv& env, SubscriptionState& subscription) {
  if (closing_) return;
  closing_ = true;
  if (membership_.config.enable_auto_commit && generation_.valid()) SendCommit(env, subscription);
  GiveUpPartitions(env.ctx, subscription, RevocationKind::kRevoked);
  if (!coordinator_.valid() || state_ == State::kUnjoined || member_id_.empty()) return;
  leave_in_flight_ = true;
  Send(env, LeaveGroupRequest{.group = membership_.group_id, .member_id = member_id_}, Call::kLeave,
       membership_.config.request_timeout);
}

void ConsumerCoordinator::OnCompletion(const ClientEnv& env, SubscriptionState& subscription,
                                       const Completion& completion) {
  switch (static_cast<Call>(completion.tag.kind)) {
    case Call::kFindCoordinator:
      return OnFindCoordinator(env, completion);
    case Call::kJoin:
      return OnJoinGroup(env, subscription, completion);
    case Call::kSync:
      return OnSyncGroup(env, subscription, completion);
    case Call::kHeartbeat:
      return OnHeartbeat(env, subscription, completion);
    case Call::kLeave:
      leave_in_flight_ = false;
      return;
    case Call::kCommit:
      return OnCommit(env, subscription, completion);
    case Call::kFetchCommitted:
      return OnFetchCommitted(env, subscription, completion);
  }
  KT_UNREACHABLE();
}

}  // namespace ktrial::cluster
