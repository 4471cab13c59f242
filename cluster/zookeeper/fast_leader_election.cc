#include "cluster/zookeeper/fast_leader_election.h"

#include <algorithm>
#include <tuple>

namespace ktrial::cluster::zookeeper {
namespace {

constexpr sim::Duration kFinalizeWait = sim::Milliseconds(200);
constexpr sim::Duration kMinNotificationInterval = sim::Milliseconds(200);
constexpr sim::Duration kMaxNotificationInterval = sim::Milliseconds(60'000);

// Vote.equals: servers that are no longer looking may know different rounds and zxids of one election.
bool SameVote(const Vote& a, ServerState a_state, const Vote& b, ServerState b_state) {
  if (a_state == ServerState::kLooking || b_state == ServerState::kLooking) {
    return std::tie(a.leader, a.zxid, a.peer_epoch, a.election_epoch) ==
           std::tie(b.leader, b.zxid, b.peer_epoch, b.election_epoch);
  }
  return a.leader == b.leader && a.peer_epoch == b.peer_epoch;
}

}  // namespace

void FastLeaderElection::Begin(Zxid zxid, ZabEpoch current_epoch, sim::SimTime now) {
  own_ = {.leader = self_, .zxid = zxid, .peer_epoch = current_epoch, .election_epoch = vote_.election_epoch + 1};
  received_.clear();
  out_of_election_.clear();
  joined_.reset();
  Propose(own_);
  timeout_ = kMinNotificationInterval;
  timeout_at_ = now + timeout_;
}

// A vote of one's own counts like any other's (toSend to oneself).
void FastLeaderElection::Propose(const Vote& vote) {
  const int64_t round = own_.election_epoch;
  vote_ = vote;
  vote_.election_epoch = round;
  received_.insert_or_assign(self_, Ballot{vote_, ServerState::kLooking});
  decided_at_.reset();
  broadcast_ = true;
}

bool FastLeaderElection::IsBetter(const Vote& a, const Vote& b) {
  return std::tie(a.peer_epoch, a.zxid, a.leader) > std::tie(b.peer_epoch, b.zxid, b.leader);
}

void FastLeaderElection::OnNotification(const Notification& notification, sim::SimTime now) {
  timeout_at_ = now + timeout_;
  // While the outcome is being waited for, only somebody better matters, whatever its state.
  if (decided_at_ && !IsBetter(notification.vote, vote_)) {
    decided_at_ = now + kFinalizeWait;
    return;
  }
  decided_at_.reset();
  if (notification.state == ServerState::kLooking) {
    OnLookingNotification(notification, now);
  } else {
    OnSettledNotification(notification, now);
  }
}

void FastLeaderElection::OnLookingNotification(const Notification& notification, sim::SimTime now) {
  const Vote& theirs = notification.vote;
  if (theirs.election_epoch < vote_.election_epoch) return;
  if (theirs.election_epoch > vote_.election_epoch) {
    own_.election_epoch = theirs.election_epoch;
    received_.clear();
    Propose(IsBetter(theirs, own_) ? theirs : own_);
  } else if (IsBetter(theirs, vote_)) {
    Propose(theirs);
  }
  received_.insert_or_assign(notification.sender, Ballot{theirs, ServerState::kLooking});
  if (HasQuorum(received_, {vote_, ServerState::kLooking})) decided_at_ = now + kFinalizeWait;
}

void FastLeaderElection::OnSettledNotification(const Notification& notification, sim::SimTime now) {
  const Ballot ballot{notification.vote, notification.state};
  if (notification.vote.election_epoch == vote_.election_epoch) {
    received_.insert_or_assign(notification.sender, ballot);
    if (HasQuorum(received_, ballot) && CheckLeader(received_, ballot.vote)) joined_ = ballot.vote;
  }
  // Before it joins an ensemble at work, it makes sure that a majority follows the same leader.
  out_of_election_.insert_or_assign(notification.sender, ballot);
  if (!joined_ && HasQuorum(out_of_election_, ballot) && CheckLeader(out_of_election_, ballot.vote)) {
    joined_ = ballot.vote;
    own_.election_epoch = vote_.election_epoch = ballot.vote.election_epoch;
  }
  if (joined_) decided_at_ = now;
}

bool FastLeaderElection::HasQuorum(const Ballots& ballots, const Ballot& wanted) const {
  const auto count = std::count_if(ballots.begin(), ballots.end(), [&](const auto& entry) {
    return SameVote(entry.second.vote, entry.second.state, wanted.vote, wanted.state);
  });
  return ensemble_->IsQuorum(static_cast<size_t>(count));
}

bool FastLeaderElection::CheckLeader(const Ballots& ballots, const Vote& vote) const {
  if (vote.leader == self_) return vote.election_epoch == vote_.election_epoch;
  const auto it = ballots.find(vote.leader);
  return it != ballots.end() && it->second.state == ServerState::kLeading;
}

void FastLeaderElection::OnTimeout(sim::SimTime now) {
  broadcast_ = true;
  timeout_ = std::min(timeout_ * 2, kMaxNotificationInterval);
  timeout_at_ = now + timeout_;
}

std::optional<Vote> FastLeaderElection::Elected(sim::SimTime now) const {
  if (!decided_at_ || now < *decided_at_) return std::nullopt;
  return joined_ ? *joined_ : vote_;
}

}  // namespace ktrial::cluster::zookeeper
