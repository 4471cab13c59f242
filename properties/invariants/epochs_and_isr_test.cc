// The checkers of epochs and in-sync replicas: S2, S5, S7.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/history_for_test.h"

namespace ktrial::properties {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(EpochsMonotonicTest, EpochsOfTheControllerThatFallAreSeen) {
  History h;
  h.Decide(1, 4, {1, 2, 3});
  h.Decide(2, 3, {1, 2, 3});
  EXPECT_THAT(h.Alarms("S2"), ElementsAre("the controller went from leader epoch 4 of orders-0 back to 3",
                                          "the controller went from partition epoch 4 of orders-0 back to 3"));
}

TEST(EpochsMonotonicTest, EpochsOfABrokerThatFallAreSeenUnlessItHasRestarted) {
  History h;
  h.Elect(1, 4, {1, 2, 3});
  h.Follow(1, 2, 2);
  EXPECT_THAT(h.Alarms("S2"), ElementsAre("broker 1 went from leader epoch 4 of orders-0 back to 2"));
  h.Tell(cluster::BecameFollower{kOrders, BrokerId(1), LeaderEpoch(1), BrokerId(2)}, sim::Incarnation(1));
  EXPECT_THAT(h.Alarms("S2").size(), 1u);
}

TEST(IsrHoldsCommittedTest, AMemberWithoutCommittedRecordsIsSeenWhenItJoins) {
  History h;
  h.Elect(1, 0, {1, 2});
  const auto batch = h.Produce(1, {h.Send()});
  h.Copy(2, batch);
  h.Commit(1, 1, {2});
  h.LeaderIsr(1, 0, {1, 2, 3});
  h.Decide(1, 0, {1, 2, 3}, cluster::PartitionChangeReason::kIsrChange);
  EXPECT_THAT(h.Alarms(), ElementsAre("S5: broker 3, in the ISR [1, 2, 3] of orders-0, held committed records up to "
                                      "offset 0 when it joined, and 1 are committed"));
}

TEST(IsrHoldsCommittedTest, AMemberThatWasNotWaitedForIsSeen) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Produce(1, {h.Send()});
  h.MoveHighWatermark(1, 1, true);
  EXPECT_THAT(h.Alarms("S5"), ElementsAre(HasSubstr("broker 2, in the ISR"), HasSubstr("broker 3, in the ISR")));
}

TEST(IsrHoldsCommittedTest, AMemberThatComesBackWithoutItsRecordsIsSeenWhenItIsUnfenced) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1);
  h.LosePower(2);
  h.StartUnregistered(2);
  h.Load(2, 0, 0);
  // Those that lost power are not asked for anything before they are registered again.
  h.Settle(1);
  EXPECT_THAT(h.Alarms(), IsEmpty());
  h.Truncate(2, 0);
  h.Register(2, /*fenced=*/true);
  h.Register(2, /*fenced=*/false);
  EXPECT_THAT(h.Alarms("S5"), ElementsAre(HasSubstr("broker 2, in the ISR [1, 2, 3] of orders-0, held committed "
                                                    "records up to offset 0 when it was unfenced")));
}

TEST(MaximalIsrTest, ALeaderThatForgetsAMemberIsSeen) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.LeaderIsr(1, 0, {1, 2});
  EXPECT_THAT(h.Alarms(), ElementsAre("S7: broker 1, leader of orders-0 in epoch 0, goes by the ISR [1, 2] without "
                                      "broker 3, which the controller has in [1, 2, 3]"));
}

TEST(MaximalIsrTest, AMemberThatTheLeaderDidNotAskForIsSeen) {
  History h;
  h.Elect(1, 0, {1, 2});
  h.Decide(1, 0, {1, 2, 3}, cluster::PartitionChangeReason::kIsrChange);
  EXPECT_THAT(h.Alarms("S7"), ElementsAre(HasSubstr("goes by the ISR [1, 2] without broker 3")));
}

TEST(MaximalIsrTest, AReplacedLeaderMayThinkWhatItWants) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Decide(2, 1, {2, 3});
  h.LeaderIsr(1, 0, {1});
  EXPECT_THAT(h.Alarms(), IsEmpty());
}

}  // namespace
}  // namespace ktrial::properties
