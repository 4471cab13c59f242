// A client of an ensemble (org.apache.zookeeper.ClientCnxn, and the pipelining of Kafka's kafka.zookeeper.
// ZooKeeperClient): one session, one connection at a time to one of the servers, and requests that are answered in
// order. It is a component of a process, as NetworkClient is; a process has one.
//
//   zookeeper_.Start(ctx);
//   zookeeper_.Send(ctx, GetDataOp{.path = "/controller", .watch = true}, {.component = Component::kController});
//   ...
//   void Broker::OnMessage(ctx, connection, message) {
//     if (zookeeper_.OnMessage(ctx, connection, message)) { HandleZooKeeper(ctx); return; }
//   void Broker::OnConnection(ctx, connection, peer, event) {
//     if (zookeeper_.OnConnection(ctx, connection, event)) ...
//   void Broker::OnTimer(ctx, timer) { if (ComponentOf(timer) == kZooKeeperComponent) zookeeper_.OnTimer(ctx, timer);
//   }
//   // after every handler, in the order in which ZooKeeper's EventThread would hand them over:
//   for (ZooKeeperEvent& event : zookeeper_.TakeEvents()) ...
//
// Every request completes exactly once, unless the process ends first. What a lost connection does:
//   * requests that were sent, or waited for the connection, complete with kConnectionLoss: they may have been executed
//     or not;
//   * the session goes on, and the client looks for another server; what is sent meanwhile waits for it, and fails with
//     the next attempt that fails;
//   * watches stand: they are left with the next server, and what they missed is told then.
// The session ends when the leader says so, which the client learns on its next connection: kExpired. All requests fail
// with kSessionExpired from then on, watches are gone without an event, and the owner calls Reinitialize when it is
// ready for a new session (Kafka: after it has resigned).
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_ZOOKEEPER_CLIENT_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_ZOOKEEPER_CLIENT_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/container/btree_set.h"
#include "cluster/network/component.h"
#include "cluster/zookeeper/client_protocol.h"
#include "cluster/zookeeper/operation.h"
#include "cluster/zookeeper/zookeeper_ids.h"
#include "sim/context.h"

namespace ktrial::cluster::zookeeper {

// The client's place among the components of a process.
inline constexpr Component kZooKeeperComponent{64};

struct ZooKeeperClientOptions {
  // zookeeper.connect: all servers of the ensemble.
  EnsembleRef ensemble;
  // zookeeper.session.timeout.ms: what the client asks for.
  sim::Duration session_timeout = sim::Milliseconds(18'000);
  // zookeeper.max.in.flight.requests; more wait their turn.
  int32_t max_in_flight = 10;
};

// The outcome of one request. With kConnectionLoss and kSessionExpired from the client itself, `zxid` is 0 and `result`
// holds nothing else.
struct ZooKeeperCompletion {
  CallTag tag;
  // The request, to be sent again or told apart by.
  RequestRef request;
  // Of the write, or how far the server had got at the read.
  Zxid zxid;
  OpResult result;
  // The session in which it was sent; none if it never was.
  SessionId session;

  bool ok() const { return result.error == KeeperError::kOk; }
};

// KeeperState, as far as a client without authentication meets it.
enum class SessionState : uint8_t {
  kConnected,     // SyncConnected: in a new session, or again in the one it had
  kDisconnected,  // the connection is lost; the session may go on
  kExpired,       // the session is over
};
struct SessionStateChanged {
  SessionState state = SessionState::kDisconnected;
  // None before the first session.
  SessionId session;
};

using ZooKeeperEvent = std::variant<ZooKeeperCompletion, WatchedEvent, SessionStateChanged>;

class ZooKeeperClient {
 public:
  explicit ZooKeeperClient(ZooKeeperClientOptions options);

  // Begins to look for a server and to open a session. Once.
  void Start(sim::Context& ctx);
  // Sends, when the requests before it allow it. The answers keep the order.
  void Send(sim::Context& ctx, Operation op, CallTag tag);
  // A new session in place of the one that is over, or that is given up without a word (Kafka: reinitialize). Requests
  // that are not answered complete with kConnectionLoss; watches are gone.
  void Reinitialize(sim::Context& ctx);
  // Ends the session in good order: its ephemeral nodes go. Requests before it are still answered; those after it fail
  // with kSessionExpired. The completion of the close has `tag`.
  void Close(sim::Context& ctx, CallTag tag);

  // Events of the process; each returns whether it was this client's.
  bool OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message);
  bool OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ConnectionEvent event);
  // Timers of kZooKeeperComponent.
  void OnTimer(sim::Context& ctx, const sim::Timer& timer);
  // What happened since the last call, in order: completions, watches and the session's state in one sequence.
  std::vector<ZooKeeperEvent> TakeEvents();

  bool IsConnected() const { return state_ == State::kConnected; }
  // The session is over, and Reinitialize was not called yet.
  bool IsExpired() const { return state_ == State::kClosed; }
  // The present session; none before the first connection. Owner of the ephemeral nodes that this client creates.
  SessionId session() const { return session_; }
  // As negotiated; as asked for before.
  sim::Duration session_timeout() const { return negotiated_timeout_; }
  // The server that it is connected to, or tries; none while it waits between two.
  ServerId server() const { return server_; }
  // Of the last reply (lastZxid).
  Zxid last_zxid() const { return last_zxid_; }
  // Requests without an answer.
  size_t pending() const { return waiting_.size() + outgoing_.size() + sent_.size(); }

 private:
  enum class State : uint8_t { kNotStarted, kWaiting, kConnecting, kHandshake, kConnected, kClosed };
  enum TimerLocal : uint8_t { kConnectTimer, kReadTimer, kPingTimer };
  struct Call {
    CallTag tag;
    RequestRef request;
  };

  // Where servers are taken from, in an order of this client's own (StaticHostProvider).
  struct HostProvider {
    std::vector<ServerId> servers;
    int32_t current = -1;
    int32_t last = -1;
  };

  void BeginSession(sim::Context& ctx);
  // One transition each.
  void BecomeWaiting(sim::Context& ctx);
  void BecomeConnecting(sim::Context& ctx);
  void BecomeHandshake(sim::Context& ctx);
  void BecomeConnected(sim::Context& ctx, const ConnectResponse& response);
  void BecomeClosed(sim::Context& ctx);

  // The connection is of no use any more: everything in flight has failed (ClientCnxn.SendThread.cleanup).
  void LoseConnection(sim::Context& ctx);
  void DropConnection(sim::Context& ctx);
  void FailAll(KeeperError error);
  void Fail(const Call& call, KeeperError error);
  void OnReply(sim::Context& ctx, const Reply& reply);
  void OnWatch(sim::Context& ctx, const WatchedEvent& event);
  void RememberWatch(const Operation& op, KeeperError error);
  void SendWatches(sim::Context& ctx);
  void Pump(sim::Context& ctx);
  void SendMessage(sim::Context& ctx, const RequestRef& request);
  void Ping(sim::Context& ctx);
  void ArmReadTimer(sim::Context& ctx);
  void ArmPingTimer(sim::Context& ctx);
  // Of the session: 2/3 of the timeout without a word from the server end a connection (readTimeout); an attempt to
  // connect gets the timeout divided by the number of servers (connectTimeout).
  sim::Duration ReadTimeout() const { return negotiated_timeout_ * 2 / 3; }
  sim::Duration ConnectTimeout() const;
  // How long nothing may be sent before a ping is.
  sim::Duration PingInterval() const;

  ZooKeeperClientOptions options_;
  State state_ = State::kNotStarted;
  HostProvider hosts_;
  std::optional<sim::RandomStream> random_;
  ServerId server_;
  sim::ConnectionId connection_;
  // Whether a connection was ever made in this session: then there is a pause of up to a second before the next.
  bool has_connected_ = false;
  // Close was called.
  bool closing_ = false;

  SessionId session_;
  sim::Duration negotiated_timeout_;
  Zxid last_zxid_;
  int32_t next_xid_ = 1;

  // Beyond max_in_flight; to be sent over the next connection; sent and not answered.
  std::deque<Call> waiting_;
  std::deque<Call> outgoing_;
  std::deque<Call> sent_;
  // Watches that stand, by path (ZKWatchManager).
  absl::btree_set<std::string> data_watches_;
  absl::btree_set<std::string> exist_watches_;
  absl::btree_set<std::string> child_watches_;

  sim::SimTime last_heard_;
  sim::SimTime last_sent_;
  sim::TimerHandle connect_timer_;
  sim::TimerHandle read_timer_;
  sim::TimerHandle ping_timer_;
  std::vector<ZooKeeperEvent> events_;
};

}  // namespace ktrial::cluster::zookeeper

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_ZOOKEEPER_CLIENT_H_
