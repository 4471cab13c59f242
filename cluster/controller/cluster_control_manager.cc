#include "cluster/controller/cluster_control_manager.h"

#include <algorithm>

#include "cluster/controller/replication_control_manager.h"
#include "cluster/defects.h"

namespace ktrial::cluster {

namespace {

// INVALID_REGISTRATION for an id that is reserved, named twice, or another broker's.
ErrorCode CheckLogDirs(const MetadataImage& image, const BrokerRegistrationRequest& request) {
  for (size_t i = 0; i < request.log_dirs.size(); ++i) {
    const DirectoryId dir = request.log_dirs[i];
    if (dir < kFirstUnreservedDirectory) return ErrorCode::kInvalidRegistration;
    if (i > 0 && dir == request.log_dirs[i - 1]) return ErrorCode::kInvalidRegistration;
    for (const auto& [id, broker] : image.brokers()) {
      const bool has_it = std::binary_search(broker.log_dirs.begin(), broker.log_dirs.end(), dir);
      if (id != request.broker && has_it) return ErrorCode::kInvalidRegistration;
    }
  }
  return ErrorCode::kNone;
}

}  // namespace

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
  if (const ErrorCode error = CheckLogDirs(state.image(), request); error != ErrorCode::kNone) {
    return {.error = error, .broker_epoch = {}};
  }
  RegisterBrokerRecord record{.broker = request.broker,
                              .incarnation_id = request.incarnation_id,
                              .broker_epoch = {},
                              .rack = request.rack,
                              .fenced = true,
                              .in_controlled_shutdown = false,
                              .log_dirs = request.log_dirs};
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
