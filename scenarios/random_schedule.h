// Scenarios drawn from a seed: a small cluster, a workload, and a plan of what breaks when. What is drawn may exceed
// what the design tolerates; then only such losses may come of it as a licence covers (properties/ghost.h), and the
// checkers know which. A run of one fails only if Kafka, the model or a checker is wrong.
//
//   std::string text = RandomSchedule(7);                 // a scenario file, which the parser accepts
//   ParseResult parsed = ParseScenario(text, "swarm-7");
#ifndef KTRIAL_SCENARIOS_RANDOM_SCHEDULE_H_
#define KTRIAL_SCENARIOS_RANDOM_SCHEDULE_H_

#include <cstdint>
#include <string>

namespace ktrial::scenarios {

// The text of a scenario without expectations, whose own seed is `seed`. The same for the same seed.
std::string RandomSchedule(uint64_t seed);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_RANDOM_SCHEDULE_H_
