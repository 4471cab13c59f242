// Virtual time. SimTime is nanoseconds since the start of the run; Duration is a difference in nanoseconds. WallTime is
// what a host's own clock shows: milliseconds since the Unix epoch, as Kafka's Time.milliseconds() returns them.
//
//   SimTime deadline = ctx.now() + Milliseconds(30'000);
#ifndef KTRIAL_SIM_TIME_H_
#define KTRIAL_SIM_TIME_H_

#include <compare>
#include <cstdint>
#include <limits>

namespace ktrial::sim {

class Duration {
 public:
  constexpr Duration() = default;
  constexpr explicit Duration(int64_t nanos) : nanos_(nanos) {}
  static constexpr Duration Max() { return Duration(std::numeric_limits<int64_t>::max() / 4); }

  constexpr int64_t nanos() const { return nanos_; }
  constexpr int64_t micros() const { return nanos_ / 1'000; }
  constexpr int64_t millis() const { return nanos_ / 1'000'000; }

  friend constexpr auto operator<=>(Duration, Duration) = default;
  friend constexpr Duration operator+(Duration a, Duration b) { return Duration(a.nanos_ + b.nanos_); }
  friend constexpr Duration operator-(Duration a, Duration b) { return Duration(a.nanos_ - b.nanos_); }
  friend constexpr Duration operator*(Duration a, int64_t factor) { return Duration(a.nanos_ * factor); }
  friend constexpr Duration operator/(Duration a, int64_t divisor) { return Duration(a.nanos_ / divisor); }
  Duration& operator+=(Duration other) {
    nanos_ += other.nanos_;
    return *this;
  }

 private:
  int64_t nanos_ = 0;
};

constexpr Duration Nanoseconds(int64_t n) { return Duration(n); }
constexpr Duration Microseconds(int64_t n) { return Duration(n * 1'000); }
constexpr Duration Milliseconds(int64_t n) { return Duration(n * 1'000'000); }
constexpr Duration Seconds(int64_t n) { return Duration(n * 1'000'000'000); }

class SimTime {
 public:
  constexpr SimTime() = default;
  constexpr explicit SimTime(int64_t nanos) : nanos_(nanos) {}
  static constexpr SimTime Max() { return SimTime(std::numeric_limits<int64_t>::max() / 2); }

  constexpr int64_t nanos() const { return nanos_; }
  constexpr int64_t millis() const { return nanos_ / 1'000'000; }

  friend constexpr auto operator<=>(SimTime, SimTime) = default;
  friend constexpr SimTime operator+(SimTime t, Duration d) { return SimTime(t.nanos_ + d.nanos()); }
  friend constexpr SimTime operator-(SimTime t, Duration d) { return SimTime(t.nanos_ - d.nanos()); }
  friend constexpr Duration operator-(SimTime a, SimTime b) { return Duration(a.nanos_ - b.nanos_); }

 private:
  int64_t nanos_ = 0;
};

class WallTime {
 public:
  constexpr WallTime() = default;
  constexpr explicit WallTime(int64_t unix_millis) : millis_(unix_millis) {}

  constexpr int64_t unix_millis() const { return millis_; }

  friend constexpr auto operator<=>(WallTime, WallTime) = default;
  friend constexpr WallTime operator+(WallTime t, Duration d) { return WallTime(t.millis_ + d.millis()); }
  friend constexpr Duration operator-(WallTime a, WallTime b) { return Milliseconds(a.millis_ - b.millis_); }

 private:
  int64_t millis_ = 0;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_TIME_H_
