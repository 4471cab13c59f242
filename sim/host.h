// A machine: processors, a network interface, disks, a clock, power.
#ifndef KTRIAL_SIM_HOST_H_
#define KTRIAL_SIM_HOST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sim/disk.h"
#include "sim/host_clock.h"
#include "sim/ids.h"
#include "sim/latency.h"
#include "sim/time.h"
#include "sim/topology.h"
#include "sim/trace_hash.h"

namespace ktrial::sim {

struct HostOptions {
  std::string name;
  // Where it is wired: a rack or other switch of the World's topology. None: in one rack with all others that have
  // none.
  NodeId rack = {};
  // The cable to that rack, each way: half of what two hosts of a rack are apart, and 10 Gbit/s.
  LinkOptions access = {.latency = LatencyTable::FromP50P99(Microseconds(75), Microseconds(300)),
                        .bytes_per_second = 1'250'000'000};
  // Machines of one domain can lose power together. None: it is on its own.
  PowerDomainId power_domain = {};
  // Speed of its processors, in percent of normal; > 0. Every Work::cost and Context::Spend is divided by it.
  int64_t cpu_percent = 100;
  // In the order of Context::disk(index).
  std::vector<DiskOptions> disks = {};
  // How far its clock is ahead of true time at the start.
  Duration clock_offset = {};
};

// A host as the World keeps it.
struct Host {
  HostOptions options;
  std::vector<DiskId> disks = {};
  std::vector<ProcessId> processes = {};
  bool powered = true;
  // Work takes this many times as long, on top of options.cpu_percent; >= 1. The first was set, the second holds that
  // and the faults.
  int64_t set_cpu_slowdown = 1;
  int64_t cpu_slowdown = 1;
  // What the clock is off without faults that heal.
  Duration clock_offset = {};
  HostClock clock = HostClock();
  TraceHash trace_hash = {};

  // What work of `cost` on a CPU of normal speed takes here.
  Duration Scaled(Duration cost) const {
    if (options.cpu_percent == 100 && cpu_slowdown == 1) return cost;
    return cost * cpu_slowdown * 100 / options.cpu_percent;
  }
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_HOST_H_
