// What breaks in a scenario, when, and for how long. Targets are selectors, resolved when the fault begins.
//
//   { at: 10s, kill: leader of orders/0, for: 50s }
#ifndef KTRIAL_SCENARIOS_FAULT_H_
#define KTRIAL_SCENARIOS_FAULT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "scenarios/selector.h"
#include "scenarios/source.h"
#include "scenarios/trigger.h"
#include "scenarios/units.h"
#include "sim/time.h"

namespace ktrial::scenarios {

// The process dies at once; its machine and page cache live. Healed by a restart. (SIGKILL)
struct KillFault {
  SelectorList targets;
};

// The process shuts down in order: a broker moves its leaders away first. Healed by a restart. (SIGTERM)
struct StopFault {
  SelectorList targets;
};

// The machine loses power: the process dies and writes that were not flushed may be gone. Healed by power and a
// restart.
struct PowerLossFault {
  enum class Lose : uint8_t {
    kRandom,   // Of each file's unflushed writes a random suffix, drawn from the seed, is lost.
    kAll,      // All unflushed writes are lost.
    kNothing,  // The page cache happened to be written out.
  };
  SelectorList targets;
  Lose lose = Lose::kRandom;
};

// The process stands still; nothing of it runs, its connections stay open. Healed by going on. (SIGSTOP, long GC)
struct PauseFault {
  SelectorList targets;
};

// The targets are cut from every other node and client, in both directions. Targets still reach each other.
struct IsolateFault {
  SelectorList targets;
};

// Nothing that `from` and `to` exchange arrives, in one direction or both.
struct CutFault {
  enum class Direction : uint8_t {
    kTo,    // What `from` sends to `to` is lost.
    kFrom,  // What `to` sends to `from` is lost.
    kBoth,
  };
  SelectorList from;
  SelectorList to;
  Direction direction = Direction::kBoth;
};

// Nodes and clients of different groups are cut from each other; who is in no group reaches all.
struct PartitionFault {
  std::vector<SelectorList> groups;
  // Instead of groups: these fall into two halves, drawn when the fault begins; of an odd number one half has one more.
  SelectorList halves;
};

// Each target reaches the nearest others on a circle, a majority of the targets with itself, and no two see the same
// majority.
struct RingFault {
  SelectorList targets;
};

// The network loses this part of the segments between `from` and `to`, both ways; TCP sends them again.
struct LossFault {
  SelectorList from;
  SelectorList to;
  Part loss;
};

// The way from each of `from` to each of `to`, and back, carries no more than this.
struct ThrottleFault {
  SelectorList from;
  SelectorList to;
  int64_t bytes_per_second = 1;
};

// Faults of disks strike all disks of their targets, or with `dir` the one that holds this log directory: an entry of
// the brokers' log.dirs.
using LogDirName = std::optional<Located<std::string>>;

// Operations of the targets' disks take so many times as long.
struct SlowDiskFault {
  SelectorList targets;
  LogDirName dir;
  std::optional<Factor> append;  // Writes, and flushes unless those have their own.
  std::optional<Factor> flush;
  std::optional<Factor> read;
};

// The chosen operations of the targets' disks fail. (EIO)
struct DiskErrorFault {
  SelectorList targets;
  LogDirName dir;
  bool reads = false;
  bool writes = false;
  bool flushes = false;
};

// No space is left on the targets' disks. (ENOSPC)
struct DiskFullFault {
  SelectorList targets;
  LogDirName dir;
};

// The targets' disks report flushes as done and make nothing durable. Shows when the power goes.
struct LyingDiskFault {
  SelectorList targets;
  LogDirName dir;
};

// At once: a bit flips on each target's disk, in a file of the partition's log, or in any file. Nothing to heal.
struct BitRotFault {
  SelectorList targets;
  LogDirName dir;
  std::optional<PartitionName> partition;
};

// At once: the targets' disks are empty, as after a replacement. Nothing to heal.
struct WipeDiskFault {
  SelectorList targets;
  LogDirName dir;
};

// Messages between `from` and `to`, both ways, take so much longer.
struct DelayFault {
  SelectorList from;
  SelectorList to;
  sim::Duration by;
};

// Requests of some kinds that `from` sends to `to`, or their answers, meet with something.
struct MessageFault {
  enum class Action : uint8_t {
    kDelay,  // The message, and what is behind it on its connection, comes later.
    kDrop,   // The message never comes; its connection goes on.
    kHold,   // The message, and what is behind it on its connection, waits until the fault heals.
    kReset,  // Its connection is reset.
    kKill,   // `to` is killed when it has handled the request. Healed by a restart.
  };
  Action action = Action::kDelay;
  std::vector<Located<std::string>> requests;  // Kafka's names, such as AlterPartition. Not empty.
  SelectorList from;                           // Empty: anyone.
  SelectorList to;                             // Empty: anyone.
  bool answer = false;                         // Of kKill always false.
  int64_t nth = 0;                             // Only the n-th such request since the fault began, from 1; 0: each.
  sim::Duration by;                            // Of kDelay.
};

// At once: the connections between `from` and `to` are reset, and what is on its way on them is lost. Nothing to heal.
struct ResetFault {
  SelectorList from;
  SelectorList to;
};

// Work of the targets' processors takes so many times as long.
struct SlowCpuFault {
  SelectorList targets;
  Factor factor;
};

// The targets' wall clocks are wrong by so much, forward or back, until healed; timers do not notice.
struct ClockSkewFault {
  SelectorList targets;
  sim::Duration by;
};

// At once: the targets' wall clocks jump, and stay so. Nothing to heal.
struct ClockJumpFault {
  SelectorList targets;
  sim::Duration by;
};

// The targets' wall clocks run fast or slow, until healed; then they are right again.
struct ClockDriftFault {
  SelectorList targets;
  Part by;  // Of a second's length, gained each second.
};

// Starts what an earlier fault without `for` has killed, stopped or cut from power. Not a fault itself; heals nothing
// later.
struct StartAction {
  SelectorList targets;
};

struct Fault {
  using Action = std::variant<KillFault, StopFault, PowerLossFault, PauseFault, IsolateFault, CutFault, PartitionFault,
                              RingFault, LossFault, ThrottleFault, SlowDiskFault, DiskErrorFault, DiskFullFault,
                              LyingDiskFault, BitRotFault, WipeDiskFault, DelayFault, MessageFault, ResetFault,
                              SlowCpuFault, ClockSkewFault, ClockJumpFault, ClockDriftFault, StartAction>;
  std::optional<Located<std::string>> id;
  // When it begins: one of these.
  Located<sim::Duration> at;  // Since the start of the run; written if it is the one.
  std::optional<AfterFault> after;
  std::optional<Condition> when;
  std::optional<Located<sim::Duration>> duration;  // `for`. Without it the fault lasts until a start, or to the end.
  Action action;
  SourcePosition position;  // Of the entry.
};

// The key that names the action: "kill", "slow_disk", ... .
std::string_view ActionName(const Fault::Action& action);

// The fault in words, with its selectors as the scenario has them: "drop the answer to the 3rd Fetch from broker 2".
std::string DescribeFault(const Fault& fault);

// Its targets do not run until it heals.
bool TakesDown(const Fault::Action& action);

// It is over as soon as it begins, so there is nothing to heal.
bool IsAtOnce(const Fault::Action& action);

// The log directory that a disk fault names; null if it names none, or is another fault.
const Located<std::string>* LogDirOf(const Fault::Action& action);

// All selectors of an action, in the order of its fields.
std::vector<const Selector*> SelectorsOf(const Fault::Action& action);
std::vector<Selector*> SelectorsOf(Fault::Action& action);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_FAULT_H_
