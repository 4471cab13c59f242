// The checkers of producers' records: I1, I2, I3, I5.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/history_for_test.h"

namespace ktrial::properties {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(SendOrderTest, RecordsThatOvertookEachOtherAreSeen) {
  History h;
  h.Elect(1, 0, {1});
  const int64_t first = h.Send();
  const int64_t second = h.Send();
  h.Produce(1, {second}, 900);
  h.Produce(1, {first}, 900);
  h.MoveHighWatermark(1, 2, true);
  EXPECT_THAT(h.Alarms("I1"),
              ElementsAre("record 0 of client 0 stands in orders-0 at offset 1, after record 1, which was "
                          "sent later"));
}

TEST(SendOrderTest, AProducerThatDoesNotKeepOrderIsAllowedToOvertakeItself) {
  History h;
  h.Elect(1, 0, {1});
  const int64_t first = h.Send(2);
  const int64_t second = h.Send(2);
  h.Produce(1, {second});
  h.Produce(1, {first});
  h.MoveHighWatermark(1, 2, true);
  EXPECT_THAT(h.Alarms("I1"),
              ElementsAre("(enable.idempotence=false with several requests in flight) record 0 of client 2 stands in "
                          "orders-0 at offset 1, after record 1, which was sent later"));
}

TEST(SendOrderTest, WithoutAnswersOrderIsKeptWithinAConnection) {
  for (const bool reconnected : {false, true}) {
    History h;
    h.Elect(1, 0, {1});
    const int64_t first = h.Send(1);
    h.Acked(first, -1, /*acks=*/0);
    if (reconnected) h.Tell(cluster::ProducerReconnected{cluster::ClientId(1), BrokerId(1)});
    const int64_t second = h.Send(1);
    h.Acked(second, -1, /*acks=*/0);
    h.Produce(1, {second});
    h.Produce(1, {first});
    h.MoveHighWatermark(1, 2, true);
    const std::string licence = reconnected ? "(acks=0, and the producer had gone on over another connection) " : "";
    EXPECT_THAT(h.Alarms("I1"), ElementsAre(licence + "record 0 of client 1 stands in orders-0 at offset 1, after "
                                                      "record 1, which was sent later"));
  }
}

// Record 2 reaches a leader that knows nothing of its producer, whose records 0 and 1 are on their way to another.
std::vector<std::string> AlarmsAfter(bool from_unknown, const std::vector<int64_t>& late) {
  History h;
  h.Elect(1, 0, {1});
  for (int i = 0; i < 4; ++i) h.Send();
  const cluster::LogBatchRef taken = History::MakeBatch(Offset(0), 0, {2}, 900, /*sequence=*/2);
  h.Tell(cluster::BatchAppended{kOrders, BrokerId(1), true, taken.get()});
  if (from_unknown) h.Tell(cluster::UnknownProducerAccepted{kOrders, BrokerId(1), taken.get()});
  h.MoveHighWatermark(1, 1, true);
  int32_t sequence = 0;
  for (const int64_t value : late) {
    const cluster::LogBatchRef batch = History::MakeBatch(Offset(1 + sequence), 0, {value}, 900, sequence, /*epoch=*/1);
    h.Tell(cluster::BatchAppended{kOrders, BrokerId(1), true, batch.get()});
    ++sequence;
  }
  h.MoveHighWatermark(1, 1 + sequence, true);
  return h.Alarms("I1");
}

TEST(SendOrderTest, WhatWasOnItsWayToALeaderBeforeMayComeAfterWhatTheNextOneTook) {
  const auto allowed = HasSubstr("(the leader knew nothing of the producer, and took a later batch before)");
  EXPECT_THAT(AlarmsAfter(true, {0, 1, 3}), ElementsAre(allowed, allowed));
  EXPECT_THAT(AlarmsAfter(false, {0, 1, 3}), ElementsAre(testing::Not(allowed), testing::Not(allowed)));
  // In another order than theirs, or sent after what was taken.
  EXPECT_THAT(AlarmsAfter(true, {1, 0}), ElementsAre(allowed, testing::Not(allowed)));
}

TEST(SendOrderTest, ABatchThatWasWrittenTwiceIsADuplicateAndNoDisorder) {
  History h;
  h.Elect(1, 0, {1});
  const int64_t first = h.Send(1);
  const int64_t second = h.Send(1);
  h.Produce(1, {first, second});
  h.Produce(1, {first, second});
  h.MoveHighWatermark(1, 4, true);
  EXPECT_THAT(h.Alarms("I1"), IsEmpty());
  EXPECT_THAT(h.Alarms("I3"), IsEmpty());
}

TEST(AckedRecordsCommittedTest, AnAcknowledgementBeforeTheCommitIsSeen) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  const int64_t value = h.Send();
  h.Produce(1, {value});
  h.Acked(value, 0);
  EXPECT_THAT(h.Alarms("I2"),
              ElementsAre("record 0 of client 0 was acknowledged (acks=all) at offset 0 of orders-0, where "
                          "it was not committed"));
}

TEST(AckedRecordsCommittedTest, ARecordThatIsGoneAtTheEndIsSeen) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1);
  h.Truncate(2, 0);
  h.Elect(2, 1, {2, 3});
  h.Finish();
  EXPECT_THAT(h.Alarms("I2"), ElementsAre(HasSubstr("is not in the log at offset 0 of orders-0 at the end")));
}

TEST(AckedRecordsCommittedTest, ALicenceAllowsIt) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1);
  h.Truncate(3, 0);
  h.Elect(3, 1, {3}, kOrders, cluster::PartitionChangeReason::kUncleanElection);
  h.Finish();
  EXPECT_THAT(h.Alarms("I2"), ElementsAre(HasSubstr("(unclean leader election) record 0 of client 0")));
}

TEST(AckedRecordsCommittedTest, WeakerAcksPromiseNothing) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  const int64_t value = h.Send();
  h.Produce(1, {value});
  h.Acked(value, 0, 1);
  EXPECT_THAT(h.Alarms("I2"), IsEmpty());
}

TEST(AckedRecordsCommittedTest, ARecognisedDuplicateIsAcknowledgedWithoutAnOffset) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  const int64_t value = h.Send();
  const auto batch = h.Produce(1, {value}, 900);
  h.Copy(2, batch);
  h.Copy(3, batch);
  h.Commit(1, 1);
  h.Acked(value, -1);
  EXPECT_THAT(h.Alarms(), IsEmpty());
}

TEST(NoDuplicatesTest, ASecondCopyOfAnIdempotentProducersRecordIsSeen) {
  History h;
  h.Elect(1, 0, {1});
  const int64_t value = h.Send();
  h.Produce(1, {value}, 900);
  h.Produce(1, {value}, 900);
  h.MoveHighWatermark(1, 2, true);
  EXPECT_THAT(h.Alarms("I3"), ElementsAre("record 0 of client 0, of an idempotent producer, is in the committed log of "
                                          "orders-0 2 times, last at 1"));
}

TEST(AckedOffsetHoldsRecordTest, AnotherOffsetIsSeenWhicheverComesFirst) {
  History h;
  h.Elect(1, 0, {1});
  const int64_t first = h.Send();
  h.Produce(1, {first}, 900);
  h.MoveHighWatermark(1, 1, true);
  h.Acked(first, 5);
  const int64_t second = h.Send();
  h.Acked(second, 0);
  h.Produce(1, {second}, 900);
  h.MoveHighWatermark(1, 2, true);
  EXPECT_THAT(h.Alarms("I5"),
              ElementsAre("record 0 of client 0 was acknowledged at offset 5 of orders-0, but stands at offset 0",
                          "record 1 of client 0 was acknowledged at offset 0 of orders-0, but stands at offset 1"));
}

}  // namespace
}  // namespace ktrial::properties
