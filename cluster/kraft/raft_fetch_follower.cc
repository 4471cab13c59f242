// The fetching side of replication: followers and observers copy the leader's log and cut their own where it diverged.
#include <algorithm>

#include "cluster/defects.h"
#include "cluster/kraft/raft_client.h"
#include "sim/check.h"

namespace ktrial::cluster {

using sim::SimTime;

namespace {

// MAX_FETCH_WAIT_MS and MAX_FETCH_SIZE_BYTES of KafkaRaftClient.
constexpr sim::Duration kFetchMaxWait = sim::Milliseconds(500);
constexpr int32_t kFetchMaxBytes = 8 << 20;

}  // namespace

SimTime RaftClient::PollFollower(Env env) {
  const SimTime now = env.ctx.now();
  const SimTime deadline = std::get<FollowerState>(state_).fetch_deadline;
  const BrokerId leader = election_.leader;
  if (is_voter_) {
    if (now >= deadline) {
      StartElection(env);
      return now;
    }
    if (!requests_.IsReady(leader, now)) return std::min(deadline, requests_.ReadyAt(leader));
    return std::min(deadline, MaybeSend(env, leader, Api::kFetch, BuildFetch()));
  }
  if (now >= deadline) return FetchFromAnyVoter(env);
  SimTime at;
  if (requests_.HasTimedOut(leader, now)) {
    requests_.Reset(leader);
    at = FetchFromAnyVoter(env);
  } else if (requests_.IsBackingOff(leader, now)) {
    at = FetchFromAnyVoter(env);
  } else if (!requests_.HasAnyInFlight(now)) {
    at = MaybeSend(env, leader, Api::kFetch, BuildFetch());
  } else {
    at = requests_.AnyReadyAt(addresses_->voters, now);
  }
  return std::min(deadline, at);
}

SimTime RaftClient::FetchFromAnyVoter(Env env) {
  const SimTime now = env.ctx.now();
  const auto voter = requests_.FindReady(addresses_->voters, now, *random_);
  if (!voter) return requests_.AnyReadyAt(addresses_->voters, now);
  return MaybeSend(env, *voter, Api::kFetch, BuildFetch());
}

FetchRequest RaftClient::BuildFetch() const {
  const OffsetAndEpoch end = EndOffset();
  FetchRequest request;
  request.replica = node_;
  request.max_wait = kFetchMaxWait;
  request.max_bytes = kFetchMaxBytes;
  request.partitions.push_back({.tp = kMetadataPartition,
                                .fetch_offset = end.offset,
                                .current_leader_epoch = election_.epoch,
                                .last_fetched_epoch = end.epoch,
                                .log_start_offset = log_->log_start(),
                                .max_bytes = kFetchMaxBytes});
  if (config_.controller_quorum_prompt_high_watermark) request.partitions.back().high_watermark = high_watermark();
  return request;
}

bool RaftClient::OnFetchResponse(Env env, const FetchResponse& response) {
  if (response.error != ErrorCode::kNone || response.partitions.size() != 1) return false;
  const FetchResponse::PartitionData& partition = response.partitions.front();
  const Election before = election_;
  if (const auto handled =
          HandleCommonResponse(env, partition.error, partition.current_leader, partition.current_leader_epoch)) {
    // An observer that learned nothing leaves this voter alone for the retry backoff.
    return *handled && (is_voter_ || election_ != before);
  }
  if (partition.error != ErrorCode::kNone) return false;
  if (!std::holds_alternative<FollowerState>(state_)) return true;
  if (partition.diverged) {
    TruncateToDivergence(env, partition.diverging_epoch);
  } else {
    AppendFetched(env, partition.batches);
    if (!failed_ && partition.high_watermark.valid()) RaiseFollowerHighWatermark(env, partition.high_watermark);
  }
  if (failed_) return false;
  auto& follower = std::get<FollowerState>(state_);
  follower.fetch_deadline = env.ctx.now() + config_.controller_quorum_fetch_timeout;
  follower.has_fetched_from_leader = true;
  return true;
}

void RaftClient::TruncateToDivergence(Env env, const OffsetAndEpoch& diverging) {
  Offset to;
  if (diverging.epoch == LeaderEpoch(0)) {
    to = std::min(diverging.offset, log_->log_end());
  } else {
    const OffsetAndEpoch own = EndOffsetForEpoch(diverging.epoch);
    to = own.epoch == diverging.epoch ? std::min(own.offset, diverging.offset) : own.offset;
  }
  // What is committed cannot diverge, unless a majority lost it.
  if (to < log_->high_watermark() || (high_watermark_ && to < *high_watermark_)) {
    if (!config_.defects.Has(Defect::kMetadataTruncatedBelowHighWatermark)) return Fail();
    if (high_watermark_) high_watermark_ = std::min(*high_watermark_, to);
  }
  if (log_->TruncateTo(env.ctx, to, TruncationReason::kLeaderEpoch)) {
    env.ctx.Emit(RaftLogTruncated{.node = node_, .to = to});
  }
}

void RaftClient::AppendFetched(Env env, const std::vector<LogBatchRef>& batches) {
  if (batches.empty()) return;
  for (const LogBatchRef& batch : batches) {
    if (batch->base_offset() != log_->log_end() || log_->AppendAsFollower(env.ctx, batch) != ErrorCode::kNone) {
      Fail();
      return;
    }
    env.ctx.Emit(RaftBatchAppended{.node = node_, .batch = batch.get()});
  }
  // The next fetch offset acknowledges; an observer's does not count.
  if (is_voter_) FlushLog(env);
}

void RaftClient::RaiseFollowerHighWatermark(Env env, Offset high_watermark) {
  const Offset to = std::min(high_watermark, log_->log_end());
  if (high_watermark_ && to < *high_watermark_) {
    Fail();
    return;
  }
  if (high_watermark_ && to == *high_watermark_) return;
  high_watermark_ = to;
  // After a restart the first sign may be lower than what the log knew.
  if (log_->MaybeIncrementHighWatermark(env.ctx, to, election_.epoch)) {
    env.ctx.Emit(RaftHighWatermarkMoved{.node = node_, .epoch = election_.epoch, .as_leader = false, .to = to});
  }
  HandOverCommitted(env);
}

}  // namespace ktrial::cluster
