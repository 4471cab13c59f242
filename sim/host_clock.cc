#include "sim/host_clock.h"

#include "sim/check.h"

namespace ktrial::sim {
namespace {

constexpr int64_t kBillion = 1'000'000'000;
constexpr int64_t kNanosPerMilli = 1'000'000;

// Integer division that rounds down, also below zero.
template <typename Integer>
constexpr Integer FloorDivide(Integer dividend, Integer divisor) {
  const Integer quotient = dividend / divisor;
  return dividend % divisor < 0 ? quotient - 1 : quotient;
}

}  // namespace

WallTime HostClock::At(SimTime now) const {
  const Duration since_start = (now - SimTime()) + OffsetAt(now);
  return WallTime(kRunStart.unix_millis() + FloorDivide(since_start.nanos(), kNanosPerMilli));
}

Duration HostClock::OffsetAt(SimTime now) const {
  KT_CHECK(now >= drift_since_);
  if (drift_ppb_ == 0) return offset_;
  __extension__ using Wide = __int128;
  const Wide gained = static_cast<Wide>((now - drift_since_).nanos()) * drift_ppb_;
  return offset_ + Duration(static_cast<int64_t>(FloorDivide<Wide>(gained, kBillion)));
}

void HostClock::Jump(SimTime now, Duration by) {
  KT_CHECK(now >= drift_since_);
  offset_ += by;
}

void HostClock::SetDrift(SimTime now, int64_t parts_per_billion) {
  KT_CHECK(parts_per_billion > -kBillion);
  KT_CHECK(parts_per_billion <= kBillion);
  offset_ = OffsetAt(now);
  drift_since_ = now;
  drift_ppb_ = parts_per_billion;
}

void HostClock::Synchronise(SimTime now) {
  SetDrift(now, 0);
  offset_ = Duration();
}

}  // namespace ktrial::sim
