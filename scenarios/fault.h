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

// Appends and flushes of the targets' disks take so many times as long.
struct SlowDiskFault {
  SelectorList targets;
  Factor append;
};

// Messages between `from` and `to`, both ways, take so much longer.
struct DelayFault {
  SelectorList from;
  SelectorList to;
  sim::Duration by;
};

// Work of the targets' processors takes so many times as long.
struct SlowCpuFault {
  SelectorList targets;
  Factor factor;
};

// The targets' wall clocks jump by so much, forward or back; timers do not notice.
struct ClockSkewFault {
  SelectorList targets;
  sim::Duration by;
};

// Starts what an earlier fault without `for` has killed, stopped or cut from power. Not a fault itself; heals nothing
// later.
struct StartAction {
  SelectorList targets;
};

struct Fault {
  using Action = std::variant<KillFault, StopFault, PowerLossFault, PauseFault, IsolateFault, CutFault, SlowDiskFault,
                              DelayFault, SlowCpuFault, ClockSkewFault, StartAction>;
  std::optional<Located<std::string>> id;
  Located<sim::Duration> at;                       // Since the start of the run.
  std::optional<Located<sim::Duration>> duration;  // `for`. Without it the fault lasts until a start, or to the end.
  Action action;
  SourcePosition position;  // Of the entry.
};

// The key that names the action: "kill", "slow_disk", ... .
std::string_view ActionName(const Fault::Action& action);

// All selectors of an action, in the order of its fields.
std::vector<const Selector*> SelectorsOf(const Fault::Action& action);
std::vector<Selector*> SelectorsOf(Fault::Action& action);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_FAULT_H_
