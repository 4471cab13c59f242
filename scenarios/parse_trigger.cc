// When faults begin: `at`, `after` or `when`.
#include <optional>
#include <string>
#include <utility>

#include "scenarios/parse_fault.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

std::optional<AfterFault> ReadAfter(const SchemaReader& reader, YamlId id) {
  AfterFault after;
  if (reader.node(id).kind != YamlNode::Kind::kMapping) {
    const auto fault = reader.Text(id, "after");
    if (!fault) return std::nullopt;
    after.fault = *fault;
    return after;
  }
  MappingReader map(&reader, id, "after");
  const auto begin = map.Text("begin");
  const auto heal = map.Text("heal");
  if (const auto by = map.DurationOf("by")) after.by = by->value;
  map.Finish();
  if (begin.has_value() == heal.has_value()) {
    reader.sink().Error(Code::kMissingKey, map.position(), "after needs either 'begin' or 'heal'",
                        "the id of the other fault, for example: after: { begin: first-kill, by: 5s }");
    return std::nullopt;
  }
  after.moment = begin ? AfterFault::Moment::kBegin : AfterFault::Moment::kHeal;
  after.fault = begin ? *begin : *heal;
  return after;
}

std::optional<Condition> ReadWhen(const SchemaReader& reader, YamlId id) {
  const auto text = reader.Text(id, "when");
  if (!text) return std::nullopt;
  Condition condition;
  SelectorError error;
  if (!ParseCondition(text->value, &condition, &error)) {
    reader.sink().Error(Code::kBadCondition, reader.Inside(id, error.offset), std::move(error.message),
                        std::move(error.help));
    return std::nullopt;
  }
  condition.position = text->position;
  for (Selector* selector : SelectorsOf(condition)) selector->position = text->position;
  return condition;
}

}  // namespace

void ReadBeginning(const SchemaReader& reader, MappingReader& map, Fault* fault) {
  const auto at = map.Get("at");
  const auto after = map.Get("after");
  const auto when = map.Get("when");
  const int given = (at ? 1 : 0) + (after ? 1 : 0) + (when ? 1 : 0);
  if (given == 0) {
    map.Require("at",
                "when it begins, since the start of the run, for example: at: 10s; or after another: 'after'; or on "
                "a condition: 'when'");
  } else if (given > 1) {
    reader.sink().Error(Code::kFaultKind, map.position(), "a fault begins once: give one of 'at', 'after' and 'when'");
  }
  if (const auto time = at ? reader.DurationOf(*at, "at") : std::nullopt) fault->at = *time;
  if (after) fault->after = ReadAfter(reader, *after);
  if (when) fault->when = ReadWhen(reader, *when);
}

}  // namespace ktrial::scenarios
