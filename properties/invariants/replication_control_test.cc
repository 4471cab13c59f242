// The checkers of decisions and promises: S12, S13, S14, S15, S16, S28, S29. Those of the quorum go on in
// quorum_test.cc.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/history_for_test.h"

namespace ktrial::properties {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(IsrShapeTest, MalformedDecisionsAreSeenOnceEach) {
  History h;
  h.Decide(1, 0, {});
  h.Decide(1, 1, {2});
  h.Decide(1, 2, {1, 9});
  EXPECT_THAT(h.Alarms("S12"),
              ElementsAre("the controller committed an empty ISR for orders-0",
                          "the controller committed broker 1 as leader of orders-0, which is not in the ISR",
                          "the controller committed broker 1 as leader of orders-0, which is not in the ISR",
                          "the controller committed broker 9 into the ISR of orders-0, of which it is not a replica"));
}

TEST(IsrShapeTest, APartitionWithoutALeaderKeepsItsLastMember) {
  History h;
  h.Elect(1, 0, {1});
  h.Decide(-1, 1, {1}, cluster::PartitionChangeReason::kOffline);
  EXPECT_THAT(h.Alarms(), IsEmpty());
}

TEST(IsrShapeTest, EligibleLeaderReplicasAreForAnIsrThatIsTooSmall) {
  History h;
  h.Elect(1, 0, {1, 2});
  h.Decide(1, 0, {1}, cluster::PartitionChangeReason::kIsrChange, kOrders, {2});
  h.Decide(-1, 1, {}, cluster::PartitionChangeReason::kOffline, kOrders, {1, 2}, {1});
  EXPECT_THAT(h.Alarms(), IsEmpty());
  h.Decide(1, 2, {1}, cluster::PartitionChangeReason::kElection, kOrders, {1, 2});
  h.Decide(1, 2, {1, 3}, cluster::PartitionChangeReason::kIsrChange, kOrders, {2});
  EXPECT_THAT(h.Alarms("S12"),
              ElementsAre("the controller committed broker 1 into the ISR and the eligible leader replicas of orders-0",
                          "the controller committed the eligible leader replicas [2] of orders-0 with the ISR [1, 3]"));
}

TEST(IsrShapeTest, WithoutEligibleLeaderReplicasThereAreNoneAndTheIsrIsNeverEmpty) {
  History h;
  h.checkers().facts().eligible_leader_replicas = false;
  h.Decide(-1, 0, {}, cluster::PartitionChangeReason::kOffline);
  h.Decide(1, 1, {1}, cluster::PartitionChangeReason::kElection, kOrders, {2});
  EXPECT_THAT(h.Alarms("S12"),
              ElementsAre("the controller committed an empty ISR for orders-0",
                          "the controller committed the eligible leader replicas [2] of orders-0 with the ISR [1]"));
}

TEST(IsrJoinersLiveTest, BrokersThatAreNotFitAreSeen) {
  History h;
  h.Elect(1, 0, {1});
  h.Register(2, /*fenced=*/true);
  h.Register(3, /*fenced=*/false, /*shutting_down=*/true);
  h.Decide(1, 0, {1, 2, 3}, cluster::PartitionChangeReason::kIsrChange);
  EXPECT_THAT(h.Alarms("S13"), ElementsAre("the controller added broker 2 to the ISR of orders-0 while it was fenced",
                                           "the controller added broker 3 to the ISR of orders-0 while it was in "
                                           "controlled shutdown"));
}

TEST(IsrJoinersLiveTest, MembersMayBeFencedAfterwards) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Register(2, /*fenced=*/true);
  h.Decide(1, 0, {1, 2}, cluster::PartitionChangeReason::kIsrChange);
  EXPECT_THAT(h.Alarms(), IsEmpty());
}

TEST(IsrJoinersLiveTest, AControllerThatLagsReportsOldDecisions) {
  History h;
  h.Elect(1, 0, {1, 2});
  h.Register(3, /*fenced=*/true);
  // Decision 0 and the unfenced registration come again, from a controller that replays its log.
  const std::vector<BrokerId> ids = {BrokerId(1), BrokerId(2), BrokerId(3)};
  h.Tell(cluster::BrokerRegistrationCommitted{BrokerId(3002), Offset(0), BrokerId(3), BrokerEpoch(3), false, false});
  h.Tell(cluster::PartitionCommitted{BrokerId(3002),
                                     Offset(1),
                                     kOrders,
                                     BrokerId(3),
                                     LeaderEpoch(0),
                                     PartitionEpoch(0),
                                     {&ids},
                                     {&ids},
                                     cluster::PartitionChangeReason::kIsrChange});
  EXPECT_THAT(h.Alarms(), IsEmpty());
  EXPECT_EQ(h.ghost().Find(kOrders)->leader, BrokerId(1));
}

TEST(ConsistentReadTest, AReadThatTheLogDeniesIsSeen) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1);
  h.Deliver(7, 0, h.Send());
  EXPECT_THAT(h.Alarms("S14"), ElementsAre("client 7 was given record 1 of client 0 at offset 0 of orders-0, where the "
                                           "committed log holds record 0 of client 0"));
}

TEST(ConsistentReadTest, AnEarlyReadIsComparedWhenTheLogGetsThere) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Produce(1, {h.Send()});
  h.Decide(2, 1, {2, 3});
  // Broker 1 does not know yet that it was replaced; nobody but it has the record.
  h.Commit(1, 1);
  h.Deliver(7, 0, 0);
  EXPECT_THAT(h.Alarms(), IsEmpty());
  h.Lead(2, 1);
  h.LeaderIsr(2, 1, {2, 3});
  const auto batch = h.Produce(2, {h.Send()});
  h.Copy(3, batch);
  h.Commit(2, 1, {3});
  EXPECT_THAT(h.Alarms("S14"), ElementsAre(HasSubstr("client 7 was given record 0 of client 0 at offset 0")));
}

TEST(NoUncommittedReadTest, AReadAboveEveryHighWatermarkIsSeen) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Produce(1, {h.Send()});
  h.Deliver(7, 0, 0);
  EXPECT_THAT(h.Alarms(), ElementsAre("S15: client 7 was given record 0 of client 0 at offset 0 of orders-0, which no "
                                      "leader had below its high watermark: 0 is committed"));
}

TEST(StaleLeaderTest, ItMayServeAndAcknowledgeWhatTheOthersHold) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  const int64_t value = h.Send();
  const auto batch = h.Produce(1, {value}, 900);
  h.Copy(2, batch);
  h.Copy(3, batch);
  h.Decide(2, 1, {2, 3});
  h.Commit(1, 1);
  h.BrokerAcked(1, 0, 0, 0);
  h.Acked(value, 0);
  h.Deliver(7, 0, value);
  h.Lead(2, 1);
  h.LeaderIsr(2, 1, {2, 3});
  h.Commit(2, 1, {3});
  h.Finish();
  EXPECT_THAT(h.Alarms("S14"), IsEmpty());
  EXPECT_THAT(h.Alarms("S15"), IsEmpty());
  EXPECT_THAT(h.Alarms("S16"), IsEmpty());
  EXPECT_THAT(h.Alarms("I2"), IsEmpty());
}

TEST(StaleLeaderAcksTest, APromiseThatTheNewIsrCannotKeepIsSeen) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  const auto batch = h.Produce(1, {h.Send()});
  h.Copy(2, batch);
  h.Decide(2, 1, {2, 3});
  h.BrokerAcked(1, 0, 0, 0);
  EXPECT_THAT(h.Alarms(), ElementsAre("S16: broker 1 acknowledged offsets 0 to 0 of orders-0 with acks=all in leader "
                                      "epoch 0 though epoch 1 had begun and broker 3 of its ISR does not hold them"));
}

cluster::RaftRoleChanged BecameRaftLeader(int32_t node, int32_t epoch) {
  return {BrokerId(node), LeaderEpoch(epoch), cluster::RaftRole::kLeader, BrokerId(node)};
}

TEST(ElectionSafetyTest, TwoLeadersAndTwoVotesAreSeen) {
  History h;
  h.Tell(BecameRaftLeader(3000, 4));
  h.Tell(BecameRaftLeader(3000, 4));
  h.Tell(cluster::RaftVoted{BrokerId(3002), LeaderEpoch(4), BrokerId(3000)});
  EXPECT_THAT(h.Alarms(), IsEmpty());
  h.Tell(BecameRaftLeader(3001, 4));
  h.Tell(cluster::RaftVoted{BrokerId(3002), LeaderEpoch(4), BrokerId(3001)});
  EXPECT_THAT(h.Alarms(),
              ElementsAre("S28: node 3001 became leader of the metadata quorum in epoch 4, which node 3000 leads",
                          "S28: node 3002 voted for node 3001 in epoch 4 after it had voted for node 3000"));
}

class MetadataAgreementTest : public ::testing::Test {
 protected:
  void Append(int32_t node, const cluster::LogBatchRef& batch) {
    h_.Tell(cluster::RaftBatchAppended{BrokerId(node), batch.get()});
  }
  void HighWatermark(int32_t node, int64_t to, int32_t incarnation = 0) {
    h_.Tell(cluster::RaftHighWatermarkMoved{BrokerId(node), LeaderEpoch(1), false, Offset(to)},
            sim::Incarnation(incarnation));
  }
  History h_;
};

TEST_F(MetadataAgreementTest, DivergenceBelowTheHighWatermarkIsSeen) {
  Append(3000, History::MakeBatch(Offset(0), 1, {-1}));
  Append(3001, History::MakeBatch(Offset(0), 2, {-1}));
  HighWatermark(3000, 1);
  EXPECT_THAT(h_.Alarms(), IsEmpty());
  HighWatermark(3001, 1);
  EXPECT_THAT(h_.Alarms(),
              ElementsAre("S29: node 3001's metadata log, committed up to 1, differs from what is committed "
                          "from offset 0 on"));
}

TEST_F(MetadataAgreementTest, AFallingHighWatermarkIsSeen) {
  const auto batch = History::MakeBatch(Offset(0), 1, {-1, -1});
  Append(3000, batch);
  HighWatermark(3000, 2);
  HighWatermark(3000, 0);
  EXPECT_THAT(h_.Alarms(), ElementsAre("S29: the high watermark of node 3000's metadata log fell from 2 to 0"));
}

TEST_F(MetadataAgreementTest, AHighWatermarkAboveTheLogIsSeen) {
  HighWatermark(3000, 2);
  EXPECT_THAT(h_.Alarms(), ElementsAre(HasSubstr("committed up to 2, but it ends at 0")));
}

TEST_F(MetadataAgreementTest, ANodeThatLostItsTailCatchesUpAgain) {
  const auto first = History::MakeBatch(Offset(0), 1, {-1});
  const auto second = History::MakeBatch(Offset(1), 1, {-1});
  for (int32_t node : {3000, 3001}) {
    Append(node, first);
    Append(node, second);
    HighWatermark(node, 2);
  }
  // Node 3001 lost power, and the second batch with it.
  Append(3001, second);
  HighWatermark(3001, 1, /*incarnation=*/1);
  HighWatermark(3001, 2, /*incarnation=*/1);
  EXPECT_THAT(h_.Alarms(), IsEmpty());
}

}  // namespace
}  // namespace ktrial::properties
