#include "scenarios/kafka_config.h"

#include <algorithm>
#include <array>

#include "scenarios/kafka_config_tables.h"
#include "scenarios/text.h"
#include "scenarios/units.h"
#include "sim/check.h"

namespace ktrial::scenarios {
namespace {

constexpr std::array<ConfigScope, 4> kScopes = {ConfigScope::kBroker, ConfigScope::kTopic, ConfigScope::kProducer,
                                                ConfigScope::kConsumer};

std::vector<std::string> ChoicesOf(const ConfigKey& key) {
  std::vector<std::string> choices;
  std::string_view rest = key.choices;
  while (!rest.empty()) {
    const size_t bar = std::min(rest.find('|'), rest.size());
    choices.emplace_back(rest.substr(0, bar));
    rest.remove_prefix(std::min(bar + 1, rest.size()));
  }
  return choices;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool IsDecimal(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  const size_t point = text.find('.');
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (point == std::string_view::npos) return digits(text);
  return digits(text.substr(0, point)) && digits(text.substr(point + 1));
}

int64_t Minimum(const ConfigKey& key, KafkaVersion version) {
  const bool old = version < KafkaVersion{4, 0} && key.min_before_4_0 != std::numeric_limits<int64_t>::max();
  return old ? key.min_before_4_0 : key.min;
}

std::string Bounds(const ConfigKey& key, KafkaVersion version) {
  const int64_t low = Minimum(key, version);
  const bool no_low = low == std::numeric_limits<int64_t>::min();
  const bool no_high = key.max == std::numeric_limits<int64_t>::max();
  if (no_low && no_high) return {};
  if (no_high) return Cat({"Kafka takes ", std::to_string(low), " and above"});
  return Cat({"Kafka takes ", std::to_string(low), " to ", std::to_string(key.max)});
}

std::optional<ConfigValue> Fail(Code code, std::string message, std::string help, ConfigValueError* error) {
  *error = {code, std::move(message), std::move(help)};
  return std::nullopt;
}

std::optional<ConfigValue> ParseLogDirsValue(const ConfigKey& key, std::string_view text, ConfigValueError* error) {
  // Each is a disk of its own.
  constexpr size_t kMostLogDirs = 32;
  std::vector<std::string> dirs = ParseLogDirs(text);
  if (dirs.empty()) {
    return Fail(Code::kBadValue, Cat({key.name, " names no directory"}), "for example: /disk1,/disk2", error);
  }
  if (dirs.size() > kMostLogDirs) {
    return Fail(Code::kOutOfRange, Cat({key.name, " names ", std::to_string(dirs.size()), " directories"}),
                Cat({"ktrial takes up to ", std::to_string(kMostLogDirs)}), error);
  }
  std::sort(dirs.begin(), dirs.end());
  const auto twice = std::adjacent_find(dirs.begin(), dirs.end());
  if (twice != dirs.end()) {
    return Fail(Code::kBadValue, Cat({key.name, " names ", Quoted(*twice), " twice"}),
                "Kafka takes each directory once", error);
  }
  return ConfigValue(std::string(text));
}

// A bare number, or one with the unit that the kind allows.
std::optional<int64_t> ParseNumber(const ConfigKey& key, std::string_view text, ConfigValueError* error) {
  if (const std::optional<int64_t> number = ParseInteger(text)) return number;
  const auto fail = [&](Code code, std::string help) {
    *error = {code, Cat({Quoted(text), " is not a ", KindName(key.kind)}), std::move(help)};
    return std::nullopt;
  };
  if (key.kind == ConfigKind::kMillis) {
    const UnitResult<sim::Duration> duration = ParseDuration(text);
    if (!duration.ok()) return fail(Code::kBadValue, "write milliseconds, or a duration with its unit: 9000, 9s, 2m");
    if (duration.value.nanos() % 1'000'000 != 0) return fail(Code::kBadValue, "Kafka counts whole milliseconds here");
    return duration.value.millis();
  }
  if (key.kind == ConfigKind::kBytes) {
    const UnitResult<int64_t> size = ParseSize(text);
    if (!size.ok()) return fail(Code::kBadValue, "write bytes, or a size with its unit: 1048576, 1MiB");
    return size.value;
  }
  return fail(Code::kBadValue, "write a number without unit");
}

}  // namespace

std::span<const ConfigKey> ConfigKeysOf(ConfigScope scope) {
  switch (scope) {
    case ConfigScope::kBroker:
      return BrokerConfigKeys();
    case ConfigScope::kTopic:
      return TopicConfigKeys();
    case ConfigScope::kProducer:
      return ProducerConfigKeys();
    case ConfigScope::kConsumer:
      return ConsumerConfigKeys();
  }
  KT_UNREACHABLE();
}

std::vector<std::string> ParseLogDirs(std::string_view text) {
  std::vector<std::string> dirs;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    std::string_view dir = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    while (!dir.empty() && dir.front() == ' ') dir.remove_prefix(1);
    while (!dir.empty() && dir.back() == ' ') dir.remove_suffix(1);
    if (!dir.empty()) dirs.emplace_back(dir);
  }
  return dirs;
}

std::vector<const ConfigKey*> AllConfigKeys() {
  std::vector<const ConfigKey*> all;
  for (const ConfigScope scope : kScopes) {
    for (const ConfigKey& key : ConfigKeysOf(scope)) all.push_back(&key);
  }
  return all;
}

const ConfigKey* FindConfigKey(ConfigScope scope, std::string_view name) {
  const std::span<const ConfigKey> keys = ConfigKeysOf(scope);
  const auto found = std::lower_bound(keys.begin(), keys.end(), name,
                                      [](const ConfigKey& key, std::string_view wanted) { return key.name < wanted; });
  return found != keys.end() && found->name == name ? &*found : nullptr;
}

std::vector<const ConfigKey*> FindConfigKeyAnywhere(std::string_view name) {
  std::vector<const ConfigKey*> found;
  for (const ConfigScope scope : kScopes) {
    if (const ConfigKey* key = FindConfigKey(scope, name)) found.push_back(key);
  }
  return found;
}

std::string_view ScopeName(ConfigScope scope) {
  switch (scope) {
    case ConfigScope::kBroker:
      return "broker";
    case ConfigScope::kTopic:
      return "topic";
    case ConfigScope::kProducer:
      return "producer";
    case ConfigScope::kConsumer:
      return "consumer";
  }
  KT_UNREACHABLE();
}

std::string_view KindName(ConfigKind kind) {
  switch (kind) {
    case ConfigKind::kMillis:
      return "duration";
    case ConfigKind::kInteger:
      return "number";
    case ConfigKind::kBytes:
      return "size";
    case ConfigKind::kBoolean:
      return "boolean";
    case ConfigKind::kChoice:
      return "choice";
    case ConfigKind::kDecimal:
      return "decimal number";
    case ConfigKind::kText:
      return "text";
  }
  KT_UNREACHABLE();
}

std::optional<ConfigValue> ParseConfigValue(const ConfigKey& key, KafkaVersion version, std::string_view text,
                                            ConfigValueError* error) {
  switch (key.kind) {
    case ConfigKind::kMillis:
    case ConfigKind::kInteger:
    case ConfigKind::kBytes: {
      const std::optional<int64_t> number = ParseNumber(key, text, error);
      if (!number) return std::nullopt;
      if (*number >= Minimum(key, version) && *number <= key.max) return ConfigValue(*number);
      return Fail(Code::kOutOfRange, Cat({Quoted(text), " is out of range for ", key.name}), Bounds(key, version),
                  error);
    }
    case ConfigKind::kBoolean: {
      const std::string lower = Lower(text);
      if (lower == "true" || lower == "false") return ConfigValue(lower == "true");
      return Fail(Code::kBadValue, Cat({Quoted(text), " is not a boolean"}), "Kafka takes true or false", error);
    }
    case ConfigKind::kChoice: {
      const std::vector<std::string> choices = ChoicesOf(key);
      if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
        return Fail(Code::kOutOfRange, Cat({Quoted(text), " is not a value of ", key.name}),
                    Cat({"Kafka takes ", JoinChoices(choices)}), error);
      }
      return ConfigValue(key.name == "acks" && text == "-1" ? std::string("all") : std::string(text));
    }
    case ConfigKind::kDecimal:
      if (IsDecimal(text)) return ConfigValue(std::string(text));
      return Fail(Code::kBadValue, Cat({Quoted(text), " is not a number"}), {}, error);
    case ConfigKind::kText:
      if (key.name == "log.dirs" || key.name == "log.dir") return ParseLogDirsValue(key, text, error);
      return ConfigValue(std::string(text));
  }
  KT_UNREACHABLE();
}

std::optional<ConfigValue> DefaultConfigValue(const ConfigKey& key, KafkaVersion version) {
  std::string_view text = key.default_value;
  for (const EarlierDefault& earlier : key.earlier_defaults) {
    if (version < earlier.until) text = earlier.value;
  }
  if (text.empty()) return std::nullopt;
  if (key.kind == ConfigKind::kDecimal) return ConfigValue(std::string(text));
  ConfigValueError error;
  std::optional<ConfigValue> value = ParseConfigValue(key, version, text, &error);
  KT_CHECK(value.has_value());
  return value;
}

std::string FormatConfigValue(const ConfigKey& key, const ConfigValue& value) {
  if (const bool* boolean = std::get_if<bool>(&value)) return *boolean ? "true" : "false";
  if (const std::string* text = std::get_if<std::string>(&value)) return *text;
  const int64_t number = std::get<int64_t>(value);
  constexpr int64_t kLongestShown = int64_t{365} * 86'400'000;
  if (key.kind == ConfigKind::kMillis && number > 0 && number <= kLongestShown) {
    return FormatDuration(sim::Milliseconds(number));
  }
  if (key.kind == ConfigKind::kBytes && number > 0 && number <= int64_t{1} << 50) return FormatSize(number);
  return std::to_string(number);
}

const ConfigEntry* FindEntry(const ConfigEntries& entries, std::string_view name) {
  for (const ConfigEntry& entry : entries) {
    if (entry.key->name == name) return &entry;
  }
  return nullptr;
}

}  // namespace ktrial::scenarios
