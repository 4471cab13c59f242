// The rows behind kafka_config.h, one table a scope, each ordered by name. A row reads as a sentence:
//
//   BrokerKey("min.insync.replicas", ConfigKind::kInteger, "1", "...").Modelled().AtLeast(1)
#ifndef KTRIAL_SCENARIOS_KAFKA_CONFIG_TABLES_H_
#define KTRIAL_SCENARIOS_KAFKA_CONFIG_TABLES_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "scenarios/kafka_config.h"

namespace ktrial::scenarios {

std::span<const ConfigKey> BrokerConfigKeys();
std::span<const ConfigKey> TopicConfigKeys();
std::span<const ConfigKey> ProducerConfigKeys();
std::span<const ConfigKey> ConsumerConfigKeys();

// A ConfigKey in the making. Each step returns the row with one more thing said about it.
struct ConfigRow : ConfigKey {
  constexpr ConfigRow(ConfigScope row_scope, std::string_view key, ConfigKind row_kind, std::string_view by_default,
                      std::string_view text) {
    name = key;
    scope = row_scope;
    kind = row_kind;
    default_value = by_default;
    doc = text;
  }
  constexpr ConfigRow Modelled() const {
    ConfigRow row = *this;
    row.modelled = true;
    return row;
  }
  constexpr ConfigRow AtLeast(int64_t low) const {
    ConfigRow row = *this;
    row.min = low;
    return row;
  }
  constexpr ConfigRow AtLeastBefore40(int64_t low) const {
    ConfigRow row = *this;
    row.min_before_4_0 = low;
    return row;
  }
  constexpr ConfigRow Between(int64_t low, int64_t high) const {
    ConfigRow row = *this;
    row.min = low;
    row.max = high;
    return row;
  }
  constexpr ConfigRow OneOf(std::string_view values) const {
    ConfigRow row = *this;
    row.choices = values;
    return row;
  }
  // The default of versions before `version`. Of several changes the latest is named first.
  constexpr ConfigRow Before(KafkaVersion version, std::string_view value) const {
    ConfigRow row = *this;
    size_t n = 0;
    while (row.earlier_defaults[n].until != KafkaVersion{0, 0}) ++n;
    row.earlier_defaults[n] = {version, value};
    return row;
  }
  constexpr ConfigRow Before40(std::string_view value) const { return Before({4, 0}, value); }
  constexpr ConfigRow DefaultFrom(std::string_view key) const {
    ConfigRow row = *this;
    row.broker_name = key;
    return row;
  }
  constexpr ConfigRow Since(KafkaVersion version) const {
    ConfigRow row = *this;
    row.since = version;
    return row;
  }
  constexpr ConfigRow RemovedIn(KafkaVersion version, std::string_view successor) const {
    ConfigRow row = *this;
    row.removed = version;
    row.replaced_by = successor;
    return row;
  }
};

constexpr ConfigRow BrokerKey(std::string_view name, ConfigKind kind, std::string_view by_default,
                              std::string_view doc) {
  return {ConfigScope::kBroker, name, kind, by_default, doc};
}
constexpr ConfigRow TopicKey(std::string_view name, ConfigKind kind, std::string_view by_default,
                             std::string_view doc) {
  return {ConfigScope::kTopic, name, kind, by_default, doc};
}
constexpr ConfigRow ProducerKey(std::string_view name, ConfigKind kind, std::string_view by_default,
                                std::string_view doc) {
  return {ConfigScope::kProducer, name, kind, by_default, doc};
}
constexpr ConfigRow ConsumerKey(std::string_view name, ConfigKind kind, std::string_view by_default,
                                std::string_view doc) {
  return {ConfigScope::kConsumer, name, kind, by_default, doc};
}

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_KAFKA_CONFIG_TABLES_H_
