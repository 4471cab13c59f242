// A distribution of latencies as a table of integer quantiles: no floating point, the same draws everywhere.
//
//   LatencyTable rack = LatencyTable::FromP50P99(Microseconds(150), Milliseconds(1));
//   Duration d = rack.Draw(stream);
#ifndef KTRIAL_SIM_LATENCY_H_
#define KTRIAL_SIM_LATENCY_H_

#include <cstdint>
#include <vector>

#include "sim/random.h"
#include "sim/time.h"

namespace ktrial::sim {

class LatencyTable {
 public:
  // Always `latency`; draws nothing from the stream.
  static LatencyTable Fixed(Duration latency);
  // Through the given median and 99th percentile (0 <= p50 <= p99), linear between half the median at the bottom, the two
  // points, and p99 + (p99 - p50) / 2 at the top.
  static LatencyTable FromP50P99(Duration p50, Duration p99);

  Duration Draw(RandomStream& stream) const;
  Duration min() const;
  Duration p50() const;
  Duration max() const;

 private:
  // Quantiles at equal steps, ascending; interpolated between neighbours. One entry: a constant.
  std::vector<int64_t> quantiles_nanos_;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_LATENCY_H_
