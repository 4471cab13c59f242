// The story of a run in a few lines, in order of time: what broke, what the cluster did about it, when service came
// back. What happened to many partitions in one moment is one line.
#ifndef KTRIAL_SCENARIOS_STORY_H_
#define KTRIAL_SCENARIOS_STORY_H_

#include <vector>

#include "scenarios/run_result.h"

namespace ktrial::scenarios {

class Trial;

// `result` must hold the faults and outages of the trial already. At most kMaxStoryLines; the last then says how many
// more there were.
inline constexpr size_t kMaxStoryLines = 40;
std::vector<StoryLine> TellStory(const Trial& trial, const RunResult& result);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_STORY_H_
