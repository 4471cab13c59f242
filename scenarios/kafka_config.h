// The configuration keys that Kafka has, with their scope, kind, default and range, so that a scenario may use Kafka's
// own names and a slip is caught. Values follow Kafka's ConfigDef tables (KafkaConfig, LogConfig, ProducerConfig,
// ConsumerConfig) and the changes of KIP-1030 in 4.0.
//
//   const ConfigKey* key = FindConfigKey(ConfigScope::kBroker, "min.insync.replicas");
#ifndef KTRIAL_SCENARIOS_KAFKA_CONFIG_H_
#define KTRIAL_SCENARIOS_KAFKA_CONFIG_H_

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "scenarios/diagnostic_code.h"
#include "scenarios/kafka_version.h"
#include "scenarios/source.h"
#include "sim/time.h"

namespace ktrial::scenarios {

// Where a key may stand. Brokers and controllers share one set of keys, as in server.properties.
enum class ConfigScope : uint8_t { kBroker, kTopic, kProducer, kConsumer };

enum class ConfigKind : uint8_t {
  kMillis,   // An int64 of milliseconds; written as a bare number or with a unit: 9000, 9s.
  kInteger,  // A whole number without unit.
  kBytes,    // An int64 of bytes; written as a bare number or with a unit: 1048576, 1MiB.
  kBoolean,  // true or false.
  kChoice,   // One of ConfigKey::choices.
  kDecimal,  // A decimal number, kept as text.
  kText,     // Anything.
};

// What a default was before the version that changed it.
struct EarlierDefault {
  KafkaVersion until{0, 0};  // The first version with the later default; {0, 0} if there is no such change.
  std::string_view value;
};

struct ConfigKey {
  std::string_view name;
  ConfigScope scope = ConfigScope::kBroker;
  ConfigKind kind = ConfigKind::kText;
  std::string_view default_value;  // As it would be written; "" where Kafka has none (null, or an empty text).
  std::string_view doc;            // One line.
  bool modelled = false;           // Whether the simulated cluster acts on it.
  int64_t min = std::numeric_limits<int64_t>::min();
  int64_t max = std::numeric_limits<int64_t>::max();
  std::string_view choices;                             // Of kChoice, separated by '|'.
  std::array<EarlierDefault, 3> earlier_defaults = {};  // Where versions changed the default, the latest change first.
  std::string_view broker_name;  // Of a topic key: the broker key that gives its default; else "".
  std::string_view replaced_by;  // Of a key that some version has dropped: what took its place; else "".
  KafkaVersion since{0, 0};      // The first version that has it, where that matters.
  KafkaVersion removed{99, 0};   // The first version that does not.
  int64_t min_before_4_0 = std::numeric_limits<int64_t>::max();  // Where 4.0 raised the lower bound; else no meaning.

  bool ExistsIn(KafkaVersion version) const { return version >= since && version < removed; }
};

// The keys of one scope, or all of them, ordered by name within a scope.
std::span<const ConfigKey> ConfigKeysOf(ConfigScope scope);
std::vector<const ConfigKey*> AllConfigKeys();

// Null if the scope has no such key in any version. O(log keys).
const ConfigKey* FindConfigKey(ConfigScope scope, std::string_view name);

// The scopes which have the key, for "it is a producer config" and for `ktrial explain`.
std::vector<const ConfigKey*> FindConfigKeyAnywhere(std::string_view name);

// The directories in a value of log.dirs or log.dir, which has commas between them. Empty entries do not count.
std::vector<std::string> ParseLogDirs(std::string_view text);

std::string_view ScopeName(ConfigScope scope);  // "broker", "topic", "producer", "consumer"
std::string_view KindName(ConfigKind kind);     // "duration (ms)", "bytes", ...

// int64_t for kMillis, kInteger and kBytes; bool for kBoolean; text for the rest. `acks: -1` becomes "all".
using ConfigValue = std::variant<int64_t, bool, std::string>;

struct ConfigValueError {
  Code code = Code::kBadValue;
  std::string message;
  std::string help;
};

// Reads a value as a scenario writes it. Returns nothing and fills `error` if the key does not take it.
std::optional<ConfigValue> ParseConfigValue(const ConfigKey& key, KafkaVersion version, std::string_view text,
                                            ConfigValueError* error);

// The default in that version; nothing if the key has none.
std::optional<ConfigValue> DefaultConfigValue(const ConfigKey& key, KafkaVersion version);

// "9s", "1MiB", "true": a value as a person would write it.
std::string FormatConfigValue(const ConfigKey& key, const ConfigValue& value);

// A setting that a scenario makes. `key` points into the static table.
struct ConfigEntry {
  const ConfigKey* key = nullptr;
  ConfigValue value;
  SourcePosition position;  // Of the value.

  friend bool operator==(const ConfigEntry&, const ConfigEntry&) = default;
};

// The settings of one `config:` mapping, in the order of the file; each key once.
using ConfigEntries = std::vector<ConfigEntry>;

const ConfigEntry* FindEntry(const ConfigEntries& entries, std::string_view name);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_KAFKA_CONFIG_H_
