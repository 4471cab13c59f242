#include "scenarios/measure_read.h"

#include <gtest/gtest.h>

namespace ktrial::scenarios {
namespace {

using cluster::ClientId;
using cluster::GroupIndex;
using cluster::LeaderEpoch;
using cluster::Offset;
using cluster::TopicId;
using cluster::TopicPartition;
using sim::Milliseconds;
using sim::SimTime;

constexpr TopicPartition kOrders0{TopicId(0), 0};

SimTime At(int64_t ms) { return SimTime() + Milliseconds(ms); }
sim::FactHeader HeaderAt(int64_t ms) {
  return {.at = At(ms), .kind = {}, .process = {}, .host = {}, .incarnation = {}};
}

class ReadMeasureTest : public testing::Test {
 protected:
  void Acked(int64_t ms, int64_t offset) {
    measure_.On(HeaderAt(ms), cluster::RecordAcked{ClientId(0), kOrders0, offset, Offset(offset), cluster::kAcksAll});
  }
  void Delivered(int64_t ms, int64_t offset, GroupIndex group = GroupIndex(0)) {
    measure_.On(HeaderAt(ms),
                cluster::RecordDelivered{ClientId(1), group, kOrders0, Offset(offset), offset, LeaderEpoch(0)});
  }

  ReadMeasure measure_;
};

TEST_F(ReadMeasureTest, WhatComesBeforeTheFirstDeliveryDoesNotCount) {
  Acked(0, 0);
  measure_.On(HeaderAt(1), cluster::PositionSet{ClientId(1), GroupIndex(0), kOrders0, Offset(0),
                                                cluster::PositionSource::kResetEarliest});
  Acked(1000, 1);
  EXPECT_FALSE(measure_.Longest(TopicId(0), At(2000)).has_value());
  Delivered(3000, 0);
  Delivered(3010, 1);
  EXPECT_EQ(measure_.Longest(TopicId(0), At(9000))->length(), Milliseconds(10));
}

TEST_F(ReadMeasureTest, LastsWhileAnAcknowledgedRecordWaits) {
  Acked(0, 0);
  Delivered(5, 0);
  Acked(100, 1);
  Acked(200, 2);
  Delivered(800, 1);
  Delivered(801, 2);
  const ReadOutage outage = *measure_.Longest(TopicId(0), At(5000));
  EXPECT_EQ(outage.begin, At(100));
  EXPECT_EQ(outage.end, At(800));
  EXPECT_TRUE(outage.ended);
}

TEST_F(ReadMeasureTest, ARecordMayBeDeliveredBeforeItsProducerHears) {
  Delivered(5, 0);
  Delivered(90, 1);
  Acked(91, 1);
  EXPECT_EQ(measure_.Longest(TopicId(0), At(500))->length(), sim::Duration());
}

TEST_F(ReadMeasureTest, EachGroupIsOnItsOwn) {
  Delivered(1, 0, GroupIndex(0));
  Delivered(1, 0, GroupIndex(1));
  Acked(10, 1);
  Delivered(20, 1, GroupIndex(0));
  Delivered(70, 1, GroupIndex(1));
  const ReadOutage outage = *measure_.Longest(TopicId(0), At(100));
  EXPECT_EQ(outage.group, GroupIndex(1));
  EXPECT_EQ(outage.length(), Milliseconds(60));
  EXPECT_EQ(measure_.PositionOf(GroupIndex(1), kOrders0), Offset(2));
  EXPECT_FALSE(measure_.PositionOf(GroupIndex(2), kOrders0).valid());
}

}  // namespace
}  // namespace ktrial::scenarios
