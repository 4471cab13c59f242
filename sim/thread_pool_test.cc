#include "sim/thread_pool.h"

#include "gtest/gtest.h"

namespace ktrial::sim {
namespace {

constexpr SimTime At(int64_t millis) { return SimTime() + Milliseconds(millis); }

TEST(ThreadPoolTest, ThreadsAreBusyUntilTheirTime) {
  ThreadPoolState pool(2);
  pool.Occupy(*pool.FreeThread(At(0)), At(10));
  pool.Occupy(*pool.FreeThread(At(0)), At(5));
  EXPECT_FALSE(pool.FreeThread(At(4)).has_value());
  EXPECT_EQ(pool.NextFree(), At(5));
  EXPECT_EQ(pool.FreeThread(At(5)), 1);
}

TEST(ThreadPoolTest, ANewcomerDoesNotOvertakeWhatWaits) {
  ThreadPoolState pool(1);
  EXPECT_TRUE(pool.FreeThreadForArrival(At(0)).has_value());
  pool.Wait(StartDelivery());
  EXPECT_FALSE(pool.FreeThreadForArrival(At(0)).has_value());
  EXPECT_TRUE(pool.FreeThread(At(0)).has_value());
}

TEST(ThreadPoolTest, CancelsOnlyTheTimerThatIsMeant) {
  ThreadPoolState pool(1);
  const EventHandle first{.slot = 1, .generation = 1};
  const EventHandle second{.slot = 1, .generation = 2};
  pool.Wait(TimerDelivery{.timer = {.kind = 1, .key = 1}, .handle = first});
  pool.Wait(TimerDelivery{.timer = {.kind = 1, .key = 2}, .handle = second});
  EXPECT_TRUE(pool.CancelWaitingTimer(second));
  EXPECT_FALSE(pool.CancelWaitingTimer(second));
  EXPECT_EQ(std::get<TimerDelivery>(pool.TakeWaiting()).timer.key, 1u);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(pool.TakeWaiting()));
}

}  // namespace
}  // namespace ktrial::sim
