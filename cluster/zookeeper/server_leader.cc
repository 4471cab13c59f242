// A leader's way from its election to its first proposal, and how it keeps an eye on its followers
// (org.apache.zookeeper.server.quorum.Leader and LearnerHandler):
//   kDiscovery      a quorum, itself included, tells the epochs that it has accepted; the new one is higher
//   kEpochAck       a quorum promises to join it
//   kNewLeaderAck   a quorum has caught up with the leader, durably
//   kBroadcast      the leader serves and proposes
// Each step has initLimit ticks.
#include <algorithm>
#include <utility>

#include "cluster/zookeeper/zookeeper_facts.h"
#include "cluster/zookeeper/zookeeper_server.h"

namespace ktrial::cluster::zookeeper {

void ZooKeeperServer::SendToLearner(sim::Context& ctx, sim::ConnectionId connection,
                                    sim::Ref<const QuorumPacket> packet) {
  ctx.Send(connection, ToMessage(std::move(packet)));
}

void ZooKeeperServer::OnLearnerPacket(sim::Context& ctx, sim::ConnectionId connection, const QuorumPacket& packet) {
  if (!state_->leading) {
    // Nobody listens here; who tries comes again.
    ctx.Close(connection);
    return;
  }
  if (packet.type == PacketType::kFollowerInfo) {
    OnFollowerInfo(ctx, connection, packet);
    return;
  }
  const auto it = state_->leading->handlers.find(connection);
  if (it == state_->leading->handlers.end()) return;
  LearnerHandler& handler = it->second;
  handler.last_heard = ctx.now();
  handler.tick_of_next_ack_deadline = state_->leading->tick + options_.config.sync_limit;
  switch (packet.type) {
    case PacketType::kAckEpoch:
      OnAckEpoch(ctx, connection, packet);
      break;
    case PacketType::kAck:
      if (handler.phase == LearnerHandler::Phase::kAwaitsNewLeaderAck) {
        OnNewLeaderAck(ctx, connection);
      } else {
        if (handler.current && handler.current->first == packet.zxid) {
          handler.current = std::exchange(handler.next, std::nullopt);
        } else if (handler.next && handler.next->first == packet.zxid) {
          handler.next.reset();
        }
        OnAck(ctx, handler.server, packet.zxid);
      }
      break;
    case PacketType::kPing:
      if (!state_->serving) break;
      for (const auto& [session, timeout] : packet.touched) {
        state_->serving->tracker->Touch(session, timeout, ctx.now());
      }
      break;
    case PacketType::kRequest:
      OnLearnerRequest(ctx, handler, packet);
      break;
    case PacketType::kRevalidate:
      OnRevalidate(ctx, connection, handler, packet);
      break;
    case PacketType::kSync:
      OnSync(ctx, connection, packet.request);
      break;
    default:
      DropLearner(ctx, connection);
      break;
  }
}

void ZooKeeperServer::DropLearner(sim::Context& ctx, sim::ConnectionId connection) {
  if (state_->leading->handlers.erase(connection) > 0) ctx.Close(connection);
}

// ---- Discovery ------------------------------------------------------------------------------------------------------

void ZooKeeperServer::OnFollowerInfo(sim::Context& ctx, sim::ConnectionId connection, const QuorumPacket& packet) {
  Leading& leading = *state_->leading;
  // A follower that comes back has given up its earlier connection.
  for (const auto& [old, handler] : leading.handlers) {
    if (handler.server != packet.sender) continue;
    DropLearner(ctx, old);
    break;
  }
  leading.handlers.try_emplace(
      connection, LearnerHandler{.server = packet.sender,
                                 .phase = LearnerHandler::Phase::kAwaitsEpoch,
                                 .last_zxid = {},
                                 .last_heard = ctx.now(),
                                 .tick_of_next_ack_deadline =
                                     leading.tick + options_.config.init_limit + options_.config.sync_limit});
  if (leading.phase != LeaderPhase::kDiscovery) {
    SendLeaderInfo(ctx, connection);
    return;
  }
  leading.epoch = std::max(leading.epoch, ZabEpoch(packet.epoch.value() + 1));
  leading.connecting.insert(packet.sender);
  ProposeEpochIfQuorum(ctx);
}

void ZooKeeperServer::ProposeEpochIfQuorum(sim::Context& ctx) {
  Leading& leading = *state_->leading;
  if (!options_.ensemble->IsQuorum(leading.connecting.size())) return;
  if (!WriteAcceptedEpoch(ctx, leading.epoch)) return;
  leading.phase = LeaderPhase::kEpochAck;
  leading.last_proposed = Zxid::Of(leading.epoch, 0);
  leading.electing.insert(options_.myid);
  ArmPhaseTimer(ctx);
  for (const auto& [connection, handler] : leading.handlers) SendLeaderInfo(ctx, connection);
}

void ZooKeeperServer::SendLeaderInfo(sim::Context& ctx, sim::ConnectionId connection) {
  const auto packet = sim::MakeRef<QuorumPacket>();
  packet->type = PacketType::kLeaderInfo;
  packet->epoch = state_->leading->epoch;
  packet->zxid = Zxid::Of(packet->epoch, 0);
  SendToLearner(ctx, connection, packet);
}

void ZooKeeperServer::OnAckEpoch(sim::Context& ctx, sim::ConnectionId connection, const QuorumPacket& packet) {
  Leading& leading = *state_->leading;
  LearnerHandler& handler = leading.handlers.at(connection);
  if (handler.phase != LearnerHandler::Phase::kAwaitsEpoch) return;
  handler.last_zxid = packet.zxid;
  handler.phase = LearnerHandler::Phase::kAwaitsElection;
  if (leading.phase != LeaderPhase::kEpochAck) {
    SyncFollower(ctx, connection, handler);
    return;
  }
  if (packet.epoch.valid()) {
    // A follower that knows more than its leader would lose it (isMoreRecentThan).
    const bool ahead = packet.epoch > state_->current_epoch ||
                       (packet.epoch == state_->current_epoch && packet.zxid > state_->database.last_processed);
    if (ahead) {
      DropLearner(ctx, connection);
      return;
    }
    leading.electing.insert(handler.server);
  }
  FinishElectionIfQuorum(ctx);
}

void ZooKeeperServer::FinishElectionIfQuorum(sim::Context& ctx) {
  Leading& leading = *state_->leading;
  if (!options_.ensemble->IsQuorum(leading.electing.size())) return;
  if (!WriteCurrentEpoch(ctx, leading.epoch)) return;
  leading.phase = LeaderPhase::kNewLeaderAck;
  leading.new_leader_acks.insert(options_.myid);
  ArmPhaseTimer(ctx);
  for (auto& [connection, handler] : leading.handlers) {
    if (handler.phase == LearnerHandler::Phase::kAwaitsElection) SyncFollower(ctx, connection, handler);
  }
}

// ---- Synchronisation ------------------------------------------------------------------------------------------------

void ZooKeeperServer::OnNewLeaderAck(sim::Context& ctx, sim::ConnectionId connection) {
  Leading& leading = *state_->leading;
  LearnerHandler& handler = leading.handlers.at(connection);
  handler.phase = LearnerHandler::Phase::kAwaitsStart;
  if (leading.phase == LeaderPhase::kBroadcast) {
    SendUpToDate(ctx, connection, handler);
    return;
  }
  leading.new_leader_acks.insert(handler.server);
  BroadcastIfQuorum(ctx);
}

void ZooKeeperServer::BroadcastIfQuorum(sim::Context& ctx) {
  Leading& leading = *state_->leading;
  if (!options_.ensemble->IsQuorum(leading.new_leader_acks.size())) return;
  leading.phase = LeaderPhase::kBroadcast;
  leading.last_committed = leading.last_proposed;
  ZooKeeperDatabase& database = state_->database;
  ctx.Emit(ZkLeaderElected{options_.myid, false, leading.epoch, database.last_processed, database.digest});
  database.last_processed = leading.last_proposed;
  state_->current_vote.peer_epoch = leading.epoch;
  BeginServing(ctx);
  state_->serving->tracker.emplace(options_.config.tick_time, database.sessions, ctx.now());
  state_->serving->preparer.emplace(leading.last_proposed, database.digest,
                                    options_.config.ephemerals_survive_leader_change);
  ArmExpiryTimer(ctx);
  for (auto& [connection, handler] : leading.handlers) {
    if (handler.phase == LearnerHandler::Phase::kAwaitsStart) SendUpToDate(ctx, connection, handler);
  }
}

void ZooKeeperServer::SendUpToDate(sim::Context& ctx, sim::ConnectionId connection, LearnerHandler& handler) {
  handler.phase = LearnerHandler::Phase::kUpToDate;
  const auto packet = sim::MakeRef<QuorumPacket>();
  packet->type = PacketType::kUpToDate;
  SendToLearner(ctx, connection, packet);
}

// ---- Watching over the quorum ---------------------------------------------------------------------------------------

void ZooKeeperServer::ArmPhaseTimer(sim::Context& ctx) {
  state_->leading->phase_deadline = ctx.now() + InitTimeout();
  SetRoleTimer(ctx, InitTimeout(), kPhaseTimer);
}

// The step that it was set for is not done in time.
void ZooKeeperServer::OnPhaseTimer(sim::Context& ctx) {
  // Each step sets a timer of its own, so that of an earlier step finds the leader further on, or a quorum still due.
  if (state_->leading && state_->leading->phase != LeaderPhase::kBroadcast &&
      ctx.now() >= state_->leading->phase_deadline) {
    EndRole(ctx);
  }
}

// Twice a tick followers are pinged; once a tick the leader makes sure that a quorum is in step with it.
void ZooKeeperServer::OnTick(sim::Context& ctx) {
  Leading& leading = *state_->leading;
  SetRoleTimer(ctx, options_.config.tick_time / 2, kTickTimer);
  leading.half_tick = !leading.half_tick;
  if (!leading.half_tick) ++leading.tick;
  std::vector<sim::ConnectionId> silent;
  size_t in_step = 1;
  for (const auto& [connection, handler] : leading.handlers) {
    const bool caught_up = handler.phase >= LearnerHandler::Phase::kAwaitsStart;
    const bool behind = handler.current && ctx.now() - handler.current->second >= SyncTimeout();
    if (behind || ctx.now() - handler.last_heard >= (caught_up ? SyncTimeout() : InitTimeout())) {
      silent.push_back(connection);
    } else if (leading.tick <= handler.tick_of_next_ack_deadline) {
      ++in_step;
    }
  }
  for (const sim::ConnectionId connection : silent) DropLearner(ctx, connection);
  if (leading.phase != LeaderPhase::kBroadcast) return;
  if (!leading.half_tick && !options_.ensemble->IsQuorum(in_step)) {
    EndRole(ctx);
    return;
  }
  const auto ping = sim::MakeRef<QuorumPacket>();
  ping->type = PacketType::kPing;
  ping->zxid = leading.last_proposed;
  for (const auto& [connection, handler] : leading.handlers) {
    if (handler.phase >= LearnerHandler::Phase::kAwaitsNewLeaderAck) SendToLearner(ctx, connection, ping);
  }
}

}  // namespace ktrial::cluster::zookeeper
