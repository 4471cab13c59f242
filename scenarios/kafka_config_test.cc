#include "scenarios/kafka_config.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/effective_config.h"
#include "scenarios/test_scenario.h"

namespace ktrial::scenarios {
namespace {

constexpr ConfigScope kScopes[] = {ConfigScope::kBroker, ConfigScope::kTopic, ConfigScope::kProducer,
                                   ConfigScope::kConsumer};

TEST(KafkaConfig, TablesAreOrderedUniqueAndOfTheirScope) {
  for (const ConfigScope scope : kScopes) {
    const auto keys = ConfigKeysOf(scope);
    ASSERT_FALSE(keys.empty());
    for (size_t i = 0; i < keys.size(); ++i) {
      EXPECT_EQ(keys[i].scope, scope) << keys[i].name;
      EXPECT_FALSE(keys[i].doc.empty()) << keys[i].name;
      EXPECT_EQ(FindConfigKey(scope, keys[i].name), &keys[i]);
      if (i > 0) {
        EXPECT_LT(keys[i - 1].name, keys[i].name);
      }
    }
  }
}

TEST(KafkaConfig, EveryDefaultIsAValueThatTheKeyTakes) {
  for (const ConfigKey* key : AllConfigKeys()) {
    for (const KafkaVersion version : SupportedKafkaVersions()) {
      const std::optional<ConfigValue> value = DefaultConfigValue(*key, version);
      EXPECT_EQ(value.has_value(), !key->default_value.empty()) << key->name;
    }
    EXPECT_EQ(key->kind == ConfigKind::kChoice, !key->choices.empty()) << key->name;
    if (!key->broker_name.empty()) {
      EXPECT_NE(FindConfigKey(ConfigScope::kBroker, key->broker_name), nullptr) << key->name;
    }
  }
}

TEST(KafkaConfig, ModelledKeysHaveDefaultsUnlessAnotherKeyStandsInForThem) {
  std::vector<std::string_view> unset;
  for (const ConfigKey* key : AllConfigKeys()) {
    if (key->modelled && !DefaultConfigValue(*key, {4, 1})) unset.push_back(key->name);
  }
  EXPECT_EQ(unset, (std::vector<std::string_view>{"log.dirs", "log.flush.interval.ms", "log.retention.minutes",
                                                  "log.retention.ms", "log.roll.jitter.ms", "log.roll.ms",
                                                  "replica.selector.class", "follower.replication.throttled.replicas",
                                                  "leader.replication.throttled.replicas", "client.rack"}));
}

int64_t DefaultNumber(ConfigScope scope, std::string_view name, KafkaVersion version = {4, 1}) {
  return std::get<int64_t>(*DefaultConfigValue(*FindConfigKey(scope, name), version));
}

TEST(KafkaConfig, DefaultsAreKafkas) {
  EXPECT_EQ(DefaultNumber(ConfigScope::kBroker, "broker.session.timeout.ms"), 9'000);
  EXPECT_EQ(DefaultNumber(ConfigScope::kBroker, "replica.lag.time.max.ms"), 30'000);
  EXPECT_EQ(DefaultNumber(ConfigScope::kBroker, "controller.quorum.fetch.timeout.ms"), 2'000);
  EXPECT_EQ(DefaultNumber(ConfigScope::kBroker, "offsets.topic.num.partitions"), 50);
  EXPECT_EQ(DefaultNumber(ConfigScope::kBroker, "message.max.bytes"), 1'048'588);
  EXPECT_EQ(DefaultNumber(ConfigScope::kTopic, "segment.bytes"), int64_t{1} << 30);
  EXPECT_EQ(DefaultNumber(ConfigScope::kProducer, "linger.ms"), 5);
  EXPECT_EQ(DefaultNumber(ConfigScope::kProducer, "linger.ms", {3, 9}), 0);
  EXPECT_EQ(DefaultNumber(ConfigScope::kConsumer, "session.timeout.ms"), 45'000);
}

TEST(KafkaConfig, DefaultsAreThoseOfTheVersion) {
  EXPECT_EQ(DefaultNumber(ConfigScope::kBroker, "replica.lag.time.max.ms", {2, 4}), 10'000);
  EXPECT_EQ(DefaultNumber(ConfigScope::kBroker, "replica.lag.time.max.ms", {2, 5}), 30'000);
  EXPECT_EQ(DefaultNumber(ConfigScope::kBroker, "message.max.bytes", {2, 4}), 1'000'012);
  EXPECT_EQ(DefaultNumber(ConfigScope::kBroker, "group.max.session.timeout.ms", {2, 2}), 300'000);
  EXPECT_EQ(DefaultNumber(ConfigScope::kProducer, "retries", {2, 0}), 0);
  EXPECT_EQ(DefaultNumber(ConfigScope::kProducer, "retries", {2, 1}), 2'147'483'647);
  EXPECT_EQ(DefaultNumber(ConfigScope::kProducer, "linger.ms", {2, 0}), 0);
  EXPECT_EQ(DefaultNumber(ConfigScope::kConsumer, "session.timeout.ms", {2, 8}), 10'000);
  EXPECT_EQ(DefaultNumber(ConfigScope::kConsumer, "request.timeout.ms", {1, 1}), 305'000);
  const ConfigKey& unclean = *FindConfigKey(ConfigScope::kBroker, "unclean.leader.election.enable");
  EXPECT_EQ(DefaultConfigValue(unclean, {0, 10}), ConfigValue(true));
  EXPECT_EQ(DefaultConfigValue(unclean, {0, 11}), ConfigValue(false));
  const ConfigKey& acks = *FindConfigKey(ConfigScope::kProducer, "acks");
  EXPECT_EQ(DefaultConfigValue(acks, {2, 8}), ConfigValue(std::string("1")));
  EXPECT_EQ(DefaultConfigValue(acks, {3, 0}), ConfigValue(std::string("all")));
}

TEST(KafkaConfig, ReadsValuesAsKafkaAndAsPeopleWriteThem) {
  const ConfigKey& session = *FindConfigKey(ConfigScope::kBroker, "broker.session.timeout.ms");
  const ConfigKey& segment = *FindConfigKey(ConfigScope::kTopic, "segment.bytes");
  ConfigValueError error;
  EXPECT_EQ(ParseConfigValue(session, {4, 1}, "9000", &error), ConfigValue(int64_t{9'000}));
  EXPECT_EQ(ParseConfigValue(session, {4, 1}, "9s", &error), ConfigValue(int64_t{9'000}));
  EXPECT_EQ(ParseConfigValue(segment, {4, 1}, "2MiB", &error), ConfigValue(int64_t{2'097'152}));
  EXPECT_EQ(ParseConfigValue(session, {4, 1}, "9.5us", &error), std::nullopt);
  EXPECT_EQ(error.code, Code::kBadValue);
  EXPECT_EQ(ParseConfigValue(segment, {4, 1}, "16KiB", &error), std::nullopt);
  EXPECT_EQ(error.code, Code::kOutOfRange);
  EXPECT_EQ(ParseConfigValue(segment, {3, 9}, "16KiB", &error), ConfigValue(int64_t{16'384}));
}

TEST(EffectiveConfigTest, NamesTheOriginOfEachValue) {
  const ParseResult result = ParseScenario(
      EditedScenario({{"brokers: 3", "brokers: 3\n  config: { log.segment.bytes: 4MiB, min.insync.replicas: 1 }"},
                      {"500/s }", "500/s, config: { acks: 1 } }"}}),
      "t.yaml", {{"topics/orders/config/flush.messages=1"}});
  ASSERT_TRUE(result.ok()) << FormatDiagnostics(result.diagnostics);
  const EffectiveConfig topic = TopicConfigOf(*result.scenario, result.scenario->topics[0]);
  EXPECT_EQ(topic.Bytes("segment.bytes"), 4 << 20);
  EXPECT_EQ(topic.Find("segment.bytes").origin, ConfigOrigin::kCluster);
  EXPECT_EQ(topic.Integer("min.insync.replicas"), 2);
  EXPECT_EQ(topic.Find("min.insync.replicas").origin, ConfigOrigin::kTopic);
  EXPECT_EQ(topic.Find("flush.messages").origin, ConfigOrigin::kCommandLine);
  EXPECT_EQ(topic.Find("max.message.bytes").origin, ConfigOrigin::kDefault);
  EXPECT_FALSE(BrokerConfigOf(*result.scenario).Has("log.flush.interval.ms"));
}

TEST(EffectiveConfigTest, ProducerDerivesWhatKafkasProducerDerives) {
  const auto config = [](const char* settings) {
    const ParseResult result =
        ParseScenario(EditedScenario({{"500/s }", std::string("500/s, config: ") + settings + " }"}}), "t.yaml");
    EXPECT_TRUE(result.ok()) << FormatDiagnostics(result.diagnostics);
    return ProducerConfigOf(*result.scenario, result.scenario->workload.producers[0]);
  };
  EXPECT_TRUE(config("{ acks: -1 }").Boolean("enable.idempotence"));
  EXPECT_FALSE(config("{ acks: 1 }").Boolean("enable.idempotence"));
  EXPECT_EQ(config("{ acks: 1 }").Find("enable.idempotence").origin, ConfigOrigin::kDerived);
  EXPECT_FALSE(config("{ retries: 0 }").Boolean("enable.idempotence"));
  EXPECT_EQ(config("{ request.timeout.ms: 3m }").DurationOf("delivery.timeout.ms"), sim::Milliseconds(180'005));
}

}  // namespace
}  // namespace ktrial::scenarios
