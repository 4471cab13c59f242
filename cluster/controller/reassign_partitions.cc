// Reassignments of partitions to other brokers (KIP-455), the part of ReplicationControlManager with
// PartitionReassignmentReplicas and PartitionReassignmentRevert.
#include <algorithm>
#include <utility>

#include "cluster/controller/configuration_control_manager.h"
#include "cluster/controller/partition_change_builder.h"
#include "cluster/controller/replication_control_manager.h"
#include "cluster/metadata/broker_list.h"

namespace ktrial::cluster {
namespace {

// In `a` and not in `b`, ascending.
std::vector<BrokerId> Difference(const std::vector<BrokerId>& a, const std::vector<BrokerId>& b) {
  std::vector<BrokerId> result;
  for (BrokerId broker : a) {
    if (!Contains(b, broker)) result.push_back(broker);
  }
  std::sort(result.begin(), result.end());
  return result;
}

bool IsLegalTarget(const MetadataImage& image, const std::vector<BrokerId>& replicas) {
  if (replicas.empty()) return false;
  std::vector<BrokerId> sorted = replicas;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) return false;
  return std::all_of(replicas.begin(), replicas.end(),
                     [&image](BrokerId broker) { return image.FindBroker(broker) != nullptr; });
}

// Who was added leaves again, who was to leave stays. If only added replicas are in sync, the first of the others is to
// lead without being so, which unclean election must permit.
ErrorCode Revert(const PartitionRegistration& partition, PartitionChangeInput& input) {
  if (!partition.is_being_reassigned()) return ErrorCode::kNoReassignmentInProgress;
  std::vector<BrokerId> replicas = partition.replicas;
  std::vector<BrokerId> isr = partition.isr;
  for (BrokerId added : partition.adding) {
    replicas = Without(std::move(replicas), added);
    isr = Without(std::move(isr), added);
  }
  if (replicas.empty()) return ErrorCode::kInvalidReplicaAssignment;
  if (isr.empty()) {
    if (input.election != PartitionElection::kUnclean) return ErrorCode::kInvalidReplicaAssignment;
    isr.push_back(replicas.front());
  }
  input.target_isr = std::move(isr);
  input.target_replicas = std::move(replicas);
  input.target_removing = std::vector<BrokerId>();
  input.target_adding = std::vector<BrokerId>();
  return ErrorCode::kNone;
}

void Change(const PartitionRegistration& partition, const std::vector<BrokerId>& target, PartitionChangeInput& input) {
  std::vector<BrokerId> removing = Difference(partition.replicas, target);
  std::vector<BrokerId> adding = Difference(target, partition.replicas);
  std::vector<BrokerId> replicas = target;
  replicas.insert(replicas.end(), removing.begin(), removing.end());
  input.target_replicas = std::move(replicas);
  if (!removing.empty()) input.target_removing = std::move(removing);
  if (!adding.empty()) input.target_adding = std::move(adding);
}

ErrorCode AlterPartitionReassignment(const ControllerState& state, const BrokerConfig& config,
                                     const AlterPartitionReassignmentsRequest::PartitionData& request,
                                     ControllerRecords& records) {
  const TopicImage* topic = state.image().FindTopic(request.topic);
  if (topic == nullptr) return ErrorCode::kUnknownTopicOrPartition;
  const TopicPartition tp{topic->id, request.partition};
  const PartitionRegistration* partition = state.image().FindPartition(tp);
  if (partition == nullptr) return ErrorCode::kUnknownTopicOrPartition;
  PartitionChangeInput input = ChangeInputFor(state, config, tp);
  if (!request.replicas) {
    if (UncleanElectionEnabled(*topic, config)) input.election = PartitionElection::kUnclean;
    const ErrorCode error = Revert(*partition, input);
    if (error != ErrorCode::kNone) return error;
  } else {
    if (!IsLegalTarget(state.image(), *request.replicas)) return ErrorCode::kInvalidReplicaAssignment;
    Change(*partition, *request.replicas, input);
  }
  auto record = BuildPartitionChange(input, [&](BrokerId id) { return state.IsActive(id); });
  if (record) records.push_back(*std::move(record));
  return ErrorCode::kNone;
}

}  // namespace

AlterPartitionReassignmentsResponse AlterPartitionReassignments(const ControllerState& state,
                                                                const BrokerConfig& config,
                                                                const AlterPartitionReassignmentsRequest& request,
                                                                ControllerRecords& records) {
  AlterPartitionReassignmentsResponse response;
  for (const AlterPartitionReassignmentsRequest::PartitionData& partition : request.partitions) {
    response.partitions.push_back({.topic = partition.topic,
                                   .partition = partition.partition,
                                   .error = AlterPartitionReassignment(state, config, partition, records)});
  }
  return response;
}

ListPartitionReassignmentsResponse ListPartitionReassignments(const MetadataImage& image) {
  ListPartitionReassignmentsResponse response;
  for (const TopicImage& topic : image.topics()) {
    for (size_t i = 0; i < topic.partitions.size(); ++i) {
      const PartitionRegistration& partition = topic.partitions[i];
      if (!partition.is_being_reassigned()) continue;
      response.reassignments.push_back({.tp = {topic.id, static_cast<int32_t>(i)},
                                        .replicas = partition.replicas,
                                        .adding = partition.adding,
                                        .removing = partition.removing});
    }
  }
  return response;
}

}  // namespace ktrial::cluster
