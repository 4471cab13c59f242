#include "scenarios/run_config.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "cluster/defects.h"
#include "scenarios/parse.h"

namespace ktrial::scenarios {
namespace {

Scenario Parse(const std::string& config, const std::string& kafka = "4.1") {
  const ParseResult parsed = ParseScenario("kafka: \"" + kafka + R"("
name: t
duration: 10s
cluster:
  brokers: 3
  config: { )" + config + R"( }
topics:
  orders: { partitions: 2, replication.factor: 3, config: { min.insync.replicas: 2, segment.bytes: 1MiB } }
workload:
  producers: { topic: orders, config: { acks: 1, linger.ms: 7 } }
  consumers: { topic: orders, group: g, config: { auto.offset.reset: earliest, session.timeout.ms: 20s } }
defects: [DR01]
)",
                                           "t.yaml");
  EXPECT_TRUE(parsed.ok()) << FormatDiagnostics(parsed.diagnostics);
  return *parsed.scenario;
}

TEST(RunConfig, DefaultsAreThoseOfTheSimulatedPrograms) {
  const cluster::BrokerConfig defaults;
  const cluster::BrokerConfig config = ToBrokerConfig(Parse(""));
  EXPECT_EQ(config.broker_session_timeout, defaults.broker_session_timeout);
  EXPECT_EQ(config.controller_quorum_fetch_timeout, defaults.controller_quorum_fetch_timeout);
  EXPECT_EQ(config.replica_lag_time_max, defaults.replica_lag_time_max);
  EXPECT_EQ(config.replica_fetch_max_bytes, defaults.replica_fetch_max_bytes);
  EXPECT_EQ(config.log_segment_bytes, defaults.log_segment_bytes);
  EXPECT_EQ(config.log_flush_interval_messages, defaults.log_flush_interval_messages);
  EXPECT_EQ(config.offsets_topic_num_partitions, defaults.offsets_topic_num_partitions);
  EXPECT_EQ(config.group_initial_rebalance_delay, defaults.group_initial_rebalance_delay);
}

TEST(RunConfig, TheQuorumIsThatOfTheVersion) {
  struct Expected {
    const char* kafka;
    bool pre_vote;
    bool prompt_high_watermark;
  };
  for (const Expected& expected : {Expected{"3.9", false, false}, {"4.0", true, false}, {"4.1", true, true}}) {
    const cluster::BrokerConfig config = ToBrokerConfig(Parse("", expected.kafka));
    EXPECT_EQ(config.controller_quorum_pre_vote, expected.pre_vote) << expected.kafka;
    EXPECT_EQ(config.controller_quorum_prompt_high_watermark, expected.prompt_high_watermark) << expected.kafka;
  }
}

TEST(RunConfig, ReplicationIsThatOfTheVersion) {
  using cluster::ReplicationProtocol;
  const auto protocol = [](const char* kafka) { return ToBrokerConfig(Parse("", kafka)).replication_protocol; };
  EXPECT_EQ(protocol("0.10"), ReplicationProtocol::kHighWatermark);
  EXPECT_EQ(protocol("0.11"), ReplicationProtocol::kKip101);
  EXPECT_EQ(protocol("1.1"), ReplicationProtocol::kKip101);
  EXPECT_EQ(protocol("2.0"), ReplicationProtocol::kKip279);
  EXPECT_EQ(protocol("2.1"), ReplicationProtocol::kKip320);
  EXPECT_EQ(protocol("2.6"), ReplicationProtocol::kKip320);
  EXPECT_EQ(protocol("2.7"), ReplicationProtocol::kTruncationOnFetch);
  EXPECT_EQ(protocol("4.1"), ReplicationProtocol::kTruncationOnFetch);
}

TEST(RunConfig, EligibleLeaderReplicasAreOnSince41UnlessSaidOtherwise) {
  EXPECT_FALSE(ToBrokerConfig(Parse("", "3.9")).eligible_leader_replicas);
  EXPECT_FALSE(ToBrokerConfig(Parse("", "4.0")).eligible_leader_replicas);
  EXPECT_TRUE(ToBrokerConfig(Parse("", "4.1")).eligible_leader_replicas);
  Scenario scenario = Parse("", "4.1");
  scenario.cluster.eligible_leader_replicas_version = Located<int32_t>{0, {}};
  EXPECT_FALSE(ToBrokerConfig(scenario).eligible_leader_replicas);
}

TEST(RunConfig, WaitsBeforeRetriesGrowSince37) {
  for (const auto& [kafka, longest] : {std::pair("3.6", 100), std::pair("3.7", 1000)}) {
    const Scenario scenario = Parse("", kafka);
    EXPECT_EQ(ToProducerConfig(scenario, scenario.workload.producers[0]).retry_backoff_max, sim::Milliseconds(longest));
  }
}

TEST(RunConfig, TakesWhatTheScenarioSets) {
  const Scenario scenario = Parse("broker.session.timeout.ms: 18s, num.io.threads: 3");
  const cluster::BrokerConfig broker = ToBrokerConfig(scenario);
  EXPECT_EQ(broker.broker_session_timeout, sim::Seconds(18));
  EXPECT_EQ(broker.num_io_threads, 3);
  EXPECT_TRUE(broker.defects.Has(cluster::Defect::kTruncateToHighWatermark));
  const cluster::ProducerConfig producer = ToProducerConfig(scenario, scenario.workload.producers[0]);
  EXPECT_EQ(producer.acks, 1);
  EXPECT_EQ(producer.linger, sim::Milliseconds(7));
  EXPECT_FALSE(producer.enable_idempotence) << "acks=1 switches it off";
  const cluster::ConsumerConfig consumer = ToConsumerConfig(scenario, scenario.workload.consumers[0]);
  EXPECT_EQ(consumer.auto_offset_reset, cluster::AutoOffsetReset::kEarliest);
  EXPECT_EQ(consumer.session_timeout, sim::Seconds(20));
}

TEST(RunConfig, ReplicasStandWhereTheScenarioPutsThem) {
  const ParseResult parsed = ParseScenario(R"(
name: t
kafka: "4.1"
duration: 10s
cluster: { brokers: 3 }
topics:
  orders: { replica.assignment: "3:1,2:3" }
workload:
  producers: { topic: orders }
)",
                                           "t.yaml");
  ASSERT_TRUE(parsed.ok()) << FormatDiagnostics(parsed.diagnostics);
  EXPECT_EQ(parsed.scenario->topics[0].partitions.value, 2);
  EXPECT_EQ(parsed.scenario->topics[0].replication_factor.value, 2);
  const cluster::CreateTopicsRequest::Topic topic = ToNewTopic(parsed.scenario->topics[0]);
  using cluster::BrokerId;
  EXPECT_EQ(topic.assignments,
            (std::vector<std::vector<BrokerId>>{{BrokerId(3), BrokerId(1)}, {BrokerId(2), BrokerId(3)}}));
}

TEST(RunConfig, TopicsTakeTheirOwnSettingsAlong) {
  const Scenario scenario = Parse("");
  const cluster::CreateTopicsRequest::Topic topic = ToNewTopic(scenario.topics[0]);
  EXPECT_EQ(topic.name, "orders");
  EXPECT_EQ(topic.partitions, 2);
  EXPECT_EQ(topic.replication_factor, 3);
  ASSERT_EQ(topic.configs.size(), 2u);
  EXPECT_EQ(topic.configs[0].name, "min.insync.replicas");
  EXPECT_EQ(topic.configs[0].value, "2");
  EXPECT_EQ(topic.configs[1].value, "1048576");
  EXPECT_EQ(MinInSyncReplicas(scenario, scenario.topics[0]).least, 2);
  EXPECT_EQ(MinInSyncReplicas(scenario, scenario.topics[0]).most, 2);
}

}  // namespace
}  // namespace ktrial::scenarios
