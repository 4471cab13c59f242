#include "sim/time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <type_traits>

namespace ktrial::sim {
namespace {

static_assert(!std::is_convertible_v<int64_t, Duration> && !std::is_convertible_v<int64_t, SimTime>);
static_assert(!std::is_constructible_v<WallTime, SimTime>, "the two clocks do not mix");
static_assert(Seconds(1) == Milliseconds(1'000) && Milliseconds(1) == Microseconds(1'000) &&
              Microseconds(1) == Nanoseconds(1'000));

TEST(TimeTest, UnitsTruncateTowardsZero) {
  EXPECT_EQ(Nanoseconds(1'999'999).millis(), 1);
  EXPECT_EQ(Nanoseconds(-1'999'999).millis(), -1);
  EXPECT_EQ(Nanoseconds(1'999).micros(), 1);
  EXPECT_EQ(SimTime(2'999'999).millis(), 2);
}

TEST(TimeTest, TheLargestTimesCanStillBeAdded) {
  EXPECT_GT(SimTime::Max() + Duration::Max(), SimTime::Max());
  EXPECT_GT(Duration::Max() + Duration::Max(), Duration::Max());
}

TEST(TimeTest, WallTimeCountsMilliseconds) {
  EXPECT_EQ(WallTime(1'000) + Seconds(2), WallTime(3'000));
  EXPECT_EQ(WallTime(3'000) - WallTime(1'000), Seconds(2));
}

RC_GTEST_PROP(TimeProperty, TheDifferenceLeadsBack, ()) {
  const SimTime a(*rc::gen::inRange<int64_t>(0, int64_t{1} << 60));
  const SimTime b(*rc::gen::inRange<int64_t>(0, int64_t{1} << 60));
  RC_ASSERT(a + (b - a) == b);
  RC_ASSERT(b - (b - a) == a);
  RC_ASSERT((a < b) == ((b - a) > Duration()));
}

}  // namespace
}  // namespace ktrial::sim
