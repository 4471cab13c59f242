// A machine: processors, a network interface, disks, power.
#ifndef KTRIAL_SIM_HOST_H_
#define KTRIAL_SIM_HOST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sim/disk.h"
#include "sim/ids.h"
#include "sim/random.h"
#include "sim/time.h"
#include "sim/trace_hash.h"

namespace ktrial::sim {

struct HostOptions {
  std::string name;
  // Machines of one domain can lose power together. None: a domain of its own.
  PowerDomainId power_domain = {};
  // Speed of its processors, in percent of normal; > 0. Every Work::cost and Context::Spend is divided by it.
  int64_t cpu_percent = 100;
  // In the order of Context::disk(index).
  std::vector<DiskOptions> disks = {};
  // Each way; > 0. Default 10 Gbit/s.
  int64_t nic_bytes_per_second = 1'250'000'000;
};

// A host as the World keeps it.
struct Host {
  HostOptions options;
  std::vector<DiskId> disks = {};
  std::vector<ProcessId> processes = {};
  bool powered = true;
  // Work takes this many times as long, on top of options.cpu_percent; >= 1.
  int64_t cpu_slowdown = 1;
  // When the network interface has sent, and received, all that it has taken on.
  SimTime transmit_free = {};
  SimTime receive_free = {};
  // Latencies and losses of what this host sends.
  RandomStream latency_stream;
  RandomStream loss_stream;
  TraceHash trace_hash = {};

  // What work of `cost` on a CPU of normal speed takes here.
  Duration Scaled(Duration cost) const {
    if (options.cpu_percent == 100 && cpu_slowdown == 1) return cost;
    return cost * cpu_slowdown * 100 / options.cpu_percent;
  }
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_HOST_H_
