// Followers whose logs left their leader's, in each generation of the replication protocol: whole clusters.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cluster/broker/cluster_for_test.h"

namespace ktrial::cluster {
namespace {

constexpr BrokerId kOne{1};
constexpr BrokerId kTwo{2};
constexpr BrokerId kThree{3};

class TruncationTest : public testing::TestWithParam<ReplicationProtocol> {
 protected:
  TruncationTest() : cluster_({.config = Config(), .seed = 11}) {
    EXPECT_TRUE(cluster_.RunUntil([this] { return cluster_.AllRunning(); }, sim::Seconds(20)));
    tp_ = {
        cluster_.CreateTopic(
            kOne, {.name = "orders", .assignments = {{kOne, kTwo, kThree}}, .configs = {{"min.insync.replicas", "1"}}}),
        0};
    EXPECT_TRUE(cluster_.RunUntil(
        [&] { return cluster_.Find(kTwo, tp_) != nullptr && cluster_.Find(kThree, tp_) != nullptr; }));
  }

  static BrokerConfig Config() {
    BrokerConfig config;
    config.replication_protocol = GetParam();
    return config;
  }
  bool Leads(BrokerId broker) const {
    const Partition* partition = cluster_.Find(broker, tp_);
    return partition != nullptr && partition->is_leader();
  }
  bool Replicated(int64_t end) const {
    return std::all_of(kAll.begin(), kAll.end(), [&](BrokerId id) {
      return cluster_.Find(id, tp_) != nullptr && cluster_.LogEnd(id, tp_) == end &&
             cluster_.HighWatermark(id, tp_) == end;
    });
  }
  void Produce(BrokerId leader, int records) {
    ASSERT_EQ(cluster_.Produce(tp_, leader, records, /*acks=*/1).error, ErrorCode::kNone);
  }
  // The leader crashes with `records` that nobody else has, and others elect one of themselves.
  void CrashWithATail(BrokerId leader, int records, BrokerId next) {
    std::vector<BrokerId> others;
    std::copy_if(kAll.begin(), kAll.end(), std::back_inserter(others), [&](BrokerId id) { return id != leader; });
    const sim::FaultId cut = cluster_.Cut(leader, others);
    Produce(leader, records);
    // A machine without power sends nothing of what it still had to send.
    cluster_.PowerLoss(leader, sim::PowerLossMode::kKeepAll);
    cluster_.Heal(cut);
    ASSERT_TRUE(cluster_.RunUntil([&] { return Leads(next); }));
  }

  const std::vector<BrokerId> kAll = {kOne, kTwo, kThree};
  ClusterForTest cluster_;
  TopicPartition tp_;
};

TEST_P(TruncationTest, AnOldLeaderGivesUpWhatNobodyElseHas) {
  Produce(kOne, 4);
  // Until the high watermark is in its checkpoint file.
  cluster_.Run(sim::Seconds(6));
  CrashWithATail(kOne, 3, kTwo);
  Produce(kTwo, 1);
  cluster_.Start(kOne);
  EXPECT_TRUE(cluster_.RunUntil([&] { return Replicated(5); }));
  EXPECT_EQ(cluster_.Values(kOne, tp_), cluster_.Values(kTwo, tp_));
  ASSERT_EQ(cluster_.facts().truncated.size(), 1u);
  EXPECT_EQ(cluster_.facts().truncated[0].to, Offset(4));
}

TEST_P(TruncationTest, AFollowerThatIsInStepGoesOn) {
  Produce(kOne, 4);
  cluster_.Run(sim::Seconds(1));
  cluster_.Kill(kThree);
  Produce(kOne, 2);
  cluster_.Start(kThree);
  EXPECT_TRUE(cluster_.RunUntil([&] { return Replicated(6); }));
  EXPECT_EQ(cluster_.Values(kThree, tp_), cluster_.Values(kOne, tp_));
}

INSTANTIATE_TEST_SUITE_P(Generations, TruncationTest,
                         testing::Values(ReplicationProtocol::kHighWatermark, ReplicationProtocol::kKip101,
                                         ReplicationProtocol::kKip279, ReplicationProtocol::kKip320,
                                         ReplicationProtocol::kTruncationOnFetch));

}  // namespace
}  // namespace ktrial::cluster
