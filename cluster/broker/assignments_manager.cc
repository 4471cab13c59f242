#include "cluster/broker/assignments_manager.h"

#include <algorithm>
#include <utility>

#include "cluster/metadata/broker_list.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

constexpr sim::Duration kFirstDelay = sim::Milliseconds(100);
constexpr sim::Duration kLongestDelay = sim::Seconds(10);
// AssignReplicasToDirsRequest.MAX_ASSIGNMENTS_PER_REQUEST
constexpr size_t kMostPerRequest = 2250;
// Of the channel "directory-assignments".
constexpr sim::Duration kRetryTimeout = sim::Milliseconds(60000);

}  // namespace

AssignmentsManager::AssignmentsManager(BrokerId self, Channel channel)
    : self_(self),
      channel_({.component = Component::kAssignments, .channel = channel, .retry_timeout = kRetryTimeout}) {}

void AssignmentsManager::OnAssignment(const Env& env, const AssignReplicasToDirsRequest::PartitionData& assignment) {
  const auto in_flight = in_flight_.find(assignment.tp);
  if (in_flight != in_flight_.end() && in_flight->second == assignment.directory) return;
  ready_.insert_or_assign(assignment.tp, assignment.directory);
  ScheduleMaybeSend(env);
}

void AssignmentsManager::ScheduleMaybeSend(const Env& env) {
  sim::Duration delay = kFirstDelay;
  if (failures_ > 0) {
    if (!backoff_jitter_) backoff_jitter_ = env.ctx.NewRandomStream("broker.assignments.backoff");
    constexpr int kMostDoublings = 7;
    const int64_t term = std::min(kFirstDelay.nanos() << std::min(failures_, kMostDoublings), kLongestDelay.nanos());
    const int64_t fiftieth = term / 50;
    delay = sim::Duration(term + backoff_jitter_->Between(-fiftieth, fiftieth));
  } else if (ready_.size() > kMostPerRequest && in_flight_.empty()) {
    delay = {};
  }
  // What is due earlier stays so.
  const sim::SimTime at = env.ctx.now() + delay;
  if (send_at_ <= at) return;
  env.ctx.CancelTimer(send_timer_);
  send_at_ = at;
  send_timer_ = env.ctx.SetTimer(delay, {.kind = TimerKind(Component::kAssignments, kMaybeSend)});
}

void AssignmentsManager::MaybeSend(const Env& env) {
  if (!in_flight_.empty()) return;
  AssignReplicasToDirsRequest request{.broker = self_, .broker_epoch = {}, .partitions = {}};
  while (!ready_.empty() && in_flight_.size() < kMostPerRequest) {
    const auto [tp, directory] = *ready_.begin();
    ready_.erase(ready_.begin());
    const PartitionRegistration* partition = env.metadata.FindPartition(tp);
    if (partition == nullptr || !Contains(partition->replicas, self_)) continue;
    in_flight_.emplace(tp, directory);
    request.partitions.push_back({.tp = tp, .directory = directory});
  }
  if (in_flight_.empty()) return;
  // As the broker's own metadata has it, which may be the last incarnation's: then the controller refuses it.
  if (const BrokerRegistration* registration = env.metadata.FindBroker(self_))
    request.broker_epoch = registration->epoch;
  channel_.Send(env.ctx, env.network, std::move(request), 0, 0);
}

void AssignmentsManager::OnTimer(const Env& env, const sim::Timer& timer) {
  if (LocalKind(timer) >= ControllerChannel::kFirstTimer) {
    channel_.OnTimer(env.ctx, env.network);
    HandleAnswers(env);
    return;
  }
  KT_CHECK(LocalKind(timer) == kMaybeSend);
  send_timer_ = {};
  send_at_ = sim::SimTime::Max();
  MaybeSend(env);
}

void AssignmentsManager::OnCompletion(const Env& env, const Completion& completion) {
  channel_.OnCompletion(env.ctx, env.network, completion);
  HandleAnswers(env);
}

void AssignmentsManager::HandleAnswers(const Env& env) {
  for (const ControllerAnswer& answer : channel_.TakeAnswers()) {
    if (answer.timed_out() || answer.As<AssignReplicasToDirsResponse>().error != ErrorCode::kNone) {
      ++failures_;
    } else {
      failures_ = 0;
      HandleResponse(answer.As<AssignReplicasToDirsResponse>());
    }
    for (const auto& [tp, directory] : std::exchange(in_flight_, {})) MakeReady(tp, directory);
    if (!ready_.empty()) ScheduleMaybeSend(env);
  }
}

void AssignmentsManager::HandleResponse(const AssignReplicasToDirsResponse& response) {
  for (const AssignReplicasToDirsResponse::PartitionData& answer : response.partitions) {
    // What was refused goes again.
    if (answer.error == ErrorCode::kNone) in_flight_.erase(answer.tp);
  }
}

}  // namespace ktrial::cluster
