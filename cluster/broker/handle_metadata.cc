// Metadata, and CreateTopics, which only the controller can do.

#include <utility>

#include "cluster/broker/broker.h"

namespace ktrial::cluster {

void BrokerProcess::HandleMetadata(sim::Context& ctx, const Request& request) {
  const auto& body = std::get<MetadataRequest>(request.api->body);
  // Clients do not reach KRaft controllers: for them any broker is the controller, and passes on what is meant for it.
  state_->server.Respond(ctx, request.handle, state_->metadata.Describe(body, options_.id));
}

void BrokerProcess::HandleCreateTopics(sim::Context& ctx, const Request& request) {
  const uint64_t key = state_->next_forward++;
  state_->forwarded.emplace(key, request.handle);
  Forward(ctx, request.api->body, kForClient, key);
}

}  // namespace ktrial::cluster
