#include "cluster/client/sticky_partitioner.h"

#include <map>

#include "gtest/gtest.h"

namespace ktrial::cluster {
namespace {

// Values of org.apache.kafka.common.utils.Utils.murmur2 over the key's 8 big-endian bytes.
TEST(StickyPartitioner, HashesKeysAsKafkaDoes) {
  EXPECT_EQ(Murmur2(0), 0xe0d75103u);
  EXPECT_EQ(Murmur2(1), 0x7d32dfacu);
  EXPECT_EQ(Murmur2(42), 0x1e361fc0u);
  EXPECT_EQ(Murmur2(123456789), 0xf6729340u);
  EXPECT_EQ(Murmur2(int64_t{1} << 62), 0x9c330a66u);
  EXPECT_EQ(PartitionForKey(0, 6), 5);
  EXPECT_EQ(PartitionForKey(123456789, 6), 2);
}

TEST(StickyPartitioner, StaysUntilABatchOfBytesWentOut) {
  sim::RandomStream stream(1);
  StickyPartitioner sticky(1000);
  sticky.Switch({{0, 0}, {1, 0}, {2, 0}}, 3, stream);
  EXPECT_FALSE(sticky.OnAppended(999, true));
  EXPECT_TRUE(sticky.OnAppended(1, true));
  // Not while a batch that could still grow would be left behind, unless twice the size went out.
  sticky.Switch({{0, 0}, {1, 0}, {2, 0}}, 3, stream);
  EXPECT_FALSE(sticky.OnAppended(1500, false));
  EXPECT_TRUE(sticky.OnAppended(500, false));
}

TEST(StickyPartitioner, PrefersShortQueues) {
  sim::RandomStream stream(5);
  StickyPartitioner sticky(1000);
  std::map<int32_t, int> chosen;
  for (int i = 0; i < 12'000; ++i) {
    sticky.Switch({{0, 0}, {1, 3}, {2, 1}}, 3, stream);
    ++chosen[sticky.current()];
  }
  // Weights 4 : 1 : 3.
  EXPECT_NEAR(chosen[0], 6000, 300);
  EXPECT_NEAR(chosen[1], 1500, 300);
  EXPECT_NEAR(chosen[2], 4500, 300);
}

TEST(StickyPartitioner, WithoutLeadersAnyPartitionWillDo) {
  sim::RandomStream stream(5);
  StickyPartitioner sticky(1000);
  std::map<int32_t, int> chosen;
  for (int i = 0; i < 400; ++i) {
    sticky.Switch({}, 4, stream);
    ++chosen[sticky.current()];
  }
  EXPECT_EQ(chosen.size(), 4u);
}

}  // namespace
}  // namespace ktrial::cluster
