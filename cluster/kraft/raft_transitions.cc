// How a member of the quorum changes its state (org.apache.kafka.raft.QuorumState).
#include <algorithm>
#include <utility>

#include "cluster/defects.h"
#include "cluster/kraft/quorum_state_file.h"
#include "cluster/kraft/raft_client.h"
#include "sim/check.h"

namespace ktrial::cluster {

using sim::SimTime;

void RaftClient::RestoreState(Env env, const Election& election) {
  const OffsetAndEpoch end = EndOffset();
  const SimTime now = env.ctx.now();
  const SimTime election_deadline = is_voter_ ? now + RandomElectionTimeout() : SimTime::Max();
  election_ = election;
  if (election.epoch < end.epoch) {
    // The log is ahead of the file: what was voted in the file's epoch no longer matters.
    if (!MakeDurable(env, {.epoch = end.epoch, .leader = {}, .voted = {}})) return;
    EnterState(env, UnattachedState{election_deadline});
  } else if (is_voter_ && election.leader == node_ && config_.defects.Has(Defect::kRestartedLeaderResumes)) {
    ResumeLeading(env);
  } else if (is_voter_ && election.leader == node_) {
    ResignedState resigned{.election_deadline = election_deadline, .unacked_voters = {}, .preferred_successors = {}};
    resigned.unacked_voters.insert(addresses_->voters.begin(), addresses_->voters.end());
    resigned.unacked_voters.erase(node_);
    EnterState(env, std::move(resigned));
  } else if (election.leader.valid()) {
    EnterState(env, FollowerState{.fetch_deadline = now + config_.controller_quorum_fetch_timeout});
  } else if (is_voter_ && election.voted == node_) {
    EnterState(env, CandidateState{.tally = VoteTally(addresses_->voters, node_),
                                   .election_deadline = election_deadline,
                                   .retries = 1,
                                   .backoff_until = {}});
    OnVoteRecorded(env);
  } else {
    EnterState(env, UnattachedState{election_deadline});
  }
  if (!failed_ && is_voter_ && addresses_->voters.size() == 1 && !is_leader()) {
    // Nobody has to be asked first.
    BecomeCandidate(env);
    OnVoteRecorded(env);
  }
}

bool RaftClient::MakeDurable(Env env, const Election& election) {
  KT_CHECK(election.epoch >= election_.epoch);
  if (election == election_) return true;
  if (!WriteQuorumState(env.ctx, election)) {
    Fail();
    return false;
  }
  const bool voted = election.voted.valid() && (election.epoch != election_.epoch || election_.voted != election.voted);
  election_ = election;
  if (voted) env.ctx.Emit(RaftVoted{.node = node_, .epoch = election.epoch, .candidate = election.voted});
  return true;
}

void RaftClient::EnterState(Env env, EpochState state) {
  std::vector<ParkedFetch> parked;
  if (auto* leader = std::get_if<LeaderState>(&state_)) parked = std::move(leader->parked);
  state_ = std::move(state);
  requests_.ResetAll();
  env.ctx.Emit(RaftRoleChanged{.node = node_, .epoch = election_.epoch, .role = role(), .leader = election_.leader});
  FailParkedFetches(env, std::move(parked));
  MaybeFireLeaderChange();
}

void RaftClient::BecomeUnattached(Env env, LeaderEpoch epoch) {
  KT_CHECK(epoch > election_.epoch || (epoch == election_.epoch && std::holds_alternative<ProspectiveState>(state_)));
  SimTime deadline = SimTime::Max();
  if (is_voter_) {
    // A candidate that learns of a higher epoch keeps its clock running, so that epochs alone do not postpone
    // elections.
    if (const auto* unattached = std::get_if<UnattachedState>(&state_)) {
      deadline = unattached->election_deadline;
    } else if (const auto* candidate = std::get_if<CandidateState>(&state_)) {
      deadline = candidate->election_deadline;
    } else if (const auto* prospective = std::get_if<ProspectiveState>(&state_);
               prospective != nullptr && !prospective->tally.IsRejected() &&
               prospective->election_deadline > env.ctx.now()) {
      deadline = prospective->election_deadline;
    } else if (const auto* resigned = std::get_if<ResignedState>(&state_)) {
      deadline = resigned->election_deadline;
    } else {
      deadline = env.ctx.now() + RandomElectionTimeout();
    }
  }
  const BrokerId voted = epoch == election_.epoch ? election_.voted : BrokerId();
  if (!MakeDurable(env, {.epoch = epoch, .leader = {}, .voted = voted})) return;
  EnterState(env, UnattachedState{deadline});
}

void RaftClient::BecomeUnattachedVoted(Env env, LeaderEpoch epoch, BrokerId candidate) {
  KT_CHECK(is_voter_ && candidate != node_);
  KT_CHECK(epoch == election_.epoch && !election_.voted.valid());
  if (!MakeDurable(env, {.epoch = epoch, .leader = election_.leader, .voted = candidate})) return;
  // A prospective voter grants its vote and remains one.
  if (auto* unattached = std::get_if<UnattachedState>(&state_)) {
    unattached->election_deadline = env.ctx.now() + RandomElectionTimeout();
  } else {
    KT_CHECK(std::holds_alternative<ProspectiveState>(state_));
  }
}

void RaftClient::BecomeProspective(Env env) {
  KT_CHECK(is_voter_ && !is_leader());
  KT_CHECK(election_.leader != node_);
  EnterState(env, ProspectiveState{.tally = VoteTally(addresses_->voters, node_),
                                   .election_deadline = env.ctx.now() + RandomElectionTimeout()});
}

void RaftClient::BecomeCandidate(Env env) {
  KT_CHECK(is_voter_ && !is_leader());
  const auto* candidate = std::get_if<CandidateState>(&state_);
  const int retries = candidate != nullptr ? candidate->retries + 1 : 1;
  if (!MakeDurable(env, {.epoch = Next(election_.epoch), .leader = {}, .voted = node_})) return;
  EnterState(env, CandidateState{.tally = VoteTally(addresses_->voters, node_),
                                 .election_deadline = env.ctx.now() + RandomElectionTimeout(),
                                 .retries = retries,
                                 .backoff_until = {}});
}

void RaftClient::BecomeFollower(Env env, LeaderEpoch epoch, BrokerId leader) {
  KT_CHECK(leader.valid() && leader != node_);
  KT_CHECK(epoch > election_.epoch || !is_leader());
  const BrokerId voted = epoch == election_.epoch ? election_.voted : BrokerId();
  if (!MakeDurable(env, {.epoch = epoch, .leader = leader, .voted = voted})) return;
  EnterState(env, FollowerState{.fetch_deadline = env.ctx.now() + config_.controller_quorum_fetch_timeout});
}

void RaftClient::BecomeLeader(Env env) {
  KT_CHECK(std::holds_alternative<CandidateState>(state_));
  KT_CHECK(std::get<CandidateState>(state_).tally.IsGranted());
  if (!MakeDurable(env, {.epoch = election_.epoch, .leader = node_, .voted = node_})) return;
  BeginLeading(env);
}

void RaftClient::ResumeLeading(Env env) {
  KT_CHECK(config_.defects.Has(Defect::kRestartedLeaderResumes) && election_.leader == node_);
  BeginLeading(env);
}

void RaftClient::BeginLeading(Env env) {
  const SimTime now = env.ctx.now();
  LeaderState leader;
  leader.epoch_start = log_->log_end();
  for (BrokerId voter : addresses_->voters) leader.voter_ends[voter] = Offset();
  leader.check_quorum_deadline = CheckQuorumDeadline(now);
  leader.begin_quorum_at = now;
  high_watermark_.reset();
  EnterState(env, std::move(leader));

  // Until a record of its own epoch is on a majority, a leader cannot know what is committed: it writes one at once.
  log_->AssignEpochStart(env.ctx, election_.epoch, log_->log_end());
  const LeaderChangeRecord change{.leader = node_, .voters = addresses_->voters};
  AppendBatch(env, {.producer_id = {}, .producer_epoch = {}, .control = ControlType::kLeaderChange},
              {ToRecord(change, env.ctx.wall_clock())});
}

void RaftClient::BecomeResigned(Env env, std::vector<BrokerId> preferred_successors) {
  KT_CHECK(is_leader());
  ResignedState resigned{.election_deadline = env.ctx.now() + RandomElectionTimeout(),
                         .unacked_voters = {},
                         .preferred_successors = std::move(preferred_successors)};
  resigned.unacked_voters.insert(addresses_->voters.begin(), addresses_->voters.end());
  resigned.unacked_voters.erase(node_);
  high_watermark_.reset();
  EnterState(env, std::move(resigned));
}

}  // namespace ktrial::cluster
