// Where Kafka keeps what in ZooKeeper, and how it is written there (kafka.zk.ZkData). Kafka writes JSON; these texts
// hold the same fields, separated by blanks, in a fixed order.
//
//   /controller                                   broker id; ephemeral
//   /controller_epoch                             epoch
//   /brokers/ids/<id>                             rack; ephemeral, its czxid is the broker epoch
//   /brokers/topics/<topic>                       topic id, assignment
//   /brokers/topics/<topic>/partitions/<p>/state  leader, leader epoch, ISR, controller epoch, recovery state
//   /config/topics/<topic>                        configs
#ifndef KTRIAL_CLUSTER_ZK_CONTROLLER_ZK_DATA_H_
#define KTRIAL_CLUSTER_ZK_CONTROLLER_ZK_DATA_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/protocol/ids.h"
#include "cluster/zk_controller/leader_and_isr.h"
#include "cluster/zk_controller/zk_request.h"

namespace ktrial::cluster {

inline constexpr char kControllerPath[] = "/controller";
inline constexpr char kControllerEpochPath[] = "/controller_epoch";
inline constexpr char kBrokerIdsPath[] = "/brokers/ids";
inline constexpr char kTopicsPath[] = "/brokers/topics";
inline constexpr char kTopicConfigsPath[] = "/config/topics";
inline constexpr char kIsrChangesPath[] = "/isr_change_notification";
inline constexpr char kProducerIdsPath[] = "/latest_producer_id_block";

// The persistent nodes that every broker makes sure of, parents first (ZkData.PersistentZkPaths).
const std::vector<std::string>& PersistentZkPaths();

std::string BrokerIdPath(BrokerId broker);
std::string TopicPath(std::string_view topic);
std::string TopicConfigPath(std::string_view topic);
std::string PartitionsPath(std::string_view topic);
std::string PartitionPath(std::string_view topic, int32_t partition);
std::string PartitionStatePath(std::string_view topic, int32_t partition);

struct TopicZnode {
  TopicId topic;
  // By partition.
  std::vector<ReplicaAssignment> partitions;

  friend bool operator==(const TopicZnode&, const TopicZnode&) = default;
};
using TopicConfigs = absl::btree_map<std::string, std::string>;

// Decoding text that was not encoded so is a programmer error.
std::string EncodeInteger(int64_t value);
int64_t DecodeInteger(std::string_view text);
std::string EncodeTopic(const TopicZnode& topic);
TopicZnode DecodeTopic(std::string_view text);
std::string EncodeConfigs(const TopicConfigs& configs);
TopicConfigs DecodeConfigs(std::string_view text);
std::string EncodePartitionState(const LeaderIsrAndControllerEpoch& state);
// The partition epoch is the node's version.
LeaderIsrAndControllerEpoch DecodePartitionState(std::string_view text, const ZkStat& stat);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_ZK_CONTROLLER_ZK_DATA_H_
