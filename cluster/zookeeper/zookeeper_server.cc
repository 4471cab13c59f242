#include "cluster/zookeeper/zookeeper_server.h"

#include "cluster/zookeeper/epoch_file.h"
#include "cluster/zookeeper/zookeeper_facts.h"
#include "sim/check.h"

namespace ktrial::cluster::zookeeper {
namespace {

constexpr sim::ThreadPool kServerThread{0};
constexpr sim::Duration kMessageCost = sim::Microseconds(15);
constexpr sim::Duration kTimerCost = sim::Microseconds(5);

}  // namespace

ZooKeeperServer::ZooKeeperServer(ZooKeeperServerOptions options) : options_(std::move(options)) {}

sim::Work ZooKeeperServer::WorkFor(const sim::Message&) const { return {.pool = kServerThread, .cost = kMessageCost}; }
sim::Work ZooKeeperServer::WorkFor(const sim::Timer&) const { return {.pool = kServerThread, .cost = kTimerCost}; }

bool ZooKeeperServer::is_established_leader() const {
  return state_ && (state_->state == ServerState::kStandalone ||
                    (state_->leading && state_->leading->phase == LeaderPhase::kBroadcast));
}

void ZooKeeperServer::OnStart(sim::Context& ctx) {
  state_.emplace(Volatile{.state = ServerState::kLooking,
                          .database = {},
                          .accepted_epoch = ZabEpoch(0),
                          .current_epoch = ZabEpoch(0),
                          .election = FastLeaderElection(options_.myid, options_.ensemble),
                          .current_vote = {},
                          .links = std::vector<ElectionLink>(static_cast<size_t>(options_.ensemble->size())),
                          .election_peers = {},
                          .leading = {},
                          .learning = {},
                          .serving = {},
                          .syncing = {},
                          .random = ctx.NewRandomStream("zookeeper.server")});
  DrawRollAt();
  if (!Load(ctx)) {
    Fail(ctx);
  } else if (options_.ensemble->size() == 1) {
    BecomeStandalone(ctx);
  } else {
    BecomeLooking(ctx);
  }
}

// What the disk holds counts in votes and quorums, so it is made durable first: a process that was killed may have left
// it in the page cache alone.
bool ZooKeeperServer::Load(sim::Context& ctx) {
  if (!TxnLog::FlushAll(ctx)) return false;
  std::optional<ZooKeeperDatabase> database = LoadDatabase(ctx, kNoLimit, options_.config.commit_log_count);
  if (!database) return false;
  state_->database = *std::move(database);
  const ZabEpoch of_zxid = state_->database.last_processed.epoch();
  state_->current_epoch = ReadEpoch(ctx, EpochFile::kCurrent).value_or(of_zxid);
  state_->accepted_epoch = ReadEpoch(ctx, EpochFile::kAccepted).value_or(of_zxid);
  if (of_zxid > state_->current_epoch || state_->current_epoch > state_->accepted_epoch) return false;
  ctx.Emit(ZkDatabaseLoaded{
      options_.myid, ZkDatabaseSource::kDisk, {}, state_->database.last_processed, state_->database.digest});
  return true;
}

void ZooKeeperServer::Fail(sim::Context& ctx) {
  if (state_->failed) return;
  state_->failed = true;
  ctx.Exit();
}

void ZooKeeperServer::EmitState(sim::Context& ctx, ServerId leader) {
  ctx.Emit(ZkServerStateChanged{options_.myid, state_->state, leader});
}

sim::TimerHandle ZooKeeperServer::SetRoleTimer(sim::Context& ctx, sim::Duration delay, TimerKind kind) {
  return ctx.SetTimer(delay, {.kind = kind, .key = state_->role});
}

bool ZooKeeperServer::WriteAcceptedEpoch(sim::Context& ctx, ZabEpoch epoch) {
  KT_CHECK(epoch >= state_->accepted_epoch);
  if (!WriteEpoch(ctx, EpochFile::kAccepted, epoch)) {
    Fail(ctx);
    return false;
  }
  state_->accepted_epoch = epoch;
  return true;
}

bool ZooKeeperServer::WriteCurrentEpoch(sim::Context& ctx, ZabEpoch epoch) {
  KT_CHECK(epoch >= state_->current_epoch);
  if (!WriteEpoch(ctx, EpochFile::kCurrent, epoch)) {
    Fail(ctx);
    return false;
  }
  state_->current_epoch = epoch;
  return true;
}

// ---- Roles ----------------------------------------------------------------------------------------------------------

void ZooKeeperServer::BecomeStandalone(sim::Context& ctx) {
  state_->state = ServerState::kStandalone;
  EmitState(ctx, options_.myid);
  BeginServing(ctx);
  const ZooKeeperDatabase& database = state_->database;
  state_->serving->tracker.emplace(options_.config.tick_time, database.sessions, ctx.now());
  state_->serving->preparer.emplace(database.last_processed, database.digest,
                                    options_.config.ephemerals_survive_leader_change);
  ctx.Emit(
      ZkLeaderElected{options_.myid, true, database.last_processed.epoch(), database.last_processed, database.digest});
  ArmExpiryTimer(ctx);
}

void ZooKeeperServer::BecomeLooking(sim::Context& ctx) {
  state_->state = ServerState::kLooking;
  EmitState(ctx, {});
  state_->election.Begin(state_->database.last_processed, state_->current_epoch, ctx.now());
  AfterElectionStep(ctx);
}

void ZooKeeperServer::EndRole(sim::Context& ctx) {
  if (state_->serving) {
    for (const auto& [connection, client] : state_->serving->clients) ctx.Close(connection);
  }
  if (state_->leading) {
    for (const auto& [connection, handler] : state_->leading->handlers) ctx.Close(connection);
  }
  if (state_->learning && state_->learning->connection.valid()) ctx.Close(state_->learning->connection);
  state_->serving.reset();
  state_->leading.reset();
  state_->learning.reset();
  ++state_->role;
  Syncing& syncing = state_->syncing;
  ++syncing.generation;
  syncing.waiting.clear();
  syncing.in_flight.clear();
  syncing.snapshot.reset();
  const Zxid before = state_->database.last_processed;
  if (!syncing.log.Flush(ctx) || !FastForward(ctx, state_->database, options_.config.commit_log_count)) {
    Fail(ctx);
    return;
  }
  if (state_->database.last_processed != before) {
    ctx.Emit(ZkDatabaseLoaded{
        options_.myid, ZkDatabaseSource::kLog, {}, state_->database.last_processed, state_->database.digest});
  }
  BecomeLooking(ctx);
}

void ZooKeeperServer::BecomeLeading(sim::Context& ctx) {
  KT_CHECK(state_->state == ServerState::kLooking);
  state_->state = ServerState::kLeading;
  EmitState(ctx, options_.myid);
  Leading& leading = state_->leading.emplace(Leading{});
  leading.epoch = ZabEpoch(state_->accepted_epoch.value() + 1);
  leading.connecting.insert(options_.myid);
  ArmPhaseTimer(ctx);
  SetRoleTimer(ctx, options_.config.tick_time / 2, kTickTimer);
}

void ZooKeeperServer::BecomeFollowing(sim::Context& ctx, ServerId leader) {
  KT_CHECK(state_->state == ServerState::kLooking);
  state_->state = ServerState::kFollowing;
  EmitState(ctx, leader);
  state_->learning.emplace(Learning{}).leader = leader;
  ConnectToLeader(ctx);
}

// ---- Events ---------------------------------------------------------------------------------------------------------

void ZooKeeperServer::OnTimer(sim::Context& ctx, const sim::Timer& timer) {
  if (state_->failed) return;
  if (timer.kind == kElectionTimer) {
    OnElectionTimer(ctx);
    return;
  }
  if (timer.key != state_->role) return;
  switch (timer.kind) {
    case kTickTimer:
      OnTick(ctx);
      break;
    case kPhaseTimer:
      OnPhaseTimer(ctx);
      break;
    case kExpiryTimer:
      OnExpiryTimer(ctx);
      break;
    case kSnapshotTimer:
      OnSnapshotTimer(ctx);
      break;
    default:
      OnLearnerTimer(ctx);
      break;
  }
}

void ZooKeeperServer::OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) {
  if (state_->failed) return;
  if (message.kind == kNotificationKind) {
    state_->election_peers.insert(connection);
    OnNotification(ctx, BodyOf<Notification>(message));
  } else if (message.kind == kConnectRequestKind) {
    OnConnectRequest(ctx, connection, BodyOf<ConnectRequest>(message));
  } else if (message.kind == kRequestKind) {
    OnClientRequest(ctx, connection, RequestRef(&BodyOf<Request>(message)));
  } else if (state_->learning && state_->learning->connection == connection) {
    OnLeaderPacket(ctx, BodyOf<QuorumPacket>(message));
  } else {
    OnLearnerPacket(ctx, connection, BodyOf<QuorumPacket>(message));
  }
}

void ZooKeeperServer::OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId,
                                   sim::ConnectionEvent event) {
  if (state_->failed) return;
  for (ElectionLink& link : state_->links) {
    if (link.connection == connection && connection.valid()) {
      OnLinkEvent(ctx, link, event);
      return;
    }
  }
  if (state_->learning && state_->learning->connection == connection) {
    OnLeaderConnection(ctx, event);
    return;
  }
  if (event == sim::ConnectionEvent::kAccepted) return;
  state_->election_peers.erase(connection);
  if (state_->leading) state_->leading->handlers.erase(connection);
  ForgetClient(connection);
}

}  // namespace ktrial::cluster::zookeeper
