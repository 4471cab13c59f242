#include "cluster/broker/broker.h"

namespace ktrial::cluster {

void BrokerProcess::HandleProduce(sim::Context& ctx, const Request& request) {
  state_->replicas.AppendRecords(ReplicasEnv(ctx), request.handle, std::get<ProduceRequest>(request.api->body));
}

void BrokerProcess::HandleDeleteRecords(sim::Context& ctx, const Request& request) {
  state_->replicas.DeleteRecords(ReplicasEnv(ctx), request.handle, std::get<DeleteRecordsRequest>(request.api->body));
}

}  // namespace ktrial::cluster
