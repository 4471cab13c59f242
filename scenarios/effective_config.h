// What a setting is in the end, and who said so. Users' wrong conclusions come mostly from defaults that they did not
// know, so a report prints each value with its origin.
//
//   EffectiveConfig config = ProducerConfigOf(scenario, scenario.workload.producers[0]);
//   sim::Duration linger = config.DurationOf("linger.ms");
#ifndef KTRIAL_SCENARIOS_EFFECTIVE_CONFIG_H_
#define KTRIAL_SCENARIOS_EFFECTIVE_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/kafka_config.h"
#include "scenarios/scenario.h"

namespace ktrial::scenarios {

enum class ConfigOrigin : uint8_t {
  kDefault,      // Kafka's default in the scenario's version.
  kDerived,      // Kafka computes it from other settings: idempotence is switched off by acks=1, for example.
  kCluster,      // cluster: config:
  kTopic,        // topics: ... config:
  kClient,       // workload: ... config:
  kCommandLine,  // --set
};

std::string_view OriginName(ConfigOrigin origin);  // "default", "derived", "cluster", "topic", "client", "--set"

struct EffectiveValue {
  const ConfigKey* key = nullptr;
  std::optional<ConfigValue> value;  // Nothing: Kafka has no default and nobody set it.
  ConfigOrigin origin = ConfigOrigin::kDefault;
  SourcePosition position;  // Where it was set; not written for a default.
};

// All keys of one scope that the scenario's version has, ordered by name. A programmer's error, and checked: to ask for
// a key that is not in the scope, that has no value (see Has), or as another type than its kind.
class EffectiveConfig {
 public:
  explicit EffectiveConfig(std::vector<EffectiveValue> values) : values_(std::move(values)) {}

  bool Has(std::string_view name) const { return Find(name).value.has_value(); }
  int64_t Integer(std::string_view name) const;           // kInteger
  int64_t Bytes(std::string_view name) const;             // kBytes
  sim::Duration DurationOf(std::string_view name) const;  // kMillis; values beyond sim::Duration::Max() become that
  bool Boolean(std::string_view name) const;              // kBoolean
  const std::string& Text(std::string_view name) const;   // kChoice, kDecimal, kText

  const EffectiveValue& Find(std::string_view name) const;
  const std::vector<EffectiveValue>& values() const { return values_; }

 private:
  const ConfigValue& ValueOf(std::string_view name, ConfigKind kind) const;

  std::vector<EffectiveValue> values_;
};

// Of every broker and controller.
EffectiveConfig BrokerConfigOf(const Scenario& scenario);

// A topic's own setting, else the cluster's under the broker's name for it, else the default.
EffectiveConfig TopicConfigOf(const Scenario& scenario, const Topic& topic);

// Idempotence left to its default is off where Kafka's producer switches it off: acks other than all, no retries, or
// (before 4.0) more than 5 requests in flight. A delivery timeout left to its default is raised to linger.ms +
// request.timeout.ms, as KafkaProducer does.
EffectiveConfig ProducerConfigOf(const Scenario& scenario, const ProducerGroup& producers);

EffectiveConfig ConsumerConfigOf(const Scenario& scenario, const ConsumerGroup& consumers);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_EFFECTIVE_CONFIG_H_
