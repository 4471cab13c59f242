#include "sim/id_vector.h"

#include <gtest/gtest.h>

#include <string>

#include "sim/ids.h"

namespace ktrial::sim {
namespace {

TEST(IdVectorTest, IdsAreDenseFromZero) {
  IdVector<HostId, std::string> hosts;
  EXPECT_EQ(hosts.next_id(), HostId{0});
  EXPECT_EQ(hosts.Add("a"), HostId{0});
  EXPECT_EQ(hosts.Add("b"), HostId{1});
  EXPECT_EQ(hosts[HostId{1}], "b");
  EXPECT_EQ(hosts.size(), 2u);
  EXPECT_EQ(*hosts.begin(), "a");
}

TEST(IdVectorTest, UnknownIdsAreNotContained) {
  IdVector<HostId, int> hosts(2);
  EXPECT_TRUE(hosts.Contains(HostId{1}));
  EXPECT_FALSE(hosts.Contains(HostId{2}));
  EXPECT_FALSE(hosts.Contains(HostId{}));
  EXPECT_EQ(hosts.Find(HostId{2}), nullptr);
  EXPECT_NE(hosts.Find(HostId{1}), nullptr);
}

TEST(IdVectorDeathTest, IndexingByAnUnknownIdIsAProgrammersError) {
  IdVector<HostId, int> hosts(2);
  EXPECT_DEATH(hosts[HostId{2}], "check failed");
  EXPECT_DEATH(hosts[HostId{}], "check failed");
}

}  // namespace
}  // namespace ktrial::sim
