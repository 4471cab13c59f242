// Tells the active controller in which of its log directories a broker has put its replicas
// (org.apache.kafka.server.AssignmentsManager, KIP-858). What comes within 100 ms goes in one request, one request at a
// time; what failed goes again, later and later while the controller does not answer.
//
//   assignments.OnAssignment(env, {.tp = tp, .directory = directory});
//   ...
//   assignments.OnCompletion(env, completion);
#ifndef KTRIAL_CLUSTER_BROKER_ASSIGNMENTS_MANAGER_H_
#define KTRIAL_CLUSTER_BROKER_ASSIGNMENTS_MANAGER_H_

#include <cstdint>
#include <optional>

#include "absl/container/btree_map.h"
#include "cluster/broker/controller_channel.h"
#include "cluster/metadata/metadata_image.h"
#include "cluster/protocol/controller_api.h"
#include "sim/context.h"
#include "sim/random.h"

namespace ktrial::cluster {

class AssignmentsManager {
 public:
  struct Env {
    sim::Context& ctx;
    NetworkClient& network;
    const MetadataImage& metadata;
  };

  AssignmentsManager(BrokerId self, Channel channel);

  // Takes the place of an earlier one for the same replica that has not been sent. Nothing happens if this very
  // assignment is waiting or under way.
  void OnAssignment(const Env& env, const AssignReplicasToDirsRequest::PartitionData& assignment);
  void SetActiveController(const Env& env, BrokerId controller) {
    channel_.SetActiveController(env.ctx, env.network, controller);
  }
  // Of Component::kAssignments.
  void OnTimer(const Env& env, const sim::Timer& timer);
  void OnCompletion(const Env& env, const Completion& completion);

  // Assignments that the controller has not confirmed.
  size_t pending() const { return ready_.size() + in_flight_.size(); }

 private:
  enum TimerLocal : uint8_t { kMaybeSend };

  void ScheduleMaybeSend(const Env& env);
  void MaybeSend(const Env& env);
  void HandleAnswers(const Env& env);
  void HandleResponse(const AssignReplicasToDirsResponse& response);
  // To be sent again, unless there is something newer to say.
  void MakeReady(TopicPartition tp, DirectoryId directory) { ready_.emplace(tp, directory); }

  BrokerId self_;
  ControllerChannel channel_;
  absl::btree_map<TopicPartition, DirectoryId> ready_;
  absl::btree_map<TopicPartition, DirectoryId> in_flight_;
  // Failures of whole requests since the last success.
  int failures_ = 0;
  sim::TimerHandle send_timer_;
  sim::SimTime send_at_ = sim::SimTime::Max();
  // Derived at the first draw.
  std::optional<sim::RandomStream> backoff_jitter_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_BROKER_ASSIGNMENTS_MANAGER_H_
