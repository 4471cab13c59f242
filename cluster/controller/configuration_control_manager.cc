#include "cluster/controller/configuration_control_manager.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace ktrial::cluster {
namespace {

constexpr std::string_view kUncleanElection = "unclean.leader.election.enable";

struct IntegerConfig {
  std::string_view name;
  int64_t least;
};
constexpr std::array kIntegerConfigs = {
    IntegerConfig{"min.insync.replicas", 1},
    IntegerConfig{"segment.bytes", 14},
    IntegerConfig{"flush.messages", 1},
    IntegerConfig{"max.message.bytes", 0},
};
// Known to Kafka, without effect here.
constexpr std::array<std::string_view, 26> kOtherConfigs = {
    "cleanup.policy",
    "compression.gzip.level",
    "compression.lz4.level",
    "compression.type",
    "compression.zstd.level",
    "delete.retention.ms",
    "file.delete.delay.ms",
    "flush.ms",
    "follower.replication.throttled.replicas",
    "index.interval.bytes",
    "leader.replication.throttled.replicas",
    "local.retention.bytes",
    "local.retention.ms",
    "max.compaction.lag.ms",
    "message.timestamp.after.max.ms",
    "message.timestamp.before.max.ms",
    "message.timestamp.type",
    "min.cleanable.dirty.ratio",
    "min.compaction.lag.ms",
    "preallocate",
    "remote.storage.enable",
    "retention.bytes",
    "retention.ms",
    "segment.index.bytes",
    "segment.jitter.ms",
    "segment.ms",
};

}  // namespace

bool IsValidTopicConfig(std::string_view name, std::string_view value) {
  if (name == kUncleanElection) return value == "true" || value == "false";
  for (const IntegerConfig& config : kIntegerConfigs) {
    if (config.name != name) continue;
    int64_t number = 0;
    return absl::SimpleAtoi(absl::string_view(value.data(), value.size()), &number) && number >= config.least;
  }
  return std::find(kOtherConfigs.begin(), kOtherConfigs.end(), name) != kOtherConfigs.end();
}

bool UncleanElectionEnabled(const TopicImage& topic, const BrokerConfig& config) {
  const auto it = topic.configs.find(std::string(kUncleanElection));
  return it == topic.configs.end() ? config.unclean_leader_election : it->second == "true";
}

}  // namespace ktrial::cluster
