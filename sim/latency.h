// A distribution of latencies as a table of integer quantiles: no floating point, the same draws everywhere.
//
//   LatencyTable rack = LatencyTable::FromP50P99(Microseconds(150), Milliseconds(1));
//   Duration d = rack.Draw(stream);
//
// A table is immutable; copies share it, so that a copy costs a reference count.
#ifndef KTRIAL_SIM_LATENCY_H_
#define KTRIAL_SIM_LATENCY_H_

#include <cstdint>
#include <vector>

#include "sim/random.h"
#include "sim/ref.h"
#include "sim/time.h"

namespace ktrial::sim {

class LatencyTable {
 public:
  // Always zero.
  LatencyTable() = default;
  // Always `latency` (>= 0); draws nothing from the stream.
  static LatencyTable Fixed(Duration latency);
  // Through the given median and 99th percentile (0 <= p50 <= p99), linear between half the median at the bottom, the
  // two points, and p99 + (p99 - p50) / 2 at the top.
  static LatencyTable FromP50P99(Duration p50, Duration p99);
  // Through the given quantiles at equal steps: {minimum, ..., maximum}, ascending, at least two.
  static LatencyTable FromQuantiles(const std::vector<Duration>& quantiles);

  Duration Draw(RandomStream& stream) const;
  Duration min() const;
  Duration p50() const;
  Duration max() const;

 private:
  // Ascending, at equal steps; interpolated between neighbours.
  struct Quantiles : RefCounted {
    std::vector<int64_t> nanos;
  };

  Duration At(uint64_t fraction) const;

  Duration fixed_;
  // None: always `fixed_`.
  Ref<const Quantiles> quantiles_;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_LATENCY_H_
