#include "scenarios/random_schedule.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "scenarios/judge.h"
#include "scenarios/parse.h"
#include "scenarios/text.h"
#include "scenarios/trial.h"

namespace ktrial::scenarios {
namespace {

std::shared_ptr<const Scenario> ScheduleOf(uint64_t seed) {
  const std::string text = RandomSchedule(seed);
  const ParseResult parsed = ParseScenario(text, "swarm-" + std::to_string(seed));
  EXPECT_TRUE(parsed.ok()) << FormatDiagnostics(parsed.diagnostics) << text;
  return parsed.ok() ? std::make_shared<const Scenario>(*parsed.scenario) : nullptr;
}

TEST(RandomSchedule, TheParserReadsWhatIsWritten) {
  for (uint64_t seed = 0; seed < 2'000; ++seed) {
    ASSERT_NE(ScheduleOf(seed), nullptr) << "seed " << seed;
  }
}

TEST(RandomSchedule, IsTheSameForTheSameSeed) {
  EXPECT_EQ(RandomSchedule(7), RandomSchedule(7));
  EXPECT_NE(RandomSchedule(7), RandomSchedule(8));
}

// The seeds of KTRIAL_SWARM_SEEDS ("1..1000"), or a few.
std::pair<uint64_t, uint64_t> SeedsToRun() {
  constexpr std::pair<uint64_t, uint64_t> kFew = {1, 24};
  const char* range = std::getenv("KTRIAL_SWARM_SEEDS");
  if (range == nullptr) return kFew;
  const std::string_view text(range);
  const size_t dots = text.find("..");
  if (dots == std::string_view::npos) return kFew;
  const auto first = ParseInteger(text.substr(0, dots));
  const auto last = ParseInteger(text.substr(dots + 2));
  return first && last ? std::pair(static_cast<uint64_t>(*first), static_cast<uint64_t>(*last)) : kFew;
}

// What may be lost is under a licence, and what is not comes back when everything has healed.
TEST(RandomSchedule, ViolatesNothing) {
  const auto [first, last] = SeedsToRun();
  for (uint64_t seed = first; seed <= last; ++seed) {
    const auto scenario = ScheduleOf(seed);
    ASSERT_NE(scenario, nullptr);
    Trial trial(scenario, seed);
    trial.Run();
    const RunResult result = JudgeTrial(trial);
    EXPECT_EQ(result.not_started, "") << "seed " << seed;
    for (const ViolationResult& violation : result.violations) {
      ADD_FAILURE() << "seed " << seed << ": " << violation.property << " at " << FormatDuration(violation.at) << ": "
                    << violation.summary << "\n"
                    << Join(violation.evidence, "\n");
    }
  }
}

}  // namespace
}  // namespace ktrial::scenarios
