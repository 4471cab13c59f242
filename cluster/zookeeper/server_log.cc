// A server's log: what is proposed is written at once and flushed in the background, all that has gathered meanwhile
// with one flush (SyncRequestProcessor). Every so many transactions a new file is begun, and a snapshot of the tree is
// taken while transactions go on.
#include <utility>

#include "cluster/zookeeper/zookeeper_facts.h"
#include "cluster/zookeeper/zookeeper_server.h"
#include "sim/check.h"

namespace ktrial::cluster::zookeeper {

void ZooKeeperServer::LogTransaction(sim::Context& ctx, const TransactionRef& transaction) {
  Syncing& syncing = state_->syncing;
  if (syncing.logged >= syncing.roll_at) MaybeSnapshot(ctx);
  if (state_->failed || !syncing.log.Append(ctx, transaction)) {
    Fail(ctx);
    return;
  }
  ++syncing.logged;
  ctx.Emit(ZkTransactionLogged{options_.myid, transaction.get()});
  syncing.waiting.push_back(transaction);
  if (syncing.in_flight.empty()) StartFlush(ctx);
}

void ZooKeeperServer::StartFlush(sim::Context& ctx) {
  Syncing& syncing = state_->syncing;
  syncing.in_flight = std::exchange(syncing.waiting, {});
  syncing.log.StartFlush(ctx, syncing.generation);
}

void ZooKeeperServer::OnDiskDone(sim::Context& ctx, const sim::DiskDone& done) {
  Syncing& syncing = state_->syncing;
  // Of a role that is over: the file may be gone.
  if (state_->failed || done.key != syncing.generation || syncing.in_flight.empty()) return;
  if (!done.ok) {
    Fail(ctx);
    return;
  }
  const std::deque<TransactionRef> durable = std::exchange(syncing.in_flight, {});
  if (!syncing.waiting.empty()) StartFlush(ctx);
  for (const TransactionRef& transaction : durable) {
    OnDurable(ctx, transaction);
    if (state_->failed) return;
  }
}

void ZooKeeperServer::OnDurable(sim::Context& ctx, const TransactionRef& transaction) {
  if (state_->state == ServerState::kStandalone) {
    ctx.Emit(ZkTransactionCommitted{options_.myid, transaction->zxid});
    ApplyCommitted(ctx, transaction);
  } else if (state_->leading) {
    OnAck(ctx, options_.myid, transaction->zxid);
  } else if (state_->learning) {
    SendToLeader(ctx, PacketType::kAck, transaction->zxid);
  }
}

// snapCount: at a random point between half and all of it, so that the servers do not do it all at once.
void ZooKeeperServer::DrawRollAt() {
  const int32_t half = options_.config.snap_count / 2;
  state_->syncing.roll_at =
      half + static_cast<int32_t>(state_->random.Below(static_cast<uint64_t>(half > 0 ? half : 1)));
}

void ZooKeeperServer::MaybeSnapshot(sim::Context& ctx) {
  Syncing& syncing = state_->syncing;
  if (!syncing.log.Flush(ctx)) {
    Fail(ctx);
    return;
  }
  syncing.log.Roll();
  syncing.logged = 0;
  DrawRollAt();
  // One at a time.
  if (syncing.snapshot) return;
  const ZooKeeperDatabase& database = state_->database;
  syncing.snapshot.emplace(database.sessions, database.last_processed, database.digest);
  SetRoleTimer(ctx, sim::Milliseconds(1), kSnapshotTimer);
}

void ZooKeeperServer::OnSnapshotTimer(sim::Context& ctx) {
  Syncing& syncing = state_->syncing;
  KT_CHECK(syncing.snapshot.has_value());
  if (!syncing.snapshot->Step(state_->database.tree, options_.config.snapshot_nodes_per_milli)) {
    SetRoleTimer(ctx, sim::Milliseconds(1), kSnapshotTimer);
    return;
  }
  const bool saved = syncing.snapshot->Save(ctx);
  syncing.snapshot.reset();
  if (!saved) Fail(ctx);
}

}  // namespace ktrial::cluster::zookeeper
