// Compacted logs: S24, and that the other checkers neither mistake compaction for loss nor loss for compaction.
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/history_for_test.h"

namespace ktrial::properties {
namespace {

using cluster::LogBatchRef;
using cluster::Record;
using cluster::RecordBatch;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr sim::WallTime kNow{1'000'000};
constexpr sim::Duration kRetention = sim::Milliseconds(60'000);

// Broker 1 leads orders-0; each batch is copied to brokers 2 and 3 and committed.
class CompactionTest : public ::testing::Test {
 protected:
  CompactionTest() { h_.Elect(1, 0, {1, 2, 3}); }

  // One record of each key; negative keys stand for tombstones of -key.
  LogBatchRef Write(const std::vector<int64_t>& keys, const std::vector<int32_t>& followers = {2, 3}) {
    std::vector<Record> records;
    for (const int64_t key : keys) {
      records.push_back({.bytes = 100, .tombstone = key < 0, .key = key < 0 ? -key : key, .value = h_.Send()});
    }
    auto batch = sim::MakeRef<const cluster::LogBatch>(
        end_, LeaderEpoch(epoch_), sim::MakeRef<const RecordBatch>(cluster::BatchAttributes{}, std::move(records)));
    end_ = batch->next_offset();
    h_.Tell(cluster::BatchAppended{kOrders, BrokerId(1), true, batch.get()});
    for (const int32_t follower : followers) h_.Copy(follower, batch);
    h_.Commit(1, end_.value(), followers);
    return batch;
  }

  // The cleaner of a broker leaves `after` of what stood in `before`.
  void Clean(const std::vector<LogBatchRef>& before, const std::vector<LogBatchRef>& after, sim::WallTime at = kNow,
             int32_t broker = 1, std::optional<Offset> cleaned_to = std::nullopt) {
    const Offset to = before.back()->next_offset();
    h_.Tell(cluster::LogCompacted{.tp = kOrders,
                                  .broker = BrokerId(broker),
                                  .from = before.front()->base_offset(),
                                  .to = to,
                                  .cleaned_to = cleaned_to.value_or(to),
                                  .started = at,
                                  .delete_retention = kRetention,
                                  .before = &before,
                                  .after = &after});
  }
  static LogBatchRef Left(const LogBatchRef& batch, const std::vector<int32_t>& kept) {
    return batch->WithBatch(RecordBatch::Rewrite(batch->batch(), kept, std::nullopt));
  }

  History h_;
  // Broker 3 is down, and out of the ISR.
  void LeaveOutBroker3() {
    h_.Elect(1, 1, {1, 2});
    epoch_ = 1;
  }

  Offset end_{0};
  int32_t epoch_ = 0;
};

TEST_F(CompactionTest, ALegalCompactionRaisesNothing) {
  const auto a = Write({1, 2});
  const auto b = Write({1, -3});
  Clean({a, b}, {Left(a, {1}), b});
  Clean({Left(a, {1}), b}, {Left(a, {1}), Left(b, {0})}, kNow + kRetention);
  EXPECT_THAT(h_.Alarms(), IsEmpty());
}

TEST_F(CompactionTest, TheLossOfAKeysLastValueIsSeen) {
  const auto a = Write({1, 2});
  const auto b = Write({1});
  Clean({a, b}, {b});
  EXPECT_THAT(h_.Alarms("S24"),
              ElementsAre("the cleaner of broker 1 removed record 1 of client 0 (key 2) at offset 1 of orders-0, the "
                          "last value of its key"));
}

TEST_F(CompactionTest, ARecordMayNotGoForOneAboveTheCleanedPart) {
  const auto a = Write({1});
  const auto b = Write({2});
  Write({1});
  Clean({a, b}, {b});
  EXPECT_THAT(h_.Alarms("S24"), ElementsAre(HasSubstr("(key 1) at offset 0 of orders-0, the last value of its key")));
}

TEST_F(CompactionTest, WhatLiesAboveTheCleanedPartMustStay) {
  const auto a = Write({1, 1, 1});
  Clean({a}, {Left(a, {2})}, kNow, 1, Offset(1));
  EXPECT_THAT(h_.Alarms("S24"), ElementsAre(HasSubstr("offset 0 of orders-0, the last value of its key"),
                                            HasSubstr("though it cleaned only up to offset 1")));
}

TEST_F(CompactionTest, ATombstoneThatGoesInItsFirstCleaningIsSeen) {
  const auto a = Write({1, -2});
  Clean({a}, {Left(a, {0})});
  EXPECT_THAT(h_.Alarms("S24"), ElementsAre(HasSubstr("a tombstone, in its first cleaning")));
}

TEST_F(CompactionTest, ATombstoneThatGoesTooEarlyIsSeen) {
  const auto a = Write({1, -2});
  Clean({a}, {a});
  Clean({a}, {Left(a, {0})}, kNow + sim::Milliseconds(59'000));
  EXPECT_THAT(h_.Alarms("S24"), ElementsAre(HasSubstr("a tombstone, 1000 ms before delete.retention.ms were over")));
}

TEST_F(CompactionTest, TheFirstCleaningOnAnyReplicaCounts) {
  const auto a = Write({1, -2});
  Clean({a}, {a}, kNow, 2);
  Clean({a}, {Left(a, {0})}, kNow + kRetention, 3);
  EXPECT_THAT(h_.Alarms("S24"), IsEmpty());
}

TEST_F(CompactionTest, ATombstoneThatIsNotTheLastOfItsKeyMayGoAtOnce) {
  const auto a = Write({-2, 2});
  Clean({a}, {Left(a, {1})});
  EXPECT_THAT(h_.Alarms("S24"), IsEmpty());
}

TEST_F(CompactionTest, AnotherRecordAtTheSamePlaceIsSeen) {
  const auto a = Write({1, 2});
  const LogBatchRef forged = sim::MakeRef<const cluster::LogBatch>(
      a->base_offset(), a->leader_epoch(),
      sim::MakeRef<const RecordBatch>(cluster::BatchAttributes{},
                                      std::vector<Record>{{.bytes = 100, .key = 1, .value = h_.Send()},
                                                          {.bytes = 100, .key = 2, .value = h_.Send()}}));
  Clean({a}, {forged});
  EXPECT_THAT(h_.Alarms("S24"),
              ElementsAre(HasSubstr("with another record at offset 0"), HasSubstr("with another record at offset 1")));
}

TEST_F(CompactionTest, BatchesOutOfOrderAreSeen) {
  const auto a = Write({1});
  const auto b = Write({2});
  Clean({a, b}, {b, a});
  EXPECT_THAT(h_.Alarms("S24"), ::testing::Contains(HasSubstr("does not stand there in order")));
}

TEST_F(CompactionTest, AFollowerThatCopiesACompactedLogIsLikeTheOthers) {
  LeaveOutBroker3();
  const auto a = Write({1, 2}, {2});
  const auto b = Write({1, 1}, {2});
  const auto c = Write({3}, {2});
  Clean({a, b}, {Left(a, {1}), Left(b, {1})});
  h_.Copy(3, Left(a, {1}));
  h_.Copy(3, Left(b, {1}));
  h_.Copy(3, c);
  EXPECT_EQ(h_.ghost().FindReplica(kOrders, BrokerId(3))->log.PrefixHash(end_),
            h_.ghost().FindReplica(kOrders, BrokerId(1))->log.PrefixHash(end_));
  h_.Elect(3, 2, {3});
  EXPECT_THAT(h_.Alarms(), IsEmpty());
}

TEST_F(CompactionTest, AFollowerMayFindWholeBatchesGone) {
  LeaveOutBroker3();
  const auto a = Write({1}, {2});
  const auto b = Write({1}, {2});
  const auto c = Write({1}, {2});
  Clean({a, b, c}, {c});
  h_.Copy(3, c);
  EXPECT_EQ(h_.ghost().FindReplica(kOrders, BrokerId(3))->log.entries().size(), 3u);
  h_.Elect(3, 2, {3});
  EXPECT_THAT(h_.Alarms(), IsEmpty());
}

TEST_F(CompactionTest, AFollowerThatMissesWhatNobodyRemovedIsSeen) {
  LeaveOutBroker3();
  const auto a = Write({1}, {2});
  Write({2}, {2});
  const auto c = Write({1}, {2});
  Clean({a}, {a});
  h_.Copy(3, a);
  h_.Copy(3, c);
  h_.Elect(3, 2, {3});
  EXPECT_THAT(h_.Alarms("S6"), ElementsAre(HasSubstr("broker 3 began to lead orders-0")));
}

TEST_F(CompactionTest, AConsumerMaySkipWhatWasRemovedAndNothingElse) {
  const auto a = Write({1, 2, 1});
  const auto value = [&](size_t i) { return a->batch().records()[i].value; };
  h_.Position(10, 0, cluster::PositionSource::kResetEarliest);
  h_.Deliver(10, 1, value(1));
  EXPECT_THAT(h_.Alarms("C4"), ElementsAre(HasSubstr("it was never given record 0 of client 0 at offset 0")));
  Clean({a}, {Left(a, {1, 2})});
  h_.Position(11, 0, cluster::PositionSource::kResetEarliest);
  h_.Deliver(11, 1, value(1));
  h_.Position(12, 0, cluster::PositionSource::kResetEarliest);
  h_.Deliver(12, 2, value(2));
  EXPECT_THAT(h_.Alarms("C4"), ElementsAre(HasSubstr("offset 0"), HasSubstr("client 0 at offset 1")));
}

}  // namespace
}  // namespace ktrial::properties
