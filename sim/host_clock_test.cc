#include "sim/host_clock.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <vector>

namespace ktrial::sim {
namespace {

constexpr SimTime At(Duration since_start) { return SimTime() + since_start; }

TEST(HostClockTest, StartsAtAFixedDate) {
  constexpr std::chrono::sys_days kNewYear = std::chrono::year(2026) / 1 / 1;
  EXPECT_EQ(kRunStart.unix_millis(), std::chrono::milliseconds(kNewYear.time_since_epoch()).count());
  EXPECT_EQ(HostClock().At(SimTime()), kRunStart);
}

TEST(HostClockTest, FollowsTrueTimeRoundedDown) {
  const HostClock clock;
  EXPECT_EQ(clock.At(SimTime(1'999'999)), kRunStart + Milliseconds(1));
  EXPECT_EQ(clock.At(At(Seconds(90))), kRunStart + Seconds(90));
}

TEST(HostClockTest, AnOffsetBelowZeroAlsoRoundsDown) {
  const HostClock clock(Nanoseconds(-1));
  EXPECT_EQ(clock.At(SimTime()), kRunStart + Milliseconds(-1));
  EXPECT_EQ(HostClock(Milliseconds(-250)).At(SimTime()), kRunStart + Milliseconds(-250));
}

TEST(HostClockTest, JumpsBothWays) {
  HostClock clock;
  clock.Jump(At(Seconds(10)), Seconds(-3));
  EXPECT_EQ(clock.At(At(Seconds(10))), kRunStart + Seconds(7));
  clock.Jump(At(Seconds(20)), Milliseconds(500));
  EXPECT_EQ(clock.At(At(Seconds(20))), kRunStart + Milliseconds(17'500));
  EXPECT_EQ(clock.OffsetAt(At(Seconds(30))), Milliseconds(-2'500));
}

TEST(HostClockTest, DriftsFromTheGivenMomentOn) {
  HostClock clock;
  // 50 parts per million: 5 ms in 100 s.
  clock.SetDrift(At(Seconds(100)), 50'000);
  EXPECT_EQ(clock.OffsetAt(At(Seconds(100))), Duration());
  EXPECT_EQ(clock.OffsetAt(At(Seconds(200))), Milliseconds(5));
  clock.SetDrift(At(Seconds(200)), -100'000);
  EXPECT_EQ(clock.OffsetAt(At(Seconds(200))), Milliseconds(5));
  EXPECT_EQ(clock.OffsetAt(At(Seconds(300))), Milliseconds(-5));
  clock.Synchronise(At(Seconds(300)));
  EXPECT_EQ(clock.OffsetAt(At(Seconds(400))), Duration());
  EXPECT_EQ(clock.drift_parts_per_billion(), 0);
}

TEST(HostClockTest, AJumpKeepsTheDrift) {
  HostClock clock;
  clock.SetDrift(SimTime(), 1'000'000);
  clock.Jump(At(Seconds(1)), Seconds(1));
  EXPECT_EQ(clock.OffsetAt(At(Seconds(2))), Seconds(1) + Milliseconds(2));
}

TEST(HostClockTest, DriftsThroughTheLongestRun) {
  HostClock clock;
  clock.SetDrift(SimTime(), 1'000'000'000);
  EXPECT_EQ(clock.OffsetAt(At(Duration::Max())), Duration::Max());
}

TEST(HostClockDeathTest, ChecksItsArguments) {
  HostClock clock;
  EXPECT_DEATH(clock.SetDrift(SimTime(), -1'000'000'000), "check failed");
  clock.SetDrift(At(Seconds(2)), 1);
  EXPECT_DEATH(clock.At(At(Seconds(1))), "check failed");
}

// Between jumps a clock goes forward, whatever it drifts; and a change of drift moves nothing at that moment.
RC_GTEST_PROP(HostClockProperty, DriftNeverTurnsTimeBack, ()) {
  HostClock clock(Milliseconds(*rc::gen::inRange<int64_t>(-1'000'000, 1'000'000)));
  const auto drifts = *rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(-999'999'999, 1'000'000'001));
  SimTime now;
  WallTime shown = clock.At(now);
  for (const int64_t drift : drifts) {
    now = now + Nanoseconds(*rc::gen::inRange<int64_t>(0, 100'000'000'000));
    RC_ASSERT(clock.At(now) >= shown);
    shown = clock.At(now);
    clock.SetDrift(now, drift);
    RC_ASSERT(clock.At(now) == shown);
  }
}

}  // namespace
}  // namespace ktrial::sim
