// Faults that strike requests and answers, in whole runs.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "scenarios/judge.h"
#include "scenarios/parse.h"
#include "scenarios/trial.h"

namespace ktrial::scenarios {
namespace {

// One partition on three brokers, a record each 20 ms, 10 s.
std::shared_ptr<const Scenario> Small(const std::string& faults) {
  const ParseResult parsed = ParseScenario(R"(
name: small
kafka: "4.1"
duration: 10s
quiesce: 20s
cluster: { brokers: 3 }
topics:
  orders: { partitions: 1, replication.factor: 3, config: { min.insync.replicas: 2 } }
workload:
  producers: { name: shop, topic: orders, rate: 50/s, config: { acks: all } }
faults:
)" + faults + "\nexpect:\n  - no acked record lost\n  - acked(orders) == 500\n",
                                           "small.yaml");
  EXPECT_TRUE(parsed.ok()) << FormatDiagnostics(parsed.diagnostics);
  return std::make_shared<const Scenario>(*parsed.scenario);
}

RunResult RunToEnd(const std::string& fault) {
  Trial trial(Small("  - " + fault), 1);
  trial.Run();
  return JudgeTrial(trial);
}

TEST(MessageFault, ADroppedAnswerIsAskedForAgainAndTheRecordIsInTheLogOnce) {
  const RunResult result =
      RunToEnd("{ at: 2s, drop: { requests: [Produce], from: client shop, answer: true, nth: 3 } }");
  EXPECT_EQ(result.verdict, Verdict::kPass);
  ASSERT_EQ(result.faults.size(), 1u);
  EXPECT_EQ(result.faults[0].what, "drop the answer to the 3rd Produce from client shop");
  EXPECT_EQ(result.faults[0].resolved, "shop-0 - anyone");
  EXPECT_EQ(result.faults[0].struck, 1);
  EXPECT_EQ(result.counts.duplicates, 0);
}

TEST(MessageFault, OneThatStrikesNothingProvesNothing) {
  const RunResult result = RunToEnd("{ at: 2s, drop: { requests: [JoinGroup] } }");
  EXPECT_EQ(result.verdict, Verdict::kUnknown);
  ASSERT_EQ(result.faults.size(), 1u);
  EXPECT_FALSE(result.faults[0].hit);
  EXPECT_EQ(result.faults[0].struck, 0);
}

TEST(MessageFault, FetchesOfFollowersAreToldFromThoseOfMetadata) {
  // Followers cannot fetch records, so the leader lets them go after replica.lag.time.max.ms; the metadata flows on.
  const RunResult records = RunToEnd("{ at: 1s, drop: { requests: [Fetch], to: all brokers } }");
  EXPECT_GT(records.faults[0].struck, 0);
  // Without metadata nothing happens to records.
  const RunResult metadata =
      RunToEnd("{ at: 1s, drop: { requests: [Fetch], from: all brokers, to: all controllers } }");
  EXPECT_GT(metadata.faults[0].struck, 0);
  EXPECT_EQ(metadata.verdict, Verdict::kPass);
  EXPECT_GT(records.outages[0].length, metadata.outages[0].length);
}

TEST(MessageFault, AProcessDiesOfTheRequestItHandledAndIsStartedWhenTheFaultHeals) {
  Trial trial(Small("  - { at: 2s, kill_on: { requests: [Produce], to: leader of orders/0, nth: 5 }, for: 5s }"), 1);
  trial.RunUntil(sim::Seconds(2));
  const cluster::TopicPartition orders0{trial.directory().topics.at("orders"), 0};
  const sim::ProcessId leader = trial.directory().nodes.at(trial.checkers().ghost().Find(orders0)->leader);
  EXPECT_TRUE(trial.world().running(leader));
  trial.RunUntil(sim::Seconds(4));
  EXPECT_FALSE(trial.world().running(leader));
  EXPECT_EQ(trial.faults()[0].struck, 1);
  trial.RunUntil(sim::Milliseconds(7000));
  EXPECT_TRUE(trial.world().running(leader));
}

TEST(MessageFault, AHeldRequestArrivesWhenTheFaultHeals) {
  const RunResult result = RunToEnd("{ at: 2s, hold: { requests: [Produce], to: leader of orders/0 }, for: 3s }");
  EXPECT_EQ(result.verdict, Verdict::kPass);
  ASSERT_FALSE(result.outages.empty());
  EXPECT_GE(result.outages[0].length, sim::Milliseconds(2900));
  EXPECT_LT(result.outages[0].length, sim::Milliseconds(3300));
}

TEST(MessageFault, ADelayedRequestIsLateByThatMuch) {
  const RunResult result =
      RunToEnd("{ at: 2s, delay: { requests: [Produce], to: leader of orders/0, by: 2s, nth: 1 }, for: 5s }");
  EXPECT_EQ(result.verdict, Verdict::kPass);
  EXPECT_EQ(result.faults[0].struck, 1);
  EXPECT_GE(result.outages[0].length, sim::Seconds(2));
  EXPECT_LT(result.outages[0].length, sim::Milliseconds(2300));
}

TEST(MessageFault, ConnectionsAreReset) {
  const RunResult at_once = RunToEnd("{ at: 2s, reset: { from: client shop, to: all brokers } }");
  EXPECT_EQ(at_once.verdict, Verdict::kPass);
  EXPECT_TRUE(at_once.faults[0].hit);
  EXPECT_FALSE(at_once.faults[0].healed.has_value()) << "a reset has nothing to heal";
  const RunResult answered = RunToEnd("{ at: 2s, reset: { requests: [Produce], answer: true, nth: 2 } }");
  EXPECT_EQ(answered.verdict, Verdict::kPass);
  EXPECT_EQ(answered.faults[0].struck, 1);
  EXPECT_EQ(answered.counts.duplicates, 0) << "the producer is idempotent";
}

}  // namespace
}  // namespace ktrial::scenarios
