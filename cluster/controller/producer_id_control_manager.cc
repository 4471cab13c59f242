#include "cluster/controller/producer_id_control_manager.h"

#include "cluster/controller/cluster_control_manager.h"

namespace ktrial::cluster {

AllocateProducerIdsResponse AllocateProducerIds(const ControllerState& state, const AllocateProducerIdsRequest& request,
                                                ControllerRecords& records) {
  const ErrorCode error = CheckBrokerEpoch(state, request.broker, request.broker_epoch);
  if (error != ErrorCode::kNone) return {.error = error, .first = {}, .count = 0};
  const ProducerId first = state.image().next_producer_id();
  records.push_back(ProducerIdsRecord{.broker = request.broker,
                                      .broker_epoch = request.broker_epoch,
                                      .next_producer_id = ProducerId(first.value() + kProducerIdBlockSize)});
  return {.error = ErrorCode::kNone, .first = first, .count = kProducerIdBlockSize};
}

}  // namespace ktrial::cluster
