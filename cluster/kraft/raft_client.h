// A member of the metadata quorum (org.apache.kafka.raft.KafkaRaftClient): votes, epochs, and the replicated
// __cluster_metadata log. Controllers are voters; brokers are observers, which fetch and never vote.
//
// It is a component of a broker's or controller's process, which hands it requests, completions and timers and, after
// every handler, takes from it what has happened:
//
//   void Broker::OnStart(ctx) { raft_.emplace(id, config, addresses); raft_->Start(env); HandleRaftEvents(); }
//   void Broker::OnTimer(ctx, timer) { if (ComponentOf(timer) == Component::kRaft) raft_->OnTimer(env, timer); ... }
//   // a Completion whose tag.component is Component::kRaft:  raft_->OnCompletion(env, completion);
//   for (RaftEvent& event : raft_->TakeEvents()) ...
//
// Invariants:
//   1. The quorum-state file holds (epoch, leader, vote) before anything of it is told or acted on; the epoch never
//   falls.
//   2. What a voter fetches next it has flushed: a fetch offset is a durable acknowledgement.
//   3. A node that has led an epoch and restarted does not lead that epoch again.
//   4. The high watermark of a leader covers at least one record of its own epoch, and never falls on a node.
//
// As Kafka 4.1 with a static quorum (controller.quorum.voters, kraft.version 0). Not modelled: snapshots (a log is kept
// from offset 0 on), changes of the voter set (KIP-853), and timers that a jumping wall clock would expire: timers run
// on the monotonic clock. One deviation: while there is no leader, Kafka's observers ask the voters as fast as these
// answer; here they leave a voter alone for controller.quorum.retry.backoff.ms, which finds the leader as soon and
// spares events. Older versions differ in pre-votes (KIP-996, 4.0) and in how fast the high watermark is told of
// (KIP-1166, 4.1).
#ifndef KTRIAL_CLUSTER_KRAFT_RAFT_CLIENT_H_
#define KTRIAL_CLUSTER_KRAFT_RAFT_CLIENT_H_

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "cluster/config.h"
#include "cluster/kraft/raft_state.h"
#include "cluster/kraft/request_manager.h"
#include "cluster/log/unified_log.h"
#include "cluster/metadata/metadata_record.h"
#include "cluster/network/address_book.h"
#include "cluster/network/network_client.h"
#include "cluster/network/socket_server.h"
#include "cluster/protocol/ids.h"
#include "sim/context.h"

namespace ktrial::cluster {

// What a component may use during a handler.
struct Env {
  sim::Context& ctx;
  NetworkClient& network;
  SocketServer& server;
};

// Committed batches, in order and without gaps since the last start of the process.
struct RaftCommitted {
  std::vector<LogBatchRef> batches;
  // Everything below is committed and has been handed over.
  Offset next_offset;
};

// The quorum's leader or epoch changed, as this node sees it. leader is none while unknown. If it is this node itself,
// the event comes only once everything before its epoch is committed and handed over (handleLeaderChange).
struct RaftLeaderChanged {
  BrokerId leader;
  LeaderEpoch epoch;
};

// The member met what can only follow from lost data, or its disk failed. Kafka halts the process: the owner must exit.
struct RaftFailed {};

// A graceful shutdown ended: another leader is known, none is needed, or its time is over.
struct RaftShutdownDone {};

using RaftEvent = std::variant<RaftCommitted, RaftLeaderChanged, RaftFailed, RaftShutdownDone>;

// Where the quorum's requests travel, apart from everything else that goes to the same node.
inline constexpr Channel kRaftChannel = 64;
// DiskDone::key of the metadata log's background flushes.
inline constexpr uint64_t kRaftFlushKey = UINT64_MAX;

class RaftClient {
 public:
  // A voter if `addresses` lists `node` among the voters, else an observer. Nothing happens before Start.
  RaftClient(BrokerId node, const BrokerConfig& config, AddressBookRef addresses);

  // Opens the quorum-state file and the log on the host's first disk, and begins.
  void Start(Env env);
  // Kafka's shutdown: a leader resigns and names successors. Ends with RaftShutdownDone, at the latest after `timeout`.
  void Shutdown(Env env, sim::Duration timeout);

  // Requests from other nodes; each is answered, some of them later.
  void HandleVote(Env env, const RequestHandle& handle, const VoteRequest& request);
  void HandleBeginQuorumEpoch(Env env, const RequestHandle& handle, const BeginQuorumEpochRequest& request);
  void HandleEndQuorumEpoch(Env env, const RequestHandle& handle, const EndQuorumEpochRequest& request);
  // A fetch of kMetadataPartition alone.
  void HandleFetch(Env env, const RequestHandle& handle, const FetchRequest& request);
  void OnCompletion(Env env, const Completion& completion);
  void OnTimer(Env env, const sim::Timer& timer);
  // With key kRaftFlushKey.
  void OnDiskDone(const sim::DiskDone& done) { log_->OnFlushed(done); }
  // What happened since the last call, in order.
  std::vector<RaftEvent> TakeEvents();

  // For the active controller. Appends records as one atomic unit after append.linger.ms, and returns the offset of the
  // last one; nothing if this node does not lead `epoch` (prepareAppend and schedulePreparedAppend).
  std::optional<Offset> Append(Env env, LeaderEpoch epoch, std::vector<Record> records);
  // The offset that the first record of the next Append will have. Only for the leader.
  Offset next_append_offset() const;
  // Gives up leadership of `epoch`, if this node has it.
  void Resign(Env env, LeaderEpoch epoch);

  BrokerId node() const { return node_; }
  bool is_voter() const { return is_voter_; }
  RaftRole role() const;
  LeaderEpoch epoch() const { return election_.epoch; }
  // None while unknown.
  BrokerId leader() const { return election_.leader; }
  bool is_leader() const { return std::holds_alternative<LeaderState>(state_); }
  // Known committed end of the log; none before the first sign of it since the start.
  Offset high_watermark() const { return high_watermark_.value_or(Offset()); }
  // Null before Start.
  const UnifiedLog* log() const { return log_ ? &*log_ : nullptr; }

 private:
  enum class Api : uint8_t { kVote, kBeginQuorumEpoch, kEndQuorumEpoch, kFetch };

  // raft_client.cc
  void Poll(Env env);
  sim::SimTime PollState(Env env);
  void ArmPoll(Env env, sim::SimTime at);
  void Fail();
  void MaybeFireLeaderChange();
  void HandOverCommitted(Env env);
  sim::Duration RandomElectionTimeout();
  // By when a majority must have fetched: 1.5 times the fetch timeout from now. Max() for a single voter.
  sim::SimTime CheckQuorumDeadline(sim::SimTime now) const;
  // Whether the answer was of use; if not, the node is left alone for a while.
  bool HandleResponse(Env env, const Completion& completion);
  // Sends unless a request to the node is in flight or backing off; when to look again.
  sim::SimTime MaybeSend(Env env, BrokerId to, Api api, RequestBody body);
  // Makes the log durable.
  void FlushLog(Env env);
  OffsetAndEpoch EndOffset() const;

  // raft_transitions.cc: one function a state; each makes the election durable, then changes the state and emits.
  void BecomeUnattached(Env env, LeaderEpoch epoch);
  void BecomeUnattachedVoted(Env env, LeaderEpoch epoch, BrokerId candidate);
  void BecomeProspective(Env env);
  void BecomeCandidate(Env env);
  void BecomeFollower(Env env, LeaderEpoch epoch, BrokerId leader);
  void BecomeLeader(Env env);
  // What a restarted leader must not do in the epoch that it led (Defect::kRestartedLeaderResumes).
  void ResumeLeading(Env env);
  void BeginLeading(Env env);
  void BecomeResigned(Env env, std::vector<BrokerId> preferred_successors);
  // False, and the member has failed, if the file could not be written.
  bool MakeDurable(Env env, const Election& election);
  void EnterState(Env env, EpochState state);
  void RestoreState(Env env, const Election& election);

  // raft_vote.cc
  sim::SimTime PollUnattached(Env env);
  sim::SimTime PollProspective(Env env);
  sim::SimTime PollCandidate(Env env);
  sim::SimTime SendVoteRequests(Env env, const VoteTally& tally, bool pre_vote);
  bool CanGrantVote(BrokerId candidate, bool log_is_up_to_date, bool pre_vote) const;
  bool OnVoteResponse(Env env, BrokerId from, const VoteRequest& request, const VoteResponse& response);
  void OnVoteRecorded(Env env);
  void StartElection(Env env);
  void LosePreVote(Env env);
  sim::Duration BinaryElectionBackoff(int retries);

  // raft_epoch.cc
  sim::SimTime PollResigned(Env env);
  bool OnBeginQuorumEpochResponse(Env env, const BeginQuorumEpochResponse& response);
  bool OnEndQuorumEpochResponse(Env env, BrokerId from, const EndQuorumEpochResponse& response);
  sim::Duration SuccessorBackoff(const std::vector<BrokerId>& preferred_successors) const;
  ErrorCode ValidateVoterRequest(BrokerId remote, LeaderEpoch epoch) const;
  // What every response says of leader and epoch (maybeHandleCommonResponse): whether it was dealt with, and how;
  // nothing if the response's own handler has to go on.
  std::optional<bool> HandleCommonResponse(Env env, ErrorCode error, BrokerId leader, LeaderEpoch epoch);
  void MaybeTransition(Env env, LeaderEpoch epoch, BrokerId leader);

  // raft_fetch_leader.cc
  FetchResponse::PartitionData TryFetch(Env env, BrokerId replica, const FetchRequest::PartitionData& request);
  FetchResponse::PartitionData EmptyFetchAnswer(ErrorCode error) const;
  // The end of the largest epoch that is not above `epoch`.
  OffsetAndEpoch EndOffsetForEpoch(LeaderEpoch epoch) const;
  // Those for which there are records, or a higher high watermark than they know.
  void CompleteParkedFetches(Env env);
  void ExpireParkedFetches(Env env);
  void FailParkedFetches(Env env, std::vector<ParkedFetch> parked);
  void OnReplicaFetched(Env env, BrokerId replica, Offset fetch_offset);
  void UpdateLeaderHighWatermark(Env env);

  // raft_append.cc
  sim::SimTime PollLeader(Env env);
  void AppendBatch(Env env, BatchAttributes attributes, std::vector<Record> records);
  void Drain(Env env);
  std::vector<BrokerId> SuccessorsByFetchOffset() const;

  // raft_fetch_follower.cc
  sim::SimTime PollFollower(Env env);
  sim::SimTime FetchFromAnyVoter(Env env);
  FetchRequest BuildFetch() const;
  bool OnFetchResponse(Env env, const FetchResponse& response);
  void TruncateToDivergence(Env env, const OffsetAndEpoch& diverging);
  void AppendFetched(Env env, const std::vector<LogBatchRef>& batches);
  void RaiseFollowerHighWatermark(Env env, Offset high_watermark);

  BrokerId node_;
  BrokerConfig config_;
  AddressBookRef addresses_;
  bool is_voter_ = false;

  std::optional<UnifiedLog> log_;
  Election election_;
  EpochState state_;
  std::optional<Offset> high_watermark_;
  RequestManager requests_;
  std::optional<sim::RandomStream> random_;

  // Next committed batch to hand to the owner.
  Offset next_offset_{0};
  RaftLeaderChanged last_fired_;
  std::vector<RaftEvent> events_;
  std::optional<sim::SimTime> shutdown_deadline_;
  bool failed_ = false;

  sim::TimerHandle poll_timer_;
  sim::SimTime poll_timer_at_ = sim::SimTime::Max();
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_KRAFT_RAFT_CLIENT_H_
