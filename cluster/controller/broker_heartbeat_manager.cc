#include "cluster/controller/broker_heartbeat_manager.h"

#include <algorithm>

#include "cluster/defects.h"
#include "sim/check.h"

namespace ktrial::cluster {

using sim::SimTime;

BrokerHeartbeatManager::BrokerHeartbeatManager(sim::Duration session_timeout, const DefectSet& defects)
    : session_timeout_(session_timeout), bumps_shutdown_offset_(defects.Has(Defect::kShutdownOffsetBumped)) {}

const BrokerHeartbeatManager::State& BrokerHeartbeatManager::StateOf(BrokerId broker) const {
  const auto it = brokers_.find(broker);
  KT_CHECK(it != brokers_.end());
  return it->second;
}

void BrokerHeartbeatManager::Place(BrokerId broker, State state) {
  const auto it = brokers_.find(broker);
  if (it != brokers_.end() && !it->second.fenced) unfenced_.erase({it->second.last_contact, broker});
  if (!state.fenced) unfenced_.emplace(state.last_contact, broker);
  brokers_[broker] = state;
}

void BrokerHeartbeatManager::Register(BrokerId broker, bool fenced, SimTime now) {
  Place(broker, {.fenced = fenced, .last_contact = now, .metadata_offset = {}, .controlled_shutdown_offset = {}});
}

void BrokerHeartbeatManager::Touch(BrokerId broker, bool fenced, Offset metadata_offset, SimTime now) {
  State state = StateOf(broker);
  state.fenced = fenced;
  state.last_contact = now;
  state.metadata_offset = metadata_offset;
  // A fenced broker has left controlled shutdown; at its next heartbeat it may end at once.
  if (fenced) state.controlled_shutdown_offset = {};
  Place(broker, state);
}

void BrokerHeartbeatManager::Fence(BrokerId broker) {
  State state = StateOf(broker);
  state.fenced = true;
  state.controlled_shutdown_offset = {};
  Place(broker, state);
}

bool BrokerHeartbeatManager::HasValidSession(BrokerId broker, SimTime now) const {
  const auto it = brokers_.find(broker);
  return it != brokers_.end() && !it->second.fenced && it->second.last_contact + session_timeout_ >= now;
}

BrokerHeartbeatManager::Transition BrokerHeartbeatManager::NextState(const BrokerHeartbeatRequest& request,
                                                                     Offset registration_offset,
                                                                     bool has_leaderships) const {
  using enum BrokerControlState;
  const State& broker = StateOf(request.broker);
  if (broker.fenced) {
    if (request.want_shut_down) return {kFenced, kShutdownNow};
    const bool unfence = !request.want_fence && request.current_metadata_offset >= registration_offset;
    return {kFenced, unfence ? kUnfenced : kFenced};
  }
  if (!broker.controlled_shutdown_offset.valid()) {
    if (request.want_fence) return {kUnfenced, request.want_shut_down ? kShutdownNow : kFenced};
    if (request.want_shut_down) return {kUnfenced, has_leaderships ? kControlledShutdown : kShutdownNow};
    return {kUnfenced, kUnfenced};
  }
  if (has_leaderships || broker.controlled_shutdown_offset > LowestActiveOffset()) {
    return {kControlledShutdown, kControlledShutdown};
  }
  return {kControlledShutdown, kShutdownNow};
}

void BrokerHeartbeatManager::SetControlledShutdownOffset(BrokerId broker, Offset offset) {
  State state = StateOf(broker);
  KT_CHECK(!state.fenced);
  if (state.controlled_shutdown_offset.valid() && !bumps_shutdown_offset_) return;
  state.controlled_shutdown_offset = offset;
  Place(broker, state);
}

Offset BrokerHeartbeatManager::LowestActiveOffset() const {
  Offset lowest(INT64_MAX);
  for (const auto& [contact, broker] : unfenced_) {
    const State& state = StateOf(broker);
    if (!state.controlled_shutdown_offset.valid()) lowest = std::min(lowest, state.metadata_offset);
  }
  return lowest;
}

std::optional<BrokerId> BrokerHeartbeatManager::FindOneStaleBroker(SimTime now) const {
  if (unfenced_.empty()) return std::nullopt;
  const BrokerId broker = unfenced_.begin()->second;
  if (HasValidSession(broker, now)) return std::nullopt;
  return broker;
}

SimTime BrokerHeartbeatManager::NextCheckTime() const {
  if (unfenced_.empty()) return SimTime::Max();
  // The session is still valid in its last nanosecond.
  return unfenced_.begin()->first + session_timeout_ + sim::Nanoseconds(1);
}

}  // namespace ktrial::cluster
