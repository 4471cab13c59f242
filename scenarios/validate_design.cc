// Numbers that must agree: replication against brokers, timeouts against each other. Some are refused by Kafka itself,
// the others make a design that does not do what its author thinks.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "scenarios/effective_config.h"
#include "scenarios/parse_parts.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

// Where to point for a setting: at its value if somebody wrote it, else at something near.
SourcePosition At(const EffectiveConfig& config, std::string_view key, SourcePosition otherwise) {
  const SourcePosition position = config.Find(key).position;
  return position.written() ? position : otherwise;
}

std::string Shown(const EffectiveConfig& config, std::string_view key) {
  const EffectiveValue& value = config.Find(key);
  return Cat({key, " (", FormatConfigValue(*value.key, *value.value),
              value.origin == ConfigOrigin::kDefault ? ", the default)" : ")"});
}

// What Kafka takes and ktrial does not: a wait of no length never lets virtual time go on, and what is kept in memory
// has to fit into it.
struct Limit {
  std::string_view key;
  int64_t min = 0;
  int64_t max = std::numeric_limits<int64_t>::max();
};
constexpr Limit kBrokerLimits[] = {
    {.key = "controller.quorum.election.timeout.ms", .min = 1},
    {.key = "controller.quorum.request.timeout.ms", .min = 1},
    {.key = "num.io.threads", .max = 10'000},
    {.key = "num.replica.fetchers", .max = 1'000},
    {.key = "num.partitions", .max = 1'000'000},
    {.key = "offsets.topic.num.partitions", .max = 100'000},
};
constexpr Limit kProducerLimits[] = {{.key = "request.timeout.ms", .min = 1}};
constexpr Limit kConsumerLimits[] = {{.key = "heartbeat.interval.ms", .min = 1},
                                     {.key = "request.timeout.ms", .min = 1}};

void CheckLimits(const EffectiveConfig& config, std::span<const Limit> limits, SourcePosition near,
                 DiagnosticSink& sink) {
  for (const Limit& limit : limits) {
    const int64_t value = std::get<int64_t>(*config.Find(limit.key).value);
    if (value >= limit.min && value <= limit.max) continue;
    sink.Error(Code::kOutOfRange, At(config, limit.key, near), Cat({Shown(config, limit.key), " is out of range"}),
               value < limit.min ? Cat({"ktrial takes ", std::to_string(limit.min), " and above"})
                                 : Cat({"ktrial takes at most ", std::to_string(limit.max)}));
  }
}

void CheckTopic(const Scenario& scenario, const Topic& topic, DiagnosticSink& sink) {
  const int32_t replicas = topic.replication_factor.value;
  if (replicas == 0) return;  // It could not be read.
  const SourcePosition place =
      topic.replication_factor.position.written() ? topic.replication_factor.position : topic.name.position;
  if (replicas > scenario.cluster.brokers.value) {
    sink.Error(Code::kReplicationAboveBrokers, place,
               Cat({"replication.factor ", std::to_string(replicas), " of topic '", topic.name.value,
                    "' is above the number of brokers, ", std::to_string(scenario.cluster.brokers.value)}),
               "Kafka refuses such a topic: INVALID_REPLICATION_FACTOR");
  }
  const EffectiveConfig config = TopicConfigOf(scenario, topic);
  const int64_t min_isr = config.Integer("min.insync.replicas");
  const SourcePosition min_isr_place = At(config, "min.insync.replicas", place);
  if (min_isr > replicas) {
    sink.Error(Code::kMinIsrAboveReplication, min_isr_place,
               Cat({"min.insync.replicas ", std::to_string(min_isr), " is above the replication factor ",
                    std::to_string(replicas), " of topic '", topic.name.value, "': every write with acks=all fails"}),
               "lower it, or say `allow: [KS011]` if this is what you want to try");
  } else if (min_isr == replicas && replicas > 1) {
    sink.Warning(Code::kMinIsrEqualsReplication, min_isr_place,
                 Cat({"min.insync.replicas equals the replication factor ", std::to_string(replicas), " of topic '",
                      topic.name.value, "': one replica down stops writes with acks=all"}),
                 Cat({"the usual choice is ", std::to_string(replicas - 1)}));
  }
}

// A quorum that depends on one rack.
void CheckControllerRacks(const Scenario& scenario, DiagnosticSink& sink) {
  const int32_t all = scenario.cluster.controllers.value;
  if (scenario.cluster.racks.size() < 2) return;
  for (const Rack& rack : scenario.cluster.racks) {
    const int32_t here = rack.controllers.value;
    if (all - here >= all / 2 + 1) continue;
    sink.Warning(Code::kControllerMajority, rack.controllers.position,
                 Cat({"rack '", rack.name.value, "' has ", std::to_string(here), " of ", std::to_string(all),
                      " controllers: without it the others are no majority"}),
                 "spread them so that any rack can be lost, over three racks at least");
  }
}

void CheckCluster(const Scenario& scenario, const EffectiveConfig& brokers, DiagnosticSink& sink) {
  const int32_t controllers = scenario.cluster.controllers.value;
  if (controllers % 2 == 0) {
    sink.Warning(Code::kControllerMajority, scenario.cluster.controllers.position,
                 Cat({std::to_string(controllers), " controllers tolerate the loss of ",
                      std::to_string((controllers - 1) / 2), ", as ", std::to_string(controllers - 1), " do"}),
                 Cat({"use ", std::to_string(controllers - 1), " or ", std::to_string(controllers + 1)}));
  }
  CheckControllerRacks(scenario, sink);
  CheckLimits(brokers, kBrokerLimits, scenario.cluster.brokers.position, sink);
  const int64_t offsets_replicas = brokers.Integer("offsets.topic.replication.factor");
  if (!scenario.workload.consumers.empty() && offsets_replicas > scenario.cluster.brokers.value) {
    const SourcePosition near = scenario.cluster.brokers.position;
    sink.Error(Code::kReplicationAboveBrokers, At(brokers, "offsets.topic.replication.factor", near),
               Cat({Shown(brokers, "offsets.topic.replication.factor"), " is above the number of brokers, ",
                    std::to_string(scenario.cluster.brokers.value),
                    ": __consumer_offsets cannot be created, and no group works"}),
               "set it in the cluster's config");
  }
  if (brokers.DurationOf("broker.heartbeat.interval.ms") >= brokers.DurationOf("broker.session.timeout.ms")) {
    const SourcePosition session = At(brokers, "broker.session.timeout.ms", scenario.cluster.brokers.position);
    sink.Warning(Code::kSessionTimeout, At(brokers, "broker.heartbeat.interval.ms", session),
                 Cat({Shown(brokers, "broker.heartbeat.interval.ms"), " is not shorter than ",
                      Shown(brokers, "broker.session.timeout.ms")}),
                 "brokers are fenced between two heartbeats");
  }
  if (brokers.DurationOf("replica.fetch.wait.max.ms") > brokers.DurationOf("replica.lag.time.max.ms")) {
    const SourcePosition lag = At(brokers, "replica.lag.time.max.ms", scenario.cluster.brokers.position);
    sink.Error(
        Code::kOutOfRange, At(brokers, "replica.fetch.wait.max.ms", lag),
        Cat({Shown(brokers, "replica.fetch.wait.max.ms"), " is above ", Shown(brokers, "replica.lag.time.max.ms")}),
        "Kafka's broker refuses to start");
  }
}

void CheckIdempotence(const Scenario& scenario, const ProducerGroup& producers, const EffectiveConfig& config,
                      DiagnosticSink& sink) {
  const ConfigEntry* asked = FindEntry(producers.config, "enable.idempotence");
  if (asked != nullptr && !config.Boolean("enable.idempotence")) return;
  const auto report = [&](std::string_view key, std::string_view need) {
    sink.Error(Code::kIdempotenceConflict, At(config, key, producers.name.position),
               Cat({"an idempotent producer needs ", need, ", but ", key, " is ",
                    FormatConfigValue(*config.Find(key).key, *config.Find(key).value)}),
               "Kafka's producer refuses to start; set enable.idempotence to false, or drop the setting");
  };
  const bool many_in_flight = config.Integer("max.in.flight.requests.per.connection") > 5;
  if (asked != nullptr && config.Text("acks") != "all") report("acks", "acks=all");
  if (asked != nullptr && config.Integer("retries") == 0) report("retries", "retries above 0");
  // Left to its default, conflicting acks or retries switch idempotence off; from 4.0 on, requests in flight do not.
  const bool still_on = config.Text("acks") == "all" && config.Integer("retries") > 0;
  const bool refused = asked != nullptr || (still_on && scenario.kafka.value >= KafkaVersion{4, 0});
  if (many_in_flight && refused) report("max.in.flight.requests.per.connection", "at most 5 requests in flight");
}

void CheckProducers(const Scenario& scenario, const ProducerGroup& producers, const EffectiveConfig& brokers,
                    DiagnosticSink& sink) {
  const EffectiveConfig config = ProducerConfigOf(scenario, producers);
  const SourcePosition near = producers.name.position;
  CheckLimits(config, kProducerLimits, near, sink);
  const int64_t delivery = config.DurationOf("delivery.timeout.ms").millis();
  const int64_t linger = config.DurationOf("linger.ms").millis();
  const int64_t request = config.DurationOf("request.timeout.ms").millis();
  // As in KafkaProducer: a delivery timeout left to its default is raised instead.
  if (FindEntry(producers.config, "delivery.timeout.ms") != nullptr && delivery < linger + request) {
    sink.Error(Code::kDeliveryTimeoutTooSmall, At(config, "delivery.timeout.ms", near),
               Cat({Shown(config, "delivery.timeout.ms"), " is below ", Shown(config, "linger.ms"), " + ",
                    Shown(config, "request.timeout.ms")}),
               "Kafka's producer refuses to start");
  }
  if (delivery < brokers.DurationOf("broker.session.timeout.ms").millis()) {
    sink.Warning(
        Code::kDeliveryBelowSession, At(config, "delivery.timeout.ms", near),
        Cat({Shown(config, "delivery.timeout.ms"), " is shorter than ", Shown(brokers, "broker.session.timeout.ms"),
             ": records expire before a crashed leader is replaced"}),
        "plan to see send errors at each unplanned failover, or raise it");
  }
  CheckIdempotence(scenario, producers, config, sink);
}

void CheckConsumers(const Scenario& scenario, const ConsumerGroup& consumers, const EffectiveConfig& brokers,
                    DiagnosticSink& sink) {
  const EffectiveConfig config = ConsumerConfigOf(scenario, consumers);
  const SourcePosition near = consumers.name.position;
  CheckLimits(config, kConsumerLimits, near, sink);
  const sim::Duration session = config.DurationOf("session.timeout.ms");
  if (config.DurationOf("heartbeat.interval.ms") >= session) {
    sink.Error(
        Code::kSessionTimeout, At(config, "heartbeat.interval.ms", At(config, "session.timeout.ms", near)),
        Cat({Shown(config, "heartbeat.interval.ms"), " is not shorter than ", Shown(config, "session.timeout.ms")}),
        "a third of the session timeout is usual");
  }
  const bool low = session < brokers.DurationOf("group.min.session.timeout.ms");
  const bool high = session > brokers.DurationOf("group.max.session.timeout.ms");
  if (low || high) {
    sink.Error(Code::kSessionTimeout, At(config, "session.timeout.ms", near),
               Cat({Shown(config, "session.timeout.ms"), low ? " is below " : " is above ",
                    Shown(brokers, low ? "group.min.session.timeout.ms" : "group.max.session.timeout.ms")}),
               "the coordinator refuses the member: INVALID_SESSION_TIMEOUT");
  }
}

}  // namespace

void ValidateDesign(const Scenario& scenario, DiagnosticSink& sink) {
  if (scenario.cluster.brokers.value == 0) return;  // It could not be read, and all else depends on it.
  const EffectiveConfig brokers = BrokerConfigOf(scenario);
  if (scenario.kafka.value < kFirstKRaftVersion) {
    sink.Warning(Code::kControllersOfAnotherKind, scenario.kafka.position,
                 Cat({"Kafka ", FormatKafkaVersion(scenario.kafka.value),
                      " ran with ZooKeeper; its brokers run with KRaft controllers here"}),
                 "what the controller decides, and when, is not that version's");
  }
  CheckCluster(scenario, brokers, sink);
  for (const Topic& topic : scenario.topics) {
    if (!sink.crowded()) CheckTopic(scenario, topic, sink);
  }
  for (const ProducerGroup& producers : scenario.workload.producers) {
    if (!sink.crowded()) CheckProducers(scenario, producers, brokers, sink);
  }
  for (const ConsumerGroup& consumers : scenario.workload.consumers) {
    if (!sink.crowded()) CheckConsumers(scenario, consumers, brokers, sink);
  }
}

}  // namespace ktrial::scenarios
