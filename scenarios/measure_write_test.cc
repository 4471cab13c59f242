#include "scenarios/measure_write.h"

#include <gtest/gtest.h>

namespace ktrial::scenarios {
namespace {

using cluster::ClientId;
using cluster::Offset;
using cluster::TopicId;
using cluster::TopicPartition;
using sim::Milliseconds;
using sim::SimTime;

constexpr TopicPartition kOrders0{TopicId(0), 0};
constexpr TopicPartition kOrders1{TopicId(0), 1};

SimTime At(int64_t ms) { return SimTime() + Milliseconds(ms); }
sim::FactHeader HeaderAt(int64_t ms) {
  return {.at = At(ms), .kind = {}, .process = {}, .host = {}, .incarnation = {}};
}

class WriteMeasureTest : public testing::Test {
 protected:
  void Sent(int64_t ms, TopicPartition tp = kOrders0) {
    measure_.On(HeaderAt(ms), cluster::RecordSent{ClientId(0), tp, next_value_++});
  }
  void Acked(int64_t ms, TopicPartition tp = kOrders0, ClientId client = ClientId(0)) {
    measure_.On(HeaderAt(ms), cluster::RecordAcked{client, tp, 0, Offset(0), cluster::kAcksAll});
  }
  void Failed(int64_t ms) {
    measure_.On(HeaderAt(ms), cluster::RecordFailed{ClientId(0), kOrders0, 0, cluster::ErrorCode::kRequestTimedOut,
                                                    /*definite=*/false});
  }
  WriteOutage Longest(int64_t now_ms) { return measure_.Longest(TopicId(0), At(now_ms)).value(); }

  WriteMeasure measure_;
  int64_t next_value_ = 0;
};

TEST_F(WriteMeasureTest, KnowsNothingOfATopicThatNobodyWroteTo) {
  Sent(10, TopicPartition{TopicId(1), 0});
  EXPECT_FALSE(measure_.Longest(TopicId(0), At(100)).has_value());
}

TEST_F(WriteMeasureTest, LastsFromTheFirstRecordThatWaitsToTheNextAcknowledgement) {
  Sent(10);
  Acked(12);
  Sent(100);
  Sent(200);
  Acked(900, kOrders0, ClientId(3));
  const WriteOutage outage = Longest(1000);
  EXPECT_EQ(outage.begin, At(100));
  EXPECT_EQ(outage.end, At(900));
  EXPECT_EQ(outage.client, ClientId(3));
  EXPECT_TRUE(outage.ended);
}

TEST_F(WriteMeasureTest, BeginsAnewAtAnAcknowledgementThatLeavesOthersWaiting) {
  Sent(10);
  Sent(11);
  Acked(20);
  Acked(70);
  EXPECT_EQ(Longest(100).begin, At(20));
  EXPECT_EQ(Longest(100).length(), Milliseconds(50));
}

TEST_F(WriteMeasureTest, IdlenessIsNoOutage) {
  Sent(10);
  Acked(15);
  Sent(5000);
  Acked(5006);
  EXPECT_EQ(Longest(9000).length(), Milliseconds(6));
}

TEST_F(WriteMeasureTest, AFailureEndsNothing) {
  Sent(10);
  Failed(130);
  Sent(140);
  Acked(150);
  EXPECT_EQ(Longest(200).begin, At(10));
  EXPECT_EQ(Longest(200).end, At(150));
}

TEST_F(WriteMeasureTest, GoesOnToTheEndOfTheRunIfNothingIsAcknowledged) {
  Sent(10);
  Acked(20);
  Sent(30);
  const WriteOutage outage = Longest(530);
  EXPECT_FALSE(outage.ended);
  EXPECT_EQ(outage.length(), Milliseconds(500));
}

TEST_F(WriteMeasureTest, TakesTheWorstPartitionAndTheEarliestOfEquals) {
  Sent(10);
  Acked(110);
  Sent(20, kOrders1);
  Acked(320, kOrders1);
  Sent(400);
  Acked(700);
  EXPECT_EQ(Longest(1000).tp, kOrders0);
  EXPECT_EQ(Longest(1000).begin, At(400));
}

TEST_F(WriteMeasureTest, RecordsThatGotNoPartitionDoNotCount) {
  measure_.On(HeaderAt(1), cluster::RecordSent{ClientId(0), TopicPartition{}, 1});
  EXPECT_FALSE(measure_.Longest(TopicId(0), At(10)).has_value());
}

}  // namespace
}  // namespace ktrial::scenarios
