// Which broker has which replica in which of its log directories (KIP-858), the part of ReplicationControlManager that
// hears of it.
#include <optional>
#include <utility>
#include <vector>

#include "cluster/controller/cluster_control_manager.h"
#include "cluster/controller/partition_change_builder.h"
#include "cluster/controller/replication_control_manager.h"
#include "cluster/metadata/broker_list.h"

namespace ktrial::cluster {
namespace {

ErrorCode Assign(const ControllerState& state, const BrokerConfig& config, BrokerId broker,
                 const AssignReplicasToDirsRequest::PartitionData& asked, ControllerRecords& records) {
  if (state.image().FindTopic(asked.tp.topic) == nullptr) return ErrorCode::kUnknownTopicId;
  const PartitionRegistration* partition = state.image().FindPartition(asked.tp);
  if (partition == nullptr) return ErrorCode::kUnknownTopicOrPartition;
  if (!Contains(partition->replicas, broker)) return ErrorCode::kNotLeaderOrFollower;
  PartitionChangeInput input = ChangeInputFor(state, config, asked.tp);
  input.target_directory = std::pair(broker, asked.directory);
  auto record = BuildPartitionChange(input, [&](BrokerId id) { return state.IsActive(id); });
  if (record) records.push_back(*std::move(record));
  return ErrorCode::kNone;
}

}  // namespace

AssignReplicasToDirsResponse AssignReplicasToDirs(const ControllerState& state, const BrokerConfig& config,
                                                  const AssignReplicasToDirsRequest& request,
                                                  ControllerRecords& records) {
  AssignReplicasToDirsResponse response;
  response.error = CheckBrokerEpoch(state, request.broker, request.broker_epoch);
  if (response.error != ErrorCode::kNone) return response;
  std::vector<TopicPartition> offline;
  for (const AssignReplicasToDirsRequest::PartitionData& asked : request.partitions) {
    const ErrorCode error = Assign(state, config, request.broker, asked, records);
    response.partitions.push_back({.tp = asked.tp, .error = error});
    const bool is_offline = !state.image().FindBroker(request.broker)->HasOnlineDir(asked.directory);
    if (error == ErrorCode::kNone && is_offline) offline.push_back(asked.tp);
  }
  for (const TopicPartition tp : offline) AddChange(state, config, tp, {.removed = request.broker}, records);
  return response;
}

}  // namespace ktrial::cluster
