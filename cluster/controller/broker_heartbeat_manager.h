// The sessions of registered brokers, by the monotonic clock (org.apache.kafka.controller.BrokerHeartbeatManager). Only
// the active controller has them; one that becomes active gives every registered broker a fresh session.
#ifndef KTRIAL_CLUSTER_CONTROLLER_BROKER_HEARTBEAT_MANAGER_H_
#define KTRIAL_CLUSTER_CONTROLLER_BROKER_HEARTBEAT_MANAGER_H_

#include <optional>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "cluster/defect_set.h"
#include "cluster/protocol/controller_api.h"
#include "cluster/protocol/ids.h"
#include "sim/time.h"

namespace ktrial::cluster {

enum class BrokerControlState : uint8_t { kFenced, kUnfenced, kControlledShutdown, kShutdownNow };

class BrokerHeartbeatManager {
 public:
  BrokerHeartbeatManager(sim::Duration session_timeout, const DefectSet& defects);

  // A new session from `now`.
  void Register(BrokerId broker, bool fenced, sim::SimTime now);
  // Notes a heartbeat: renews the session and takes over whether the broker is fenced from now on.
  void Touch(BrokerId broker, bool fenced, Offset metadata_offset, sim::SimTime now);
  void Fence(BrokerId broker);
  // A fenced broker has none, however lately it was heard of: one that shut down in good order may come back at once.
  bool HasValidSession(BrokerId broker, sim::SimTime now) const;

  // What the broker is to become, given what it asks for; `has_leaderships` whether it leads any partition.
  struct Transition {
    BrokerControlState current = BrokerControlState::kFenced;
    BrokerControlState next = BrokerControlState::kFenced;
  };
  Transition NextState(const BrokerHeartbeatRequest& request, Offset registration_offset, bool has_leaderships) const;
  // The metadata offset that all active brokers must reach before this broker may end; set once per shutdown.
  void SetControlledShutdownOffset(BrokerId broker, Offset offset);

  // An unfenced broker whose session has run out, the longest silent first.
  std::optional<BrokerId> FindOneStaleBroker(sim::SimTime now) const;
  // When FindOneStaleBroker may next find one; Max() if no broker is unfenced.
  sim::SimTime NextCheckTime() const;

 private:
  struct State {
    bool fenced = true;
    sim::SimTime last_contact;
    Offset metadata_offset;
    // None unless in controlled shutdown.
    Offset controlled_shutdown_offset;
  };

  const State& StateOf(BrokerId broker) const;
  // Lowest metadata offset among unfenced brokers that are not shutting down; INT64_MAX if there are none.
  Offset LowestActiveOffset() const;
  void Place(BrokerId broker, State state);

  sim::Duration session_timeout_;
  bool bumps_shutdown_offset_;
  absl::btree_map<BrokerId, State> brokers_;
  // Unfenced brokers by last contact.
  absl::btree_set<std::pair<sim::SimTime, BrokerId>> unfenced_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CONTROLLER_BROKER_HEARTBEAT_MANAGER_H_
