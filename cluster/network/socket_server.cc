#include "cluster/network/socket_server.h"

#include <utility>

#include "sim/check.h"

namespace ktrial::cluster {

using sim::ConnectionEvent;

RequestHandle SocketServer::OnRequest(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) {
  KT_CHECK(!IsResponse(message));
  ctx.PauseReading(connection);
  if (const auto it = connections_.find(connection); it != connections_.end()) it->second = true;
  const ApiRequest& request = RequestOf(message);
  return {.connection = connection, .correlation = request.correlation, .sender = request.sender};
}

void SocketServer::Respond(sim::Context& ctx, const RequestHandle& request, ResponseBody body) {
  const auto it = connections_.find(request.connection);
  if (it == connections_.end()) return;
  it->second = false;
  ctx.Send(request.connection, ToMessage(sim::MakeRef<const ApiResponse>(request.correlation, std::move(body))));
  ctx.ResumeReading(request.connection);
}

void SocketServer::Skip(sim::Context& ctx, const RequestHandle& request) {
  const auto it = connections_.find(request.connection);
  if (it == connections_.end()) return;
  it->second = false;
  ctx.ResumeReading(request.connection);
}

void SocketServer::CloseConnection(sim::Context& ctx, const RequestHandle& request) {
  if (connections_.erase(request.connection) > 0) ctx.Close(request.connection);
}

void SocketServer::OnConnection(sim::ConnectionId connection, ConnectionEvent event) {
  if (event == ConnectionEvent::kAccepted) {
    connections_.emplace(connection, false);
  } else {
    // A connection that CloseConnection gave up may still be heard of once.
    connections_.erase(connection);
  }
}

}  // namespace ktrial::cluster
