// Reassignments with a throttle (KIP-73) take the time that the rate says, and slow nobody else.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "cluster/broker/broker.h"
#include "scenarios/judge.h"
#include "scenarios/parse.h"
#include "scenarios/trial.h"

namespace ktrial::scenarios {
namespace {

// One partition takes 1 MB/s, and after 20 s moves from broker 3 to broker 4.
RunResult Reassign(const std::string& throttle, uint64_t seed) {
  const ParseResult parsed = ParseScenario(R"(
name: move
kafka: "4.1"
duration: 70s
cluster: { brokers: 4 }
topics:
  orders: { replica.assignment: "1:2:3", config: { min.insync.replicas: 3 } }
workload:
  producers: { name: shop, topic: orders, rate: 50/s, record_size: 20KB, config: { acks: all } }
  admin:
    - { at: 20s, reassign: { topic: orders, replicas: "1:2:4")" +
                                               throttle + " } }\nallow: [KS012]\n",
                                           "move.yaml");
  EXPECT_TRUE(parsed.ok()) << FormatDiagnostics(parsed.diagnostics);
  Trial trial(std::make_shared<const Scenario>(*parsed.scenario), seed);
  trial.Run();
  // The throttle is gone.
  const cluster::MetadataImage& image =
      trial.world().process_as<cluster::BrokerProcess>(trial.directory().nodes.at(cluster::BrokerId(1))).metadata();
  EXPECT_EQ(image.FindBrokerConfig(cluster::BrokerId(1), "leader.replication.throttled.rate"), nullptr);
  EXPECT_EQ(image.FindTopic("orders")->configs.count("leader.replication.throttled.replicas"), 0u);
  return JudgeTrial(trial);
}

// Seconds from the start of the run until the tool had seen the end.
double DoneAt(const RunResult& result) {
  constexpr const char* kDone = "done at ";
  const std::string& text = result.faults.at(0).resolved;
  EXPECT_EQ(text.rfind(kDone, 0), 0u) << text << result.faults.at(0).miss;
  return std::atof(text.c_str() + std::string(kDone).size());
}

// What may be sent in 11 windows of a second is 44 MB. Two followers in sync take 1 MB/s each of it, so that the new
// one has its 20 MB, and the 1 MB/s that comes meanwhile, after 8 s; and the tool asks each second.
TEST(Throttle, AReassignmentTakesTheTimeThatTheRateSays) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    const RunResult result = Reassign(", throttle: 4MB/s", seed);
    EXPECT_GT(DoneAt(result), 27.0) << "seed " << seed;
    EXPECT_LT(DoneAt(result), 31.0) << "seed " << seed;
    EXPECT_TRUE(result.violations.empty());
    // min.insync.replicas of three: whoever were slowed in the ISR would be seen at once.
    for (const OutageResult& outage : result.outages) EXPECT_LT(outage.length, sim::Seconds(2)) << "seed " << seed;
  }
}

TEST(Throttle, AHigherRateEndsItSooner) { EXPECT_LT(DoneAt(Reassign(", throttle: 40MB/s", 1)), 25.0); }

// The followers in sync and what comes in take all of it, as long as records are sent: 70 s.
TEST(Throttle, ARateThatLeavesNothingWaitsForTheLoadToEnd) {
  EXPECT_GT(DoneAt(Reassign(", throttle: 3MB/s", 1)), 70.0);
}

}  // namespace
}  // namespace ktrial::scenarios
