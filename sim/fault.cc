#include "sim/fault.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "sim/check.h"

namespace ktrial::sim {
namespace {

constexpr std::array<std::string_view, std::variant_size_v<Fault>> kNames = {
    "cut",      "isolate", "partition", "ring",         "delay",       "loss",      "throttle",   "reset",
    "filter",   "kill",    "pause",     "power_loss",   "slow_cpu",    "slow_disk", "disk_error", "disk_full",
    "disk_lie", "bit_rot", "wipe_disk", "clock_offset", "clock_drift", "clock_jump"};

void VisitBothWays(HostId a, HostId b, PathVisitor visit) {
  if (a == b) return;
  visit(a, b);
  visit(b, a);
}

void ForEachIsolatedPath(const IsolateFault& fault, int32_t host_count, PathVisitor visit) {
  for (int32_t i = 0; i < host_count; ++i) {
    const HostId other(i);
    if (std::find(fault.hosts.begin(), fault.hosts.end(), other) != fault.hosts.end()) continue;
    for (HostId host : fault.hosts) VisitBothWays(host, other, visit);
  }
}

void ForEachPathBetweenGroups(const PartitionFault& fault, PathVisitor visit) {
  for (size_t i = 0; i < fault.groups.size(); ++i) {
    for (size_t j = i + 1; j < fault.groups.size(); ++j) {
      ForEachPath({.from = fault.groups[i], .to = fault.groups[j]}, visit);
    }
  }
}

void ForEachPathAcrossRing(const RingFault& fault, PathVisitor visit) {
  const int64_t count = static_cast<int64_t>(fault.hosts.size());
  const int64_t majority = count / 2 + 1;
  // A majority less the host itself, on both sides of it.
  const int64_t reach = majority / 2;
  for (int64_t i = 0; i < count; ++i) {
    for (int64_t j = 0; j < count; ++j) {
      const int64_t way = std::abs(i - j);
      if (std::min(way, count - way) <= reach) continue;
      visit(fault.hosts[static_cast<size_t>(i)], fault.hosts[static_cast<size_t>(j)]);
    }
  }
}

}  // namespace

std::string_view FaultName(size_t index) {
  KT_CHECK(index < kNames.size());
  return kNames[index];
}

void ForEachPath(const Paths& paths, PathVisitor visit) {
  for (HostId from : paths.from) {
    for (HostId to : paths.to) {
      if (from == to) continue;
      visit(from, to);
      if (!paths.one_way) visit(to, from);
    }
  }
}

void ForEachCutPath(const Fault& fault, int32_t host_count, PathVisitor visit) {
  if (const auto* cut = std::get_if<CutFault>(&fault)) ForEachPath(cut->paths, visit);
  if (const auto* isolate = std::get_if<IsolateFault>(&fault)) ForEachIsolatedPath(*isolate, host_count, visit);
  if (const auto* partition = std::get_if<PartitionFault>(&fault)) ForEachPathBetweenGroups(*partition, visit);
  if (const auto* ring = std::get_if<RingFault>(&fault)) ForEachPathAcrossRing(*ring, visit);
}

}  // namespace ktrial::sim
