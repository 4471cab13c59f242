// Trial: what its timeline breaks and heals.
#include <algorithm>
#include <utility>

#include "cluster/client/admin_process.h"
#include "scenarios/trial.h"
#include "scenarios/units.h"
#include "sim/fault.h"

namespace ktrial::scenarios {
namespace {

using sim::FactSink;
using sim::ProcessId;

constexpr sim::Duration kLookAgain = sim::Milliseconds(100);

// Slower by a fraction is slower by the next whole factor.
int64_t WholeFactor(Factor factor) { return std::max<int64_t>((factor.thousandths + 999) / 1000, 1); }

std::vector<sim::HostId> HostsOf(const sim::World& world, const std::vector<ProcessId>& processes) {
  std::vector<sim::HostId> hosts;
  for (const ProcessId process : processes) hosts.push_back(world.host_of(process));
  return hosts;
}

std::vector<sim::DiskId> DisksOf(const sim::World& world, const std::vector<ProcessId>& processes) {
  std::vector<sim::DiskId> disks;
  for (const sim::HostId host : HostsOf(world, processes)) {
    disks.insert(disks.end(), world.host(host).disks.begin(), world.host(host).disks.end());
  }
  return disks;
}

sim::PowerLossMode ModeOf(PowerLossFault::Lose lose) {
  switch (lose) {
    case PowerLossFault::Lose::kRandom:
      return sim::PowerLossMode::kRandom;
    case PowerLossFault::Lose::kAll:
      return sim::PowerLossMode::kLoseAll;
    case PowerLossFault::Lose::kNothing:
      break;
  }
  return sim::PowerLossMode::kKeepAll;
}

std::string Describe(const Fault& fault) {
  std::string text(ActionName(fault.action));
  const auto pair = [&](const auto& action) {
    text += " " + FormatSelectors(action.from) + " - " + FormatSelectors(action.to);
  };
  std::visit(
      [&](const auto& action) {
        using T = std::decay_t<decltype(action)>;
        if constexpr (requires { action.from; }) {
          pair(action);
        } else {
          text += " " + FormatSelectors(action.targets);
        }
        if constexpr (std::is_same_v<T, CutFault>) {
          if (action.direction == CutFault::Direction::kTo) text += " (one way)";
          if (action.direction == CutFault::Direction::kFrom) text += " (one way, back)";
        }
        if constexpr (std::is_same_v<T, SlowDiskFault>) text += " " + FormatFactor(action.append);
        if constexpr (std::is_same_v<T, SlowCpuFault>) text += " " + FormatFactor(action.factor);
        if constexpr (requires { action.by; }) text += " by " + FormatDuration(action.by);
      },
      fault.action);
  return text;
}

}  // namespace

// Carries out one fault of the scenario, and notes how to undo it.
class Trial::Injector {
 public:
  Injector(Trial& trial, ActiveFault& active, FactSink* sink) : trial_(trial), active_(active), sink_(sink) {}

  void operator()(const KillFault& fault) {
    for (const ProcessId target : ResolveRunning(fault.targets)) Begin(sim::KillFault{target});
  }
  void operator()(const StopFault& fault) {
    for (const ProcessId target : ResolveRunning(fault.targets)) {
      if (!world().running(target)) continue;
      active_.stopped.push_back({target, world().incarnation(target)});
      world().Stop(target, sink_);
    }
  }
  void operator()(const PowerLossFault& fault) {
    const std::vector<ProcessId> targets = Resolve(fault.targets);
    if (targets.empty()) return;
    Begin(sim::PowerLossFault{.hosts = HostsOf(world(), targets), .mode = ModeOf(fault.lose)});
  }
  void operator()(const PauseFault& fault) {
    for (const ProcessId target : ResolveRunning(fault.targets)) Begin(sim::PauseFault{target});
  }
  void operator()(const IsolateFault& fault) {
    const std::vector<ProcessId> targets = Resolve(fault.targets);
    if (!targets.empty()) Begin(sim::IsolateFault{HostsOf(world(), targets)});
  }
  void operator()(const CutFault& fault) {
    sim::Paths paths = Between(fault.from, fault.to);
    if (fault.direction == CutFault::Direction::kFrom) std::swap(paths.from, paths.to);
    paths.one_way = fault.direction != CutFault::Direction::kBoth;
    if (!paths.from.empty() && !paths.to.empty()) Begin(sim::CutFault{paths});
  }
  void operator()(const SlowDiskFault& fault) {
    const std::vector<ProcessId> targets = Resolve(fault.targets);
    if (!targets.empty()) Begin(sim::SlowDiskFault{DisksOf(world(), targets), WholeFactor(fault.append)});
  }
  void operator()(const DelayFault& fault) {
    const sim::Paths paths = Between(fault.from, fault.to);
    if (paths.from.empty() || paths.to.empty()) return;
    Begin(sim::DelayFault{.paths = paths, .delay = sim::LatencyTable::Fixed(fault.by)});
  }
  void operator()(const SlowCpuFault& fault) {
    const std::vector<ProcessId> targets = Resolve(fault.targets);
    if (!targets.empty()) Begin(sim::SlowCpuFault{HostsOf(world(), targets), WholeFactor(fault.factor)});
  }
  void operator()(const ClockSkewFault& fault) {
    const std::vector<ProcessId> targets = Resolve(fault.targets);
    if (!targets.empty()) Begin(sim::ClockOffsetFault{HostsOf(world(), targets), fault.by});
  }
  void operator()(const StartAction& action) {
    for (const ProcessId target : Resolve(action.targets)) {
      // Whatever keeps it down is over, also for its other targets.
      for (ActiveFault& other : trial_.active_) {
        if (&other == &active_ || !DownBy(other, target)) continue;
        trial_.Heal(other, sink_);
      }
      trial_.StartAgain(target, sink_);
    }
  }

 private:
  sim::World& world() { return trial_.world(); }

  static bool DownBy(const ActiveFault& fault, ProcessId target) {
    return !fault.healed && std::find(fault.targets.begin(), fault.targets.end(), target) != fault.targets.end();
  }

  FaultResult& result() { return trial_.faults_[active_.result]; }

  std::vector<ProcessId> Resolve(const SelectorList& selectors) {
    const ClusterView view{trial_.world(), trial_.directory(), trial_.checkers_.ghost(), trial_.history_};
    std::vector<ProcessId> targets = ResolveSelectors(selectors, view, trial_.fault_stream_);
    active_.targets.insert(active_.targets.end(), targets.begin(), targets.end());
    std::string& resolved = result().resolved;
    if (!resolved.empty()) resolved += " - ";
    resolved += trial_.NamesOf(targets);
    if (targets.empty()) result().hit = false;
    return targets;
  }

  // For what can only be done to a process that runs: of others the fault still keeps hold, but it has hit none.
  std::vector<ProcessId> ResolveRunning(const SelectorList& selectors) {
    std::vector<ProcessId> targets = Resolve(selectors);
    result().hit = std::any_of(targets.begin(), targets.end(), [&](ProcessId p) { return world().running(p); });
    return targets;
  }

  sim::Paths Between(const SelectorList& from, const SelectorList& to) {
    sim::Paths paths;
    paths.from = HostsOf(world(), Resolve(from));
    paths.to = HostsOf(world(), Resolve(to));
    return paths;
  }

  void Begin(sim::Fault fault) { active_.ids.push_back(world().Begin(std::move(fault), sink_)); }

  Trial& trial_;
  ActiveFault& active_;
  FactSink* sink_;
};

void Trial::Inject(const Fault& fault, FactSink* sink) {
  const size_t index = active_.size();
  faults_.push_back({.what = Describe(fault), .resolved = {}, .begun = now(), .healed = std::nullopt});
  // Filled in aside: an Injector may heal others, which walks the list.
  ActiveFault active{.result = faults_.size() - 1};
  std::visit(Injector(*this, active, sink), fault.action);
  const bool lasts = !std::holds_alternative<StartAction>(fault.action);
  active.healed = !lasts;
  active_.push_back(std::move(active));
  if (lasts && fault.duration) {
    Schedule({.at = world().now() + fault.duration->value, .kind = Moment::Kind::kHeal, .index = index});
  }
}

void Trial::Heal(ActiveFault& active, FactSink* sink) {
  if (active.healed) return;
  active.healed = true;
  faults_[active.result].healed = now();
  for (const sim::FaultId id : active.ids) world().Heal(id, sink);
  for (const Stopped& stopped : active.stopped) StartAgain(stopped.process, sink);
}

void Trial::StartAgain(ProcessId process, FactSink* sink) {
  if (!world().powered(world().host_of(process))) return;
  const Stopped life{process, world().incarnation(process)};
  const bool shuts_down = std::any_of(active_.begin(), active_.end(), [&](const ActiveFault& fault) {
    return std::any_of(fault.stopped.begin(), fault.stopped.end(), [&](const Stopped& stopped) {
      return stopped.process == life.process && stopped.incarnation == life.incarnation;
    });
  });
  if (!world().running(process)) {
    world().Start(process, sink);
  } else if (shuts_down) {
    Schedule({.at = world().now() + kLookAgain, .kind = Moment::Kind::kStart, .process = process});
  }
}

}  // namespace ktrial::scenarios
