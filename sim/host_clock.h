// The wall clock of one host: what Time.milliseconds() returns there. It starts at a fixed date, and can be off, drift
// and jump; the monotonic clock (SimTime, Kafka's Time.nanoseconds() and hiResClockMs()) does none of that.
//
//   HostClock clock;
//   clock.Jump(now, Seconds(-3));        // set back by an operator or NTP
//   clock.SetDrift(now, 50'000);         // from now on fast by 50 parts per million
//   WallTime shown = clock.At(now);
#ifndef KTRIAL_SIM_HOST_CLOCK_H_
#define KTRIAL_SIM_HOST_CLOCK_H_

#include <cstdint>

#include "sim/time.h"

namespace ktrial::sim {

// True time at the start of every run: 2026-01-01T00:00:00Z.
inline constexpr WallTime kRunStart{1'767'225'600'000};

class HostClock {
 public:
  // Shows true time plus `offset`.
  explicit HostClock(Duration offset = Duration()) : offset_(offset) {}

  // What the clock shows, rounded down to a millisecond. `now` must not lie before the last Jump or SetDrift.
  WallTime At(SimTime now) const;
  // How far the clock is ahead of true time; negative when it is behind.
  Duration OffsetAt(SimTime now) const;

  // Moves the clock at once, forward or back.
  void Jump(SimTime now, Duration by);
  // From now on gains `parts_per_billion` nanoseconds a second; what was gained before is kept. Above -10^9, so that
  // the clock does not run backwards, and at most 10^9.
  void SetDrift(SimTime now, int64_t parts_per_billion);
  // Shows true time again and drifts no more.
  void Synchronise(SimTime now);

  int64_t drift_parts_per_billion() const { return drift_ppb_; }

 private:
  // The offset at `drift_since_`.
  Duration offset_;
  int64_t drift_ppb_ = 0;
  SimTime drift_since_;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_HOST_CLOCK_H_
