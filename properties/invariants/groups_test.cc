// The checkers of groups and consumers: G1, G4, G6, G9, C1, C4.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/history_for_test.h"

namespace ktrial::properties {
namespace {

using cluster::GroupState;
using cluster::PositionSource;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(OneOwnerTest, TwoOwnersInAGenerationAreSeen) {
  History h;
  h.Assign(5, 1);
  h.Assign(6, 1);
  EXPECT_THAT(h.Alarms("G1"),
              ElementsAre("in generation 1 of group billing, orders-0 was assigned to client 6 as well as "
                          "to client 5"));
}

TEST(OneOwnerTest, AGroupThatWasLostCountsItsGenerationsAnew) {
  History h;
  h.Elect(1, 0, {1}, kOffsetsPartition);
  h.Assign(5, 1);
  h.Produce(1, {0}, /*producer_id=*/-1, kOffsetsPartition);
  h.MoveHighWatermark(1, 1, true, kOffsetsPartition);
  h.LosePower(1);
  h.Start(1);
  h.Assign(6, 1);
  EXPECT_THAT(h.Alarms("G1"), ElementsAre(HasSubstr("(every in-sync replica lost power")));
}

TEST(OneOwnerTest, AnExpelledMemberMayStillOwnInItsOwnGeneration) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1, 2);
  h.Assign(5, 1);
  h.Position(5, 0, PositionSource::kResetEarliest);
  h.Deliver(5, 0, 0);
  h.Assign(6, 2);
  h.Position(6, 0, PositionSource::kResetEarliest);
  h.Deliver(6, 0, 0);
  // Client 5 has not heard that it was expelled, and goes on with what it has fetched.
  h.Deliver(5, 1, 1);
  h.Revoke(5);
  EXPECT_THAT(h.Alarms(), IsEmpty());
}

TEST(GenerationsIncreaseTest, AGenerationThatIsUsedTwiceIsSeen) {
  History h;
  h.Group(1, 3, GroupState::kCompletingRebalance, GroupState::kStable);
  h.Group(2, 3, GroupState::kEmpty, GroupState::kStable);
  EXPECT_THAT(h.Alarms(), IsEmpty());
  h.Group(2, 3, GroupState::kCompletingRebalance, GroupState::kStable);
  EXPECT_THAT(h.Alarms("G4"),
              ElementsAre("generation 3 of group billing at coordinator 2 became stable after generation 3"));
}

TEST(GenerationsIncreaseTest, AForgottenGenerationIsSeen) {
  History h;
  h.Group(1, 3, GroupState::kCompletingRebalance, GroupState::kStable);
  h.Group(2, 2, GroupState::kEmpty, GroupState::kStable);
  EXPECT_THAT(h.Alarms("G4"),
              ElementsAre("generation 2 of group billing at coordinator 2 was loaded after generation 3"));
}

TEST(GenerationsIncreaseTest, ACoordinatorThatWasReplacedCountsForItself) {
  History h;
  h.Group(1, 3, GroupState::kCompletingRebalance, GroupState::kStable);
  h.Group(2, 4, GroupState::kCompletingRebalance, GroupState::kStable);
  h.Group(1, 4, GroupState::kPreparingRebalance, GroupState::kCompletingRebalance);
  EXPECT_THAT(h.Alarms(), IsEmpty());
}

TEST(CommittedOffsetsDurableTest, AForgottenCommitIsSeen) {
  History h;
  h.CommitOffset(10);
  h.CommitAcked(5, 10);
  h.CommitOffset(20);
  h.CommitAcked(5, 20);
  h.FetchOffset(6, 10);
  h.FetchOffset(6, -1);
  EXPECT_THAT(
      h.Alarms("G6"),
      ElementsAre(HasSubstr("client 6 was told that group billing had committed offset 10 of orders-0, but client 5"),
                  HasSubstr("had committed nothing of orders-0")));
}

TEST(CommittedOffsetsDurableTest, GroupsAreCountedApart) {
  History h;
  h.CommitOffset(10);
  h.CommitAcked(5, 10);
  h.FetchOffset(6, 10);
  h.FetchOffset(6, -1);
  const CheckerSet::Count billing = h.checkers().CountFor("G6", cluster::GroupIndex(0));
  EXPECT_EQ(billing.exercised, 2);
  EXPECT_EQ(billing.violated, 1);
  EXPECT_EQ(billing.allowed, 0);
  const CheckerSet::Count other = h.checkers().CountFor("G6", cluster::GroupIndex(1));
  EXPECT_EQ(other.exercised, 0);
  EXPECT_EQ(other.violated, 0);
}

TEST(CommittedOffsetsDurableTest, TheOwnerMayGoBackAndCommitsMayOvertakeTheirAnswers) {
  History h;
  h.CommitOffset(20);
  h.CommitAcked(5, 20);
  h.CommitOffset(15);
  h.FetchOffset(6, 15);
  h.CommitAcked(5, 15);
  h.FetchOffset(6, 15);
  h.CommitOffset(30);
  h.CommitOffset(40);
  h.CommitAcked(5, 30);
  h.FetchOffset(6, 40);
  // In doubt: its answer was lost, but it counts.
  h.FetchOffset(6, 50);
  EXPECT_THAT(h.Alarms(), IsEmpty());
}

TEST(DeliveryOrderTest, GoingBackWithoutASeekIsSeen) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1, 3);
  h.Assign(5, 1);
  h.Position(5, 1, PositionSource::kCommitted);
  h.Deliver(5, 1, 1);
  h.Deliver(5, 1, 1);
  EXPECT_THAT(h.Alarms("C1"), ElementsAre("client 5 was given offset 1 of orders-0 after offset 1"));
  h.Position(5, 0, PositionSource::kTruncation);
  h.Deliver(5, 0, 0);
  EXPECT_EQ(h.Alarms("C1").size(), 1u);
}

TEST(NoSilentSkipTest, ASkippedRecordIsSeen) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1, 3);
  h.Assign(5, 1);
  h.Position(5, 0, PositionSource::kCommitted);
  h.Deliver(5, 0, 0);
  h.Deliver(5, 2, 2);
  EXPECT_THAT(h.Alarms("C4"),
              ElementsAre("client 5 was given offset 2 of orders-0 though its position was 1: it was never "
                          "given record 1 of client 0 at offset 1"));
}

TEST(NoSilentSkipTest, ASeekAndANewOwnershipMaySkip) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1, 3);
  h.Assign(5, 1);
  h.Position(5, 0, PositionSource::kCommitted);
  h.Deliver(5, 0, 0);
  h.Position(5, 2, PositionSource::kResetLatest);
  h.Deliver(5, 2, 2);
  EXPECT_THAT(h.Alarms(), IsEmpty());
}

class GroupsSettleTest : public ::testing::Test {
 protected:
  GroupsSettleTest() {
    h_.Elect(1, 0, {1, 2, 3});
    h_.checkers().facts().consumers[cluster::ClientId(5)] = cluster::GroupIndex(0);
  }
  std::vector<std::string> AlarmsAtEnd() {
    h_.Finish();
    return h_.Alarms("G9");
  }
  History h_;
};

TEST_F(GroupsSettleTest, AGroupThatNeverFormedIsSeen) {
  EXPECT_THAT(AlarmsAtEnd(), ElementsAre("group billing never formed: no coordinator heard of its 1 consumers"));
}

TEST_F(GroupsSettleTest, AGroupThatStillRebalancesIsSeen) {
  h_.Group(2, 1, GroupState::kEmpty, GroupState::kPreparingRebalance, 0);
  EXPECT_THAT(AlarmsAtEnd(),
              ElementsAre("group billing is PreparingRebalance (generation 1, coordinator 2, which is up) "
                          "with 0 of 1 members: it waits for them to join or sync"));
}

TEST_F(GroupsSettleTest, APartitionWithoutAnOwnerIsSeen) {
  h_.Group(2, 2, GroupState::kCompletingRebalance, GroupState::kStable);
  h_.Assign(5, 1);
  EXPECT_THAT(AlarmsAtEnd(), ElementsAre("orders-0 is owned by nobody in group billing, generation 2"));
}

TEST_F(GroupsSettleTest, MissingMembersAreSeen) {
  h_.checkers().facts().consumers[cluster::ClientId(6)] = cluster::GroupIndex(0);
  h_.Group(2, 1, GroupState::kCompletingRebalance, GroupState::kStable, 1);
  h_.Assign(5, 1);
  EXPECT_THAT(AlarmsAtEnd(), ElementsAre(HasSubstr("has 1 members (generation 1, coordinator 2, which is up), but 2 "
                                                   "consumers run")));
}

class LostJoinTest : public GroupsSettleTest {
 protected:
  void Join(int32_t coordinator, bool waiting) {
    h_.Tell(cluster::ConsumerJoining{cluster::ClientId(5), cluster::GroupIndex(0), BrokerId(coordinator), waiting,
                                     sim::Seconds(305)});
  }
};

TEST_F(LostJoinTest, AConsumerMayWaitForACoordinatorThatLostPower) {
  h_.Group(2, 0, GroupState::kEmpty, GroupState::kPreparingRebalance, 1);
  Join(2, true);
  h_.LosePower(2);
  h_.Start(2);
  h_.Wait(sim::Seconds(300));
  EXPECT_THAT(AlarmsAtEnd(), ElementsAre(HasSubstr("(client 5 waits until 305.0")));
}

TEST_F(LostJoinTest, AConsumerMayNotWaitLonger) {
  Join(2, true);
  h_.LosePower(2);
  h_.Start(2);
  h_.Wait(sim::Seconds(306));
  EXPECT_THAT(AlarmsAtEnd(), ElementsAre("group billing never formed: no coordinator heard of its 1 consumers"));
}

TEST_F(LostJoinTest, AConsumerThatIsNotWaitingHasNoExcuse) {
  Join(2, true);
  Join(2, false);
  h_.LosePower(2);
  h_.Start(2);
  EXPECT_THAT(AlarmsAtEnd(), ElementsAre(HasSubstr("group billing never formed")));
}

TEST_F(LostJoinTest, ACoordinatorThatKeptItsPowerAnswers) {
  Join(2, true);
  h_.LosePower(1);
  h_.Kill(2);
  h_.Start(2);
  EXPECT_THAT(AlarmsAtEnd(), ElementsAre(HasSubstr("group billing never formed")));
}

TEST_F(GroupsSettleTest, ACoordinatorThatRestartedKnowsNothingOfBefore) {
  h_.Group(2, 1, GroupState::kCompletingRebalance, GroupState::kStable);
  h_.Assign(5, 1);
  h_.Kill(2);
  h_.Start(2);
  EXPECT_THAT(AlarmsAtEnd(),
              ElementsAre("group billing is known to no coordinator that is up: it lost its 1 consumers"));
}

TEST_F(GroupsSettleTest, AGroupWhosePartitionHasNoLeaderSinceItsDisksWereReplacedHasNoCoordinator) {
  h_.Elect(1, 0, {1}, kOffsetsPartition);
  h_.PlaceOnSecondDisk(1, kOffsetsPartition);
  h_.Kill(1);
  h_.WipeSecondDisk(1);
  h_.Decide(-1, 1, {1}, cluster::PartitionChangeReason::kOffline, kOffsetsPartition);
  h_.Start(1);
  EXPECT_THAT(AlarmsAtEnd(), ElementsAre("(the disk of every in-sync replica was replaced) group billing never formed: "
                                         "no coordinator heard of its 1 consumers"));
}

TEST_F(GroupsSettleTest, AGroupWhosePartitionHasNoLeaderOtherwiseIsSeen) {
  h_.Elect(1, 0, {1}, kOffsetsPartition);
  h_.PlaceOnSecondDisk(1, kOffsetsPartition);
  h_.Kill(1);
  h_.Decide(-1, 1, {1}, cluster::PartitionChangeReason::kOffline, kOffsetsPartition);
  h_.Start(1);
  EXPECT_THAT(AlarmsAtEnd(), ElementsAre("group billing never formed: no coordinator heard of its 1 consumers"));
}

TEST_F(GroupsSettleTest, ASettledGroupIsNot) {
  h_.Group(2, 1, GroupState::kCompletingRebalance, GroupState::kStable, 1);
  h_.Assign(5, 1);
  EXPECT_THAT(AlarmsAtEnd(), IsEmpty());
}

}  // namespace
}  // namespace ktrial::properties
