// The checkers of logs and high watermarks: S1, S3, S4, S6, S8, S9, S10, S11, S17.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/history_for_test.h"

namespace ktrial::properties {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(LeaderUniquenessTest, TwoLeadersOfOneEpochAreSeen) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Lead(2, 0);
  EXPECT_THAT(h.Alarms("S1"),
              ElementsAre("broker 2 became leader of orders-0 in leader epoch 0, which belongs to broker 1"));
}

TEST(LeaderUniquenessTest, AnAppendByAnotherBrokerIsSeenOnce) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Produce(1, {h.Send()});
  h.ProduceAs(2, 0, {h.Send()});
  h.ProduceAs(2, 0, {h.Send()});
  EXPECT_THAT(h.Alarms("S1"), ElementsAre(HasSubstr("broker 2 appended as leader of orders-0 in leader epoch 0")));
}

TEST(LeaderUniquenessTest, ALeaderMayComeBackInALaterEpoch) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Elect(2, 1, {1, 2, 3});
  h.Elect(1, 2, {1, 2, 3});
  EXPECT_THAT(h.Alarms(), IsEmpty());
}

TEST(LogMatchingTest, AnotherBatchUnderTheSameOffsetAndEpochIsSeen) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Produce(1, {h.Send()});
  h.Copy(2, History::MakeBatch(Offset(0), 0, {h.Send()}));
  EXPECT_THAT(h.Alarms("S3"),
              ElementsAre(HasSubstr("broker 2 appended a batch to orders-0 at offset 0 of leader epoch 0")));
}

TEST(LogMatchingTest, ADifferenceBelowEqualBatchesIsSeen) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Produce(1, {h.Send()});
  h.Copy(2, History::MakeBatch(Offset(0), 7, {h.Send()}));
  const auto second = h.Produce(1, {h.Send()});
  EXPECT_THAT(h.Alarms("S3"), IsEmpty());
  h.Copy(2, second);
  EXPECT_THAT(h.Alarms("S3"), SizeIs(1));
}

TEST(LogMatchingTest, ALeaderThatLostPowerMayWriteOtherRecordsInItsOldEpoch) {
  for (const bool loses_power : {false, true}) {
    History h;
    h.Elect(1, 0, {1, 2, 3});
    h.Copy(2, h.Produce(1, {h.Send()}));
    if (loses_power) {
      h.LosePower(1);
    } else {
      h.Kill(1);
    }
    h.Start(1);
    h.Load(1, 0, 0);
    h.Lead(1, 0);
    h.Produce(1, {h.Send()});
    const testing::Matcher<std::string> allowed = HasSubstr("(a leader lost power or its disk, and led on");
    EXPECT_THAT(h.Alarms("S3"), ElementsAre(loses_power ? allowed : testing::Not(allowed)));
  }
}

TEST(LogMatchingTest, LogsThatPartedLegallyAndAgreeAgainMayNotDiffer) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Copy(2, h.Produce(1, {h.Send()}));
  h.LosePower(1);
  h.Start(1);
  h.Load(1, 0, 0);
  h.Lead(1, 0);
  const auto other = h.Produce(1, {h.Send()});
  EXPECT_THAT(h.Alarms("S3"), SizeIs(1));
  h.Truncate(2, 0);
  h.Copy(2, other);
  h.Elect(1, 1, {1, 2});
  h.Produce(1, {h.Send()});
  h.Copy(2, History::MakeBatch(Offset(1), 1, {h.Send()}));
  const std::vector<std::string> alarms = h.Alarms("S3");
  ASSERT_FALSE(alarms.empty());
  EXPECT_THAT(alarms.back(), testing::Not(HasSubstr("led on in the same")));
}

TEST(LogMatchingTest, ADivergentTailThatIsCutIsLegal) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1);
  h.Produce(1, {h.Send(), h.Send()});
  h.Kill(1);
  h.Elect(2, 1, {2, 3});
  const auto batch = h.Produce(2, {h.Send()});
  h.Copy(3, batch);
  h.Commit(2, 2, {3});
  h.Start(1);
  h.Load(1, 3, 1);
  h.Follow(1, 1, 2);
  h.Truncate(1, 1);
  h.Copy(1, batch);
  EXPECT_THAT(h.Alarms(), IsEmpty());
}

TEST(PrefixMatchTest, DifferentRecordsBelowBothHighWatermarksAreSeen) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Produce(1, {h.Send()});
  h.Copy(2, History::MakeBatch(Offset(0), 7, {h.Send()}));
  h.Commit(1, 1);
  EXPECT_THAT(h.Alarms("S4"), IsEmpty());
  h.MoveHighWatermark(2, 1, false);
  EXPECT_THAT(h.Alarms("S4"),
              ElementsAre("the logs of brokers 2 and 1 for orders-0 differ from offset 0 on, though their high "
                          "watermarks 1 and 1 are above it"));
}

TEST(LeaderCompletenessTest, ALeaderWithoutACommittedRecordIsSeenWithItsStory) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1);
  h.Settle(1, 2);
  h.Truncate(2, 1, cluster::TruncationReason::kHighWatermark);
  h.Kill(1);
  h.Elect(2, 1, {2, 3});
  EXPECT_THAT(h.Alarms("S6"),
              ElementsAre("broker 2 began to lead orders-0 in leader epoch 1 without 2 committed records "
                          "from offset 1 on"));
  for (const Violation& v : h.checkers().Violations()) {
    if (v.property != "S6") continue;
    EXPECT_THAT(v.evidence, Contains(HasSubstr("client 0 sent its record 1 to orders-0")));
    EXPECT_THAT(v.evidence, Contains(HasSubstr("broker 1, leader in epoch 0, appended it at offsets 1 to 2")));
    EXPECT_THAT(v.evidence, Contains(HasSubstr("broker 3 copied it")));
    EXPECT_THAT(v.evidence, Contains(HasSubstr("the high watermark passed it: committed")));
    EXPECT_THAT(v.evidence, Contains(HasSubstr("client 0 was told of success (acks=all), offset 1")));
    EXPECT_THAT(v.evidence, Contains(HasSubstr("broker 2 truncated its log from 3 to 1 (to its high watermark)")));
    EXPECT_THAT(v.evidence, Contains(HasSubstr("broker 1 was killed")));
    EXPECT_THAT(v.evidence, Contains(HasSubstr("the controller elected broker 2 leader in epoch 1, ISR [2, 3]")));
  }
}

TEST(LeaderCompletenessTest, AnUncleanElectionIsALicence) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1);
  h.Decide(1, 0, {1, 2}, cluster::PartitionChangeReason::kIsrChange);
  h.LeaderIsr(1, 0, {1, 2});
  const auto batch = h.Produce(1, {h.Send()});
  h.Copy(2, batch);
  h.Commit(1, 2, {2});
  h.Kill(1);
  h.Kill(2);
  h.Elect(3, 1, {3}, kOrders, cluster::PartitionChangeReason::kUncleanElection);
  EXPECT_THAT(h.Alarms(), ElementsAre(HasSubstr("S5 (unclean leader election): broker 3, in the ISR [3]"),
                                      HasSubstr("S6 (unclean leader election): broker 3 began to lead")));
  EXPECT_EQ(h.ghost().Find(kOrders)->true_high_watermark, Offset(1));
}

TEST(LeaderCompletenessTest, ALeaderWhoseEpochIsOverMayLackRecords) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Decide(3, 1, {2, 3});
  h.Elect(2, 2, {2, 3});
  const auto batch = h.Produce(2, {h.Send()});
  h.Copy(3, batch);
  h.Commit(2, 1, {3});
  // Broker 1 hears of its election in epoch 0 late; it is not the controller's leader any more.
  h.Lead(1, 0);
  EXPECT_THAT(h.Alarms("S6"), IsEmpty());
}

TEST(LeaderCompletenessTest, ABrokerThatIsNotRegisteredAgainLeadsInNameOnly) {
  for (const bool acts : {false, true}) {
    History h;
    h.Elect(1, 0, {1, 2, 3});
    h.Settle(1);
    h.LosePower(1);
    h.StartUnregistered(1);
    h.Load(1, 0, 0);
    h.Lead(1, 0);
    if (acts) h.Produce(1, {h.Send()});
    EXPECT_THAT(h.Alarms("S6"), SizeIs(acts ? 1 : 0));
  }
}

// With one replica its high watermark is at its end at once: the same fact tells of the loss and shows all logs whole.
TEST(LeaderCompletenessTest, ALicenceCoversTheLossThatComesToLightWhenTheLeaderFirstActs) {
  History h;
  h.Elect(1, 0, {1});
  h.Settle(1);
  h.Settle(1);
  h.LosePower(1);
  h.StartUnregistered(1);
  h.Load(1, 1, 0);
  h.Lead(1, 0);
  h.MoveHighWatermark(1, 1, true);
  EXPECT_THAT(h.Alarms("S6"), ElementsAre(HasSubstr("(every in-sync replica lost power")));
}

TEST(CommittedRecordsSurviveTest, TheLastCopyIsMissed) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1);
  h.Truncate(1, 0);
  h.Truncate(2, 0);
  EXPECT_THAT(h.Alarms("S8"), IsEmpty());
  h.Truncate(3, 0);
  EXPECT_THAT(h.Alarms("S8"), ElementsAre("the last copy of 1 committed record of orders-0 from offset 0 on went with "
                                          "what broker 3 lost"));
}

TEST(CommittedRecordsSurviveTest, LossOfPowerByAllInSyncReplicasIsALicence) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1);
  for (int32_t broker : {1, 2, 3}) h.LosePower(broker);
  for (int32_t broker : {1, 2, 3}) {
    h.Start(broker);
    h.Load(broker, 0, 0);
  }
  EXPECT_THAT(h.Alarms("S8"), ElementsAre(HasSubstr("(every in-sync replica lost power or its disk")));
}

TEST(CommittedRecordsSurviveTest, LossOfPowerByOneIsNone) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1);
  h.LosePower(2);
  h.Start(2);
  h.Load(2, 0, 0);
  // It has fetched everything again before the others lose power.
  h.Copy(2, History::MakeBatch(Offset(0), 0, {0}, 900));
  h.LosePower(1);
  h.LosePower(3);
  EXPECT_EQ(h.ghost().Find(kOrders)->licence, "");
}

TEST(CommittedRecordsSurviveTest, AWipedDiskIsALoss) {
  History h;
  h.Elect(1, 0, {1});
  const auto batch = h.Produce(1, {h.Send()});
  h.MoveHighWatermark(1, 1, true);
  h.Kill(1);
  h.Wipe(1);
  EXPECT_THAT(h.Alarms("S8"), ElementsAre(HasSubstr("(every in-sync replica lost power or its disk")));
  EXPECT_EQ(batch->base_offset(), Offset(0));
}

TEST(LicenceTest, EligibleLeaderReplicasMustHaveLostTheirPowerToo) {
  History h;
  h.Elect(1, 0, {1, 2});
  h.Settle(1);
  h.Decide(1, 0, {1}, cluster::PartitionChangeReason::kIsrChange, kOrders, {2});
  h.LosePower(1);
  EXPECT_EQ(h.ghost().Find(kOrders)->licence, "");
  // Broker 2 has only been killed: nobody is eligible any more, and the last known leader has lost records.
  h.Decide(-1, 1, {}, cluster::PartitionChangeReason::kOffline, kOrders, {2}, {1});
  EXPECT_EQ(h.ghost().Find(kOrders)->licence, "");
  h.Decide(-1, 1, {}, cluster::PartitionChangeReason::kIsrChange, kOrders, {}, {1});
  EXPECT_THAT(h.ghost().Find(kOrders)->licence, HasSubstr("it was the last one standing"));
}

TEST(LicenceTest, ItEndsWhenAllReplicasHoldTheCommittedLog) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Elect(3, 1, {3}, kOrders, cluster::PartitionChangeReason::kUncleanElection);
  EXPECT_EQ(h.ghost().Find(kOrders)->licence, "unclean leader election");
  const auto batch = h.Produce(3, {h.Send()});
  h.MoveHighWatermark(3, 1, true);
  EXPECT_EQ(h.ghost().Find(kOrders)->licence, "unclean leader election");
  h.Copy(1, batch);
  h.Copy(2, batch);
  h.MoveHighWatermark(1, 1, false);
  EXPECT_EQ(h.ghost().Find(kOrders)->licence, "");
}

TEST(LicenceTest, ItLastsWhileAReplicaTakesForCommittedWhatWasLost) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1);
  h.Decide(1, 0, {1}, cluster::PartitionChangeReason::kIsrChange);
  h.Produce(1, {h.Send()});
  h.MoveHighWatermark(1, 2, true);
  h.Kill(1);
  h.Elect(2, 1, {2}, kOrders, cluster::PartitionChangeReason::kUncleanElection);
  // The log of broker 1 begins with all that is committed now, and goes on with what was.
  h.MoveHighWatermark(3, 1, false);
  EXPECT_EQ(h.ghost().Find(kOrders)->licence, "unclean leader election");
  const auto batch = h.Produce(2, {h.Send()});
  h.Start(1);
  h.MoveHighWatermark(2, 2, true);
  EXPECT_THAT(h.Alarms("S4"), ElementsAre(HasSubstr("(unclean leader election) the logs of brokers 2 and 1")));
  h.Truncate(1, 1);
  h.MoveHighWatermark(1, 1, false);
  h.Copy(1, batch);
  h.Copy(3, batch);
  h.MoveHighWatermark(1, 2, false);
  EXPECT_EQ(h.ghost().Find(kOrders)->licence, "");
}

TEST(WatermarkBoundsTest, AHighWatermarkAboveTheLogIsSeen) {
  History h;
  h.Elect(1, 0, {1});
  h.MoveHighWatermark(1, 5, true);
  EXPECT_THAT(h.Alarms("S9"), ElementsAre("broker 1 set the high watermark of orders-0 to 5, above its log end 0"));
}

TEST(WatermarkBoundsTest, ALogThatBeginsAboveItsHighWatermarkIsSeen) {
  History h;
  h.Load(1, 10, 3, 5);
  EXPECT_THAT(h.Alarms("S9"), ElementsAre(HasSubstr("with log start 5, high watermark 3 and log end 10")));
}

TEST(WatermarkBoundsTest, ALogStartAboveTheHighWatermarkIsSeen) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1);
  h.MoveLogStart(1, 1, cluster::LogStartReason::kRetentionTime);
  EXPECT_THAT(h.Alarms("S9"), IsEmpty());
  h.MoveLogStart(1, 2, cluster::LogStartReason::kRetentionTime);
  EXPECT_THAT(h.Alarms("S9"), ElementsAre("broker 1 moved the log start of orders-0 to 2, above its high watermark 1"));
}

TEST(RetentionTest, WhatLeftLegallyIsNoLossAndMayBeMissing) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  for (int i = 0; i < 4; ++i) h.Settle(1);
  h.MoveLogStart(1, 3, cluster::LogStartReason::kRecordsDeleted);
  for (int32_t follower : {2, 3}) {
    h.MoveHighWatermark(follower, 4, false);
    h.MoveLogStart(follower, 3, cluster::LogStartReason::kLeader);
  }
  // A broker that lost its disk begins at its leader's log start.
  h.Kill(3);
  h.Wipe(3);
  h.Start(3);
  h.Truncate(3, 3, cluster::TruncationReason::kOutOfRange);
  h.Copy(3, h.ghost().FindReplica(kOrders, BrokerId(1))->log.entries()[3].batch);
  h.MoveHighWatermark(3, 4, false);
  h.Elect(3, 1, {1, 2, 3});
  h.Settle(3);
  for (int32_t follower : {1, 2}) h.MoveHighWatermark(follower, 5, false);
  h.Finish();
  EXPECT_THAT(h.Alarms(), IsEmpty());
}

TEST(RetentionTest, AReplicaThatDifferedMayBeginAnewAtTheLogStart) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1);
  h.Elect(3, 1, {1, 2, 3});
  h.Produce(3, {h.Send()});
  h.Kill(3);
  h.Elect(1, 2, {1, 2});
  std::vector<cluster::LogBatchRef> batches;
  for (int64_t end = 2; end <= 4; ++end) {
    batches.push_back(h.Produce(1, {h.Send()}));
    h.Copy(2, batches.back());
    h.Commit(1, end, {2});
  }
  h.MoveLogStart(1, 3, cluster::LogStartReason::kRetentionTime);
  h.Start(3);
  h.Load(3, 2, 1);
  h.Truncate(3, 3, cluster::TruncationReason::kOutOfRange);
  h.Copy(3, batches.back());
  h.MoveHighWatermark(3, 4, false);
  h.Decide(1, 2, {1, 2, 3}, cluster::PartitionChangeReason::kIsrChange);
  EXPECT_THAT(h.Alarms("S4"), IsEmpty());
  EXPECT_THAT(h.Alarms("S5"), IsEmpty());
  EXPECT_TRUE(h.ghost().Find(kOrders)->HoldsCommitted(*h.ghost().FindReplica(kOrders, BrokerId(3))));
}

TEST(RetentionTest, WhatNobodyDeletedMayNotBeMissing) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  for (int i = 0; i < 4; ++i) h.Settle(1);
  h.MoveLogStart(1, 1, cluster::LogStartReason::kRetentionSize);
  h.Kill(3);
  h.Wipe(3);
  h.Start(3);
  h.Truncate(3, 3, cluster::TruncationReason::kOutOfRange);
  h.Copy(3, h.ghost().FindReplica(kOrders, BrokerId(1))->log.entries()[3].batch);
  h.Elect(3, 1, {1, 2, 3});
  EXPECT_THAT(h.Alarms("S6"), ElementsAre(HasSubstr("without 4 committed records from offset 0 on")));
}

TEST(WatermarkMonotonicTest, AFallUnderOneLeaderIsSeen) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1);
  h.MoveHighWatermark(1, 0, true);
  EXPECT_THAT(h.Alarms("S10"),
              ElementsAre("the high watermark of orders-0 fell from 1 to 0 while broker 1 led in epoch 0"));
}

TEST(WatermarkMonotonicTest, ALeaderWhoseDiskWasWipedMayBeginAnewInItsEpoch) {
  History h;
  h.Elect(1, 0, {1});
  h.Settle(1);
  h.Kill(1);
  h.Wipe(1);
  h.StartUnregistered(1);
  h.Tell(cluster::BecameLeader{kOrders, BrokerId(1), LeaderEpoch(0), Offset(0), Offset(0)}, sim::Incarnation(1));
  EXPECT_THAT(h.Alarms("S10"), IsEmpty());
}

TEST(WatermarkMonotonicTest, FollowersAndNewLeadersMayFallBack) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1);
  h.Settle(1);
  // The followers are one fetch behind; the new leader starts from what it knew.
  h.MoveHighWatermark(2, 1, false);
  h.MoveHighWatermark(3, 2, false);
  h.Elect(2, 1, {1, 2, 3});
  h.Follow(3, 1, 2);
  h.MoveHighWatermark(3, 1, false);
  h.Kill(1);
  h.Start(1);
  h.Load(1, 2, 0);
  h.Elect(1, 2, {1, 2, 3});
  EXPECT_THAT(h.Alarms(), IsEmpty());
}

TEST(WatermarkReplicatedTest, AMemberThatHasNotFetchedIsSeen) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Produce(1, {h.Send()});
  h.Fetched(1, 2, 1);
  h.MoveHighWatermark(1, 1, true);
  EXPECT_THAT(h.Alarms("S11"), ElementsAre("broker 1 raised the high watermark of orders-0 to 1 though broker 3 of its "
                                           "ISR [1, 2, 3] had fetched up to nothing"));
}

TEST(WatermarkReplicatedTest, TooSmallAnIsrIsSeen) {
  History h;
  h.Elect(1, 0, {1});
  h.Produce(1, {h.Send()});
  h.MoveHighWatermark(1, 1, true);
  EXPECT_THAT(h.Alarms("S11"), ElementsAre(HasSubstr("with the ISR [1], fewer than min.insync.replicas=2")));
}

TEST(WatermarkReplicatedTest, ALeaderElectedAgainKnowsItsFollowers) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  const auto batch = h.Produce(1, {h.Send()});
  for (int32_t follower : {2, 3}) {
    h.Copy(follower, batch);
    h.Fetched(1, follower, 1);
  }
  h.Elect(1, 1, {1, 2, 3});
  h.MoveHighWatermark(1, 1, true);
  EXPECT_THAT(h.Alarms(), IsEmpty());
}

TEST(TruncationKeepsCommittedTest, AnInSyncReplicaThatCutsCommittedRecordsIsSeen) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1);
  h.Settle(1);
  h.Truncate(2, 1, cluster::TruncationReason::kHighWatermark);
  EXPECT_THAT(h.Alarms(),
              ElementsAre("S17: broker 2, in the ISR of orders-0, truncated its log from 2 to 1 and with it "
                          "committed records from offset 1 on"));
}

TEST(TruncationKeepsCommittedTest, AReplicaOutsideTheIsrMayCutWhatItFetchesAgain) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1);
  h.Settle(1);
  h.Decide(1, 0, {1, 2}, cluster::PartitionChangeReason::kIsrChange);
  h.Truncate(3, 1);
  EXPECT_THAT(h.Alarms(), IsEmpty());
}

}  // namespace
}  // namespace ktrial::properties
