// Faults that strike requests of one kind, or their answers.
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/protocol/api_message.h"
#include "scenarios/parse_fault.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

void ReadRequest(const SchemaReader& reader, YamlId id, std::vector<Located<std::string>>* requests) {
  const auto name = reader.Text(id, "requests");
  if (!name) return;
  if (cluster::FindApi(name->value)) {
    requests->push_back(*name);
    return;
  }
  const std::vector<std::string> known = cluster::ApiNames();
  const auto nearest = NearestWord(name->value, known);
  reader.sink().Error(Code::kUnknownName, name->position, Cat({"unknown request '", Printable(name->value), "'"}),
                      nearest ? Cat({"did you mean '", *nearest, "'?"}) : Cat({"known: ", Join(known, ", ")}));
}

std::vector<Located<std::string>> ReadRequests(const SchemaReader& reader, MappingReader& map) {
  std::vector<Located<std::string>> requests;
  const auto id = map.Require("requests", "which requests are meant, for example: requests: [Fetch]");
  if (!id) return requests;
  const YamlNode& node = reader.node(*id);
  if (node.kind != YamlNode::Kind::kSequence) {
    ReadRequest(reader, *id, &requests);
    return requests;
  }
  if (node.items.empty()) reader.sink().Error(Code::kBadValue, node.position, "requests is an empty list");
  for (const YamlId item : node.items) ReadRequest(reader, item, &requests);
  return requests;
}

SelectorList ReadParty(const SchemaReader& reader, MappingReader& map, std::string_view key) {
  const auto id = map.Get(key);
  return id ? ReadSelectors(reader, *id, key) : SelectorList();
}

Fault::Action ReadMessageFault(const SchemaReader& reader, YamlId id, std::string_view kind,
                               MessageFault::Action action) {
  MappingReader map(&reader, id, kind);
  if (!map.ok()) return MessageFault{};
  MessageFault fault;
  fault.action = action;
  fault.requests = ReadRequests(reader, map);
  fault.from = ReadParty(reader, map, "from");
  fault.to = ReadParty(reader, map, "to");
  if (action == MessageFault::Action::kKill) {
    // A process that dies of each would not come back.
    fault.nth = 1;
  } else if (const auto answer = map.Bool("answer")) {
    fault.answer = answer->value;
  }
  if (const auto nth = map.Integer("nth", {1, std::numeric_limits<int32_t>::max()})) fault.nth = nth->value;
  if (action == MessageFault::Action::kDelay) {
    map.Require("by", "how much longer, for example: by: 40s");
    if (const auto by = map.DurationOf("by")) fault.by = by->value;
  }
  map.Finish();
  return fault;
}

bool NamesRequests(const SchemaReader& reader, YamlId id) {
  return reader.node(id).kind == YamlNode::Kind::kMapping && reader.document().Find(id, "requests") != nullptr;
}

}  // namespace

Fault::Action ReadDelay(const SchemaReader& reader, YamlId id) {
  if (NamesRequests(reader, id)) return ReadMessageFault(reader, id, "delay", MessageFault::Action::kDelay);
  MappingReader map(&reader, id, "delay");
  DelayFault fault;
  fault.from = ReadTarget(reader, map, "from");
  fault.to = ReadTarget(reader, map, "to");
  map.Require("by", "how much longer, for example: by: 40ms");
  if (const auto by = map.DurationOf("by")) fault.by = by->value;
  map.Allow("requests");
  map.Finish();
  return fault;
}

Fault::Action ReadReset(const SchemaReader& reader, YamlId id) {
  if (NamesRequests(reader, id)) return ReadMessageFault(reader, id, "reset", MessageFault::Action::kReset);
  MappingReader map(&reader, id, "reset");
  ResetFault fault;
  fault.from = ReadTarget(reader, map, "from");
  fault.to = ReadTarget(reader, map, "to");
  map.Allow("requests");
  map.Finish();
  return fault;
}

Fault::Action ReadDrop(const SchemaReader& reader, YamlId id) {
  return ReadMessageFault(reader, id, "drop", MessageFault::Action::kDrop);
}
Fault::Action ReadHold(const SchemaReader& reader, YamlId id) {
  return ReadMessageFault(reader, id, "hold", MessageFault::Action::kHold);
}
Fault::Action ReadKillOn(const SchemaReader& reader, YamlId id) {
  return ReadMessageFault(reader, id, "kill_on", MessageFault::Action::kKill);
}

}  // namespace ktrial::scenarios
