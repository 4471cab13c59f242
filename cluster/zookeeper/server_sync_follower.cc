// How a leader brings a follower up to date (LearnerHandler.syncFollower): with the transactions that it lacks, with a
// cut of those that the leader does not have, or with a whole snapshot; then with what is proposed at present.
#include <deque>

#include "cluster/zookeeper/zookeeper_server.h"

namespace ktrial::cluster::zookeeper {

void ZooKeeperServer::SendProposal(sim::Context& ctx, sim::ConnectionId connection, const TransactionRef& transaction) {
  const auto packet = sim::MakeRef<QuorumPacket>();
  packet->type = PacketType::kProposal;
  packet->zxid = transaction->zxid;
  packet->transaction = transaction;
  SendToLearner(ctx, connection, packet);
}

void ZooKeeperServer::SendZxid(sim::Context& ctx, sim::ConnectionId connection, PacketType type, Zxid zxid) {
  const auto packet = sim::MakeRef<QuorumPacket>();
  packet->type = type;
  packet->zxid = zxid;
  SendToLearner(ctx, connection, packet);
}

void ZooKeeperServer::SyncFollower(sim::Context& ctx, sim::ConnectionId connection, LearnerHandler& handler) {
  const Leading& leading = *state_->leading;
  handler.phase = LearnerHandler::Phase::kAwaitsNewLeaderAck;
  if (!SendDifference(ctx, connection, handler.last_zxid)) {
    const auto packet = sim::MakeRef<QuorumPacket>();
    packet->type = PacketType::kSnap;
    packet->zxid = state_->database.last_processed;
    packet->snapshot = state_->database.ToSnapshot();
    SendToLearner(ctx, connection, packet);
  }
  // What is on its way goes to this follower, too, from here on (startForwarding).
  for (const auto& [zxid, proposal] : leading.outstanding) SendProposal(ctx, connection, proposal.transaction);
  SendZxid(ctx, connection, PacketType::kNewLeader, Zxid::Of(leading.epoch, 0));
}

// False if only a snapshot will do; then nothing was sent.
bool ZooKeeperServer::SendDifference(sim::Context& ctx, sim::ConnectionId connection, Zxid peer_last) {
  const ZooKeeperDatabase& database = state_->database;
  const std::deque<TransactionRef>& log = database.committed_log;
  const Zxid min_committed = log.empty() ? database.last_processed : log.front()->zxid;
  const Zxid max_committed = log.empty() ? database.last_processed : log.back()->zxid;
  // The beginning of an epoch is no transaction: there is nothing to cut.
  const bool is_new_epoch = peer_last.counter() == 0;
  if (database.last_processed == peer_last) {
    SendZxid(ctx, connection, PacketType::kDiff, peer_last);
    return true;
  }
  if (peer_last > max_committed && !is_new_epoch) {
    SendZxid(ctx, connection, PacketType::kTrunc, max_committed);
    return true;
  }
  if (peer_last > max_committed || peer_last < min_committed) return false;

  size_t next = 0;
  while (next < log.size() && log[next]->zxid < peer_last) ++next;
  if (next < log.size() && log[next]->zxid == peer_last) {
    SendZxid(ctx, connection, PacketType::kDiff, max_committed);
    ++next;
  } else if (is_new_epoch) {
    SendZxid(ctx, connection, PacketType::kDiff, max_committed);
  } else {
    // The follower has what this leader never saw. A cut may not go back beyond the epoch, nor beyond what is known
    // here.
    if (next == 0 || next == log.size() || log[next]->zxid.epoch() != peer_last.epoch()) return false;
    SendZxid(ctx, connection, PacketType::kTrunc, log[next - 1]->zxid);
  }
  for (; next < log.size(); ++next) {
    SendProposal(ctx, connection, log[next]);
    SendZxid(ctx, connection, PacketType::kCommit, log[next]->zxid);
  }
  return true;
}

}  // namespace ktrial::cluster::zookeeper
