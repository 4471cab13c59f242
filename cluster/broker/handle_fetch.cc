// Fetch, ListOffsets and OffsetsForLeaderEpoch.

#include "cluster/broker/broker.h"

namespace ktrial::cluster {

void BrokerProcess::HandleFetch(sim::Context& ctx, const Request& request) {
  state_->replicas.FetchMessages(ReplicasEnv(ctx), request.handle, request.api);
}

void BrokerProcess::HandleListOffsets(sim::Context& ctx, const Request& request) {
  const auto& body = std::get<ListOffsetsRequest>(request.api->body);
  state_->server.Respond(ctx, request.handle, state_->replicas.FetchOffsets(ReplicasEnv(ctx), body));
}

void BrokerProcess::HandleOffsetsForLeaderEpoch(sim::Context& ctx, const Request& request) {
  const auto& body = std::get<OffsetsForLeaderEpochRequest>(request.api->body);
  state_->server.Respond(ctx, request.handle, state_->replicas.LastOffsetsForLeaderEpoch(ReplicasEnv(ctx), body));
}

}  // namespace ktrial::cluster
