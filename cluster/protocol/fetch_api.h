// Fetch, ListOffsets and OffsetsForLeaderEpoch: how consumers, followers and the metadata quorum read logs.
#ifndef KTRIAL_CLUSTER_PROTOCOL_FETCH_API_H_
#define KTRIAL_CLUSTER_PROTOCOL_FETCH_API_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cluster/protocol/error_code.h"
#include "cluster/protocol/ids.h"
#include "cluster/protocol/record_batch.h"
#include "sim/time.h"

namespace ktrial::cluster {

struct FetchRequest {
  struct PartitionData {
    TopicPartition tp;
    Offset fetch_offset;
    // The epoch the fetcher believes current; none skips the check.
    LeaderEpoch current_leader_epoch;
    // Epoch of the fetcher's last record (followers, Fetch v12+); none skips the divergence check.
    LeaderEpoch last_fetched_epoch;
    Offset log_start_offset;
    int32_t max_bytes = 0;
    // The high watermark that a replica of the metadata log knows, -1 for none; unset if it does not say, as all others
    // and replicas before 4.1 (KIP-1166).
    std::optional<Offset> high_watermark = std::nullopt;

    friend bool operator==(const PartitionData&, const PartitionData&) = default;
  };

  // A follower's or voter's id; none for consumers.
  BrokerId replica;
  // The follower's own registration (KIP-903); none before it has one, and for consumers.
  BrokerEpoch replica_epoch;
  sim::Duration max_wait;
  int32_t min_bytes = 1;
  int32_t max_bytes = 0;
  // KIP-227, see fetch_metadata.h. The default goes without a session.
  int32_t session_id = 0;
  int32_t session_epoch = -1;
  std::vector<PartitionData> partitions;
  // client.rack, or empty: where a consumer would like to read (KIP-392).
  std::string rack;
  // Partitions to drop from the session. With topic ids, Kafka's forgotten and replaced partitions are one.
  std::vector<TopicPartition> forgotten;
};

struct FetchResponse {
  struct PartitionData {
    TopicPartition tp;
    ErrorCode error = ErrorCode::kNone;
    Offset high_watermark;
    Offset last_stable_offset;
    Offset log_start_offset;
    // Set if the fetcher's log left the leader's: the end of the leader's largest epoch that is not above the
    // fetcher's.
    bool diverged = false;
    OffsetAndEpoch diverging_epoch;
    // With a leadership error: who leads, as far as this node knows.
    BrokerId current_leader;
    LeaderEpoch current_leader_epoch;
    // Instead of data: where the consumer is to read from now on (KIP-392).
    BrokerId preferred_read_replica;
    std::vector<LogBatchRef> batches;
  };

  // FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH or FETCH_SESSION_TOPIC_ID_ERROR; no partitions then.
  ErrorCode error = ErrorCode::kNone;
  // 0 if there is no session (any more).
  int32_t session_id = 0;
  // In a session, only those with news: records, another high watermark or log start, an error, a divergence.
  std::vector<PartitionData> partitions;
};

struct ListOffsetsRequest {
  static constexpr int64_t kLatest = -1;
  static constexpr int64_t kEarliest = -2;
  static constexpr int64_t kMaxTimestamp = -3;
  struct PartitionData {
    TopicPartition tp;
    LeaderEpoch current_leader_epoch;
    // Unix milliseconds, kLatest, kEarliest or kMaxTimestamp.
    int64_t timestamp = kLatest;
  };

  // A follower's id; none for consumers.
  BrokerId replica;
  std::vector<PartitionData> partitions;
};

struct ListOffsetsResponse {
  struct PartitionData {
    TopicPartition tp;
    ErrorCode error = ErrorCode::kNone;
    Offset offset;
    LeaderEpoch leader_epoch;
  };
  std::vector<PartitionData> partitions;
};

struct OffsetsForLeaderEpochRequest {
  struct PartitionData {
    TopicPartition tp;
    LeaderEpoch current_leader_epoch;
    LeaderEpoch leader_epoch;
  };
  BrokerId replica;
  // Version 0 (KIP-101): the answer does not say which epoch it found.
  bool end_offset_only = false;
  std::vector<PartitionData> partitions;
};

struct OffsetsForLeaderEpochResponse {
  struct PartitionData {
    TopicPartition tp;
    ErrorCode error = ErrorCode::kNone;
    // Undefined (both invalid) if the epoch is unknown.
    OffsetAndEpoch end_offset;
  };
  std::vector<PartitionData> partitions;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_PROTOCOL_FETCH_API_H_
