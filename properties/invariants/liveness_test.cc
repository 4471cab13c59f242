// The checkers of replication's liveness: L1 to L7 and L9.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/history_for_test.h"

namespace ktrial::properties {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class LivenessTest : public ::testing::Test {
 protected:
  LivenessTest() {
    h_.Elect(1, 0, {1, 2, 3});
    h_.Settle(1);
    h_.MoveHighWatermark(2, 1, false);
    h_.MoveHighWatermark(3, 1, false);
  }
  void End() {
    h_.Wait(sim::Seconds(30));
    h_.Finish();
  }
  History h_;
};

TEST_F(LivenessTest, AQuietClusterHasNothingToComplainOf) {
  End();
  EXPECT_THAT(h_.Alarms(), IsEmpty());
}

TEST_F(LivenessTest, APartitionWithoutALeaderIsSeen) {
  h_.Decide(-1, 1, {1, 2}, cluster::PartitionChangeReason::kOffline);
  End();
  EXPECT_THAT(h_.Alarms(),
              ElementsAre("L1: orders-0 has no leader: the controller elected none in epoch 1; ISR [1, 2]: "
                          "broker 1 is up, broker 2 is up"));
}

TEST_F(LivenessTest, ALeaderThatIsDownOrNotAtWorkIsSeen) {
  h_.Kill(1);
  End();
  EXPECT_THAT(h_.Alarms("L1"), ElementsAre(HasSubstr("broker 1 is down and the controller elected no other")));
  h_.Decide(2, 1, {2, 3});
  End();
  EXPECT_THAT(h_.Alarms("L1").back(), HasSubstr("broker 2 was elected in epoch 1 and did not begin to lead in it"));
}

TEST_F(LivenessTest, NobodyIsAskedToLeadIfTheWholeIsrIsDown) {
  h_.Decide(1, 1, {1}, cluster::PartitionChangeReason::kIsrChange);
  h_.Kill(1);
  End();
  EXPECT_THAT(h_.Alarms(), IsEmpty());
}

TEST_F(LivenessTest, InThePlaceOfAnEmptyIsrAnEligibleReplicaOrTheLastKnownLeaderIsToLead) {
  h_.Decide(-1, 1, {}, cluster::PartitionChangeReason::kOffline, kOrders, {2}, {1});
  h_.Kill(2);
  End();
  // The last known leader runs, and may not lead while there is somebody eligible.
  EXPECT_THAT(h_.Alarms("L1"), IsEmpty());
  h_.Decide(-1, 1, {}, cluster::PartitionChangeReason::kOffline, kOrders, {}, {1});
  End();
  EXPECT_THAT(h_.Alarms("L1"), ElementsAre("orders-0 has no leader: the controller elected none in epoch 1; ISR [], "
                                           "candidates [1]: broker 1 is up"));
}

TEST_F(LivenessTest, AReplicaThatDoesNotCatchUpIsSeen) {
  h_.Decide(1, 0, {1, 2}, cluster::PartitionChangeReason::kIsrChange);
  h_.LeaderIsr(1, 0, {1, 2});
  const auto batch = h_.Produce(1, {h_.Send()});
  h_.Copy(2, batch);
  h_.Commit(1, 2, {2});
  h_.MoveHighWatermark(2, 2, false);
  End();
  EXPECT_THAT(h_.Alarms(),
              ElementsAre("L3: broker 3 (up) holds orders-0 up to offset 1, committed are 2: it waits to fetch "
                          "from broker 1, the leader in epoch 0",
                          "L4: broker 3 (up) is not back in the ISR [1, 2] of orders-0: its log ends at 1, "
                          "that of the leader, broker 1, at 2"));
}

TEST_F(LivenessTest, NothingIsAskedOfAnOfflineReplica) {
  h_.Decide(1, 0, {1, 2}, cluster::PartitionChangeReason::kIsrChange);
  h_.TakeOffline(3);
  End();
  EXPECT_THAT(h_.Alarms("L4"), IsEmpty());
  // Once it is found in a directory that is online, it is to catch up.
  h_.PlaceOnSecondDisk(3);
  End();
  EXPECT_THAT(h_.Alarms("L4"), ElementsAre(HasSubstr("broker 3 (up) is not back in the ISR [1, 2]")));
}

TEST_F(LivenessTest, NobodyIsAskedToLeadFromDirectoriesThatAreOffline) {
  h_.Decide(-1, 1, {1}, cluster::PartitionChangeReason::kOffline);
  h_.TakeOffline(1);
  End();
  EXPECT_THAT(h_.Alarms("L1"), IsEmpty());
}

TEST_F(LivenessTest, APartitionWhoseDisksWereReplacedMayWaitForAnOperator) {
  h_.PlaceOnSecondDisk(1);
  // Another disk of the broker says nothing about this one.
  h_.Wipe(1);
  h_.Decide(-1, 1, {1}, cluster::PartitionChangeReason::kOffline);
  End();
  EXPECT_THAT(h_.Alarms("L1"), ElementsAre(HasSubstr("orders-0 has no leader")));
  h_.WipeSecondDisk(1);
  End();
  EXPECT_THAT(h_.Alarms("L1").back(), HasSubstr("(the disk of every in-sync replica was replaced) orders-0 has no"));
}

// All lost power. Broker 1 comes back first, as leader in its old epoch, and writes where broker 2 holds what it lost.
TEST_F(LivenessTest, AReplicaWhoseLogPartsWithinAnEpochMayStayAwayUnderALicence) {
  for (const bool licensed : {false, true}) {
    History h;
    h.Elect(1, 0, {1, 2});
    const auto lost = h.Produce(1, {h.Send(), h.Send()});
    h.Copy(2, lost);
    if (licensed) {
      for (int32_t broker : {1, 2}) h.LosePower(broker);
      h.StartUnregistered(1);
      h.Load(1, 0, 0);
      h.Start(2);
      h.Load(2, 2, 0);
    } else {
      h.Truncate(1, 0);
    }
    h.ProduceAs(1, 0, {h.Send()});
    h.Elect(2, 1, {2});
    h.Wait(sim::Seconds(30));
    h.Finish();
    EXPECT_THAT(h.Alarms("L4"),
                ElementsAre(HasSubstr(licensed ? "(every in-sync replica lost power or its disk, and with it what was "
                                                 "not flushed) broker 1 (up"
                                               : "broker 1 (up) is not back in the ISR [2]"),
                            StartsWith("broker 3 (up) is not back")));
  }
}

TEST_F(LivenessTest, RecordsOnTheirWayAreNotAskedFor) {
  const auto batch = h_.Produce(1, {h_.Send()});
  h_.Copy(2, batch);
  h_.Finish();
  EXPECT_THAT(h_.Alarms(), IsEmpty());
}

TEST_F(LivenessTest, HighWatermarksThatStayBehindAreSeen) {
  const auto batch = h_.Produce(1, {h_.Send()});
  End();
  EXPECT_THAT(h_.Alarms(),
              ElementsAre("L5: the high watermark of orders-0 at its leader, broker 1, stays at 1, its log "
                          "ends at 2; ISR [1, 2, 3]: broker 1 reaches 2, broker 2 reaches 1, broker 3 reaches "
                          "1"));
  h_.Copy(2, batch);
  h_.Copy(3, batch);
  h_.Commit(1, 2);
  h_.MoveHighWatermark(2, 2, false);
  End();
  EXPECT_THAT(h_.Alarms("L5").back(), HasSubstr("at follower 3 stays at 1, below 2 of its leader, broker 1"));
}

TEST_F(LivenessTest, DeadReplicasAreNotAskedForAnything) {
  h_.Kill(3);
  h_.Decide(1, 0, {1, 2}, cluster::PartitionChangeReason::kIsrChange);
  h_.LeaderIsr(1, 0, {1, 2});
  const auto batch = h_.Produce(1, {h_.Send()});
  h_.Copy(2, batch);
  h_.Commit(1, 2, {2});
  h_.MoveHighWatermark(2, 2, false);
  End();
  EXPECT_THAT(h_.Alarms(), IsEmpty());
}

TEST_F(LivenessTest, AnIsrChangeThatIsNeverAnsweredIsSeen) {
  const std::vector<BrokerId> maximal = {BrokerId(1), BrokerId(2), BrokerId(3)};
  h_.Tell(cluster::LeaderIsrChanged{
      kOrders, BrokerId(1), LeaderEpoch(0), PartitionEpoch(0), /*pending=*/true, {&maximal}, {&maximal}});
  End();
  EXPECT_THAT(h_.Alarms(), ElementsAre(HasSubstr("L7: broker 1, leader of orders-0 in epoch 0, asked at ")));
}

TEST_F(LivenessTest, AnIsrChangeOfALeaderThatWasReplacedNeedsNoAnswer) {
  const std::vector<BrokerId> maximal = {BrokerId(1), BrokerId(2), BrokerId(3)};
  h_.Tell(cluster::LeaderIsrChanged{
      kOrders, BrokerId(1), LeaderEpoch(0), PartitionEpoch(0), /*pending=*/true, {&maximal}, {&maximal}});
  h_.Elect(2, 1, {1, 2, 3});
  End();
  EXPECT_THAT(h_.Alarms("L7"), IsEmpty());
}

class SendsSettleTest : public LivenessTest {
 protected:
  SendsSettleTest() { Restart(); }
  void Restart() { h_.Tell(sim::ProcessStarted{kProducer, sim::HostId(9), sim::Incarnation(0)}); }
  // By the producer's process.
  int64_t Send() { return h_.SendFrom(kProducer); }

  static constexpr sim::ProcessId kProducer{99};
};

TEST_F(SendsSettleTest, ARecordThatNeverSettlesIsSeen) {
  Send();
  h_.Wait(sim::Seconds(125));
  h_.Finish();
  EXPECT_THAT(h_.Alarms(), ElementsAre(HasSubstr("L2: record 1 of client 0, sent to orders-0 at ")));
}

TEST_F(SendsSettleTest, AnOutcomeAfterTheDeliveryTimeoutIsSeen) {
  const int64_t value = Send();
  h_.Wait(sim::Seconds(125));
  h_.Failed(value, /*definite=*/false);
  EXPECT_THAT(h_.Alarms(), ElementsAre(HasSubstr("after delivery.timeout.ms")));
}

TEST_F(SendsSettleTest, ARecordMayWaitForTheTimeOfAYoungerOneThatStandsBeforeIt) {
  const int64_t older = Send();
  h_.Wait(sim::Seconds(10));
  const int64_t younger = Send();
  h_.Tell(cluster::BatchHeldBack{cluster::ClientId(0), kOrders, older, older, younger});
  h_.Wait(sim::Seconds(120));
  h_.Failed(younger, /*definite=*/false);
  h_.Failed(older, /*definite=*/false);
  EXPECT_THAT(h_.Alarms("L2"), ElementsAre(HasSubstr("(a younger batch that was sent again stood before it")));
}

TEST_F(SendsSettleTest, ARecordMayNotWaitLongerThanTheYoungerOne) {
  const int64_t older = Send();
  h_.Wait(sim::Seconds(10));
  const int64_t younger = Send();
  h_.Tell(cluster::BatchHeldBack{cluster::ClientId(0), kOrders, older, older, younger});
  h_.Wait(sim::Seconds(122));
  h_.Failed(older, /*definite=*/false);
  h_.Failed(younger, /*definite=*/false);
  EXPECT_THAT(h_.Alarms(), ElementsAre(HasSubstr("L2: record 1 of client 0, sent to orders-0 at "),
                                       HasSubstr("L2: record 2 of client 0, sent to orders-0 at ")));
}

TEST_F(SendsSettleTest, RecordsThatMayStillComeAreNotAskedFor) {
  Send();
  h_.Wait(sim::Seconds(110));
  h_.Finish();
  EXPECT_THAT(h_.Alarms("L2"), IsEmpty());
}

TEST_F(SendsSettleTest, NothingIsAskedOfAProducerThatStoodStill) {
  const int64_t paused = Send();
  h_.Tell(sim::ProcessPaused{kProducer});
  h_.Wait(sim::Seconds(125));
  h_.Tell(sim::ProcessResumed{kProducer});
  h_.Failed(paused, /*definite=*/false);
  Send();
  h_.Tell(sim::ProcessKilled{kProducer, sim::HostId(9), sim::Incarnation(0)});
  Restart();
  h_.Wait(sim::Seconds(125));
  h_.Finish();
  EXPECT_THAT(h_.Alarms(), IsEmpty());
}

cluster::FollowerDiverged Diverged(int64_t end, int32_t epoch, int64_t new_end, int32_t new_epoch) {
  return {kOrders,         BrokerId(2),           LeaderEpoch(5), Offset(end), LeaderEpoch(epoch),
          Offset(new_end), LeaderEpoch(new_epoch)};
}

TEST_F(LivenessTest, ADivergenceThatChangesNothingIsSeen) {
  h_.Tell(Diverged(10, 3, 10, 3));
  EXPECT_THAT(h_.Alarms(), ElementsAre(HasSubstr("L6: broker 2 was told that its log of orders-0 diverges")));
}

TEST_F(LivenessTest, ADivergenceThatShortensTheLogOrItsEpochsIsProgress) {
  h_.Tell(Diverged(10, 3, 8, 3));
  h_.Tell(Diverged(8, 3, 8, 2));
  EXPECT_THAT(h_.Alarms(), IsEmpty());
}

TEST_F(LivenessTest, AShutdownThatDoesNotEndIsSeen) {
  h_.Register(2, /*fenced=*/false, /*shutting_down=*/true);
  End();
  EXPECT_THAT(h_.Alarms("L9"), ElementsAre(HasSubstr("broker 2 has been shutting down since ")));
}

TEST_F(LivenessTest, AShutdownThatEndsOrHasOnlyBegunIsNot) {
  h_.Register(2, /*fenced=*/false, /*shutting_down=*/true);
  h_.Kill(2);
  h_.Start(2);
  h_.Wait(sim::Seconds(60));
  h_.Register(3, /*fenced=*/false, /*shutting_down=*/true);
  h_.Finish();
  EXPECT_THAT(h_.Alarms("L9"), IsEmpty());
}

TEST_F(LivenessTest, AReassignmentToBrokersThatRunIsToEnd) {
  const std::vector<BrokerId> isr = {BrokerId(1), BrokerId(2), BrokerId(3)};
  const std::vector<BrokerId> moved = {BrokerId(3)};
  cluster::PartitionCommitted fact{BrokerId(3000), Offset(1000),   kOrders,
                                   BrokerId(1),    LeaderEpoch(0), PartitionEpoch(1),
                                   {&isr},         {&isr},         cluster::PartitionChangeReason::kReassignment};
  fact.adding = {&moved};
  h_.Tell(fact);
  History down = h_;
  down.Kill(3);
  down.Wait(sim::Seconds(30));
  down.Finish();
  EXPECT_THAT(down.Alarms("L9"), IsEmpty());
  End();
  EXPECT_THAT(h_.Alarms("L9"), ElementsAre(HasSubstr("the reassignment of orders-0 that began at ")));
}

}  // namespace
}  // namespace ktrial::properties
