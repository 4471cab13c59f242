#include "cluster/broker/broker.h"

namespace ktrial::cluster {

void BrokerProcess::HandleInitProducerId(sim::Context& ctx, const Request& request) {
  InitProducerIdResponse response;
  if (const std::optional<ProducerId> id = state_->producer_ids.GenerateProducerId()) {
    response.producer_id = *id;
    response.producer_epoch = ProducerEpoch(0);
  } else {
    response.error = ErrorCode::kCoordinatorLoadInProgress;
  }
  if (state_->producer_ids.TakeBlockRequest()) {
    Forward(ctx, AllocateProducerIdsRequest{.broker = options_.id, .broker_epoch = state_->lifecycle.broker_epoch()},
            kProducerIdBlock, 0);
  }
  state_->server.Respond(ctx, request.handle, response);
}

}  // namespace ktrial::cluster
