// Facts: what happened, as typed values in one stream. Checkers, reports, metrics and the trace hash all read it. A
// fact is a plain struct with a kind and its fields:
//
//   struct LeaderElected {
//     static constexpr FactKind kKind{3};
//     int32_t partition;
//     int32_t leader;
//     auto Fields() const { return std::tuple(partition, leader); }   // integers only: they enter the trace hash
//   };
//
// A FactSink hears each fact at the moment it is emitted, in the order of the run, and must not keep the pointer.
#ifndef KTRIAL_SIM_FACT_H_
#define KTRIAL_SIM_FACT_H_

#include <cstdint>

#include "sim/ids.h"
#include "sim/time.h"

namespace ktrial::sim {

// The world's own facts use kinds below 64; the layers above number theirs from 64.
using FactKind = StrongId<struct FactKindTag, int16_t>;

struct FactHeader {
  SimTime at;
  FactKind kind;
  // Who emitted it; none for the world's own facts.
  ProcessId process;
  HostId host;
  Incarnation incarnation;
};

class FactSink {
 public:
  virtual ~FactSink() = default;
  // `fact` points to the struct whose kKind is header.kind; valid during the call only.
  virtual void OnFact(const FactHeader& header, const void* fact) = 0;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_FACT_H_
