#include "reports/scenario_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace ktrial::reports {
namespace {

TEST(ScenarioFiles, AShippedScenarioIsFoundByItsName) {
  const LoadedScenario by_name = LoadScenario("leader-kill-rf3", {});
  ASSERT_NE(by_name.scenario, nullptr);
  EXPECT_EQ(by_name.scenario->name.value, "leader-kill-rf3");
  const LoadedScenario by_file = LoadScenario("leader-kill-rf3.yaml", {});
  EXPECT_EQ(by_file.path, by_name.path);
  EXPECT_EQ(LoadScenario(by_name.path, {}).path, by_name.path);
}

TEST(ScenarioFiles, WhatLooksLikeAPathIsNotLookedUp) {
  const LoadedScenario loaded = LoadScenario("./leader-kill-rf3", {});
  EXPECT_EQ(loaded.scenario, nullptr);
  ASSERT_EQ(loaded.diagnostics.size(), 1u);
  EXPECT_EQ(loaded.diagnostics[0].code, scenarios::Code::kUnreadableFile);
  EXPECT_EQ(loaded.diagnostics[0].help, "did you mean 'leader-kill-rf3'?");
}

TEST(ScenarioFiles, KnownBadScenariosComeLastAndAllCanBeRun) {
  const std::vector<std::string> files = ShippedScenarios();
  const auto bad = [](const std::string& path) { return path.find("/known-bad/") != std::string::npos; };
  EXPECT_TRUE(std::is_partitioned(files.begin(), files.end(), [&](const std::string& path) { return !bad(path); }));
  EXPECT_TRUE(bad(files.back()));
  for (const std::string& file : files) {
    const LoadedScenario loaded = LoadScenario(file, {});
    ASSERT_NE(loaded.scenario, nullptr) << file;
    EXPECT_TRUE(loaded.diagnostics.empty()) << file;
    EXPECT_FALSE(loaded.scenario->description.value.empty()) << file;
    EXPECT_EQ(loaded.scenario->defects.empty(), !bad(file)) << "a known-bad scenario names its defect";
  }
}

TEST(ScenarioFiles, DefectsOfTheFileAndOfTheCommandLineAddUp) {
  const std::string bad = "DR01-truncate-to-high-watermark";
  EXPECT_EQ(LoadScenario(bad, {}).scenario->defects.size(), 1u);
  EXPECT_TRUE(LoadScenario(bad, {.no_defects = true}).scenario->defects.empty());
  EXPECT_EQ(LoadScenario(bad, {.defects = {"DR01"}, .no_defects = true}).scenario->defects.size(), 1u);
  EXPECT_EQ(LoadScenario("leader-kill-rf3", {.defects = {"truncate-to-high-watermark"}}).scenario->defects.size(), 1u);
  const LoadedScenario unknown = LoadScenario("leader-kill-rf3", {.defects = {"truncate-to-high-watermarks"}});
  EXPECT_EQ(unknown.scenario, nullptr);
  EXPECT_EQ(unknown.errors, std::vector<std::string>{"this build has no defect 'truncate-to-high-watermarks'; did you "
                                                     "mean 'truncate-to-high-watermark'?"});
}

TEST(ScenarioFiles, StrictRefusesWhatIsNotModelled) {
  const std::string set = "cluster/config/num.network.threads=4";
  EXPECT_NE(LoadScenario("leader-kill-rf3", {.sets = {set}}).scenario, nullptr);
  EXPECT_EQ(LoadScenario("leader-kill-rf3", {.sets = {set}, .strict = true}).scenario, nullptr);
}

TEST(ScenarioFiles, ChangesBecomeArgumentsThatMakeThemAgain) {
  EXPECT_EQ(ArgumentsOf({}), "");
  EXPECT_EQ(ArgumentsOf({.sets = {"seed=7", "name=it's"}, .defects = {"DR01"}, .no_defects = true}),
            " --set seed=7 --set 'name=it'\\''s' --no-defects --defect DR01");
  EXPECT_EQ(ShellQuoted(""), "''");
  EXPECT_EQ(ShellQuoted("a b"), "'a b'");
  EXPECT_EQ(ShellQuoted("a/b-c_d.yaml"), "a/b-c_d.yaml");
}

}  // namespace
}  // namespace ktrial::reports
