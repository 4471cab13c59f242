// Faults against the clock and against one another, and against the kind of node that they hit.
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "scenarios/parse_parts.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

// Names the same nodes or clients whenever it is resolved.
bool IsFixed(const Selector::Target& target) {
  const auto* rack = std::get_if<RackSelector>(&target);
  if (rack != nullptr) return rack->what != RackSelector::What::kRandomBroker;
  return std::holds_alternative<BrokerSelector>(target) || std::holds_alternative<ControllerSelector>(target) ||
         std::holds_alternative<ClientSelector>(target);
}

void CheckCondition(const Fault& fault, sim::Duration end, DiagnosticSink& sink) {
  if (!fault.when || fault.when->after < end) return;
  sink.Error(Code::kFaultAfterEnd, fault.when->position,
             Cat({"the condition is looked at from ", FormatDuration(fault.when->after), ", after the end"}),
             Cat({"the run lasts ", FormatDuration(end)}));
}

void CheckTimes(const Scenario& scenario, const Fault& fault, DiagnosticSink& sink) {
  const sim::Duration end = scenario.duration.value;
  if (fault.duration && fault.duration->value == sim::Duration()) {
    sink.Error(Code::kOutOfRange, fault.duration->position, "a fault lasts longer than nothing");
    return;
  }
  if (!scenario.duration.position.written()) return;
  CheckCondition(fault, end, sink);
  if (!fault.at.position.written()) return;
  const std::string run = Cat({"the run lasts ", FormatDuration(end)});
  if (fault.at.value >= end) {
    sink.Error(Code::kFaultAfterEnd, fault.at.position,
               Cat({"the fault begins at ", FormatDuration(fault.at.value), ", after the end"}), run);
    return;
  }
  if (!fault.duration) return;
  if (fault.at.value + fault.duration->value > end) {
    sink.Error(Code::kFaultAfterEnd, fault.duration->position,
               Cat({"the fault heals at ", FormatDuration(fault.at.value + fault.duration->value), ", after the end"}),
               Cat({run, "; leave out 'for' for a fault that lasts to the end"}));
  }
}

void CheckAtOnce(const Fault& fault, DiagnosticSink& sink) {
  if (!IsAtOnce(fault.action) || !fault.duration) return;
  const std::string_view name = ActionName(fault.action);
  sink.Error(Code::kContradictingFaults, fault.duration->position,
             Cat({name == "start" ? "a start does not heal" : Cat({"'", name, "' happens at once and does not heal"}),
                  ", so it has no 'for'"}));
}

// The brokers and controllers of a rack one by one; any other target as it is.
std::vector<Selector::Target> OneByOne(const Scenario& scenario, const Selector::Target& target) {
  const auto* selector = std::get_if<RackSelector>(&target);
  if (selector == nullptr) return {target};
  std::vector<Selector::Target> nodes;
  int32_t broker = kFirstBrokerId;
  int32_t controller = kFirstControllerId;
  for (const Rack& rack : scenario.cluster.racks) {
    const bool meant = rack.name.value == selector->rack;
    const bool all = selector->what == RackSelector::What::kAll;
    for (int32_t i = 0; i < rack.brokers.value; ++i, ++broker) {
      if (meant && (all || selector->what == RackSelector::What::kBrokers)) nodes.push_back(BrokerSelector{broker});
    }
    for (int32_t i = 0; i < rack.controllers.value; ++i, ++controller) {
      if (!meant) continue;
      if (all || selector->what == RackSelector::What::kControllers) nodes.push_back(ControllerSelector{controller});
    }
  }
  return nodes;
}

// A node can only be on one side. Which others a partition leaves alone is said, since it is easily forgotten.
void CheckGroups(const Scenario& scenario, const Fault& fault, DiagnosticSink& sink) {
  const auto* partition = std::get_if<PartitionFault>(&fault.action);
  if (partition == nullptr || partition->groups.empty()) return;
  std::vector<Selector::Target> seen;
  bool fixed = true;
  for (const SelectorList& group : partition->groups) {
    const auto others = static_cast<ptrdiff_t>(seen.size());
    for (const Selector& selector : group) {
      fixed = fixed && IsFixed(selector.target);
      for (const Selector::Target& target : OneByOne(scenario, selector.target)) {
        if (std::find(seen.begin(), seen.begin() + others, target) != seen.begin() + others) {
          sink.Error(Code::kPartitionGroups, selector.position, Cat({FormatSelector(target), " is in two groups"}));
        }
        seen.push_back(target);
      }
    }
  }
  if (!fixed) return;
  std::vector<std::string> outside;
  const auto add = [&](const Selector::Target& target) {
    if (std::find(seen.begin(), seen.end(), target) == seen.end()) outside.push_back(FormatSelector(target));
  };
  for (int32_t i = 0; i < scenario.cluster.brokers.value; ++i) add(BrokerSelector{kFirstBrokerId + i});
  for (int32_t i = 0; i < scenario.cluster.controllers.value; ++i) add(ControllerSelector{kFirstControllerId + i});
  if (outside.empty()) return;
  sink.Warning(Code::kPartitionGroups, fault.position,
               Cat({"in no group, and so reached by all: ", Join(outside, ", ")}),
               "name them in one of the groups, or say `allow: [KS020]`");
}

// Clocks go wrong by the sum of what is wrong with them at once.
void CheckClocks(const Scenario& scenario, DiagnosticSink& sink) {
  constexpr int64_t kMostDrift = 900'000'000;
  constexpr sim::Duration kMostOffset = sim::Seconds(int64_t{10'000} * 86'400);
  int64_t drift = 0;
  sim::Duration offset;
  const auto size = [](sim::Duration by) { return by < sim::Duration() ? sim::Duration() - by : by; };
  for (const Fault& fault : scenario.faults) {
    if (const auto* drifts = std::get_if<ClockDriftFault>(&fault.action)) drift += std::abs(drifts->by.per_billion);
    if (const auto* skew = std::get_if<ClockSkewFault>(&fault.action)) offset += size(skew->by);
    if (const auto* jump = std::get_if<ClockJumpFault>(&fault.action)) offset += size(jump->by);
    if (drift <= kMostDrift && offset <= kMostOffset) continue;
    sink.Error(Code::kOutOfRange, fault.position, "the clock faults of this scenario add up to too much",
               "all drifts together may be 90%, all skews and jumps together 10000 days");
    return;
  }
}

const Fault* FindFault(const Scenario& scenario, const std::string& id) {
  for (const Fault& fault : scenario.faults) {
    if (fault.id && fault.id->value == id) return &fault;
  }
  return nullptr;
}

void CheckAfter(const Scenario& scenario, const Fault& fault, DiagnosticSink& sink) {
  if (!fault.after) return;
  const Located<std::string>& id = fault.after->fault;
  const Fault* other = FindFault(scenario, id.value);
  if (other == nullptr) {
    std::vector<std::string> known;
    for (const Fault& each : scenario.faults) {
      if (each.id) known.push_back(each.id->value);
    }
    const auto nearest = NearestWord(id.value, known);
    sink.Error(Code::kUnknownName, id.position, Cat({"unknown fault ", Quoted(id.value)}),
               nearest         ? Cat({"did you mean '", *nearest, "'?"})
               : known.empty() ? "no fault of the scenario has an id"
                               : Cat({"known: ", Join(known, ", ")}));
    return;
  }
  if (fault.after->moment == AfterFault::Moment::kHeal && IsAtOnce(other->action)) {
    sink.Error(Code::kContradictingFaults, id.position,
               Cat({"'", ActionName(other->action), "' happens at once and does not heal"}),
               Cat({"write: after: { begin: ", id.value, " }"}));
  }
  // Who waits for whom has an end, or comes round.
  size_t steps = 0;
  while (other != nullptr && other->after && steps <= scenario.faults.size()) {
    other = FindFault(scenario, other->after->fault.value);
    ++steps;
  }
  if (steps > scenario.faults.size()) {
    sink.Error(Code::kAfterCycle, id.position, "this fault waits for others that wait for one another",
               "give one of them a time: 'at'");
  }
}

void CheckStart(const Scenario& scenario, const Fault& start, DiagnosticSink& sink) {
  for (const Selector* selector : SelectorsOf(start.action)) {
    for (const Fault& fault : scenario.faults) {
      if (sink.crowded()) return;
      if (!fault.at.position.written() || !start.at.position.written()) continue;
      if (!TakesDown(fault.action) || !fault.duration || fault.at.value > start.at.value) continue;
      if (fault.at.value + fault.duration->value <= start.at.value) continue;
      for (const Selector* down : SelectorsOf(fault.action)) {
        // Only targets that are known before the run can be compared.
        if (!IsFixed(down->target) || down->target != selector->target) continue;
        sink.Error(Code::kContradictingFaults, selector->position,
                   Cat({FormatSelector(selector->target), " is started while '", ActionName(fault.action), "' of line ",
                        std::to_string(fault.position.line), " still holds it down"}),
                   "leave out that fault's 'for', or start later");
      }
    }
  }
}

}  // namespace

void ValidateFaults(const Scenario& scenario, DiagnosticSink& sink) {
  for (const AdminAction& action : scenario.workload.admin) {
    if (!scenario.duration.position.written() || !action.at.position.written()) continue;
    if (action.at.value < scenario.duration.value) continue;
    sink.Error(Code::kFaultAfterEnd, action.at.position,
               Cat({"the administrator acts at ", FormatDuration(action.at.value), ", after the end"}),
               Cat({"the run lasts ", FormatDuration(scenario.duration.value)}));
  }
  for (const Fault& fault : scenario.faults) {
    if (sink.crowded()) return;
    CheckTimes(scenario, fault, sink);
    CheckAtOnce(fault, sink);
    CheckAfter(scenario, fault, sink);
    CheckGroups(scenario, fault, sink);
    if (std::holds_alternative<StartAction>(fault.action)) CheckStart(scenario, fault, sink);
  }
  CheckClocks(scenario, sink);
}

}  // namespace ktrial::scenarios
