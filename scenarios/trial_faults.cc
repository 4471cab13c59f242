// Trial: what its timeline breaks and heals.
#include <algorithm>
#include <utility>

#include "cluster/client/admin_process.h"
#include "cluster/protocol/api_message.h"
#include "scenarios/run_config.h"
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

sim::FilterAction ActionOf(MessageFault::Action action) {
  switch (action) {
    case MessageFault::Action::kDelay:
      return sim::FilterAction::kDelay;
    case MessageFault::Action::kDrop:
      return sim::FilterAction::kDrop;
    case MessageFault::Action::kHold:
      return sim::FilterAction::kHold;
    case MessageFault::Action::kReset:
      return sim::FilterAction::kReset;
    case MessageFault::Action::kKill:
      break;
  }
  return sim::FilterAction::kKill;
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
  void operator()(const PartitionFault& fault) {
    sim::PartitionFault partition;
    for (const SelectorList& group : fault.groups) partition.groups.push_back(HostsOf(world(), Resolve(group)));
    if (!fault.halves.empty()) partition.groups = Halves(HostsOf(world(), Resolve(fault.halves)));
    const auto empty = [](const std::vector<sim::HostId>& group) { return group.empty(); };
    if (std::any_of(partition.groups.begin(), partition.groups.end(), empty)) {
      result().hit = false;
    } else {
      Begin(std::move(partition));
    }
  }
  void operator()(const RingFault& fault) {
    const std::vector<ProcessId> targets = Resolve(fault.targets);
    // Fewer all see one another.
    constexpr size_t kFewest = 4;
    if (targets.size() < kFewest) {
      result().hit = false;
    } else {
      Begin(sim::RingFault{HostsOf(world(), targets)});
    }
  }
  void operator()(const LossFault& fault) {
    const sim::Paths paths = Between(fault.from, fault.to);
    if (paths.from.empty() || paths.to.empty()) return;
    constexpr uint64_t kWhole = 1'000'000'000;
    Begin(sim::LossFault{paths, {static_cast<uint64_t>(fault.loss.per_billion), kWhole}});
  }
  void operator()(const ThrottleFault& fault) {
    const sim::Paths paths = Between(fault.from, fault.to);
    if (!paths.from.empty() && !paths.to.empty()) Begin(sim::ThrottleFault{paths, fault.bytes_per_second});
  }
  void operator()(const SlowDiskFault& fault) {
    const std::vector<sim::DiskId> disks = Disks(fault);
    if (disks.empty()) return;
    const auto slow = [&](const std::optional<Factor>& factor, bool reads, bool writes, bool flushes) {
      if (factor) Begin(sim::SlowDiskFault{disks, WholeFactor(*factor), reads, writes, flushes});
    };
    slow(fault.append, /*reads=*/false, /*writes=*/true, /*flushes=*/!fault.flush);
    slow(fault.flush, /*reads=*/false, /*writes=*/false, /*flushes=*/true);
    slow(fault.read, /*reads=*/true, /*writes=*/false, /*flushes=*/false);
  }
  void operator()(const DiskErrorFault& fault) {
    const std::vector<sim::DiskId> disks = Disks(fault);
    if (!disks.empty()) Begin(sim::DiskErrorFault{disks, fault.reads, fault.writes, fault.flushes});
  }
  void operator()(const DiskFullFault& fault) {
    const std::vector<sim::DiskId> disks = Disks(fault);
    if (!disks.empty()) Begin(sim::DiskFullFault{disks});
  }
  void operator()(const LyingDiskFault& fault) {
    const std::vector<sim::DiskId> disks = Disks(fault);
    if (!disks.empty()) Begin(sim::DiskLieFault{disks});
  }
  void operator()(const BitRotFault& fault) {
    std::string prefix;
    if (fault.partition) prefix = fault.partition->topic + "-" + std::to_string(fault.partition->partition) + "/";
    const std::vector<sim::DiskId> disks = Disks(fault);
    // It hits if there is a file to hit; the world says so.
    result().hit = false;
    for (const sim::DiskId disk : disks) Begin(sim::BitRotFault{disk, prefix});
  }
  void operator()(const WipeDiskFault& fault) {
    for (const sim::DiskId disk : Disks(fault)) Begin(sim::WipeDiskFault{disk});
  }
  void operator()(const DelayFault& fault) {
    const sim::Paths paths = Between(fault.from, fault.to);
    if (paths.from.empty() || paths.to.empty()) return;
    Begin(sim::DelayFault{.paths = paths, .delay = sim::LatencyTable::Fixed(fault.by)});
  }
  void operator()(const MessageFault& fault) {
    sim::MessageFilter filter;
    filter.from = Party(fault.from);
    filter.to = Party(fault.to);
    for (const Located<std::string>& request : fault.requests) {
      filter.kinds.push_back(static_cast<uint16_t>(*cluster::FindApi(request.value)));
    }
    filter.nth = fault.nth;
    const bool handled = fault.answer || fault.action == MessageFault::Action::kKill;
    filter.point = handled ? sim::FilterPoint::kAfterProcessing : sim::FilterPoint::kBeforeProcessing;
    filter.action = ActionOf(fault.action);
    filter.delay = fault.by;
    const bool nobody = (!fault.from.empty() && filter.from.empty()) || (!fault.to.empty() && filter.to.empty());
    // It hits with the first message that it strikes.
    result().hit = false;
    if (nobody) return;
    result().miss = "no such message came";
    result().struck = 0;
    Begin(std::move(filter));
  }
  void operator()(const ResetFault& fault) {
    const sim::Paths paths = Between(fault.from, fault.to);
    if (!paths.from.empty() && !paths.to.empty()) Begin(sim::ResetConnectionsFault{paths.from, paths.to});
  }
  void operator()(const SlowCpuFault& fault) {
    const std::vector<ProcessId> targets = Resolve(fault.targets);
    if (!targets.empty()) Begin(sim::SlowCpuFault{HostsOf(world(), targets), WholeFactor(fault.factor)});
  }
  void operator()(const ClockSkewFault& fault) {
    const std::vector<ProcessId> targets = Resolve(fault.targets);
    if (!targets.empty()) Begin(sim::ClockOffsetFault{HostsOf(world(), targets), fault.by});
  }
  void operator()(const ClockJumpFault& fault) {
    const std::vector<ProcessId> targets = Resolve(fault.targets);
    if (!targets.empty()) Begin(sim::ClockJumpFault{HostsOf(world(), targets), fault.by});
  }
  void operator()(const ClockDriftFault& fault) {
    const std::vector<ProcessId> targets = Resolve(fault.targets);
    if (!targets.empty()) Begin(sim::ClockDriftFault{HostsOf(world(), targets), fault.by.per_billion});
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
    return !fault.healed && fault.takes_down &&
           std::find(fault.targets.begin(), fault.targets.end(), target) != fault.targets.end();
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

  // All disks of the targets' machines, or the one of the log directory that the fault names. Clients have none, and
  // controllers only the first.
  template <typename DiskFault>
  std::vector<sim::DiskId> Disks(const DiskFault& fault) {
    std::vector<sim::DiskId> disks;
    for (const sim::HostId host : HostsOf(world(), Resolve(fault.targets))) {
      const std::vector<sim::DiskId>& all = world().host(host).disks;
      if (!fault.dir) {
        disks.insert(disks.end(), all.begin(), all.end());
      } else if (const size_t index = IndexOf(fault.dir->value); index < all.size()) {
        disks.push_back(all[index]);
      }
    }
    if (disks.empty()) result().hit = false;
    return disks;
  }

  // The place of a directory in log.dirs, which has it.
  size_t IndexOf(const std::string& dir) const {
    const std::vector<std::string> dirs = LogDirsOf(trial_.scenario());
    return static_cast<size_t>(std::find(dirs.begin(), dirs.end(), dir) - dirs.begin());
  }

  // Two groups of equal size, or nearly so, in which each host is as likely as any other.
  std::vector<std::vector<sim::HostId>> Halves(std::vector<sim::HostId> hosts) {
    std::vector<std::vector<sim::HostId>> halves(2);
    while (!hosts.empty()) {
      const auto drawn = hosts.begin() + static_cast<ptrdiff_t>(trial_.fault_stream_.Below(hosts.size()));
      halves[hosts.size() % 2].push_back(*drawn);
      hosts.erase(drawn);
    }
    return halves;
  }

  // The senders or the receivers of messages; empty if the fault does not say.
  std::vector<ProcessId> Party(const SelectorList& selectors) {
    if (!selectors.empty()) return Resolve(selectors);
    std::string& resolved = result().resolved;
    resolved += resolved.empty() ? "anyone" : " - anyone";
    return {};
  }

  void Begin(sim::Fault fault) { active_.ids.push_back(world().Begin(std::move(fault), sink_)); }

  Trial& trial_;
  ActiveFault& active_;
  FactSink* sink_;
};

void Trial::Inject(size_t index_of_fault, FactSink* sink) {
  // What follows another fault may come after the end.
  if (phase_ != Phase::kLoad) return;
  const Fault& fault = scenario_->faults[index_of_fault];
  const size_t index = active_.size();
  faults_.push_back({.what = DescribeFault(fault), .resolved = {}, .begun = now(), .healed = std::nullopt});
  // Filled in aside: an Injector may heal others, which walks the list.
  ActiveFault active{.fault = index_of_fault, .result = faults_.size() - 1};
  active.takes_down = TakesDown(fault.action);
  std::visit(Injector(*this, active, sink), fault.action);
  const bool lasts = !IsAtOnce(fault.action);
  active.healed = !lasts;
  active_.push_back(std::move(active));
  if (lasts && fault.duration) {
    Schedule({.at = world().now() + fault.duration->value, .kind = Moment::Kind::kHeal, .index = index});
  }
  ScheduleFollowers(index_of_fault, AfterFault::Moment::kBegin);
}

void Trial::On(const sim::MessageFiltered& fact) {
  for (Waiting& waiting : waiting_) waiting.seen = waiting.seen || waiting.probe == fact.fault;
  for (ActiveFault& active : active_) {
    if (std::find(active.ids.begin(), active.ids.end(), fact.fault) == active.ids.end()) continue;
    FaultResult& result = faults_[active.result];
    result.hit = true;
    result.miss.clear();
    result.struck = result.struck.value_or(0) + 1;
    if (fact.action != static_cast<int32_t>(sim::FilterAction::kKill)) return;
    active.stopped.push_back({fact.to, world().incarnation(fact.to)});
    active.targets = {fact.to};
    active.takes_down = true;
    return;
  }
}

void Trial::On(const sim::BitFlipped&) { faults_.back().hit = true; }

void Trial::On(const cluster::LogDirFailed& fact) { lost_log_dirs_.insert(fact.broker); }

void Trial::On(const sim::ProcessStarted& fact) {
  std::erase_if(lost_log_dirs_, [&](cluster::BrokerId broker) { return directory().nodes.at(broker) == fact.process; });
}

void Trial::RestartBrokersThatLostLogDirs(FactSink* sink) {
  for (const cluster::BrokerId broker : std::exchange(lost_log_dirs_, {})) {
    const ProcessId process = directory().nodes.at(broker);
    if (!world().running(process)) continue;
    restarting_.push_back({process, world().incarnation(process)});
    world().Stop(process, sink);
    StartAgain(process, sink);
  }
}

void Trial::Heal(ActiveFault& active, FactSink* sink) {
  if (active.healed) return;
  active.healed = true;
  faults_[active.result].healed = now();
  for (const sim::FaultId id : active.ids) world().Heal(id, sink);
  for (const Stopped& stopped : active.stopped) StartAgain(stopped.process, sink);
  ScheduleFollowers(active.fault, AfterFault::Moment::kHeal);
}

void Trial::StartAgain(ProcessId process, FactSink* sink) {
  if (!world().powered(world().host_of(process))) return;
  const Stopped life{process, world().incarnation(process)};
  const auto is_this_life = [&life](const Stopped& stopped) {
    return stopped.process == life.process && stopped.incarnation == life.incarnation;
  };
  bool shuts_down = std::any_of(restarting_.begin(), restarting_.end(), is_this_life);
  shuts_down |= std::any_of(active_.begin(), active_.end(), [&](const ActiveFault& fault) {
    return std::any_of(fault.stopped.begin(), fault.stopped.end(), is_this_life);
  });
  if (!world().running(process)) {
    world().Start(process, sink);
  } else if (shuts_down) {
    Schedule({.at = world().now() + kLookAgain, .kind = Moment::Kind::kStart, .process = process});
  }
}

}  // namespace ktrial::scenarios
