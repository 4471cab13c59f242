// Finds where two runs of one seed part: from their checkpoints the stretch of events in which they do, and from two
// more runs of that stretch the first event that differs, and what it was.
#ifndef KTRIAL_REPORTS_FIND_DIVERGENCE_H_
#define KTRIAL_REPORTS_FIND_DIVERGENCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sim/world.h"

namespace ktrial::reports {

struct RunRequest;

// A text of some lines for people: the first checkpoint that differs, and the first event: its number, time, the hosts
// concerned and its facts, in both runs.
std::string FindDivergence(const RunRequest& request, uint64_t seed, const std::vector<sim::Checkpoint>& a,
                           const std::vector<sim::Checkpoint>& b);

}  // namespace ktrial::reports

#endif  // KTRIAL_REPORTS_FIND_DIVERGENCE_H_
