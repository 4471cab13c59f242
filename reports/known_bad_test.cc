// Every scenario of scenarios/library/known-bad: with its defect one of the properties that the catalogue says the
// defect breaks is broken, or what the scenario itself expects does not come; without the defect nothing is broken. So
// each defect is seen, by what it is known to do.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cluster/defects.h"
#include "reports/scenario_files.h"
#include "scenarios/judge.h"
#include "scenarios/trial.h"

namespace ktrial::reports {
namespace {

std::vector<std::string> KnownBadScenarios() {
  std::vector<std::string> files = ShippedScenarios();
  std::erase_if(files, [](const std::string& path) { return path.find("/known-bad/") == std::string::npos; });
  return files;
}

// "DR01_truncate_to_high_watermark"
std::string TestName(const testing::TestParamInfo<std::string>& info) {
  std::string name = std::filesystem::path(info.param).stem().string();
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

scenarios::RunResult RunFile(const std::string& path, const ScenarioChanges& changes) {
  const LoadedScenario loaded = LoadScenario(path, changes);
  scenarios::Trial trial(loaded.scenario, /*seed=*/1);
  trial.Run();
  return scenarios::JudgeTrial(trial);
}

// Ids of the properties that did not hold, without those that the configuration allows to be broken.
std::vector<std::string> Broken(const scenarios::RunResult& result) {
  std::vector<std::string> broken;
  for (const scenarios::ViolationResult& violation : result.violations) broken.push_back(violation.property);
  std::sort(broken.begin(), broken.end());
  broken.erase(std::unique(broken.begin(), broken.end()), broken.end());
  return broken;
}

// Of all defects that the scenario names.
std::vector<std::string> BreakableBy(const scenarios::Scenario& scenario) {
  std::vector<std::string> breakable;
  for (const scenarios::Located<std::string>& id : scenario.defects) {
    const std::string text(cluster::InfoOf(*cluster::FindDefect(id.value)).breaks);
    const std::vector<std::string> of_one = absl::StrSplit(text, ' ');
    breakable.insert(breakable.end(), of_one.begin(), of_one.end());
  }
  return breakable;
}

class KnownBad : public testing::TestWithParam<std::string> {};

TEST_P(KnownBad, FailsWithItsDefectAlone) {
  const LoadedScenario loaded = LoadScenario(GetParam(), {});
  ASSERT_NE(loaded.scenario, nullptr);
  ASSERT_FALSE(loaded.scenario->defects.empty());
  const std::vector<std::string> breakable = BreakableBy(*loaded.scenario);

  const scenarios::RunResult bad = RunFile(GetParam(), {});
  EXPECT_EQ(bad.verdict, scenarios::Verdict::kFail);
  const std::vector<std::string> broken = Broken(bad);
  const bool disappoints = std::any_of(bad.expectations.begin(), bad.expectations.end(), [](const auto& expectation) {
    return expectation.verdict == scenarios::Verdict::kFail;
  });
  EXPECT_TRUE((broken.empty() && disappoints) || std::any_of(broken.begin(), broken.end(),
                                                             [&](const std::string& property) {
                                                               return std::find(breakable.begin(), breakable.end(),
                                                                                property) != breakable.end();
                                                             }))
      << "broken: " << absl::StrJoin(broken, " ") << "; by the catalogue the defect breaks "
      << absl::StrJoin(breakable, " ");

  const scenarios::RunResult good = RunFile(GetParam(), {.no_defects = true});
  EXPECT_EQ(good.verdict, scenarios::Verdict::kPass);
  for (const scenarios::ViolationResult& violation : good.violations) {
    ADD_FAILURE() << violation.property << ": " << violation.summary;
  }
}

INSTANTIATE_TEST_SUITE_P(Library, KnownBad, testing::ValuesIn(KnownBadScenarios()), TestName);

TEST(KnownBadLibrary, IsFound) { EXPECT_FALSE(KnownBadScenarios().empty()); }

}  // namespace
}  // namespace ktrial::reports
