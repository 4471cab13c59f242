// Faults that wait for another fault or a condition, in whole runs.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "scenarios/judge.h"
#include "scenarios/parse.h"
#include "scenarios/trial.h"

namespace ktrial::scenarios {
namespace {

// How often brokers were started again, and how many partitions of the topic are led by their first replica.
struct RollState {
  explicit RollState(const Trial& trial) {
    for (cluster::BrokerId broker : trial.directory().brokers) {
      restarts += static_cast<int>(trial.world().incarnation(trial.directory().nodes.at(broker)).value());
    }
    const cluster::TopicId orders = trial.directory().topics.at("orders");
    for (const auto& [tp, partition] : trial.checkers().ghost().partitions()) {
      if (tp.topic == orders && partition.leader == partition.assigned.front()) ++preferred_leaders;
    }
  }
  int restarts = 0;
  int preferred_leaders = 0;
};

std::shared_ptr<const Scenario> Small(const std::string& faults) {
  const ParseResult parsed = ParseScenario(R"(
name: small
kafka: "4.1"
duration: 30s
quiesce: 20s
cluster: { brokers: 3, config: { broker.session.timeout.ms: 3s, broker.heartbeat.interval.ms: 500 } }
topics:
  orders: { partitions: 1, replication.factor: 3, config: { min.insync.replicas: 1 } }
workload:
  producers: { name: shop, topic: orders, rate: 50/s, config: { acks: all } }
faults:
)" + faults,
                                           "small.yaml");
  EXPECT_TRUE(parsed.ok()) << FormatDiagnostics(parsed.diagnostics);
  return std::make_shared<const Scenario>(*parsed.scenario);
}

RunResult RunToEnd(const std::string& faults) {
  Trial trial(Small(faults), 1);
  trial.Run();
  return JudgeTrial(trial);
}

TEST(Trigger, AFaultFollowsAnother) {
  const RunResult result = RunToEnd(R"(
  - { after: { begin: first, by: 1s }, pause: controller 3001, for: 1s }
  - { id: first, at: 2s, pause: broker 1, for: 5s }
  - { after: first, pause: broker 2, for: 1s }
)");
  ASSERT_EQ(result.faults.size(), 3u);
  EXPECT_EQ(result.faults[0].what, "pause broker 1");
  EXPECT_EQ(result.faults[1].what, "pause controller 3001");
  EXPECT_EQ(result.faults[1].begun, sim::Seconds(3));
  EXPECT_EQ(result.faults[2].what, "pause broker 2");
  EXPECT_EQ(result.faults[2].begun, sim::Seconds(7));
  EXPECT_EQ(result.verdict, Verdict::kPass);
}

TEST(Trigger, AConditionComesAbout) {
  const RunResult result = RunToEnd(R"(
  - { at: 2s, kill: broker 2, for: 10s }
  - { when: broker 2 is fenced, pause: controller 3001, for: 1s }
  - { when: isr of orders/0 has at most 2, pause: controller 3002, for: 1s }
)");
  ASSERT_EQ(result.faults.size(), 3u);
  // The session of 3 s began with a heartbeat up to half a second before the crash.
  for (const size_t i : {1u, 2u}) {
    EXPECT_GE(result.faults[i].begun, sim::Milliseconds(4400));
    EXPECT_LE(result.faults[i].begun, sim::Milliseconds(6000));
  }
}

TEST(Trigger, AFaultStrikesTheRequestThatItWaitedFor) {
  const RunResult result = RunToEnd(R"(
  - when: second Produce from shop to leader of orders/0 after 5s
    drop: { requests: [Produce], answer: true, nth: 1 }
)");
  ASSERT_EQ(result.faults.size(), 1u);
  EXPECT_TRUE(result.faults[0].hit);
  EXPECT_EQ(result.faults[0].struck, 1);
  EXPECT_GE(result.faults[0].begun, sim::Seconds(5));
  EXPECT_LT(result.faults[0].begun, sim::Milliseconds(5200));
}

TEST(Trigger, OneThatNeverFiresProvesNothing) {
  const RunResult result = RunToEnd("  - { when: leader of orders/0 has 2, kill: broker 1 }\n");
  ASSERT_EQ(result.faults.size(), 1u);
  EXPECT_FALSE(result.faults[0].hit);
  EXPECT_EQ(result.verdict, Verdict::kUnknown);
}

TEST(Trigger, StepsAndLeapsAreTheSameRun) {
  const auto scenario = Small(R"(
  - { at: 2s, kill: broker 2, for: 10s }
  - { when: first AlterPartition, pause: controller 3001, for: 1s }
  - { when: broker 2 is unfenced after 6s, pause: broker 1, for: 1s }
)");
  Trial leaps(scenario, 5);
  leaps.Run();
  Trial steps(scenario, 5);
  while (steps.Step()) {
  }
  EXPECT_EQ(leaps.world().trace_hash(), steps.world().trace_hash());
  EXPECT_EQ(leaps.faults(), steps.faults());
  EXPECT_EQ(leaps.faults().size(), 3u);
}

TEST(Trigger, TheAdministratorChangesAConfig) {
  const ParseResult parsed = ParseScenario(R"(
name: admin
kafka: "4.1"
duration: 20s
cluster: { brokers: 3 }
topics:
  orders: { partitions: 1, replication.factor: 3, config: { min.insync.replicas: 1 } }
workload:
  producers: { name: shop, topic: orders, rate: 50/s, config: { acks: all } }
  admin:
    - { at: 5s, alter_config: { topic: orders, set: { min.insync.replicas: 3 } } }
faults:
  - { at: 8s, stop: broker 2, for: 10s }
)",
                                           "admin.yaml");
  ASSERT_TRUE(parsed.ok()) << FormatDiagnostics(parsed.diagnostics);
  Trial trial(std::make_shared<const Scenario>(*parsed.scenario), 1);
  trial.Run();
  const RunResult result = JudgeTrial(trial);
  ASSERT_EQ(result.faults.size(), 2u);
  EXPECT_EQ(result.faults[1].what, "alter_config orders: min.insync.replicas=3");
  EXPECT_TRUE(result.faults[1].hit) << result.faults[1].miss;
  // With two in sync of the three that are now demanded nothing can be written until the broker is back.
  ASSERT_FALSE(result.outages.empty());
  EXPECT_GE(result.outages[0].length, sim::Seconds(7));
}

TEST(Trigger, TheAdministratorMovesAPartition) {
  const ParseResult parsed = ParseScenario(R"(
name: move
kafka: "4.1"
duration: 30s
cluster: { brokers: 4 }
topics:
  orders: { replica.assignment: "1:2:3", config: { min.insync.replicas: 2 } }
workload:
  producers: { name: shop, topic: orders, rate: 50/s, config: { acks: all } }
  admin:
    - { at: 5s, reassign: { topic: orders, partition: 0, replicas: "4:3" } }
    - { at: 6s, reassign: { topic: orders, replicas: cancel } }
faults:
  - { at: 15s, stop: broker 1 }
  - { at: 15s, stop: broker 2 }
)",
                                           "move.yaml");
  ASSERT_TRUE(parsed.ok()) << FormatDiagnostics(parsed.diagnostics);
  Trial trial(std::make_shared<const Scenario>(*parsed.scenario), 1);
  trial.Run();
  const RunResult result = JudgeTrial(trial);
  ASSERT_EQ(result.faults.size(), 4u);
  EXPECT_EQ(result.faults[2].what, "reassign orders/0: 4:3");
  EXPECT_TRUE(result.faults[2].hit) << result.faults[2].miss;
  EXPECT_EQ(result.faults[3].what, "reassign orders: cancel");
  EXPECT_EQ(result.faults[3].miss, "refused: NO_REASSIGNMENT_IN_PROGRESS") << "the move was over within a second";
  // Whoever held the partition before is gone, and nobody misses them.
  EXPECT_TRUE(result.violations.empty());
  for (const auto& outage : result.outages) EXPECT_LT(outage.length, sim::Seconds(1));
  EXPECT_EQ(result.counts.lost, 0);
}

// The broker that stops hands its leaderships over, and gets them back when somebody asks for it.
TEST(Trigger, TheOperatorRestartsAllBrokersAndElectsPreferredLeaders) {
  const ParseResult parsed = ParseScenario(R"(
name: roll
kafka: "4.1"
duration: 90s
cluster: { brokers: 3 }
topics:
  orders: { replica.assignment: "1:2:3,2:3:1,3:1:2", config: { min.insync.replicas: 2 } }
workload:
  producers: { name: shop, topic: orders, rate: 50/s, config: { acks: all } }
  admin:
    - { at: 5s, rolling_restart: { wait: isr } }
    - { at: 80s, elect: { topic: orders } }
)",
                                           "roll.yaml");
  ASSERT_TRUE(parsed.ok()) << FormatDiagnostics(parsed.diagnostics);
  Trial trial(std::make_shared<const Scenario>(*parsed.scenario), 1);
  trial.RunUntil(sim::Seconds(79));
  const RollState before{trial};
  EXPECT_EQ(before.restarts, 3);
  EXPECT_LT(before.preferred_leaders, 3);
  trial.Run();
  const RollState after{trial};
  EXPECT_EQ(after.preferred_leaders, 3);
  const RunResult result = JudgeTrial(trial);
  ASSERT_EQ(result.faults.size(), 2u);
  EXPECT_EQ(result.faults[0].what, "rolling_restart of all brokers, wait: isr");
  EXPECT_EQ(result.faults[0].resolved, "3 of 3 restarted");
  EXPECT_EQ(result.faults[1].what, "elect preferred orders");
  EXPECT_TRUE(result.faults[1].hit) << result.faults[1].miss;
  EXPECT_TRUE(result.violations.empty());
  EXPECT_EQ(result.counts.lost, 0);
}

TEST(Trigger, TheAdministratorDeletesRecords) {
  const ParseResult parsed = ParseScenario(R"(
name: delete
kafka: "4.1"
duration: 20s
cluster: { brokers: 3 }
topics:
  orders: { partitions: 2, replication.factor: 3 }
  prices: { partitions: 1, replication.factor: 3, config: { cleanup.policy: compact } }
workload:
  producers: { name: shop, topic: orders, rate: 50/s, config: { acks: all } }
  admin:
    - { at: 5s, delete_records: { topic: orders, partition: 0, before: 20 } }
    - { at: 6s, delete_records: { topic: orders, partition: 1, before: high watermark } }
    - { at: 7s, delete_records: { topic: orders, partition: 1, before: 100000 } }
    - { at: 8s, delete_records: { topic: prices, partition: 0, before: high watermark } }
)",
                                           "delete.yaml");
  ASSERT_TRUE(parsed.ok()) << FormatDiagnostics(parsed.diagnostics);
  Trial trial(std::make_shared<const Scenario>(*parsed.scenario), 1);
  trial.Run();
  const RunResult result = JudgeTrial(trial);
  ASSERT_EQ(result.faults.size(), 4u);
  EXPECT_EQ(result.faults[0].what, "delete_records orders/0 before 20");
  EXPECT_TRUE(result.faults[0].hit) << result.faults[0].miss;
  EXPECT_EQ(result.faults[1].what, "delete_records orders/1 before the high watermark");
  EXPECT_TRUE(result.faults[1].hit) << result.faults[1].miss;
  EXPECT_EQ(result.faults[2].miss, "refused: OFFSET_OUT_OF_RANGE");
  EXPECT_EQ(result.faults[3].miss, "refused: POLICY_VIOLATION");
  for (const cluster::BrokerId broker : trial.directory().brokers) {
    EXPECT_EQ(trial.checkers().ghost().FindReplica({cluster::TopicId(0), 0}, broker)->log_start, cluster::Offset(20));
    EXPECT_GT(trial.checkers().ghost().FindReplica({cluster::TopicId(0), 1}, broker)->log_start, cluster::Offset(50));
  }
  EXPECT_TRUE(result.violations.empty());
}

}  // namespace
}  // namespace ktrial::scenarios
