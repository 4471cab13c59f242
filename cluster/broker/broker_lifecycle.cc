#include "cluster/broker/broker_lifecycle.h"

#include <algorithm>
#include <utility>

#include "sim/check.h"

namespace ktrial::cluster {
namespace {

constexpr sim::Duration kStartingInterval = sim::Milliseconds(10);
constexpr sim::Duration kFirstShutdownInterval = sim::Milliseconds(50);
constexpr sim::Duration kResendBackoff = sim::Milliseconds(100);
// How long KafkaBroker.shutdown waits for the controller's consent.
constexpr sim::Duration kControlledShutdownLimit = sim::Seconds(300);

}  // namespace

BrokerLifecycle::BrokerLifecycle(const Options& options)
    : options_(options),
      // A request that waited for half a session would come too late to be of use (KAFKA-14392).
      channel_({.component = Component::kLifecycle,
                .channel = options.channel,
                .retry_timeout = options.config.broker_session_timeout / 2}) {}

void BrokerLifecycle::Start(const Env& env, std::optional<BrokerEpoch> previous, std::vector<DirectoryId> log_dirs) {
  KT_CHECK(state_ == BrokerLifecycleState::kNotRunning);
  state_ = BrokerLifecycleState::kStarting;
  previous_epoch_ = previous.value_or(BrokerEpoch());
  log_dirs_ = std::move(log_dirs);
  incarnation_id_ = static_cast<int64_t>(env.ctx.NewRandomStream("broker.incarnation").Next() >> 1);
  backoff_jitter_ = env.ctx.NewRandomStream("broker.lifecycle.backoff");
  env.ctx.SetTimer(options_.config.initial_broker_registration_timeout,
                   {.kind = TimerKind(Component::kLifecycle, kRegistrationTimeout)});
  Communicate(env);
}

void BrokerLifecycle::SetReadyToUnfence(const Env& env) {
  ready_to_unfence_ = true;
  ScheduleNextCommunication(env, sim::Duration());
}

void BrokerLifecycle::BeginControlledShutdown(const Env& env) {
  if (state_ == BrokerLifecycleState::kPendingControlledShutdown) return;
  if (state_ == BrokerLifecycleState::kRunning) {
    state_ = BrokerLifecycleState::kPendingControlledShutdown;
    env.ctx.SetTimer(kControlledShutdownLimit, {.kind = TimerKind(Component::kLifecycle, kControlledShutdownTimeout)});
    ScheduleNextCommunication(env, sim::Duration());
  } else {
    BeginShutdown();
  }
}

void BrokerLifecycle::PropagateDirectoryFailure(const Env& env, DirectoryId directory) {
  offline_dirs_[directory] = false;
  if (registered_) ScheduleNextCommunication(env, sim::Duration());
  env.ctx.SetTimer(options_.config.log_dir_failure_timeout,
                   {.kind = TimerKind(Component::kLifecycle, kDirectoryFailureTimeout),
                    .key = static_cast<uint64_t>(directory.value())});
}

void BrokerLifecycle::Communicate(const Env& env) {
  if (state_ == BrokerLifecycleState::kShuttingDown) return;
  if (in_flight_) {
    next_is_immediate_ = true;
    return;
  }
  in_flight_ = true;
  if (registered_) {
    told_offline_.clear();
    for (const auto& [directory, confirmed] : offline_dirs_) told_offline_.push_back(directory);
    channel_.Send(env.ctx, env.network,
                  BrokerHeartbeatRequest{.broker = options_.self,
                                         .broker_epoch = broker_epoch_,
                                         .current_metadata_offset = env.metadata_offset,
                                         .want_fence = !ready_to_unfence_,
                                         .want_shut_down = state_ == BrokerLifecycleState::kPendingControlledShutdown,
                                         .offline_log_dirs = told_offline_},
                  kHeartbeat, 0);
  } else {
    channel_.Send(env.ctx, env.network,
                  BrokerRegistrationRequest{.broker = options_.self,
                                            .incarnation_id = incarnation_id_,
                                            .rack = options_.rack,
                                            .previous_broker_epoch = previous_epoch_,
                                            .log_dirs = log_dirs_},
                  kRegister, 0);
  }
}

void BrokerLifecycle::ScheduleNextCommunication(const Env& env, sim::Duration delay) {
  if (std::exchange(next_is_immediate_, false)) delay = sim::Duration();
  env.ctx.CancelTimer(communication_timer_);
  communication_timer_ = env.ctx.SetTimer(delay, {.kind = TimerKind(Component::kLifecycle, kCommunicate)});
}

void BrokerLifecycle::ScheduleAfterFailure(const Env& env) {
  constexpr int kMostDoublings = 10;
  const int64_t term = std::min(kResendBackoff.nanos() << std::min(failed_attempts_, kMostDoublings),
                                options_.config.broker_session_timeout.nanos());
  ++failed_attempts_;
  // Never at once after a failure.
  next_is_immediate_ = false;
  const int64_t fiftieth = term / 50;
  ScheduleNextCommunication(env, sim::Duration(term + backoff_jitter_->Between(-fiftieth, fiftieth)));
}

void BrokerLifecycle::OnTimer(const Env& env, const sim::Timer& timer) {
  if (LocalKind(timer) >= ControllerChannel::kFirstTimer) {
    channel_.OnTimer(env.ctx, env.network);
    HandleAnswers(env);
    return;
  }
  switch (LocalKind(timer)) {
    case kCommunicate:
      communication_timer_ = {};
      Communicate(env);
      break;
    case kRegistrationTimeout:
      if (!broker_epoch_.valid()) BeginShutdown();
      break;
    case kControlledShutdownTimeout:
      BeginShutdown();
      break;
    case kDirectoryFailureTimeout:
      if (!offline_dirs_.at(DirectoryId(static_cast<int64_t>(timer.key)))) BeginControlledShutdown(env);
      break;
    default:
      KT_UNREACHABLE();
  }
}

void BrokerLifecycle::OnCompletion(const Env& env, const Completion& completion) {
  channel_.OnCompletion(env.ctx, env.network, completion);
  HandleAnswers(env);
}

void BrokerLifecycle::HandleAnswers(const Env& env) {
  for (const ControllerAnswer& answer : channel_.TakeAnswers()) {
    in_flight_ = false;
    if (answer.timed_out()) {
      ScheduleAfterFailure(env);
    } else if (answer.kind == kRegister) {
      HandleRegistration(env, answer.As<BrokerRegistrationResponse>());
    } else {
      HandleHeartbeat(env, answer.As<BrokerHeartbeatResponse>());
    }
  }
}

void BrokerLifecycle::HandleRegistration(const Env& env, const BrokerRegistrationResponse& response) {
  if (response.error != ErrorCode::kNone) {
    ScheduleAfterFailure(env);
    return;
  }
  failed_attempts_ = 0;
  broker_epoch_ = response.broker_epoch;
  registered_ = true;
  ScheduleNextCommunication(env, sim::Duration());
}

void BrokerLifecycle::HandleHeartbeat(const Env& env, const BrokerHeartbeatResponse& response) {
  if (response.error != ErrorCode::kNone) {
    ScheduleAfterFailure(env);
    return;
  }
  failed_attempts_ = 0;
  for (const DirectoryId directory : told_offline_) offline_dirs_[directory] = true;
  switch (state_) {
    case BrokerLifecycleState::kStarting:
      if (response.is_caught_up) state_ = BrokerLifecycleState::kRecovery;
      ScheduleNextCommunication(env, kStartingInterval);
      break;
    case BrokerLifecycleState::kRecovery:
      if (!response.is_fenced) state_ = BrokerLifecycleState::kRunning;
      ScheduleNextCommunication(env, options_.config.broker_heartbeat_interval);
      break;
    case BrokerLifecycleState::kRunning:
      ScheduleNextCommunication(env, options_.config.broker_heartbeat_interval);
      break;
    case BrokerLifecycleState::kPendingControlledShutdown:
      if (response.should_shut_down) {
        BeginShutdown();
      } else {
        const bool first = !std::exchange(got_controlled_shutdown_response_, true);
        ScheduleNextCommunication(env, first ? kFirstShutdownInterval : options_.config.broker_heartbeat_interval);
      }
      break;
    case BrokerLifecycleState::kShuttingDown:
      break;
    case BrokerLifecycleState::kNotRunning:
      KT_UNREACHABLE();
  }
}

}  // namespace ktrial::cluster
