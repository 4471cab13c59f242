// Atomic broadcast: what the leader proposes is logged by all, acknowledged when durable, and committed in order once a
// quorum has it (Leader.propose, processAck, commit). A standalone server commits what is durable in its own log.
#include <utility>

#include "cluster/zookeeper/zookeeper_facts.h"
#include "cluster/zookeeper/zookeeper_server.h"

namespace ktrial::cluster::zookeeper {

// A request has reached the leader: it becomes a transaction, and is proposed.
void ZooKeeperServer::Submit(sim::Context& ctx, const Submission& submission) {
  Serving& serving = *state_->serving;
  if (submission.kind == Submission::Kind::kCreateSession) {
    serving.tracker->Track(submission.session, submission.timeout, ctx.now());
    serving.tracker->SetOwner(submission.session, submission.owner);
  }
  const TransactionRef transaction = serving.preparer->Prepare(submission, state_->database, *serving.tracker);
  ctx.Emit(ZkTransactionProposed{options_.myid, transaction.get()});
  if (state_->leading) {
    Leading& leading = *state_->leading;
    leading.last_proposed = transaction->zxid;
    leading.outstanding.try_emplace(transaction->zxid, Proposal{.transaction = transaction, .acks = {}});
    for (auto& [connection, handler] : leading.handlers) {
      if (handler.phase < LearnerHandler::Phase::kAwaitsNewLeaderAck) continue;
      SendProposal(ctx, connection, transaction);
      auto& slot = handler.current ? handler.next : handler.current;
      if (handler.phase >= LearnerHandler::Phase::kAwaitsStart) slot = std::pair(transaction->zxid, ctx.now());
    }
  }
  LogTransaction(ctx, transaction);
}

void ZooKeeperServer::OnAck(sim::Context& ctx, ServerId from, Zxid zxid) {
  Leading& leading = *state_->leading;
  // Of the beginning of the epoch, or late.
  const auto it = leading.outstanding.find(zxid);
  if (it == leading.outstanding.end()) return;
  it->second.acks.insert(from);
  CommitReady(ctx);
}

void ZooKeeperServer::CommitReady(sim::Context& ctx) {
  Leading& leading = *state_->leading;
  while (!leading.outstanding.empty()) {
    const auto first = leading.outstanding.begin();
    if (!options_.ensemble->IsQuorum(first->second.acks.size())) return;
    const TransactionRef transaction = first->second.transaction;
    leading.outstanding.erase(first);
    leading.last_committed = transaction->zxid;
    ctx.Emit(ZkTransactionCommitted{options_.myid, transaction->zxid});
    for (const auto& [connection, handler] : leading.handlers) {
      if (handler.phase < LearnerHandler::Phase::kAwaitsNewLeaderAck) continue;
      SendZxid(ctx, connection, PacketType::kCommit, transaction->zxid);
    }
    ApplyCommitted(ctx, transaction);
    while (!leading.pending_syncs.empty() && leading.pending_syncs.front().first <= leading.last_committed) {
      const auto [connection, request] = leading.pending_syncs.front().second;
      leading.pending_syncs.pop_front();
      AnswerSync(ctx, connection, request);
    }
  }
}

// ---- What followers ask for -----------------------------------------------------------------------------------------

void ZooKeeperServer::OnLearnerRequest(sim::Context& ctx, const LearnerHandler& handler, const QuorumPacket& packet) {
  if (!state_->serving) return;
  const bool creates = packet.timeout > sim::Duration();
  Submit(ctx, {.session = packet.request.session,
               .xid = packet.request.xid,
               .owner = handler.server,
               .kind = creates ? Submission::Kind::kCreateSession : Submission::Kind::kRequest,
               .op = packet.request.op,
               .timeout = packet.timeout});
}

void ZooKeeperServer::OnRevalidate(sim::Context& ctx, sim::ConnectionId connection, const LearnerHandler& handler,
                                   const QuorumPacket& packet) {
  if (!state_->serving) return;
  SessionTracker& tracker = *state_->serving->tracker;
  const bool valid = tracker.Touch(packet.session, packet.timeout, ctx.now());
  if (valid) tracker.SetOwner(packet.session, handler.server);
  const auto answer = sim::MakeRef<QuorumPacket>();
  answer->type = PacketType::kRevalidate;
  answer->session = packet.session;
  answer->valid = valid;
  SendToLearner(ctx, connection, answer);
}

// Answered behind the commits of everything that is proposed by now.
void ZooKeeperServer::OnSync(sim::Context& ctx, sim::ConnectionId connection, const ForwardedRequest& request) {
  Leading& leading = *state_->leading;
  if (leading.outstanding.empty()) {
    AnswerSync(ctx, connection, request);
  } else {
    leading.pending_syncs.push_back({leading.last_proposed, {connection, request}});
  }
}

void ZooKeeperServer::AnswerSync(sim::Context& ctx, sim::ConnectionId connection, const ForwardedRequest& request) {
  const auto packet = sim::MakeRef<QuorumPacket>();
  packet->type = PacketType::kSync;
  packet->request = request;
  SendToLearner(ctx, connection, packet);
}

// ---- Sessions whose time is up --------------------------------------------------------------------------------------

// At every multiple of the tick (SessionTrackerImpl.run).
void ZooKeeperServer::ArmExpiryTimer(sim::Context& ctx) {
  const int64_t tick = options_.config.tick_time.nanos();
  const sim::SimTime next((ctx.now().nanos() / tick + 1) * tick);
  SetRoleTimer(ctx, next - ctx.now(), kExpiryTimer);
}

void ZooKeeperServer::OnExpiryTimer(sim::Context& ctx) {
  ArmExpiryTimer(ctx);
  for (const SessionId session : state_->serving->tracker->Expire(ctx.now())) {
    ctx.Emit(ZkSessionExpired{options_.myid, session});
    Submit(ctx, {.session = session, .xid = {}, .owner = {}, .kind = Submission::Kind::kExpireSession});
  }
}

}  // namespace ktrial::cluster::zookeeper
