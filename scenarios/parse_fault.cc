#include "scenarios/parse_fault.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

void ReadSelector(const SchemaReader& reader, YamlId id, std::string_view what, SelectorList* out) {
  const auto text = reader.Text(id, what);
  if (!text) return;
  Selector selector;
  SelectorError error;
  selector.position = text->position;
  if (ParseSelector(text->value, &selector.target, &error)) {
    out->push_back(std::move(selector));
  } else {
    reader.sink().Error(Code::kBadSelector, reader.Inside(id, error.offset), std::move(error.message),
                        std::move(error.help));
  }
}

std::optional<PowerLossFault::Lose> ReadLose(const SchemaReader& reader, MappingReader& map) {
  const auto text = map.Text("lose");
  if (!text || text->value == "random") return PowerLossFault::Lose::kRandom;
  if (text->value == "all") return PowerLossFault::Lose::kAll;
  if (text->value == "nothing") return PowerLossFault::Lose::kNothing;
  reader.sink().Error(Code::kBadValue, text->position,
                      Cat({"lose must be random, all or nothing, not '", Printable(text->value), "'"}));
  return std::nullopt;
}

Fault::Action ReadPowerLoss(const SchemaReader& reader, YamlId id) {
  if (reader.node(id).kind != YamlNode::Kind::kMapping)
    return PowerLossFault{ReadSelectors(reader, id, "power_loss"), {}};
  MappingReader map(&reader, id, "power_loss");
  PowerLossFault fault;
  fault.targets = ReadTarget(reader, map, "target");
  if (const auto lose = ReadLose(reader, map)) fault.lose = *lose;
  map.Finish();
  return fault;
}

struct FaultKind {
  std::string_view key;
  Fault::Action (*read)(const SchemaReader&, YamlId);
};

template <typename T>
Fault::Action ReadTargets(const SchemaReader& reader, YamlId id) {
  T fault;
  fault.targets = ReadSelectors(reader, id, "target");
  return fault;
}

template <typename T>
Fault::Action ReadTargetAndTime(const SchemaReader& reader, YamlId id, std::string_view what) {
  MappingReader map(&reader, id, what);
  T fault;
  fault.targets = ReadTarget(reader, map, "target");
  map.Require("by", "how far the clock jumps, for example: by: -30s");
  if (const auto by = map.DurationOf("by", /*may_be_negative=*/true)) fault.by = by->value;
  map.Finish();
  return fault;
}

Fault::Action ReadClockSkew(const SchemaReader& reader, YamlId id) {
  return ReadTargetAndTime<ClockSkewFault>(reader, id, "clock_skew");
}
Fault::Action ReadClockJump(const SchemaReader& reader, YamlId id) {
  return ReadTargetAndTime<ClockJumpFault>(reader, id, "clock_jump");
}

Fault::Action ReadClockDrift(const SchemaReader& reader, YamlId id) {
  MappingReader map(&reader, id, "clock_drift");
  ClockDriftFault fault;
  fault.targets = ReadTarget(reader, map, "target");
  map.Require("by", "how much the clock gains or loses, for example: by: 200ppm");
  if (const auto by = map.DeviationOf("by")) fault.by = by->value;
  map.Finish();
  return fault;
}

Fault::Action ReadSlowCpu(const SchemaReader& reader, YamlId id) {
  MappingReader map(&reader, id, "slow_cpu");
  SlowCpuFault fault;
  fault.targets = ReadTarget(reader, map, "target");
  map.Require("by", "how many times as long, for example: by: x10");
  if (const auto factor = map.FactorOf("by")) fault.factor = factor->value;
  map.Finish();
  return fault;
}

// In the order of the catalogue.
constexpr FaultKind kFaultKinds[] = {
    {"kill", &ReadTargets<KillFault>},
    {"stop", &ReadTargets<StopFault>},
    {"power_loss", &ReadPowerLoss},
    {"pause", &ReadTargets<PauseFault>},
    {"isolate", &ReadTargets<IsolateFault>},
    {"cut", &ReadCut},
    {"partition", &ReadPartition},
    {"ring", &ReadTargets<RingFault>},
    {"loss", &ReadLoss},
    {"throttle", &ReadThrottle},
    {"slow_disk", &ReadSlowDisk},
    {"disk_error", &ReadDiskError},
    {"disk_full", &ReadDiskFull},
    {"lying_disk", &ReadLyingDisk},
    {"bit_rot", &ReadBitRot},
    {"wipe_disk", &ReadWipeDisk},
    {"delay", &ReadDelay},
    {"drop", &ReadDrop},
    {"hold", &ReadHold},
    {"reset", &ReadReset},
    {"kill_on", &ReadKillOn},
    {"slow_cpu", &ReadSlowCpu},
    {"clock_skew", &ReadClockSkew},
    {"clock_jump", &ReadClockJump},
    {"clock_drift", &ReadClockDrift},
    {"start", &ReadTargets<StartAction>},
};

// Finds the one key that says what happens. Reports none, and each beyond the first.
const FaultKind* FindKind(const SchemaReader& reader, MappingReader& map) {
  const FaultKind* found = nullptr;
  std::vector<std::string> names;
  for (const FaultKind& kind : kFaultKinds) {
    names.emplace_back(kind.key);
    const YamlEntry* entry = map.Entry(kind.key);
    if (entry == nullptr) continue;
    if (found != nullptr) {
      reader.sink().Error(Code::kFaultKind, entry->key.position,
                          Cat({"a fault is one thing, and this one is '", found->key, "' already"}),
                          "write a second entry with the same 'at'");
    } else {
      found = &kind;
    }
  }
  if (found == nullptr) {
    reader.sink().Error(Code::kFaultKind, map.position(), "this fault does not say what happens",
                        Cat({"kinds are: ", Join(names, ", ")}));
  }
  return found;
}

void ReadFault(const SchemaReader& reader, YamlId id, Scenario* scenario) {
  MappingReader map(&reader, id, "fault");
  if (!map.ok()) return;
  Fault fault;
  fault.position = map.position();
  ReadBeginning(reader, map, &fault);
  fault.duration = map.DurationOf("for");
  fault.id = map.Text("id");
  const FaultKind* kind = FindKind(reader, map);
  if (kind != nullptr) fault.action = kind->read(reader, *map.Get(kind->key));
  map.Finish();
  if (kind != nullptr) scenario->faults.push_back(std::move(fault));
}

}  // namespace

SelectorList ReadTarget(const SchemaReader& reader, MappingReader& map, std::string_view key) {
  const auto id = map.Require(key, "a selector, such as: broker 1");
  return id ? ReadSelectors(reader, *id, key) : SelectorList();
}

SelectorList ReadSelectors(const SchemaReader& reader, YamlId id, std::string_view what) {
  SelectorList selectors;
  const YamlNode& node = reader.node(id);
  if (node.kind != YamlNode::Kind::kSequence) {
    ReadSelector(reader, id, what, &selectors);
    return selectors;
  }
  if (node.items.empty()) reader.sink().Error(Code::kBadSelector, node.position, Cat({what, " is an empty list"}));
  for (const YamlId item : node.items) ReadSelector(reader, item, what, &selectors);
  return selectors;
}

void ReadFaults(const SchemaReader& reader, YamlId id, Scenario* scenario) {
  if (!reader.Expect(id, YamlNode::Kind::kSequence, "faults")) return;
  constexpr size_t kMaxFaults = 2'000;  // Starts are compared with all other faults.
  const std::vector<YamlId>& items = reader.node(id).items;
  if (items.size() > kMaxFaults) {
    reader.sink().Error(Code::kTooLarge, reader.node(id).position,
                        Cat({"more than ", std::to_string(kMaxFaults), " faults"}));
    return;
  }
  for (const YamlId item : items) ReadFault(reader, item, scenario);
}

void ReadExpectations(const SchemaReader& reader, YamlId id, Scenario* scenario) {
  if (!reader.Expect(id, YamlNode::Kind::kSequence, "expect")) return;
  for (const YamlId item : reader.node(id).items) {
    const auto text = reader.Text(item, "expectation");
    if (!text) continue;
    Expectation expectation;
    ExpectationError error;
    expectation.text = text->value;
    expectation.position = text->position;
    if (ParseExpectation(text->value, &expectation.check, &error)) {
      scenario->expectations.push_back(std::move(expectation));
    } else {
      reader.sink().Error(Code::kBadExpectation, reader.Inside(item, error.offset), std::move(error.message),
                          std::move(error.help));
    }
  }
}

}  // namespace ktrial::scenarios
