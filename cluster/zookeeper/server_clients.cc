// What a server does for its clients: sessions, requests in the order of each session (FollowerRequestProcessor and
// CommitProcessor), reads from its own tree (FinalRequestProcessor), and watches.
#include <algorithm>
#include <utility>

#include "cluster/zookeeper/zookeeper_facts.h"
#include "cluster/zookeeper/zookeeper_server.h"
#include "sim/check.h"

namespace ktrial::cluster::zookeeper {
namespace {

constexpr int32_t kConnectResponseBytes = 41;
constexpr int32_t kWatchEventBytes = 32;

}  // namespace

// SessionTrackerImpl.initializeNextSession: the server's id, then its clock.
void ZooKeeperServer::BeginServing(sim::Context& ctx) {
  Serving& serving = state_->serving.emplace(Serving{});
  const auto millis = static_cast<uint64_t>(ctx.wall_clock().unix_millis());
  const uint64_t next = (millis << 24) >> 8 | static_cast<uint64_t>(options_.myid.value()) << 56;
  serving.next_session = static_cast<int64_t>(next);
}

// ---- Sessions -------------------------------------------------------------------------------------------------------

void ZooKeeperServer::OnConnectRequest(sim::Context& ctx, sim::ConnectionId connection, const ConnectRequest& request) {
  // A client that has seen more than this server has to try another.
  if (!state_->serving || request.last_zxid_seen > state_->database.last_processed) {
    ctx.Close(connection);
    return;
  }
  Serving& serving = *state_->serving;
  const ZooKeeperConfig& config = options_.config;
  ClientConnection client;
  client.timeout = std::clamp(request.timeout, config.tick_time * config.min_session_ticks,
                              config.tick_time * config.max_session_ticks);
  client.session = request.session.valid() ? request.session : SessionId(serving.next_session++);
  // A client has one connection.
  if (const auto old = serving.connection_of.find(client.session); old != serving.connection_of.end()) {
    CloseClient(ctx, sim::ConnectionId(old->second));
  }
  serving.connection_of.insert_or_assign(client.session, connection);
  const SessionId session = client.session;
  const sim::Duration timeout = client.timeout;
  serving.clients.insert_or_assign(connection, std::move(client));
  const bool is_new = !request.session.valid();
  if (state_->learning) {
    QuorumPacket packet;
    packet.type = is_new ? PacketType::kRequest : PacketType::kRevalidate;
    packet.session = session;
    packet.request.session = session;
    packet.timeout = timeout;
    SendToLeader(ctx, std::move(packet));
  } else if (is_new) {
    Submit(ctx, {.session = session,
                 .xid = {},
                 .owner = options_.myid,
                 .kind = Submission::Kind::kCreateSession,
                 .op = PingOp{},
                 .timeout = timeout});
  } else {
    const bool valid = serving.tracker->Touch(session, timeout, ctx.now());
    if (valid) serving.tracker->SetOwner(session, options_.myid);
    FinishSession(ctx, connection, valid);
  }
}

void ZooKeeperServer::OnRevalidated(sim::Context& ctx, const QuorumPacket& packet) {
  if (!state_->serving) return;
  const auto it = state_->serving->connection_of.find(packet.session);
  if (it == state_->serving->connection_of.end()) return;
  if (!state_->serving->clients.at(it->second).established) FinishSession(ctx, it->second, packet.valid);
}

void ZooKeeperServer::FinishSession(sim::Context& ctx, sim::ConnectionId connection, bool valid) {
  ClientConnection& client = state_->serving->clients.at(connection);
  const auto response = sim::MakeRef<ConnectResponse>();
  if (valid) {
    client.established = true;
    response->session = client.session;
    response->timeout = client.timeout;
  }
  ctx.Send(connection, {.kind = kConnectResponseKind, .bytes = kConnectResponseBytes, .tag = 0, .body = response});
  if (!valid) CloseClient(ctx, connection);
}

void ZooKeeperServer::CloseClient(sim::Context& ctx, sim::ConnectionId connection) {
  ctx.Close(connection);
  ForgetClient(connection);
}

void ZooKeeperServer::ForgetClient(sim::ConnectionId connection) {
  if (!state_->serving) return;
  Serving& serving = *state_->serving;
  const auto it = serving.clients.find(connection);
  if (it == serving.clients.end()) return;
  const auto named = serving.connection_of.find(it->second.session);
  if (named != serving.connection_of.end() && named->second == connection) serving.connection_of.erase(named);
  serving.clients.erase(it);
  serving.watches.RemoveConnection(connection);
}

// ---- Requests -------------------------------------------------------------------------------------------------------

// Every sign of life counts. False, and the connection is closed, if the session is over.
bool ZooKeeperServer::TouchSession(sim::Context& ctx, const ClientConnection& client) {
  if (state_->learning) {
    state_->learning->touched.insert_or_assign(client.session, client.timeout);
    return true;
  }
  return state_->serving->tracker->Touch(client.session, client.timeout, ctx.now());
}

void ZooKeeperServer::OnClientRequest(sim::Context& ctx, sim::ConnectionId connection, const RequestRef& request) {
  if (!state_->serving) return;
  const auto it = state_->serving->clients.find(connection);
  if (it == state_->serving->clients.end()) return;
  ClientConnection& client = it->second;
  if (!client.established || !TouchSession(ctx, client)) {
    CloseClient(ctx, connection);
    return;
  }
  const bool is_sync = std::holds_alternative<SyncOp>(request->op);
  // The leader itself is up to date enough for a sync (CommitProcessor.matchSyncs).
  const bool needs_commit = IsWrite(request->op) || (is_sync && state_->learning);
  client.queue.push_back({request, needs_commit});
  if (!needs_commit) {
    Drain(ctx, connection);
    return;
  }
  if (state_->learning) {
    QuorumPacket packet;
    packet.type = is_sync ? PacketType::kSync : PacketType::kRequest;
    packet.request = {.session = client.session, .xid = request->xid, .op = request->op};
    SendToLeader(ctx, std::move(packet));
  } else {
    Submit(ctx, {.session = client.session, .xid = request->xid, .owner = options_.myid, .op = request->op});
  }
}

// Answers reads until the next request has to wait.
void ZooKeeperServer::Drain(sim::Context& ctx, sim::ConnectionId connection) {
  const auto it = state_->serving->clients.find(connection);
  if (it == state_->serving->clients.end()) return;
  std::deque<ClientConnection::Pending>& queue = it->second.queue;
  while (!queue.empty() && !queue.front().needs_commit) {
    const RequestRef request = queue.front().request;
    queue.pop_front();
    OpResult result = Read(ctx, connection, request->op);
    SendReply(ctx, connection, request->xid, state_->database.last_processed, std::move(result));
  }
}

OpResult ZooKeeperServer::Read(sim::Context& ctx, sim::ConnectionId connection, const Operation& op) {
  OpResult result;
  if (const auto* watches = std::get_if<SetWatchesOp>(&op)) {
    SetWatches(ctx, connection, *watches);
    return result;
  }
  if (std::holds_alternative<PingOp>(op) || std::holds_alternative<SyncOp>(op)) return result;
  const std::string path(PathOf(op));
  const ZNode* node = state_->database.tree.Find(path);
  if (node == nullptr) {
    result.error = IsValidPath(path) ? KeeperError::kNoNode : KeeperError::kBadArguments;
  } else {
    result.stat = DataTree::StatOf(*node);
  }
  WatchManager& watches = state_->serving->watches;
  if (const auto* get = std::get_if<GetDataOp>(&op)) {
    if (node == nullptr) return result;
    result.data = node->data;
    if (get->watch) watches.AddData(path, connection);
  } else if (const auto* exists = std::get_if<ExistsOp>(&op)) {
    if (exists->watch) watches.AddData(path, connection);
  } else if (const auto* children = std::get_if<GetChildrenOp>(&op)) {
    if (node == nullptr) return result;
    result.children.assign(node->children.begin(), node->children.end());
    if (children->watch) watches.AddChild(path, connection);
  }
  return result;
}

// What a client watched over an earlier connection: it is told at once of what has changed since, and watches the rest
// (DataTree.setWatches). A node that was created and deleted in between is not noticed.
void ZooKeeperServer::SetWatches(sim::Context& ctx, sim::ConnectionId connection, const SetWatchesOp& op) {
  const DataTree& tree = state_->database.tree;
  WatchManager& watches = state_->serving->watches;
  for (const std::string& path : op.data_watches) {
    const ZNode* node = tree.Find(path);
    if (node == nullptr) {
      SendWatch(ctx, connection, {EventType::kNodeDeleted, path});
    } else if (node->stat.mzxid > op.relative_zxid) {
      SendWatch(ctx, connection, {EventType::kNodeDataChanged, path});
    } else {
      watches.AddData(path, connection);
    }
  }
  for (const std::string& path : op.exist_watches) {
    if (tree.Find(path) != nullptr) {
      SendWatch(ctx, connection, {EventType::kNodeCreated, path});
    } else {
      watches.AddData(path, connection);
    }
  }
  for (const std::string& path : op.child_watches) {
    const ZNode* node = tree.Find(path);
    if (node == nullptr) {
      SendWatch(ctx, connection, {EventType::kNodeDeleted, path});
    } else if (node->stat.pzxid > op.relative_zxid) {
      SendWatch(ctx, connection, {EventType::kNodeChildrenChanged, path});
    } else {
      watches.AddChild(path, connection);
    }
  }
}

// ---- Transactions that are committed --------------------------------------------------------------------------------

void ZooKeeperServer::ApplyCommitted(sim::Context& ctx, const TransactionRef& transaction) {
  Serving& serving = *state_->serving;
  const uint64_t previous = state_->database.digest;
  Applied applied = state_->database.Apply(transaction, options_.config.commit_log_count);
  ctx.Emit(ZkTransactionApplied{options_.myid, transaction.get(), previous});
  if (serving.preparer) serving.preparer->OnApplied(transaction->zxid);
  const bool closes = std::holds_alternative<CloseSessionTxn>(transaction->body);
  if (closes && serving.tracker) serving.tracker->Remove(transaction->session);
  // The events go out before any reply that shows the change.
  for (const WatchedEvent& event : applied.events) {
    for (const sim::ConnectionId watcher : serving.watches.Fire(event)) SendWatch(ctx, watcher, event);
  }
  const auto it = serving.connection_of.find(transaction->session);
  if (it == serving.connection_of.end()) return;
  const sim::ConnectionId connection = it->second;
  Answer(ctx, connection, *transaction, std::move(applied.result));
  if (closes) CloseClient(ctx, connection);
}

// Tells the client, if it is connected to this server and waits for this.
void ZooKeeperServer::Answer(sim::Context& ctx, sim::ConnectionId connection, const Transaction& transaction,
                             OpResult result) {
  ClientConnection& client = state_->serving->clients.at(connection);
  if (std::holds_alternative<CreateSessionTxn>(transaction.body)) {
    if (!client.established) FinishSession(ctx, connection, true);
    return;
  }
  if (client.queue.empty() || client.queue.front().request->xid != transaction.xid) return;
  client.queue.pop_front();
  if (result.error == KeeperError::kSessionMoved) {
    // The client is elsewhere by now; this is its old connection.
    CloseClient(ctx, connection);
    return;
  }
  SendReply(ctx, connection, transaction.xid, transaction.zxid, std::move(result));
  Drain(ctx, connection);
}

void ZooKeeperServer::OnSyncAnswered(sim::Context& ctx, const ForwardedRequest& request) {
  if (!state_->serving) return;
  const auto it = state_->serving->connection_of.find(request.session);
  if (it == state_->serving->connection_of.end()) return;
  const sim::ConnectionId connection = it->second;
  ClientConnection& client = state_->serving->clients.at(connection);
  if (client.queue.empty() || client.queue.front().request->xid != request.xid) return;
  client.queue.pop_front();
  SendReply(ctx, connection, request.xid, state_->database.last_processed, {});
  Drain(ctx, connection);
}

void ZooKeeperServer::SendReply(sim::Context& ctx, sim::ConnectionId connection, Xid xid, Zxid zxid, OpResult result) {
  const auto reply = sim::MakeRef<Reply>();
  reply->xid = xid;
  reply->zxid = zxid;
  reply->result = std::move(result);
  const int32_t bytes = EncodedBytes(reply->result);
  ctx.Send(connection, {.kind = kReplyKind, .bytes = bytes, .tag = static_cast<uint64_t>(xid.value()), .body = reply});
}

void ZooKeeperServer::SendWatch(sim::Context& ctx, sim::ConnectionId connection, const WatchedEvent& event) {
  const auto it = state_->serving->clients.find(connection);
  KT_CHECK(it != state_->serving->clients.end());
  ctx.Emit(ZkWatchFired{options_.myid, it->second.session, event.type, state_->database.last_processed, &event.path});
  const auto notice = sim::MakeRef<WatchNotice>();
  notice->event = event;
  ctx.Send(connection, {.kind = kWatchEventKind,
                        .bytes = kWatchEventBytes + static_cast<int32_t>(event.path.size()),
                        .tag = static_cast<uint64_t>(event.type),
                        .body = notice});
}

}  // namespace ktrial::cluster::zookeeper
