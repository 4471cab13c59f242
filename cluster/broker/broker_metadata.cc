// What the metadata quorum tells a broker (kafka.server.metadata.BrokerMetadataPublisher).

#include "cluster/broker/broker.h"
#include "cluster/facts.h"

namespace ktrial::cluster {

void BrokerProcess::OnRaftEvent(sim::Context& ctx, const RaftCommitted& committed) {
  const MetadataDelta delta = state_->metadata.Replay(committed.batches);
  state_->replicas.UpdateConfigs(ReplicasEnv(ctx), delta.configs);
  if (delta.broker_configs.contains(options_.id)) state_->replicas.UpdateBrokerConfig(state_->metadata.image());
  state_->replicas.ApplyDelta(ReplicasEnv(ctx), delta.partitions);
  for (const auto& assignment : state_->replicas.TakeDirectoryAssignments()) {
    state_->assignments.OnAssignment(AssignmentsEnv(ctx), assignment);
  }
  FollowOffsetsPartitions(ctx, delta);
  state_->metadata_published = true;
  ctx.Emit(MetadataApplied{
      .broker = options_.id, .metadata_offset = committed.next_offset, .image_hash = state_->metadata.image().hash()});
}

void BrokerProcess::OnRaftEvent(sim::Context& ctx, const RaftLeaderChanged& changed) {
  state_->lifecycle.SetActiveController(LifecycleEnv(ctx), changed.leader);
  state_->replicas.SetActiveController(ReplicasEnv(ctx), changed.leader);
  state_->forwarding.SetActiveController(ctx, state_->network, changed.leader);
  state_->assignments.SetActiveController(AssignmentsEnv(ctx), changed.leader);
}

}  // namespace ktrial::cluster
