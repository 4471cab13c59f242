// Kafka's RangeAssignor: for each topic by itself, members in order get consecutive ranges of partitions, the first
// ones one more where it does not divide.
#ifndef KTRIAL_CLUSTER_CLIENT_RANGE_ASSIGNOR_H_
#define KTRIAL_CLUSTER_CLIENT_RANGE_ASSIGNOR_H_

#include <string>
#include <vector>

#include "cluster/protocol/group_api.h"

namespace ktrial::cluster {

struct TopicPartitionCount {
  std::string name;
  TopicId id;
  int32_t partitions = 0;
};

// One entry a member, in the order given. Members sort by group.instance.id first, where they have one, then by member
// id.
std::vector<SyncGroupRequest::MemberAssignment> AssignRange(const std::vector<JoinGroupResponse::Member>& members,
                                                            const std::vector<TopicPartitionCount>& topics);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_RANGE_ASSIGNOR_H_
