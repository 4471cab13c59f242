// What comes of Kafka's own flaws at worst (docs/FLAWS.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "scenarios/judge.h"
#include "scenarios/parse.h"
#include "scenarios/trial.h"

namespace ktrial::scenarios {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

RunResult RunToEnd(const std::string& text, uint64_t seed) {
  const ParseResult parsed = ParseScenario(text, "known-flaw");
  EXPECT_TRUE(parsed.ok()) << FormatDiagnostics(parsed.diagnostics);
  Trial trial(std::make_shared<const Scenario>(*parsed.scenario), seed);
  trial.Run();
  return JudgeTrial(trial);
}

// As in isr-change-forgotten, and then the leader is cut off from the controllers, and from the follower. The second
// producer keeps the leader looking at its high watermark while the first waits for it.
constexpr char kForgottenIsrChange[] = R"(
name: forgotten-isr-change
kafka: "4.1"
duration: 50s
quiesce: 30s
cluster:
  brokers: 2
  controllers: 3
  config: { replica.lag.time.max.ms: 2s }
topics:
  orders: { partitions: 1, replication.factor: 2, config: { min.insync.replicas: 1 } }
workload:
  producers:
    - { name: shop, topic: orders, rate: 20/s, config: { acks: all } }
    - { name: meter, topic: orders, rate: 20/s, config: { acks: 1, enable.idempotence: false } }
faults:
  - at: 4s
    hold: { requests: [Fetch], from: leader of orders/0, to: all controllers, answer: true }
    for: 8s
  - { at: 5s, pause: followers of orders/0, for: 6s }
  - { at: 10s, delay: { requests: [AlterPartition], from: leader of orders/0, by: 4s }, for: 3s }
  - { at: 13s, cut: { from: all controllers, to: leader of orders/0, direction: to }, for: 30s }
  - { at: 16s, cut: { from: followers of orders/0, to: leader of orders/0 }, for: 27s }
expect:
  - no acked record lost
)";

TEST(KnownFlaws, AForgottenIsrChangeCanLoseRecords) {
  for (const uint64_t seed : {1u, 2u, 3u}) {
    const RunResult result = RunToEnd(kForgottenIsrChange, seed);
    EXPECT_EQ(result.verdict, Verdict::kFail);
    std::set<std::string> violated;
    for (const ViolationResult& violation : result.violations) violated.insert(violation.property);
    EXPECT_THAT(violated, IsSupersetOf({"I2", "S5", "S6"}));
    // The cause has a licence, the loss has none.
    EXPECT_THAT(violated, Not(Contains("S7")));
    EXPECT_THAT(result.allowed, Contains(Field(&ViolationResult::property, "S7")));
    EXPECT_THAT(result.allowed, Each(Field(&ViolationResult::licence, Not(HasSubstr("unclean")))));
  }
}

// A coordinator's machine loses power while a consumer waits to join, and is back soon.
constexpr char kLostJoin[] = R"(
name: lost-join
kafka: "4.1"
duration: 20s
quiesce: 60s
cluster: { brokers: 1, controllers: 1, config: { offsets.topic.replication.factor: 1 } }
topics:
  orders: { partitions: 1, replication.factor: 1 }
workload:
  producers: { name: shop, topic: orders, rate: 20/s }
  consumers:
    name: app
    topic: orders
    group: billing
    config: { auto.offset.reset: earliest, max.poll.interval.ms: POLL }
faults:
  - { at: 1500ms, power_loss: { target: broker 1, lose: nothing }, for: 3s }
expect:
  - every partition has a leader
)";

std::string LostJoin(const std::string& max_poll_interval) {
  std::string text = kLostJoin;
  return text.replace(text.find("POLL"), 4, max_poll_interval);
}

TEST(KnownFlaws, AConsumerWaitsForACoordinatorThatLostPower) {
  const RunResult result = RunToEnd(LostJoin("5m"), 1);
  EXPECT_THAT(result.violations, Each(Field(&ViolationResult::property, Not("G9"))));
  EXPECT_THAT(result.allowed, Contains(Field(&ViolationResult::licence, HasSubstr("app-0 waits until 305."))));
  EXPECT_EQ(result.counts.consumed, 0);
}

TEST(KnownFlaws, AConsumerGivesUpWaitingForACoordinatorThatLostPower) {
  const RunResult result = RunToEnd(LostJoin("46s"), 1);
  EXPECT_TRUE(result.violations.empty());
  EXPECT_THAT(result.allowed, Each(Field(&ViolationResult::property, Not("G9"))));
  EXPECT_GT(result.counts.consumed, 0);
}

}  // namespace
}  // namespace ktrial::scenarios
