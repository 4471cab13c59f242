#include "cluster/client/range_assignor.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace ktrial::cluster {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

JoinGroupResponse::Member Member(std::string id, std::vector<std::string> topics, std::string instance = "") {
  return {
      .member_id = std::move(id), .group_instance_id = std::move(instance), .metadata = {.topics = std::move(topics)}};
}

TEST(RangeAssignor, FirstMembersGetOneMore) {
  const TopicId t(0);
  const auto result = AssignRange({Member("b", {"t"}), Member("a", {"t"}), Member("c", {"t"})}, {{"t", t, 8}});
  using Tp = TopicPartition;
  EXPECT_THAT(result[1].assignment.partitions, ElementsAre(Tp{t, 0}, Tp{t, 1}, Tp{t, 2}));
  EXPECT_THAT(result[0].assignment.partitions, ElementsAre(Tp{t, 3}, Tp{t, 4}, Tp{t, 5}));
  EXPECT_THAT(result[2].assignment.partitions, ElementsAre(Tp{t, 6}, Tp{t, 7}));
}

TEST(RangeAssignor, StaticMembersComeFirstByInstance) {
  const TopicId t(0);
  const auto result =
      AssignRange({Member("a", {"t"}), Member("z", {"t"}, "i2"), Member("y", {"t"}, "i1")}, {{"t", t, 3}});
  EXPECT_THAT(result[2].assignment.partitions, ElementsAre(TopicPartition{t, 0}));
  EXPECT_THAT(result[1].assignment.partitions, ElementsAre(TopicPartition{t, 1}));
  EXPECT_THAT(result[0].assignment.partitions, ElementsAre(TopicPartition{t, 2}));
}

TEST(RangeAssignor, OnlySubscribersOfATopicGetIt) {
  const auto result =
      AssignRange({Member("a", {"t"}), Member("b", {"u"})}, {{"t", TopicId(0), 2}, {"v", TopicId(1), 2}});
  EXPECT_THAT(result[0].assignment.partitions,
              ElementsAre(TopicPartition{TopicId(0), 0}, TopicPartition{TopicId(0), 1}));
  EXPECT_THAT(result[1].assignment.partitions, IsEmpty());
}

RC_GTEST_PROP(RangeAssignorProperty, EveryPartitionOnceAndSharesDifferByAtMostOne, ()) {
  const int members = *rc::gen::inRange(1, 12);
  const int partitions = *rc::gen::inRange(0, 60);
  std::vector<JoinGroupResponse::Member> group;
  for (int m = 0; m < members; ++m) group.push_back(Member("m" + std::to_string(m), {"t"}));
  const auto result = AssignRange(group, {{"t", TopicId(0), partitions}});
  std::vector<int> owners(static_cast<size_t>(partitions), 0);
  size_t least = SIZE_MAX;
  size_t most = 0;
  for (const auto& member : result) {
    least = std::min(least, member.assignment.partitions.size());
    most = std::max(most, member.assignment.partitions.size());
    for (const TopicPartition& tp : member.assignment.partitions) ++owners[static_cast<size_t>(tp.partition)];
  }
  for (int count : owners) RC_ASSERT(count == 1);
  RC_ASSERT(most - least <= 1);
}

}  // namespace
}  // namespace ktrial::cluster
