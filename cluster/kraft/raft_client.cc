#include "cluster/kraft/raft_client.h"

#include <algorithm>
#include <utility>

#include "cluster/defects.h"
#include "cluster/facts.h"
#include "cluster/kraft/quorum_state_file.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

using sim::Duration;
using sim::SimTime;

constexpr uint8_t kPollTimer = 0;
// Kafka takes zero for some times and would spin; in the simulation no time would pass.
constexpr Duration kLeastTime = sim::Milliseconds(1);
// MAX_BATCH_SIZE_BYTES: how much committed log is handed over at a time.
constexpr int32_t kHandOverBytes = 8 << 20;

}  // namespace

RaftClient::RaftClient(BrokerId node, const BrokerConfig& config, AddressBookRef addresses)
    : node_(node),
      config_(config),
      addresses_(std::move(addresses)),
      requests_(std::max(config.controller_quorum_retry_backoff, kLeastTime),
                std::max(config.controller_quorum_request_timeout, kLeastTime)) {
  if (config_.defects.Has(Defect::kNoPreVote)) config_.controller_quorum_pre_vote = false;
  const std::vector<BrokerId>& voters = addresses_->voters;
  KT_CHECK(!voters.empty());
  is_voter_ = std::find(voters.begin(), voters.end(), node) != voters.end();
}

void RaftClient::Start(Env env) {
  KT_CHECK(!log_);
  random_ = env.ctx.NewRandomStream("raft");
  UnifiedLog::Options options;
  options.tp = kMetadataPartition;
  options.broker = node_;
  options.directory = kMetadataLogDirectory;
  options.flush_key = kRaftFlushKey;
  log_ = UnifiedLog::Load(env.ctx, options);
  env.ctx.Emit(RaftLogLoaded{.node = node_, .log_start = log_->log_start(), .log_end = log_->log_end()});
  RestoreState(env, ReadQuorumState(env.ctx).value_or(Election{}));
  Poll(env);
}

void RaftClient::Shutdown(Env env, Duration timeout) {
  shutdown_deadline_ = env.ctx.now() + timeout;
  Poll(env);
}

void RaftClient::OnCompletion(Env env, const Completion& completion) {
  if (failed_ || !requests_.IsExpected(completion.node, completion.tag.key)) return;
  const bool success = completion.ok() && HandleResponse(env, completion);
  requests_.OnResult(completion.node, completion.tag.key, success, env.ctx.now());
  Poll(env);
}

bool RaftClient::HandleResponse(Env env, const Completion& completion) {
  const BrokerId from = completion.node;
  switch (static_cast<Api>(completion.tag.kind)) {
    case Api::kVote:
      return OnVoteResponse(env, from, std::get<VoteRequest>(completion.request->body), completion.As<VoteResponse>());
    case Api::kBeginQuorumEpoch:
      return OnBeginQuorumEpochResponse(env, completion.As<BeginQuorumEpochResponse>());
    case Api::kEndQuorumEpoch:
      return OnEndQuorumEpochResponse(env, from, completion.As<EndQuorumEpochResponse>());
    case Api::kFetch:
      return OnFetchResponse(env, completion.As<FetchResponse>());
  }
  KT_UNREACHABLE();
}

void RaftClient::OnTimer(Env env, const sim::Timer& timer) {
  KT_CHECK(LocalKind(timer) == kPollTimer);
  poll_timer_ = {};
  poll_timer_at_ = SimTime::Max();
  Poll(env);
}

std::vector<RaftEvent> RaftClient::TakeEvents() { return std::exchange(events_, {}); }

RaftRole RaftClient::role() const {
  struct Visitor {
    RaftRole operator()(const UnattachedState&) const { return RaftRole::kUnattached; }
    RaftRole operator()(const ProspectiveState&) const { return RaftRole::kProspective; }
    RaftRole operator()(const CandidateState&) const { return RaftRole::kCandidate; }
    RaftRole operator()(const FollowerState&) const { return RaftRole::kFollower; }
    RaftRole operator()(const LeaderState&) const { return RaftRole::kLeader; }
    RaftRole operator()(const ResignedState&) const { return RaftRole::kResigned; }
  };
  return std::visit(Visitor{}, state_);
}

void RaftClient::Poll(Env env) {
  if (!log_) return;
  // A state may give way to another at once, but not in circles.
  constexpr int kMostTransitions = 16;
  for (int i = 0; !failed_; ++i) {
    KT_CHECK(i < kMostTransitions);
    if (log_->storage_failed()) {
      Fail();
      return;
    }
    if (shutdown_deadline_) {
      const bool done = env.ctx.now() >= *shutdown_deadline_ || !is_voter_ || addresses_->voters.size() == 1 ||
                        (election_.leader.valid() && election_.leader != node_);
      if (done) {
        events_.push_back(RaftShutdownDone{});
        env.ctx.CancelTimer(poll_timer_);
        return;
      }
    }
    const SimTime at = PollState(env);
    if (at > env.ctx.now()) {
      ArmPoll(env, at);
      return;
    }
  }
}

SimTime RaftClient::PollState(Env env) {
  SimTime at = SimTime::Max();
  switch (role()) {
    case RaftRole::kUnattached:
      at = PollUnattached(env);
      break;
    case RaftRole::kProspective:
      at = PollProspective(env);
      break;
    case RaftRole::kCandidate:
      at = PollCandidate(env);
      break;
    case RaftRole::kFollower:
      at = PollFollower(env);
      break;
    case RaftRole::kLeader:
      at = PollLeader(env);
      break;
    case RaftRole::kResigned:
      at = PollResigned(env);
      break;
  }
  return shutdown_deadline_ ? std::min(at, *shutdown_deadline_) : at;
}

void RaftClient::ArmPoll(Env env, SimTime at) {
  if (at >= SimTime::Max() || poll_timer_at_ <= at) return;
  env.ctx.CancelTimer(poll_timer_);
  poll_timer_at_ = at;
  poll_timer_ = env.ctx.SetTimer(std::max(Duration(), at - env.ctx.now()),
                                 {.kind = TimerKind(Component::kRaft, kPollTimer), .key = 0});
}

void RaftClient::Fail() {
  if (std::exchange(failed_, true)) return;
  events_.push_back(RaftFailed{});
}

void RaftClient::MaybeFireLeaderChange() {
  // It may have restarted, and cannot say where its epoch began; nor could its owner write anything.
  if (std::holds_alternative<ResignedState>(state_)) return;
  const RaftLeaderChanged change{.leader = election_.leader, .epoch = election_.epoch};
  const bool newer = change.epoch > last_fired_.epoch ||
                     (change.epoch == last_fired_.epoch && change.leader.valid() && !last_fired_.leader.valid());
  if (!newer) return;
  if (const auto* leader = std::get_if<LeaderState>(&state_);
      leader != nullptr && next_offset_ <= leader->epoch_start) {
    return;
  }
  last_fired_ = change;
  events_.push_back(change);
}

void RaftClient::HandOverCommitted(Env env) {
  if (!high_watermark_) return;
  while (next_offset_ < *high_watermark_) {
    FetchedData data = log_->Read(env.ctx, next_offset_, *high_watermark_, kHandOverBytes);
    if (data.error != ErrorCode::kNone || data.batches.empty()) {
      Fail();
      return;
    }
    next_offset_ = data.batches.back()->next_offset();
    events_.push_back(RaftCommitted{.batches = std::move(data.batches), .next_offset = next_offset_});
  }
  MaybeFireLeaderChange();
}

Duration RaftClient::RandomElectionTimeout() {
  const Duration timeout = std::max(config_.controller_quorum_election_timeout, kLeastTime);
  return timeout + sim::Milliseconds(static_cast<int64_t>(random_->Below(static_cast<uint64_t>(timeout.millis()))));
}

SimTime RaftClient::CheckQuorumDeadline(SimTime now) const {
  if (addresses_->voters.size() == 1 || config_.defects.Has(Defect::kNoCheckQuorum)) return SimTime::Max();
  return now + config_.controller_quorum_fetch_timeout * 3 / 2;
}

SimTime RaftClient::MaybeSend(Env env, BrokerId to, Api api, RequestBody body) {
  const SimTime now = env.ctx.now();
  if (!requests_.IsReady(to, now)) return requests_.ReadyAt(to);
  if (env.network.ReconnectDelay(env.ctx, to, kRaftChannel) > Duration()) {
    // A node in reconnect backoff fails a request at once, so that another node can be asked (InterBrokerSendThread).
    requests_.OnResult(to, requests_.OnSent(to, now), /*success=*/false, now);
    return requests_.ReadyAt(to);
  }
  const CallTag tag{.component = Component::kRaft, .kind = static_cast<uint8_t>(api), .key = requests_.OnSent(to, now)};
  env.network.Send(env.ctx, to, std::move(body), tag, config_.controller_quorum_request_timeout, kRaftChannel);
  return requests_.ReadyAt(to);
}

void RaftClient::FlushLog(Env env) {
  if (config_.defects.Has(Defect::kNoFsyncBeforeAck)) return;
  log_->Flush(env.ctx);
  if (log_->storage_failed()) return;
  env.ctx.Emit(RaftLogFlushed{.node = node_, .to = log_->log_end(), .disk_lied = env.ctx.disk().files().has_lied()});
}

OffsetAndEpoch RaftClient::EndOffset() const {
  return {.offset = log_->log_end(), .epoch = log_->latest_epoch().value_or(LeaderEpoch(0))};
}

}  // namespace ktrial::cluster
