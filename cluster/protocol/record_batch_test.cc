#include "cluster/protocol/record_batch.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <climits>
#include <vector>

namespace ktrial::cluster {
namespace {

std::vector<Record> Records(std::vector<int64_t> timestamps, int32_t bytes) {
  std::vector<Record> records;
  for (const int64_t timestamp : timestamps) records.push_back({.timestamp = sim::WallTime(timestamp), .bytes = bytes});
  return records;
}

TEST(RecordBatchTest, SizeAndLargestTimestamp) {
  const RecordBatch batch({}, Records({5, 9, 7}, 100));
  EXPECT_EQ(batch.bytes(), kBatchHeaderBytes + 3 * (100 + kRecordOverheadBytes));
  EXPECT_EQ(batch.max_timestamp().unix_millis(), 9);
  EXPECT_EQ(batch.record_count(), 3);
  EXPECT_EQ(batch.last_offset_delta(), 2);
  EXPECT_FALSE(batch.has_producer_id());
  EXPECT_EQ(batch.last_sequence(), -1);
  EXPECT_FALSE(batch.is_control());
}

TEST(RecordBatchTest, SequencesWrapFromTheLargestToZero) {
  const BatchAttributes attributes{
      .producer_id = ProducerId(7), .producer_epoch = ProducerEpoch(0), .base_sequence = INT_MAX - 1};
  EXPECT_EQ(RecordBatch(attributes, Records({1}, 1)).last_sequence(), INT_MAX - 1);
  EXPECT_EQ(RecordBatch(attributes, Records({1, 1}, 1)).last_sequence(), INT_MAX);
  EXPECT_EQ(RecordBatch(attributes, Records({1, 1, 1}, 1)).last_sequence(), 0);
  EXPECT_EQ(IncrementSequence(INT_MAX, 1), 0);
  EXPECT_EQ(DecrementSequence(0, 1), INT_MAX);
}

TEST(RecordBatchTest, ALogBatchStandsAtItsOffsets) {
  const auto batch = sim::MakeRef<const RecordBatch>(BatchAttributes{}, Records({1, 2, 3}, 10));
  const LogBatch placed(Offset(40), LeaderEpoch(3), batch);
  EXPECT_EQ(placed.base_offset(), Offset(40));
  EXPECT_EQ(placed.last_offset(), Offset(42));
  EXPECT_EQ(placed.next_offset(), Offset(43));
  EXPECT_EQ(placed.leader_epoch(), LeaderEpoch(3));
  EXPECT_EQ(placed.bytes(), batch->bytes());
  EXPECT_EQ(placed.batch_ref(), batch);
}

TEST(RecordBatchDeathTest, ABatchHasRecordsAndASequenceOnlyWithAProducer) {
  EXPECT_DEATH(RecordBatch({}, {}), "check failed");
  EXPECT_DEATH(RecordBatch({.base_sequence = 3}, Records({1}, 1)), "check failed");
  EXPECT_DEATH(RecordBatch({.producer_id = ProducerId(1)}, Records({1}, 1)), "check failed");
}

RC_GTEST_PROP(RecordBatchProperty, DecrementUndoesIncrement, ()) {
  const auto sequence = *rc::gen::inRange<int32_t>(0, INT_MAX);
  const auto delta = *rc::gen::inRange<int32_t>(0, INT_MAX);
  const int32_t sum = IncrementSequence(sequence, delta);
  RC_ASSERT(sum >= 0);
  RC_ASSERT((int64_t{sequence} + delta - sum) % (int64_t{INT_MAX} + 1) == 0);
  RC_ASSERT(DecrementSequence(sum, delta) == sequence);
}

}  // namespace
}  // namespace ktrial::cluster
