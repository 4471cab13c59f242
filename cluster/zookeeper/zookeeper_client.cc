#include "cluster/zookeeper/zookeeper_client.h"

#include <algorithm>
#include <utility>

#include "cluster/zookeeper/zookeeper_facts.h"
#include "sim/check.h"

namespace ktrial::cluster::zookeeper {
namespace {

using sim::ConnectionEvent;
using sim::Context;
using sim::Duration;
using sim::Milliseconds;

constexpr int32_t kConnectRequestBytes = 49;
// What a client adds between two attempts, at most; what it waits when it has tried all servers.
constexpr Duration kConnectPause = Milliseconds(1000);
constexpr Duration kSpinDelay = Milliseconds(1000);
constexpr Duration kMaxPingInterval = Milliseconds(10'000);

}  // namespace

ZooKeeperClient::ZooKeeperClient(ZooKeeperClientOptions options)
    : options_(std::move(options)), negotiated_timeout_(options_.session_timeout) {}

void ZooKeeperClient::Start(Context& ctx) {
  KT_CHECK(state_ == State::kNotStarted);
  random_ = ctx.NewRandomStream("zookeeper.client");
  BeginSession(ctx);
}

void ZooKeeperClient::BeginSession(Context& ctx) {
  session_ = {};
  negotiated_timeout_ = options_.session_timeout;
  last_zxid_ = {};
  next_xid_ = 1;
  has_connected_ = false;
  closing_ = false;
  hosts_ = {};
  for (int32_t id = 1; id <= options_.ensemble->size(); ++id) hosts_.servers.push_back(ServerId(id));
  for (size_t i = hosts_.servers.size(); i > 1; --i) {
    std::swap(hosts_.servers[i - 1], hosts_.servers[static_cast<size_t>(random_->Below(i))]);
  }
  BecomeWaiting(ctx);
}

void ZooKeeperClient::Send(Context& ctx, Operation op, CallTag tag) {
  KT_CHECK(state_ != State::kNotStarted);
  Call call{.tag = tag, .request = sim::MakeRef<const Request>(Xid(next_xid_++), std::move(op))};
  if (state_ == State::kClosed || closing_) {
    Fail(call, KeeperError::kSessionExpired);
    return;
  }
  waiting_.push_back(std::move(call));
  Pump(ctx);
}

void ZooKeeperClient::Close(Context& ctx, CallTag tag) {
  Send(ctx, CloseSessionOp{}, tag);
  closing_ = true;
}

void ZooKeeperClient::Reinitialize(Context& ctx) {
  KT_CHECK(state_ != State::kNotStarted);
  DropConnection(ctx);
  FailAll(KeeperError::kConnectionLoss);
  data_watches_.clear();
  exist_watches_.clear();
  child_watches_.clear();
  BeginSession(ctx);
}

// ---- Transitions ----------------------------------------------------------------------------------------------------

// StaticHostProvider.next and the pause of SendThread.startConnect.
void ZooKeeperClient::BecomeWaiting(Context& ctx) {
  state_ = State::kWaiting;
  hosts_.current = (hosts_.current + 1) % static_cast<int32_t>(hosts_.servers.size());
  Duration delay;
  if (hosts_.current == hosts_.last) {
    delay += kSpinDelay;
  } else if (hosts_.last == -1) {
    hosts_.last = 0;
  }
  if (has_connected_) delay += Milliseconds(random_->Between(0, kConnectPause.millis() - 1));
  server_ = {};
  connect_timer_ = ctx.SetTimer(delay, {.kind = TimerKind(kZooKeeperComponent, kConnectTimer)});
}

void ZooKeeperClient::BecomeConnecting(Context& ctx) {
  KT_CHECK(state_ == State::kWaiting);
  state_ = State::kConnecting;
  server_ = hosts_.servers[static_cast<size_t>(hosts_.current)];
  connection_ = ctx.Connect(options_.ensemble->ProcessOf(server_));
  last_heard_ = ctx.now();
  ArmReadTimer(ctx);
}

void ZooKeeperClient::BecomeHandshake(Context& ctx) {
  KT_CHECK(state_ == State::kConnecting);
  state_ = State::kHandshake;
  has_connected_ = true;
  const auto request = sim::MakeRef<ConnectRequest>();
  request->last_zxid_seen = last_zxid_;
  request->timeout = options_.session_timeout;
  request->session = session_;
  last_heard_ = ctx.now();
  last_sent_ = ctx.now();
  ctx.Send(connection_, {.kind = kConnectRequestKind, .bytes = kConnectRequestBytes, .tag = 0, .body = request});
}

void ZooKeeperClient::BecomeConnected(Context& ctx, const ConnectResponse& response) {
  KT_CHECK(state_ == State::kHandshake);
  state_ = State::kConnected;
  hosts_.last = hosts_.current;
  const bool is_new = session_ != response.session;
  session_ = response.session;
  negotiated_timeout_ = response.timeout;
  ctx.Emit(ZkClientConnected{session_, is_new, negotiated_timeout_});
  events_.push_back(SessionStateChanged{SessionState::kConnected, session_});
  SendWatches(ctx);
  for (const Call& call : outgoing_) {
    SendMessage(ctx, call.request);
    sent_.push_back(call);
  }
  outgoing_.clear();
  ArmReadTimer(ctx);
  ArmPingTimer(ctx);
}

// The session is over: by its leader's word, or because it was closed.
void ZooKeeperClient::BecomeClosed(Context& ctx) {
  DropConnection(ctx);
  ctx.CancelTimer(connect_timer_);
  state_ = State::kClosed;
  server_ = {};
  data_watches_.clear();
  exist_watches_.clear();
  child_watches_.clear();
}

void ZooKeeperClient::DropConnection(Context& ctx) {
  if (connection_.valid()) ctx.Close(connection_);
  connection_ = {};
  ctx.CancelTimer(connect_timer_);
  ctx.CancelTimer(read_timer_);
  ctx.CancelTimer(ping_timer_);
}

void ZooKeeperClient::LoseConnection(Context& ctx) {
  const bool was_connected = state_ == State::kConnected;
  DropConnection(ctx);
  for (std::deque<Call>* calls : {&sent_, &outgoing_}) {
    for (const Call& call : *calls) Fail(call, KeeperError::kConnectionLoss);
    calls->clear();
  }
  if (was_connected) events_.push_back(SessionStateChanged{SessionState::kDisconnected, session_});
  if (closing_) {
    FailAll(KeeperError::kConnectionLoss);
    BecomeClosed(ctx);
    return;
  }
  BecomeWaiting(ctx);
  Pump(ctx);
}

void ZooKeeperClient::FailAll(KeeperError error) {
  for (std::deque<Call>* calls : {&sent_, &outgoing_, &waiting_}) {
    for (const Call& call : *calls) Fail(call, error);
    calls->clear();
  }
}

void ZooKeeperClient::Fail(const Call& call, KeeperError error) {
  events_.push_back(ZooKeeperCompletion{
      .tag = call.tag, .request = call.request, .zxid = {}, .result = {.error = error}, .session = session_});
}

// ---- Requests, replies and watches ----------------------------------------------------------------------------------

void ZooKeeperClient::SendMessage(Context& ctx, const RequestRef& request) {
  last_sent_ = ctx.now();
  ctx.Send(connection_, {.kind = kRequestKind,
                         .bytes = EncodedBytes(request->op),
                         .tag = static_cast<uint64_t>(request->xid.value()),
                         .body = request});
}

// Moves on what has waited for its turn.
void ZooKeeperClient::Pump(Context& ctx) {
  const auto limit = static_cast<size_t>(options_.max_in_flight);
  while (!waiting_.empty() && outgoing_.size() + sent_.size() < limit) {
    Call call = std::move(waiting_.front());
    waiting_.pop_front();
    if (state_ == State::kConnected) {
      SendMessage(ctx, call.request);
      sent_.push_back(std::move(call));
    } else {
      outgoing_.push_back(std::move(call));
    }
  }
}

void ZooKeeperClient::SendWatches(Context& ctx) {
  if (data_watches_.empty() && exist_watches_.empty() && child_watches_.empty()) return;
  SetWatchesOp op{.relative_zxid = last_zxid_,
                  .data_watches = {data_watches_.begin(), data_watches_.end()},
                  .exist_watches = {exist_watches_.begin(), exist_watches_.end()},
                  .child_watches = {child_watches_.begin(), child_watches_.end()}};
  SendMessage(ctx, sim::MakeRef<const Request>(Xid(), std::move(op)));
}

void ZooKeeperClient::RememberWatch(const Operation& op, KeeperError error) {
  if (const auto* get = std::get_if<GetDataOp>(&op)) {
    if (get->watch && error == KeeperError::kOk) data_watches_.insert(get->path);
  } else if (const auto* exists = std::get_if<ExistsOp>(&op)) {
    if (exists->watch && error == KeeperError::kOk) data_watches_.insert(exists->path);
    if (exists->watch && error == KeeperError::kNoNode) exist_watches_.insert(exists->path);
  } else if (const auto* children = std::get_if<GetChildrenOp>(&op)) {
    if (children->watch && error == KeeperError::kOk) child_watches_.insert(children->path);
  }
}

void ZooKeeperClient::OnReply(Context& ctx, const Reply& reply) {
  // Pings and SetWatches are nobody's.
  if (!reply.xid.valid()) return;
  KT_CHECK(!sent_.empty() && sent_.front().request->xid == reply.xid);
  const Call call = std::move(sent_.front());
  sent_.pop_front();
  last_zxid_ = reply.zxid;
  RememberWatch(call.request->op, reply.result.error);
  ctx.Emit(ZkReplyReceived{session_, reply.xid, reply.zxid, &call.request->op, &reply.result});
  events_.push_back(ZooKeeperCompletion{
      .tag = call.tag, .request = call.request, .zxid = reply.zxid, .result = reply.result, .session = session_});
  if (std::holds_alternative<CloseSessionOp>(call.request->op)) {
    BecomeClosed(ctx);
    return;
  }
  Pump(ctx);
}

void ZooKeeperClient::OnWatch(Context& ctx, const WatchedEvent& event) {
  size_t taken = 0;
  if (event.type != EventType::kNodeChildrenChanged) {
    taken += data_watches_.erase(event.path) + exist_watches_.erase(event.path);
  }
  if (event.type == EventType::kNodeChildrenChanged || event.type == EventType::kNodeDeleted) {
    taken += child_watches_.erase(event.path);
  }
  if (taken == 0) return;
  ctx.Emit(ZkWatchReceived{session_, event.type, &event.path});
  events_.push_back(event);
}

bool ZooKeeperClient::OnMessage(Context& ctx, sim::ConnectionId connection, const sim::Message& message) {
  if (connection != connection_) {
    // Of a connection that was given up while the message waited for a thread.
    return message.kind == kConnectResponseKind || message.kind == kReplyKind || message.kind == kWatchEventKind;
  }
  last_heard_ = ctx.now();
  if (message.kind == kConnectResponseKind) {
    const auto& response = BodyOf<ConnectResponse>(message);
    if (response.session.valid()) {
      BecomeConnected(ctx, response);
    } else {
      ctx.Emit(ZkClientExpired{session_});
      events_.push_back(SessionStateChanged{SessionState::kExpired, session_});
      FailAll(KeeperError::kSessionExpired);
      BecomeClosed(ctx);
    }
  } else if (message.kind == kReplyKind) {
    OnReply(ctx, BodyOf<Reply>(message));
  } else {
    OnWatch(ctx, BodyOf<WatchNotice>(message).event);
  }
  return true;
}

bool ZooKeeperClient::OnConnection(Context& ctx, sim::ConnectionId connection, ConnectionEvent event) {
  if (!connection_.valid() || connection != connection_) return false;
  if (event == ConnectionEvent::kConnected) {
    BecomeHandshake(ctx);
  } else {
    connection_ = {};
    LoseConnection(ctx);
  }
  return true;
}

// ---- Timers ---------------------------------------------------------------------------------------------------------

Duration ZooKeeperClient::ConnectTimeout() const {
  return negotiated_timeout_ / static_cast<int64_t>(hosts_.servers.size());
}

// A ping comes a second before half of the read timeout is over, or at that time if the second would be all of it.
Duration ZooKeeperClient::PingInterval() const {
  const Duration half = ReadTimeout() / 2;
  const Duration early = std::max(half - Milliseconds(1000), Milliseconds(1000));
  return std::min({half, early, kMaxPingInterval});
}

void ZooKeeperClient::ArmReadTimer(Context& ctx) {
  const Duration timeout = state_ == State::kConnected ? ReadTimeout() : ConnectTimeout();
  const Duration left = std::max(last_heard_ + timeout - ctx.now(), Duration());
  ctx.CancelTimer(read_timer_);
  read_timer_ = ctx.SetTimer(left, {.kind = TimerKind(kZooKeeperComponent, kReadTimer)});
}

void ZooKeeperClient::ArmPingTimer(Context& ctx) {
  const Duration left = std::max(last_sent_ + PingInterval() - ctx.now(), Duration());
  ctx.CancelTimer(ping_timer_);
  ping_timer_ = ctx.SetTimer(left, {.kind = TimerKind(kZooKeeperComponent, kPingTimer)});
}

void ZooKeeperClient::Ping(Context& ctx) {
  if (ctx.now() - last_sent_ >= PingInterval()) {
    SendMessage(ctx, sim::MakeRef<const Request>(Xid(), PingOp{}));
  }
  ArmPingTimer(ctx);
}

void ZooKeeperClient::OnTimer(Context& ctx, const sim::Timer& timer) {
  switch (LocalKind(timer)) {
    case kConnectTimer:
      connect_timer_ = {};
      if (state_ == State::kWaiting) BecomeConnecting(ctx);
      break;
    case kReadTimer: {
      read_timer_ = {};
      if (!connection_.valid()) break;
      const Duration timeout = state_ == State::kConnected ? ReadTimeout() : ConnectTimeout();
      if (ctx.now() - last_heard_ >= timeout) {
        LoseConnection(ctx);
      } else {
        ArmReadTimer(ctx);
      }
      break;
    }
    default:
      ping_timer_ = {};
      if (state_ == State::kConnected) Ping(ctx);
      break;
  }
}

std::vector<ZooKeeperEvent> ZooKeeperClient::TakeEvents() { return std::exchange(events_, {}); }

}  // namespace ktrial::cluster::zookeeper
