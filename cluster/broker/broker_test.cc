// Whole clusters: three controllers, three brokers, and a client driven by hand.

#include "cluster/broker/broker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cluster/broker/cluster_for_test.h"
#include "cluster/defects.h"

namespace ktrial::cluster {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr BrokerId kOne{1};
constexpr BrokerId kTwo{2};
constexpr BrokerId kThree{3};

// Brokers 1, 2 and 3 hold "orders", and 1 leads.
CreateTopicsRequest::Topic Orders(std::string min_insync_replicas = "2") {
  return {.name = "orders",
          .assignments = {{kOne, kTwo, kThree}},
          .configs = {{"min.insync.replicas", std::move(min_insync_replicas)}}};
}

class BrokerTest : public testing::Test {
 protected:
  explicit BrokerTest(const BrokerConfig& config = {}) : cluster_({.config = config, .seed = 11}) {
    EXPECT_TRUE(cluster_.RunUntil([this] { return cluster_.AllRunning(); }, sim::Seconds(20)));
  }

  // A partition of three replicas, led by broker 1, with all in sync.
  TopicPartition CreateOrders(std::string min_insync_replicas = "2") {
    const TopicPartition tp{cluster_.CreateTopic(kOne, Orders(std::move(min_insync_replicas))), 0};
    EXPECT_TRUE(
        cluster_.RunUntil([&] { return cluster_.Find(kTwo, tp) != nullptr && cluster_.Find(kThree, tp) != nullptr; }));
    return tp;
  }
  // The leader that running brokers agree on, once it leads.
  bool LeaderIs(TopicPartition tp, BrokerId leader) const {
    const Partition* partition = cluster_.Find(leader, tp);
    return partition != nullptr && partition->is_leader();
  }
  BrokerId WaitForLeaderOtherThan(TopicPartition tp, BrokerId old) {
    BrokerId leader;
    EXPECT_TRUE(cluster_.RunUntil([&] {
      for (BrokerId id : {kOne, kTwo, kThree}) {
        if (id != old && LeaderIs(tp, id)) leader = id;
      }
      return leader.valid();
    }));
    return leader;
  }
  bool IsrIs(BrokerId seen_by, TopicPartition tp, size_t size) const {
    const PartitionRegistration* state = cluster_.Registration(seen_by, tp);
    return state != nullptr && state->isr.size() == size;
  }
  bool Replicated(TopicPartition tp, int64_t end) const {
    for (BrokerId id : {kOne, kTwo, kThree}) {
      if (cluster_.Find(id, tp) == nullptr || cluster_.LogEnd(id, tp) != end || cluster_.HighWatermark(id, tp) != end) {
        return false;
      }
    }
    return true;
  }

  ClusterForTest cluster_;
};

TEST_F(BrokerTest, RecordsReachAllReplicas) {
  const TopicPartition tp = CreateOrders();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(cluster_.Produce(tp, kOne, 3).error, ErrorCode::kNone);
  // A follower learns the last high watermark with its next answer, at most replica.fetch.wait.max.ms later.
  EXPECT_TRUE(cluster_.RunUntil([&] { return Replicated(tp, 30); }, sim::Milliseconds(1100)));
  EXPECT_EQ(cluster_.Values(kTwo, tp), cluster_.Values(kOne, tp));
  EXPECT_EQ(cluster_.Values(kThree, tp), cluster_.Values(kOne, tp));
  EXPECT_EQ(cluster_.facts().acknowledged.size(), 10u);
}

TEST_F(BrokerTest, RequestsForAPartitionThatIsLedElsewhereNameTheLeader) {
  const TopicPartition tp = CreateOrders();
  const auto response = cluster_.Produce(tp, kTwo, 1);
  EXPECT_EQ(response.error, ErrorCode::kNotLeaderOrFollower);
  EXPECT_EQ(response.current_leader, kOne);
  EXPECT_EQ(response.current_leader_epoch, LeaderEpoch(0));
  EXPECT_EQ(cluster_.Produce({TopicId(77), 0}, kOne, 1).error, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(cluster_.Produce(tp, kOne, 1, /*acks=*/7).error, ErrorCode::kInvalidRequiredAcks);
}

TEST_F(BrokerTest, ConsumersWaitForDataAndReadWhatIsCommitted) {
  const TopicPartition tp = CreateOrders();
  FetchRequest fetch{.max_wait = sim::Seconds(20), .min_bytes = 1, .max_bytes = 1 << 20};
  fetch.partitions.push_back(
      {.tp = tp, .fetch_offset = Offset(0), .current_leader_epoch = LeaderEpoch(0), .max_bytes = 1 << 20});
  const uint64_t waiting = cluster_.Send(kOne, fetch);
  cluster_.Run(sim::Seconds(2));
  EXPECT_EQ(cluster_.Find(waiting), nullptr);
  // The client's one connection to the leader is busy with the fetch, so another one produces.
  const sim::ProcessId producer =
      cluster_.cluster().AddClient("producer", std::make_unique<ClientForTest>(cluster_.cluster().addresses));
  cluster_.cluster().world.Start(producer);
  cluster_.cluster().world.Invoke(producer, [&](sim::Process& process, sim::Context& ctx) {
    ProduceRequest request{.acks = kAcksAll, .timeout = sim::Seconds(5)};
    request.partitions.push_back(
        {tp, sim::MakeRef<const RecordBatch>(BatchAttributes(), std::vector<Record>{{.bytes = 10, .value = 42}})});
    static_cast<ClientForTest&>(process).Send(ctx, kOne, std::move(request));
  });
  ASSERT_TRUE(cluster_.RunUntil([&] { return cluster_.Find(waiting) != nullptr; }, sim::Seconds(2)));
  const auto& data = cluster_.Find(waiting)->As<FetchResponse>().partitions[0];
  EXPECT_EQ(data.high_watermark, Offset(1));
  ASSERT_EQ(data.batches.size(), 1u);
  EXPECT_EQ(data.batches[0]->batch().records()[0].value, 42);
}

// A consumer's fetch from the start of the log.
FetchRequest FetchFromStart(TopicPartition tp, int32_t min_bytes, int32_t max_bytes) {
  FetchRequest fetch{.max_wait = sim::Seconds(20), .min_bytes = min_bytes, .max_bytes = max_bytes};
  fetch.partitions.push_back({.tp = tp, .fetch_offset = Offset(0), .max_bytes = max_bytes});
  return fetch;
}

TEST_F(BrokerTest, AFetchWaitsForNoMoreBytesThanItTakes) {
  const TopicPartition tp = CreateOrders();
  ASSERT_EQ(cluster_.Produce(tp, kOne, 3).error, ErrorCode::kNone);
  const uint64_t fetch = cluster_.Send(kOne, FetchFromStart(tp, /*min_bytes=*/1000, /*max_bytes=*/100));
  EXPECT_TRUE(cluster_.RunUntil([&] { return cluster_.Find(fetch) != nullptr; }, sim::Seconds(1)));
}

TEST_F(BrokerTest, AWaitingFetchIsAnsweredWhenItsSegmentIsRolled) {
  CreateTopicsRequest::Topic topic = Orders();
  topic.configs.push_back({"segment.bytes", "1000"});
  const TopicPartition tp{cluster_.CreateTopic(kOne, std::move(topic)), 0};
  // The connection to the leader is busy with the fetch, so records come over another client's.
  const sim::ProcessId producer =
      cluster_.cluster().AddClient("producer", std::make_unique<ClientForTest>(cluster_.cluster().addresses));
  cluster_.cluster().world.Start(producer);
  const auto produce = [&] {
    cluster_.cluster().world.Invoke(producer, [&](sim::Process& process, sim::Context& ctx) {
      ProduceRequest request{.acks = kAcksAll, .timeout = sim::Seconds(5)};
      request.partitions.push_back(
          {tp, sim::MakeRef<const RecordBatch>(BatchAttributes(), std::vector<Record>{{.bytes = 400}})});
      static_cast<ClientForTest&>(process).Send(ctx, kOne, std::move(request));
    });
    cluster_.Run(sim::Seconds(1));
  };
  const uint64_t fetch = cluster_.Send(kOne, FetchFromStart(tp, /*min_bytes=*/100000, /*max_bytes=*/1 << 20));
  produce();
  produce();
  EXPECT_EQ(cluster_.HighWatermark(kOne, tp), 2);
  EXPECT_EQ(cluster_.Find(fetch), nullptr);
  produce();
  ASSERT_NE(cluster_.Find(fetch), nullptr);
  EXPECT_EQ(cluster_.Find(fetch)->As<FetchResponse>().partitions[0].batches.size(), 2u);
}

TEST_F(BrokerTest, AnotherLeaderTakesOverWithEveryAcknowledgedRecord) {
  const TopicPartition tp = CreateOrders();
  for (int i = 0; i < 5; ++i) ASSERT_EQ(cluster_.Produce(tp, kOne, 2).error, ErrorCode::kNone);
  const std::vector<int64_t> acknowledged = cluster_.Values(kOne, tp);
  const sim::SimTime killed = cluster_.cluster().world.now();
  cluster_.Kill(kOne);
  const BrokerId leader = WaitForLeaderOtherThan(tp, kOne);
  const sim::Duration outage = cluster_.cluster().world.now() - killed;
  // The session must run out first, counted from the last heartbeat.
  EXPECT_GE(outage, sim::Seconds(6));
  EXPECT_LE(outage, sim::Seconds(11));
  EXPECT_EQ(cluster_.Values(leader, tp), acknowledged);
  EXPECT_EQ(cluster_.Produce(tp, leader, 1).error, ErrorCode::kNone);
}

TEST_F(BrokerTest, RestartedFollowerComesBackIntoTheIsr) {
  const TopicPartition tp = CreateOrders();
  ASSERT_EQ(cluster_.Produce(tp, kOne, 4).error, ErrorCode::kNone);
  cluster_.Kill(kThree);
  ASSERT_TRUE(cluster_.RunUntil([&] { return IsrIs(kOne, tp, 2); }));
  ASSERT_EQ(cluster_.Produce(tp, kOne, 4).error, ErrorCode::kNone);
  cluster_.Start(kThree);
  EXPECT_TRUE(cluster_.RunUntil([&] { return IsrIs(kOne, tp, 3); }));
  EXPECT_TRUE(cluster_.RunUntil([&] { return Replicated(tp, 8); }));
  EXPECT_TRUE(cluster_.facts().truncated.empty());
  EXPECT_EQ(cluster_.Values(kThree, tp), cluster_.Values(kOne, tp));
}

TEST_F(BrokerTest, RecordsOfAnOldLeaderThatNobodyElseHasAreTruncated) {
  const TopicPartition tp = CreateOrders("1");
  ASSERT_EQ(cluster_.Produce(tp, kOne, 2).error, ErrorCode::kNone);
  cluster_.Run(sim::Seconds(1));
  const sim::FaultId cut = cluster_.Cut(kOne, {kTwo, kThree});
  EXPECT_EQ(cluster_.Produce(tp, kOne, 3, /*acks=*/1).error, ErrorCode::kNone);
  // A machine that loses power sends nothing of what it still had to send.
  cluster_.PowerLoss(kOne, sim::PowerLossMode::kKeepAll);
  cluster_.Heal(cut);
  const BrokerId leader = WaitForLeaderOtherThan(tp, kOne);
  EXPECT_EQ(cluster_.LogEnd(leader, tp), 2);
  ASSERT_EQ(cluster_.Produce(tp, leader, 1).error, ErrorCode::kNone);
  cluster_.Start(kOne);
  EXPECT_TRUE(cluster_.RunUntil([&] { return Replicated(tp, 3); }));
  ASSERT_EQ(cluster_.facts().truncated.size(), 1u);
  EXPECT_EQ(cluster_.facts().truncated[0].broker, kOne);
  EXPECT_EQ(cluster_.facts().truncated[0].from, Offset(5));
  EXPECT_EQ(cluster_.facts().truncated[0].to, Offset(2));
  EXPECT_EQ(cluster_.facts().truncated[0].reason, TruncationReason::kLeaderEpoch);
  EXPECT_EQ(cluster_.Values(kOne, tp), cluster_.Values(leader, tp));
}

TEST_F(BrokerTest, TwoBrokersDownRefuseAcksAllAndTakeAcksOne) {
  const TopicPartition tp = CreateOrders("2");
  ASSERT_EQ(cluster_.Produce(tp, kOne, 1).error, ErrorCode::kNone);
  cluster_.Kill(kTwo);
  cluster_.Kill(kThree);
  ASSERT_TRUE(cluster_.RunUntil([&] { return IsrIs(kOne, tp, 1); }));
  EXPECT_EQ(cluster_.Produce(tp, kOne, 1).error, ErrorCode::kNotEnoughReplicas);
  EXPECT_EQ(cluster_.Produce(tp, kOne, 1, /*acks=*/1).error, ErrorCode::kNone);
  EXPECT_EQ(cluster_.LogEnd(kOne, tp), 2);
  EXPECT_EQ(cluster_.HighWatermark(kOne, tp), 1);
  cluster_.Start(kTwo);
  EXPECT_TRUE(cluster_.RunUntil([&] { return cluster_.HighWatermark(kOne, tp) == 2; }));
  EXPECT_EQ(cluster_.Produce(tp, kOne, 1).error, ErrorCode::kNone);
}

TEST_F(BrokerTest, StoppedBrokerHandsItsLeadershipOverFirst) {
  const TopicPartition tp = CreateOrders();
  ASSERT_EQ(cluster_.Produce(tp, kOne, 3).error, ErrorCode::kNone);
  cluster_.Stop(kOne);
  ASSERT_TRUE(cluster_.RunUntil([&] { return !cluster_.running(kOne); }, sim::Seconds(7)));
  // No session had to run out for this.
  const BrokerId leader = WaitForLeaderOtherThan(tp, kOne);
  EXPECT_EQ(cluster_.LogEnd(leader, tp), 3);
  cluster_.Start(kOne);
  EXPECT_TRUE(cluster_.RunUntil([&] { return cluster_.AllRunning() && IsrIs(leader, tp, 3); }));
  EXPECT_TRUE(cluster_.RunUntil([&] { return Replicated(tp, 3); }));
}

TEST_F(BrokerTest, ABrokerThatNoControllerLetsGoStopsAfterFiveMinutes) {
  for (sim::ProcessId controller : cluster_.cluster().controllers) cluster_.cluster().world.Kill(controller);
  cluster_.Stop(kOne);
  cluster_.Run(sim::Seconds(299));
  EXPECT_TRUE(cluster_.running(kOne));
  EXPECT_TRUE(cluster_.RunUntil([&] { return !cluster_.running(kOne); }, sim::Seconds(2)));
}

TEST_F(BrokerTest, PowerLossOfAFollowerIsMadeGoodFromTheLeader) {
  const TopicPartition tp = CreateOrders();
  for (int i = 0; i < 5; ++i) ASSERT_EQ(cluster_.Produce(tp, kOne, 2).error, ErrorCode::kNone);
  cluster_.PowerLoss(kTwo, sim::PowerLossMode::kLoseAll);
  ASSERT_TRUE(cluster_.RunUntil([&] { return IsrIs(kOne, tp, 2); }));
  cluster_.Start(kTwo);
  EXPECT_TRUE(cluster_.RunUntil([&] { return IsrIs(kOne, tp, 3) && Replicated(tp, 10); }));
  EXPECT_EQ(cluster_.Values(kTwo, tp), cluster_.Values(kOne, tp));
}

TEST_F(BrokerTest, ProducerIdsAreUniqueAcrossBrokers) {
  std::vector<int64_t> ids;
  for (BrokerId broker : {kOne, kTwo, kThree, kOne}) {
    ASSERT_TRUE(cluster_.RunUntil([&] {
      const Completion outcome = cluster_.Call(broker, InitProducerIdRequest());
      if (!outcome.ok() || outcome.As<InitProducerIdResponse>().error != ErrorCode::kNone) return false;
      ids.push_back(outcome.As<InitProducerIdResponse>().producer_id.value());
      return true;
    }));
  }
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
}

TEST(BrokerConfigTest, ProducersThatAreSilentForTooLongAreForgotten) {
  BrokerConfig config;
  config.producer_id_expiration = sim::Seconds(30);
  ClusterForTest cluster({.config = config, .seed = 3});
  ASSERT_TRUE(cluster.RunUntil([&] { return cluster.AllRunning(); }, sim::Seconds(20)));
  const TopicPartition tp{cluster.CreateTopic(kOne, Orders()), 0};
  const BatchAttributes attributes{
      .producer_id = ProducerId(7), .producer_epoch = ProducerEpoch(0), .base_sequence = 0};
  const sim::WallTime now =
      cluster.cluster().world.wall_clock(cluster.cluster().world.host_of(cluster.cluster().brokers[0]));
  ProduceRequest request{.acks = kAcksAll, .timeout = sim::Seconds(5)};
  request.partitions.push_back(
      {tp, sim::MakeRef<const RecordBatch>(attributes, std::vector<Record>{{.timestamp = now, .bytes = 10}})});
  ASSERT_TRUE(cluster.Call(kOne, std::move(request)).ok());
  const auto known = [&](BrokerId id) {
    return cluster.Find(id, tp)->log().producer_state().Find(ProducerId(7)) != nullptr;
  };
  // Looked for every ten minutes.
  cluster.Run(sim::Seconds(500));
  for (BrokerId id : {kOne, kTwo, kThree}) EXPECT_TRUE(known(id));
  cluster.Run(sim::Seconds(150));
  for (BrokerId id : {kOne, kTwo, kThree}) EXPECT_FALSE(known(id));
}

TEST(BrokerConfigTest, ALagOfLessThanTwoMillisecondsIsNeverLookedFor) {
  BrokerConfig config;
  config.replica_lag_time_max = sim::Milliseconds(1);
  ClusterForTest cluster({.config = config, .seed = 3});
  ASSERT_TRUE(cluster.RunUntil([&] { return cluster.AllRunning(); }, sim::Seconds(20)));
  const TopicPartition tp{cluster.CreateTopic(kOne, Orders()), 0};
  for (int i = 0; i < 20; ++i) EXPECT_EQ(cluster.Produce(tp, kOne, 1).error, ErrorCode::kNone);
  EXPECT_EQ(cluster.Registration(kOne, tp)->isr.size(), 3u);
}

// Kills the leader right after it acknowledged a record, of which followers do not know yet that it is committed, and
// the next leader before it is seen to be dead. Returns what the third replica, which is left, has of the record.
std::vector<int64_t> ValuesAfterTwoLeadersDied(const BrokerConfig& config) {
  ClusterForTest cluster({.config = config, .seed = 5});
  EXPECT_TRUE(cluster.RunUntil([&] { return cluster.AllRunning(); }, sim::Seconds(20)));
  const TopicPartition tp{cluster.CreateTopic(kOne, Orders()), 0};
  cluster.Run(sim::Seconds(2));
  EXPECT_EQ(cluster.Produce(tp, kOne, 1).error, ErrorCode::kNone);
  cluster.Kill(kOne);
  EXPECT_EQ(cluster.HighWatermark(kThree, tp), 0);
  cluster.Run(sim::Seconds(3));
  cluster.Kill(kTwo);
  EXPECT_TRUE(cluster.RunUntil([&] { return cluster.Find(kThree, tp)->is_leader(); }));
  EXPECT_EQ(cluster.Find(kThree, tp)->leader_epoch(), LeaderEpoch(2));
  return cluster.Values(kThree, tp);
}

TEST(BrokerDefectTest, NewFollowerKeepsWhatIsAboveItsHighWatermark) {
  EXPECT_THAT(ValuesAfterTwoLeadersDied(BrokerConfig()), ElementsAre(0));
}

TEST(BrokerDefectTest, TruncationToTheHighWatermarkLosesAnAcknowledgedRecord) {
  BrokerConfig config;
  config.defects.Add(Defect::kTruncateToHighWatermark);
  EXPECT_THAT(ValuesAfterTwoLeadersDied(config), ElementsAre());
}

// Brokers are killed and started at random while a client produces; once all run again, the replicas agree, and hold
// every record that was acknowledged with acks=all.
class BrokerChaosTest : public testing::TestWithParam<uint64_t> {};

TEST_P(BrokerChaosTest, AcknowledgedRecordsSurvive) {
  ClusterForTest cluster({.seed = GetParam(), .shuffle_ties = true});
  ASSERT_TRUE(cluster.RunUntil([&] { return cluster.AllRunning(); }, sim::Seconds(20)));
  const TopicPartition tp{cluster.CreateTopic(kOne, Orders()), 0};
  sim::RandomStream random = sim::RandomStream::Derive(GetParam(), "chaos", 0, 0);
  const std::vector<BrokerId> brokers = {kOne, kTwo, kThree};
  std::vector<int64_t> acknowledged;
  int64_t value = 0;
  for (int round = 0; round < 60; ++round) {
    const BrokerId victim = brokers[random.Below(brokers.size())];
    if (random.Chance({1, 8})) cluster.running(victim) ? cluster.Kill(victim) : cluster.Start(victim);
    cluster.Run(sim::Milliseconds(random.Between(1, 1500)));
    for (BrokerId broker : brokers) {
      const Partition* partition = cluster.Find(broker, tp);
      if (partition == nullptr || !partition->is_leader()) continue;
      const auto response = cluster.Produce(tp, broker, 1);
      if (response.error == ErrorCode::kNone) acknowledged.push_back(value);
      ++value;
    }
  }
  for (BrokerId broker : brokers) cluster.Start(broker);
  const auto converged = [&] {
    for (BrokerId broker : brokers) {
      const PartitionRegistration* state = cluster.Registration(broker, tp);
      if (state == nullptr || state->isr.size() != 3 || cluster.Find(broker, tp) == nullptr) return false;
      if (cluster.LogEnd(broker, tp) != cluster.LogEnd(kOne, tp)) return false;
      if (cluster.HighWatermark(broker, tp) != cluster.LogEnd(kOne, tp)) return false;
    }
    return true;
  };
  ASSERT_TRUE(cluster.RunUntil(converged));
  const std::vector<int64_t> values = cluster.Values(kOne, tp);
  EXPECT_EQ(cluster.Values(kTwo, tp), values);
  EXPECT_EQ(cluster.Values(kThree, tp), values);
  EXPECT_FALSE(acknowledged.empty());
  for (int64_t one : acknowledged) EXPECT_THAT(values, Contains(one));
}

INSTANTIATE_TEST_SUITE_P(Seeds, BrokerChaosTest, testing::Range<uint64_t>(1, 11));

TEST_F(BrokerTest, ForkGoesOnAlike) {
  const TopicPartition tp = CreateOrders();
  ASSERT_EQ(cluster_.Produce(tp, kOne, 1).error, ErrorCode::kNone);
  cluster_.Kill(kOne);
  cluster_.Run(sim::Seconds(8));
  Cluster fork = cluster_.cluster();
  cluster_.Run(sim::Seconds(10));
  fork.world.RunUntil(fork.world.now() + sim::Seconds(10));
  EXPECT_EQ(fork.world.trace_hash(), cluster_.cluster().world.trace_hash());
}

}  // namespace
}  // namespace ktrial::cluster
