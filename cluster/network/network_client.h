// The requesting side of Kafka's wire protocol (org.apache.kafka.clients.NetworkClient): a connection per node, opened
// on demand, pipelined requests, request timeouts, and backoff between attempts to connect.
//
//   network_.Send(ctx, node, HeartbeatRequest{...}, {.component = Component::kLifecycle}, Milliseconds(4500));
//   ...
//   void Broker::OnMessage(ctx, connection, message) {
//     if (auto completion = network_.OnMessage(ctx, connection, message)) Dispatch(ctx, *completion);
//
// A request fails when its connection fails or its timeout passes; a timeout also closes the connection, which fails
// all requests in flight on it, as in Kafka. Every request sent completes exactly once, unless the process ends first.
#ifndef KTRIAL_CLUSTER_NETWORK_NETWORK_CLIENT_H_
#define KTRIAL_CLUSTER_NETWORK_NETWORK_CLIENT_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/network/address_book.h"
#include "cluster/network/component.h"
#include "cluster/protocol/api_message.h"
#include "sim/context.h"

namespace ktrial::cluster {

enum class CallStatus : uint8_t {
  kAnswered,
  kDisconnected,  // the connection failed; whether the request was processed is unknown
  kTimedOut,      // no answer within the request's timeout; likewise unknown
  kNotSent,       // the node could not be reached: the request never left
};

// The outcome of one request.
struct Completion {
  CallTag tag;
  BrokerId node;
  CallStatus status = CallStatus::kAnswered;
  ApiRequestRef request;
  // Set with kAnswered.
  ApiResponseRef response;

  bool ok() const { return status == CallStatus::kAnswered; }
  template <typename Response>
  const Response& As() const {
    return std::get<Response>(response->body);
  }
};

// Kafka keeps several connections to one node for different purposes (a consumer's fetches and its coordinator, a
// broker's fetchers and its controller channel). Requests on different channels do not wait for each other.
using Channel = uint8_t;

struct NetworkClientOptions {
  // The sender's node.id, or none for a client.
  BrokerId self;
  // reconnect.backoff.ms and reconnect.backoff.max.ms
  sim::Duration reconnect_backoff = sim::Milliseconds(50);
  sim::Duration reconnect_backoff_max = sim::Milliseconds(1000);
  // socket.connection.setup.timeout.ms and socket.connection.setup.timeout.max.ms
  sim::Duration connection_setup_timeout = sim::Milliseconds(10000);
  sim::Duration connection_setup_timeout_max = sim::Milliseconds(30000);
};

class NetworkClient {
 public:
  NetworkClient(NetworkClientOptions options, AddressBookRef addresses);

  // Sends, connecting first if need be. Requests to a node in reconnect backoff wait for it, within their timeout.
  void Send(sim::Context& ctx, BrokerId node, RequestBody body, CallTag tag, sim::Duration timeout,
            Channel channel = 0);
  // Sends a request that will have no answer (Produce with acks=0) to a node that is connected.
  void SendOneWay(sim::Context& ctx, BrokerId node, RequestBody body, Channel channel = 0);
  // Whether the node is connected; if not, and it is not in reconnect backoff, starts to connect (KafkaClient.ready).
  bool Ready(sim::Context& ctx, BrokerId node, Channel channel = 0);
  bool IsConnected(BrokerId node, Channel channel = 0) const;
  // Whether it is being connected to.
  bool IsConnecting(BrokerId node, Channel channel = 0) const;
  // What requests to the node go over at present; none while there is no connection. Never used again for another.
  sim::ConnectionId connection(BrokerId node, Channel channel = 0) const;
  // How long the node is still in reconnect backoff; zero if it is not.
  sim::Duration ReconnectDelay(sim::Context& ctx, BrokerId node, Channel channel = 0) const;
  // Requests sent or waiting on this channel.
  int in_flight(BrokerId node, Channel channel = 0) const;
  // False from a failed attempt or a lost connection until a connection stands or is being tried again (Kafka:
  // connectionFailed).
  bool IsReachable(BrokerId node, Channel channel = 0) const;
  // Closes all connections to the node and completes their requests as kDisconnected, or kNotSent if they still waited.
  void Disconnect(sim::Context& ctx, BrokerId node);
  // The same for one channel that is not needed any more. If it is used again, it connects without backoff.
  void Disconnect(sim::Context& ctx, BrokerId node, Channel channel);

  // Events of the process. OnMessage handles responses; completions that do not come from a response (timeouts, failed
  // connections) queue up and are drained by TakeCompletions after every handler.
  std::optional<Completion> OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message);
  // False if the connection is not one of this client's (so it is the server side's).
  bool OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ConnectionEvent event);
  void OnTimer(sim::Context& ctx, const sim::Timer& timer);
  std::vector<Completion> TakeCompletions();

 private:
  struct InFlight {
    CallTag tag;
    ApiRequestRef request;
    sim::SimTime deadline;
  };
  enum class LinkState : uint8_t { kClosed, kConnecting, kReady };
  // Timers, by Component::kNetworkClient; the key is the link's index. A process has one NetworkClient.
  enum TimerLocal : uint8_t { kSetupTimer, kRetryTimer, kDeadlineTimer };
  struct Link {
    BrokerId node;
    Channel channel = 0;
    LinkState state = LinkState::kClosed;
    sim::ConnectionId connection;
    // Sent, in order; answered in order, as Kafka's servers do.
    std::deque<InFlight> sent;
    // Waiting for the connection.
    std::deque<InFlight> waiting;
    // Failures in a row: attempts to connect, and the loss of the last connection. A connection that stands clears
    // them.
    int failures = 0;
    // Attempts to connect that failed in a row; they lengthen the setup timeout.
    int failed_setups = 0;
    sim::SimTime retry_at;
    sim::TimerHandle setup_timer;
    sim::TimerHandle retry_timer;
    sim::TimerHandle deadline_timer;
    // What deadline_timer is set for: not after the earliest deadline. It is left standing when requests are answered,
    // and looks again when it fires, which is rarer than once per request. Max() while it is not set.
    sim::SimTime deadline_timer_at = sim::SimTime::Max();
  };

  size_t LinkIndex(BrokerId node, Channel channel);
  void Connect(sim::Context& ctx, size_t index);
  void BecomeReady(sim::Context& ctx, size_t index);
  // Fails what was sent and what waits, and sets the time before which no new attempt is made.
  void BecomeClosed(sim::Context& ctx, size_t index);
  void ArmDeadline(sim::Context& ctx, size_t index, sim::SimTime deadline);
  void ExpireDeadlines(sim::Context& ctx, size_t index);
  void Complete(const Link& link, InFlight call, CallStatus status);
  // `base` doubled for each of `failures`, plus or minus 20 %, at most `max` (ExponentialBackoff).
  sim::Duration Backoff(sim::Context& ctx, sim::Duration base, sim::Duration max, int failures);

  NetworkClientOptions options_;
  AddressBookRef addresses_;
  std::vector<Link> links_;
  absl::btree_map<std::pair<BrokerId, Channel>, size_t> link_of_;
  absl::btree_map<sim::ConnectionId, size_t> link_of_connection_;
  std::vector<Completion> completions_;
  int32_t next_correlation_ = 0;
  // Derived at the first draw.
  std::optional<sim::RandomStream> jitter_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_NETWORK_NETWORK_CLIENT_H_
