// The states of a member of the metadata quorum (org.apache.kafka.raft.EpochState and its subclasses), as data:
//
//   Unattached   knows an epoch but no leader in it; may have voted
//   Prospective  asks whether it would win an election, without raising the epoch (KIP-996)
//   Candidate    has raised the epoch, voted for itself, and asks for votes
//   Follower     fetches from the leader of the epoch
//   Leader       appends and counts what has reached a majority
//   Resigned     led this epoch and will not again: asked to resign, cut off from a majority, or restarted
//
// Observers (brokers) are only ever Unattached or Follower.
#ifndef KTRIAL_CLUSTER_KRAFT_RAFT_STATE_H_
#define KTRIAL_CLUSTER_KRAFT_RAFT_STATE_H_

#include <optional>
#include <variant>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "cluster/facts.h"
#include "cluster/network/socket_server.h"
#include "cluster/protocol/fetch_api.h"
#include "cluster/protocol/ids.h"
#include "cluster/protocol/record_batch.h"
#include "sim/time.h"

namespace ktrial::cluster {

// What the quorum-state file holds (ElectionState). A leader or a vote is known only together with its epoch.
struct Election {
  LeaderEpoch epoch{0};
  // None while unknown.
  BrokerId leader;
  // Whom this node voted for in this epoch, or none.
  BrokerId voted;

  friend bool operator==(const Election&, const Election&) = default;
};

// The votes of one election among static voters (EpochElection).
class VoteTally {
 public:
  VoteTally() = default;
  // Every voter unrecorded but `self`, which grants.
  VoteTally(const std::vector<BrokerId>& voters, BrokerId self);

  // A vote is recorded once; later answers of the same voter change nothing.
  void Record(BrokerId voter, bool granted);
  bool IsGranted() const;
  // A majority is out of reach.
  bool IsRejected() const;
  // Ascending.
  std::vector<BrokerId> Unrecorded() const;

 private:
  int Count(std::optional<bool> vote) const;

  absl::btree_map<BrokerId, std::optional<bool>> votes_;
};

struct UnattachedState {
  // Max() for observers.
  sim::SimTime election_deadline;
};

struct ProspectiveState {
  VoteTally tally;
  sim::SimTime election_deadline;
};

struct CandidateState {
  VoteTally tally;
  sim::SimTime election_deadline;
  // How many elections in a row this is.
  int retries = 1;
  // Set once the election is lost, without pre-votes.
  std::optional<sim::SimTime> backoff_until;
};

struct FollowerState {
  sim::SimTime fetch_deadline;
  // A fetch from this leader has succeeded: reason to deny pre-votes.
  bool has_fetched_from_leader = false;
};

// A fetch that waits in the leader's purgatory for records.
struct ParkedFetch {
  RequestHandle handle;
  BrokerId replica;
  FetchRequest::PartitionData partition;
  sim::SimTime deadline;
  // What it would have been told on arrival, and is told if it times out.
  FetchResponse::PartitionData first_answer;
};

struct LeaderState {
  // Log end when the epoch began.
  Offset epoch_start;
  // End offsets of the voters' logs as far as known, this node's own included.
  absl::btree_map<BrokerId, Offset> voter_ends;
  // Voters that fetched since the check-quorum deadline was last moved.
  absl::btree_set<BrokerId> fetched_voters;
  // Without a fetch from a majority until then, the leader resigns. Max() for a single voter.
  sim::SimTime check_quorum_deadline;
  sim::SimTime begin_quorum_at;
  // Records that wait for append.linger.ms (BatchAccumulator), and when they go to the log.
  std::vector<Record> accumulated;
  sim::SimTime drain_at = sim::SimTime::Max();
  std::vector<ParkedFetch> parked;
  bool resign_requested = false;
};

struct ResignedState {
  sim::SimTime election_deadline;
  absl::btree_set<BrokerId> unacked_voters;
  std::vector<BrokerId> preferred_successors;
};

using EpochState =
    std::variant<UnattachedState, ProspectiveState, CandidateState, FollowerState, LeaderState, ResignedState>;

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_KRAFT_RAFT_STATE_H_
