#include "scenarios/effective_config.h"

#include <algorithm>
#include <utility>

#include "sim/check.h"

namespace ktrial::scenarios {
namespace {

// The most requests in flight with which brokers can still recognise repetitions; ProducerConfig's own constant.
constexpr int64_t kMaxInFlightForIdempotence = 5;

EffectiveValue Written(const ConfigEntry& entry, const ConfigKey& key, ConfigOrigin origin) {
  return {&key, entry.value, entry.position.overridden() ? ConfigOrigin::kCommandLine : origin, entry.position};
}

std::vector<EffectiveValue> Resolve(const Scenario& scenario, ConfigScope scope, const ConfigEntries& entries,
                                    ConfigOrigin origin) {
  std::vector<EffectiveValue> values;
  for (const ConfigKey& key : ConfigKeysOf(scope)) {
    if (!key.ExistsIn(scenario.kafka.value)) continue;
    const ConfigEntry* own = FindEntry(entries, key.name);
    const ConfigEntry* cluster =
        key.broker_name.empty() ? nullptr : FindEntry(scenario.cluster.config, key.broker_name);
    if (own != nullptr) {
      values.push_back(Written(*own, key, origin));
    } else if (cluster != nullptr) {
      values.push_back(Written(*cluster, key, ConfigOrigin::kCluster));
    } else {
      values.push_back({&key, DefaultConfigValue(key, scenario.kafka.value), ConfigOrigin::kDefault, {}});
    }
  }
  return values;
}

}  // namespace

std::string_view OriginName(ConfigOrigin origin) {
  switch (origin) {
    case ConfigOrigin::kDefault:
      return "default";
    case ConfigOrigin::kDerived:
      return "derived";
    case ConfigOrigin::kCluster:
      return "cluster";
    case ConfigOrigin::kTopic:
      return "topic";
    case ConfigOrigin::kClient:
      return "client";
    case ConfigOrigin::kCommandLine:
      return "--set";
  }
  KT_UNREACHABLE();
}

const EffectiveValue& EffectiveConfig::Find(std::string_view name) const {
  const auto found = std::lower_bound(values_.begin(), values_.end(), name,
                                      [](const EffectiveValue& v, std::string_view n) { return v.key->name < n; });
  KT_CHECK(found != values_.end() && found->key->name == name);
  return *found;
}

const ConfigValue& EffectiveConfig::ValueOf(std::string_view name, ConfigKind kind) const {
  const EffectiveValue& found = Find(name);
  KT_CHECK(found.key->kind == kind);
  KT_CHECK(found.value.has_value());
  return *found.value;
}

int64_t EffectiveConfig::Integer(std::string_view name) const {
  return std::get<int64_t>(ValueOf(name, ConfigKind::kInteger));
}

int64_t EffectiveConfig::Bytes(std::string_view name) const {
  return std::get<int64_t>(ValueOf(name, ConfigKind::kBytes));
}

sim::Duration EffectiveConfig::DurationOf(std::string_view name) const {
  const int64_t millis = std::get<int64_t>(ValueOf(name, ConfigKind::kMillis));
  return millis >= sim::Duration::Max().millis() ? sim::Duration::Max() : sim::Milliseconds(millis);
}

bool EffectiveConfig::Boolean(std::string_view name) const {
  return std::get<bool>(ValueOf(name, ConfigKind::kBoolean));
}

const std::string& EffectiveConfig::Text(std::string_view name) const {
  const EffectiveValue& found = Find(name);
  KT_CHECK(found.value.has_value());
  return std::get<std::string>(*found.value);
}

EffectiveConfig BrokerConfigOf(const Scenario& scenario) {
  return EffectiveConfig(Resolve(scenario, ConfigScope::kBroker, scenario.cluster.config, ConfigOrigin::kCluster));
}

EffectiveConfig TopicConfigOf(const Scenario& scenario, const Topic& topic) {
  return EffectiveConfig(Resolve(scenario, ConfigScope::kTopic, topic.config, ConfigOrigin::kTopic));
}

EffectiveConfig ProducerConfigOf(const Scenario& scenario, const ProducerGroup& producers) {
  std::vector<EffectiveValue> values =
      Resolve(scenario, ConfigScope::kProducer, producers.config, ConfigOrigin::kClient);
  const EffectiveConfig plain(values);
  const sim::Duration least_delivery = plain.DurationOf("linger.ms") + plain.DurationOf("request.timeout.ms");
  const bool conflict = plain.Text("acks") != "all" || plain.Integer("retries") == 0 ||
                        plain.Integer("max.in.flight.requests.per.connection") > kMaxInFlightForIdempotence;
  for (EffectiveValue& value : values) {
    if (value.origin != ConfigOrigin::kDefault) continue;
    if (value.key->name == "enable.idempotence" && conflict) {
      value.value = false;
      value.origin = ConfigOrigin::kDerived;
    } else if (value.key->name == "delivery.timeout.ms" && plain.DurationOf("delivery.timeout.ms") < least_delivery) {
      value.value = std::min(least_delivery.millis(), value.key->max);
      value.origin = ConfigOrigin::kDerived;
    }
  }
  return EffectiveConfig(std::move(values));
}

EffectiveConfig ConsumerConfigOf(const Scenario& scenario, const ConsumerGroup& consumers) {
  return EffectiveConfig(Resolve(scenario, ConfigScope::kConsumer, consumers.config, ConfigOrigin::kClient));
}

}  // namespace ktrial::scenarios
