#include "scenarios/units.h"

#include <array>
#include <span>

#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

struct Unit {
  std::string_view name;
  int64_t scale;
};

constexpr std::array<Unit, 9> kDurationUnits = {{{"ns", 1},
                                                 {"us", 1'000},
                                                 {"\u00b5s", 1'000},
                                                 {"ms", 1'000'000},
                                                 {"s", 1'000'000'000},
                                                 {"m", 60'000'000'000},
                                                 {"min", 60'000'000'000},
                                                 {"h", 3'600'000'000'000},
                                                 {"d", 86'400'000'000'000}}};
constexpr std::array<Unit, 10> kSizeUnits = {{{"B", 1},
                                              {"kB", 1'000},
                                              {"KB", 1'000},
                                              {"MB", 1'000'000},
                                              {"GB", 1'000'000'000},
                                              {"TB", 1'000'000'000'000},
                                              {"KiB", int64_t{1} << 10},
                                              {"MiB", int64_t{1} << 20},
                                              {"GiB", int64_t{1} << 30},
                                              {"TiB", int64_t{1} << 40}}};
constexpr int64_t kMaxDurationNanos = 10'000 * int64_t{86'400'000'000'000};
constexpr int64_t kMaxSizeBytes = int64_t{1} << 60;
// Of a Part.
constexpr int64_t kWhole = 1'000'000'000;

const Unit* FindUnit(std::span<const Unit> units, std::string_view name) {
  for (const Unit& unit : units) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

// A decimal number without sign: digits * 10^-decimals.
struct Decimal {
  int64_t digits = 0;
  int decimals = 0;
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes a number off the front of `text`. Fails on no digits, ".5", "5." and numbers of more than 18 digits.
UnitError TakeDecimal(std::string_view& text, Decimal* number) {
  constexpr int kMaxDigits = 18;
  int digits = 0;
  bool point = false;
  *number = {};
  while (!text.empty() && (IsDigit(text.front()) || (text.front() == '.' && !point && digits > 0))) {
    if (text.front() == '.') {
      if (text.size() < 2 || !IsDigit(text[1])) return UnitError::kMalformed;
      point = true;
    } else {
      if (++digits > kMaxDigits) return UnitError::kTooLarge;
      number->digits = number->digits * 10 + (text.front() - '0');
      number->decimals += point ? 1 : 0;
    }
    text.remove_prefix(1);
  }
  return digits == 0 ? UnitError::kMalformed : UnitError::kNone;
}

std::string_view TakeUnitName(std::string_view& text) {
  size_t length = 0;
  while (length < text.size() && !IsDigit(text[length])) ++length;
  const std::string_view name = text.substr(0, length);
  text.remove_prefix(length);
  return name;
}

UnitError Scale(Decimal number, int64_t scale, int64_t limit, int64_t* out) {
  __extension__ using Wide = __int128;
  Wide value = static_cast<Wide>(number.digits) * scale;
  for (int i = 0; i < number.decimals; ++i) {
    if (value % 10 != 0) return UnitError::kTooFine;
    value /= 10;
  }
  if (value > limit) return UnitError::kTooLarge;
  *out = static_cast<int64_t>(value);
  return UnitError::kNone;
}

template <typename T>
UnitResult<T> Fail(UnitError error) {
  return {.value = {}, .error = error};
}

// A number with a unit of another kind tells the user more than "malformed" does.
UnitError Misfit(std::string_view unit) {
  const bool known = FindUnit(kDurationUnits, unit) != nullptr || FindUnit(kSizeUnits, unit) != nullptr ||
                     (unit.size() > 1 && unit.front() == '/') || unit == "%";
  return known ? UnitError::kOtherUnit : UnitError::kMalformed;
}

std::string Decimals(int64_t thousandths) {
  std::string text = std::to_string(thousandths / 1'000);
  const int64_t rest = thousandths % 1'000;
  if (rest == 0) return text;
  std::string decimals = std::to_string(1'000 + rest).substr(1);
  while (decimals.back() == '0') decimals.pop_back();
  return Cat({text, ".", decimals});
}

}  // namespace

UnitResult<sim::Duration> ParseDuration(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty()) return Fail<sim::Duration>(UnitError::kMalformed);
  int64_t total = 0;
  int64_t last_scale = 0;
  while (!text.empty()) {
    Decimal number;
    int64_t part = 0;
    if (const UnitError error = TakeDecimal(text, &number); error != UnitError::kNone)
      return Fail<sim::Duration>(error);
    const std::string_view name = TakeUnitName(text);
    if (name.empty()) return Fail<sim::Duration>(last_scale == 0 ? UnitError::kMissingUnit : UnitError::kMalformed);
    const Unit* unit = FindUnit(kDurationUnits, name);
    if (unit == nullptr) return Fail<sim::Duration>(last_scale == 0 ? Misfit(name) : UnitError::kMalformed);
    if (last_scale != 0 && unit->scale >= last_scale) return Fail<sim::Duration>(UnitError::kMalformed);
    last_scale = unit->scale;
    if (const UnitError error = Scale(number, unit->scale, kMaxDurationNanos, &part); error != UnitError::kNone) {
      return Fail<sim::Duration>(error);
    }
    total += part;
    if (total > kMaxDurationNanos) return Fail<sim::Duration>(UnitError::kTooLarge);
  }
  return {.value = sim::Nanoseconds(negative ? -total : total)};
}

UnitResult<int64_t> ParseSize(std::string_view text) {
  Decimal number;
  int64_t bytes = 0;
  if (const UnitError error = TakeDecimal(text, &number); error != UnitError::kNone) return Fail<int64_t>(error);
  if (text.empty()) return Fail<int64_t>(UnitError::kMissingUnit);
  const Unit* unit = FindUnit(kSizeUnits, text);
  if (unit == nullptr) return Fail<int64_t>(Misfit(text));
  if (const UnitError error = Scale(number, unit->scale, kMaxSizeBytes, &bytes); error != UnitError::kNone) {
    return Fail<int64_t>(error);
  }
  return {.value = bytes};
}

UnitResult<Part> ParsePart(std::string_view text) {
  Decimal number;
  Part part;
  if (const UnitError error = TakeDecimal(text, &number); error != UnitError::kNone) return Fail<Part>(error);
  if (!text.empty() && text != "%") return Fail<Part>(Misfit(text));
  const int64_t scale = text.empty() ? kWhole : kWhole / 100;
  const UnitError error = Scale(number, scale, kWhole, &part.per_billion);
  return error == UnitError::kNone ? UnitResult<Part>{.value = part} : Fail<Part>(error);
}

UnitResult<Part> ParseDeviation(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  Decimal number;
  Part part;
  if (const UnitError error = TakeDecimal(text, &number); error != UnitError::kNone) return Fail<Part>(error);
  if (text.empty()) return Fail<Part>(UnitError::kMissingUnit);
  if (text != "ppm" && text != "%") return Fail<Part>(Misfit(text));
  const int64_t scale = text == "ppm" ? kWhole / 1'000'000 : kWhole / 100;
  const UnitError error = Scale(number, scale, kWhole - 1, &part.per_billion);
  if (error != UnitError::kNone) return Fail<Part>(error);
  if (negative) part.per_billion = -part.per_billion;
  return {.value = part};
}

UnitResult<int64_t> ParseBandwidth(std::string_view text) {
  constexpr std::string_view kPerSecond = "/s";
  if (!text.ends_with(kPerSecond)) {
    const UnitResult<int64_t> size = ParseSize(text);
    return Fail<int64_t>(size.ok() ? UnitError::kMissingUnit : size.error);
  }
  const UnitResult<int64_t> size = ParseSize(text.substr(0, text.size() - kPerSecond.size()));
  return size.ok() && size.value == 0 ? Fail<int64_t>(UnitError::kMalformed) : size;
}

UnitResult<Rate> ParseRate(std::string_view text) {
  Decimal number;
  Rate rate;
  if (const UnitError error = TakeDecimal(text, &number); error != UnitError::kNone) return Fail<Rate>(error);
  if (text.empty()) return Fail<Rate>(UnitError::kMissingUnit);
  if (text.front() != '/') return Fail<Rate>(Misfit(text));
  const std::string_view per = text.substr(1);
  if (per == "ms") {
    rate.per = sim::Milliseconds(1);
  } else if (per == "s") {
    rate.per = sim::Seconds(1);
  } else if (per == "m" || per == "min") {
    rate.per = sim::Seconds(60);
  } else if (per == "h") {
    rate.per = sim::Seconds(3'600);
  } else {
    return Fail<Rate>(UnitError::kMalformed);
  }
  constexpr int64_t kMaxCount = 1'000'000'000;
  const UnitError error = Scale(number, 1, kMaxCount, &rate.count);
  return error == UnitError::kNone ? UnitResult<Rate>{.value = rate} : Fail<Rate>(error);
}

UnitResult<Factor> ParseFactor(std::string_view text) {
  if (text.empty() || text.front() != 'x') {
    Decimal bare;
    const bool number = TakeDecimal(text, &bare) == UnitError::kNone && text.empty();
    return Fail<Factor>(number ? UnitError::kMissingUnit : UnitError::kMalformed);
  }
  text.remove_prefix(1);
  Decimal number;
  Factor factor;
  if (const UnitError error = TakeDecimal(text, &number); error != UnitError::kNone) return Fail<Factor>(error);
  if (!text.empty()) return Fail<Factor>(UnitError::kMalformed);
  constexpr int64_t kMaxThousandths = 1'000'000'000;
  const UnitError error = Scale(number, 1'000, kMaxThousandths, &factor.thousandths);
  if (error != UnitError::kNone) return Fail<Factor>(error);
  return factor.thousandths > 0 ? UnitResult<Factor>{.value = factor} : Fail<Factor>(UnitError::kMalformed);
}

std::string FormatDuration(sim::Duration duration) {
  constexpr std::array<Unit, 7> kShown = {{{"d", 86'400'000'000'000},
                                           {"h", 3'600'000'000'000},
                                           {"m", 60'000'000'000},
                                           {"s", 1'000'000'000},
                                           {"ms", 1'000'000},
                                           {"us", 1'000},
                                           {"ns", 1}}};
  if (duration.nanos() == 0) return "0s";
  for (const Unit& unit : kShown) {
    if (duration.nanos() % unit.scale == 0) return Cat({std::to_string(duration.nanos() / unit.scale), unit.name});
  }
  return {};
}

std::string FormatSize(int64_t bytes) {
  constexpr std::array<Unit, 8> kShown = {{{"TiB", int64_t{1} << 40},
                                           {"TB", 1'000'000'000'000},
                                           {"GiB", int64_t{1} << 30},
                                           {"GB", 1'000'000'000},
                                           {"MiB", int64_t{1} << 20},
                                           {"MB", 1'000'000},
                                           {"KiB", int64_t{1} << 10},
                                           {"kB", 1'000}}};
  for (const Unit& unit : kShown) {
    if (bytes > 0 && bytes % unit.scale == 0) return Cat({std::to_string(bytes / unit.scale), unit.name});
  }
  return std::to_string(bytes) + "B";
}

std::string FormatRate(Rate rate) {
  const std::string count = std::to_string(rate.count);
  if (rate.per == sim::Milliseconds(1)) return count + "/ms";
  if (rate.per == sim::Seconds(60)) return count + "/m";
  if (rate.per == sim::Seconds(3'600)) return count + "/h";
  return count + "/s";
}

std::string FormatFactor(Factor factor) { return "x" + Decimals(factor.thousandths); }

std::string FormatPart(Part part) {
  if (part.per_billion == 0) return "0%";
  const bool negative = part.per_billion < 0;
  const int64_t size = negative ? -part.per_billion : part.per_billion;
  // Percent, with as many decimals as it takes.
  std::string decimals = std::to_string(kWhole / 100 + size % (kWhole / 100)).substr(1);
  while (!decimals.empty() && decimals.back() == '0') decimals.pop_back();
  return Cat({negative ? "-" : "", std::to_string(size / (kWhole / 100)), decimals.empty() ? "" : ".", decimals, "%"});
}

std::string FormatBandwidth(int64_t bytes_per_second) { return Cat({FormatSize(bytes_per_second), "/s"}); }

}  // namespace ktrial::scenarios
