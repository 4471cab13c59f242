#include "scenarios/override.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scenarios/effective_config.h"
#include "scenarios/test_scenario.h"

namespace ktrial::scenarios {
namespace {

ParseResult With(const std::vector<Override>& overrides, const std::string& tail = {}) {
  return ParseScenario(EditedScenario({}, tail), "t.yaml", overrides);
}

std::string DiagnoseWith(const std::string& argument) { return FormatDiagnostics(With({{argument}}).diagnostics); }

TEST(Override, ReplacesValuesAndMakesWhatIsMissing) {
  const ParseResult result = With({{"seed=7"},
                                   {"topics/orders/config/min.insync.replicas=1"},
                                   {"cluster/config/broker.session.timeout.ms=18s"},
                                   {"workload/producers/config={ acks: 1 }"}});
  ASSERT_TRUE(result.ok()) << FormatDiagnostics(result.diagnostics);
  const Scenario& scenario = *result.scenario;
  EXPECT_EQ(scenario.seed.value, 7u);
  EXPECT_TRUE(scenario.seed.position.overridden());
  const EffectiveConfig topic = TopicConfigOf(scenario, scenario.topics[0]);
  EXPECT_EQ(topic.Integer("min.insync.replicas"), 1);
  EXPECT_EQ(topic.Find("min.insync.replicas").origin, ConfigOrigin::kCommandLine);
  EXPECT_EQ(BrokerConfigOf(scenario).DurationOf("broker.session.timeout.ms"), sim::Seconds(18));
  EXPECT_EQ(ProducerConfigOf(scenario, scenario.workload.producers[0]).Text("acks"), "1");
}

TEST(Override, ReachesItemsOfListsByNumberNameAndId) {
  const std::string tail = "faults:\n  - { id: crash, at: 10s, kill: broker 1 }\n  - { at: 20s, kill: broker 2 }\n";
  const ParseResult result = With({{"faults/crash/at=11s"}, {"faults/1/at=21s"}}, tail);
  ASSERT_TRUE(result.ok()) << FormatDiagnostics(result.diagnostics);
  EXPECT_EQ(result.scenario->faults[0].at.value, sim::Seconds(11));
  EXPECT_EQ(result.scenario->faults[1].at.value, sim::Seconds(21));
}

TEST(Override, TheLastOneWins) { EXPECT_EQ(With({{"seed=1"}, {"seed=2"}}).scenario->seed.value, 2u); }

TEST(Override, LeavesOtherUsesOfAnAnchorAlone) {
  const std::string text = EditedScenario(
      {{"config: { min.insync.replicas: 2 }",
        "config: &safe { min.insync.replicas: 2 }\n  refunds: { replication.factor: 3, config: *safe }"}});
  const ParseResult result = ParseScenario(text, "t.yaml", {{"topics/refunds/config/min.insync.replicas=1"}});
  ASSERT_TRUE(result.ok()) << FormatDiagnostics(result.diagnostics);
  EXPECT_EQ(TopicConfigOf(*result.scenario, result.scenario->topics[0]).Integer("min.insync.replicas"), 2);
  EXPECT_EQ(TopicConfigOf(*result.scenario, result.scenario->topics[1]).Integer("min.insync.replicas"), 1);
}

TEST(Override, DiagnosticsPointIntoTheArgument) {
  EXPECT_EQ(
      DiagnoseWith("duration=90"),
      "--set:1:10: error[KS007]: duration '90' has no unit\n  duration=90\n           ^~\nhelp: did you mean '90s'?\n");
  EXPECT_EQ(DiagnoseWith("cluster/broker=3"),
            "--set:1:9: error[KS001]: unknown key 'broker' in cluster\n  cluster/broker=3\n          ^~~~~~\nhelp: did "
            "you mean 'brokers'?\n");
}

TEST(Override, RefusesWhatCannotBeApplied) {
  for (const char* argument : {"", "seed", "=1", "a//b=1", "/seed=1", "name/x=1", "workload/producers/name/x=1"}) {
    const ParseResult result = With({{argument}});
    ASSERT_FALSE(result.ok()) << argument;
    EXPECT_EQ(result.diagnostics[0].code, Code::kBadOverride) << argument;
  }
  EXPECT_EQ(ParseScenario("text", "t.yaml", {{"seed=1"}}).diagnostics.size(), 2u);
  EXPECT_NE(FormatDiagnostics(With({{"faults/9/at=1s"}}, "faults: []\n").diagnostics).find("the list has no item '9'"),
            std::string::npos);
}

}  // namespace
}  // namespace ktrial::scenarios
