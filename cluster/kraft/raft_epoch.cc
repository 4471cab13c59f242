// Beginning and ending an epoch, and what every request and response tells about epochs and leaders.
#include <algorithm>

#include "cluster/kraft/raft_client.h"
#include "sim/check.h"

namespace ktrial::cluster {

using sim::Duration;
using sim::SimTime;

ErrorCode RaftClient::ValidateVoterRequest(BrokerId remote, LeaderEpoch epoch) const {
  if (epoch < election_.epoch) return ErrorCode::kFencedLeaderEpoch;
  if (remote.value() < 0) return ErrorCode::kInvalidRequest;
  return ErrorCode::kNone;
}

void RaftClient::MaybeTransition(Env env, LeaderEpoch epoch, BrokerId leader) {
  // Two leaders of one epoch, or a leadership that this node has forgotten: possible only if a disk lost what was
  // durable.
  const bool consistent =
      leader.valid() && leader == node_
          ? is_leader()
          : epoch != election_.epoch || !leader.valid() || !election_.leader.valid() || leader == election_.leader;
  if (!consistent) {
    Fail();
  } else if (epoch > election_.epoch) {
    if (leader.valid()) {
      BecomeFollower(env, epoch, leader);
    } else {
      BecomeUnattached(env, epoch);
    }
  } else if (leader.valid() && !election_.leader.valid()) {
    BecomeFollower(env, epoch, leader);
  }
}

std::optional<bool> RaftClient::HandleCommonResponse(Env env, ErrorCode error, BrokerId leader, LeaderEpoch epoch) {
  if (epoch < election_.epoch || error == ErrorCode::kUnknownLeaderEpoch) return true;
  if (epoch > election_.epoch || error == ErrorCode::kFencedLeaderEpoch || error == ErrorCode::kNotLeaderOrFollower) {
    MaybeTransition(env, epoch, leader);
    return true;
  }
  if (leader.valid() && !election_.leader.valid()) {
    MaybeTransition(env, epoch, leader);
    // An observer may find the leader and its records in one answer.
    if (error != ErrorCode::kNone || failed_) return true;
    return std::nullopt;
  }
  if (error == ErrorCode::kBrokerNotAvailable) return false;
  if (error == ErrorCode::kInvalidVoterKey) return true;
  return std::nullopt;
}

void RaftClient::HandleBeginQuorumEpoch(Env env, const RequestHandle& handle, const BeginQuorumEpochRequest& request) {
  if (failed_) return;
  ErrorCode error = ValidateVoterRequest(request.leader, request.leader_epoch);
  if (error == ErrorCode::kNone) {
    MaybeTransition(env, request.leader_epoch, request.leader);
    if (request.voter != node_) error = ErrorCode::kInvalidVoterKey;
  }
  if (failed_) return;
  env.server.Respond(
      env.ctx, handle,
      BeginQuorumEpochResponse{.error = error, .leader = election_.leader, .leader_epoch = election_.epoch});
  Poll(env);
}

bool RaftClient::OnBeginQuorumEpochResponse(Env env, const BeginQuorumEpochResponse& response) {
  return HandleCommonResponse(env, response.error, response.leader, response.leader_epoch)
      .value_or(response.error == ErrorCode::kNone);
}

void RaftClient::HandleEndQuorumEpoch(Env env, const RequestHandle& handle, const EndQuorumEpochRequest& request) {
  if (failed_) return;
  const ErrorCode error = ValidateVoterRequest(request.leader, request.leader_epoch);
  if (error == ErrorCode::kNone) {
    MaybeTransition(env, request.leader_epoch, request.leader);
    if (failed_) return;
    if (auto* follower = std::get_if<FollowerState>(&state_);
        follower != nullptr && election_.leader == request.leader) {
      follower->fetch_deadline = env.ctx.now() + SuccessorBackoff(request.preferred_successors);
    }
  }
  env.server.Respond(
      env.ctx, handle,
      EndQuorumEpochResponse{.error = error, .leader = election_.leader, .leader_epoch = election_.epoch});
  Poll(env);
}

Duration RaftClient::SuccessorBackoff(const std::vector<BrokerId>& preferred_successors) const {
  // The voter that has fetched most becomes candidate at once, the others leave it ever more time.
  const auto it = std::find(preferred_successors.begin(), preferred_successors.end(), node_);
  const auto position = static_cast<int>(it - preferred_successors.begin());
  const auto count = static_cast<int>(preferred_successors.size());
  const Duration most = config_.controller_quorum_election_backoff_max;
  if (position == 0) return Duration();
  if (position >= count) return most;
  const int64_t base_ms = most.millis() >> std::min(count - 1, 62);
  return std::min(most, sim::Milliseconds(base_ms << (position - 1)));
}

bool RaftClient::OnEndQuorumEpochResponse(Env env, BrokerId from, const EndQuorumEpochResponse& response) {
  if (const auto handled = HandleCommonResponse(env, response.error, response.leader, response.leader_epoch)) {
    return *handled;
  }
  if (response.error != ErrorCode::kNone) return false;
  if (auto* resigned = std::get_if<ResignedState>(&state_)) resigned->unacked_voters.erase(from);
  return true;
}

SimTime RaftClient::PollResigned(Env env) {
  const auto& state = std::get<ResignedState>(state_);
  SimTime at = SimTime::Max();
  for (BrokerId voter : state.unacked_voters) {
    at = std::min(at, MaybeSend(env, voter, Api::kEndQuorumEpoch,
                                EndQuorumEpochRequest{.leader = node_,
                                                      .leader_epoch = election_.epoch,
                                                      .preferred_successors = state.preferred_successors}));
  }
  if (shutdown_deadline_) return std::min(at, *shutdown_deadline_);
  if (env.ctx.now() < state.election_deadline) return std::min(at, state.election_deadline);
  if (config_.controller_quorum_pre_vote) {
    // It led this epoch, and a prospective voter stays in its epoch: so the next one is begun without a leader.
    BecomeUnattached(env, Next(election_.epoch));
  } else {
    StartElection(env);
  }
  return env.ctx.now();
}

}  // namespace ktrial::cluster
