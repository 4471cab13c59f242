#include "scenarios/trial.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "scenarios/judge.h"
#include "scenarios/parse.h"

namespace ktrial::scenarios {
namespace {

// Three brokers, a crash of a leader at 2 s, half a minute.
std::shared_ptr<const Scenario> Small(const std::string& faults, const std::string& expect = "no acked record lost",
                                      const std::string& producer = "acks: all") {
  const ParseResult parsed = ParseScenario(R"(
name: small
kafka: "4.1"
duration: 15s
quiesce: 20s
cluster: { brokers: 3 }
topics:
  orders: { partitions: 2, replication.factor: 3, config: { min.insync.replicas: 2 } }
workload:
  producers: { name: shop, count: 2, topic: orders, rate: 100/s, config: { )" +
                                               producer + R"( } }
  consumers: { name: billing, topic: orders, group: billing, config: { auto.offset.reset: earliest } }
faults:
)" + faults + "\nexpect:\n  - " + expect + "\n",
                                           "small.yaml");
  EXPECT_TRUE(parsed.ok()) << FormatDiagnostics(parsed.diagnostics);
  return std::make_shared<const Scenario>(*parsed.scenario);
}

const std::string kLeaderKill = "  - { at: 2s, kill: leader of orders/0, for: 11s }";

RunResult RunToEnd(const std::shared_ptr<const Scenario>& scenario, uint64_t seed) {
  Trial trial(scenario, seed);
  trial.Run();
  return JudgeTrial(trial);
}

TEST(Trial, ALeaderCrashTakesTheTimesOfKafka) {
  const RunResult result = RunToEnd(Small(kLeaderKill), 1);
  EXPECT_EQ(result.verdict, Verdict::kPass);
  EXPECT_EQ(result.violations, std::vector<ViolationResult>());
  EXPECT_EQ(result.counts.sent, 1500);
  EXPECT_EQ(result.counts.sent, result.counts.acked) << "delivery.timeout.ms outlasts the outage";
  EXPECT_EQ(result.counts.lost, 0);
  EXPECT_EQ(result.counts.consumed - result.counts.redelivered, 1500);
  ASSERT_FALSE(result.outages.empty());
  const OutageResult& outage = result.outages[0];
  // The session of 9 s began with the last heartbeat, which was at most 2 s before the crash.
  EXPECT_GT(outage.length, sim::Milliseconds(6500));
  EXPECT_LT(outage.length, sim::Milliseconds(10500));
  ASSERT_FALSE(outage.parts.empty());
  EXPECT_EQ(outage.parts[0].name, "detection");
  sim::Duration sum;
  for (const OutagePart& part : outage.parts) sum += part.length;
  EXPECT_EQ(sum, outage.length);
}

TEST(Trial, LostRecordsAreAllowedByAcks1AndCountedUnlessTheyAreForbidden) {
  // Replicas are far from their leader, so that it has acknowledged what they have not when it dies.
  const std::string faults =
      "  - { at: 1s, delay: { from: leader of orders/0, to: followers of orders/0, by: 50ms }, for: 4s }\n" +
      kLeaderKill;
  const RunResult allowed = RunToEnd(Small(faults, "lost(orders) < 100", "acks: 1"), 1);
  EXPECT_EQ(allowed.verdict, Verdict::kPass);
  EXPECT_GT(allowed.counts.lost, 0);
  ASSERT_EQ(allowed.allowed.size(), 1u);
  EXPECT_EQ(allowed.allowed[0].licence, "acks=1");
  EXPECT_FALSE(allowed.allowed[0].evidence.empty());
  const RunResult forbidden = RunToEnd(Small(faults, "no acked record lost", "acks: 1"), 1);
  EXPECT_EQ(forbidden.verdict, Verdict::kFail);
  EXPECT_EQ(forbidden.trace_hash, allowed.trace_hash) << "an expectation changes nothing";
}

TEST(Trial, AnExpectationForbidsWhatTheConfigurationAllows) {
  // All replicas of everything lose what they have not flushed, the group's offsets too.
  const std::string faults = "  - { at: 10s, power_loss: { target: all brokers, lose: all }, for: 2s }";
  const RunResult allowed = RunToEnd(Small(faults, "acked(orders) > 0"), 1);
  EXPECT_EQ(allowed.verdict, Verdict::kPass);
  EXPECT_FALSE(allowed.allowed.empty());
  const RunResult forbidden = RunToEnd(Small(faults, "offsets durable (group billing)"), 1);
  EXPECT_EQ(forbidden.verdict, Verdict::kFail);
  EXPECT_EQ(forbidden.violations, std::vector<ViolationResult>());
}

TEST(Trial, AFaultThatHitsNothingProvesNothing) {
  // Nobody has elected another leader when the second kill comes.
  const RunResult result = RunToEnd(Small(kLeaderKill + "\n  - { at: 3s, kill: leader of orders/0, for: 5s }"), 1);
  ASSERT_EQ(result.faults.size(), 2u);
  EXPECT_TRUE(result.faults[0].hit);
  EXPECT_FALSE(result.faults[1].hit);
  EXPECT_EQ(result.expectations[0].verdict, Verdict::kPass);
  EXPECT_EQ(result.verdict, Verdict::kUnknown);
}

TEST(Trial, AFaultIsResolvedWhenItStrikes) {
  Trial trial(Small(kLeaderKill), 1);
  trial.RunUntil(sim::Milliseconds(2000) - sim::Nanoseconds(1));
  EXPECT_TRUE(trial.faults().empty());
  const cluster::TopicPartition orders0{trial.directory().topics.at("orders"), 0};
  const cluster::BrokerId leader = trial.checkers().ghost().Find(orders0)->leader;
  const sim::ProcessId process = trial.directory().nodes.at(leader);
  EXPECT_TRUE(trial.world().running(process));
  trial.RunUntil(sim::Milliseconds(2000));
  ASSERT_EQ(trial.faults().size(), 1u);
  EXPECT_EQ(trial.faults()[0].what, "kill leader of orders/0");
  EXPECT_EQ(trial.faults()[0].resolved, trial.names().Process(process));
  EXPECT_FALSE(trial.world().running(process));
  trial.RunUntil(sim::Seconds(13));
  EXPECT_TRUE(trial.world().running(process));
  EXPECT_EQ(trial.faults()[0].healed, sim::Seconds(13));
}

TEST(Trial, WhatIsStillBrokenAtTheEndOfTheLoadIsHealed) {
  const RunResult result =
      RunToEnd(Small("  - { at: 2s, kill: broker 2 }\n  - { at: 3s, pause: broker 3 }", "isr(orders) full"), 1);
  EXPECT_EQ(result.verdict, Verdict::kPass) << result.expectations[0].measured;
  for (const FaultResult& fault : result.faults) EXPECT_EQ(fault.healed, sim::Seconds(15)) << fault.what;
}

TEST(Trial, AStartEndsAnEarlierKill) {
  Trial trial(Small("  - { at: 2s, kill: broker 2 }\n  - { at: 5s, start: broker 2 }"), 1);
  const sim::ProcessId process = trial.directory().nodes.at(cluster::BrokerId(2));
  trial.RunUntil(sim::Seconds(4));
  EXPECT_FALSE(trial.world().running(process));
  trial.RunUntil(sim::Seconds(5));
  EXPECT_TRUE(trial.world().running(process));
  EXPECT_EQ(trial.faults()[0].healed, sim::Seconds(5));
}

TEST(Trial, AStoppedBrokerComesBack) {
  Trial trial(Small("  - { at: 2s, stop: broker 1, for: 100ms }"), 1);
  const sim::ProcessId process = trial.directory().nodes.at(cluster::BrokerId(1));
  trial.RunUntil(sim::Seconds(1));
  const sim::Incarnation before = trial.world().incarnation(process);
  trial.Run();
  EXPECT_TRUE(trial.world().running(process));
  EXPECT_GT(trial.world().incarnation(process), before);
}

TEST(Trial, StepsAndLeapsAreTheSameRun) {
  const auto scenario = Small(kLeaderKill);
  Trial leaps(scenario, 5);
  leaps.Run();
  Trial steps(scenario, 5);
  while (steps.Step()) {
  }
  EXPECT_EQ(steps.world().trace_hash(), leaps.world().trace_hash());
  EXPECT_EQ(JudgeTrial(steps), JudgeTrial(leaps));
}

TEST(Trial, AnotherSeedIsAnotherRun) {
  const auto scenario = Small(kLeaderKill);
  EXPECT_EQ(RunToEnd(scenario, 1).trace_hash, RunToEnd(scenario, 1).trace_hash);
  EXPECT_NE(RunToEnd(scenario, 1).trace_hash, RunToEnd(scenario, 2).trace_hash);
}

RC_GTEST_PROP(TrialProperty, OriginalAndCopyGoOnAlikeFromAnyMoment, ()) {
  const auto scenario = Small(kLeaderKill);
  Trial original(scenario, *rc::gen::inRange<uint64_t>(1, 1000));
  // Half of the cases within the start-up or the election, where most is in flight.
  const bool in_election = *rc::gen::arbitrary<bool>();
  const auto micros =
      in_election ? *rc::gen::inRange<int64_t>(8'500'000, 12'000'000) : *rc::gen::inRange<int64_t>(-1'000, 34'000'000);
  original.RunUntil(sim::Microseconds(micros));
  const int steps = *rc::gen::inRange(0, 50);
  for (int i = 0; i < steps; ++i) original.Step();
  Trial copy = original;
  original.Run();
  copy.Run();
  RC_ASSERT(copy.world().trace_hash() == original.world().trace_hash());
  RC_ASSERT(JudgeTrial(copy) == JudgeTrial(original));
}

}  // namespace
}  // namespace ktrial::scenarios
