// Faults: what begins and heals. What lasts is worked out anew from all active faults whenever one comes or goes, so
// that overlapping faults add up and each heals by itself.
#include <algorithm>
#include <utility>

#include "sim/world.h"
#include "sim/world_facts.h"

namespace ktrial::sim {
namespace {

template <typename T>
bool Contains(const std::vector<T>& list, T value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

constexpr int64_t kNanosPerSecond = 1'000'000'000;

// What a clock that gains this much has gained after `elapsed`, rounded towards zero; without overflow in any run.
Duration Gained(int64_t parts_per_billion, Duration elapsed) {
  const int64_t seconds = elapsed.nanos() / kNanosPerSecond;
  const int64_t rest = elapsed.nanos() % kNanosPerSecond;
  return Duration(seconds * parts_per_billion + rest * parts_per_billion / kNanosPerSecond);
}

}  // namespace

FaultId World::Begin(Fault fault, FactSink* sink) {
  Listening listening(*this, sink);
  const FaultId id(next_fault_++);
  EmitOwn(FaultBegun{id, static_cast<int32_t>(fault.index())}, HostId());
  faults_.push_back({.id = id, .begun = now_, .fault = std::move(fault)});
  Recompute(faults_.back().fault);
  Strike(faults_.back());
  return id;
}

bool World::Heal(FaultId id, FactSink* sink) {
  const auto found = std::find_if(faults_.begin(), faults_.end(), [&](const ActiveFault& f) { return f.id == id; });
  if (found == faults_.end()) return false;
  Listening listening(*this, sink);
  const ActiveFault healed = std::move(*found);
  faults_.erase(found);
  EmitOwn(FaultHealed{id, static_cast<int32_t>(healed.fault.index())}, HostId());
  Recompute(healed.fault);
  Recover(healed);
  return true;
}

void World::HealAll(FactSink* sink) {
  while (!faults_.empty()) Heal(faults_.front().id, sink);
}

bool World::IsActive(FaultId id) const {
  return std::any_of(faults_.begin(), faults_.end(), [&](const ActiveFault& f) { return f.id == id; });
}

// A fault began or healed: brings up to date what lasting faults of its kind determine.
void World::Recompute(const Fault& fault) {
  struct Recomputer {
    World& world;
    void operator()(const CutFault&) const { world.RecomputeNetwork(); }
    void operator()(const IsolateFault&) const { world.RecomputeNetwork(); }
    void operator()(const PartitionFault&) const { world.RecomputeNetwork(); }
    void operator()(const RingFault&) const { world.RecomputeNetwork(); }
    void operator()(const DelayFault&) const { world.RecomputeNetwork(); }
    void operator()(const LossFault&) const { world.RecomputeNetwork(); }
    void operator()(const ThrottleFault&) const { world.RecomputeNetwork(); }
    void operator()(const SlowCpuFault& f) const { world.RecomputeCpus(f.hosts); }
    void operator()(const SlowDiskFault& f) const { world.RecomputeDisks(f.disks); }
    void operator()(const DiskErrorFault& f) const { world.RecomputeDisks(f.disks); }
    void operator()(const DiskFullFault& f) const { world.RecomputeDisks(f.disks); }
    void operator()(const DiskLieFault& f) const { world.RecomputeDisks(f.disks); }
    void operator()(const ClockOffsetFault& f) const { world.RecomputeClocks(f.hosts); }
    void operator()(const ClockDriftFault& f) const { world.RecomputeClocks(f.hosts); }
    void operator()(const PauseFault& f) const { world.RecomputePause(f.process); }
    // The others strike at once, or when messages come.
    void operator()(const ResetConnectionsFault&) const {}
    void operator()(const MessageFilter&) const {}
    void operator()(const KillFault&) const {}
    void operator()(const PowerLossFault&) const {}
    void operator()(const BitRotFault&) const {}
    void operator()(const WipeDiskFault&) const {}
    void operator()(const ClockJumpFault&) const {}
  };
  std::visit(Recomputer{*this}, fault);
}

void World::RecomputeNetwork() {
  network_.ClearConditions();
  for (const ActiveFault& active : faults_) {
    ForEachCutPath(active.fault, host_count(),
                   [&](HostId from, HostId to) { network_.Condition(from, to).cut = true; });
    if (const auto* delay = std::get_if<DelayFault>(&active.fault)) {
      ForEachPath(delay->paths,
                  [&](HostId from, HostId to) { network_.Condition(from, to).delays.push_back(delay->delay); });
    }
    if (const auto* loss = std::get_if<LossFault>(&active.fault)) {
      ForEachPath(loss->paths,
                  [&](HostId from, HostId to) { network_.Condition(from, to).losses.push_back(loss->loss); });
    }
    if (const auto* throttle = std::get_if<ThrottleFault>(&active.fault)) {
      KT_CHECK(throttle->bytes_per_second > 0);
      ForEachPath(throttle->paths, [&](HostId from, HostId to) {
        int64_t& limit = network_.Condition(from, to).bytes_per_second;
        limit = limit == 0 ? throttle->bytes_per_second : std::min(limit, throttle->bytes_per_second);
      });
    }
  }
}

void World::RecomputeCpus(const std::vector<HostId>& hosts) {
  for (HostId id : hosts) {
    int64_t slowdown = host(id).set_cpu_slowdown;
    for (const ActiveFault& active : faults_) {
      const auto* slow = std::get_if<SlowCpuFault>(&active.fault);
      if (slow == nullptr || !Contains(slow->hosts, id)) continue;
      KT_CHECK(slow->factor >= 1);
      slowdown *= slow->factor;
    }
    mutable_host(id).cpu_slowdown = slowdown;
  }
}

void World::RecomputeDisks(const std::vector<DiskId>& disks) {
  for (DiskId id : disks) {
    DiskFaults sum;
    for (const ActiveFault& active : faults_) {
      if (const auto* slow = std::get_if<SlowDiskFault>(&active.fault); slow != nullptr && Contains(slow->disks, id)) {
        KT_CHECK(slow->factor >= 1);
        if (slow->reads) sum.slow_reads *= slow->factor;
        if (slow->writes) sum.slow_writes *= slow->factor;
        if (slow->flushes) sum.slow_flushes *= slow->factor;
      }
      if (const auto* fail = std::get_if<DiskErrorFault>(&active.fault); fail != nullptr && Contains(fail->disks, id)) {
        sum.fail_reads |= fail->reads;
        sum.fail_writes |= fail->writes;
        sum.fail_flushes |= fail->flushes;
      }
      const auto* full = std::get_if<DiskFullFault>(&active.fault);
      sum.full |= full != nullptr && Contains(full->disks, id);
      const auto* lie = std::get_if<DiskLieFault>(&active.fault);
      sum.lie_on_flush |= lie != nullptr && Contains(lie->disks, id);
    }
    disk(id).set_faults(sum);
  }
}

void World::RecomputeClocks(const std::vector<HostId>& hosts) {
  for (HostId id : hosts) {
    Host& h = mutable_host(id);
    Duration offset = h.clock_offset;
    int64_t parts_per_billion = 0;
    for (const ActiveFault& active : faults_) {
      if (const auto* off = std::get_if<ClockOffsetFault>(&active.fault); off != nullptr && Contains(off->hosts, id)) {
        offset += off->offset;
      }
      if (const auto* drift = std::get_if<ClockDriftFault>(&active.fault);
          drift != nullptr && Contains(drift->hosts, id)) {
        parts_per_billion += drift->parts_per_billion;
        offset += Gained(drift->parts_per_billion, now_ - active.begun);
      }
    }
    h.clock.SetDrift(now_, parts_per_billion);
    h.clock.Jump(now_, offset - h.clock.OffsetAt(now_));
  }
}

void World::RecomputePause(ProcessId process) {
  const bool by_fault = std::any_of(faults_.begin(), faults_.end(), [&](const ActiveFault& f) {
    const auto* pause = std::get_if<PauseFault>(&f.fault);
    return pause != nullptr && pause->process == process;
  });
  SetPaused(process, slot(process).pause_asked || by_fault);
}

// What happens once, when the fault begins.
void World::Strike(ActiveFault& active) {
  if (const auto* kill = std::get_if<KillFault>(&active.fault)) {
    if (running(kill->process)) active.to_start.push_back(kill->process);
    KillNow(kill->process, Farewell::kKilled);
  } else if (const auto* power = std::get_if<PowerLossFault>(&active.fault)) {
    StrikePower(active, *power);
  } else if (const auto* reset = std::get_if<ResetConnectionsFault>(&active.fault)) {
    ResetConnections(*reset);
  } else if (const auto* filter = std::get_if<MessageFilter>(&active.fault)) {
    filters_.emplace_back(active.id, *filter);
  } else if (const auto* rot = std::get_if<BitRotFault>(&active.fault)) {
    StrikeBitRot(active.id, *rot);
  } else if (const auto* wipe = std::get_if<WipeDiskFault>(&active.fault)) {
    disk(wipe->disk).Wipe();
    EmitOwn(DiskWiped{wipe->disk}, HostId());
  } else if (const auto* jump = std::get_if<ClockJumpFault>(&active.fault)) {
    for (HostId id : jump->hosts) mutable_host(id).clock_offset += jump->by;
    RecomputeClocks(jump->hosts);
  }
}

void World::StrikePower(ActiveFault& active, const PowerLossFault& power) {
  for (int32_t i = 0; i < host_count(); ++i) {
    const HostId id(i);
    const PowerDomainId domain = host(id).options.power_domain;
    const bool struck = Contains(power.hosts, id) || (domain.valid() && Contains(power.domains, domain));
    if (!struck) continue;
    active.hosts.push_back(id);
    for (ProcessId process : host(id).processes) {
      if (running(process)) active.to_start.push_back(process);
    }
    PowerLossNow(id, power.mode);
  }
}

void World::StrikeBitRot(FaultId id, const BitRotFault& rot) {
  Disk& medium = disk(rot.disk);
  std::vector<FileId> files;
  for (const std::string& path : medium.List(rot.path_prefix)) {
    const std::optional<FileId> file = medium.Find(path);
    if (file.has_value() && medium.size_bytes(*file) > 0) files.push_back(*file);
  }
  if (files.empty()) return;
  RandomStream stream = RandomStream::Derive(options_.seed, "fault.bit_rot", id.value(), 0);
  const FileId file = files[stream.Below(files.size())];
  const int64_t position = stream.Between(0, medium.size_bytes(file) - 1);
  if (medium.FlipBit(file, position)) EmitOwn(BitFlipped{rot.disk, file, position}, HostId());
}

// What happens once, when the fault has healed.
void World::Recover(const ActiveFault& healed) {
  for (HostId id : healed.hosts) {
    if (!HeldWithoutPower(id)) PowerOnNow(id);
  }
  for (ProcessId process : healed.to_start) {
    ActiveFault* holder = HolderOf(process);
    if (holder == nullptr) {
      StartNow(process);
    } else if (!Contains(holder->to_start, process)) {
      holder->to_start.push_back(process);
    }
  }
  if (std::holds_alternative<MessageFilter>(healed.fault)) {
    std::erase_if(filters_, [&](const ActiveMessageFilter& f) { return f.fault() == healed.id; });
    ReleaseHeld(healed.id);
  }
}

bool World::HeldWithoutPower(HostId id) const {
  return std::any_of(faults_.begin(), faults_.end(), [&](const ActiveFault& f) { return Contains(f.hosts, id); });
}

ActiveFault* World::HolderOf(ProcessId process) {
  for (ActiveFault& active : faults_) {
    const auto* kill = std::get_if<KillFault>(&active.fault);
    if (kill != nullptr && kill->process == process) return &active;
    if (Contains(active.hosts, host_of(process))) return &active;
  }
  return nullptr;
}

}  // namespace ktrial::sim
