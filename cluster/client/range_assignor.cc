#include "cluster/client/range_assignor.h"

#include <algorithm>

namespace ktrial::cluster {
namespace {

// MemberInfo.compareTo: static members come before dynamic ones.
bool MemberBefore(const JoinGroupResponse::Member& a, const JoinGroupResponse::Member& b) {
  if (!a.group_instance_id.empty() && !b.group_instance_id.empty()) return a.group_instance_id < b.group_instance_id;
  if (a.group_instance_id.empty() != b.group_instance_id.empty()) return !a.group_instance_id.empty();
  return a.member_id < b.member_id;
}

}  // namespace

std::vector<SyncGroupRequest::MemberAssignment> AssignRange(const std::vector<JoinGroupResponse::Member>& members,
                                                            const std::vector<TopicPartitionCount>& topics) {
  std::vector<SyncGroupRequest::MemberAssignment> assignments;
  for (const JoinGroupResponse::Member& member : members) assignments.push_back({.member_id = member.member_id});
  for (const TopicPartitionCount& topic : topics) {
    std::vector<size_t> subscribers;
    for (size_t m = 0; m < members.size(); ++m) {
      const std::vector<std::string>& wanted = members[m].metadata.topics;
      if (std::find(wanted.begin(), wanted.end(), topic.name) != wanted.end()) subscribers.push_back(m);
    }
    if (subscribers.empty()) continue;
    std::sort(subscribers.begin(), subscribers.end(),
              [&](size_t a, size_t b) { return MemberBefore(members[a], members[b]); });
    const int32_t quotient = topic.partitions / static_cast<int32_t>(subscribers.size());
    const int32_t remainder = topic.partitions % static_cast<int32_t>(subscribers.size());
    int32_t next = 0;
    for (size_t i = 0; i < subscribers.size(); ++i) {
      const int32_t count = quotient + (static_cast<int32_t>(i) < remainder ? 1 : 0);
      for (int32_t n = 0; n < count; ++n)
        assignments[subscribers[i]].assignment.partitions.push_back({topic.id, next++});
    }
  }
  return assignments;
}

}  // namespace ktrial::cluster
