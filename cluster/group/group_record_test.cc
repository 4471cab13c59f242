// Keys of the records of __consumer_offsets, by which they are compacted, and what loading makes of a compacted log.
#include "cluster/group/group_record.h"

#include <gtest/gtest.h>

#include "cluster/group/group_host_for_test.h"

namespace ktrial::cluster {
namespace {

constexpr TopicPartition kOrders0{TopicId(1), 0};
constexpr TopicPartition kOrders1{TopicId(1), 1};
constexpr sim::WallTime kNow{1000};

OffsetCommitRecord Commit(const std::string& group, TopicPartition tp, int64_t offset) {
  return {.group = group, .tp = tp, .offset = Offset(offset), .leader_epoch = LeaderEpoch(0)};
}

int64_t KeyOf(GroupRecordBody body) { return ToRecord(std::move(body), kNow).key; }

TEST(GroupRecordTest, TheKeyIsWhatTheRecordIsAbout) {
  EXPECT_GE(KeyOf(Commit("a", kOrders0, 7)), 0);
  EXPECT_EQ(KeyOf(Commit("a", kOrders0, 7)), KeyOf(Commit("a", kOrders0, 8)));
  EXPECT_NE(KeyOf(Commit("a", kOrders0, 7)), KeyOf(Commit("a", kOrders1, 7)));
  EXPECT_NE(KeyOf(Commit("a", kOrders0, 7)), KeyOf(Commit("b", kOrders0, 7)));
  EXPECT_EQ(KeyOf(GroupMetadataRecord{.group = "a", .generation = GenerationId(1)}),
            KeyOf(GroupMetadataRecord{.group = "a", .generation = GenerationId(2)}));
  EXPECT_NE(KeyOf(GroupMetadataRecord{.group = "a"}), KeyOf(GroupMetadataRecord{.group = "b"}));
  EXPECT_NE(KeyOf(GroupMetadataRecord{.group = "a"}), KeyOf(Commit("a", kOrders0, 7)));
}

TEST(GroupRecordTest, ATombstoneHasTheKeyOfWhatItDeletes) {
  const Record record = ToTombstone(Commit("a", kOrders0, 7), kNow);
  EXPECT_TRUE(record.tombstone);
  EXPECT_EQ(record.key, KeyOf(Commit("a", kOrders0, 9)));
}

class CompactedLogTest : public ::testing::Test {
 protected:
  void Write(std::vector<Record> records) {
    const auto batch = sim::MakeRef<const RecordBatch>(BatchAttributes{}, std::move(records));
    host_.Do([&](GroupProcess& process, sim::Context&) { process.log.Append(kOffsetsPartition, batch); });
  }
  int64_t CommittedOffset(TopicPartition tp) {
    const auto answer = host_.Ask<OffsetFetchResponse>(OffsetFetchRequest{.group = "payments", .partitions = {tp}});
    return answer.partitions.at(0).offset.value();
  }

  GroupHost host_;
};

TEST_F(CompactedLogTest, WhatATombstoneDeletedIsNotLoaded) {
  Write({ToRecord(Commit("payments", kOrders0, 5), kNow), ToRecord(Commit("payments", kOrders1, 6), kNow)});
  Write({ToTombstone(Commit("payments", kOrders0, 5), kNow)});
  host_.FailOver();
  EXPECT_EQ(CommittedOffset(kOrders0), -1);
  EXPECT_EQ(CommittedOffset(kOrders1), 6);
}

TEST_F(CompactedLogTest, ALogWithGapsIsLoadedToItsEnd) {
  Write({ToRecord(Commit("payments", kOrders0, 5), kNow), ToRecord(Commit("payments", kOrders1, 6), kNow)});
  Write({ToRecord(Commit("payments", kOrders0, 7), kNow)});
  Write({ToRecord(Commit("payments", kOrders0, 8), kNow), ToRecord(Commit("payments", kOrders0, 9), kNow)});
  host_.Do([](GroupProcess& process, sim::Context&) {
    std::vector<LogBatchRef>& batches = process.log.batches;
    batches[0] = batches[0]->WithBatch(RecordBatch::Rewrite(batches[0]->batch(), {1}, std::nullopt));
    batches[2] = batches[2]->WithBatch(RecordBatch::Rewrite(batches[2]->batch(), {1}, std::nullopt));
    batches.erase(batches.begin() + 1);
  });
  host_.FailOver();
  EXPECT_EQ(CommittedOffset(kOrders0), 9);
  EXPECT_EQ(CommittedOffset(kOrders1), 6);
}

}  // namespace
}  // namespace ktrial::cluster
