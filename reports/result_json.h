// A run's result as JSON: the objects of `runs` in the document that `ktrial run --json` prints (docs/OUTPUT.md), and
// the way back from them, by which worker processes hand their results over.
//
// Times are in milliseconds, with decimals where they are not whole; those of runs of up to 99 days come back exact.
#ifndef KTRIAL_REPORTS_RESULT_JSON_H_
#define KTRIAL_REPORTS_RESULT_JSON_H_

#include <cstdint>
#include <string>

#include "nlohmann/json_fwd.hpp"
#include "scenarios/run_result.h"

namespace ktrial::reports {

// A result with what the process that ran it measured.
struct FinishedRun {
  scenarios::RunResult result;
  // Real time, not part of the run itself.
  int64_t wall_micros = 0;
};

nlohmann::ordered_json ToJson(const FinishedRun& run);
// Of an object that ToJson made; anything else is a programmer error.
FinishedRun FromJson(const nlohmann::ordered_json& json);

// "0123456789abcdef"
std::string HashText(uint64_t hash);

}  // namespace ktrial::reports

#endif  // KTRIAL_REPORTS_RESULT_JSON_H_
