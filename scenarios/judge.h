// From a run that is over to what it came to: each expectation held against what was measured, every violation of a
// property, and the verdict.
//
// The run fails if an expectation failed or a property was violated without a licence. It is unknown if nothing failed
// but something that was asked could not be told, or a fault hit nothing; it passes otherwise. An anomaly that the
// configuration allows (lost records with acks=1) is listed as allowed; an expectation that forbids it fails all the
// same.
#ifndef KTRIAL_SCENARIOS_JUDGE_H_
#define KTRIAL_SCENARIOS_JUDGE_H_

#include <string_view>

#include "scenarios/run_result.h"

namespace ktrial::scenarios {

class Trial;

// What is demanded of every run beside the properties of properties/, for the catalogue.
inline constexpr std::string_view kAccounting = "accounting";
inline constexpr std::string_view kAccountingStatement =
    "A record that its producer was told is in no log is in none at the end.";

// The trial must be over.
RunResult JudgeTrial(const Trial& trial);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_JUDGE_H_
