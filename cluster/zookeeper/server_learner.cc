// A follower (org.apache.zookeeper.server.quorum.Learner and Follower): it joins the leader's epoch, catches up, and
// then logs, acknowledges and applies what the leader sends. It leaves when the leader has been silent for too long.
#include <utility>

#include "cluster/zookeeper/zookeeper_facts.h"
#include "cluster/zookeeper/zookeeper_server.h"

namespace ktrial::cluster::zookeeper {
namespace {

// Learner.connectToLeader.
constexpr int32_t kConnectAttempts = 5;
constexpr sim::Duration kConnectRetryDelay = sim::Milliseconds(100);

}  // namespace

void ZooKeeperServer::SendToLeader(sim::Context& ctx, QuorumPacket packet) {
  ctx.Send(state_->learning->connection, ToMessage(sim::MakeRef<const QuorumPacket>(std::move(packet))));
}

void ZooKeeperServer::SendToLeader(sim::Context& ctx, PacketType type, Zxid zxid) {
  QuorumPacket packet;
  packet.type = type;
  packet.zxid = zxid;
  SendToLeader(ctx, std::move(packet));
}

// ---- Connecting -----------------------------------------------------------------------------------------------------

void ZooKeeperServer::ConnectToLeader(sim::Context& ctx) {
  Learning& learning = *state_->learning;
  learning.phase = Learning::Phase::kConnecting;
  ++learning.attempts;
  learning.connection = ctx.Connect(options_.ensemble->ProcessOf(learning.leader));
  learning.last_heard = ctx.now();
  SetRoleTimer(ctx, InitTimeout(), kLearnerTimer);
}

void ZooKeeperServer::OnLeaderConnection(sim::Context& ctx, sim::ConnectionEvent event) {
  Learning& learning = *state_->learning;
  if (event == sim::ConnectionEvent::kConnected) {
    learning.last_heard = ctx.now();
    learning.phase = Learning::Phase::kDiscovery;
    QuorumPacket info;
    info.type = PacketType::kFollowerInfo;
    info.sender = options_.myid;
    info.epoch = state_->accepted_epoch;
    info.zxid = Zxid::Of(info.epoch, 0);
    SendToLeader(ctx, std::move(info));
    return;
  }
  learning.connection = {};
  // The leader may not know yet that it is one.
  if (learning.phase <= Learning::Phase::kDiscovery && learning.attempts < kConnectAttempts) {
    learning.phase = Learning::Phase::kConnecting;
    ++state_->role;
    SetRoleTimer(ctx, kConnectRetryDelay, kLearnerTimer);
    return;
  }
  EndRole(ctx);
}

// Whether the leader has been silent for too long.
void ZooKeeperServer::OnLearnerTimer(sim::Context& ctx) {
  Learning& learning = *state_->learning;
  if (!learning.connection.valid()) {
    ConnectToLeader(ctx);
    return;
  }
  const sim::Duration limit = learning.phase >= Learning::Phase::kCaughtUp ? SyncTimeout() : InitTimeout();
  const sim::SimTime deadline = learning.last_heard + limit;
  if (ctx.now() >= deadline) {
    EndRole(ctx);
  } else {
    SetRoleTimer(ctx, deadline - ctx.now(), kLearnerTimer);
  }
}

void ZooKeeperServer::OnLeaderPacket(sim::Context& ctx, const QuorumPacket& packet) {
  Learning& learning = *state_->learning;
  learning.last_heard = ctx.now();
  switch (packet.type) {
    case PacketType::kLeaderInfo:
      OnLeaderInfo(ctx, packet.epoch);
      break;
    case PacketType::kDiff:
      learning.phase = Learning::Phase::kSync;
      break;
    case PacketType::kTrunc:
      learning.phase = Learning::Phase::kSync;
      OnTruncate(ctx, packet.zxid);
      break;
    case PacketType::kSnap:
      learning.phase = Learning::Phase::kSync;
      learning.snapshot = DatabaseOf(*packet.snapshot);
      break;
    case PacketType::kNewLeader:
      OnNewLeader(ctx, packet.zxid);
      break;
    case PacketType::kUpToDate:
      OnUpToDate(ctx);
      break;
    case PacketType::kProposal:
      OnProposal(ctx, packet.transaction);
      break;
    case PacketType::kCommit:
      OnCommit(ctx, packet.zxid);
      break;
    case PacketType::kPing:
      OnLeaderPing(ctx);
      break;
    case PacketType::kRevalidate:
      OnRevalidated(ctx, packet);
      break;
    case PacketType::kSync:
      OnSyncAnswered(ctx, packet.request);
      break;
    default:
      EndRole(ctx);
      break;
  }
}

// ---- Discovery and synchronisation ----------------------------------------------------------------------------------

void ZooKeeperServer::OnLeaderInfo(sim::Context& ctx, ZabEpoch epoch) {
  if (epoch < state_->accepted_epoch) {
    // Another leader has this server's promise.
    EndRole(ctx);
    return;
  }
  QuorumPacket ack;
  ack.type = PacketType::kAckEpoch;
  // A promise that was given before does not count again.
  if (epoch > state_->accepted_epoch) ack.epoch = state_->current_epoch;
  if (!WriteAcceptedEpoch(ctx, epoch)) return;
  state_->learning->epoch = epoch;
  ack.zxid = state_->sync_from_nothing ? Zxid() : state_->database.last_processed;
  SendToLeader(ctx, std::move(ack));
}

void ZooKeeperServer::OnTruncate(sim::Context& ctx, Zxid to) {
  std::optional<ZooKeeperDatabase> database = LoadDatabase(ctx, to, options_.config.commit_log_count);
  if (!database) {
    Fail(ctx);
    return;
  }
  if (database->last_processed != to) {
    // A snapshot holds what would have to go. The leader will have to send one of its own.
    state_->sync_from_nothing = true;
    EndRole(ctx);
    return;
  }
  if (!DeleteSnapshotsAbove(ctx, to) || !state_->syncing.log.TruncateTo(ctx, to)) {
    Fail(ctx);
    return;
  }
  state_->database = *std::move(database);
  ctx.Emit(ZkDatabaseLoaded{options_.myid, ZkDatabaseSource::kTruncate, state_->learning->leader, to,
                            state_->database.digest});
}

// Everything that the leader had is durable here before this server says so: in a snapshot, or in the log.
void ZooKeeperServer::OnNewLeader(sim::Context& ctx, Zxid zxid) {
  Learning& learning = *state_->learning;
  const int32_t keep = options_.config.commit_log_count;
  if (learning.snapshot) {
    if (!InstallSnapshot(ctx, learning.snapshot->ToSnapshot()) || !state_->syncing.log.Clear(ctx)) {
      Fail(ctx);
      return;
    }
    state_->database = *std::exchange(learning.snapshot, std::nullopt);
    state_->sync_from_nothing = false;
    ctx.Emit(ZkDatabaseLoaded{options_.myid, ZkDatabaseSource::kSnapshot, learning.leader,
                              state_->database.last_processed, state_->database.digest});
  }
  while (!learning.committed.empty() && !learning.not_logged.empty()) {
    const TransactionRef transaction = learning.not_logged.front();
    if (transaction->zxid != learning.committed.front()) break;
    learning.not_logged.pop_front();
    learning.committed.pop_front();
    if (!state_->syncing.log.Append(ctx, transaction)) {
      Fail(ctx);
      return;
    }
    ctx.Emit(ZkTransactionLogged{options_.myid, transaction.get()});
    state_->database.Apply(transaction, keep);
  }
  if (!state_->syncing.log.Flush(ctx)) {
    Fail(ctx);
    return;
  }
  if (!WriteCurrentEpoch(ctx, zxid.epoch())) return;
  learning.phase = Learning::Phase::kCaughtUp;
  SendToLeader(ctx, PacketType::kAck, zxid);
  ++state_->role;
  SetRoleTimer(ctx, SyncTimeout(), kLearnerTimer);
}

void ZooKeeperServer::OnUpToDate(sim::Context& ctx) {
  Learning& learning = *state_->learning;
  learning.phase = Learning::Phase::kBroadcast;
  SendToLeader(ctx, PacketType::kAck, Zxid::Of(learning.epoch, 0));
  state_->current_vote.peer_epoch = learning.epoch;
  ctx.Emit(ZkDatabaseLoaded{options_.myid, ZkDatabaseSource::kInStep, learning.leader, state_->database.last_processed,
                            state_->database.digest});
  BeginServing(ctx);
  for (const TransactionRef& transaction : std::exchange(learning.not_logged, {})) OnProposal(ctx, transaction);
  for (const Zxid zxid : std::exchange(learning.committed, {})) OnCommit(ctx, zxid);
}

// ---- Broadcast ------------------------------------------------------------------------------------------------------

void ZooKeeperServer::OnProposal(sim::Context& ctx, const TransactionRef& transaction) {
  Learning& learning = *state_->learning;
  if (learning.phase != Learning::Phase::kBroadcast) {
    learning.not_logged.push_back(transaction);
    return;
  }
  learning.pending.push_back(transaction);
  LogTransaction(ctx, transaction);
}

void ZooKeeperServer::OnCommit(sim::Context& ctx, Zxid zxid) {
  Learning& learning = *state_->learning;
  if (learning.phase != Learning::Phase::kBroadcast) {
    learning.committed.push_back(zxid);
    return;
  }
  if (learning.pending.empty() || learning.pending.front()->zxid != zxid) {
    // ZooKeeper ends the process when a commit does not match (UNMATCHED_TXN_COMMIT).
    Fail(ctx);
    return;
  }
  const TransactionRef transaction = learning.pending.front();
  learning.pending.pop_front();
  ApplyCommitted(ctx, transaction);
}

void ZooKeeperServer::OnLeaderPing(sim::Context& ctx) {
  QuorumPacket answer;
  answer.type = PacketType::kPing;
  auto& touched = state_->learning->touched;
  answer.touched.assign(touched.begin(), touched.end());
  touched.clear();
  SendToLeader(ctx, std::move(answer));
}

}  // namespace ktrial::cluster::zookeeper
