// Trials of clusters that stand in racks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "scenarios/test_scenario.h"
#include "scenarios/trial.h"

namespace ktrial::scenarios {
namespace {

using cluster::BrokerId;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Trial TrialOf(const std::vector<Edit>& edits) {
  std::vector<Edit> all = {{"brokers: 3",
                            "racks: { az1: { brokers: 2, controllers: 1 }, az2: { brokers: 2, controllers: 1 }, az3: { "
                            "brokers: 2, controllers: 1 } }"}};
  all.insert(all.end(), edits.begin(), edits.end());
  const ParseResult parsed = ParseScenario(EditedScenario(all), "t.yaml");
  EXPECT_TRUE(parsed.ok()) << FormatDiagnostics(parsed.diagnostics);
  return Trial(std::make_shared<const Scenario>(*parsed.scenario), 1);
}

std::vector<std::string> Resolve(const Trial& trial, const std::string& text) {
  sim::RandomStream draw = sim::RandomStream::Derive(1, "test", 0, 0);
  Selector selector;
  SelectorError error;
  EXPECT_TRUE(ParseSelector(text, &selector.target, &error)) << error.message;
  const ClusterView view{trial.world(), trial.directory(), trial.checkers().ghost(), trial.history()};
  std::vector<std::string> names;
  for (const sim::ProcessId process : ResolveSelectors({selector}, view, draw)) {
    names.push_back(trial.names().Process(process));
  }
  return names;
}

// How many racks hold a replica of each partition of the topic.
std::set<size_t> RacksOfPartitions(const Trial& trial) {
  std::set<size_t> counts;
  for (int32_t partition = 0; partition < 6; ++partition) {
    std::set<int32_t> racks;
    for (const BrokerId broker :
         trial.checkers().ghost().Find({trial.directory().topics.at("orders"), partition})->assigned) {
      racks.insert((broker.value() - 1) / 2);
    }
    counts.insert(racks.size());
  }
  return counts;
}

TEST(TrialRacks, SelectorsFindWhatStandsThere) {
  Trial trial = TrialOf({{"shop,", "shop, count: 2, rack: [az1, az3],"}});
  trial.RunUntil(sim::Seconds(5));
  EXPECT_THAT(Resolve(trial, "rack az1"), ElementsAre("broker-1", "broker-2", "controller-3001", "shop-0"));
  EXPECT_THAT(Resolve(trial, "rack az2"), ElementsAre("broker-3", "broker-4", "controller-3002"));
  EXPECT_THAT(Resolve(trial, "brokers in rack az3"), ElementsAre("broker-5", "broker-6"));
  EXPECT_THAT(Resolve(trial, "controllers in rack az3"), ElementsAre("controller-3003"));
  EXPECT_THAT(Resolve(trial, "clients in rack az3"), ElementsAre("shop-1"));
  EXPECT_THAT(Resolve(trial, "clients in rack az2"), IsEmpty());
  EXPECT_EQ(Resolve(trial, "random broker in rack az2").size(), 1u);
  EXPECT_GE(Resolve(trial, "random rack").size(), 3u);
}

TEST(TrialRacks, ReplicasStandInAllRacksIfTheControllerKnowsThem) {
  Trial aware = TrialOf({});
  aware.RunUntil(sim::Seconds(1));
  EXPECT_THAT(RacksOfPartitions(aware), ElementsAre(3u));
  Trial unaware = TrialOf({{"topics:", "  rack_aware: false\ntopics:"}});
  unaware.RunUntil(sim::Seconds(1));
  EXPECT_THAT(RacksOfPartitions(unaware), ElementsAre(2u)) << "neighbours by number are neighbours in a rack";
}

TEST(TrialRacks, RacksAreAsFarApartAsTheScenarioSays) {
  const Trial trial = TrialOf({{"topics:",
                                "network: { within_rack: { latency: 100us }, between_racks: { latency: 4ms, bandwidth: "
                                "1MB/s } }\ntopics:"}});
  const sim::World& world = trial.world();
  const auto host = [&](int32_t broker) {
    return world.host(world.host_of(trial.directory().nodes.at(BrokerId(broker)))).options;
  };
  EXPECT_EQ(host(1).rack, host(2).rack);
  EXPECT_NE(host(1).rack, host(3).rack);
  EXPECT_EQ(host(1).access.latency.p50(), sim::Microseconds(50));
  // Three racks and the place of clients outside, each joined to the exchange by one cable of two directions.
  size_t cables = 0;
  for (const sim::Link& link : world.topology().links()) {
    if (!world.topology().IsSwitch(link.from) || !world.topology().IsSwitch(link.to)) continue;
    ++cables;
    EXPECT_EQ(link.options.latency.p50(), sim::Milliseconds(2));
    EXPECT_EQ(link.options.bytes_per_second, 1'000'000);
  }
  EXPECT_EQ(cables, 8u);
}

}  // namespace
}  // namespace ktrial::scenarios
