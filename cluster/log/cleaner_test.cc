// What cleaning leaves of batches, rule by rule.
#include "cluster/log/cleaner.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace ktrial::cluster {
namespace {

constexpr sim::WallTime kNow{1'000'000};
constexpr sim::Duration kRetention = sim::Milliseconds(5000);

Record KeyValue(int64_t key, int64_t value) {
  return {.timestamp = sim::WallTime(500'000), .bytes = 100, .key = key, .value = value};
}
Record Tombstone(int64_t key, int64_t value) {
  return {.timestamp = sim::WallTime(500'000), .bytes = 8, .tombstone = true, .key = key, .value = value};
}

LogBatchRef BatchAt(int64_t base, std::vector<Record> records, BatchAttributes attributes = {}) {
  return sim::MakeRef<const LogBatch>(Offset(base), LeaderEpoch(3),
                                      sim::MakeRef<const RecordBatch>(attributes, std::move(records)));
}

std::vector<int64_t> Offsets(const LogBatchRef& batch) {
  std::vector<int64_t> offsets;
  for (int32_t i = 0; i < batch->batch().record_count(); ++i) offsets.push_back(batch->offset_of(i).value());
  return offsets;
}

class CleanBatchTest : public ::testing::Test {
 protected:
  // The map as it is when `batches` are all there is.
  void Index(const std::vector<LogBatchRef>& batches) {
    for (const LogBatchRef& batch : batches) {
      for (int32_t i = 0; i < batch->batch().record_count(); ++i) {
        const int64_t key = batch->batch().records()[static_cast<size_t>(i)].key;
        if (key >= 0) map_.Put(key, batch->offset_of(i));
      }
      map_.UpdateLatestOffset(batch->last_offset());
    }
  }
  LogBatchRef Clean(const LogBatchRef& batch, sim::WallTime now = kNow) const {
    return CleanBatch(batch, {.map = map_,
                              .now = now,
                              .delete_retention = kRetention,
                              .upper_bound = upper_bound_,
                              .producers = producers_,
                              .defects = defects_});
  }

  OffsetMap map_{1000};
  Offset upper_bound_{1'000'000};
  ProducerMap producers_;
  DefectSet defects_;
};

TEST_F(CleanBatchTest, TheLastRecordOfEachKeyStaysAtItsOffset) {
  const LogBatchRef first = BatchAt(10, {KeyValue(1, 100), KeyValue(2, 101), KeyValue(1, 102)});
  const LogBatchRef second = BatchAt(13, {KeyValue(3, 103), KeyValue(2, 104)});
  Index({first, second});
  const LogBatchRef left = Clean(first);
  EXPECT_EQ(Offsets(left), (std::vector<int64_t>{12}));
  EXPECT_EQ(left->base_offset(), Offset(10));
  EXPECT_EQ(left->last_offset(), Offset(12));
  EXPECT_EQ(left->leader_epoch(), LeaderEpoch(3));
  EXPECT_EQ(Clean(second), second);
}

TEST_F(CleanBatchTest, ABatchWithNothingLeftGoes) {
  const LogBatchRef first = BatchAt(10, {KeyValue(1, 100)});
  Index({first, BatchAt(11, {KeyValue(1, 101)})});
  EXPECT_FALSE(Clean(first));
}

TEST_F(CleanBatchTest, WhatTheMapDoesNotReachStays) {
  const LogBatchRef first = BatchAt(10, {KeyValue(1, 100)});
  Index({first});
  const LogBatchRef above = BatchAt(11, {KeyValue(1, 101), KeyValue(1, 102)});
  EXPECT_EQ(Clean(above), above);
  EXPECT_EQ(Clean(first), first);
}

TEST_F(CleanBatchTest, RecordsWithoutAKeyGo) {
  const LogBatchRef batch = BatchAt(10, {KeyValue(-1, 100), KeyValue(1, 101)});
  Index({batch});
  EXPECT_EQ(Offsets(Clean(batch)), (std::vector<int64_t>{11}));
}

TEST_F(CleanBatchTest, TheFirstCleaningSetsWhenATombstoneMayGo) {
  const LogBatchRef batch = BatchAt(10, {Tombstone(1, 100), KeyValue(2, 101)});
  Index({batch});
  const LogBatchRef once = Clean(batch);
  EXPECT_EQ(Offsets(once), (std::vector<int64_t>{10, 11}));
  EXPECT_EQ(once->batch().delete_horizon(), kNow + kRetention);

  // Later cleanings do not move it.
  const LogBatchRef twice = Clean(once, kNow + sim::Milliseconds(4999));
  EXPECT_EQ(twice, once);
  EXPECT_EQ(Offsets(Clean(once, kNow + kRetention)), (std::vector<int64_t>{11}));
}

TEST_F(CleanBatchTest, ATombstoneThatIsNotTheLastOfItsKeyGoesAtOnce) {
  const LogBatchRef batch = BatchAt(10, {Tombstone(1, 100), KeyValue(1, 101)});
  Index({batch});
  EXPECT_EQ(Offsets(Clean(batch)), (std::vector<int64_t>{11}));
}

TEST_F(CleanBatchTest, WithDR72AnOldTombstoneGoesInItsFirstCleaning) {
  defects_.Add(Defect::kTombstoneHorizonByTimestamp);
  const LogBatchRef batch = BatchAt(10, {Tombstone(1, 100), KeyValue(2, 101)});
  Index({batch});
  EXPECT_EQ(Offsets(Clean(batch)), (std::vector<int64_t>{11}));
}

TEST_F(CleanBatchTest, TheLastBatchOfAProducerStaysEmpty) {
  const BatchAttributes attributes{
      .producer_id = ProducerId(7), .producer_epoch = ProducerEpoch(0), .base_sequence = 4};
  const LogBatchRef last = BatchAt(10, {KeyValue(1, 100), KeyValue(1, 101)}, attributes);
  Index({last, BatchAt(12, {KeyValue(1, 102)})});
  EXPECT_FALSE(Clean(last));
  producers_[ProducerId(7)].Add(*last);
  const LogBatchRef left = Clean(last);
  ASSERT_TRUE(left);
  EXPECT_EQ(left->batch().record_count(), 0);
  EXPECT_EQ(left->last_offset(), Offset(11));
  EXPECT_EQ(left->batch().last_sequence(), 5);
  EXPECT_EQ(Clean(left), left);

  producers_[ProducerId(7)].Add(LogBatch(Offset(50), last->leader_epoch(), last->batch_ref()));
  EXPECT_FALSE(Clean(left));
}

TEST_F(CleanBatchTest, TheBatchThatEndsTheCleanedPartStaysEmpty) {
  const LogBatchRef batch = BatchAt(10, {KeyValue(1, 100), KeyValue(1, 101)});
  Index({batch, BatchAt(12, {KeyValue(1, 102)})});
  upper_bound_ = Offset(12);
  const LogBatchRef left = Clean(batch);
  ASSERT_TRUE(left);
  EXPECT_EQ(left->batch().record_count(), 0);
  EXPECT_EQ(left->next_offset(), Offset(12));
}

TEST_F(CleanBatchTest, ControlBatchesStay) {
  const LogBatchRef marker =
      BatchAt(10, {{.timestamp = kNow, .bytes = 10}},
              {.producer_id = ProducerId(7), .producer_epoch = ProducerEpoch(0), .control = ControlType::kCommit});
  Index({BatchAt(11, {KeyValue(1, 100)})});
  EXPECT_EQ(Clean(marker), marker);
}

TEST(OffsetMapTest, AFullMapTakesNothingMore) {
  OffsetMap map(2);
  EXPECT_TRUE(map.Put(1, Offset(10)));
  EXPECT_TRUE(map.Put(1, Offset(11)));
  EXPECT_TRUE(map.Put(2, Offset(12)));
  EXPECT_FALSE(map.Put(1, Offset(13)));
  EXPECT_EQ(map.Get(1), Offset(11));
  EXPECT_EQ(map.Get(3), Offset());
  EXPECT_EQ(map.size(), 2);
  map.UpdateLatestOffset(Offset(20));
  map.UpdateLatestOffset(Offset(15));
  EXPECT_EQ(map.latest_offset(), Offset(20));
}

TEST(OffsetMapTest, ABufferHoldsAsManyKeysAsKafkas) {
  // 128 MiB: the count that Kafka's documentation of a default cleaner gives.
  EXPECT_EQ(OffsetMap::CapacityOf(int64_t{128} << 20), 5'033'164);
}

}  // namespace
}  // namespace ktrial::cluster
