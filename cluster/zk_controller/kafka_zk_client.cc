#include "cluster/zk_controller/kafka_zk_client.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

constexpr int64_t kProducerIdBlockSize = 1000;

}  // namespace

bool KafkaZkClient::Call(std::vector<ZkRequest> requests, std::vector<ZkResponse>& responses) {
  responses.clear();
  // Code that goes on past a stop is a programmer error.
  KT_CHECK(stop_ == Stop::kNone);
  if (requests.empty()) return true;
  const std::vector<ZkResponse>* answers = thread_.Call(std::move(requests));
  if (answers == nullptr) return Fail(Stop::kWaiting);
  responses = *answers;
  for (const ZkResponse& response : responses) {
    if (response.code == ZkCode::kSessionExpired) return Fail(Stop::kFailed);
  }
  return true;
}

bool KafkaZkClient::CallOne(ZkRequest request, ZkResponse& response) {
  std::vector<ZkRequest> requests;
  requests.push_back(std::move(request));
  std::vector<ZkResponse> responses;
  if (!Call(std::move(requests), responses)) return false;
  response = std::move(responses[0]);
  return true;
}

bool KafkaZkClient::CallAsController(std::vector<ZkOp> ops, int32_t epoch_zk_version,
                                     std::vector<ZkOpResult>& results) {
  results.clear();
  std::vector<ZkRequest> requests;
  for (ZkOp& op : ops) {
    requests.push_back(
        ZkMulti{.ops = {ZkCheck{.path = kControllerEpochPath, .version = epoch_zk_version}, std::move(op)}});
  }
  std::vector<ZkResponse> responses;
  if (!Call(std::move(requests), responses)) return false;
  for (const ZkResponse& response : responses) {
    KT_CHECK(response.results.size() == 2);
    if (response.results[0].code != ZkCode::kOk) return Fail(Stop::kControllerMoved);
    results.push_back(response.results[1]);
  }
  return true;
}

bool KafkaZkClient::MakeSurePersistentPathsExist() {
  std::vector<ZkRequest> requests;
  for (const std::string& path : PersistentZkPaths()) requests.push_back(ZkCreate{.path = path, .data = {}});
  std::vector<ZkResponse> responses;
  return Call(std::move(requests), responses);
}

bool KafkaZkClient::RegisterBroker(BrokerId broker, const std::string& rack, int64_t previous, BrokerEpoch& epoch) {
  const std::string path = BrokerIdPath(broker);
  for (;;) {
    ZkResponse created;
    if (!CallOne(ZkMulti{.ops = {ZkCreate{.path = path, .data = {}, .mode = ZkCreateMode::kEphemeral},
                                 ZkSetData{.path = path, .data = rack, .version = 0}}},
                 created)) {
      return false;
    }
    if (created.code == ZkCode::kOk) {
      epoch = BrokerEpoch(created.results[1].stat.czxid);
      return true;
    }
    if (created.code != ZkCode::kNodeExists) return Fail(Stop::kFailed);
    ZkResponse existing;
    if (!CallOne(ZkGetData{.path = path}, existing)) return false;
    if (existing.code == ZkCode::kNoNode) continue;
    if (existing.stat.ephemeral_owner == session_) {
      epoch = BrokerEpoch(existing.stat.czxid);
      return true;
    }
    if (previous == 0 || existing.stat.ephemeral_owner != previous) {
      epoch = BrokerEpoch();
      return true;
    }
    ZkResponse deleted;
    if (!CallOne(ZkDelete{.path = path}, deleted)) return false;
  }
}

bool KafkaZkClient::GetAllBrokersAndEpochs(absl::btree_map<BrokerId, LiveBroker>& brokers) {
  brokers.clear();
  ZkResponse ids;
  if (!CallOne(ZkGetChildren{.path = kBrokerIdsPath, .watch = true}, ids)) return false;
  std::vector<BrokerId> found;
  std::vector<ZkRequest> requests;
  for (const std::string& id : ids.children) {
    found.push_back(BrokerId(static_cast<int32_t>(DecodeInteger(id))));
    requests.push_back(ZkGetData{.path = BrokerIdPath(found.back())});
  }
  std::vector<ZkResponse> responses;
  if (!Call(std::move(requests), responses)) return false;
  for (size_t i = 0; i < responses.size(); ++i) {
    if (responses[i].code != ZkCode::kOk) continue;
    brokers[found[i]] = {.epoch = BrokerEpoch(responses[i].stat.czxid), .rack = responses[i].data};
  }
  return true;
}

bool KafkaZkClient::GetControllerId(BrokerId& controller) {
  ZkResponse response;
  if (!CallOne(ZkGetData{.path = kControllerPath, .watch = true}, response)) return false;
  controller = response.code == ZkCode::kOk ? BrokerId(static_cast<int32_t>(DecodeInteger(response.data))) : BrokerId();
  // Only a look at whether it is there watches for a node that is not.
  if (controller.valid()) return true;
  if (!CallOne(ZkExists{.path = kControllerPath, .watch = true}, response)) return false;
  if (response.code != ZkCode::kOk) return true;
  return GetControllerId(controller);
}

bool KafkaZkClient::GetControllerEpoch(std::optional<ControllerReign>& reign) {
  ZkResponse response;
  if (!CallOne(ZkGetData{.path = kControllerEpochPath}, response)) return false;
  reign.reset();
  if (response.code == ZkCode::kOk) {
    reign = ControllerReign{.epoch = ControllerEpoch(static_cast<int32_t>(DecodeInteger(response.data))),
                            .zk_version = response.stat.version};
  }
  return true;
}

bool KafkaZkClient::RegisterControllerAndIncrementEpoch(BrokerId self, ControllerReign& reign) {
  constexpr int32_t kInitialEpoch = 0;
  std::optional<ControllerReign> current;
  if (!GetControllerEpoch(current)) return false;
  if (!current) {
    ZkResponse created;
    if (!CallOne(ZkCreate{.path = kControllerEpochPath, .data = EncodeInteger(kInitialEpoch)}, created)) return false;
    if (!GetControllerEpoch(current)) return false;
    KT_CHECK(current.has_value());
  }
  const ControllerEpoch next(current->epoch.value() + 1);
  ZkResponse response;
  if (!CallOne(ZkMulti{.ops = {ZkCreate{.path = kControllerPath,
                                        .data = EncodeInteger(self.value()),
                                        .mode = ZkCreateMode::kEphemeral},
                               ZkSetData{.path = kControllerEpochPath,
                                         .data = EncodeInteger(next.value()),
                                         .version = current->zk_version}}},
               response)) {
    return false;
  }
  if (response.code == ZkCode::kNodeExists || response.code == ZkCode::kBadVersion) {
    return CheckWhetherElected(self, next, reign);
  }
  if (response.code != ZkCode::kOk) return Fail(Stop::kFailed);
  reign = {.epoch = next, .zk_version = response.results[1].stat.version};
  return true;
}

// The transaction may have been made all the same, and its answer lost with the connection.
bool KafkaZkClient::CheckWhetherElected(BrokerId self, ControllerEpoch epoch, ControllerReign& reign) {
  BrokerId controller;
  if (!GetControllerId(controller)) return false;
  if (controller != self) return Fail(Stop::kControllerMoved);
  std::optional<ControllerReign> current;
  if (!GetControllerEpoch(current)) return false;
  if (!current || current->epoch != epoch) return Fail(Stop::kControllerMoved);
  reign = *current;
  return true;
}

bool KafkaZkClient::DeleteController(int32_t epoch_zk_version) {
  std::vector<ZkOpResult> results;
  return CallAsController({ZkDelete{.path = kControllerPath}}, epoch_zk_version, results);
}

bool KafkaZkClient::GetAllTopics(std::vector<std::string>& topics) {
  ZkResponse response;
  if (!CallOne(ZkGetChildren{.path = kTopicsPath, .watch = true}, response)) return false;
  topics = std::move(response.children);
  return true;
}

bool KafkaZkClient::GetAssignments(const std::vector<std::string>& topics, Topics& assignments) {
  assignments.clear();
  std::vector<ZkRequest> requests;
  for (const std::string& topic : topics) requests.push_back(ZkGetData{.path = TopicPath(topic)});
  std::vector<ZkResponse> responses;
  if (!Call(std::move(requests), responses)) return false;
  for (size_t i = 0; i < responses.size(); ++i) {
    if (responses[i].code == ZkCode::kOk) assignments.emplace_back(topics[i], DecodeTopic(responses[i].data));
  }
  return true;
}

bool KafkaZkClient::GetTopicConfigs(const std::vector<std::string>& topics, std::vector<TopicConfigs>& configs) {
  configs.clear();
  std::vector<ZkRequest> requests;
  for (const std::string& topic : topics) requests.push_back(ZkGetData{.path = TopicConfigPath(topic)});
  std::vector<ZkResponse> responses;
  if (!Call(std::move(requests), responses)) return false;
  for (const ZkResponse& response : responses) {
    configs.push_back(response.code == ZkCode::kOk ? DecodeConfigs(response.data) : TopicConfigs());
  }
  return true;
}

bool KafkaZkClient::SetAssignment(const std::string& name, const TopicZnode& topic, int32_t epoch_zk_version) {
  std::vector<ZkOpResult> results;
  if (!CallAsController({ZkSetData{.path = TopicPath(name), .data = EncodeTopic(topic)}}, epoch_zk_version, results)) {
    return false;
  }
  return results[0].code == ZkCode::kOk || Fail(Stop::kFailed);
}

// Kafka's topic ids are random; these are counted, in the data of /brokers/topics, so that they can index vectors.
bool KafkaZkClient::CreateTopic(const std::string& name, const std::vector<std::vector<BrokerId>>& assignment,
                                const TopicConfigs& configs, TopicId& id, CreatedTopic& outcome) {
  for (;;) {
    ZkResponse counter;
    if (!CallOne(ZkGetData{.path = kTopicsPath}, counter)) return false;
    id = TopicId(counter.data.empty() ? 0 : static_cast<int32_t>(DecodeInteger(counter.data)));
    TopicZnode topic{.topic = id, .partitions = {}};
    for (const std::vector<BrokerId>& replicas : assignment) {
      topic.partitions.push_back({.replicas = replicas, .adding = {}, .removing = {}});
    }
    ZkResponse written;
    if (!CallOne(ZkSetData{.path = TopicConfigPath(name), .data = EncodeConfigs(configs)}, written)) return false;
    if (written.code == ZkCode::kNoNode &&
        !CallOne(ZkCreate{.path = TopicConfigPath(name), .data = EncodeConfigs(configs)}, written)) {
      return false;
    }
    ZkResponse created;
    if (!CallOne(ZkMulti{.ops = {ZkCreate{.path = TopicPath(name), .data = EncodeTopic(topic)},
                                 ZkSetData{.path = kTopicsPath,
                                           .data = EncodeInteger(id.value() + 1),
                                           .version = counter.stat.version}}},
                 created)) {
      return false;
    }
    if (created.code == ZkCode::kBadVersion) continue;
    outcome = created.code == ZkCode::kOk ? CreatedTopic::kYes : CreatedTopic::kExists;
    return true;
  }
}

bool KafkaZkClient::GetTopicPartitionStates(const ControllerContext& context,
                                            const std::vector<TopicPartition>& partitions, States& states) {
  states.clear();
  std::vector<ZkRequest> requests;
  for (const TopicPartition& tp : partitions) {
    requests.push_back(ZkGetData{.path = PartitionStatePath(context.NameOf(tp), tp.partition)});
  }
  std::vector<ZkResponse> responses;
  if (!Call(std::move(requests), responses)) return false;
  for (size_t i = 0; i < responses.size(); ++i) {
    if (responses[i].code != ZkCode::kOk) continue;
    states[partitions[i]] = DecodePartitionState(responses[i].data, responses[i].stat);
  }
  return true;
}

bool KafkaZkClient::CreateTopicPartitionStates(const ControllerContext& context, const States& states,
                                               std::vector<TopicPartition>& created) {
  created.clear();
  std::vector<ZkOp> topics;
  std::vector<ZkOp> partitions;
  std::vector<ZkOp> nodes;
  TopicId last;
  for (const auto& [tp, state] : states) {
    const std::string& name = context.NameOf(tp);
    if (tp.topic != last) topics.push_back(ZkCreate{.path = PartitionsPath(name), .data = {}});
    last = tp.topic;
    partitions.push_back(ZkCreate{.path = PartitionPath(name, tp.partition), .data = {}});
    nodes.push_back(ZkCreate{.path = PartitionStatePath(name, tp.partition), .data = EncodePartitionState(state)});
  }
  std::vector<ZkOpResult> results;
  if (!CallAsController(std::move(topics), context.epoch_zk_version, results)) return false;
  if (!CallAsController(std::move(partitions), context.epoch_zk_version, results)) return false;
  if (!CallAsController(std::move(nodes), context.epoch_zk_version, results)) return false;
  size_t i = 0;
  for (const auto& [tp, state] : states) {
    if (results[i++].code == ZkCode::kOk) created.push_back(tp);
  }
  return true;
}

bool KafkaZkClient::UpdateLeaderAndIsr(const ControllerContext& context,
                                       const absl::btree_map<TopicPartition, LeaderAndIsr>& states,
                                       UpdatedStates& result) {
  result = {};
  std::vector<ZkOp> ops;
  for (const auto& [tp, state] : states) {
    ops.push_back(ZkSetData{.path = PartitionStatePath(context.NameOf(tp), tp.partition),
                            .data = EncodePartitionState({state, context.epoch}),
                            .version = state.partition_epoch.value()});
  }
  std::vector<ZkOpResult> results;
  if (!CallAsController(std::move(ops), context.epoch_zk_version, results)) return false;
  size_t i = 0;
  for (const auto& [tp, state] : states) {
    const ZkOpResult& written = results[i++];
    if (written.code == ZkCode::kOk) {
      result.updated[tp] = state;
      result.updated[tp].partition_epoch = PartitionEpoch(written.stat.version);
    } else if (written.code == ZkCode::kBadVersion) {
      result.bad_version.push_back(tp);
    } else {
      result.failed.push_back(tp);
    }
  }
  return true;
}

bool KafkaZkClient::GetIsrChangeNotifications(std::vector<std::string>& nodes) {
  ZkResponse response;
  if (!CallOne(ZkGetChildren{.path = kIsrChangesPath, .watch = true}, response)) return false;
  nodes = std::move(response.children);
  return true;
}

bool KafkaZkClient::GetPartitionsFromIsrChanges(const std::vector<std::string>& nodes,
                                                std::vector<TopicPartition>& partitions) {
  partitions.clear();
  std::vector<ZkRequest> requests;
  for (const std::string& node : nodes) requests.push_back(ZkGetData{.path = absl::StrCat(kIsrChangesPath, "/", node)});
  std::vector<ZkResponse> responses;
  if (!Call(std::move(requests), responses)) return false;
  for (const ZkResponse& response : responses) {
    for (absl::string_view entry : absl::StrSplit(response.data, ' ', absl::SkipEmpty())) {
      const std::pair<absl::string_view, absl::string_view> fields = absl::StrSplit(entry, '/');
      int32_t topic = 0;
      int32_t partition = 0;
      KT_CHECK(absl::SimpleAtoi(fields.first, &topic) && absl::SimpleAtoi(fields.second, &partition));
      const TopicPartition tp{TopicId(topic), partition};
      if (std::find(partitions.begin(), partitions.end(), tp) == partitions.end()) partitions.push_back(tp);
    }
  }
  return true;
}

bool KafkaZkClient::DeleteIsrChangeNotifications(const std::vector<std::string>& nodes, int32_t epoch_zk_version) {
  std::vector<ZkOp> ops;
  for (const std::string& node : nodes) ops.push_back(ZkDelete{.path = absl::StrCat(kIsrChangesPath, "/", node)});
  std::vector<ZkOpResult> results;
  return CallAsController(std::move(ops), epoch_zk_version, results);
}

bool KafkaZkClient::NextProducerIdBlock(ProducerId& first) {
  for (;;) {
    ZkResponse block;
    if (!CallOne(ZkGetData{.path = kProducerIdsPath}, block)) return false;
    if (block.code != ZkCode::kOk) return Fail(Stop::kFailed);
    first = ProducerId(block.data.empty() ? 0 : DecodeInteger(block.data));
    ZkResponse written;
    if (!CallOne(ZkSetData{.path = kProducerIdsPath,
                           .data = EncodeInteger(first.value() + kProducerIdBlockSize),
                           .version = block.stat.version},
                 written)) {
      return false;
    }
    if (written.code == ZkCode::kOk) return true;
  }
}

std::string EncodeIsrChanges(const std::vector<TopicPartition>& partitions) {
  std::string text;
  for (const TopicPartition& tp : partitions) absl::StrAppend(&text, tp.topic.value(), "/", tp.partition, " ");
  return text;
}

}  // namespace ktrial::cluster
