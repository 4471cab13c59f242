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

TEST(RecordBatchTest, ARewrittenBatchKeepsOffsetsAndSequences) {
  const BatchAttributes attributes{
      .producer_id = ProducerId(7), .producer_epoch = ProducerEpoch(1), .base_sequence = 100};
  const RecordBatch batch(attributes, Records({10, 20, 30, 40}, 10));
  const auto rewritten = RecordBatch::Rewrite(batch, {1, 2}, std::nullopt);
  EXPECT_TRUE(rewritten->is_rewritten());
  EXPECT_EQ(rewritten->record_count(), 2);
  EXPECT_EQ(rewritten->last_offset_delta(), 3);
  EXPECT_EQ(rewritten->last_sequence(), 103);
  EXPECT_LT(rewritten->bytes(), batch.bytes());

  const LogBatch placed(Offset(40), LeaderEpoch(3), rewritten);
  EXPECT_EQ(placed.next_offset(), Offset(44));
  EXPECT_EQ(placed.offset_of(0), Offset(41));
  EXPECT_EQ(placed.offset_of(1), Offset(42));
  EXPECT_EQ(placed.Find(Offset(39)), nullptr);
  EXPECT_EQ(placed.Find(Offset(40)), nullptr);
  EXPECT_EQ(placed.Find(Offset(42)), &rewritten->records()[1]);
  EXPECT_EQ(placed.Find(Offset(43)), nullptr);
  EXPECT_EQ(rewritten->IndexAtOrAbove(-5), 0);
  EXPECT_EQ(rewritten->IndexAtOrAbove(2), 1);
  EXPECT_EQ(rewritten->IndexAtOrAbove(3), 2);
}

TEST(RecordBatchTest, ABatchIsRewrittenAgainByItsOwnOffsets) {
  const RecordBatch batch({}, Records({10, 20, 30, 40}, 10));
  const auto once = RecordBatch::Rewrite(batch, {1, 3}, sim::WallTime(500));
  const auto twice = RecordBatch::Rewrite(*once, {1}, once->delete_horizon());
  EXPECT_EQ(twice->record_count(), 1);
  EXPECT_EQ(twice->offset_delta(0), 3);
  EXPECT_EQ(twice->delete_horizon(), sim::WallTime(500));
}

TEST(RecordBatchTest, AnEmptyBatchKeepsItsHeader) {
  const BatchAttributes attributes{
      .producer_id = ProducerId(7), .producer_epoch = ProducerEpoch(1), .base_sequence = 100};
  const RecordBatch batch(attributes, Records({10, 20}, 10));
  const auto empty = RecordBatch::Rewrite(batch, {}, std::nullopt);
  EXPECT_EQ(empty->record_count(), 0);
  EXPECT_EQ(empty->bytes(), kBatchHeaderBytes);
  EXPECT_EQ(empty->last_sequence(), 101);
  EXPECT_EQ(empty->max_timestamp(), batch.max_timestamp());
  EXPECT_FALSE(empty->delete_horizon().has_value());
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
