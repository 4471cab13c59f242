// Elections: votes asked for, granted and counted.
#include <algorithm>
#include <utility>

#include "cluster/kraft/raft_client.h"
#include "sim/check.h"

namespace ktrial::cluster {

using sim::Duration;
using sim::SimTime;

namespace {

// RETRY_BACKOFF_BASE_MS
constexpr Duration kElectionBackoffBase = sim::Milliseconds(100);

// Which of two logs is longer in the sense of Raft: the later last epoch, then the higher end offset.
bool IsUpToDate(const OffsetAndEpoch& candidate, const OffsetAndEpoch& own) {
  return candidate.epoch != own.epoch ? candidate.epoch > own.epoch : candidate.offset >= own.offset;
}

}  // namespace

void RaftClient::HandleVote(Env env, const RequestHandle& handle, const VoteRequest& request) {
  if (failed_) return;
  const auto respond = [&](ErrorCode error, bool granted) {
    if (failed_) return;
    env.server.Respond(
        env.ctx, handle,
        VoteResponse{.error = error, .leader = election_.leader, .leader_epoch = election_.epoch, .granted = granted});
    Poll(env);
  };
  // A candidate has raised the epoch above its log's; who only asks beforehand has not.
  const bool bad_epoch =
      request.pre_vote ? request.last.epoch > request.candidate_epoch : request.last.epoch >= request.candidate_epoch;
  if (!request.last.offset.valid() || !request.last.epoch.valid() || bad_epoch) {
    return respond(ErrorCode::kInvalidRequest, false);
  }
  const ErrorCode invalid = ValidateVoterRequest(request.candidate, request.candidate_epoch);
  if (invalid != ErrorCode::kNone) return respond(invalid, false);
  if (request.candidate_epoch > election_.epoch) BecomeUnattached(env, request.candidate_epoch);
  if (failed_) return;
  if (request.voter != node_ || !is_voter_) return respond(ErrorCode::kInvalidVoterKey, false);

  const bool granted = CanGrantVote(request.candidate, IsUpToDate(request.last, EndOffset()), request.pre_vote);
  if (granted && !request.pre_vote && !election_.voted.valid()) {
    BecomeUnattachedVoted(env, request.candidate_epoch, request.candidate);
  }
  respond(ErrorCode::kNone, granted);
}

bool RaftClient::CanGrantVote(BrokerId candidate, bool log_is_up_to_date, bool pre_vote) const {
  switch (role()) {
    case RaftRole::kUnattached:
    case RaftRole::kProspective:
      if (pre_vote) return log_is_up_to_date;
      if (election_.voted.valid()) return election_.voted == candidate;
      return !election_.leader.valid() && log_is_up_to_date;
    case RaftRole::kFollower:
      return pre_vote && log_is_up_to_date && !std::get<FollowerState>(state_).has_fetched_from_leader;
    case RaftRole::kCandidate:
    case RaftRole::kResigned:
      return pre_vote && log_is_up_to_date;
    case RaftRole::kLeader:
      return false;
  }
  KT_UNREACHABLE();
}

SimTime RaftClient::PollUnattached(Env env) {
  if (!is_voter_) return FetchFromAnyVoter(env);
  if (shutdown_deadline_) return *shutdown_deadline_;
  const SimTime deadline = std::get<UnattachedState>(state_).election_deadline;
  if (env.ctx.now() < deadline) return deadline;
  StartElection(env);
  return env.ctx.now();
}

void RaftClient::StartElection(Env env) {
  if (config_.controller_quorum_pre_vote) {
    BecomeProspective(env);
  } else {
    BecomeCandidate(env);
  }
  OnVoteRecorded(env);
}

void RaftClient::OnVoteRecorded(Env env) {
  if (failed_) return;
  if (const auto* prospective = std::get_if<ProspectiveState>(&state_)) {
    if (prospective->tally.IsGranted()) {
      BecomeCandidate(env);
    } else if (prospective->tally.IsRejected()) {
      LosePreVote(env);
    }
  }
  if (failed_) return;
  auto* candidate = std::get_if<CandidateState>(&state_);
  if (candidate == nullptr) return;
  if (candidate->tally.IsGranted()) {
    BecomeLeader(env);
  } else if (candidate->tally.IsRejected() && !candidate->backoff_until && !config_.controller_quorum_pre_vote) {
    candidate->backoff_until = env.ctx.now() + BinaryElectionBackoff(candidate->retries);
  }
}

void RaftClient::LosePreVote(Env env) {
  if (election_.leader.valid()) {
    BecomeFollower(env, election_.epoch, election_.leader);
  } else {
    BecomeUnattached(env, election_.epoch);
  }
}

SimTime RaftClient::PollProspective(Env env) {
  if (shutdown_deadline_) return *shutdown_deadline_;
  const auto& state = std::get<ProspectiveState>(state_);
  if (env.ctx.now() >= state.election_deadline) {
    LosePreVote(env);
    return env.ctx.now();
  }
  return std::min(state.election_deadline, SendVoteRequests(env, state.tally, /*pre_vote=*/true));
}

SimTime RaftClient::PollCandidate(Env env) {
  const SimTime now = env.ctx.now();
  auto& state = std::get<CandidateState>(state_);
  // A candidate that shuts down goes on until there is a leader or its time is over.
  if (shutdown_deadline_) return SendVoteRequests(env, state.tally, /*pre_vote=*/false);
  if (state.backoff_until) {
    if (now < *state.backoff_until) return *state.backoff_until;
    StartElection(env);
    return now;
  }
  if (now >= state.election_deadline) {
    // With pre-votes the random election timeout itself keeps candidates apart; before, a backoff did.
    if (config_.controller_quorum_pre_vote) {
      StartElection(env);
    } else {
      state.backoff_until = now + BinaryElectionBackoff(state.retries);
    }
    return now;
  }
  return std::min(state.election_deadline, SendVoteRequests(env, state.tally, /*pre_vote=*/false));
}

SimTime RaftClient::SendVoteRequests(Env env, const VoteTally& tally, bool pre_vote) {
  SimTime at = SimTime::Max();
  if (tally.IsRejected()) return at;
  for (BrokerId voter : tally.Unrecorded()) {
    at = std::min(at, MaybeSend(env, voter, Api::kVote,
                                VoteRequest{.candidate = node_,
                                            .candidate_epoch = election_.epoch,
                                            .voter = voter,
                                            .last = EndOffset(),
                                            .pre_vote = pre_vote}));
  }
  return at;
}

bool RaftClient::OnVoteResponse(Env env, BrokerId from, const VoteRequest& request, const VoteResponse& response) {
  if (const auto handled = HandleCommonResponse(env, response.error, response.leader, response.leader_epoch)) {
    return *handled;
  }
  if (response.error != ErrorCode::kNone) return false;
  if (auto* prospective = std::get_if<ProspectiveState>(&state_); prospective != nullptr && request.pre_vote) {
    prospective->tally.Record(from, response.granted);
    OnVoteRecorded(env);
  } else if (auto* candidate = std::get_if<CandidateState>(&state_); candidate != nullptr && !request.pre_vote) {
    candidate->tally.Record(from, response.granted);
    OnVoteRecorded(env);
  }
  return true;
}

Duration RaftClient::BinaryElectionBackoff(int retries) {
  constexpr int kMostDoublings = 20;
  const uint64_t bound = uint64_t{2} << std::min(kMostDoublings, retries - 1);
  return std::min(kElectionBackoffBase * static_cast<int64_t>(random_->Below(bound)),
                  config_.controller_quorum_election_backoff_max);
}

}  // namespace ktrial::cluster
