// Properties of the world under random load and random faults.
#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "sim/fault.h"
#include "sim/toy_gossip_for_test.h"
#include "sim/world.h"

namespace ktrial::sim {
namespace {

constexpr int32_t kHosts = 6;

HostId DrawHost(RandomStream& stream) { return HostId(static_cast<int32_t>(stream.Below(kHosts))); }
ProcessId DrawProcess(RandomStream& stream) { return ProcessId(static_cast<int32_t>(stream.Below(kHosts))); }
DiskId DrawDisk(RandomStream& stream) { return DiskId(static_cast<int32_t>(stream.Below(kHosts))); }
Paths DrawPaths(RandomStream& stream) {
  return {.from = {DrawHost(stream), DrawHost(stream)}, .to = {DrawHost(stream)}, .one_way = stream.Chance({1, 2})};
}

Fault DrawNetworkFault(RandomStream& stream) {
  switch (stream.Below(8)) {
    case 0:
      return CutFault{DrawPaths(stream)};
    case 1:
      return IsolateFault{{DrawHost(stream)}};
    case 2:
      return PartitionFault{{{HostId(0), DrawHost(stream)}, {HostId(5), HostId(4)}}};
    case 3:
      return RingFault{{HostId(0), HostId(1), HostId(2), HostId(3), HostId(4)}};
    case 4:
      return DelayFault{DrawPaths(stream), LatencyTable::FromP50P99(Milliseconds(2), Milliseconds(40))};
    case 5:
      return LossFault{DrawPaths(stream), Ratio{1, 4}};
    case 6:
      return ThrottleFault{DrawPaths(stream), 100'000};
    default:
      return ResetConnectionsFault{{DrawHost(stream)}, {DrawHost(stream), DrawHost(stream)}};
  }
}

// Drops and clock jumps are left out: what they do stays after healing.
Fault DrawFault(RandomStream& stream) {
  const FilterAction kActions[] = {FilterAction::kDelay, FilterAction::kHold, FilterAction::kReset};
  switch (stream.Below(12)) {
    case 0:
      return KillFault{DrawProcess(stream)};
    case 1:
      return PauseFault{DrawProcess(stream)};
    case 2:
      return PowerLossFault{.hosts = {DrawHost(stream)}};
    case 3:
      return PowerLossFault{.domains = {PowerDomainId(static_cast<int32_t>(stream.Below(2)))}};
    case 4:
      return SlowCpuFault{{DrawHost(stream)}, stream.Between(2, 20)};
    case 5:
      return SlowDiskFault{{DrawDisk(stream)}, stream.Between(2, 20)};
    case 6:
      return DiskLieFault{{DrawDisk(stream)}};
    case 7:
      return DiskErrorFault{.disks = {DrawDisk(stream)}, .flushes = true};
    case 8:
      return ClockOffsetFault{{DrawHost(stream)}, Milliseconds(stream.Between(-5000, 5000))};
    case 9:
      return ClockDriftFault{{DrawHost(stream)}, stream.Between(-1'000'000, 1'000'000)};
    case 10:
      return MessageFilter{
          .to = {DrawProcess(stream)},
          .kinds = {Gossip::kQuestion},
          .nth = stream.Between(0, 5),
          .point = stream.Chance({1, 2}) ? FilterPoint::kBeforeProcessing : FilterPoint::kAfterProcessing,
          .action = kActions[stream.Below(3)],
          .delay = Milliseconds(30)};
    default:
      return DrawNetworkFault(stream);
  }
}

// Runs on for a while, in which one fault begins and perhaps another heals.
void Shake(World& world, RandomStream& stream) {
  world.RunUntil(world.now() + Milliseconds(stream.Between(0, 200)));
  if (!world.active_faults().empty() && stream.Chance({2, 3})) {
    world.Heal(world.active_faults()[stream.Below(world.active_faults().size())].id);
  }
  world.Begin(DrawFault(stream));
}

World ShakenWorld(uint64_t seed, RandomStream& stream) {
  World world = MakeGossipWorld(seed, {.process_count = kHosts});
  const int64_t steps = stream.Between(1, 12);
  for (int64_t i = 0; i < steps; ++i) Shake(world, stream);
  return world;
}

int64_t Disorder(const World& world) {
  int64_t sum = 0;
  for (int32_t i = 0; i < kHosts; ++i) sum += world.process_as<Gossip>(ProcessId(i)).disorder();
  return sum;
}

void ExpectEqualHashes(const World& a, const World& b) {
  RC_ASSERT(a.events_processed() == b.events_processed());
  RC_ASSERT(a.trace_hash() == b.trace_hash());
  for (int32_t i = 0; i < kHosts; ++i) RC_ASSERT(a.host_trace_hash(HostId(i)) == b.host_trace_hash(HostId(i)));
  RC_ASSERT(a.checkpoints() == b.checkpoints());
}

RC_GTEST_PROP(WorldProperty, AForkGoesOnAsTheOriginal, (uint64_t seed)) {
  RandomStream stream(seed);
  World original = ShakenWorld(seed, stream);
  World fork = original;
  RandomStream same = stream;
  for (int i = 0; i < 3; ++i) Shake(original, stream);
  for (int i = 0; i < 3; ++i) Shake(fork, same);
  ExpectEqualHashes(original, fork);
}

RC_GTEST_PROP(WorldProperty, ACopyDoesNotDisturbItsOriginal, (uint64_t seed)) {
  RandomStream stream(seed);
  World original = ShakenWorld(seed, stream);
  const uint64_t before = original.trace_hash();
  World fork = original;
  Shake(fork, stream);
  fork.RunUntil(fork.now() + Seconds(1));
  RC_ASSERT(original.trace_hash() == before);
}

RC_GTEST_PROP(WorldProperty, TheSeedDecidesTheRun, (uint64_t seed)) {
  RandomStream first(seed);
  RandomStream second(seed);
  ExpectEqualHashes(ShakenWorld(seed, first), ShakenWorld(seed, second));
  RandomStream third(seed);
  RandomStream fourth(seed);
  RC_ASSERT(ShakenWorld(seed, third).trace_hash() != ShakenWorld(seed + 1, fourth).trace_hash());
}

RC_GTEST_PROP(WorldProperty, ConnectionsKeepOrderAndNeverRepeat, (uint64_t seed)) {
  RandomStream stream(seed);
  World world = ShakenWorld(seed, stream);
  RC_ASSERT(Disorder(world) == 0);
  world.HealAll();
  world.RunUntil(world.now() + Seconds(5));
  RC_ASSERT(Disorder(world) == 0);
}

RC_GTEST_PROP(WorldProperty, HealingEverythingLeavesAHealthyWorld, (uint64_t seed)) {
  RandomStream stream(seed);
  World world = ShakenWorld(seed, stream);
  while (!world.active_faults().empty()) {
    world.Heal(world.active_faults()[stream.Below(world.active_faults().size())].id);
    world.RunUntil(world.now() + Milliseconds(stream.Between(0, 50)));
  }
  RC_ASSERT(world.network_undisturbed());
  for (int32_t i = 0; i < kHosts; ++i) {
    RC_ASSERT(world.powered(HostId(i)));
    RC_ASSERT(world.running(ProcessId(i)));
    RC_ASSERT(!world.paused(ProcessId(i)));
    RC_ASSERT(world.host(HostId(i)).cpu_slowdown == 1);
    RC_ASSERT(world.wall_clock(HostId(i)) == kRunStart + (world.now() - SimTime()));
    RC_ASSERT(world.disk(DiskId(i)).faults() == DiskFaults());
  }
  const int64_t heard_before = world.process_as<Gossip>(ProcessId(0)).heard();
  world.RunUntil(world.now() + Seconds(10));
  RC_ASSERT(world.process_as<Gossip>(ProcessId(0)).heard() > heard_before);
}

}  // namespace
}  // namespace ktrial::sim
