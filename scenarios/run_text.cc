#include "scenarios/run_text.h"

namespace ktrial::scenarios {

std::string SecondsText(sim::Duration duration) {
  const bool negative = duration < sim::Duration();
  const int64_t nanos = negative ? -duration.nanos() : duration.nanos();
  const int64_t millis = (nanos + 500'000) / 1'000'000;
  const std::string fraction = std::to_string(1000 + millis % 1000).substr(1);
  return (negative ? "-" : "") + std::to_string(millis / 1000) + "." + fraction + " s";
}

std::string CountText(int64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace ktrial::scenarios
