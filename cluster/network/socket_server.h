// The answering side of Kafka's wire protocol (kafka.network.SocketServer): one request of a connection is processed at
// a time. Reading from a connection pauses when a request has been taken and goes on when its response was sent, so a
// request that is parked in purgatory holds up everything behind it on the same connection.
//
//   std::optional<RequestHandle> request = server_.OnMessage(ctx, connection, message);
//   ...
//   server_.Respond(ctx, handle, ProduceResponse{...});
#ifndef KTRIAL_CLUSTER_NETWORK_SOCKET_SERVER_H_
#define KTRIAL_CLUSTER_NETWORK_SOCKET_SERVER_H_

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
  // A request arrived: pauses the connection and names the request. The body is in the message.
  RequestHandle OnRequest(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message);
  // Answers and goes on reading. If the connection is gone meanwhile, nothing happens.
  void Respond(sim::Context& ctx, const RequestHandle& request, ResponseBody body);
  // Goes on reading without an answer (acks=0).
  void Skip(sim::Context& ctx, const RequestHandle& request);
  // Closes the connection, as Kafka does on a request it cannot answer (acks=0 that failed).
  void CloseConnection(sim::Context& ctx, const RequestHandle& request);

  // kAccepted, kClosedByPeer and kReset of connections that clients made to this process.
  void OnConnection(sim::ConnectionId connection, sim::ConnectionEvent event);
  // Whether a request of this connection is being processed. One more may have been taken off the wire before reading
  // was paused, while all request handlers were busy: it must wait for its turn.
  bool IsProcessing(sim::ConnectionId connection) const {
    const auto it = connections_.find(connection);
    return it != connections_.end() && it->second;
  }
  // Whether the requester is still connected.
  bool IsConnected(const RequestHandle& request) const { return connections_.contains(request.connection); }

 private:
  // Each with whether a request is being processed.
  absl::btree_map<sim::ConnectionId, bool> connections_;
};

inline const ApiRequest& RequestOf(const sim::Message& message) {
  return static_cast<const ApiRequest&>(*message.body);
}

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_NETWORK_SOCKET_SERVER_H_
