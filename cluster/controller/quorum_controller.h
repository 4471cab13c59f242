// The KRaft controller (org.apache.kafka.controller.QuorumController): it turns what brokers and administrators ask
// into metadata records, if it is the active one, and replays committed records, whether it is or not.
//
// An active controller decides on speculative state, which holds what it has appended but the quorum has not committed
// yet; a reply waits until the high watermark has passed the last record it depends on. Losing the leadership fails
// what waits with NOT_CONTROLLER and drops the speculation. A new one is active only once everything before its epoch
// is replayed.
//
//   controller_.HandleRequest(env, raft_, handle, request);
//   for (RaftEvent& event : raft_.TakeEvents()) ... controller_.OnCommitted(env, raft_, committed);
#ifndef KTRIAL_CLUSTER_CONTROLLER_QUORUM_CONTROLLER_H_
#define KTRIAL_CLUSTER_CONTROLLER_QUORUM_CONTROLLER_H_

#include <deque>
#include <optional>

#include "cluster/config.h"
#include "cluster/controller/broker_heartbeat_manager.h"
#include "cluster/controller/controller_state.h"
#include "cluster/facts.h"
#include "cluster/kraft/raft_client.h"
#include "cluster/metadata/metadata_image.h"
#include "cluster/network/socket_server.h"
#include "cluster/protocol/api_message.h"
#include "sim/context.h"

namespace ktrial::cluster {

class QuorumController {
 public:
  QuorumController(BrokerId node, const BrokerConfig& config);

  // Whether HandleRequest takes this request.
  static bool IsControllerRequest(ApiKey key);
  // Answers now or once the records are committed; NOT_CONTROLLER if this is not the active controller.
  void HandleRequest(Env env, RaftClient& raft, const RequestHandle& handle, const RequestBody& body);
  // False if a record cannot be applied: the process must not go on (KAFKA-14275).
  [[nodiscard]] bool OnCommitted(Env env, const RaftCommitted& committed);
  void OnLeaderChanged(Env env, RaftClient& raft, const RaftLeaderChanged& change);
  // A timer of Component::kController.
  void OnTimer(Env env, RaftClient& raft, const sim::Timer& timer);

  bool active() const { return active_.has_value(); }
  // The state after all committed records that were handed over.
  const MetadataImage& committed() const { return committed_; }
  // What the active controller decides on; null on others.
  const MetadataImage* speculative() const { return active_ ? &active_->state.image() : nullptr; }

 private:
  enum TimerLocal : uint8_t { kFenceTimer, kNoOpTimer, kUncleanElectionTimer, kBalanceTimer };
  struct PendingReply {
    // Sent once everything up to here is committed.
    Offset offset;
    RequestHandle handle;
    ResponseBody body;
  };
  // What only the active controller has.
  struct Active {
    LeaderEpoch epoch;
    ControllerState state;
    BrokerHeartbeatManager heartbeats;
    // Where the next record will go; everything below is in `state`.
    Offset next_offset;
    std::deque<PendingReply> pending = {};
    sim::TimerHandle fence_timer = {};
    sim::SimTime fence_timer_at = sim::SimTime::Max();
    sim::TimerHandle no_op_timer = {};
    sim::TimerHandle unclean_timer = {};
    sim::TimerHandle balance_timer = {};
  };

  void Claim(Env env, LeaderEpoch epoch);
  void Renounce(Env env, RaftClient& raft);
  // Appends and replays the records of one event. False, and the leadership is gone, if the quorum does not take them.
  bool Write(Env env, RaftClient& raft, ControllerRecords records);
  void Reply(Env env, const RequestHandle& handle, ResponseBody body);
  // Sends a result that rests on everything below `end`.
  void Send(Env env, const RequestHandle& handle, ResponseBody body, Offset end);
  void HeartbeatEvent(Env env, RaftClient& raft, const RequestHandle& handle, const BrokerHeartbeatRequest& request);
  void ArmTimers(Env env);
  // committed_facts.cc
  // False for a record that contradicts what was replayed before.
  bool ReplayCommitted(sim::Context& ctx, const MetadataRecordBody& record, Offset offset);
  void EmitPartition(sim::Context& ctx, TopicPartition tp, Offset offset, PartitionChangeReason reason);
  void EmitRegistration(sim::Context& ctx, BrokerId broker, Offset offset);

  BrokerId node_;
  BrokerConfig config_;
  MetadataImage committed_;
  // Everything below is in `committed_`.
  Offset next_offset_{0};
  std::optional<Active> active_;
  std::optional<sim::RandomStream> placement_random_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CONTROLLER_QUORUM_CONTROLLER_H_
