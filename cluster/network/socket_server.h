// The answering side of Kafka's wire protocol (kafka.network.SocketServer): one request of a connection is processed at
// a time. Reading from a connection pauses when a request has been taken and goes on when its response was sent, so a
// request that is parked in purgatory holds up everything behind it on the same connection.
//
//   if (const auto handle = server_.OnMessage(ctx, connection, message)) Handle(*handle, RequestOf(message));
//   ...
//   server_.Respond(ctx, handle, ProduceResponse{...});
//   while (const auto next = server_.TakeDeferred(ctx)) Handle(next->handle, RequestOf(next->message));
#ifndef KTRIAL_CLUSTER_NETWORK_SOCKET_SERVER_H_
#define KTRIAL_CLUSTER_NETWORK_SOCKET_SERVER_H_

#include <optional>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/protocol/api_message.h"
#include "sim/context.h"

namespace ktrial::cluster {

// Names a request that waits for its response; plain data, to be kept in purgatories.
struct RequestHandle {
  sim::ConnectionId connection;
  CorrelationId correlation;
  // The requester's node.id; none for clients.
  BrokerId sender;
};

class SocketServer {
 public:
  struct Deferred {
    RequestHandle handle;
    sim::Message message;
  };

  // A request arrived: pauses the connection and names the request. Nothing if an earlier one of the connection is
  // being processed, which happens if this one was taken off the wire, while all threads were busy, before reading was
  // paused: it is kept for TakeDeferred.
  std::optional<RequestHandle> OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message);
  // The next request that was kept and whose turn has come; to be asked for after every event until there is none.
  std::optional<Deferred> TakeDeferred(sim::Context& ctx);
  // Answers and goes on reading. If the connection is gone meanwhile, nothing happens.
  void Respond(sim::Context& ctx, const RequestHandle& request, ResponseBody body);
  // Goes on reading without an answer (acks=0).
  void Skip(sim::Context& ctx, const RequestHandle& request);
  // Closes the connection, as Kafka does on a request it cannot answer (acks=0 that failed).
  void CloseConnection(sim::Context& ctx, const RequestHandle& request);

  // kAccepted, kClosedByPeer and kReset of connections that clients made to this process.
  void OnConnection(sim::ConnectionId connection, sim::ConnectionEvent event);
  // Whether the requester is still connected.
  bool IsConnected(const RequestHandle& request) const { return connections_.contains(request.connection); }

 private:
  RequestHandle Begin(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message);
  bool IsProcessing(sim::ConnectionId connection) const {
    const auto it = connections_.find(connection);
    return it != connections_.end() && it->second;
  }

  // Each with whether a request is being processed.
  absl::btree_map<sim::ConnectionId, bool> connections_;
  // Requests that wait for their turn; only connections that have some.
  absl::btree_map<sim::ConnectionId, std::vector<sim::Message>> deferred_;
};

inline const ApiRequest& RequestOf(const sim::Message& message) {
  return static_cast<const ApiRequest&>(*message.body);
}

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_NETWORK_SOCKET_SERVER_H_
