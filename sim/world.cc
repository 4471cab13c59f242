#include "sim/world.h"

#include <algorithm>
#include <utility>

#include "sim/world_facts.h"

namespace ktrial::sim {

World::World(const WorldOptions& options) : options_(options), network_(options.seed) {
  if (options.shuffle_ties) queue_.ShuffleTies(options.seed);
}

HostId World::AddHost(const HostOptions& options) {
  KT_CHECK(options.cpu_percent > 0);
  const HostId id(static_cast<int32_t>(hosts_.size()));
  network_.AddHost(options.rack, options.access);
  Host host{.options = options, .clock_offset = options.clock_offset, .clock = HostClock(options.clock_offset)};
  for (const DiskOptions& disk : options.disks) {
    const DiskId disk_id(static_cast<int32_t>(disks_.size()));
    disks_.emplace_back(disk, RandomStream::Derive(options_.seed, "disk", disk_id.value(), 0));
    host.disks.push_back(disk_id);
  }
  hosts_.push_back(std::move(host));
  return id;
}

ProcessId World::AddProcess(HostId host, std::string name, std::unique_ptr<Process> program) {
  KT_CHECK(program != nullptr);
  const ProcessId id(static_cast<int32_t>(processes_.size()));
  mutable_host(host).processes.push_back(id);
  processes_.push_back(ProcessSlot{.host = host, .name = std::move(name), .program = Program(std::move(program))});
  return id;
}

void World::Start(ProcessId process, FactSink* sink) {
  Listening listening(*this, sink);
  StartNow(process);
}

void World::StartNow(ProcessId process) {
  ProcessSlot& s = slot(process);
  if (s.running || !host(s.host).powered) return;
  s.running = true;
  s.incarnation = Incarnation(s.incarnation.value() + 1);
  s.pools.clear();
  for (int threads : s.program.get()->ThreadPools()) s.pools.emplace_back(threads);
  EmitOwn(ProcessStarted{process, s.host, s.incarnation}, s.host);
  Deliver(process, StartDelivery());
}

void World::Stop(ProcessId process, FactSink* sink) {
  Listening listening(*this, sink);
  Deliver(process, StopDelivery());
}

void World::Kill(ProcessId process, FactSink* sink) {
  Listening listening(*this, sink);
  KillNow(process, Farewell::kKilled);
}

void World::KillNow(ProcessId process, Farewell farewell) {
  ProcessSlot& s = slot(process);
  if (!s.running) return;
  EmitOwn(ProcessKilled{process, s.host, s.incarnation}, s.host);
  DropConnections(process, farewell);
  EndProcess(process);
}

void World::EndProcess(ProcessId process) {
  ProcessSlot& s = slot(process);
  s.running = false;
  s.exiting = false;
  s.pools.clear();
  s.inbox.clear();
  s.program.get()->OnCrash();
}

void World::Pause(ProcessId process, FactSink* sink) {
  Listening listening(*this, sink);
  slot(process).pause_asked = true;
  RecomputePause(process);
}

void World::Resume(ProcessId process, FactSink* sink) {
  Listening listening(*this, sink);
  slot(process).pause_asked = false;
  RecomputePause(process);
}

void World::SetPaused(ProcessId process, bool paused) {
  ProcessSlot& s = slot(process);
  if (s.paused == paused) return;
  s.paused = paused;
  if (paused) return EmitOwn(ProcessPaused{process}, s.host);
  EmitOwn(ProcessResumed{process}, s.host);
  if (!s.running) return;
  // What waited for a thread came before what waited in the inbox.
  for (size_t i = 0; i < s.pools.size() && s.running; ++i) PumpPool(process, ThreadPool(static_cast<int16_t>(i)));
  while (s.running && !s.inbox.empty()) Route(process, s.inbox.pop_front());
}

void World::PowerLoss(HostId host_id, PowerLossMode mode, FactSink* sink) {
  Listening listening(*this, sink);
  PowerLossNow(host_id, mode);
}

void World::PowerLossNow(HostId host_id, PowerLossMode mode) {
  Host& lost = mutable_host(host_id);
  if (!lost.powered) return;
  lost.powered = false;
  EmitOwn(PowerLost{host_id}, host_id);
  for (ProcessId process : lost.processes) KillNow(process, Farewell::kSilent);
  for (DiskId id : lost.disks) disk(id).PowerLoss(now_, mode);
}

void World::PowerOn(HostId host_id, FactSink* sink) {
  Listening listening(*this, sink);
  PowerOnNow(host_id);
}

void World::PowerOnNow(HostId host_id) {
  Host& host = mutable_host(host_id);
  if (host.powered) return;
  host.powered = true;
  network_.ClearQueues(host_id, now_);
  EmitOwn(PowerRestored{host_id}, host_id);
}

void World::SetCpuSlowdown(HostId host_id, int64_t factor) {
  KT_CHECK(factor >= 1);
  mutable_host(host_id).set_cpu_slowdown = factor;
  RecomputeCpus({host_id});
}

bool World::Step(FactSink* sink) {
  if (queue_.empty()) return false;
  Listening listening(*this, sink);
  StepNow();
  return true;
}

void World::StepNow() {
  const DueEvent due = queue_.Pop();
  KT_CHECK(due.at >= now_);
  now_ = due.at;
  HandleEvent(due);
  ++events_processed_;
  if (events_processed_ % kEventsPerCheckpoint == 0) {
    checkpoints_.push_back({.events = events_processed_, .at = now_, .hash = trace_hash_.value()});
  }
}

void World::RunUntil(SimTime until, FactSink* sink) {
  KT_CHECK(until >= now_);
  Listening listening(*this, sink);
  while (!queue_.empty() && queue_.NextTime() <= until) StepNow();
  now_ = until;
}

bool World::Invoke(ProcessId process, absl::FunctionRef<void(Process&, Context&)> code, FactSink* sink) {
  const ProcessSlot& s = slot(process);
  if (!s.running || s.paused) return false;
  Listening listening(*this, sink);
  Context context(*this, process, Duration());
  code(this->process(process), context);
  EndIfExiting(process);
  return true;
}

WallTime World::wall_clock(HostId id) const {
  return WallTime(host(id).clock.At(now_).unix_millis() - kRunStart.unix_millis() + options_.start_unix_millis);
}

const Disk& World::disk(DiskId id) const {
  KT_CHECK(id.valid() && static_cast<size_t>(id.value()) < disks_.size());
  return disks_[static_cast<size_t>(id.value())];
}

Disk& World::disk(DiskId id) { return const_cast<Disk&>(std::as_const(*this).disk(id)); }

DiskId World::disk_of(HostId host_id, int index) const {
  const std::vector<DiskId>& disks = host(host_id).disks;
  KT_CHECK(index >= 0 && static_cast<size_t>(index) < disks.size());
  return disks[static_cast<size_t>(index)];
}

}  // namespace ktrial::sim
