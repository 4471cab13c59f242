// Faults against the clock and against one another, and against the kind of node that they hit.
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "scenarios/parse_parts.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

bool TakesDown(const Fault::Action& action) {
  return std::holds_alternative<KillFault>(action) || std::holds_alternative<StopFault>(action) ||
         std::holds_alternative<PowerLossFault>(action);
}

void CheckTimes(const Scenario& scenario, const Fault& fault, DiagnosticSink& sink) {
  const sim::Duration end = scenario.duration.value;
  if (!scenario.duration.position.written() || !fault.at.position.written()) return;
  const std::string run = Cat({"the run lasts ", FormatDuration(end)});
  if (fault.at.value >= end) {
    sink.Error(Code::kFaultAfterEnd, fault.at.position,
               Cat({"the fault begins at ", FormatDuration(fault.at.value), ", after the end"}), run);
    return;
  }
  if (!fault.duration) return;
  if (fault.duration->value == sim::Duration()) {
    sink.Error(Code::kOutOfRange, fault.duration->position, "a fault lasts longer than nothing");
  } else if (fault.at.value + fault.duration->value > end) {
    sink.Error(Code::kFaultAfterEnd, fault.duration->position,
               Cat({"the fault heals at ", FormatDuration(fault.at.value + fault.duration->value), ", after the end"}),
               Cat({run, "; leave out 'for' for a fault that lasts to the end"}));
  }
}

void CheckStart(const Scenario& scenario, const Fault& start, DiagnosticSink& sink) {
  if (start.duration) {
    sink.Error(Code::kContradictingFaults, start.duration->position, "a start does not heal, so it has no 'for'");
  }
  for (const Selector* selector : SelectorsOf(start.action)) {
    for (const Fault& fault : scenario.faults) {
      if (sink.crowded()) return;
      if (!TakesDown(fault.action) || !fault.duration || fault.at.value > start.at.value) continue;
      if (fault.at.value + fault.duration->value <= start.at.value) continue;
      for (const Selector* down : SelectorsOf(fault.action)) {
        // Only targets that are known before the run can be compared.
        const bool fixed = std::holds_alternative<BrokerSelector>(down->target) ||
                           std::holds_alternative<ControllerSelector>(down->target) ||
                           std::holds_alternative<ClientSelector>(down->target);
        if (!fixed || down->target != selector->target) continue;
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
  for (const Fault& fault : scenario.faults) {
    if (sink.crowded()) return;
    CheckTimes(scenario, fault, sink);
    if (std::holds_alternative<StartAction>(fault.action)) CheckStart(scenario, fault, sink);
  }
}

}  // namespace ktrial::scenarios
