#include "cluster/parts_per_million.h"

#include <cstddef>
#include <string>

#include "absl/strings/numbers.h"

namespace ktrial::cluster {

std::optional<int64_t> PartsPerMillion(std::string_view decimal) {
  constexpr size_t kDigits = 6;
  const size_t point = decimal.find('.');
  const std::string_view whole = decimal.substr(0, point);
  std::string digits(whole);
  std::string_view part = point == std::string_view::npos ? std::string_view() : decimal.substr(point + 1);
  if (whole.empty() && part.empty()) return std::nullopt;
  part = part.substr(0, kDigits);
  digits.append(part).append(kDigits - part.size(), '0');
  int64_t value = 0;
  if (!absl::SimpleAtoi(digits, &value) || value < 0) return std::nullopt;
  return value;
}

}  // namespace ktrial::cluster
