// From a run that is over to what it came to: each expectation held against what was measured, every violation of a
// property, and the verdict.
//
// The run fails if an expectation failed or a property was violated without a licence. It is unknown if nothing failed
// but something that was asked could not be told, and passes otherwise. An anomaly that the configuration allows (lost
// records with acks=1) is listed as allowed; an expectation that forbids it fails all the same.
#ifndef KTRIAL_SCENARIOS_JUDGE_H_
#define KTRIAL_SCENARIOS_JUDGE_H_

#include "scenarios/run_result.h"

namespace ktrial::scenarios {

class Trial;

// The trial must be over.
RunResult JudgeTrial(const Trial& trial);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_JUDGE_H_
