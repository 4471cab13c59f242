// Metadata, and CreateTopics, which only the controller can do.

#include <utility>

#include "cluster/broker/broker.h"

namespace ktrial::cluster {

void BrokerProcess::HandleMetadata(sim::Context& ctx, const Request& request) {
  const auto& body = std::get<MetadataRequest>(request.api->body);
  // Clients do not reach KRaft controllers: for them any broker is the controller, and passes on what is meant for it.
  state_->server.Respond(ctx, request.handle, state_->metadata.Describe(body, options_.id));
}

}  // namespace ktrial::cluster
