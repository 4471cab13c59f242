// What a controller tells of the committed records that it replays.
#include <algorithm>
#include <optional>

#include "cluster/controller/quorum_controller.h"
#include "cluster/facts.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

PartitionChangeReason ReasonOf(const PartitionChangeRecord& change, const PartitionRegistration& before) {
  // The leader's field also starts a new epoch of the same leader, when replicas leave.
  if (change.leader && (*change.leader != before.leader || !change.replicas)) {
    if (!change.leader->valid()) return PartitionChangeReason::kOffline;
    const bool clean = std::find(before.isr.begin(), before.isr.end(), *change.leader) != before.isr.end();
    return clean ? PartitionChangeReason::kElection : PartitionChangeReason::kUncleanElection;
  }
  return change.replicas ? PartitionChangeReason::kReassignment : PartitionChangeReason::kIsrChange;
}

}  // namespace

void QuorumController::ReplayCommitted(sim::Context& ctx, const MetadataRecordBody& record, Offset offset) {
  TopicPartition tp;
  BrokerId broker;
  PartitionChangeReason reason = PartitionChangeReason::kCreated;
  if (const auto* created = std::get_if<PartitionRecord>(&record)) {
    tp = created->tp;
  } else if (const auto* change = std::get_if<PartitionChangeRecord>(&record)) {
    tp = change->tp;
    const PartitionRegistration* before = committed_.FindPartition(tp);
    KT_CHECK(before != nullptr);
    reason = ReasonOf(*change, *before);
  } else if (const auto* registered = std::get_if<RegisterBrokerRecord>(&record)) {
    broker = registered->broker;
  } else if (const auto* registration_change = std::get_if<BrokerRegistrationChangeRecord>(&record)) {
    broker = registration_change->broker;
  }
  committed_.Replay(record, offset);
  if (tp.topic.valid()) {
    const PartitionRegistration& partition = *committed_.FindPartition(tp);
    ctx.Emit(PartitionCommitted{.controller = node_,
                                .metadata_offset = offset,
                                .tp = tp,
                                .leader = partition.leader,
                                .leader_epoch = partition.leader_epoch,
                                .partition_epoch = partition.partition_epoch,
                                .isr = {&partition.isr},
                                .replicas = {&partition.replicas},
                                .reason = reason});
  }
  if (broker.valid()) {
    const BrokerRegistration& registration = *committed_.FindBroker(broker);
    ctx.Emit(BrokerRegistrationCommitted{.controller = node_,
                                         .metadata_offset = offset,
                                         .broker = broker,
                                         .broker_epoch = registration.epoch,
                                         .fenced = registration.fenced,
                                         .in_controlled_shutdown = registration.in_controlled_shutdown});
  }
}

}  // namespace ktrial::cluster
