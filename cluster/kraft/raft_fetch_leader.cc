// The answering side of replication: followers and observers fetch from the leader, and voters' fetch offsets commit.
#include <algorithm>
#include <functional>
#include <utility>

#include "cluster/defects.h"
#include "cluster/kraft/raft_client.h"
#include "sim/check.h"

namespace ktrial::cluster {

using sim::Duration;
using sim::SimTime;

namespace {

FetchResponse ToResponse(FetchResponse::PartitionData partition) {
  FetchResponse response;
  response.partitions.push_back(std::move(partition));
  return response;
}

}  // namespace

void RaftClient::HandleFetch(Env env, const RequestHandle& handle, const FetchRequest& request) {
  if (failed_) return;
  if (request.partitions.size() != 1 || request.partitions.front().tp != kMetadataPartition) {
    env.server.Respond(env.ctx, handle, FetchResponse{.error = ErrorCode::kInvalidRequest, .partitions = {}});
    return;
  }
  const FetchRequest::PartitionData& partition = request.partitions.front();
  if (request.max_wait < Duration() || !partition.fetch_offset.valid() || !partition.last_fetched_epoch.valid() ||
      partition.last_fetched_epoch > partition.current_leader_epoch) {
    env.server.Respond(env.ctx, handle, ToResponse(EmptyFetchAnswer(ErrorCode::kInvalidRequest)));
    return;
  }
  FetchResponse::PartitionData answer = TryFetch(env, request.replica, partition);
  if (failed_) return;
  const bool lags = partition.high_watermark && *partition.high_watermark < high_watermark();
  const bool reply_now = answer.error != ErrorCode::kNone || !answer.batches.empty() || answer.diverged || lags ||
                         request.max_wait == Duration();
  if (reply_now) {
    env.server.Respond(env.ctx, handle, ToResponse(std::move(answer)));
  } else {
    std::get<LeaderState>(state_).parked.push_back({.handle = handle,
                                                    .replica = request.replica,
                                                    .partition = partition,
                                                    .deadline = env.ctx.now() + request.max_wait,
                                                    .first_answer = std::move(answer)});
  }
  Poll(env);
}

FetchResponse::PartitionData RaftClient::EmptyFetchAnswer(ErrorCode error) const {
  FetchResponse::PartitionData answer;
  answer.tp = kMetadataPartition;
  answer.error = error;
  answer.log_start_offset = log_->log_start();
  answer.current_leader = election_.leader;
  answer.current_leader_epoch = election_.epoch;
  return answer;
}

FetchResponse::PartitionData RaftClient::TryFetch(Env env, BrokerId replica,
                                                  const FetchRequest::PartitionData& request) {
  if (request.current_leader_epoch < election_.epoch) return EmptyFetchAnswer(ErrorCode::kFencedLeaderEpoch);
  if (request.current_leader_epoch > election_.epoch) return EmptyFetchAnswer(ErrorCode::kUnknownLeaderEpoch);
  if (!is_leader()) return EmptyFetchAnswer(ErrorCode::kNotLeaderOrFollower);
  if (shutdown_deadline_) return EmptyFetchAnswer(ErrorCode::kBrokerNotAvailable);

  FetchResponse::PartitionData answer = EmptyFetchAnswer(ErrorCode::kNone);
  const OffsetAndEpoch end = EndOffsetForEpoch(request.last_fetched_epoch);
  const bool from_the_start = request.fetch_offset == Offset(0);
  if (!from_the_start && (end.epoch != request.last_fetched_epoch || end.offset < request.fetch_offset)) {
    answer.diverged = true;
    answer.diverging_epoch = end;
  } else {
    FetchedData data = log_->Read(env.ctx, request.fetch_offset, log_->log_end(), request.max_bytes);
    if (data.error != ErrorCode::kNone) return EmptyFetchAnswer(ErrorCode::kUnknownServerError);
    OnReplicaFetched(env, replica, request.fetch_offset);
    answer.batches = std::move(data.batches);
  }
  answer.high_watermark = high_watermark();
  return answer;
}

OffsetAndEpoch RaftClient::EndOffsetForEpoch(LeaderEpoch epoch) const {
  const OffsetAndEpoch end = log_->EndOffsetForEpoch(epoch);
  return end.offset.valid() ? end : EndOffset();
}

void RaftClient::OnReplicaFetched(Env env, BrokerId replica, Offset fetch_offset) {
  if (!replica.valid()) return;
  auto& leader = std::get<LeaderState>(state_);
  const auto it = leader.voter_ends.find(replica);
  if (it == leader.voter_ends.end()) return;
  KT_CHECK(replica != node_);
  it->second = fetch_offset;
  leader.fetched_voters.insert(replica);
  // The leader itself belongs to the majority.
  if (leader.fetched_voters.size() >= leader.voter_ends.size() / 2) {
    leader.fetched_voters.clear();
    leader.check_quorum_deadline = CheckQuorumDeadline(env.ctx.now());
  }
  UpdateLeaderHighWatermark(env);
}

void RaftClient::UpdateLeaderHighWatermark(Env env) {
  auto& leader = std::get<LeaderState>(state_);
  std::vector<Offset> ends;
  ends.reserve(leader.voter_ends.size());
  for (const auto& [voter, end] : leader.voter_ends) ends.push_back(end);
  std::sort(ends.begin(), ends.end(), std::greater<>());
  const Offset majority_end = ends[ends.size() / 2];
  // A record of an earlier epoch is committed only with one of this epoch behind it (Raft's figure 8).
  const bool reaches_epoch = config_.defects.Has(Defect::kCommitAtEpochStart) ? majority_end >= leader.epoch_start
                                                                              : majority_end > leader.epoch_start;
  if (!reaches_epoch || (high_watermark_ && majority_end <= *high_watermark_)) return;
  high_watermark_ = majority_end;
  if (log_->MaybeIncrementHighWatermark(env.ctx, majority_end, election_.epoch)) {
    env.ctx.Emit(
        RaftHighWatermarkMoved{.node = node_, .epoch = election_.epoch, .as_leader = true, .to = majority_end});
  }
  CompleteParkedFetches(env);
  HandOverCommitted(env);
}

void RaftClient::CompleteParkedFetches(Env env) {
  auto& leader = std::get<LeaderState>(state_);
  std::vector<ParkedFetch> ready;
  std::vector<ParkedFetch> waiting;
  for (ParkedFetch& fetch : std::exchange(leader.parked, {})) {
    const std::optional<Offset>& told = fetch.partition.high_watermark;
    const bool has_news = fetch.partition.fetch_offset < log_->log_end() || (told && *told < high_watermark());
    (has_news ? ready : waiting).push_back(std::move(fetch));
  }
  leader.parked = std::move(waiting);
  for (const ParkedFetch& fetch : ready) {
    env.server.Respond(env.ctx, fetch.handle, ToResponse(TryFetch(env, fetch.replica, fetch.partition)));
  }
}

void RaftClient::ExpireParkedFetches(Env env) {
  auto& leader = std::get<LeaderState>(state_);
  std::vector<ParkedFetch> waiting;
  for (ParkedFetch& fetch : std::exchange(leader.parked, {})) {
    if (fetch.deadline > env.ctx.now()) {
      waiting.push_back(std::move(fetch));
    } else {
      // As it was on arrival: before 4.1, a high watermark that rose meanwhile is told by the next fetch.
      env.server.Respond(env.ctx, fetch.handle, ToResponse(std::move(fetch.first_answer)));
    }
  }
  leader.parked = std::move(waiting);
}

void RaftClient::FailParkedFetches(Env env, std::vector<ParkedFetch> parked) {
  for (const ParkedFetch& fetch : parked) {
    env.server.Respond(env.ctx, fetch.handle, ToResponse(EmptyFetchAnswer(ErrorCode::kNotLeaderOrFollower)));
  }
}

}  // namespace ktrial::cluster
