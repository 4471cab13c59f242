// Produce, DeleteRecords and InitProducerId.
#ifndef KTRIAL_CLUSTER_PROTOCOL_PRODUCE_API_H_
#define KTRIAL_CLUSTER_PROTOCOL_PRODUCE_API_H_

#include <cstdint>
#include <vector>

#include "cluster/protocol/error_code.h"
#include "cluster/protocol/ids.h"
#include "cluster/protocol/record_batch.h"
#include "sim/time.h"

namespace ktrial::cluster {

// The acks setting: 0, 1 or -1 (all).
using RequiredAcks = int16_t;
inline constexpr RequiredAcks kAcksAll = -1;

struct ProduceRequest {
  struct PartitionData {
    TopicPartition tp;
    sim::Ref<const RecordBatch> batch;
  };

  RequiredAcks acks = kAcksAll;
  sim::Duration timeout;
  std::vector<PartitionData> partitions;
};

struct ProduceResponse {
  struct PartitionResponse {
    TopicPartition tp;
    ErrorCode error = ErrorCode::kNone;
    Offset base_offset;
    Offset log_start_offset;
    // With timestamp type LogAppendTime, the time given to the records; else -1.
    sim::WallTime log_append_time{-1};
    // With NOT_LEADER_OR_FOLLOWER: who leads, as far as this broker knows (KIP-951).
    BrokerId current_leader;
    LeaderEpoch current_leader_epoch;
  };

  std::vector<PartitionResponse> partitions;
};

// Deletes records below given offsets; the answer waits until all live replicas have.
struct DeleteRecordsRequest {
  struct PartitionData {
    TopicPartition tp;
    // The first offset that stays; none (-1) for the high watermark.
    Offset offset;
  };

  sim::Duration timeout;
  std::vector<PartitionData> partitions;
};

struct DeleteRecordsResponse {
  struct PartitionResult {
    TopicPartition tp;
    ErrorCode error = ErrorCode::kNone;
    // The lowest log start among the live replicas; none after an error.
    Offset low_watermark;
  };

  std::vector<PartitionResult> partitions;
};

struct InitProducerIdRequest {};

struct InitProducerIdResponse {
  ErrorCode error = ErrorCode::kNone;
  ProducerId producer_id;
  ProducerEpoch producer_epoch;
};

// Broker to controller: a block of producer ids (KIP-730).
struct AllocateProducerIdsRequest {
  BrokerId broker;
  BrokerEpoch broker_epoch;
};

struct AllocateProducerIdsResponse {
  ErrorCode error = ErrorCode::kNone;
  ProducerId first;
  int32_t count = 0;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_PROTOCOL_PRODUCE_API_H_
