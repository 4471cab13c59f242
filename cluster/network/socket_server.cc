#include "cluster/network/socket_server.h"

#include <utility>

#include "sim/check.h"

namespace ktrial::cluster {

using sim::ConnectionEvent;

std::optional<RequestHandle> SocketServer::OnMessage(sim::Context& ctx, sim::ConnectionId connection,
                                                     const sim::Message& message) {
  KT_CHECK(!IsResponse(message));
  if (!IsProcessing(connection)) return Begin(ctx, connection, message);
  deferred_[connection].push_back(message);
  return std::nullopt;
}

std::optional<SocketServer::Deferred> SocketServer::TakeDeferred(sim::Context& ctx) {
  for (auto it = deferred_.begin(); it != deferred_.end(); ++it) {
    const sim::ConnectionId connection = it->first;
    if (IsProcessing(connection)) continue;
    std::vector<sim::Message>& waiting = it->second;
    sim::Message message = std::move(waiting.front());
    waiting.erase(waiting.begin());
    if (waiting.empty()) deferred_.erase(it);
    const RequestHandle handle = Begin(ctx, connection, message);
    return Deferred{handle, std::move(message)};
  }
  return std::nullopt;
}

RequestHandle SocketServer::Begin(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) {
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
  deferred_.erase(request.connection);
}

void SocketServer::OnConnection(sim::ConnectionId connection, ConnectionEvent event) {
  if (event == ConnectionEvent::kAccepted) {
    connections_.emplace(connection, false);
  } else {
    // A connection that CloseConnection gave up may still be heard of once.
    connections_.erase(connection);
    deferred_.erase(connection);
  }
}

}  // namespace ktrial::cluster
