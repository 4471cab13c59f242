// Registrations of brokers (org.apache.kafka.controller.ClusterControlManager).
#ifndef KTRIAL_CLUSTER_CONTROLLER_CLUSTER_CONTROL_MANAGER_H_
#define KTRIAL_CLUSTER_CONTROLLER_CLUSTER_CONTROL_MANAGER_H_

#include "cluster/config.h"
#include "cluster/controller/broker_heartbeat_manager.h"
#include "cluster/controller/controller_state.h"
#include "cluster/protocol/controller_api.h"
#include "sim/time.h"

namespace ktrial::cluster {

// STALE_BROKER_EPOCH unless `epoch` is that of the broker's present registration.
ErrorCode CheckBrokerEpoch(const ControllerState& state, BrokerId broker, BrokerEpoch epoch);

// Registers a broker, fenced, with the offset of its record as broker epoch. `next_offset` is where the first of
// `records` will be appended. DUPLICATE_BROKER_REGISTRATION while another incarnation has a live session. A new
// incarnation that comes before the old one was fenced is taken out of every ISR first, as if it had been
// (KAFKA-18106); one that follows an unclean shutdown also ceases to be an eligible leader replica. The same
// incarnation keeps its epoch and state.
BrokerRegistrationResponse RegisterBroker(const ControllerState& state, const BrokerConfig& config,
                                          BrokerHeartbeatManager& heartbeats, const BrokerRegistrationRequest& request,
                                          Offset next_offset, sim::SimTime now, ControllerRecords& records);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CONTROLLER_CLUSTER_CONTROL_MANAGER_H_
