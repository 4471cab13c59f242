// What administrators do while the cluster runs.
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenarios/parse_parts.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

// The broker configs that are read while it runs.
constexpr std::string_view kDynamicBrokerKeys[] = {"leader.replication.throttled.rate",
                                                   "follower.replication.throttled.rate"};

void CheckDynamic(const SchemaReader& reader, std::string_view name, SourcePosition position) {
  if (std::find(std::begin(kDynamicBrokerKeys), std::end(kDynamicBrokerKeys), name) != std::end(kDynamicBrokerKeys)) {
    return;
  }
  reader.sink().Error(Code::kBadValue, position, Cat({"ktrial does not change ", Quoted(name), " while a broker runs"}),
                      Cat({"it changes ", kDynamicBrokerKeys[0], " and ", kDynamicBrokerKeys[1]}));
}

// The keys to be set back to the cluster's defaults.
void ReadDeleted(const SchemaReader& reader, YamlId id, AlterConfig* alter) {
  const ConfigScope scope = alter->broker ? ConfigScope::kBroker : ConfigScope::kTopic;
  if (!reader.Expect(id, YamlNode::Kind::kSequence, "delete")) return;
  for (const YamlId item : reader.node(id).items) {
    const auto name = reader.Text(item, "delete");
    if (!name) continue;
    if (const ConfigKey* key = FindConfigKey(scope, name->value)) {
      if (alter->broker) CheckDynamic(reader, key->name, name->position);
      alter->deleted.push_back(key);
    } else {
      reader.sink().Error(Code::kUnknownKey, name->position,
                          Cat({"unknown ", ScopeName(scope), " config ", Quoted(name->value)}));
    }
  }
}

void ReadAlterConfig(const SchemaReader& reader, YamlId id, Scenario* scenario, AlterConfig* alter) {
  MappingReader map(&reader, id, "alter_config");
  if (!map.ok()) return;
  if (map.Has("broker")) {
    alter->broker = map.Integer("broker", {kFirstBrokerId, kMostBrokers}).value_or(Located<int32_t>{});
    if (const YamlEntry* topic = map.Entry("topic")) {
      reader.sink().Error(Code::kBadValue, topic->key.position, "alter_config has either a topic or a broker");
    }
  } else if (const auto topic = map.Require("topic", "the topic whose configs change, or 'broker'")) {
    if (const auto name = reader.Text(*topic, "topic")) alter->topic = *name;
  }
  if (const auto set = map.Get("set")) {
    alter->set = reader.Config(*set, alter->broker ? ConfigScope::kBroker : ConfigScope::kTopic, scenario->kafka.value);
    for (const ConfigEntry& entry : alter->set) {
      if (alter->broker) CheckDynamic(reader, entry.key->name, entry.position);
    }
  }
  if (const auto deleted = map.Get("delete")) ReadDeleted(reader, *deleted, alter);
  if (!map.Has("set") && !map.Has("delete")) {
    reader.sink().Error(Code::kMissingKey, map.position(), "alter_config needs 'set' or 'delete'",
                        "for example: set: { min.insync.replicas: 1 }");
  }
  map.Finish();
}

// "3:4" or, for all partitions, "3:4,4:5"; "cancel" to go back.
void ReadReplicas(const SchemaReader& reader, YamlId id, Reassign* reassign) {
  const auto text = reader.Text(id, "replicas");
  if (!text) return;
  reassign->replicas_position = text->position;
  if (text->value == "cancel") return;
  reassign->replicas = ParseReplicaAssignment(text->value);
  if (!reassign->replicas.empty() && (!reassign->partition || reassign->replicas.size() == 1)) return;
  reader.sink().Error(
      Code::kBadValue, text->position, Cat({"'", Printable(text->value), "' is not a replica assignment"}),
      reassign->partition ? "write the brokers of the partition, the preferred leader first, such as 1:2:3, or cancel"
                          : "write the brokers of each partition, the preferred leader first: 1:2:3,2:3:1, or cancel");
}

void ReadReassign(const SchemaReader& reader, YamlId id, Reassign* reassign) {
  MappingReader map(&reader, id, "reassign");
  if (!map.ok()) return;
  if (const auto topic = map.Require("topic", "the topic whose partitions move")) {
    if (const auto name = reader.Text(*topic, "topic")) reassign->topic = *name;
  }
  reassign->partition = map.Integer("partition", {0, std::numeric_limits<int32_t>::max()});
  if (const auto replicas = map.Require("replicas", "the brokers that are to hold it, for example: replicas: 3:4:5")) {
    ReadReplicas(reader, *replicas, reassign);
  }
  reassign->throttle = map.BandwidthOf("throttle");
  const YamlEntry* replicas_entry = map.Entry("replicas");
  if (reassign->throttle && replicas_entry != nullptr && reader.node(replicas_entry->value).scalar == "cancel") {
    reader.sink().Error(Code::kBadValue, reassign->throttle->position,
                        "nothing moves when a reassignment is cancelled");
  }
  map.Finish();
}

void ReadElect(const SchemaReader& reader, YamlId id, Elect* elect) {
  MappingReader map(&reader, id, "elect");
  if (!map.ok()) return;
  if (const auto topic = map.Require("topic", "the topic whose leaders are elected")) {
    if (const auto name = reader.Text(*topic, "topic")) elect->topic = *name;
  }
  elect->partition = map.Integer("partition", {0, std::numeric_limits<int32_t>::max()});
  if (const auto type = map.Text("type")) {
    elect->unclean = type->value == "unclean";
    if (!elect->unclean && type->value != "preferred") {
      reader.sink().Error(Code::kBadValue, type->position,
                          Cat({"'", Printable(type->value), "' is not a type of election"}), "preferred or unclean");
    }
  }
  map.Finish();
}

void ReadBrokers(const SchemaReader& reader, YamlId id, RollingRestart* rolling) {
  if (reader.node(id).kind != YamlNode::Kind::kSequence) {
    const auto text = reader.Text(id, "brokers");
    if (!text || text->value == "all") return;
    reader.sink().Error(Code::kBadValue, text->position, Cat({"'", Printable(text->value), "' is no list of brokers"}),
                        "all, or their numbers in the order in which they are restarted: [3, 1, 2]");
    return;
  }
  for (const YamlId item : reader.node(id).items) {
    const auto broker = reader.Integer(item, "brokers", {1, kMostBrokers});
    if (broker) rolling->brokers.push_back({static_cast<int32_t>(broker->value), broker->position});
  }
}

void ReadRollingRestart(const SchemaReader& reader, YamlId id, RollingRestart* rolling) {
  MappingReader map(&reader, id, "rolling_restart");
  if (!map.ok()) return;
  if (const auto brokers = map.Get("brokers")) ReadBrokers(reader, *brokers, rolling);
  if (const auto wait = map.Get("wait")) {
    const auto text = reader.Text(*wait, "wait");
    if (text && text->value == "none") {
      rolling->wait = RollingRestart::Wait::kNone;
    } else if (text && text->value != "isr") {
      rolling->wait = RollingRestart::Wait::kTime;
      if (const auto time = reader.DurationOf(*wait, "wait")) rolling->time = time->value;
    }
  }
  map.Finish();
}

// An offset, or "high watermark".
void ReadBefore(const SchemaReader& reader, YamlId id, DeleteRecords* deletion) {
  const auto text = reader.Text(id, "before");
  if (!text || text->value == "high watermark") return;
  const std::optional<int64_t> offset = ParseInteger(text->value);
  if (offset && *offset >= 0) {
    deletion->before = *offset;
    return;
  }
  reader.sink().Error(Code::kBadValue, text->position, Cat({"'", Printable(text->value), "' is not an offset"}),
                      "write the first offset that stays, such as 1000, or: high watermark");
}

void ReadDeleteRecords(const SchemaReader& reader, YamlId id, DeleteRecords* deletion) {
  MappingReader map(&reader, id, "delete_records");
  if (!map.ok()) return;
  if (const auto topic = map.Require("topic", "the topic whose records go")) {
    if (const auto name = reader.Text(*topic, "topic")) deletion->topic = *name;
  }
  if (map.Require("partition", "which of the topic's partitions, for example: partition: 0")) {
    const auto partition = map.Integer("partition", {0, std::numeric_limits<int32_t>::max()});
    if (partition) deletion->partition = *partition;
  }
  if (const auto before = map.Require("before", "the first offset that stays, or: high watermark")) {
    ReadBefore(reader, *before, deletion);
  }
  map.Finish();
}

void ReadAdminAction(const SchemaReader& reader, YamlId id, Scenario* scenario) {
  MappingReader map(&reader, id, "admin");
  if (!map.ok()) return;
  AdminAction action;
  const auto at = map.Require("at", "when, since the start of the run, for example: at: 3m");
  if (const auto time = at ? reader.DurationOf(*at, "at") : std::nullopt) action.at = *time;
  if (const auto reassign = map.Get("reassign")) {
    ReadReassign(reader, *reassign, &action.operation.emplace<Reassign>());
  } else if (const auto elect = map.Get("elect")) {
    ReadElect(reader, *elect, &action.operation.emplace<Elect>());
  } else if (const auto rolling = map.Get("rolling_restart")) {
    ReadRollingRestart(reader, *rolling, &action.operation.emplace<RollingRestart>());
  } else if (const auto deletion = map.Get("delete_records")) {
    ReadDeleteRecords(reader, *deletion, &action.operation.emplace<DeleteRecords>());
  } else if (const auto alter = map.Require("alter_config",
                                            "or 'reassign', 'elect', 'delete_records' or 'rolling_restart', for "
                                            "example: alter_config: { topic: orders, set: { ... } }")) {
    ReadAlterConfig(reader, *alter, scenario, &action.operation.emplace<AlterConfig>());
  }
  map.Finish();
  scenario->workload.admin.push_back(std::move(action));
}

}  // namespace

void ReadAdmin(const SchemaReader& reader, YamlId id, Scenario* scenario) {
  if (!reader.Expect(id, YamlNode::Kind::kSequence, "admin")) return;
  for (const YamlId item : reader.node(id).items) ReadAdminAction(reader, item, scenario);
}

}  // namespace ktrial::scenarios
