// The classic consumer group protocol: FindCoordinator, JoinGroup, SyncGroup, Heartbeat, LeaveGroup, OffsetCommit and
// OffsetFetch.
#ifndef KTRIAL_CLUSTER_PROTOCOL_GROUP_API_H_
#define KTRIAL_CLUSTER_PROTOCOL_GROUP_API_H_

#include <cstdint>
#include <string>
#include <vector>

#include "cluster/protocol/error_code.h"
#include "cluster/protocol/ids.h"
#include "sim/time.h"

namespace ktrial::cluster {

struct FindCoordinatorRequest {
  std::string group;
};

struct FindCoordinatorResponse {
  ErrorCode error = ErrorCode::kNone;
  BrokerId coordinator;
};

// What a member tells the group's leader (ConsumerProtocolSubscription).
struct Subscription {
  std::vector<std::string> topics;
  std::vector<TopicPartition> owned_partitions;

  friend bool operator==(const Subscription&, const Subscription&) = default;
};

// A member's assignment (ConsumerProtocolAssignment); TopicId names the topic's incarnation at the time.
struct Assignment {
  std::vector<TopicPartition> partitions;

  friend bool operator==(const Assignment&, const Assignment&) = default;
};

struct JoinGroupRequest {
  struct Protocol {
    std::string name;
    Subscription metadata;

    friend bool operator==(const Protocol&, const Protocol&) = default;
  };
  std::string group;
  sim::Duration session_timeout;
  sim::Duration rebalance_timeout;
  // Empty on the first try.
  std::string member_id;
  // group.instance.id, or empty for a dynamic member.
  std::string group_instance_id;
  std::string client_id;
  std::vector<Protocol> protocols;
};

struct JoinGroupResponse {
  struct Member {
    std::string member_id;
    std::string group_instance_id;
    Subscription metadata;
  };
  ErrorCode error = ErrorCode::kNone;
  GenerationId generation;
  std::string protocol;
  std::string leader;
  std::string member_id;
  // Filled for the leader alone.
  std::vector<Member> members;
};

struct SyncGroupRequest {
  struct MemberAssignment {
    std::string member_id;
    Assignment assignment;
  };
  std::string group;
  GenerationId generation;
  std::string member_id;
  std::string group_instance_id;
  // From the leader alone.
  std::vector<MemberAssignment> assignments;
};

struct SyncGroupResponse {
  ErrorCode error = ErrorCode::kNone;
  Assignment assignment;
};

struct HeartbeatRequest {
  std::string group;
  GenerationId generation;
  std::string member_id;
  std::string group_instance_id;
};

struct HeartbeatResponse {
  ErrorCode error = ErrorCode::kNone;
};

struct LeaveGroupRequest {
  std::string group;
  std::string member_id;
};

struct LeaveGroupResponse {
  ErrorCode error = ErrorCode::kNone;
};

struct OffsetCommitRequest {
  struct PartitionData {
    TopicPartition tp;
    Offset offset;
    LeaderEpoch leader_epoch;
  };
  std::string group;
  // None with an empty member id: a commit from outside group management.
  GenerationId generation;
  std::string member_id;
  std::string group_instance_id;
  std::vector<PartitionData> partitions;
};

struct OffsetCommitResponse {
  struct PartitionData {
    TopicPartition tp;
    ErrorCode error = ErrorCode::kNone;
  };
  std::vector<PartitionData> partitions;
};

struct OffsetFetchRequest {
  std::string group;
  std::vector<TopicPartition> partitions;
};

struct OffsetFetchResponse {
  struct PartitionData {
    TopicPartition tp;
    // None if the group has committed nothing for it.
    Offset offset;
    LeaderEpoch leader_epoch;
    ErrorCode error = ErrorCode::kNone;
  };
  ErrorCode error = ErrorCode::kNone;
  std::vector<PartitionData> partitions;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_PROTOCOL_GROUP_API_H_
