// Creating topics, the part of ReplicationControlManager that places replicas.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/btree_map.h"
#include "cluster/controller/configuration_control_manager.h"
#include "cluster/controller/partition_change_builder.h"
#include "cluster/controller/replica_placer.h"
#include "cluster/controller/replication_control_manager.h"

namespace ktrial::cluster {
namespace {

using Assignment = std::vector<std::vector<BrokerId>>;

// Topic.validate: letters, digits, '.', '_' and '-', at most 249 of them, and neither "." nor "..".
bool IsLegalTopicName(const std::string& name) {
  constexpr size_t kMostLetters = 249;
  if (name.empty() || name == "." || name == ".." || name.size() > kMostLetters) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

ErrorCode CheckManualAssignment(const MetadataImage& image, const Assignment& assignments) {
  for (const std::vector<BrokerId>& replicas : assignments) {
    if (replicas.empty() || replicas.size() != assignments.front().size()) return ErrorCode::kInvalidReplicaAssignment;
    std::vector<BrokerId> sorted = replicas;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) return ErrorCode::kInvalidReplicaAssignment;
    for (BrokerId replica : replicas) {
      if (image.FindBroker(replica) == nullptr) return ErrorCode::kInvalidReplicaAssignment;
    }
  }
  return ErrorCode::kNone;
}

// The replicas of every partition.
ErrorCode Assign(const ControllerState& state, const BrokerConfig& config, const CreateTopicsRequest::Topic& topic,
                 sim::RandomStream& random, Assignment& assignment) {
  if (!topic.assignments.empty()) {
    const ErrorCode error = CheckManualAssignment(state.image(), topic.assignments);
    if (error == ErrorCode::kNone) assignment = topic.assignments;
    return error;
  }
  const int32_t factor = topic.replication_factor == -1 ? config.default_replication_factor : topic.replication_factor;
  if (factor < 1) return ErrorCode::kInvalidReplicationFactor;
  if (topic.partitions < 1) return ErrorCode::kInvalidPartitions;
  auto placed = PlaceReplicas(state.image(), topic.partitions, static_cast<int16_t>(factor), random);
  if (!placed) return ErrorCode::kInvalidReplicationFactor;
  assignment = std::move(*placed);
  return ErrorCode::kNone;
}

// Empty if no replica's broker names log directories.
std::vector<DirectoryId> DefaultDirectories(const MetadataImage& image, const std::vector<BrokerId>& replicas) {
  std::vector<DirectoryId> directories;
  for (BrokerId replica : replicas) directories.push_back(image.DefaultDirectory(replica));
  return WithoutMigrating(std::move(directories));
}

ErrorCode CreateTopic(const ControllerState& state, const BrokerConfig& config, const CreateTopicsRequest::Topic& topic,
                      TopicId id, sim::RandomStream& random, ControllerRecords& records) {
  if (!IsLegalTopicName(topic.name)) return ErrorCode::kInvalidTopic;
  if (state.image().FindTopic(topic.name) != nullptr) return ErrorCode::kTopicAlreadyExists;
  for (const CreateTopicsRequest::ConfigEntry& entry : topic.configs) {
    if (!IsValidTopicConfig(entry.name, entry.value)) return ErrorCode::kInvalidConfig;
  }
  Assignment assignment;
  const ErrorCode error = Assign(state, config, topic, random, assignment);
  if (error != ErrorCode::kNone) return error;

  ControllerRecords created;
  created.push_back(TopicRecord{.topic = id, .name = topic.name});
  for (const CreateTopicsRequest::ConfigEntry& entry : topic.configs) {
    created.push_back(ConfigRecord{.topic = id, .name = entry.name, .value = entry.value});
  }
  int32_t index = 0;
  for (std::vector<BrokerId>& replicas : assignment) {
    std::vector<BrokerId> isr;
    for (BrokerId replica : replicas) {
      if (state.IsActive(replica)) isr.push_back(replica);
    }
    if (isr.empty()) {
      return topic.assignments.empty() ? ErrorCode::kInvalidReplicationFactor : ErrorCode::kInvalidReplicaAssignment;
    }
    const BrokerId leader = isr.front();
    std::vector<DirectoryId> directories = DefaultDirectories(state.image(), replicas);
    created.push_back(PartitionRecord{.tp = {id, index++},
                                      .replicas = std::move(replicas),
                                      .isr = std::move(isr),
                                      .leader = leader,
                                      .leader_epoch = LeaderEpoch(0),
                                      .partition_epoch = PartitionEpoch(0),
                                      .recovery_state = LeaderRecoveryState::kRecovered,
                                      .directories = std::move(directories)});
  }
  for (MetadataRecordBody& record : created) records.push_back(std::move(record));
  return ErrorCode::kNone;
}

}  // namespace

CreateTopicsResponse CreateTopics(const ControllerState& state, const BrokerConfig& config,
                                  const CreateTopicsRequest& request, sim::RandomStream& random,
                                  ControllerRecords& records) {
  absl::btree_map<std::string, int> mentions;
  for (const CreateTopicsRequest::Topic& topic : request.topics) ++mentions[topic.name];

  CreateTopicsResponse response;
  auto next_id = static_cast<int32_t>(state.image().topics().size());
  for (const CreateTopicsRequest::Topic& topic : request.topics) {
    CreateTopicsResponse::Result& result = response.results.emplace_back();
    result.name = topic.name;
    if (mentions[topic.name] > 1) {
      result.error = ErrorCode::kInvalidRequest;
      continue;
    }
    const TopicId id(next_id);
    result.error = CreateTopic(state, config, topic, id, random, records);
    if (result.error != ErrorCode::kNone) continue;
    result.id = id;
    ++next_id;
  }
  return response;
}

}  // namespace ktrial::cluster
