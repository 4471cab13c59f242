// Consumers that read from followers (KIP-392), in whole clusters.

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "cluster/broker/cluster_for_test.h"

namespace ktrial::cluster {
namespace {

constexpr BrokerId kOne{1};
constexpr BrokerId kTwo{2};
constexpr BrokerId kThree{3};

ClusterSpec ThreeRacks() {
  ClusterSpec spec{.seed = 3, .racks = {"az1", "az2", "az3"}};
  spec.config.rack_aware_replica_selector = true;
  return spec;
}

// "orders" on brokers 1, 2 and 3, each in a rack of its own; 1 leads.
class FollowerReadTest : public testing::Test {
 protected:
  FollowerReadTest() : cluster_(ThreeRacks()) {
    EXPECT_TRUE(cluster_.RunUntil([this] { return cluster_.AllRunning(); }, sim::Seconds(20)));
    tp_ = {
        cluster_.CreateTopic(
            kOne, {.name = "orders", .assignments = {{kOne, kTwo, kThree}}, .configs = {{"min.insync.replicas", "2"}}}),
        0};
    EXPECT_TRUE(cluster_.RunUntil([this] { return cluster_.Find(kThree, tp_) != nullptr; }));
    EXPECT_EQ(cluster_.Produce(tp_, kOne, 5).error, ErrorCode::kNone);
    cluster_.Run(sim::Seconds(2));
    EXPECT_EQ(cluster_.HighWatermark(kTwo, tp_), 5);
  }
  FetchRequest From(int64_t offset, std::string rack) const {
    FetchRequest request{.max_wait = sim::Milliseconds(100), .max_bytes = 1 << 20};
    request.rack = std::move(rack);
    request.partitions.push_back({.tp = tp_,
                                  .fetch_offset = Offset(offset),
                                  .current_leader_epoch = cluster_.Find(kOne, tp_)->leader_epoch(),
                                  .max_bytes = 1 << 20});
    return request;
  }
  FetchResponse::PartitionData Fetch(BrokerId broker, FetchRequest request) {
    const Completion done = cluster_.Call(broker, std::move(request));
    EXPECT_TRUE(done.ok());
    return done.As<FetchResponse>().partitions.at(0);
  }

  ClusterForTest cluster_;
  TopicPartition tp_;
};

TEST_F(FollowerReadTest, TheLeaderNamesTheReplicaOfTheRackInsteadOfData) {
  const FetchResponse::PartitionData near_two = Fetch(kOne, From(0, "az2"));
  EXPECT_EQ(near_two.error, ErrorCode::kNone);
  EXPECT_EQ(near_two.preferred_read_replica, kTwo);
  EXPECT_TRUE(near_two.batches.empty());
  const FetchResponse::PartitionData near_leader = Fetch(kOne, From(0, "az1"));
  EXPECT_FALSE(near_leader.preferred_read_replica.valid());
  EXPECT_FALSE(near_leader.batches.empty());
  EXPECT_FALSE(Fetch(kOne, From(0, "elsewhere")).batches.empty());
  EXPECT_FALSE(Fetch(kOne, From(0, "")).batches.empty());
}

TEST_F(FollowerReadTest, AFencedOrLaggingReplicaIsNotNamed) {
  // Nobody has the offset yet, but the leader decides by what followers have.
  EXPECT_FALSE(Fetch(kOne, From(6, "az2")).preferred_read_replica.valid());
  cluster_.Kill(kTwo);
  EXPECT_TRUE(cluster_.RunUntil([this] { return cluster_.Registration(kOne, tp_)->isr.size() == 2; }));
  EXPECT_FALSE(Fetch(kOne, From(0, "az2")).batches.empty());
}

TEST_F(FollowerReadTest, AFollowerServesUpToItsOwnHighWatermark) {
  const FetchResponse::PartitionData data = Fetch(kTwo, From(0, "az2"));
  EXPECT_EQ(data.error, ErrorCode::kNone);
  EXPECT_EQ(data.high_watermark, Offset(5));
  EXPECT_FALSE(data.batches.empty());
  EXPECT_EQ(Fetch(kTwo, From(99, "az2")).error, ErrorCode::kOffsetOutOfRange);
  FetchRequest fenced = From(0, "az2");
  fenced.partitions[0].current_leader_epoch = LeaderEpoch(99);
  EXPECT_EQ(Fetch(kTwo, fenced).error, ErrorCode::kUnknownLeaderEpoch);
}

TEST_F(FollowerReadTest, AFetchThatWaitsAtAFollowerEndsWhenItsHighWatermarkRises) {
  FetchRequest request = From(5, "az2");
  request.max_wait = sim::Seconds(20);
  request.session_epoch = 0;
  const uint64_t waiting = cluster_.Send(kTwo, std::move(request));
  cluster_.Run(sim::Seconds(2));
  ASSERT_EQ(cluster_.Find(waiting), nullptr);
  EXPECT_EQ(cluster_.Produce(tp_, kOne, 1).error, ErrorCode::kNone);
  EXPECT_TRUE(cluster_.RunUntil([&] { return cluster_.Find(waiting) != nullptr; }, sim::Seconds(2)));
  const auto& response = cluster_.Find(waiting)->As<FetchResponse>();
  ASSERT_EQ(response.partitions.size(), 1u);
  EXPECT_FALSE(response.partitions[0].batches.empty());

  // The same within the session that this has opened.
  const uint64_t incremental =
      cluster_.Send(kTwo, FetchRequest{.max_wait = sim::Seconds(20),
                                       .max_bytes = 1 << 20,
                                       .session_id = response.session_id,
                                       .session_epoch = 1,
                                       .partitions = {{.tp = tp_, .fetch_offset = Offset(6), .max_bytes = 1 << 20}}});
  cluster_.Run(sim::Seconds(2));
  ASSERT_EQ(cluster_.Find(incremental), nullptr);
  EXPECT_EQ(cluster_.Produce(tp_, kOne, 1).error, ErrorCode::kNone);
  EXPECT_TRUE(cluster_.RunUntil([&] { return cluster_.Find(incremental) != nullptr; }, sim::Seconds(2)));
}

}  // namespace
}  // namespace ktrial::cluster
