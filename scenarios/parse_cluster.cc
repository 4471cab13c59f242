#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/effective_config.h"
#include "scenarios/parse_parts.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

// The limits keep a slip from asking for a world that does not fit into memory.
constexpr Range kBrokerCount = {1, kMostBrokers};
constexpr Range kControllerCount = {1, 99};
constexpr Range kPartitionCount = {1, 1'000'000};
constexpr Range kReplicationFactor = {1, 1'000};
constexpr Range kClientCount = {1, 10'000};

// Kafka's own rule for topic names (Topic.validate).
bool IsTopicName(std::string_view name) {
  constexpr size_t kMaxLength = 249;
  if (name.empty() || name == "." || name == ".." || name.size() > kMaxLength) return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
         std::string_view::npos;
}

// A cluster setting that gives the default of a topic's own key.
Located<int32_t> ClusterDefault(const Scenario& scenario, std::string_view key) {
  const EffectiveConfig cluster = BrokerConfigOf(scenario);
  const EffectiveValue& value = cluster.Find(key);
  return {static_cast<int32_t>(std::min<int64_t>(cluster.Integer(key), std::numeric_limits<int32_t>::max())),
          value.position};
}

// Says how many partitions and replicas there are, so that nothing else has to.
void ReadReplicaAssignment(const SchemaReader& reader, MappingReader& map, int32_t brokers, Topic* topic) {
  const auto text = map.Text("replica.assignment");
  if (!text) return;
  topic->replica_assignment = ParseReplicaAssignment(text->value);
  const ReplicaAssignment& assignment = topic->replica_assignment;
  const bool even = std::all_of(assignment.begin(), assignment.end(),
                                [&](const auto& replicas) { return replicas.size() == assignment.front().size(); });
  if (assignment.empty() || !even) {
    reader.sink().Error(Code::kBadValue, text->position,
                        Cat({"'", Printable(text->value), "' is not a replica assignment"}),
                        "write the brokers of each partition, the preferred leader first: 1:2:3,2:3:1");
    return;
  }
  if (const int32_t largest = LargestBroker(assignment); largest > brokers) {
    reader.sink().Error(Code::kUnknownName, text->position, Cat({"there is no broker ", std::to_string(largest)}),
                        Cat({"brokers are 1 to ", std::to_string(brokers)}));
    return;
  }
  for (const std::string_view other : {"partitions", "replication.factor"}) {
    if (!map.Has(other)) continue;
    reader.sink().Error(Code::kBadValue, text->position, Cat({"replica.assignment goes without ", other}),
                        "it says so itself");
  }
  topic->partitions = {static_cast<int32_t>(assignment.size()), text->position};
  topic->replication_factor = {static_cast<int32_t>(assignment.front().size()), text->position};
}

void ReadTopic(const SchemaReader& reader, const YamlEntry& entry, Scenario* scenario) {
  if (!IsTopicName(entry.key.value)) {
    reader.sink().Error(Code::kBadValue, entry.key.position,
                        Cat({"'", Printable(entry.key.value), "' is not a topic name"}),
                        "Kafka takes letters, digits, '.', '_' and '-', 249 at most");
    return;
  }
  Topic topic;
  topic.name = entry.key;
  MappingReader map(&reader, entry.value, Cat({"topic '", entry.key.value, "'"}));
  const auto partitions = map.Integer("partitions", kPartitionCount);
  topic.partitions = partitions ? *partitions : ClusterDefault(*scenario, "num.partitions");
  const auto replicas = map.Integer("replication.factor", kReplicationFactor);
  if (replicas) {
    topic.replication_factor = *replicas;
  } else if (!map.Has("replication.factor")) {
    topic.replication_factor = ClusterDefault(*scenario, "default.replication.factor");
  }
  ReadReplicaAssignment(reader, map, scenario->cluster.brokers.value, &topic);
  if (const auto id = map.Get("config")) topic.config = reader.Config(*id, ConfigScope::kTopic, scenario->kafka.value);
  map.Finish();
  if (map.ok()) scenario->topics.push_back(std::move(topic));
}

void ReadName(MappingReader& map, std::string_view by_default, Located<std::string>* name) {
  *name = map.Text("name").value_or(Located<std::string>{std::string(by_default), map.position()});
}

void RequireText(const SchemaReader& reader, MappingReader& map, std::string_view key, std::string_view help,
                 Located<std::string>* out) {
  const auto id = map.Require(key, help);
  if (const auto text = id ? reader.Text(*id, key) : std::nullopt) *out = *text;
}

// A producer's rate is kept in records per 1,000 s, its interval in nanoseconds.
void CheckRate(const SchemaReader& reader, const ProducerGroup& producers) {
  constexpr int64_t kMillisOfThousandSeconds = 1'000'000;
  constexpr int64_t kMostPerMilli = 1'000;
  const Rate rate = producers.rate.value;
  const int64_t member_millis = rate.per.millis() * producers.count.value;
  if (rate.count * kMillisOfThousandSeconds < member_millis) {
    reader.sink().Error(Code::kOutOfRange, producers.rate.position,
                        Cat({"rate ", FormatRate(rate), " is below one record in 1000 s for each producer"}));
  } else if (rate.count / member_millis > kMostPerMilli) {
    reader.sink().Error(Code::kOutOfRange, producers.rate.position,
                        Cat({"rate ", FormatRate(rate), " is above 1000000/s for each producer"}));
  }
}

void ReadProducers(const SchemaReader& reader, YamlId id, std::string_view name, Scenario* scenario) {
  MappingReader map(&reader, id, "producers");
  if (!map.ok()) return;
  ProducerGroup producers;
  ReadName(map, name, &producers.name);
  if (const auto count = map.Integer("count", kClientCount)) producers.count = *count;
  RequireText(reader, map, "topic", "the topic to write to", &producers.topic);
  if (const auto rate = map.RateOf("rate")) producers.rate = *rate;
  CheckRate(reader, producers);
  if (const auto size = map.Size("record_size")) producers.record_size = *size;
  constexpr int64_t kMaxRecordBytes = int64_t{1} << 30;
  if (producers.record_size.value > kMaxRecordBytes) {
    reader.sink().Error(Code::kOutOfRange, producers.record_size.position, "record_size is at most 1GiB");
  }
  constexpr Range kKeyCount = {0, 1'000'000'000};
  if (const auto keys = map.Integer("keys", kKeyCount)) producers.keys = *keys;
  if (const auto tombstones = map.Integer("tombstones", {0, 100})) producers.tombstones = *tombstones;
  if (producers.tombstones.value > 0 && producers.keys.value == 0) {
    reader.sink().Error(Code::kBadValue, producers.tombstones.position,
                        "tombstones delete keys, and these producers write none: set keys");
  }
  producers.racks = ReadClientRacks(reader, map);
  if (const auto config = map.Get("config")) {
    producers.config = reader.Config(*config, ConfigScope::kProducer, scenario->kafka.value);
  }
  map.Finish();
  scenario->workload.producers.push_back(std::move(producers));
}

void ReadConsumers(const SchemaReader& reader, YamlId id, std::string_view name, Scenario* scenario) {
  MappingReader map(&reader, id, "consumers");
  if (!map.ok()) return;
  ConsumerGroup consumers;
  ReadName(map, name, &consumers.name);
  if (const auto count = map.Integer("count", kClientCount)) consumers.count = *count;
  RequireText(reader, map, "topic", "the topic to read", &consumers.topic);
  RequireText(reader, map, "group", "the consumer group to join (group.id)", &consumers.group);
  consumers.racks = ReadClientRacks(reader, map);
  if (const auto config = map.Get("config")) {
    consumers.config = reader.Config(*config, ConfigScope::kConsumer, scenario->kafka.value);
  }
  map.Finish();
  scenario->workload.consumers.push_back(std::move(consumers));
}

// One mapping, or a list of them. The first without a name is called `name`, the next `name`2, and so on.
template <typename Read>
void ReadOneOrMany(const SchemaReader& reader, YamlId id, std::string_view name, Read read) {
  if (reader.node(id).kind != YamlNode::Kind::kSequence) {
    read(id, std::string(name));
    return;
  }
  int32_t number = 0;
  for (const YamlId item : reader.node(id).items) {
    ++number;
    read(item, number == 1 ? std::string(name) : Cat({name, std::to_string(number)}));
  }
}

// Feature levels, as kafka-features.sh and kafka-storage.sh format --feature name them.
void ReadFeatures(const SchemaReader& reader, YamlId id, Scenario* scenario) {
  constexpr std::string_view kElr = "eligible.leader.replicas.version";
  MappingReader map(&reader, id, "features");
  if (const auto level = map.Integer(kElr, {0, 1})) {
    if (level->value > 0 && scenario->kafka.value < kFirstElrVersion) {
      reader.sink().Error(Code::kRemovedKey, level->position,
                          Cat({"Kafka ", FormatKafkaVersion(scenario->kafka.value), " has no feature '", kElr,
                               "': it came with ", FormatKafkaVersion(kFirstElrVersion)}));
    }
    scenario->cluster.eligible_leader_replicas_version = *level;
  }
  map.Finish();
}

}  // namespace

void ReadCluster(const SchemaReader& reader, YamlId id, Scenario* scenario) {
  MappingReader map(&reader, id, "cluster");
  if (!map.ok()) return;
  Cluster& cluster = scenario->cluster;
  if (const YamlEntry* racks = map.Entry("racks")) {
    ReadRacks(reader, racks->value, kBrokerCount, kControllerCount, &cluster);
    for (const std::string_view other : {"brokers", "controllers"}) {
      const YamlEntry* entry = map.Entry(other);
      if (entry == nullptr) continue;
      reader.sink().Error(Code::kBadValue, entry->key.position, Cat({"racks go without ", other}),
                          "each rack says how many it has");
    }
  } else {
    if (map.Require("brokers", "how many brokers, for example: brokers: 3")) {
      if (const auto brokers = map.Integer("brokers", kBrokerCount)) cluster.brokers = *brokers;
    }
    if (const auto controllers = map.Integer("controllers", kControllerCount)) cluster.controllers = *controllers;
  }
  if (const auto aware = map.Bool("rack_aware")) cluster.rack_aware = *aware;
  if (const auto config = map.Get("config")) {
    scenario->cluster.config = reader.Config(*config, ConfigScope::kBroker, scenario->kafka.value);
    for (const std::string_view name : {"leader.replication.throttled.rate", "follower.replication.throttled.rate"}) {
      const ConfigEntry* entry = FindEntry(scenario->cluster.config, name);
      if (entry == nullptr) continue;
      reader.sink().Error(Code::kWrongScope, entry->position, Cat({"'", name, "' is read of brokers that run alone"}),
                          "workload: { admin: [{ at: 1m, alter_config: { broker: 1, set: { ... } } }] }");
    }
  }
  if (const auto features = map.Get("features")) ReadFeatures(reader, *features, scenario);
  map.Finish();
}

void ReadTopics(const SchemaReader& reader, YamlId id, Scenario* scenario) {
  if (!reader.Expect(id, YamlNode::Kind::kMapping, "topics")) return;
  for (const YamlEntry& entry : reader.node(id).entries) {
    if (reader.sink().crowded()) return;
    ReadTopic(reader, entry, scenario);
  }
}

void ReadWorkload(const SchemaReader& reader, YamlId id, Scenario* scenario) {
  MappingReader map(&reader, id, "workload");
  if (const auto producers = map.Get("producers")) {
    ReadOneOrMany(reader, *producers, "producer",
                  [&](YamlId item, const std::string& name) { ReadProducers(reader, item, name, scenario); });
  }
  if (const auto consumers = map.Get("consumers")) {
    ReadOneOrMany(reader, *consumers, "consumer",
                  [&](YamlId item, const std::string& name) { ReadConsumers(reader, item, name, scenario); });
  }
  if (const auto admin = map.Get("admin")) ReadAdmin(reader, *admin, scenario);
  map.Finish();
}

}  // namespace ktrial::scenarios
