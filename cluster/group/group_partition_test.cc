#include "cluster/group/group_partition.h"

#include <gtest/gtest.h>

#include <climits>

namespace ktrial::cluster {
namespace {

// Values from java.lang.String.hashCode.
TEST(GroupPartitionTest, HashesAsJava) {
  EXPECT_EQ(JavaStringHash(""), 0);
  EXPECT_EQ(JavaStringHash("hello"), 99162322);
  EXPECT_EQ(JavaStringHash("polygenelubricants"), INT_MIN);
  EXPECT_EQ(JavaStringHash("\u00e9"), 233);
  EXPECT_EQ(JavaStringHash("\U0001f600"), 55357 * 31 + 56832);
}

TEST(GroupPartitionTest, NegativeHashesAndTheSmallestIntFindAPartition) {
  EXPECT_EQ(GroupPartition("polygenelubricants", 50), 0);
  EXPECT_EQ(GroupPartition("hello", 50), 22);
  for (const char* group : {"a", "payments", "console-consumer-12345", "zzzzzzzzzzzz"}) {
    EXPECT_GE(GroupPartition(group, 50), 0);
    EXPECT_LT(GroupPartition(group, 50), 50);
  }
}

TEST(GroupPartitionTest, WithoutATopicThereIsNoCoordinator) {
  EXPECT_EQ(FindGroupCoordinator(MetadataImage(), nullptr, "payments").error, ErrorCode::kCoordinatorNotAvailable);
}

}  // namespace
}  // namespace ktrial::cluster
