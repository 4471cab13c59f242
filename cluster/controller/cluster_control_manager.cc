#include "cluster/controller/cluster_control_manager.h"

#include "cluster/controller/replication_control_manager.h"
#include "cluster/defects.h"

namespace ktrial::cluster {

ErrorCode CheckBrokerEpoch(const ControllerState& state, BrokerId broker, BrokerEpoch epoch) {
  const BrokerRegistration* registration = state.image().FindBroker(broker);
  return registration != nullptr && registration->epoch == epoch ? ErrorCode::kNone : ErrorCode::kStaleBrokerEpoch;
}

BrokerRegistrationResponse RegisterBroker(const ControllerState& state, const BrokerConfig& config,
                                          BrokerHeartbeatManager& heartbeats, const BrokerRegistrationRequest& request,
                                          Offset next_offset, sim::SimTime now, ControllerRecords& records) {
  const BrokerRegistration* existing = state.image().FindBroker(request.broker);
  const bool same_incarnation = existing != nullptr && existing->incarnation_id == request.incarnation_id;
  if (existing != nullptr && !same_incarnation && heartbeats.HasValidSession(request.broker, now)) {
    return {.error = ErrorCode::kDuplicateBrokerRegistration, .broker_epoch = {}};
  }
  RegisterBrokerRecord record{.broker = request.broker,
                              .incarnation_id = request.incarnation_id,
                              .broker_epoch = {},
                              .rack = request.rack,
                              .fenced = true,
                              .in_controlled_shutdown = false};
  if (same_incarnation) {
    record.broker_epoch = existing->epoch;
    record.fenced = existing->fenced;
    record.in_controlled_shutdown = existing->in_controlled_shutdown;
  } else {
    const bool stays = config.defects.Has(Defect::kNewIncarnationStaysInIsr);
    if (existing != nullptr && !stays) {
      // The broker left its epoch on the disk when it had flushed all logs.
      const bool was_clean = existing->epoch == request.previous_broker_epoch;
      HandleBrokerShutdown(state, config, request.broker, was_clean, records);
    }
    record.broker_epoch = BrokerEpoch((next_offset + static_cast<int64_t>(records.size())).value());
  }
  records.push_back(record);
  heartbeats.Register(request.broker, record.fenced, now);
  return {.error = ErrorCode::kNone, .broker_epoch = record.broker_epoch};
}

}  // namespace ktrial::cluster
