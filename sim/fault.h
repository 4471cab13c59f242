// What can be made to go wrong in a World. A fault is begun and, later or never, healed; faults that overlap add up,
// and each heals by itself.
//
//   FaultId cut = world.Begin(CutFault{.from = {leader}, .to = followers});
//   world.RunUntil(world.now() + Seconds(30));
//   world.Heal(cut);
//
// Network faults never touch what processes of one host say to each other.
#ifndef KTRIAL_SIM_FAULT_H_
#define KTRIAL_SIM_FAULT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "sim/disk.h"
#include "sim/ids.h"
#include "sim/latency.h"
#include "sim/message_filter.h"
#include "sim/random.h"
#include "sim/time.h"

namespace ktrial::sim {

// Directed paths: from each of `from` to each of `to`, and back unless one_way.
struct Paths {
  std::vector<HostId> from = {};
  std::vector<HostId> to = {};
  bool one_way = false;
};

// Nothing passes.
struct CutFault {
  Paths paths;
};

// The hosts are cut from all others; among themselves they still talk.
struct IsolateFault {
  std::vector<HostId> hosts;
};

// Hosts of different groups are cut from each other; a host in no group reaches all. With two groups and one host in
// neither, that host is the bridge between two halves.
struct PartitionFault {
  std::vector<std::vector<HostId>> groups;
};

// Each host reaches the nearest ones on the circle of `hosts`, a majority of them with itself, and no two see the same
// majority. Needs four hosts or more to cut anything.
struct RingFault {
  std::vector<HostId> hosts;
};

// Adds a draw from `delay` to each message's way.
struct DelayFault {
  Paths paths;
  LatencyTable delay = {};
};

// Loses this part of the segments; TCP sends them again later.
struct LossFault {
  Paths paths;
  Ratio loss = {};
};

// Each directed path carries no more than this; > 0.
struct ThrottleFault {
  Paths paths;
  int64_t bytes_per_second = 0;
};

// At once: both ends of every connection between the two sides hear kReset. Nothing to heal.
struct ResetConnectionsFault {
  std::vector<HostId> from;
  std::vector<HostId> to;
};

// SIGKILL; healing starts the process again, if the fault found it running.
struct KillFault {
  ProcessId process;
};

// SIGSTOP; healing continues it. A process that is started meanwhile begins paused.
struct PauseFault {
  ProcessId process;
};

// Healing restores power and starts what ran.
struct PowerLossFault {
  std::vector<HostId> hosts = {};
  // All hosts of these, too.
  std::vector<PowerDomainId> domains = {};
  PowerLossMode mode = PowerLossMode::kRandom;
};

// Work takes `factor` (>= 1) times as long.
struct SlowCpuFault {
  std::vector<HostId> hosts;
  int64_t factor = 1;
};

// The chosen operations take `factor` (>= 1) times as long.
struct SlowDiskFault {
  std::vector<DiskId> disks;
  int64_t factor = 1;
  bool reads = true;
  bool writes = true;
  bool flushes = true;
};

// The chosen operations return kIoError.
struct DiskErrorFault {
  std::vector<DiskId> disks;
  bool reads = false;
  bool writes = false;
  bool flushes = false;
};

struct DiskFullFault {
  std::vector<DiskId> disks;
};

// Flushes report success and make nothing durable.
struct DiskLieFault {
  std::vector<DiskId> disks;
};

// At once: one bit flips at a random place of a random file, not empty, whose path starts with `path_prefix`. Nothing
// to heal.
struct BitRotFault {
  DiskId disk;
  std::string path_prefix = {};
};

// At once: the disk is empty, as after a replacement. A process that runs on it finds its files gone. Nothing to heal.
struct WipeDiskFault {
  DiskId disk;
};

// The wall clock is wrong by `offset` until healed.
struct ClockOffsetFault {
  std::vector<HostId> hosts;
  Duration offset;
};

// The wall clock gains this many nanoseconds a second, until healed; then it is right again. In (-10^9, 10^9]; so must
// be the sum of all that drift at once.
struct ClockDriftFault {
  std::vector<HostId> hosts;
  int64_t parts_per_billion = 0;
};

// At once: the wall clock moves and stays so. Nothing to heal.
struct ClockJumpFault {
  std::vector<HostId> hosts;
  Duration by;
};

using Fault = std::variant<CutFault, IsolateFault, PartitionFault, RingFault, DelayFault, LossFault, ThrottleFault,
                           ResetConnectionsFault, MessageFilter, KillFault, PauseFault, PowerLossFault, SlowCpuFault,
                           SlowDiskFault, DiskErrorFault, DiskFullFault, DiskLieFault, BitRotFault, WipeDiskFault,
                           ClockOffsetFault, ClockDriftFault, ClockJumpFault>;

// "cut", "power_loss" and so on, by Fault::index(), as FaultBegun::fault_kind gives it.
std::string_view FaultName(size_t index);

// A fault that has begun and is not healed.
struct ActiveFault {
  FaultId id;
  SimTime begun;
  Fault fault;
  // Of a power loss: all its hosts.
  std::vector<HostId> hosts = {};
  // What healing starts.
  std::vector<ProcessId> to_start = {};
};

using PathVisitor = absl::FunctionRef<void(HostId from, HostId to)>;
// Calls `visit` for each directed path between different hosts; a path may come more than once.
void ForEachPath(const Paths& paths, PathVisitor visit);
// For each directed path that the fault cuts, among hosts 0 to host_count - 1; none for a fault of another kind.
void ForEachCutPath(const Fault& fault, int32_t host_count, PathVisitor visit);

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_FAULT_H_
