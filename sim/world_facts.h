// The facts that the world itself emits: lives of processes and machines, and faults. Kinds 1 to 63 belong to this
// file.
#ifndef KTRIAL_SIM_WORLD_FACTS_H_
#define KTRIAL_SIM_WORLD_FACTS_H_

#include <cstdint>
#include <tuple>

#include "sim/fact.h"
#include "sim/ids.h"

namespace ktrial::sim {

struct ProcessStarted {
  static constexpr FactKind kKind{1};
  ProcessId process;
  HostId host;
  Incarnation incarnation;
  auto Fields() const { return std::tuple(process, host, incarnation); }
};

// The process ended in good order, by Context::Exit.
struct ProcessExited {
  static constexpr FactKind kKind{2};
  ProcessId process;
  HostId host;
  Incarnation incarnation;
  auto Fields() const { return std::tuple(process, host, incarnation); }
};

// The process ended without a word of its own: killed, or its machine lost power.
struct ProcessKilled {
  static constexpr FactKind kKind{3};
  ProcessId process;
  HostId host;
  Incarnation incarnation;
  auto Fields() const { return std::tuple(process, host, incarnation); }
};

struct ProcessPaused {
  static constexpr FactKind kKind{4};
  ProcessId process;
  auto Fields() const { return std::tuple(process); }
};

struct ProcessResumed {
  static constexpr FactKind kKind{5};
  ProcessId process;
  auto Fields() const { return std::tuple(process); }
};

struct PowerLost {
  static constexpr FactKind kKind{6};
  HostId host;
  auto Fields() const { return std::tuple(host); }
};

struct PowerRestored {
  static constexpr FactKind kKind{7};
  HostId host;
  auto Fields() const { return std::tuple(host); }
};

// `fault_kind` is the index of the fault's type in sim::Fault.
struct FaultBegun {
  static constexpr FactKind kKind{8};
  FaultId fault;
  int32_t fault_kind = 0;
  auto Fields() const { return std::tuple(fault, fault_kind); }
};

struct FaultHealed {
  static constexpr FactKind kKind{9};
  FaultId fault;
  int32_t fault_kind = 0;
  auto Fields() const { return std::tuple(fault, fault_kind); }
};

// A bit of a file flipped on the medium.
struct BitFlipped {
  static constexpr FactKind kKind{10};
  DiskId disk;
  FileId file;
  int64_t position = 0;
  auto Fields() const { return std::tuple(disk, file, position); }
};

struct DiskWiped {
  static constexpr FactKind kKind{11};
  DiskId disk;
  auto Fields() const { return std::tuple(disk); }
};

// A message filter caught a message. `action` is a FilterAction.
struct MessageFiltered {
  static constexpr FactKind kKind{12};
  FaultId fault;
  ProcessId from;
  ProcessId to;
  uint16_t message_kind = 0;
  uint64_t tag = 0;
  int32_t action = 0;
  auto Fields() const { return std::tuple(fault, from, to, message_kind, tag, action); }
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_WORLD_FACTS_H_
