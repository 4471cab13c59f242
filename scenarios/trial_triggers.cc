// Trial: faults that wait for another fault, or for something to come about.
#include <algorithm>
#include <utility>

#include "cluster/protocol/api_message.h"
#include "scenarios/trial.h"
#include "sim/fault.h"

namespace ktrial::scenarios {
namespace {

using sim::FactSink;
using sim::ProcessId;

// Nothing that conditions ask for is random.
std::vector<ProcessId> Sorted(std::vector<ProcessId> processes) {
  std::sort(processes.begin(), processes.end());
  return processes;
}

}  // namespace

std::vector<ProcessId> Trial::ResolveNow(const SelectorList& selectors) {
  const ClusterView view{world(), directory(), checkers_.ghost(), history_};
  return ResolveSelectors(selectors, view, fault_stream_);
}

void Trial::Arm(size_t fault, FactSink* sink) {
  const Condition& condition = *scenario_->faults[fault].when;
  Waiting waiting{.fault = fault, .probe = {}};
  if (const auto* arrives = std::get_if<RequestArrives>(&condition.what)) {
    sim::MessageFilter probe{.kinds = {static_cast<uint16_t>(*cluster::FindApi(arrives->request))},
                             .nth = arrives->nth,
                             .action = sim::FilterAction::kWatch};
    probe.from = ResolveNow(arrives->from);
    probe.to = ResolveNow(arrives->to);
    // Nobody to wait for: the fault will not begin.
    if ((!arrives->from.empty() && probe.from.empty()) || (!arrives->to.empty() && probe.to.empty())) return;
    waiting.probe = world().Begin(std::move(probe), sink);
  }
  waiting_.push_back(waiting);
  look_again_ = true;
  FireTriggers(sink);
}

bool Trial::Holds(const Condition& condition) {
  if (const auto* agree = std::get_if<SelectorsAgree>(&condition.what)) {
    const std::vector<ProcessId> what = Sorted(ResolveNow({agree->what}));
    return !what.empty() && what == Sorted(ResolveNow({agree->is}));
  }
  if (const auto* counts = std::get_if<SelectorCounts>(&condition.what)) {
    const auto count = static_cast<int64_t>(ResolveNow({counts->what}).size());
    return count >= counts->least && count <= counts->most;
  }
  const auto* are = std::get_if<NodesAre>(&condition.what);
  if (are == nullptr) return false;
  const std::vector<ProcessId> nodes = ResolveNow({are->what});
  return !nodes.empty() && std::all_of(nodes.begin(), nodes.end(), [&](ProcessId p) { return Is(p, are->state); });
}

bool Trial::Is(ProcessId process, NodesAre::State state) const {
  switch (state) {
    case NodesAre::State::kDown:
      return !world().running(process);
    case NodesAre::State::kUp:
      return world().running(process);
    case NodesAre::State::kFenced:
    case NodesAre::State::kUnfenced:
      break;
  }
  for (const auto& [node, at] : directory().nodes) {
    if (at != process) continue;
    const std::optional<bool> fenced = history_.IsFenced(node);
    return fenced && *fenced == (state == NodesAre::State::kFenced);
  }
  return false;
}

bool Trial::FireTriggers(FactSink* sink) {
  if (!look_again_) return false;
  bool fired = false;
  // What one of them begins can be what the next one waits for.
  while (std::exchange(look_again_, false)) {
    for (size_t i = 0; i < waiting_.size(); ++i) {
      const Waiting waiting = waiting_[i];
      if (!waiting.seen && !Holds(*scenario_->faults[waiting.fault].when)) continue;
      waiting_.erase(waiting_.begin() + static_cast<ptrdiff_t>(i));
      Inject(waiting.fault, sink);
      if (waiting.probe.valid()) world().Heal(waiting.probe, sink);
      fired = true;
      look_again_ = true;
      break;
    }
  }
  return fired;
}

void Trial::ScheduleFollowers(size_t fault, AfterFault::Moment moment) {
  const std::optional<Located<std::string>>& id = scenario_->faults[fault].id;
  if (!id || phase_ != Phase::kLoad) return;
  for (size_t i = 0; i < scenario_->faults.size(); ++i) {
    const std::optional<AfterFault>& after = scenario_->faults[i].after;
    if (!after || after->moment != moment || after->fault.value != id->value || IsInjected(i)) continue;
    Schedule({.at = world().now() + after->by, .kind = Moment::Kind::kInject, .index = i});
  }
}

bool Trial::IsInjected(size_t fault) const {
  return std::any_of(active_.begin(), active_.end(), [&](const ActiveFault& active) { return active.fault == fault; });
}

void Trial::NoteFaultsThatNeverBegan() {
  for (size_t i = 0; i < scenario_->faults.size(); ++i) {
    if (IsInjected(i)) continue;
    faults_.push_back({.what = DescribeFault(scenario_->faults[i]),
                       .resolved = "nothing",
                       .begun = scenario_->duration.value,
                       .healed = std::nullopt,
                       .hit = false,
                       .miss = "what it waited for never came about"});
  }
}

}  // namespace ktrial::scenarios
