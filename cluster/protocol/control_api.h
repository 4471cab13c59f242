// What ZooKeeper mode's controller tells the brokers, and what a broker asks of it before it stops: LeaderAndIsr,
// StopReplica, UpdateMetadata and ControlledShutdown. Each names the reign that it comes from, and the incarnation of
// the broker that it is meant for (KIP-380).
#ifndef KTRIAL_CLUSTER_PROTOCOL_CONTROL_API_H_
#define KTRIAL_CLUSTER_PROTOCOL_CONTROL_API_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/metadata/metadata_image.h"
#include "cluster/protocol/error_code.h"
#include "cluster/protocol/ids.h"
#include "sim/ref.h"
#include "sim/strong_id.h"

namespace ktrial::cluster {

// Counts the reigns of ZooKeeper mode's controllers.
using ControllerEpoch = sim::StrongId<struct ControllerEpochTag, int32_t>;

// A topic by its name; Kafka's requests name its partitions so. A broker reads a topic's configs from ZooKeeper when it
// makes a log; here they come along.
struct ControlledTopic {
  TopicId id;
  std::string name;
  absl::btree_map<std::string, std::string> configs;
};

struct LeaderAndIsrRequest {
  struct PartitionState {
    TopicPartition tp;
    // Of the controller that decided so, which may have been an earlier one.
    ControllerEpoch controller_epoch;
    PartitionRegistration state;
    bool is_new = false;
  };
  BrokerId controller;
  ControllerEpoch controller_epoch;
  BrokerEpoch broker_epoch;
  std::vector<PartitionState> partitions;
  std::vector<ControlledTopic> topics;
  // Those of the leaders that the controller takes to be alive.
  std::vector<BrokerId> live_leaders;
};

struct PartitionError {
  TopicPartition tp;
  ErrorCode error = ErrorCode::kNone;
};

struct LeaderAndIsrResponse {
  ErrorCode error = ErrorCode::kNone;
  std::vector<PartitionError> partitions;
};

// LeaderAndIsr.EpochDuringDelete: the topic is being deleted.
inline constexpr LeaderEpoch kEpochDuringDelete{-2};

struct StopReplicaRequest {
  struct PartitionState {
    TopicPartition tp;
    // None skips the check; kEpochDuringDelete overrides every epoch (KIP-570).
    LeaderEpoch leader_epoch;
    bool delete_partition = false;
  };
  BrokerId controller;
  ControllerEpoch controller_epoch;
  BrokerEpoch broker_epoch;
  std::vector<PartitionState> partitions;
};

struct StopReplicaResponse {
  ErrorCode error = ErrorCode::kNone;
  std::vector<PartitionError> partitions;
};

// Shared by the requests to all brokers.
struct UpdateMetadataPartitions : sim::RefCounted {
  struct PartitionState {
    TopicPartition tp;
    ControllerEpoch controller_epoch;
    PartitionRegistration state;
  };
  std::vector<PartitionState> partitions;
  // The topics of those.
  std::vector<ControlledTopic> topics;
};

struct UpdateMetadataRequest {
  struct Broker {
    BrokerId id;
    std::string rack;
  };
  BrokerId controller;
  ControllerEpoch controller_epoch;
  BrokerEpoch broker_epoch;
  sim::Ref<const UpdateMetadataPartitions> changed;
  // All of them; who is not listed is dead.
  std::vector<Broker> live_brokers;
};

struct UpdateMetadataResponse {
  ErrorCode error = ErrorCode::kNone;
};

struct ControlledShutdownRequest {
  BrokerId broker;
  BrokerEpoch broker_epoch;
};

struct ControlledShutdownResponse {
  ErrorCode error = ErrorCode::kNone;
  // What the broker still leads.
  std::vector<TopicPartition> remaining;
};

// What the controller sends to brokers.
using ControlRequest = std::variant<LeaderAndIsrRequest, StopReplicaRequest, UpdateMetadataRequest>;

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_PROTOCOL_CONTROL_API_H_
