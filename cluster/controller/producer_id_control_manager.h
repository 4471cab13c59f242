// Blocks of producer ids for brokers (org.apache.kafka.controller.ProducerIdControlManager, KIP-730).
#ifndef KTRIAL_CLUSTER_CONTROLLER_PRODUCER_ID_CONTROL_MANAGER_H_
#define KTRIAL_CLUSTER_CONTROLLER_PRODUCER_ID_CONTROL_MANAGER_H_

#include "cluster/controller/controller_state.h"
#include "cluster/protocol/produce_api.h"

namespace ktrial::cluster {

// ProducerIdsBlock.PRODUCER_ID_BLOCK_SIZE
inline constexpr int32_t kProducerIdBlockSize = 1000;

// Gives the broker the next block; STALE_BROKER_EPOCH to an old incarnation.
AllocateProducerIdsResponse AllocateProducerIds(const ControllerState& state, const AllocateProducerIdsRequest& request,
                                                ControllerRecords& records);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CONTROLLER_PRODUCER_ID_CONTROL_MANAGER_H_
