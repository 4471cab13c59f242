#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/schema_reader.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

std::vector<std::string> NamesOf(ConfigScope scope) {
  std::vector<std::string> names;
  for (const ConfigKey& key : ConfigKeysOf(scope)) names.emplace_back(key.name);
  return names;
}

// Where a scenario gives settings of a scope.
std::string_view PlaceOf(ConfigScope scope) {
  switch (scope) {
    case ConfigScope::kBroker:
      return "cluster: config:";
    case ConfigScope::kTopic:
      return "the topic's config:";
    case ConfigScope::kProducer:
      return "workload: producers: config:";
    case ConfigScope::kConsumer:
      return "workload: consumers: config:";
  }
  return {};
}

// The name by which `scope` knows a setting that other scopes call otherwise, as segment.bytes and log.segment.bytes.
std::string_view Synonym(std::string_view name, ConfigScope scope) {
  for (const ConfigKey& topic : ConfigKeysOf(ConfigScope::kTopic)) {
    if (scope == ConfigScope::kBroker && topic.name == name) return topic.broker_name;
    if (scope == ConfigScope::kTopic && topic.broker_name == name) return topic.name;
  }
  return {};
}

}  // namespace

ConfigEntries SchemaReader::Config(YamlId id, ConfigScope scope, KafkaVersion version) const {
  ConfigEntries out;
  if (!Expect(id, YamlNode::Kind::kMapping, Cat({ScopeName(scope), " config"}))) return out;
  // A merge key gives what the mapping itself does not; of several, the first one wins.
  std::vector<YamlId> merged;
  for (const YamlEntry& entry : node(id).entries) {
    if (sink_->crowded()) return out;
    if (entry.key.value != "<<") {
      ReadConfigEntry(entry, scope, version, &out);
    } else if (node(entry.value).kind == YamlNode::Kind::kSequence) {
      merged.insert(merged.end(), node(entry.value).items.begin(), node(entry.value).items.end());
    } else {
      merged.push_back(entry.value);
    }
  }
  for (const YamlId source : merged) {
    if (!Expect(source, YamlNode::Kind::kMapping, "the value of '<<'")) continue;
    for (const YamlEntry& entry : node(source).entries) {
      if (sink_->crowded()) return out;
      if (document_->Find(id, entry.key.value) == nullptr && FindEntry(out, entry.key.value) == nullptr) {
        ReadConfigEntry(entry, scope, version, &out);
      }
    }
  }
  return out;
}

void SchemaReader::ReadConfigEntry(const YamlEntry& entry, ConfigScope scope, KafkaVersion version,
                                   ConfigEntries* out) const {
  const ConfigKey* key = FindKey(entry, scope, version);
  if (key == nullptr || !Expect(entry.value, YamlNode::Kind::kScalar, key->name)) return;
  const YamlNode& value = node(entry.value);
  ConfigValueError error;
  std::optional<ConfigValue> parsed = ParseConfigValue(*key, version, value.scalar, &error);
  if (!parsed) {
    sink_->Error(error.code, value.position, std::move(error.message), std::move(error.help));
    return;
  }
  if (!key->modelled) {
    const std::string message =
        Cat({Quoted(key->name), " is a Kafka ", ScopeName(scope), " setting that ktrial does not model"});
    const char* help = "the trial runs as if it were not there";
    strict_ ? sink_->Error(Code::kNotModelled, entry.key.position, message, help)
            : sink_->Warning(Code::kNotModelled, entry.key.position, message, help);
  }
  out->push_back({key, std::move(*parsed), value.position});
}

const ConfigKey* SchemaReader::FindKey(const YamlEntry& entry, ConfigScope scope, KafkaVersion version) const {
  const ConfigKey* key = FindConfigKey(scope, entry.key.value);
  if (key == nullptr) {
    ReportUnknownKey(entry, scope);
    return nullptr;
  }
  if (key->ExistsIn(version)) return key;
  const bool too_old = version < key->since;
  sink_->Error(
      Code::kRemovedKey, entry.key.position,
      Cat({"Kafka ", FormatKafkaVersion(version), " has no ", ScopeName(scope), " setting ", Quoted(key->name), ": it ",
           too_old ? "came with " : "was removed in ", FormatKafkaVersion(too_old ? key->since : key->removed)}),
      key->replaced_by.empty() ? std::string() : Cat({"use ", key->replaced_by}));
  return nullptr;
}

void SchemaReader::ReportUnknownKey(const YamlEntry& entry, ConfigScope scope) const {
  const std::string& name = entry.key.value;
  const std::string where = Cat({ScopeName(scope), " config"});
  if (const std::string_view synonym = Synonym(name, scope); !synonym.empty()) {
    const std::string_view other = scope == ConfigScope::kTopic ? "broker" : "topic";
    sink_->Error(Code::kWrongScope, entry.key.position,
                 Cat({Quoted(name), " is a ", other, " setting, found in ", where}),
                 Cat({"in ", where, " it is called '", synonym, "'"}));
    return;
  }
  if (const auto elsewhere = FindConfigKeyAnywhere(name); !elsewhere.empty()) {
    const ConfigScope home = elsewhere.front()->scope;
    sink_->Error(Code::kWrongScope, entry.key.position,
                 Cat({Quoted(name), " is a ", ScopeName(home), " setting, found in ", where}),
                 Cat({"it stands under ", PlaceOf(home)}));
    return;
  }
  const auto nearest = NearestWord(name, NamesOf(scope));
  sink_->Error(Code::kUnknownKey, entry.key.position, Cat({"unknown key ", Quoted(name), " in ", where}),
               nearest ? Cat({"did you mean '", *nearest, "'?"}) : "`ktrial list configs` prints the Kafka keys");
}

}  // namespace ktrial::scenarios
