// Fetch sessions in whole clusters.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "cluster/broker/cluster_for_test.h"

namespace ktrial::cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr BrokerId kOne{1};
constexpr BrokerId kTwo{2};
constexpr BrokerId kThree{3};

CreateTopicsRequest::Topic Orders() {
  return {.name = "orders",
          .assignments = {{kOne, kTwo, kThree}, {kOne, kTwo, kThree}, {kTwo, kThree, kOne}},
          .configs = {{"min.insync.replicas", "2"}}};
}

struct Outcome {
  uint64_t trace_hash = 0;
  uint64_t events = 0;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// Records, a leader that is cut off, one that is killed and comes back, a clock that jumps back, a slow disk.
Outcome RunHistory(const BrokerConfig& config, uint64_t seed) {
  ClusterForTest cluster({.config = config, .seed = seed});
  EXPECT_TRUE(cluster.RunUntil([&] { return cluster.AllRunning(); }, sim::Seconds(20)));
  const TopicId orders = cluster.CreateTopic(kOne, Orders());
  for (int round = 0; round < 30; ++round) {
    for (int32_t partition = 0; partition < 3; ++partition) {
      const TopicPartition tp{orders, partition};
      for (BrokerId id : {kOne, kTwo, kThree}) {
        const Partition* hosted = cluster.running(id) ? cluster.Find(id, tp) : nullptr;
        if (hosted != nullptr && hosted->is_leader()) {
          cluster.Produce(tp, id, 1 + round % 3, /*acks=*/1);
          break;
        }
      }
    }
    if (round == 5) cluster.Kill(kTwo);
    if (round == 6) cluster.Run(sim::Seconds(12));
    if (round == 10) cluster.Start(kTwo);
    if (round == 15) cluster.Cut(kOne, {kTwo, kThree});
    cluster.Run(sim::Milliseconds(700));
  }
  return {cluster.cluster().world.trace_hash(), cluster.cluster().world.events_processed()};
}

TEST(FetchSessionClusterTest, PassingOverSettledPartitionsChangesNothing) {
  BrokerConfig reads_all;
  reads_all.settle_fetch_sessions = false;
  reads_all.broker_session_timeout = sim::Seconds(3);
  reads_all.replica_lag_time_max = sim::Seconds(4);
  BrokerConfig passes_over = reads_all;
  passes_over.settle_fetch_sessions = true;
  for (uint64_t seed = 1; seed <= 3; ++seed) EXPECT_EQ(RunHistory(reads_all, seed), RunHistory(passes_over, seed));
}

class FetchSessionTest : public testing::Test {
 protected:
  FetchSessionTest() : cluster_({.seed = 5}) {
    EXPECT_TRUE(cluster_.RunUntil([this] { return cluster_.AllRunning(); }, sim::Seconds(20)));
    topic_ = cluster_.CreateTopic(kOne, Orders());
    EXPECT_TRUE(cluster_.RunUntil([this] { return cluster_.Find(kTwo, At(0)) != nullptr; }));
    cluster_.Run(sim::Seconds(2));
  }
  TopicPartition At(int32_t partition) const { return {topic_, partition}; }
  FetchRequest::PartitionData From(int32_t partition, int64_t offset) const {
    return {.tp = At(partition), .fetch_offset = Offset(offset), .max_bytes = 1 << 20};
  }
  FetchResponse Fetch(FetchRequest request) {
    request.max_bytes = 1 << 20;
    request.max_wait = sim::Milliseconds(100);
    const Completion done = cluster_.Call(kOne, std::move(request));
    EXPECT_TRUE(done.ok());
    return done.ok() ? done.As<FetchResponse>() : FetchResponse();
  }
  static std::vector<int32_t> Told(const FetchResponse& response) {
    std::vector<int32_t> partitions;
    for (const auto& partition : response.partitions) partitions.push_back(partition.tp.partition);
    return partitions;
  }

  ClusterForTest cluster_;
  TopicId topic_;
};

TEST_F(FetchSessionTest, AnswersTellOnlyNews) {
  const FetchResponse full = Fetch({.session_epoch = 0, .partitions = {From(0, 0), From(1, 0)}});
  ASSERT_GT(full.session_id, 0);
  EXPECT_THAT(Told(full), ElementsAre(0, 1));

  const FetchResponse idle = Fetch({.session_id = full.session_id, .session_epoch = 1});
  EXPECT_EQ(idle.session_id, full.session_id);
  EXPECT_THAT(Told(idle), IsEmpty());

  EXPECT_EQ(cluster_.Produce(At(1), kOne, 3).error, ErrorCode::kNone);
  const FetchResponse records = Fetch({.session_id = full.session_id, .session_epoch = 2});
  ASSERT_THAT(Told(records), ElementsAre(1));
  EXPECT_EQ(records.partitions[0].high_watermark, Offset(3));
  EXPECT_FALSE(records.partitions[0].batches.empty());

  // The session remembers the position: until the consumer names another, it gets the records again.
  EXPECT_THAT(Told(Fetch({.session_id = full.session_id, .session_epoch = 3})), ElementsAre(1));
  EXPECT_THAT(Told(Fetch({.session_id = full.session_id, .session_epoch = 4, .partitions = {From(1, 3)}})), IsEmpty());
}

TEST_F(FetchSessionTest, PartitionsWithErrorsAreToldOfUntilTheyAreForgotten) {
  const FetchResponse full = Fetch({.session_epoch = 0, .partitions = {From(0, 0), From(1, 99)}});
  ASSERT_EQ(full.partitions[1].error, ErrorCode::kOffsetOutOfRange);
  const FetchResponse again = Fetch({.session_id = full.session_id, .session_epoch = 1});
  ASSERT_THAT(Told(again), ElementsAre(1));
  EXPECT_EQ(again.partitions[0].error, ErrorCode::kOffsetOutOfRange);
  EXPECT_THAT(Told(Fetch({.session_id = full.session_id, .session_epoch = 2, .forgotten = {At(1)}})), IsEmpty());
}

TEST_F(FetchSessionTest, SessionsAreCheckedByIdAndEpoch) {
  const FetchResponse full = Fetch({.session_epoch = 0, .partitions = {From(0, 0)}});
  EXPECT_EQ(Fetch({.session_id = full.session_id, .session_epoch = 7}).error, ErrorCode::kInvalidFetchSessionEpoch);
  EXPECT_EQ(Fetch({.session_id = full.session_id + 1, .session_epoch = 1}).error, ErrorCode::kFetchSessionIdNotFound);
  // Closed by a full fetch without a session of its own.
  EXPECT_EQ(Fetch({.session_id = full.session_id, .session_epoch = -1, .partitions = {From(0, 0)}}).session_id, 0);
  EXPECT_EQ(Fetch({.session_id = full.session_id, .session_epoch = 1}).error, ErrorCode::kFetchSessionIdNotFound);
}

TEST(FetchSessionClusterTest, ReplicationWorksWithoutRoomForSessions) {
  ClusterSpec spec{.seed = 5};
  spec.config.max_incremental_fetch_session_cache_slots = 0;
  ClusterForTest cluster(spec);
  ASSERT_TRUE(cluster.RunUntil([&] { return cluster.AllRunning(); }, sim::Seconds(20)));
  const TopicPartition tp{cluster.CreateTopic(kOne, Orders()), 0};
  EXPECT_EQ(cluster.Produce(tp, kOne, 3).error, ErrorCode::kNone);
}

}  // namespace
}  // namespace ktrial::cluster
