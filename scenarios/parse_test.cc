#include "scenarios/parse.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "scenarios/effective_config.h"
#include "scenarios/test_scenario.h"

namespace ktrial::scenarios {
namespace {

std::vector<std::string> LibraryFiles() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("scenarios/library")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST(Parse, EveryScenarioOfTheLibraryIsValidWithoutWarnings) {
  const std::vector<std::string> files = LibraryFiles();
  ASSERT_GE(files.size(), 5u);
  for (const std::string& file : files) {
    const ParseResult result = LoadScenarioFile(file);
    ASSERT_TRUE(result.ok()) << FormatDiagnostics(result.diagnostics);
    EXPECT_EQ(FormatDiagnostics(result.diagnostics), "");
    EXPECT_EQ(result.scenario->name.value, std::filesystem::path(file).stem().string());
    EXPECT_FALSE(result.scenario->expectations.empty()) << file;
    const bool known_bad = file.find("/known-bad/") != std::string::npos;
    EXPECT_EQ(result.scenario->defects.empty(), !known_bad) << file;
  }
}

TEST(Parse, ReadsEveryPartOfAScenario) {
  const ParseResult result = LoadScenarioFile("scenarios/library/leader-kill-rf3.yaml");
  ASSERT_TRUE(result.ok());
  const Scenario& scenario = *result.scenario;
  EXPECT_EQ(scenario.kafka.value, (KafkaVersion{4, 1}));
  EXPECT_EQ(scenario.duration.value, sim::Seconds(90));
  EXPECT_EQ(scenario.quiesce.value, sim::Seconds(30));
  EXPECT_EQ(scenario.cluster.brokers.value, 3);
  EXPECT_EQ(scenario.cluster.controllers.value, 3);
  ASSERT_EQ(scenario.topics.size(), 1u);
  EXPECT_EQ(scenario.topics[0].partitions.value, 6);
  ASSERT_EQ(scenario.workload.producers.size(), 1u);
  EXPECT_EQ(scenario.workload.producers[0].name.value, "producer");
  EXPECT_EQ(scenario.workload.producers[0].rate.value, (Rate{500, sim::Seconds(1)}));
  EXPECT_EQ(scenario.workload.producers[0].record_size.value, 1'024);
  ASSERT_EQ(scenario.workload.consumers.size(), 1u);
  EXPECT_EQ(scenario.workload.consumers[0].group.value, "billing");
  ASSERT_EQ(scenario.faults.size(), 1u);
  EXPECT_EQ(scenario.faults[0].at.value, sim::Seconds(10));
  EXPECT_EQ(scenario.faults[0].duration->value, sim::Seconds(50));
  const auto& kill = std::get<KillFault>(scenario.faults[0].action);
  EXPECT_EQ(FormatSelectors(kill.targets), "leader of orders/0");
  ASSERT_EQ(scenario.expectations.size(), 7u);
  EXPECT_EQ(scenario.expectations[0].check, Expectation::Check(NoAckedRecordLost{}));
  EXPECT_EQ(scenario.expectations[6].check,
            Expectation::Check(
                Unavailable{"orders", AccessKind::kWrite, {Comparison::kBetween, sim::Seconds(6), sim::Seconds(12)}}));
}

TEST(Parse, ReadsEveryKindOfFault) {
  const std::string text = EditedScenario({{"shop,", "shop, count: 2,"}}, R"(faults:
  - { at: 1s, kill: broker 1, for: 1s }
  - { at: 2s, stop: [broker 2, controller 3001] }
  - { at: 3s, power_loss: all brokers }
  - { at: 3s, power_loss: { target: random broker, lose: all } }
  - { at: 4s, pause: client shop-1, for: 9s }
  - { at: 5s, isolate: active controller }
  - { id: gray, at: 6s, cut: { from: leader of orders/5, to: followers of orders/5, direction: to } }
  - { at: 7s, slow_disk: { target: isr of orders/0, append: x50 } }
  - { at: 8s, delay: { from: client app, to: all, by: 40ms } }
  - { at: 9s, slow_cpu: { target: coordinator of group billing, by: x1.5 } }
  - { at: 10s, clock_skew: { target: broker 3, by: -1h } }
  - { at: 11s, start: broker 2 }
)");
  const ParseResult result = ParseScenario(text, "t.yaml");
  ASSERT_TRUE(result.ok()) << FormatDiagnostics(result.diagnostics);
  const std::vector<Fault>& faults = result.scenario->faults;
  ASSERT_EQ(faults.size(), 12u);
  EXPECT_EQ(FormatSelectors(std::get<StopFault>(faults[1].action).targets), "broker 2, controller 3001");
  EXPECT_EQ(std::get<PowerLossFault>(faults[2].action).lose, PowerLossFault::Lose::kRandom);
  EXPECT_EQ(std::get<PowerLossFault>(faults[3].action).lose, PowerLossFault::Lose::kAll);
  EXPECT_EQ(std::get<PauseFault>(faults[4].action).targets[0].target, Selector::Target(ClientSelector{"shop", 1}));
  EXPECT_EQ(faults[6].id->value, "gray");
  EXPECT_EQ(std::get<CutFault>(faults[6].action).direction, CutFault::Direction::kTo);
  EXPECT_EQ(std::get<SlowDiskFault>(faults[7].action).append, (Factor{50'000}));
  EXPECT_FALSE(std::get<SlowDiskFault>(faults[7].action).read.has_value());
  EXPECT_EQ(std::get<DelayFault>(faults[8].action).by, sim::Milliseconds(40));
  EXPECT_EQ(FormatSelectors(std::get<DelayFault>(faults[8].action).to), "all");
  EXPECT_EQ(std::get<SlowCpuFault>(faults[9].action).factor, (Factor{1'500}));
  EXPECT_EQ(std::get<ClockSkewFault>(faults[10].action).by, sim::Seconds(-3'600));
  for (const Fault& fault : faults) {
    for (const Selector* selector : SelectorsOf(fault.action)) EXPECT_TRUE(selector->position.written());
  }
}

TEST(Parse, TopicsTakeTheClustersDefaults) {
  const std::string text =
      EditedScenario({{"brokers: 3", "brokers: 3\n  config: { default.replication.factor: 3, num.partitions: 12 }"},
                      {"    partitions: 6\n    replication.factor: 3\n", ""}});
  const ParseResult result = ParseScenario(text, "t.yaml");
  ASSERT_TRUE(result.ok()) << FormatDiagnostics(result.diagnostics);
  EXPECT_EQ(result.scenario->topics[0].partitions.value, 12);
  EXPECT_EQ(result.scenario->topics[0].replication_factor.value, 3);
}

TEST(Parse, MergeKeysWorkInConfig) {
  const std::string text =
      EditedScenario({{"config: { min.insync.replicas: 2 }",
                       "config: &safe { min.insync.replicas: 2, max.message.bytes: 2MiB }\n"
                       "  refunds: { replication.factor: 3, config: { <<: *safe, max.message.bytes: 1MiB } }"}});
  const ParseResult result = ParseScenario(text, "t.yaml");
  ASSERT_TRUE(result.ok()) << FormatDiagnostics(result.diagnostics);
  const EffectiveConfig config = TopicConfigOf(*result.scenario, *result.scenario->FindTopic("refunds"));
  EXPECT_EQ(config.Integer("min.insync.replicas"), 2);
  EXPECT_EQ(config.Bytes("max.message.bytes"), 1 << 20);
}

TEST(Parse, AllowSilencesACode) {
  const std::vector<Edit> edits = {{"replication.factor: 3", "replication.factor: 1"}};
  EXPECT_FALSE(ParseScenario(EditedScenario(edits), "t.yaml").ok());
  EXPECT_TRUE(ParseScenario(EditedScenario(edits, "allow: [KS011]\n"), "t.yaml").ok());
  EXPECT_NE(Diagnose(edits, "allow: [KS010]\n").find("'KS010' cannot be allowed"), std::string::npos);
}

TEST(Parse, StrictTurnsKeysThatAreNotModelledIntoErrors) {
  const std::string text = EditedScenario({{"min.insync.replicas: 2", "local.retention.ms: 1h"}});
  EXPECT_TRUE(ParseScenario(text, "t.yaml").ok());
  EXPECT_FALSE(ParseScenario(text, "t.yaml", {}, {.strict = true}).ok());
}

RC_GTEST_PROP(ParseProperty, NoMutationOfAValidFileCrashes, ()) {
  std::string text =
      EditedScenario({}, "faults:\n  - { at: 10s, kill: leader of orders/0, for: 5s }\nexpect: [ lag(billing) < 5 ]\n");
  const std::vector<std::string> pieces = {
      "{",  "}",    "[",   "]",    ":", "- ",   "\"", "'",  "&a ", "*a",
      "<<", "!x ",  "|\n", "? ",   "#", "\n  ", "\n", ", ", "-1",  "99999999999999999999",
      "\t", "\xC3", "%",   "---\n"};
  const auto edits = *rc::gen::inRange(1, 8);
  for (int i = 0; i < edits; ++i) {
    const auto at = *rc::gen::inRange<size_t>(0, text.size());
    const auto length = *rc::gen::inRange<size_t>(0, std::min<size_t>(text.size() - at, 30) + 1);
    text.replace(at, length, *rc::gen::elementOf(pieces));
  }
  const ParseResult result = ParseScenario(text, "t.yaml");
  RC_ASSERT(result.scenario.has_value() != HasErrors(result.diagnostics));
  for (const Diagnostic& diagnostic : result.diagnostics) {
    const auto lines = static_cast<int32_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    RC_ASSERT(diagnostic.position.line >= 0 && diagnostic.position.line <= lines + 1);
    RC_ASSERT(!FormatDiagnostic(diagnostic).empty());
  }
}

}  // namespace
}  // namespace ktrial::scenarios
