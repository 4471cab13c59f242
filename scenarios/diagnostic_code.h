// The stable codes of diagnostics. A code keeps its meaning for ever; `ktrial explain KS012` prints its explanation.
#ifndef KTRIAL_SCENARIOS_DIAGNOSTIC_CODE_H_
#define KTRIAL_SCENARIOS_DIAGNOSTIC_CODE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ktrial::scenarios {

// The numbers are what users see; gaps belong to parts of the language that have no keys yet.
enum class Code : uint8_t {
  kUnknownKey = 1,
  kWrongScope = 2,
  kNotModelled = 3,
  kRemovedKey = 4,
  kDuplicateKey = 5,
  kBadYaml = 6,
  kMissingUnit = 7,
  kBadValue = 8,
  kOutOfRange = 9,
  kReplicationAboveBrokers = 10,
  kMinIsrAboveReplication = 11,
  kMinIsrEqualsReplication = 12,
  kUnknownName = 13,
  kPartitionOutOfRange = 14,
  kSelectorMayMatchNothing = 15,
  kAmbiguousSelector = 16,
  kFaultAfterEnd = 17,
  kContradictingFaults = 19,
  kPartitionGroups = 20,
  kAfterCycle = 21,
  kDeliveryTimeoutTooSmall = 23,
  kIdempotenceConflict = 24,
  kSessionTimeout = 25,
  kControllerMajority = 27,
  kDeliveryBelowSession = 28,
  kNotEvaluable = 29,
  kBadExpectation = 30,
  kTooLarge = 32,
  kMissingKey = 35,
  kWrongShape = 36,
  kUnreadableFile = 37,
  kNotText = 38,
  kEmptyScenario = 39,
  kBadSelector = 40,
  kFaultKind = 41,
  kDuplicateName = 42,
  kUnknownVersion = 43,
  kBadOverride = 44,
  kBadCondition = 45,
  kControllersOfAnotherKind = 48,
};

struct CodeExplanation {
  Code code;
  std::string_view summary;      // A few words, for lists.
  std::string_view explanation;  // Some sentences: what it means, why it matters, what to do.
};

// All codes, in order.
const std::vector<CodeExplanation>& CodeExplanations();

// "KS012".
std::string CodeName(Code code);

// Accepts "KS012" in either case; nothing for a code that does not exist.
std::optional<Code> FindCode(std::string_view name);

const CodeExplanation& Explain(Code code);

// Whether a scenario may opt in to the situation by naming the code under `allow:`.
bool IsAllowable(Code code);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_DIAGNOSTIC_CODE_H_
