// What a scenario expects, as data: `lost(orders) == 0`, `unavailable(orders, write) < 12s`, `order per partition`.
//
//   Expectation::Check check;
//   ExpectationError error;
//   if (ParseExpectation("lag(billing) < 100", &check, &error)) ...
#ifndef KTRIAL_SCENARIOS_EXPECTATION_H_
#define KTRIAL_SCENARIOS_EXPECTATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "scenarios/source.h"
#include "sim/time.h"

namespace ktrial::scenarios {

enum class Comparison : uint8_t { kLess, kLessOrEqual, kEqual, kGreaterOrEqual, kGreater, kBetween };

// A bound on a measured value. `high` has a meaning for kBetween only, which includes both ends.
template <typename T>
struct Bound {
  Comparison comparison = Comparison::kEqual;
  T value{};
  T high{};

  bool Holds(T measured) const {
    switch (comparison) {
      case Comparison::kLess:
        return measured < value;
      case Comparison::kLessOrEqual:
        return measured <= value;
      case Comparison::kEqual:
        return measured == value;
      case Comparison::kGreaterOrEqual:
        return measured >= value;
      case Comparison::kGreater:
        return measured > value;
      case Comparison::kBetween:
        return measured >= value && measured <= high;
    }
    return false;
  }

  friend bool operator==(const Bound&, const Bound&) = default;
};
using CountBound = Bound<int64_t>;
using DurationBound = Bound<sim::Duration>;

struct NoAckedRecordLost {  // no acked record lost
  friend bool operator==(const NoAckedRecordLost&, const NoAckedRecordLost&) = default;
};
struct OrderPerPartition {  // order per partition
  friend bool operator==(const OrderPerPartition&, const OrderPerPartition&) = default;
};
struct OffsetsDurable {              // offsets durable, offsets durable (group billing)
  std::optional<std::string> group;  // All groups if there is none.
  friend bool operator==(const OffsetsDurable&, const OffsetsDurable&) = default;
};

enum class AccessKind : uint8_t { kWrite, kRead };

// The longest time for which some partition of the topic could not be written or read.
struct Unavailable {  // unavailable(orders, write) < 12s
  std::string topic;
  AccessKind access = AccessKind::kWrite;
  DurationBound bound;
  friend bool operator==(const Unavailable&, const Unavailable&) = default;
};
struct LostRecords {  // lost(orders) == 0: acknowledged, and in no log at the end
  std::string topic;
  CountBound bound;
  friend bool operator==(const LostRecords&, const LostRecords&) = default;
};
struct DuplicateRecords {  // duplicates(orders) == 0: extra copies in the log
  std::string topic;
  CountBound bound;
  friend bool operator==(const DuplicateRecords&, const DuplicateRecords&) = default;
};
struct Elections {  // elections <= 12: partition leaders elected after the start, over all topics of the scenario
  CountBound bound;
  friend bool operator==(const Elections&, const Elections&) = default;
};
struct AckedRecords {  // acked(orders) > 1000
  std::string topic;
  CountBound bound;
  friend bool operator==(const AckedRecords&, const AckedRecords&) = default;
};
struct EveryPartitionHasLeader {  // every partition has a leader (at the end)
  friend bool operator==(const EveryPartitionHasLeader&, const EveryPartitionHasLeader&) = default;
};
struct IsrFull {  // isr(orders) full (at the end)
  std::string topic;
  friend bool operator==(const IsrFull&, const IsrFull&) = default;
};
struct ConsumerLag {  // lag(billing) < 100 (at the end), summed over partitions
  std::string group;
  CountBound bound;
  friend bool operator==(const ConsumerLag&, const ConsumerLag&) = default;
};

struct Expectation {
  using Check = std::variant<NoAckedRecordLost, OrderPerPartition, OffsetsDurable, Unavailable, LostRecords,
                             DuplicateRecords, Elections, AckedRecords, EveryPartitionHasLeader, IsrFull, ConsumerLag>;
  Check check;
  std::string text;         // As written.
  SourcePosition position;  // Of the text's first character.

  friend bool operator==(const Expectation&, const Expectation&) = default;
};

// Where and why a text is not an expectation. `offset` is in bytes from the start of the text.
struct ExpectationError {
  size_t offset = 0;
  std::string message;
  std::string help;
};

// Returns false and fills `error` if the text does not follow the grammar; `check` is then unspecified.
bool ParseExpectation(std::string_view text, Expectation::Check* check, ExpectationError* error);

// "< 12s", "between 5 and 10".
std::string FormatBound(const CountBound& bound);
std::string FormatBound(const DurationBound& bound);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_EXPECTATION_H_
