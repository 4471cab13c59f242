// One partition of __consumer_offsets at its coordinator (Kafka: CoordinatorContext of the coordinator runtime): the
// groups and offsets it holds, and what has been appended and waits for the high watermark.
#ifndef KTRIAL_CLUSTER_GROUP_COORDINATOR_PARTITION_H_
#define KTRIAL_CLUSTER_GROUP_COORDINATOR_PARTITION_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/group/classic_group.h"
#include "cluster/network/socket_server.h"
#include "cluster/protocol/api_message.h"
#include "cluster/protocol/group_api.h"
#include "cluster/protocol/ids.h"
#include "sim/context.h"
#include "sim/time.h"

namespace ktrial::cluster {

// An answer on its way to whoever asked.
struct GroupResponse {
  RequestHandle handle;
  ResponseBody body;
};

struct CommittedOffset {
  Offset offset;
  LeaderEpoch leader_epoch;

  friend bool operator==(const CommittedOffset&, const CommittedOffset&) = default;
};

// What is to happen when a write is committed, or is known to have failed.

// Offsets become visible.
struct OffsetsWrite {
  std::string group;
  GenerationId generation;
  std::vector<OffsetCommitRequest::PartitionData> offsets;
  // Read from the log: somebody else answered for it, if anybody did.
  bool replayed = false;
};
// The group's leader gave everyone their partitions: the group becomes Stable, if it still is at this generation.
struct AssignmentWrite {
  std::string group;
  GenerationId generation;
  std::vector<SyncGroupRequest::MemberAssignment> assignments;
};
// A static member came back under a new id and the group stays as it is.
struct StaticMemberWrite {
  std::string group;
  std::string leader_before;
  ClassicGroupMember member_before;
  std::string new_id;
};

struct PendingWrite {
  // Committed when the high watermark reaches this.
  Offset end;
  // offsets.commit.timeout.ms after the request.
  sim::SimTime deadline;
  // The time was up and so it was told; offsets still become visible if they are committed later.
  bool timed_out = false;
  std::variant<std::monostate, OffsetsWrite, AssignmentWrite, StaticMemberWrite> then;
  // Goes out when all is committed.
  std::optional<GroupResponse> response;
};

struct CoordinatorPartition {
  TopicPartition tp;
  // The leader epoch under which this broker coordinates; guards against orders that come late.
  LeaderEpoch epoch;
  bool loading = true;
  // Names this load in timers.
  uint32_t load_id = 0;
  // What has been read and is to be replayed.
  std::vector<LogBatchRef> loaded;

  absl::btree_map<std::string, ClassicGroup> groups;
  absl::btree_map<std::string, absl::btree_map<TopicPartition, CommittedOffset>> offsets;
  // In the order of the log.
  std::deque<PendingWrite> writes;
  // End of the last append.
  Offset last_written{0};
  // For the first deadline in `writes`.
  sim::TimerHandle write_timer;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_GROUP_COORDINATOR_PARTITION_H_
