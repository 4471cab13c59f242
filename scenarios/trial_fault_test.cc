// Faults of networks, disks and clocks, in whole runs.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "scenarios/judge.h"
#include "scenarios/parse.h"
#include "scenarios/trial.h"

namespace ktrial::scenarios {
namespace {

RunResult RunToEnd(const std::string& faults) {
  const ParseResult parsed = ParseScenario(R"(
name: small
kafka: "4.1"
duration: 15s
quiesce: 30s
cluster: { brokers: 4, config: { broker.session.timeout.ms: 3s, broker.heartbeat.interval.ms: 500 } }
topics:
  orders: { partitions: 1, replication.factor: 3, config: { min.insync.replicas: 2 } }
workload:
  producers: { name: shop, topic: orders, rate: 50/s, config: { acks: all } }
faults:
)" + faults + "\nexpect:\n  - acked(orders) > 100\n",
                                           "small.yaml");
  EXPECT_TRUE(parsed.ok()) << FormatDiagnostics(parsed.diagnostics);
  Trial trial(std::make_shared<const Scenario>(*parsed.scenario), 1);
  trial.Run();
  return JudgeTrial(trial);
}

sim::Duration Outage(const RunResult& result) {
  return result.outages.empty() ? sim::Duration() : result.outages[0].length;
}

TEST(Faults, APartitionCutsItsGroupsAndNobodyElse) {
  // The leader keeps one follower and the controllers, then all followers and no controller.
  const RunResult apart =
      RunToEnd("  - { at: 3s, partition: { groups: [[broker 1], [broker 2], [broker 3], [broker 4]] }, for: 5s }");
  EXPECT_GE(Outage(apart), sim::Seconds(4)) << "no follower fetches";
  EXPECT_EQ(apart.verdict, Verdict::kPass);
}

TEST(Faults, HalvesAreDrawnFromTheSeed) {
  const RunResult result = RunToEnd("  - { at: 3s, partition: { halves: all }, for: 5s }");
  ASSERT_EQ(result.faults.size(), 1u);
  EXPECT_TRUE(result.faults[0].hit);
  EXPECT_EQ(result.violations, std::vector<ViolationResult>());
}

TEST(Faults, ARingNeedsFourAndFewerAreNotHit) {
  EXPECT_TRUE(RunToEnd("  - { at: 3s, ring: all brokers, for: 2s }").faults[0].hit);
  EXPECT_FALSE(RunToEnd("  - { at: 3s, ring: [broker 1, broker 2], for: 2s }").faults[0].hit);
}

TEST(Faults, LossAndThrottleSlowWritesDown) {
  const sim::Duration calm = Outage(RunToEnd("  - { at: 3s, reset: { from: broker 1, to: broker 2 } }"));
  EXPECT_GT(Outage(RunToEnd("  - { at: 3s, loss: { from: client shop, to: all brokers, part: 50% }, for: 8s }")), calm);
  EXPECT_GT(
      Outage(RunToEnd("  - { at: 3s, throttle: { from: client shop, to: all brokers, bandwidth: 2KB/s }, for: 8s }")),
      calm);
}

TEST(Faults, ABrokerWhoseDiskFailsGivesItsLeadershipUp) {
  for (const char* fault :
       {"disk_full: leader of orders/0", "disk_error: { target: leader of orders/0, fail: writes }"}) {
    const RunResult result = RunToEnd(std::string("  - { at: 3s, ") + fault + ", for: 5s }");
    EXPECT_TRUE(result.faults[0].hit);
    EXPECT_GT(result.counts.elections, 0) << fault;
    EXPECT_EQ(result.verdict, Verdict::kPass) << fault;
  }
}

TEST(Faults, AClientHasNoDisk) {
  EXPECT_FALSE(RunToEnd("  - { at: 3s, disk_full: client shop, for: 5s }").faults[0].hit);
}

TEST(Faults, ABitRotsOnlyWhereAFileIs) {
  EXPECT_TRUE(RunToEnd("  - { at: 3s, bit_rot: { target: leader of orders/0, partition: orders/0 } }").faults[0].hit);
  EXPECT_FALSE(RunToEnd("  - { at: 3s, bit_rot: { target: controller 3001, partition: orders/0 } }").faults[0].hit);
}

TEST(Faults, AWipedReplicaIsFilledAgain) {
  const RunResult result =
      RunToEnd("  - { at: 3s, kill: random follower of orders/0, for: 5s }\n  - { at: 4s, wipe_disk: broker 4 }");
  EXPECT_EQ(result.violations, std::vector<ViolationResult>());
}

TEST(Faults, SlowFlushesDoNotSlowWritesThatAreNotFlushed) {
  const sim::Duration flushes = Outage(RunToEnd("  - { at: 3s, slow_disk: { target: all, flush: x1000 }, for: 8s }"));
  const sim::Duration writes = Outage(RunToEnd("  - { at: 3s, slow_disk: { target: all, append: x100000 }, for: 8s }"));
  EXPECT_LT(flushes, writes);
}

TEST(Faults, ClocksOfBrokersChangeNothingThatTimersDecide) {
  const RunResult result = RunToEnd(
      "  - { at: 3s, clock_jump: { target: broker 1, by: -1h } }\n"
      "  - { at: 3s, clock_drift: { target: broker 2, by: 5% }, for: 5s }");
  EXPECT_EQ(result.verdict, Verdict::kPass);
  EXPECT_LT(Outage(result), sim::Seconds(1));
}

}  // namespace
}  // namespace ktrial::scenarios
