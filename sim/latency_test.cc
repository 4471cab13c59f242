#include "sim/latency.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

namespace ktrial::sim {
namespace {

TEST(LatencyTableTest, AFixedLatencyDrawsNothing) {
  RandomStream stream(1);
  const RandomStream before = stream;
  EXPECT_EQ(LatencyTable::Fixed(Microseconds(10)).Draw(stream), Microseconds(10));
  EXPECT_EQ(LatencyTable().Draw(stream), Duration());
  EXPECT_EQ(stream, before);
}

TEST(LatencyTableTest, GoldenNumbers) {
  const LatencyTable table = LatencyTable::FromP50P99(Microseconds(150), Milliseconds(1));
  RandomStream stream(42);
  for (const int64_t expected : {87'579, 131'847, 462'319, 886'711, 1'076'666, 617'915}) {
    EXPECT_EQ(table.Draw(stream), Nanoseconds(expected));
  }
}

TEST(LatencyTableTest, KnowsItsEndsAndItsMiddle) {
  const LatencyTable table = LatencyTable::FromP50P99(Microseconds(150), Milliseconds(1));
  EXPECT_EQ(table.min(), Microseconds(75));
  EXPECT_EQ(table.p50(), Microseconds(150));
  EXPECT_EQ(table.max(), Microseconds(1'425));
  const LatencyTable even = LatencyTable::FromQuantiles({Nanoseconds(10), Nanoseconds(20)});
  EXPECT_EQ(even.p50(), Nanoseconds(15));
}

TEST(LatencyTableTest, DrawsHaveTheGivenQuantiles) {
  const LatencyTable table = LatencyTable::FromP50P99(Microseconds(150), Milliseconds(1));
  RandomStream stream(7);
  std::vector<int64_t> draws;
  for (int i = 0; i < 100'000; ++i) draws.push_back(table.Draw(stream).nanos());
  std::sort(draws.begin(), draws.end());
  EXPECT_NEAR(static_cast<double>(draws[50'000]), 150'000, 6'000);
  EXPECT_NEAR(static_cast<double>(draws[99'000]), 1'000'000, 40'000);
}

TEST(LatencyTableTest, LongTablesDoNotOverflow) {
  const LatencyTable table = LatencyTable::FromQuantiles({Duration(), Duration::Max()});
  RandomStream stream(9);
  for (int i = 0; i < 100; ++i) {
    const Duration drawn = table.Draw(stream);
    EXPECT_GE(drawn, Duration());
    EXPECT_LE(drawn, Duration::Max());
  }
}

TEST(LatencyTableDeathTest, QuantilesAscend) {
  EXPECT_DEATH(LatencyTable::FromP50P99(Milliseconds(2), Milliseconds(1)), "check failed");
  EXPECT_DEATH(LatencyTable::Fixed(Nanoseconds(-1)), "check failed");
  EXPECT_DEATH(LatencyTable::FromQuantiles({Nanoseconds(1)}), "check failed");
}

RC_GTEST_PROP(LatencyTableProperty, DrawsStayBetweenTheEnds, (uint64_t seed)) {
  const int64_t p50 = *rc::gen::inRange<int64_t>(0, 1'000'000'000);
  const int64_t p99 = p50 + *rc::gen::inRange<int64_t>(0, 1'000'000'000);
  const LatencyTable table = LatencyTable::FromP50P99(Nanoseconds(p50), Nanoseconds(p99));
  RC_ASSERT(table.min().nanos() == p50 / 2);
  RC_ASSERT(table.p50().nanos() == p50);
  RC_ASSERT(table.max().nanos() == p99 + (p99 - p50) / 2);
  RandomStream stream(seed);
  for (int i = 0; i < 50; ++i) {
    const Duration drawn = table.Draw(stream);
    RC_ASSERT(table.min() <= drawn);
    RC_ASSERT(drawn <= table.max());
  }
}

}  // namespace
}  // namespace ktrial::sim
