#include "cluster/controller/configuration_control_manager.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "cluster/replication/replication_quota_manager.h"

namespace ktrial::cluster {
namespace {

constexpr std::string_view kUncleanElection = "unclean.leader.election.enable";
constexpr std::string_view kMinIsr = "min.insync.replicas";

struct IntegerConfig {
  std::string_view name;
  int64_t least;
};
constexpr std::array kIntegerConfigs = {
    IntegerConfig{kMinIsr, 1},
    IntegerConfig{"segment.bytes", 14},
    IntegerConfig{"flush.messages", 1},
    IntegerConfig{"max.message.bytes", 0},
    IntegerConfig{"segment.ms", 1},
    IntegerConfig{"segment.jitter.ms", 0},
    IntegerConfig{"segment.index.bytes", 4},
    IntegerConfig{"index.interval.bytes", 0},
    IntegerConfig{"flush.ms", 0},
    IntegerConfig{"retention.ms", -1},
    IntegerConfig{"retention.bytes", INT64_MIN},
    IntegerConfig{"file.delete.delay.ms", 0},
    IntegerConfig{"message.timestamp.before.max.ms", 0},
    IntegerConfig{"message.timestamp.after.max.ms", 0},
};
// Known to Kafka, without effect here.
constexpr std::array<std::string_view, 14> kOtherConfigs = {
    "cleanup.policy",
    "compression.gzip.level",
    "compression.lz4.level",
    "compression.type",
    "compression.zstd.level",
    "delete.retention.ms",
    "local.retention.bytes",
    "local.retention.ms",
    "max.compaction.lag.ms",
    "message.timestamp.type",
    "min.cleanable.dirty.ratio",
    "min.compaction.lag.ms",
    "preallocate",
    "remote.storage.enable",
};

// Lists of throttled replicas (KIP-73).
constexpr std::array<std::string_view, 2> kThrottledReplicas = {"follower.replication.throttled.replicas",
                                                                "leader.replication.throttled.replicas"};
// What a broker takes while it runs, as far as the simulation has it (DynamicConfig.Broker).
constexpr std::array<std::string_view, 2> kDynamicBrokerConfigs = {"follower.replication.throttled.rate",
                                                                   "leader.replication.throttled.rate"};

template <typename Names>
bool IsAmong(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsNumberOfAtLeast(int64_t least, std::string_view value) {
  int64_t number = 0;
  return absl::SimpleAtoi(absl::string_view(value.data(), value.size()), &number) && number >= least;
}

// The broker refuses what cannot be set while it runs, and what is not a value, alike: KAFKA-13609.
ErrorCode AlterBrokerConfigs(const MetadataImage& image, const IncrementalAlterConfigsRequest::Broker& wanted,
                             ControllerRecords& records) {
  ControllerRecords changes;
  for (const IncrementalAlterConfigsRequest::Entry& entry : wanted.entries) {
    const bool set = entry.op == AlterConfigOp::kSet;
    const auto same = [&](const auto& other) { return other.name == entry.name; };
    if (std::count_if(wanted.entries.begin(), wanted.entries.end(), same) > 1) return ErrorCode::kInvalidRequest;
    if (!IsAmong(kDynamicBrokerConfigs, entry.name)) return ErrorCode::kInvalidRequest;
    if (set && !IsNumberOfAtLeast(0, entry.value)) return ErrorCode::kInvalidRequest;
    const std::string* known = image.FindBrokerConfig(wanted.id, entry.name);
    if (set ? known != nullptr && *known == entry.value : known == nullptr) continue;
    changes.push_back(
        ConfigRecord{.topic = {}, .name = entry.name, .value = set ? entry.value : std::string(), .broker = wanted.id});
  }
  for (MetadataRecordBody& change : changes) records.push_back(std::move(change));
  return ErrorCode::kNone;
}

// Adds nothing unless all entries are valid.
ErrorCode AlterTopicConfigs(const MetadataImage& image, const BrokerConfig& config,
                            const IncrementalAlterConfigsRequest::Topic& wanted, ControllerRecords& records) {
  const TopicImage* topic = image.FindTopic(wanted.name);
  if (topic == nullptr) return ErrorCode::kUnknownTopicOrPartition;
  ControllerRecords changes;
  for (const IncrementalAlterConfigsRequest::Entry& entry : wanted.entries) {
    const bool set = entry.op == AlterConfigOp::kSet;
    // A key that is named twice: duplicates are refused by KafkaAdminClient and by the controller alike.
    const auto same = [&](const auto& other) { return other.name == entry.name; };
    if (std::count_if(wanted.entries.begin(), wanted.entries.end(), same) > 1) return ErrorCode::kInvalidRequest;
    if (set && (entry.value.empty() || !IsValidTopicConfig(entry.name, entry.value))) return ErrorCode::kInvalidConfig;
    const auto known = topic->configs.find(entry.name);
    const bool changes_nothing =
        set ? known != topic->configs.end() && known->second == entry.value : known == topic->configs.end();
    if (changes_nothing) continue;
    changes.push_back(ConfigRecord{.topic = topic->id, .name = entry.name, .value = set ? entry.value : std::string()});
  }
  for (MetadataRecordBody& change : changes) {
    const bool clears_elr = config.eligible_leader_replicas && std::get<ConfigRecord>(change).name == kMinIsr;
    records.push_back(std::move(change));
    if (clears_elr) records.push_back(ClearElrRecord{.topic = topic->id});
  }
  return ErrorCode::kNone;
}

}  // namespace

bool IsValidTopicConfig(std::string_view name, std::string_view value) {
  if (name == kUncleanElection) return value == "true" || value == "false";
  for (const IntegerConfig& config : kIntegerConfigs) {
    if (config.name != name) continue;
    return IsNumberOfAtLeast(config.least, value);
  }
  if (IsAmong(kThrottledReplicas, name)) return IsThrottledReplicaList(value);
  return IsAmong(kOtherConfigs, name);
}

IncrementalAlterConfigsResponse IncrementalAlterConfigs(const MetadataImage& image, const BrokerConfig& config,
                                                        const IncrementalAlterConfigsRequest& request,
                                                        ControllerRecords& records) {
  IncrementalAlterConfigsResponse response;
  for (const IncrementalAlterConfigsRequest::Topic& wanted : request.topics) {
    const ErrorCode error = AlterTopicConfigs(image, config, wanted, records);
    response.results.push_back({.name = wanted.name, .error = error});
  }
  for (const IncrementalAlterConfigsRequest::Broker& wanted : request.brokers) {
    response.results.push_back(
        {.name = std::to_string(wanted.id.value()), .error = AlterBrokerConfigs(image, wanted, records)});
  }
  return response;
}

bool UncleanElectionEnabled(const TopicImage& topic, const BrokerConfig& config) {
  const auto it = topic.configs.find(std::string(kUncleanElection));
  return it == topic.configs.end() ? config.unclean_leader_election : it->second == "true";
}

int32_t EffectiveMinIsr(const TopicImage& topic, const BrokerConfig& config) {
  int32_t wanted = config.min_insync_replicas;
  if (const auto it = topic.configs.find(std::string(kMinIsr)); it != topic.configs.end()) {
    // The value was checked when it was set; what does not fit is more than there are replicas anyway.
    int64_t number = 0;
    if (absl::SimpleAtoi(it->second, &number)) wanted = static_cast<int32_t>(std::min<int64_t>(number, INT32_MAX));
  }
  if (topic.partitions.empty()) return wanted;
  return std::min(wanted, static_cast<int32_t>(topic.partitions.front().replicas.size()));
}

}  // namespace ktrial::cluster
