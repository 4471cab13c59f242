// What a loss of power leaves behind in Kafka (docs/FLAWS.md): logs that part within a leader epoch, and holes in logs.
// What follows from either is allowed, and nothing else.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/history_for_test.h"
#include "properties/lost_records.h"

namespace ktrial::properties {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const auto kAllowedAsParted = HasSubstr("(a leader lost power or its disk, and led on in the same leader epoch)");
const auto kAllowedAsHole =
    HasSubstr("(a loss of power took the end of a segment, and recovery went on with the next)");

// Broker 1 leads on after its loss. Broker 2 is elected; before broker 1 hears of it, it writes another record at
// offset 1 than the others have there. Nothing tells it that their logs differ.
class PartedLogsTest : public testing::Test {
 protected:
  void PartAtOne(bool loses_power) {
    h_.Elect(1, 0, {1, 2, 3});
    h_.Settle(1);
    h_.Settle(1);
    if (loses_power) {
      h_.LosePower(1);
    } else {
      h_.Kill(1);
    }
    h_.StartUnregistered(1);
    h_.Load(1, 1, 1);
    h_.Lead(1, 0);
    h_.Elect(2, 1, {2, 3});
    h_.ProduceAs(1, 0, {h_.Send(1)});
    h_.Tell(cluster::BrokerRegistrationCommitted{BrokerId(3000), Offset(1000), BrokerId(1), BrokerEpoch(1000),
                                                 /*fenced=*/false, /*in_controlled_shutdown=*/false});
    h_.Follow(1, 1, 2);
    const auto batch = h_.Produce(2, {h_.Send(1)});
    h_.Copy(3, batch);
    h_.Copy(1, batch);
    h_.Commit(2, 3, {3});
    h_.MoveHighWatermark(1, 3, /*as_leader=*/false);
  }

  History h_;
};

TEST_F(PartedLogsTest, TheyMayDifferBelowTheirHighWatermarksInTheIsrAndForGood) {
  PartAtOne(/*loses_power=*/true);
  h_.Decide(2, 1, {1, 2, 3}, cluster::PartitionChangeReason::kIsrChange);
  h_.Wait(sim::Seconds(60));
  h_.Finish();
  for (const char* property : {"S3", "S4", "S5", "L3"}) {
    EXPECT_THAT(h_.Alarms(property), AllOf(Not(IsEmpty()), Each(kAllowedAsParted))) << property;
  }
}

TEST_F(PartedLogsTest, WithoutALossTheyMayNot) {
  PartAtOne(/*loses_power=*/false);
  h_.Decide(2, 1, {1, 2, 3}, cluster::PartitionChangeReason::kIsrChange);
  h_.Wait(sim::Seconds(60));
  h_.Finish();
  for (const char* property : {"S3", "S4", "S5", "L3"}) {
    EXPECT_THAT(h_.Alarms(property), AllOf(Not(IsEmpty()), Each(Not(kAllowedAsParted)))) << property;
  }
}

TEST_F(PartedLogsTest, WhoLeadsWithSuchALogLosesLegally) {
  PartAtOne(/*loses_power=*/true);
  h_.Elect(1, 2, {1, 2, 3});
  EXPECT_THAT(h_.Alarms("S6"), ElementsAre(kAllowedAsParted));
}

TEST_F(PartedLogsTest, AnotherReplicaMayNotLackWhatItNeverHad) {
  PartAtOne(/*loses_power=*/true);
  // Broker 3 lacks the end of the log: that is no matter of epochs.
  h_.Truncate(3, 2);
  h_.Elect(3, 2, {1, 2, 3});
  EXPECT_THAT(h_.Alarms("S6"), ElementsAre(Not(HasSubstr("led on in the same"))));
}

// Three batches of two records each on all replicas, of which broker 1 finds the second gone when it starts again.
class HoleTest : public testing::Test {
 protected:
  HoleTest() {
    h_.Elect(1, 0, {1, 2, 3});
    for (int i = 0; i < 3; ++i) h_.Settle(1, 2);
    h_.LosePower(1);
    h_.Elect(2, 1, {2, 3});
    h_.Start(1);
    h_.Load(1, 6, 6);
    h_.Tell(cluster::RecoveryPassedGap{kOrders, BrokerId(1), Offset(2), Offset(4)});
    h_.Follow(1, 1, 2);
  }

  // As the broker's consumers see it.
  void ReadPastTheHole(int64_t next) {
    h_.Position(7, 0, cluster::PositionSource::kResetEarliest);
    h_.Deliver(7, 0, 0);
    h_.Deliver(7, 1, 1);
    h_.Deliver(7, next, next);
  }

  History h_;
};

TEST_F(HoleTest, TheLogsAreComparedAsIfItWereNotThere) {
  const auto batch = h_.Produce(2, {h_.Send(1)});
  for (const int32_t follower : {1, 3}) h_.Copy(follower, batch);
  h_.Commit(2, 7, {3});
  h_.LeaderIsr(2, 1, {1, 2, 3});
  h_.Decide(2, 1, {1, 2, 3}, cluster::PartitionChangeReason::kIsrChange);
  h_.MoveHighWatermark(1, 7, /*as_leader=*/false);
  h_.Finish();
  EXPECT_THAT(h_.Alarms(), IsEmpty());
}

TEST_F(HoleTest, ALeaderThatHasOneLacksItsRecordsLegally) {
  h_.Elect(1, 2, {1, 2, 3});
  EXPECT_THAT(h_.Alarms("S6"), ElementsAre(AllOf(kAllowedAsHole, HasSubstr("without 2 committed records in holes of "
                                                                           "its log, from offset 2 on"))));
  h_.Finish();
  EXPECT_THAT(h_.Alarms("I2"), AllOf(SizeIs(2), Each(kAllowedAsHole)));
  const std::vector<TopicAccount> accounts = AccountRecords(h_.ghost(), h_.checkers().ledger());
  ASSERT_THAT(accounts, SizeIs(1));
  EXPECT_EQ(accounts[0].lost_acks_all, 2);
  EXPECT_EQ(accounts[0].lost_licensed, 2);
}

TEST_F(HoleTest, ALeaderThatLacksMoreIsSeen) {
  h_.Truncate(1, 4);
  h_.Elect(1, 2, {1, 2, 3});
  EXPECT_THAT(h_.Alarms("S6"), ElementsAre(HasSubstr("broker 1 began to lead orders-0 in leader epoch 2 without 2 "
                                                     "committed records from offset 4 on"),
                                           kAllowedAsHole));
  EXPECT_THAT(h_.Alarms("S6").front(), Not(kAllowedAsHole));
}

TEST_F(HoleTest, ConsumersSkipItAndNothingMore) {
  h_.Elect(1, 2, {1, 2, 3});
  ReadPastTheHole(4);
  EXPECT_THAT(h_.Alarms("C4"), ElementsAre(kAllowedAsHole));
}

TEST_F(HoleTest, ConsumersMayNotSkipWhatLiesBehind) {
  h_.Elect(1, 2, {1, 2, 3});
  ReadPastTheHole(5);
  EXPECT_THAT(h_.Alarms("C4"), ElementsAre(AllOf(HasSubstr("it was never given record 4"), Not(kAllowedAsHole))));
}

TEST_F(HoleTest, AFollowerTakesItOver) {
  h_.Elect(1, 2, {1, 2, 3});
  h_.Wipe(3);
  const GhostReplica& leader = *h_.ghost().FindReplica(kOrders, BrokerId(1));
  for (const LogEntry& entry : {leader.log.entries()[0], leader.log.entries()[2]}) h_.Copy(3, entry.batch);
  const GhostReplica& follower = *h_.ghost().FindReplica(kOrders, BrokerId(3));
  EXPECT_TRUE(follower.IsInHole(Offset(3)));
  EXPECT_FALSE(follower.IsInHole(Offset(4)));
  EXPECT_EQ(follower.log.PrefixHash(Offset(6)), leader.log.PrefixHash(Offset(6)));
  EXPECT_THAT(h_.Alarms("S3"), IsEmpty());
}

TEST_F(HoleTest, TruncationTakesItAway) {
  h_.Truncate(1, 3);
  EXPECT_THAT(h_.ghost().FindReplica(kOrders, BrokerId(1))->holes, IsEmpty());
}

TEST_F(HoleTest, TheLastCopyMayGoWithIt) {
  h_.Truncate(2, 2);
  EXPECT_THAT(h_.Alarms("S8"), IsEmpty()) << "broker 3 has it";
  h_.Truncate(3, 2);
  EXPECT_THAT(h_.Alarms("S8"), ElementsAre(kAllowedAsHole)) << "what broker 1 has behind the hole is not lost";
}

TEST_F(HoleTest, WithoutOneTheLastCopyMayNotGo) {
  h_.Truncate(1, 4);
  h_.Truncate(2, 4);
  h_.Truncate(3, 4);
  EXPECT_THAT(h_.Alarms("S8"), ElementsAre(Not(kAllowedAsHole)));
}

}  // namespace
}  // namespace ktrial::properties
