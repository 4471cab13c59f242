// How a broker joins and leaves its cluster (kafka.server.BrokerLifecycleManager): it registers with the active
// controller, sends heartbeats, is fenced until it has caught up with the metadata, and asks before it leaves.
//
//   NOT_RUNNING -> STARTING -> RECOVERY -> RUNNING -> PENDING_CONTROLLED_SHUTDOWN -> SHUTTING_DOWN
#ifndef KTRIAL_CLUSTER_BROKER_BROKER_LIFECYCLE_H_
#define KTRIAL_CLUSTER_BROKER_BROKER_LIFECYCLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/broker/controller_channel.h"
#include "cluster/config.h"
#include "cluster/protocol/ids.h"
#include "sim/context.h"
#include "sim/random.h"

namespace ktrial::cluster {

enum class BrokerLifecycleState : uint8_t {
  kNotRunning,
  // Registers, and catches up with the metadata log.
  kStarting,
  // Caught up; waits to be unfenced.
  kRecovery,
  kRunning,
  kPendingControlledShutdown,
  kShuttingDown,
};

class BrokerLifecycle {
 public:
  struct Options {
    BrokerId self;
    std::string rack;
    BrokerConfig config;
    Channel channel = 0;
  };
  struct Env {
    sim::Context& ctx;
    NetworkClient& network;
    // Offset of the last metadata record that was applied; none before the first.
    Offset metadata_offset;
  };

  explicit BrokerLifecycle(const Options& options);

  // Begins to register as a new incarnation. `previous` is the registration that ended in a clean shutdown, if any did;
  // `log_dirs` are the log directories that are online, ascending, empty with a single one.
  void Start(const Env& env, std::optional<BrokerEpoch> previous, std::vector<DirectoryId> log_dirs);
  // The broker has taken over the metadata that it caught up with: it may be unfenced.
  void SetReadyToUnfence(const Env& env);
  // Asks the controller to move leaderships away; a broker that is not running shuts down at once, and one that the
  // controller does not let go shuts down after five minutes.
  void BeginControlledShutdown(const Env& env);
  // A log directory has failed: every heartbeat from now on says so. A broker whose controllers have not heard of it
  // after log.dir.failure.timeout.ms shuts down.
  void PropagateDirectoryFailure(const Env& env, DirectoryId directory);
  void BeginShutdown() { state_ = BrokerLifecycleState::kShuttingDown; }

  void SetActiveController(const Env& env, BrokerId controller) {
    channel_.SetActiveController(env.ctx, env.network, controller);
  }
  void OnCompletion(const Env& env, const Completion& completion);
  void OnTimer(const Env& env, const sim::Timer& timer);

  BrokerLifecycleState state() const { return state_; }
  // None until registered.
  BrokerEpoch broker_epoch() const { return broker_epoch_; }

 private:
  enum TimerLocal : uint8_t {
    kCommunicate,
    kRegistrationTimeout,
    kControlledShutdownTimeout,
    kDirectoryFailureTimeout
  };
  enum Call : uint8_t { kRegister, kHeartbeat };

  void Communicate(const Env& env);
  void ScheduleNextCommunication(const Env& env, sim::Duration delay);
  void ScheduleAfterFailure(const Env& env);
  void HandleAnswers(const Env& env);
  void HandleRegistration(const Env& env, const BrokerRegistrationResponse& response);
  void HandleHeartbeat(const Env& env, const BrokerHeartbeatResponse& response);

  Options options_;
  ControllerChannel channel_;
  std::optional<sim::RandomStream> backoff_jitter_;
  BrokerLifecycleState state_ = BrokerLifecycleState::kNotRunning;
  int64_t incarnation_id_ = 0;
  BrokerEpoch previous_epoch_;
  BrokerEpoch broker_epoch_;
  bool registered_ = false;
  bool ready_to_unfence_ = false;
  bool got_controlled_shutdown_response_ = false;
  bool in_flight_ = false;
  bool next_is_immediate_ = false;
  int failed_attempts_ = 0;
  std::vector<DirectoryId> log_dirs_;
  // Failed log directories, and whether the controller has confirmed to have heard of them.
  absl::btree_map<DirectoryId, bool> offline_dirs_;
  // What the heartbeat in flight says of them.
  std::vector<DirectoryId> told_offline_;
  sim::TimerHandle communication_timer_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_BROKER_BROKER_LIFECYCLE_H_
