#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "cluster/controller/configuration_control_manager.h"
#include "cluster/zk_controller/controller_events.h"
#include "cluster/zk_controller/partition_state_machine.h"
#include "cluster/zk_controller/replica_state_machine.h"
#include "sim/random.h"

namespace ktrial::cluster {
namespace {

using Assignment = std::vector<std::vector<BrokerId>>;

bool OnNewPartitionCreation(ControllerEnv& env, const std::vector<TopicPartition>& partitions) {
  return HandleStateChanges(env, partitions, PartitionState::kNew) &&
         HandleStateChanges(env, env.context.ReplicasOf(partitions), ReplicaState::kNew) &&
         HandleStateChanges(env, partitions, PartitionState::kOnline) &&
         HandleStateChanges(env, env.context.ReplicasOf(partitions), ReplicaState::kOnline);
}

// The first replicas in turn from a random broker on, the others behind them at a distance that grows with every round
// (AdminUtils.assignReplicasToBrokers without racks).
Assignment AssignReplicas(const std::vector<BrokerId>& brokers, int32_t partitions, int32_t replication_factor,
                          sim::RandomStream random) {
  const auto n = static_cast<int64_t>(brokers.size());
  const auto start = static_cast<int64_t>(random.Below(brokers.size()));
  auto shift = static_cast<int64_t>(random.Below(brokers.size()));
  Assignment assignment;
  for (int64_t partition = 0; partition < partitions; ++partition) {
    if (partition > 0 && partition % n == 0) ++shift;
    const int64_t first = (partition + start) % n;
    std::vector<BrokerId>& replicas = assignment.emplace_back();
    replicas.push_back(brokers[static_cast<size_t>(first)]);
    for (int64_t j = 0; j + 1 < replication_factor; ++j) {
      const int64_t distance = 1 + (shift + j) % (n - 1);
      replicas.push_back(brokers[static_cast<size_t>((first + distance) % n)]);
    }
  }
  return assignment;
}

ErrorCode CheckManualAssignment(const ControllerContext& context, const Assignment& assignment) {
  for (const std::vector<BrokerId>& replicas : assignment) {
    const absl::btree_set<BrokerId> distinct(replicas.begin(), replicas.end());
    const bool known = std::all_of(replicas.begin(), replicas.end(),
                                   [&](BrokerId broker) { return context.live_or_shutting_down.contains(broker); });
    if (replicas.empty() || distinct.size() != replicas.size() || replicas.size() != assignment.front().size() ||
        !known) {
      return ErrorCode::kInvalidReplicaAssignment;
    }
  }
  return ErrorCode::kNone;
}

ErrorCode Assign(const ControllerEnv& env, const CreateTopicsRequest::Topic& topic, sim::RandomStream random,
                 Assignment& assignment) {
  const bool legal_name = !topic.name.empty() && topic.name != "." && topic.name != ".." &&
                          std::all_of(topic.name.begin(), topic.name.end(), [](char c) {
                            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                   c == '.' || c == '_' || c == '-';
                          });
  if (!legal_name) return ErrorCode::kInvalidTopic;
  for (const CreateTopicsRequest::ConfigEntry& entry : topic.configs) {
    if (!IsValidTopicConfig(entry.name, entry.value)) return ErrorCode::kInvalidConfig;
  }
  if (!topic.assignments.empty()) {
    assignment = topic.assignments;
    return CheckManualAssignment(env.context, assignment);
  }
  const std::vector<BrokerId> brokers = env.context.LiveOrShuttingDownBrokers();
  const int32_t factor =
      topic.replication_factor == -1 ? env.config.default_replication_factor : topic.replication_factor;
  if (topic.partitions < 1) return ErrorCode::kInvalidPartitions;
  if (factor < 1 || static_cast<size_t>(factor) > brokers.size()) return ErrorCode::kInvalidReplicationFactor;
  assignment = AssignReplicas(brokers, topic.partitions, factor, random);
  return ErrorCode::kNone;
}

bool CreateTopic(ControllerEnv& env, const CreateTopicsRequest::Topic& topic, sim::RandomStream random,
                 CreateTopicsResponse::Result& result) {
  result.name = topic.name;
  if (env.context.topic_ids.contains(topic.name)) {
    result.error = ErrorCode::kTopicAlreadyExists;
    return true;
  }
  Assignment assignment;
  result.error = Assign(env, topic, random, assignment);
  if (result.error != ErrorCode::kNone) return true;
  TopicConfigs configs;
  for (const CreateTopicsRequest::ConfigEntry& entry : topic.configs) configs[entry.name] = entry.value;
  KafkaZkClient::CreatedTopic created{};
  if (!env.zk.CreateTopic(topic.name, assignment, configs, result.id, created)) return false;
  if (created == KafkaZkClient::CreatedTopic::kExists) result.error = ErrorCode::kTopicAlreadyExists;
  return true;
}

}  // namespace

bool ProcessTopicChange(ControllerEnv& env) {
  if (!env.is_active()) return true;
  ControllerContext& context = env.context;
  std::vector<std::string> names;
  if (!env.zk.GetAllTopics(names)) return false;
  std::erase_if(names, [&](const std::string& name) { return context.topic_ids.contains(name); });
  KafkaZkClient::Topics topics;
  std::vector<TopicConfigs> configs;
  if (!env.zk.GetAssignments(names, topics) || !env.zk.GetTopicConfigs(names, configs)) return false;
  absl::btree_map<std::string, TopicConfigs> configs_of;
  for (size_t i = 0; i < names.size(); ++i) configs_of[names[i]] = std::move(configs[i]);
  std::vector<TopicPartition> partitions;
  for (const auto& [name, topic] : topics) {
    context.AddTopic(name, topic);
    context.topics[topic.topic].configs = configs_of[name];
    for (size_t i = 0; i < topic.partitions.size(); ++i) partitions.push_back({topic.topic, static_cast<int32_t>(i)});
  }
  return OnNewPartitionCreation(env, partitions);
}

bool ProcessCreateTopics(ControllerEnv& env, const RequestEvent& event) {
  const auto& request = std::get<CreateTopicsRequest>(event.request);
  CreateTopicsResponse response;
  if (!env.is_active()) {
    response.error = ErrorCode::kNotController;
  } else {
    absl::btree_map<std::string, int> mentions;
    for (const CreateTopicsRequest::Topic& topic : request.topics) ++mentions[topic.name];
    uint64_t number = 0;
    for (const CreateTopicsRequest::Topic& topic : request.topics) {
      CreateTopicsResponse::Result& result = response.results.emplace_back();
      if (mentions[topic.name] > 1) {
        result = {.name = topic.name, .error = ErrorCode::kInvalidRequest, .id = {}};
      } else if (!CreateTopic(env, topic, sim::RandomStream(event.random + number++), result)) {
        return false;
      }
    }
  }
  env.effects.Add(RespondTo{event.handle, std::move(response)});
  return true;
}

bool ProcessAllocateProducerIds(ControllerEnv& env, const RequestEvent& event) {
  constexpr int32_t kBlockSize = 1000;
  const auto& request = std::get<AllocateProducerIdsRequest>(event.request);
  AllocateProducerIdsResponse response;
  const auto live = env.context.live_or_shutting_down.find(request.broker);
  if (!env.is_active()) {
    response.error = ErrorCode::kNotController;
  } else if (live == env.context.live_or_shutting_down.end()) {
    response.error = ErrorCode::kBrokerIdNotRegistered;
  } else if (live->second.epoch != request.broker_epoch) {
    response.error = ErrorCode::kStaleBrokerEpoch;
  } else {
    if (!env.zk.NextProducerIdBlock(response.first)) return false;
    response.count = kBlockSize;
  }
  env.effects.Add(RespondTo{event.handle, response});
  return true;
}

}  // namespace ktrial::cluster
