// Metadata and CreateTopics: what clients and administrators ask about the cluster.
#ifndef KTRIAL_CLUSTER_PROTOCOL_METADATA_API_H_
#define KTRIAL_CLUSTER_PROTOCOL_METADATA_API_H_

#include <cstdint>
#include <string>
#include <vector>

#include "cluster/protocol/error_code.h"
#include "cluster/protocol/ids.h"

namespace ktrial::cluster {

struct MetadataRequest {
  // Empty and all_topics false: brokers only.
  std::vector<std::string> topics;
  bool all_topics = false;
};

struct MetadataResponse {
  struct Partition {
    int32_t partition = -1;
    ErrorCode error = ErrorCode::kNone;
    BrokerId leader;
    LeaderEpoch leader_epoch;
    std::vector<BrokerId> replicas;
    std::vector<BrokerId> isr;
    std::vector<BrokerId> offline_replicas;
  };
  struct Topic {
    ErrorCode error = ErrorCode::kNone;
    std::string name;
    TopicId id;
    std::vector<Partition> partitions;
  };

  // Unfenced brokers, ascending.
  std::vector<BrokerId> brokers;
  BrokerId controller;
  std::vector<Topic> topics;
};

struct CreateTopicsRequest {
  struct ConfigEntry {
    std::string name;
    std::string value;
  };
  struct Topic {
    std::string name;
    int32_t partitions = 1;
    // 0 if `assignments` are given.
    int16_t replication_factor = 0;
    // assignments[p] are the replicas of partition p, the preferred leader first.
    std::vector<std::vector<BrokerId>> assignments;
    std::vector<ConfigEntry> configs;
  };
  std::vector<Topic> topics;
};

struct CreateTopicsResponse {
  struct Result {
    std::string name;
    ErrorCode error = ErrorCode::kNone;
    TopicId id;
  };
  // Set if nothing was tried, such as NOT_CONTROLLER.
  ErrorCode error = ErrorCode::kNone;
  std::vector<Result> results;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_PROTOCOL_METADATA_API_H_
