// A server of an ensemble, as a program (org.apache.zookeeper.server.quorum.QuorumPeer and what runs in it). It looks
// for a leader, then follows or leads; while it does, it serves clients. An ensemble of one stands alone.
//
//   auto ensemble = sim::MakeRef<Ensemble>();
//   ensemble->servers = {...};                          // ids of the processes, in order of myid
//   world.AddProcess(host, "zookeeper-1",
//                    std::make_unique<ZooKeeperServer>(ZooKeeperServerOptions{ServerId(1), ensemble, config}));
//
// Invariants:
//   1. acceptedEpoch is durable before a leader is told of it, and currentEpoch before a leader is told that this
//   server has caught up; neither falls.
//   2. What a server acknowledges is in its log, durably, with everything before it.
//   3. A leader commits in the order of proposals, once a quorum has acknowledged; a server applies in that order.
//   4. Clients are served by a follower that is in step with a leader, or by a leader with a quorum; no other.
//
// As ZooKeeper 3.8 with votes of equal weight and a fixed ensemble. docs/ZOOKEEPER.md tells what is modelled.
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_ZOOKEEPER_SERVER_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_ZOOKEEPER_SERVER_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "cluster/zookeeper/client_protocol.h"
#include "cluster/zookeeper/fast_leader_election.h"
#include "cluster/zookeeper/quorum_packet.h"
#include "cluster/zookeeper/request_preparer.h"
#include "cluster/zookeeper/session_tracker.h"
#include "cluster/zookeeper/snapshot_file.h"
#include "cluster/zookeeper/txn_log.h"
#include "cluster/zookeeper/watch_manager.h"
#include "cluster/zookeeper/zookeeper_config.h"
#include "cluster/zookeeper/zookeeper_database.h"
#include "cluster/zookeeper/zookeeper_ids.h"
#include "sim/process.h"

namespace ktrial::cluster::zookeeper {

struct ZooKeeperServerOptions {
  ServerId myid;
  EnsembleRef ensemble;
  ZooKeeperConfig config;
};

// A client's connection (ServerCnxn).
struct ClientConnection {
  struct Pending {
    RequestRef request;
    // Waits for its transaction, or for the leader's answer to a sync.
    bool needs_commit = false;
  };
  SessionId session;
  sim::Duration timeout;
  // The session is confirmed; requests are taken.
  bool established = false;
  // Not answered, in order.
  std::deque<Pending> queue;
};

// The connection to another server by which this one tells its votes (QuorumCnxManager.SendWorker).
struct ElectionLink {
  sim::ConnectionId connection;
  bool connected = false;
  sim::SimTime since;
  // Told again on a new connection.
  sim::Ref<const Notification> last;
};

// What a leader keeps of one follower (LearnerHandler).
struct LearnerHandler {
  enum class Phase : uint8_t { kAwaitsEpoch, kAwaitsElection, kAwaitsNewLeaderAck, kAwaitsStart, kUpToDate };
  ServerId server;
  Phase phase = Phase::kAwaitsEpoch;
  // As it said in kAckEpoch.
  Zxid last_zxid;
  sim::SimTime last_heard;
  int64_t tick_of_next_ack_deadline = 0;
  // The oldest proposals that it has not acknowledged (SyncLimitCheck).
  std::optional<std::pair<Zxid, sim::SimTime>> current;
  std::optional<std::pair<Zxid, sim::SimTime>> next;
};

class ZooKeeperServer : public sim::Cloneable<ZooKeeperServer, sim::Process> {
 public:
  explicit ZooKeeperServer(ZooKeeperServerOptions options);

  std::vector<int> ThreadPools() const override { return {1}; }
  sim::Work WorkFor(const sim::Message& message) const override;
  sim::Work WorkFor(const sim::Timer& timer) const override;

  void OnStart(sim::Context& ctx) override;
  void OnCrash() override { state_.reset(); }
  void OnTimer(sim::Context& ctx, const sim::Timer& timer) override;
  void OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) override;
  void OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId peer,
                    sim::ConnectionEvent event) override;
  void OnDiskDone(sim::Context& ctx, const sim::DiskDone& done) override;

  ServerId myid() const { return options_.myid; }
  // These only while the process runs.
  ServerState server_state() const { return state_->state; }
  // Whether it serves clients.
  bool is_serving() const { return state_ && state_->serving.has_value(); }
  // Whether it leads with a quorum.
  bool is_established_leader() const;
  const ZooKeeperDatabase& database() const { return state_->database; }
  ZabEpoch current_epoch() const { return state_->current_epoch; }
  size_t watch_count() const { return state_->serving ? state_->serving->watches.size() : 0; }
  // Null while the process does not run.
  bool up() const { return state_.has_value(); }

 private:
  enum TimerKind : uint16_t { kElectionTimer, kTickTimer, kPhaseTimer, kExpiryTimer, kSnapshotTimer, kLearnerTimer };
  enum class LeaderPhase : uint8_t { kDiscovery, kEpochAck, kNewLeaderAck, kBroadcast };

  struct Proposal {
    TransactionRef transaction;
    absl::btree_set<ServerId> acks;
  };

  // While LEADING (org.apache.zookeeper.server.quorum.Leader).
  struct Leading {
    LeaderPhase phase = LeaderPhase::kDiscovery;
    // The epoch to be proposed; fixed after kDiscovery.
    ZabEpoch epoch;
    absl::btree_set<ServerId> connecting;
    absl::btree_set<ServerId> electing;
    absl::btree_set<ServerId> new_leader_acks;
    absl::btree_map<sim::ConnectionId, LearnerHandler> handlers;
    // Proposed and not committed, ascending.
    absl::btree_map<Zxid, Proposal> outstanding;
    Zxid last_proposed;
    Zxid last_committed;
    // Answered when everything up to the zxid is committed.
    std::deque<std::pair<Zxid, std::pair<sim::ConnectionId, ForwardedRequest>>> pending_syncs;
    int64_t tick = 0;
    bool half_tick = false;
    // When the present step must be done.
    sim::SimTime phase_deadline;
  };

  // While FOLLOWING (org.apache.zookeeper.server.quorum.Learner and Follower).
  struct Learning {
    enum class Phase : uint8_t { kConnecting, kDiscovery, kSync, kCaughtUp, kBroadcast };
    Phase phase = Phase::kConnecting;
    ServerId leader;
    sim::ConnectionId connection;
    int32_t attempts = 0;
    sim::SimTime last_heard;
    ZabEpoch epoch;
    // What the leader sent between kDiff, kTrunc or kSnap and kUpToDate.
    std::optional<ZooKeeperDatabase> snapshot;
    std::deque<TransactionRef> not_logged;
    std::deque<Zxid> committed;
    // In the log and not committed (pendingTxns).
    std::deque<TransactionRef> pending;
    // Heard of since the leader's last ping.
    absl::btree_map<SessionId, sim::Duration> touched;
  };

  // While clients are served.
  struct Serving {
    absl::btree_map<sim::ConnectionId, ClientConnection> clients;
    absl::btree_map<SessionId, sim::ConnectionId> connection_of;
    WatchManager watches;
    int64_t next_session = 0;
    // The leader's, or a standalone server's.
    std::optional<SessionTracker> tracker;
    std::optional<RequestPreparer> preparer;
  };

  // The log's thread (SyncRequestProcessor).
  struct Syncing {
    TxnLog log;
    // Appended after the flush in flight began; covered by it.
    std::deque<TransactionRef> waiting;
    std::deque<TransactionRef> in_flight;
    // Flushes of a role that is over do not count.
    uint64_t generation = 0;
    int32_t logged = 0;
    int32_t roll_at = 0;
    std::optional<SnapshotWriter> snapshot;
  };

  struct Volatile {
    ServerState state = ServerState::kLooking;
    ZooKeeperDatabase database;
    ZabEpoch accepted_epoch;
    ZabEpoch current_epoch;
    FastLeaderElection election;
    // What a server that is looking is told.
    Vote current_vote;
    std::vector<ElectionLink> links;
    absl::btree_set<sim::ConnectionId> election_peers;
    std::optional<Leading> leading;
    std::optional<Learning> learning;
    std::optional<Serving> serving;
    Syncing syncing;
    sim::RandomStream random;
    // Truncation would not give what the leader has: the next synchronisation starts from nothing.
    bool sync_from_nothing = false;
    bool failed = false;
    // Timers of a role that is over do nothing.
    uint64_t role = 0;
    sim::SimTime election_timer_at = sim::SimTime::Max();
  };

  // zookeeper_server.cc: life and roles.
  bool Load(sim::Context& ctx);
  void BecomeLooking(sim::Context& ctx);
  void BecomeStandalone(sim::Context& ctx);
  void BecomeLeading(sim::Context& ctx);
  void BecomeFollowing(sim::Context& ctx, ServerId leader);
  // Lets go of the role, and takes what the log holds into the database.
  void EndRole(sim::Context& ctx);
  void EmitState(sim::Context& ctx, ServerId leader);
  // The disk refused, or what it holds cannot be: the process ends, as ZooKeeper does.
  void Fail(sim::Context& ctx);
  sim::TimerHandle SetRoleTimer(sim::Context& ctx, sim::Duration delay, TimerKind kind);
  bool WriteAcceptedEpoch(sim::Context& ctx, ZabEpoch epoch);
  bool WriteCurrentEpoch(sim::Context& ctx, ZabEpoch epoch);
  sim::Duration InitTimeout() const { return options_.config.tick_time * options_.config.init_limit; }
  sim::Duration SyncTimeout() const { return options_.config.tick_time * options_.config.sync_limit; }

  // server_election.cc
  void OnNotification(sim::Context& ctx, const Notification& notification);
  void OnElectionTimer(sim::Context& ctx);
  void AfterElectionStep(sim::Context& ctx);
  void TellAll(sim::Context& ctx);
  void Tell(sim::Context& ctx, ServerId to, sim::Ref<const Notification> notification);
  sim::Ref<const Notification> MakeNotification(const Vote& vote) const;
  void OnLinkEvent(sim::Context& ctx, ElectionLink& link, sim::ConnectionEvent event);

  // server_leader.cc: from the election to the first proposal.
  void OnLearnerPacket(sim::Context& ctx, sim::ConnectionId connection, const QuorumPacket& packet);
  void OnFollowerInfo(sim::Context& ctx, sim::ConnectionId connection, const QuorumPacket& packet);
  void ProposeEpochIfQuorum(sim::Context& ctx);
  void SendLeaderInfo(sim::Context& ctx, sim::ConnectionId connection);
  void OnAckEpoch(sim::Context& ctx, sim::ConnectionId connection, const QuorumPacket& packet);
  void FinishElectionIfQuorum(sim::Context& ctx);
  void OnNewLeaderAck(sim::Context& ctx, sim::ConnectionId connection);
  void BroadcastIfQuorum(sim::Context& ctx);
  void SendUpToDate(sim::Context& ctx, sim::ConnectionId connection, LearnerHandler& handler);
  void DropLearner(sim::Context& ctx, sim::ConnectionId connection);
  void OnTick(sim::Context& ctx);
  void ArmPhaseTimer(sim::Context& ctx);
  void OnPhaseTimer(sim::Context& ctx);

  // server_sync_follower.cc: how a leader brings a follower up to date.
  void SyncFollower(sim::Context& ctx, sim::ConnectionId connection, LearnerHandler& handler);
  bool SendDifference(sim::Context& ctx, sim::ConnectionId connection, Zxid peer_last);
  void SendZxid(sim::Context& ctx, sim::ConnectionId connection, PacketType type, Zxid zxid);
  void SendProposal(sim::Context& ctx, sim::ConnectionId connection, const TransactionRef& transaction);

  // server_broadcast.cc: proposals, acknowledgements, commits.
  void Submit(sim::Context& ctx, const Submission& submission);
  void OnAck(sim::Context& ctx, ServerId from, Zxid zxid);
  void CommitReady(sim::Context& ctx);
  void OnLearnerRequest(sim::Context& ctx, const LearnerHandler& handler, const QuorumPacket& packet);
  void OnRevalidate(sim::Context& ctx, sim::ConnectionId connection, const LearnerHandler& handler,
                    const QuorumPacket& packet);
  void OnSync(sim::Context& ctx, sim::ConnectionId connection, const ForwardedRequest& request);
  void AnswerSync(sim::Context& ctx, sim::ConnectionId connection, const ForwardedRequest& request);
  void OnExpiryTimer(sim::Context& ctx);
  void ArmExpiryTimer(sim::Context& ctx);
  void SendToLearner(sim::Context& ctx, sim::ConnectionId connection, sim::Ref<const QuorumPacket> packet);

  // server_learner.cc
  void ConnectToLeader(sim::Context& ctx);
  void OnLeaderConnection(sim::Context& ctx, sim::ConnectionEvent event);
  void OnLeaderPacket(sim::Context& ctx, const QuorumPacket& packet);
  void OnLeaderInfo(sim::Context& ctx, ZabEpoch epoch);
  void OnTruncate(sim::Context& ctx, Zxid to);
  void OnNewLeader(sim::Context& ctx, Zxid zxid);
  void OnUpToDate(sim::Context& ctx);
  void OnProposal(sim::Context& ctx, const TransactionRef& transaction);
  void OnCommit(sim::Context& ctx, Zxid zxid);
  void OnLeaderPing(sim::Context& ctx);
  void OnLearnerTimer(sim::Context& ctx);
  void SendToLeader(sim::Context& ctx, QuorumPacket packet);
  void SendToLeader(sim::Context& ctx, PacketType type, Zxid zxid);

  // server_clients.cc
  void BeginServing(sim::Context& ctx);
  void OnConnectRequest(sim::Context& ctx, sim::ConnectionId connection, const ConnectRequest& request);
  void FinishSession(sim::Context& ctx, sim::ConnectionId connection, bool valid);
  void OnRevalidated(sim::Context& ctx, const QuorumPacket& packet);
  void OnClientRequest(sim::Context& ctx, sim::ConnectionId connection, const RequestRef& request);
  bool TouchSession(sim::Context& ctx, const ClientConnection& client);
  void Drain(sim::Context& ctx, sim::ConnectionId connection);
  OpResult Read(sim::Context& ctx, sim::ConnectionId connection, const Operation& op);
  void SetWatches(sim::Context& ctx, sim::ConnectionId connection, const SetWatchesOp& op);
  void ApplyCommitted(sim::Context& ctx, const TransactionRef& transaction);
  void OnSyncAnswered(sim::Context& ctx, const ForwardedRequest& request);
  void Answer(sim::Context& ctx, sim::ConnectionId connection, const Transaction& transaction, OpResult result);
  void SendReply(sim::Context& ctx, sim::ConnectionId connection, Xid xid, Zxid zxid, OpResult result);
  void SendWatch(sim::Context& ctx, sim::ConnectionId connection, const WatchedEvent& event);
  void CloseClient(sim::Context& ctx, sim::ConnectionId connection);
  void ForgetClient(sim::ConnectionId connection);

  // server_log.cc
  void LogTransaction(sim::Context& ctx, const TransactionRef& transaction);
  void StartFlush(sim::Context& ctx);
  void OnDurable(sim::Context& ctx, const TransactionRef& transaction);
  void MaybeSnapshot(sim::Context& ctx);
  void OnSnapshotTimer(sim::Context& ctx);
  void DrawRollAt();

  ZooKeeperServerOptions options_;
  std::optional<Volatile> state_;
};

}  // namespace ktrial::cluster::zookeeper

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_ZOOKEEPER_SERVER_H_
