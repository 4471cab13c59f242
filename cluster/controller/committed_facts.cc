// What a controller tells of the committed records that it replays.
#include <optional>
#include <vector>

#include "cluster/controller/quorum_controller.h"
#include "cluster/defects.h"
#include "cluster/facts.h"
#include "cluster/metadata/broker_list.h"

namespace ktrial::cluster {
namespace {

PartitionChangeReason ReasonOf(const PartitionChangeRecord& change, const PartitionRegistration& before) {
  // The leader's field also starts a new epoch of the same leader, when replicas leave.
  if (change.leader && (*change.leader != before.leader || !change.replicas)) {
    if (!change.leader->valid()) return PartitionChangeReason::kOffline;
    const bool recovers = change.recovery_state == LeaderRecoveryState::kRecovering;
    const bool clean = Contains(before.isr, *change.leader) || Contains(before.elr, *change.leader);
    if (clean && !recovers) return PartitionChangeReason::kElection;
    // Who is left of those that hold what is committed would lead rather than the last known leader.
    const bool nobody_left = before.elr.empty() || (change.elr && change.elr->empty());
    return before.last_known_leader == *change.leader && nobody_left ? PartitionChangeReason::kLastKnownLeader
                                                                     : PartitionChangeReason::kUncleanElection;
  }
  if (change.replicas) return PartitionChangeReason::kReassignment;
  return change.isr || !change.directories ? PartitionChangeReason::kIsrChange
                                           : PartitionChangeReason::kDirectoryAssignment;
}

// With eligible leader replicas, or a last known leader. None if there is no such topic.
std::vector<TopicPartition> PartitionsWithElr(const MetadataImage& image, TopicId id) {
  std::vector<TopicPartition> found;
  const TopicImage* topic = image.FindTopic(id);
  if (topic == nullptr) return found;
  int32_t index = 0;
  for (const PartitionRegistration& partition : topic->partitions) {
    const TopicPartition tp{id, index++};
    if (!partition.elr.empty() || partition.last_known_leader.valid()) found.push_back(tp);
  }
  return found;
}

}  // namespace

void QuorumController::EmitPartition(sim::Context& ctx, TopicPartition tp, Offset offset,
                                     PartitionChangeReason reason) {
  const PartitionRegistration& partition = *committed_.FindPartition(tp);
  std::vector<BrokerId> last_known_leader;
  if (partition.last_known_leader.valid()) last_known_leader.push_back(partition.last_known_leader);
  ctx.Emit(PartitionCommitted{.controller = node_,
                              .metadata_offset = offset,
                              .tp = tp,
                              .leader = partition.leader,
                              .leader_epoch = partition.leader_epoch,
                              .partition_epoch = partition.partition_epoch,
                              .isr = {&partition.isr},
                              .replicas = {&partition.replicas},
                              .reason = reason,
                              .elr = {&partition.elr},
                              .last_known_leader = {&last_known_leader},
                              .adding = {&partition.adding},
                              .removing = {&partition.removing}});
}

void QuorumController::EmitRegistration(sim::Context& ctx, BrokerId broker, Offset offset) {
  const BrokerRegistration& registration = *committed_.FindBroker(broker);
  ctx.Emit(BrokerRegistrationCommitted{.controller = node_,
                                       .metadata_offset = offset,
                                       .broker = broker,
                                       .broker_epoch = registration.epoch,
                                       .fenced = registration.fenced,
                                       .in_controlled_shutdown = registration.in_controlled_shutdown});
}

bool QuorumController::ReplayCommitted(sim::Context& ctx, const MetadataRecordBody& record, Offset offset) {
  if (const auto* change = std::get_if<PartitionChangeRecord>(&record)) {
    const PartitionRegistration* before = committed_.FindPartition(change->tp);
    if (before == nullptr) return false;
    // The flaw shows only where something cannot be applied, which is a flaw too: it brings one along.
    const bool takes_offline = change->leader && !change->leader->valid();
    if (takes_offline && !active_ && config_.defects.Has(Defect::kStandbyApplyFailureIgnored)) return true;
    const PartitionChangeReason reason = ReasonOf(*change, *before);
    if (!committed_.Replay(record, offset)) return false;
    EmitPartition(ctx, change->tp, offset, reason);
    return true;
  }
  const auto* clear = std::get_if<ClearElrRecord>(&record);
  const std::vector<TopicPartition> cleared =
      clear == nullptr ? std::vector<TopicPartition>() : PartitionsWithElr(committed_, clear->topic);
  if (!committed_.Replay(record, offset)) return false;
  for (TopicPartition tp : cleared) EmitPartition(ctx, tp, offset, PartitionChangeReason::kElrCleared);
  if (const auto* created = std::get_if<PartitionRecord>(&record)) {
    EmitPartition(ctx, created->tp, offset, PartitionChangeReason::kCreated);
  } else if (const auto* registered = std::get_if<RegisterBrokerRecord>(&record)) {
    EmitRegistration(ctx, registered->broker, offset);
  } else if (const auto* registration_change = std::get_if<BrokerRegistrationChangeRecord>(&record)) {
    EmitRegistration(ctx, registration_change->broker, offset);
  }
  return true;
}

}  // namespace ktrial::cluster
