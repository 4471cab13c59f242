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

TEST(IsrHoldsCommittedTest, AnEligibleLeaderReplicaWithoutACommittedRecordIsSeen) {
  History h;
  h.Elect(1, 0, {1, 3});
  h.Decide(1, 0, {1}, cluster::PartitionChangeReason::kIsrChange, kOrders, {3});
  const auto batch = h.Produce(1, {h.Send()});
  h.Copy(2, batch);
  h.MoveHighWatermark(1, 1, true);
  EXPECT_THAT(h.Alarms("S5"), ElementsAre(HasSubstr("broker 3, in the ELR [3] of orders-0, held committed records up "
                                                    "to offset 0 when the high watermark rose")));
}

// The controller takes broker 3 for what it was before it lost its power, until it hears of the new incarnation.
TEST(IsrHoldsCommittedTest, AnEligibleLeaderReplicaIsJudgedOnceItIsRegisteredAnew) {
  for (const bool registers : {false, true}) {
    History h;
    h.Elect(1, 0, {1, 3});
    const auto batch = h.Produce(1, {h.Send()});
    h.Copy(3, batch);
    h.Commit(1, 1, {3});
    h.Decide(1, 0, {1}, cluster::PartitionChangeReason::kIsrChange, kOrders, {3});
    h.LosePower(3);
    if (registers) {
      h.Start(3);
    } else {
      h.StartUnregistered(3);
    }
    h.Load(3, 0, 0);
    h.Truncate(3, 0);
    h.Decide(3, 1, {3});
    if (registers) {
      EXPECT_THAT(h.Alarms("S5"), ElementsAre(HasSubstr("broker 3, in the ISR [3] of orders-0")));
    } else {
      EXPECT_THAT(h.Alarms("S5"), IsEmpty());
    }
  }
}

TEST(MaximalIsrTest, ALeaderThatCommitsWithoutAnEligibleLeaderReplicaIsSeen) {
  History h;
  h.Elect(1, 0, {1, 2});
  // What it knows is too small to commit anything.
  h.LeaderIsr(1, 0, {1});
  h.Decide(1, 0, {1}, cluster::PartitionChangeReason::kIsrChange, kOrders, {2});
  const size_t before = h.Alarms("S7").size();
  h.LeaderIsr(1, 0, {1});
  EXPECT_EQ(h.Alarms("S7").size(), before);
  h.LeaderIsr(1, 0, {1, 3});
  EXPECT_EQ(h.Alarms("S7").back(),
            "broker 1, leader of orders-0 in epoch 0, goes by the ISR [1, 3] without broker 2, "
            "which the controller has in the eligible leader replicas [2]");
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

class ForgottenIsrChangeTest : public ::testing::Test {
 protected:
  ForgottenIsrChangeTest() { h_.Elect(1, 0, {1, 2}); }
  // Broker 1, in leader epoch 0.
  void Forget(int32_t partition_epoch, std::vector<BrokerId> maximal, std::vector<BrokerId> isr) {
    h_.Tell(cluster::IsrChangeForgotten{
        kOrders, BrokerId(1), LeaderEpoch(0), PartitionEpoch(partition_epoch), {&maximal}, {&isr}});
  }
  void LeaderIsr(int32_t partition_epoch, std::vector<BrokerId> isr) {
    h_.Tell(cluster::LeaderIsrChanged{
        kOrders, BrokerId(1), LeaderEpoch(0), PartitionEpoch(partition_epoch), false, {&isr}, {&isr}});
  }
  void Decide() { h_.Decide(1, 0, {1, 2, 3}, cluster::PartitionChangeReason::kIsrChange); }
  static inline const std::vector<BrokerId> kTwo = {BrokerId(1), BrokerId(2)};
  static inline const std::vector<BrokerId> kAll = {BrokerId(1), BrokerId(2), BrokerId(3)};
  History h_;
};

TEST_F(ForgottenIsrChangeTest, HasALicenceWhileTheLeaderKnowsNoMore) {
  LeaderIsr(0, kAll);
  Forget(0, kAll, kTwo);
  LeaderIsr(0, kTwo);
  Decide();
  // It asks again, and is told that its first question has not been answered yet.
  LeaderIsr(0, kAll);
  LeaderIsr(0, kTwo);
  EXPECT_THAT(h_.Alarms("S7"), ElementsAre(HasSubstr("(metadata that the leader knew already made it forget"),
                                           HasSubstr("(metadata that the leader knew already made it forget")));
}

TEST_F(ForgottenIsrChangeTest, IsNoExcuseOnceTheLeaderHasHeardMore) {
  Forget(0, kAll, kTwo);
  LeaderIsr(0, kTwo);
  LeaderIsr(1, kAll);
  Decide();
  LeaderIsr(1, kTwo);
  EXPECT_THAT(h_.Alarms(), ElementsAre(HasSubstr("S7: broker 1, leader of orders-0 in epoch 0, goes by the ISR")));
}

TEST_F(ForgottenIsrChangeTest, ExcusesNoOtherMember) {
  Forget(0, kTwo, {BrokerId(1)});
  LeaderIsr(0, {BrokerId(1)});
  Decide();
  EXPECT_THAT(h_.Alarms("S7"), ElementsAre(HasSubstr("(metadata that"), HasSubstr("(metadata that"),
                                           HasSubstr("broker 1, leader of orders-0 in epoch 0, goes by the ISR [1] "
                                                     "without broker 3")));
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
