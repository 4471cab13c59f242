// What brokers ask of the active KRaft controller: registration, heartbeats and changes of the in-sync replicas.
#ifndef KTRIAL_CLUSTER_PROTOCOL_CONTROLLER_API_H_
#define KTRIAL_CLUSTER_PROTOCOL_CONTROLLER_API_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cluster/protocol/error_code.h"
#include "cluster/protocol/ids.h"

namespace ktrial::cluster {

struct BrokerRegistrationRequest {
  BrokerId broker;
  // Unlike for each start of the broker process.
  int64_t incarnation_id = 0;
  std::string rack;
  // The broker epoch of the last clean shutdown, or none (KIP-966).
  BrokerEpoch previous_broker_epoch;
  // Log directories that were online at the start, ascending; empty from a broker that has but one.
  std::vector<DirectoryId> log_dirs = {};
};

struct BrokerRegistrationResponse {
  ErrorCode error = ErrorCode::kNone;
  BrokerEpoch broker_epoch;
};

struct BrokerHeartbeatRequest {
  BrokerId broker;
  BrokerEpoch broker_epoch;
  // The broker has applied the metadata log up to here.
  Offset current_metadata_offset;
  bool want_fence = false;
  bool want_shut_down = false;
  // Log directories that have failed since the start.
  std::vector<DirectoryId> offline_log_dirs = {};
};

struct BrokerHeartbeatResponse {
  ErrorCode error = ErrorCode::kNone;
  bool is_caught_up = false;
  bool is_fenced = true;
  bool should_shut_down = false;
};

struct BrokerState {
  BrokerId broker;
  BrokerEpoch epoch;

  friend bool operator==(const BrokerState&, const BrokerState&) = default;
};

struct AlterPartitionRequest {
  struct PartitionData {
    TopicPartition tp;
    LeaderEpoch leader_epoch;
    PartitionEpoch partition_epoch;
    std::vector<BrokerState> new_isr;
    // Leader recovery state after an unclean election: RECOVERING until the leader has recovered.
    bool recovering = false;
  };
  BrokerId broker;
  BrokerEpoch broker_epoch;
  std::vector<PartitionData> partitions;
};

struct AlterPartitionResponse {
  struct PartitionData {
    TopicPartition tp;
    ErrorCode error = ErrorCode::kNone;
    BrokerId leader;
    LeaderEpoch leader_epoch;
    std::vector<BrokerId> isr;
    bool recovering = false;
    PartitionEpoch partition_epoch;
  };
  ErrorCode error = ErrorCode::kNone;
  std::vector<PartitionData> partitions;
};

// ElectionType (KIP-460).
enum class ElectionType : int8_t { kPreferred = 0, kUnclean = 1 };

// From an administrator, by way of a broker.
struct ElectLeadersRequest {
  struct PartitionData {
    std::string topic;
    int32_t partition = 0;
  };
  ElectionType type = ElectionType::kPreferred;
  std::vector<PartitionData> partitions;
};

struct ElectLeadersResponse {
  struct PartitionData {
    std::string topic;
    int32_t partition = 0;
    ErrorCode error = ErrorCode::kNone;
  };
  // Set if nothing was tried, such as NOT_CONTROLLER.
  ErrorCode error = ErrorCode::kNone;
  std::vector<PartitionData> partitions;
};

// A broker tells in which log directories it has put its replicas (KIP-858).
struct AssignReplicasToDirsRequest {
  struct PartitionData {
    TopicPartition tp;
    DirectoryId directory;
  };
  BrokerId broker;
  BrokerEpoch broker_epoch;
  std::vector<PartitionData> partitions;
};

struct AssignReplicasToDirsResponse {
  struct PartitionData {
    TopicPartition tp;
    ErrorCode error = ErrorCode::kNone;
  };
  // Set if nothing was tried, such as STALE_BROKER_EPOCH.
  ErrorCode error = ErrorCode::kNone;
  std::vector<PartitionData> partitions;
};

// From an administrator, by way of a broker (KIP-455).
struct AlterPartitionReassignmentsRequest {
  struct PartitionData {
    std::string topic;
    int32_t partition = 0;
    // The replicas to end with; none cancels the reassignment under way.
    std::optional<std::vector<BrokerId>> replicas;
  };
  std::vector<PartitionData> partitions;
};

struct AlterPartitionReassignmentsResponse {
  struct PartitionData {
    std::string topic;
    int32_t partition = 0;
    ErrorCode error = ErrorCode::kNone;
  };
  // Set if nothing was tried, such as NOT_CONTROLLER.
  ErrorCode error = ErrorCode::kNone;
  std::vector<PartitionData> partitions;
};

// Which reassignments are under way, of all partitions (KIP-455).
struct ListPartitionReassignmentsRequest {};

struct ListPartitionReassignmentsResponse {
  struct Reassignment {
    TopicPartition tp;
    std::vector<BrokerId> replicas;
    std::vector<BrokerId> adding;
    std::vector<BrokerId> removing;
  };
  // Set if nothing was looked at, such as NOT_CONTROLLER.
  ErrorCode error = ErrorCode::kNone;
  std::vector<Reassignment> reassignments;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_PROTOCOL_CONTROLLER_API_H_
