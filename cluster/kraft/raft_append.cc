// What a leader does: it appends in batches, tells voters of its epoch, and resigns when cut off from a majority.
#include <algorithm>
#include <utility>

#include "cluster/kraft/raft_client.h"
#include "sim/check.h"

namespace ktrial::cluster {

using sim::SimTime;

std::optional<Offset> RaftClient::Append(Env env, LeaderEpoch epoch, std::vector<Record> records) {
  KT_CHECK(!records.empty());
  auto* leader = std::get_if<LeaderState>(&state_);
  if (failed_ || leader == nullptr || epoch != election_.epoch) return std::nullopt;
  if (leader->accumulated.empty()) {
    leader->drain_at = env.ctx.now() + config_.controller_quorum_append_linger;
    ArmPoll(env, leader->drain_at);
  }
  for (Record& record : records) leader->accumulated.push_back(std::move(record));
  return next_append_offset() - 1;
}

Offset RaftClient::next_append_offset() const {
  const auto& leader = std::get<LeaderState>(state_);
  return log_->log_end() + static_cast<int64_t>(leader.accumulated.size());
}

void RaftClient::Resign(Env env, LeaderEpoch epoch) {
  auto* leader = std::get_if<LeaderState>(&state_);
  if (leader == nullptr || epoch != election_.epoch) return;
  leader->resign_requested = true;
  Poll(env);
}

SimTime RaftClient::PollLeader(Env env) {
  const SimTime now = env.ctx.now();
  auto& leader = std::get<LeaderState>(state_);
  if (shutdown_deadline_ || leader.resign_requested || now >= leader.check_quorum_deadline) {
    BecomeResigned(env, SuccessorsByFetchOffset());
    return now;
  }
  if (now >= leader.drain_at) Drain(env);
  if (failed_) return now;
  ExpireParkedFetches(env);

  SimTime at = std::min(leader.check_quorum_deadline, leader.drain_at);
  if (addresses_->voters.size() > 1) {
    if (now >= leader.begin_quorum_at) {
      for (BrokerId voter : addresses_->voters) {
        if (voter == node_) continue;
        MaybeSend(env, voter, Api::kBeginQuorumEpoch,
                  BeginQuorumEpochRequest{.leader = node_, .leader_epoch = election_.epoch, .voter = voter});
      }
      leader.begin_quorum_at = now + config_.controller_quorum_fetch_timeout / 2;
    }
    at = std::min(at, leader.begin_quorum_at);
  }
  for (const ParkedFetch& fetch : leader.parked) at = std::min(at, fetch.deadline);
  return at;
}

void RaftClient::Drain(Env env) {
  auto& leader = std::get<LeaderState>(state_);
  leader.drain_at = SimTime::Max();
  std::vector<Record> records = std::exchange(leader.accumulated, {});
  AppendBatch(env, {}, std::move(records));
}

void RaftClient::AppendBatch(Env env, BatchAttributes attributes, std::vector<Record> records) {
  const auto batch = sim::MakeRef<const RecordBatch>(attributes, std::move(records));
  const LogAppendInfo info = log_->AppendAsLeader(env.ctx, batch, election_.epoch, AppendOrigin::kRaftLeader);
  if (info.error != ErrorCode::kNone) {
    Fail();
    return;
  }
  const FetchedData appended = log_->Read(env.ctx, info.first_offset, log_->log_end(), 1);
  KT_CHECK(!appended.batches.empty());
  env.ctx.Emit(RaftBatchAppended{.node = node_, .batch = appended.batches.front().get()});

  // The leader counts its own end, and lets waiting fetches go, before it flushes.
  std::get<LeaderState>(state_).voter_ends[node_] = log_->log_end();
  UpdateLeaderHighWatermark(env);
  CompleteParkedFetches(env);
  FlushLog(env);
  if (log_->storage_failed()) Fail();
}

std::vector<BrokerId> RaftClient::SuccessorsByFetchOffset() const {
  const auto& leader = std::get<LeaderState>(state_);
  std::vector<std::pair<Offset, BrokerId>> ends;
  for (const auto& [voter, end] : leader.voter_ends) {
    if (voter != node_) ends.emplace_back(end, voter);
  }
  std::stable_sort(ends.begin(), ends.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<BrokerId> successors;
  for (const auto& [end, voter] : ends) successors.push_back(voter);
  return successors;
}

}  // namespace ktrial::cluster
