// Quantities as scenarios write them: durations (250us, 1h30m), sizes (16KiB, 1MB), rates (500/s), factors (x50). All
// arithmetic is on integers; text that does not denote a whole number of nanoseconds or bytes is refused.
//
//   ParseDuration("1h30m").value                     == sim::Seconds(5400)
//   FormatDuration(sim::Milliseconds(1500))          == "1500ms"
#ifndef KTRIAL_SCENARIOS_UNITS_H_
#define KTRIAL_SCENARIOS_UNITS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/time.h"

namespace ktrial::scenarios {

// Why a text is not a quantity.
enum class UnitError : uint8_t {
  kNone,
  kMissingUnit,  // "30"
  kOtherUnit,    // "5MB" for a duration: a quantity of another kind
  kMalformed,    // "fast", "1.5.2s", ""
  kTooLarge,     // does not fit
  kTooFine,      // "0.3ns", "0.5B"
};

template <typename T>
struct UnitResult {
  T value{};
  UnitError error = UnitError::kNone;

  bool ok() const { return error == UnitError::kNone; }
};

// A number of things in a span of time, kept as written. The span is 1 ms, 1 s, 1 min or 1 h.
struct Rate {
  int64_t count = 0;
  sim::Duration per = sim::Seconds(1);

  friend bool operator==(const Rate&, const Rate&) = default;
};

// A factor in thousandths: x50 is 50'000, x1.5 is 1'500.
struct Factor {
  int64_t thousandths = 1'000;

  friend bool operator==(const Factor&, const Factor&) = default;
};

// Units ns us ms s m h d, whole or decimal, in descending order: "1h30m", "1.5s", "-30s". Up to 10'000 days.
UnitResult<sim::Duration> ParseDuration(std::string_view text);

// Units B, kB/KB MB GB TB (powers of 1000), KiB MiB GiB TiB (powers of 1024); not negative.
UnitResult<int64_t> ParseSize(std::string_view text);

// A part of a whole, or a deviation, in parts per billion: 5% is 50'000'000.
struct Part {
  int64_t per_billion = 0;

  friend bool operator==(const Part&, const Part&) = default;
};

// "5%", "0.05"; from nothing to the whole.
UnitResult<Part> ParsePart(std::string_view text);

// "200ppm", "-5%"; below the whole.
UnitResult<Part> ParseDeviation(std::string_view text);

// "10MB/s": bytes a second, as sizes are written; above zero.
UnitResult<int64_t> ParseBandwidth(std::string_view text);

// "500/s", also /ms, /m, /min, /h; a whole number.
UnitResult<Rate> ParseRate(std::string_view text);

// "x50", "x1.5", up to three decimals; above zero.
UnitResult<Factor> ParseFactor(std::string_view text);

// The shortest form that parses back to the same value.
std::string FormatDuration(sim::Duration duration);
std::string FormatSize(int64_t bytes);
std::string FormatRate(Rate rate);
std::string FormatFactor(Factor factor);
std::string FormatPart(Part part);
std::string FormatBandwidth(int64_t bytes_per_second);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_UNITS_H_
