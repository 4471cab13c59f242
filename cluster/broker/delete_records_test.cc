// DeleteRecords through whole clusters, and retention on all replicas.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "cluster/broker/cluster_for_test.h"

namespace ktrial::cluster {
namespace {

constexpr BrokerId kOne{1};
constexpr BrokerId kTwo{2};
constexpr BrokerId kThree{3};

class DeleteRecordsTest : public testing::Test {
 protected:
  DeleteRecordsTest() : cluster_({.config = {}, .seed = 5}) {
    EXPECT_TRUE(cluster_.RunUntil([this] { return cluster_.AllRunning(); }, sim::Seconds(20)));
  }

  TopicPartition Create(std::vector<CreateTopicsRequest::ConfigEntry> configs = {}) {
    const TopicPartition tp{
        cluster_.CreateTopic(kOne,
                             {.name = "orders", .assignments = {{kOne, kTwo, kThree}}, .configs = std::move(configs)}),
        0};
    EXPECT_TRUE(cluster_.RunUntil([&] { return cluster_.Find(kTwo, tp) && cluster_.Find(kThree, tp); }));
    return tp;
  }
  DeleteRecordsResponse::PartitionResult Delete(TopicPartition tp, int64_t offset, BrokerId at = kOne) {
    DeleteRecordsRequest request{.timeout = sim::Seconds(5), .partitions = {{tp, Offset(offset)}}};
    return cluster_.Call(at, std::move(request)).As<DeleteRecordsResponse>().partitions[0];
  }
  int64_t LogStart(BrokerId broker, TopicPartition tp) const {
    return cluster_.Find(broker, tp)->log().log_start().value();
  }

  ClusterForTest cluster_;
};

TEST_F(DeleteRecordsTest, AllReplicasHaveDeletedWhenTheAnswerComes) {
  const TopicPartition tp = Create();
  for (int i = 0; i < 4; ++i) ASSERT_EQ(cluster_.Produce(tp, kOne, 1).error, ErrorCode::kNone);
  const auto result = Delete(tp, 3);
  EXPECT_EQ(result.error, ErrorCode::kNone);
  EXPECT_EQ(result.low_watermark, Offset(3));
  for (const BrokerId broker : {kOne, kTwo, kThree}) EXPECT_EQ(LogStart(broker, tp), 3);

  ListOffsetsRequest list;
  list.partitions.push_back({.tp = tp, .timestamp = ListOffsetsRequest::kEarliest});
  EXPECT_EQ(cluster_.Call(kOne, list).As<ListOffsetsResponse>().partitions[0].offset, Offset(3));
  FetchRequest fetch{.max_bytes = 1 << 20};
  fetch.partitions.push_back({.tp = tp, .fetch_offset = Offset(2), .max_bytes = 1 << 20});
  EXPECT_EQ(cluster_.Call(kOne, fetch).As<FetchResponse>().partitions[0].error, ErrorCode::kOffsetOutOfRange);
}

TEST_F(DeleteRecordsTest, MinusOneIsTheHighWatermark) {
  const TopicPartition tp = Create();
  ASSERT_EQ(cluster_.Produce(tp, kOne, 5).error, ErrorCode::kNone);
  const auto result = Delete(tp, -1);
  EXPECT_EQ(result.error, ErrorCode::kNone);
  EXPECT_EQ(result.low_watermark, Offset(5));
}

TEST_F(DeleteRecordsTest, WhatCannotBeDeletedIsRefused) {
  const TopicPartition tp = Create();
  ASSERT_EQ(cluster_.Produce(tp, kOne, 5).error, ErrorCode::kNone);
  EXPECT_EQ(Delete(tp, 6).error, ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(Delete(tp, -2).error, ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(Delete(tp, 1, kTwo).error, ErrorCode::kNotLeaderOrFollower);
  EXPECT_EQ(Delete({tp.topic, 7}, 1).error, ErrorCode::kUnknownTopicOrPartition);
}

TEST_F(DeleteRecordsTest, ACompactedTopicKeepsItsRecords) {
  const TopicPartition tp = Create({{"cleanup.policy", "compact"}});
  EXPECT_EQ(Delete(tp, -1).error, ErrorCode::kPolicyViolation);
}

TEST_F(DeleteRecordsTest, ItWaitsForLiveReplicasInVainAndNotForFencedOnes) {
  const TopicPartition tp = Create({{"min.insync.replicas", "1"}});
  ASSERT_EQ(cluster_.Produce(tp, kOne, 5).error, ErrorCode::kNone);
  cluster_.Kill(kThree);
  EXPECT_EQ(Delete(tp, 2).error, ErrorCode::kRequestTimedOut) << "its session has not ended yet";
  ASSERT_TRUE(cluster_.RunUntil([&] { return cluster_.Registration(kOne, tp)->isr.size() == 2; }));
  EXPECT_EQ(Delete(tp, 3).error, ErrorCode::kNone);
  // It catches up later.
  cluster_.Start(kThree);
  EXPECT_TRUE(cluster_.RunUntil([&] { return cluster_.Find(kThree, tp) && LogStart(kThree, tp) == 3; }));
}

TEST_F(DeleteRecordsTest, AReplicaThatLagsBehindTheLogStartBeginsThere) {
  const TopicPartition tp = Create({{"min.insync.replicas", "1"}});
  ASSERT_EQ(cluster_.Produce(tp, kOne, 2).error, ErrorCode::kNone);
  cluster_.Kill(kThree);
  ASSERT_EQ(cluster_.Produce(tp, kOne, 4, /*acks=*/1).error, ErrorCode::kNone);
  ASSERT_TRUE(cluster_.RunUntil([&] { return cluster_.Registration(kOne, tp)->isr.size() == 2; }));
  EXPECT_EQ(Delete(tp, 5).error, ErrorCode::kNone);
  ASSERT_EQ(cluster_.Produce(tp, kOne, 1).error, ErrorCode::kNone);
  cluster_.Start(kThree);
  EXPECT_TRUE(cluster_.RunUntil([&] { return cluster_.Find(kThree, tp) && cluster_.LogEnd(kThree, tp) == 7; }));
  // Its log begins with the whole batch, of which the leader serves the rest.
  EXPECT_EQ(LogStart(kThree, tp), 5);
  EXPECT_TRUE(cluster_.RunUntil([&] { return cluster_.Registration(kOne, tp)->isr.size() == 3; }));
  EXPECT_TRUE(cluster_.RunUntil([&] { return cluster_.HighWatermark(kThree, tp) == 7; }));
}

}  // namespace
}  // namespace ktrial::cluster
