// How the servers of an ensemble agree whom to follow (org.apache.zookeeper.server.quorum.FastLeaderElection):
// everybody votes for the server with the highest (current epoch, zxid, id) that it has heard of, and follows it once a
// quorum votes alike and nobody better has come forward for a while.
//
//   election.Begin(self_vote);                         // LOOKING
//   election.OnNotification(notification, now);        // of a server, or of itself
//   if (election.TakeBroadcast()) ...                  // its vote has to be told to all
//   if (const auto vote = election.Elected(now)) ...   // whom to follow
//
// Pure state; what it wants is asked for after every call.
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_FAST_LEADER_ELECTION_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_FAST_LEADER_ELECTION_H_

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/container/btree_map.h"
#include "cluster/zookeeper/quorum_packet.h"
#include "cluster/zookeeper/zookeeper_ids.h"
#include "sim/time.h"

namespace ktrial::cluster::zookeeper {

class FastLeaderElection {
 public:
  FastLeaderElection(ServerId self, EnsembleRef ensemble) : self_(self), ensemble_(std::move(ensemble)) {}

  // A new round. The server's own claim: its last logged zxid and its current epoch.
  void Begin(Zxid zxid, ZabEpoch current_epoch, sim::SimTime now);
  // While LOOKING.
  void OnNotification(const Notification& notification, sim::SimTime now);
  // Nobody answers: tells its vote again, after twice as long each time (minNotificationInterval, 60 s at most).
  void OnTimeout(sim::SimTime now);

  // Whether the vote has to be told to all since the last call.
  bool TakeBroadcast() { return std::exchange(broadcast_, false); }
  // The outcome, once it is certain.
  std::optional<Vote> Elected(sim::SimTime now) const;
  // When to ask Elected or to call OnTimeout.
  sim::SimTime next_wake() const { return decided_at_ ? *decided_at_ : timeout_at_; }
  bool is_deciding() const { return decided_at_.has_value(); }

  // What it votes for at present, with the round.
  const Vote& vote() const { return vote_; }

 private:
  struct Ballot {
    Vote vote;
    ServerState state = ServerState::kLooking;
  };
  using Ballots = absl::btree_map<ServerId, Ballot>;

  void OnLookingNotification(const Notification& notification, sim::SimTime now);
  void OnSettledNotification(const Notification& notification, sim::SimTime now);
  bool HasQuorum(const Ballots& ballots, const Ballot& wanted) const;
  // Whether the leader itself says that it leads; or, for this server, that the vote is of the present round.
  bool CheckLeader(const Ballots& ballots, const Vote& vote) const;
  static bool IsBetter(const Vote& a, const Vote& b);
  void Propose(const Vote& vote);

  ServerId self_;
  EnsembleRef ensemble_;
  Vote own_;
  Vote vote_;
  // Votes of this round; votes of servers that follow or lead already.
  Ballots received_;
  Ballots out_of_election_;
  bool broadcast_ = false;
  // A quorum votes alike: the outcome stands at this time unless somebody better comes forward.
  std::optional<sim::SimTime> decided_at_;
  std::optional<Vote> joined_;
  sim::Duration timeout_;
  sim::SimTime timeout_at_;
};

}  // namespace ktrial::cluster::zookeeper

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_FAST_LEADER_ELECTION_H_
