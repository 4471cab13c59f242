#include "cluster/zk_controller/zk_data.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

int64_t ToInteger(absl::string_view text) {
  int64_t value = 0;
  KT_CHECK(absl::SimpleAtoi(text, &value));
  return value;
}

// "1,2,3", or "-" for none.
std::string EncodeBrokers(const std::vector<BrokerId>& brokers) {
  std::string text;
  for (BrokerId broker : brokers) absl::StrAppend(&text, text.empty() ? "" : ",", broker.value());
  return text.empty() ? "-" : text;
}

std::vector<BrokerId> DecodeBrokers(absl::string_view text) {
  std::vector<BrokerId> brokers;
  if (text == "-") return brokers;
  for (absl::string_view id : absl::StrSplit(text, ',')) {
    brokers.push_back(BrokerId(static_cast<int32_t>(ToInteger(id))));
  }
  return brokers;
}

}  // namespace

const std::vector<std::string>& PersistentZkPaths() {
  static const auto& paths =
      *new std::vector<std::string>{"/brokers",        kBrokerIdsPath, kTopicsPath,     "/config",
                                    kTopicConfigsPath, "/admin",       kIsrChangesPath, kProducerIdsPath};
  return paths;
}

std::string BrokerIdPath(BrokerId broker) { return absl::StrCat(kBrokerIdsPath, "/", broker.value()); }

std::string TopicPath(std::string_view topic) { return absl::StrCat(kTopicsPath, "/", View(topic)); }

std::string TopicConfigPath(std::string_view topic) { return absl::StrCat(kTopicConfigsPath, "/", View(topic)); }

std::string PartitionsPath(std::string_view topic) { return absl::StrCat(TopicPath(topic), "/partitions"); }

std::string PartitionPath(std::string_view topic, int32_t partition) {
  return absl::StrCat(PartitionsPath(topic), "/", partition);
}

std::string PartitionStatePath(std::string_view topic, int32_t partition) {
  return absl::StrCat(PartitionPath(topic, partition), "/state");
}

std::string EncodeInteger(int64_t value) { return absl::StrCat(value); }

int64_t DecodeInteger(std::string_view text) { return ToInteger(View(text)); }

std::string EncodeTopic(const TopicZnode& topic) {
  std::string text = absl::StrCat(topic.topic.value());
  for (const ReplicaAssignment& partition : topic.partitions) {
    absl::StrAppend(&text, " ", EncodeBrokers(partition.replicas), " ", EncodeBrokers(partition.adding), " ",
                    EncodeBrokers(partition.removing));
  }
  return text;
}

TopicZnode DecodeTopic(std::string_view text) {
  constexpr size_t kFieldsOfPartition = 3;
  const std::vector<absl::string_view> fields = absl::StrSplit(View(text), ' ');
  KT_CHECK(fields.size() % kFieldsOfPartition == 1);
  TopicZnode topic{.topic = TopicId(static_cast<int32_t>(ToInteger(fields[0]))), .partitions = {}};
  for (size_t i = 1; i < fields.size(); i += kFieldsOfPartition) {
    topic.partitions.push_back({.replicas = DecodeBrokers(fields[i]),
                                .adding = DecodeBrokers(fields[i + 1]),
                                .removing = DecodeBrokers(fields[i + 2])});
  }
  return topic;
}

std::string EncodeConfigs(const TopicConfigs& configs) {
  std::string text;
  for (const auto& [name, value] : configs) absl::StrAppend(&text, name, "=", value, "\n");
  return text;
}

TopicConfigs DecodeConfigs(std::string_view text) {
  TopicConfigs configs;
  for (absl::string_view line : absl::StrSplit(View(text), '\n', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> entry = absl::StrSplit(line, absl::MaxSplits('=', 1));
    configs.insert(entry);
  }
  return configs;
}

std::string EncodePartitionState(const LeaderIsrAndControllerEpoch& state) {
  const LeaderAndIsr& value = state.leader_and_isr;
  return absl::StrCat(value.leader.value(), " ", value.leader_epoch.value(), " ", EncodeBrokers(value.isr), " ",
                      state.controller_epoch.value(), " ", static_cast<int>(value.recovery_state));
}

LeaderIsrAndControllerEpoch DecodePartitionState(std::string_view text, const ZkStat& stat) {
  const std::vector<absl::string_view> fields = absl::StrSplit(View(text), ' ');
  KT_CHECK(fields.size() == 5);
  LeaderIsrAndControllerEpoch state;
  state.leader_and_isr.leader = BrokerId(static_cast<int32_t>(ToInteger(fields[0])));
  state.leader_and_isr.leader_epoch = LeaderEpoch(static_cast<int32_t>(ToInteger(fields[1])));
  state.leader_and_isr.isr = DecodeBrokers(fields[2]);
  state.controller_epoch = ControllerEpoch(static_cast<int32_t>(ToInteger(fields[3])));
  state.leader_and_isr.recovery_state = static_cast<LeaderRecoveryState>(ToInteger(fields[4]));
  state.leader_and_isr.partition_epoch = PartitionEpoch(stat.version);
  return state;
}

}  // namespace ktrial::cluster
