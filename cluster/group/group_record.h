// Records of __consumer_offsets (Kafka: GroupMetadataKey/Value and OffsetCommitKey/Value). A record rides as the body
// of a cluster::Record.
#ifndef KTRIAL_CLUSTER_GROUP_GROUP_RECORD_H_
#define KTRIAL_CLUSTER_GROUP_GROUP_RECORD_H_

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cluster/protocol/group_api.h"
#include "cluster/protocol/ids.h"
#include "cluster/protocol/record_batch.h"
#include "sim/message.h"
#include "sim/time.h"

namespace ktrial::cluster {

// A group as its leader's assignment left it; without members it is empty.
struct GroupMetadataRecord {
  struct Member {
    std::string id;
    std::string instance_id;
    std::string client_id;
    sim::Duration session_timeout;
    sim::Duration rebalance_timeout;
    Subscription subscription;
    Assignment assignment;
  };
  std::string group;
  GenerationId generation;
  std::string protocol;
  std::string leader;
  std::vector<Member> members;
};

struct OffsetCommitRecord {
  std::string group;
  TopicPartition tp;
  Offset offset;
  LeaderEpoch leader_epoch;
};

using GroupRecordBody = std::variant<GroupMetadataRecord, OffsetCommitRecord>;

struct GroupRecord : sim::Payload {
  explicit GroupRecord(GroupRecordBody record) : body(std::move(record)) {}

  // Of a tombstone, only what makes the key means anything: the group, and the partition of an offset.
  GroupRecordBody body;
};

// As a log record of a plausible encoded size, under the key by which the cleaner knows it: the group, or the group and
// the partition whose offset it commits.
Record ToRecord(GroupRecordBody body, sim::WallTime timestamp);
// The deletion of a group or of a committed offset: a record that has the key of `body` and no value.
Record ToTombstone(GroupRecordBody body, sim::WallTime timestamp);
// The record that a record of __consumer_offsets carries.
const GroupRecordBody& GroupBodyOf(const Record& record);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_GROUP_GROUP_RECORD_H_
