// What administrators do while the cluster runs.
#include <string>
#include <utility>
#include <vector>

#include "scenarios/parse_parts.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

// The keys to be set back to the cluster's defaults.
void ReadDeleted(const SchemaReader& reader, YamlId id, AlterConfig* alter) {
  if (!reader.Expect(id, YamlNode::Kind::kSequence, "delete")) return;
  for (const YamlId item : reader.node(id).items) {
    const auto name = reader.Text(item, "delete");
    if (!name) continue;
    if (const ConfigKey* key = FindConfigKey(ConfigScope::kTopic, name->value)) {
      alter->deleted.push_back(key);
    } else {
      reader.sink().Error(Code::kUnknownKey, name->position, Cat({"unknown topic config ", Quoted(name->value)}));
    }
  }
}

void ReadAlterConfig(const SchemaReader& reader, YamlId id, Scenario* scenario, AlterConfig* alter) {
  MappingReader map(&reader, id, "alter_config");
  if (!map.ok()) return;
  if (const auto topic = map.Require("topic", "the topic whose configs change")) {
    if (const auto name = reader.Text(*topic, "topic")) alter->topic = *name;
  }
  if (const auto set = map.Get("set")) {
    alter->set = reader.Config(*set, ConfigScope::kTopic, scenario->kafka.value);
  }
  if (const auto deleted = map.Get("delete")) ReadDeleted(reader, *deleted, alter);
  if (!map.Has("set") && !map.Has("delete")) {
    reader.sink().Error(Code::kMissingKey, map.position(), "alter_config needs 'set' or 'delete'",
                        "for example: set: { min.insync.replicas: 1 }");
  }
  map.Finish();
}

void ReadAdminAction(const SchemaReader& reader, YamlId id, Scenario* scenario) {
  MappingReader map(&reader, id, "admin");
  if (!map.ok()) return;
  AdminAction action;
  const auto at = map.Require("at", "when, since the start of the run, for example: at: 3m");
  if (const auto time = at ? reader.DurationOf(*at, "at") : std::nullopt) action.at = *time;
  if (const auto alter = map.Require("alter_config", "for example: alter_config: { topic: orders, set: { ... } }")) {
    ReadAlterConfig(reader, *alter, scenario, &action.alter);
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
