// Numbers as the reports of a run print them: rounded where people read, always in the same way.
#ifndef KTRIAL_SCENARIOS_RUN_TEXT_H_
#define KTRIAL_SCENARIOS_RUN_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/time.h"

namespace ktrial::scenarios {

// "9.310 s": three decimals, rounded half up.
std::string SecondsText(sim::Duration duration);
// "1 record", "2 records".
std::string CountText(int64_t count, std::string_view noun);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_RUN_TEXT_H_
