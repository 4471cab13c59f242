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
using ::testing::IsEmpty;
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

// The first batches to orders/2 are in flight to a leader that is paused when another one is elected, which takes the
// next batch: it has no state of the producer. When the oldest has failed, the producer sends the others in its next
// epoch.
constexpr char kTakenFirst[] = R"(
name: taken-first
kafka: "4.0"
duration: 22s
quiesce: 120s
cluster:
  brokers: 4
  controllers: 3
  config:
    offsets.topic.num.partitions: 1
    offsets.topic.replication.factor: 3
    broker.session.timeout.ms: 6s
    broker.heartbeat.interval.ms: 500
    controller.quorum.fetch.timeout.ms: 2s
    unclean.leader.election.enable: true
topics:
  orders: { partitions: 3, replication.factor: 2 }
workload:
  producers:
    name: shop
    count: 2
    topic: orders
    rate: 20/s
    record_size: 1KiB
    config: { linger.ms: 50, request.timeout.ms: 10s, delivery.timeout.ms: 60s }
  consumers:
    name: app
    topic: orders
    group: billing
    config: { auto.offset.reset: earliest, session.timeout.ms: 6s, heartbeat.interval.ms: 1s }
  admin:
    - { at: 8077ms, alter_config: { topic: orders, set: { min.insync.replicas: 1 } } }
faults:
  - { at: 13336ms, kill: leader of orders/2, for: 3651ms }
  - { at: 18948ms, pause: leader of orders/2, for: 985ms }
  - { at: 13122ms, disk_full: broker 4, for: 1134ms }
)";

TEST(KnownFlaws, BatchesInFlightToALeaderMayComeAfterWhatTheNextOneTook) {
  EXPECT_THAT(RunToEnd(kTakenFirst, 2525).violations, IsEmpty());
}

// Broker 2 loses power, leads the groups' partition again in its epoch, writes there, and follows then.
constexpr char kPartedWithinEpoch[] = R"(
name: parted-within-epoch
kafka: "4.1"
duration: 32s
quiesce: 120s
cluster:
  brokers: 2
  controllers: 3
  config:
    offsets.topic.num.partitions: 2
    offsets.topic.replication.factor: 2
    broker.session.timeout.ms: 6s
    replica.lag.time.max.ms: 2s
    replica.fetch.wait.max.ms: 50
    controller.quorum.fetch.timeout.ms: 2s
topics:
  orders: { partitions: 1, replication.factor: 1 }
workload:
  producers:
    name: shop
    count: 2
    topic: orders
    rate: 20/s
    record_size: 100B
    config: { enable.idempotence: false, linger.ms: 0, delivery.timeout.ms: 35s }
  consumers:
    name: app
    count: 2
    topic: orders
    group: billing
    config: { auto.offset.reset: earliest, session.timeout.ms: 6s, heartbeat.interval.ms: 1s }
faults:
  - { at: 15378ms, power_loss: { target: broker 2, lose: random }, for: 2063ms }
  - { at: 21791ms, drop: { requests: [Produce], answer: true, nth: 5 }, for: 743ms }
  - { at: 20004ms, isolate: leader of orders/0, for: 7236ms }
  - { at: 23615ms, drop: { requests: [Produce], answer: false, nth: 2 }, for: 4154ms }
  - { at: 4165ms, delay: { from: leader of orders/0, to: active controller, by: 100ms }, for: 12122ms }
  - { at: 4261ms, drop: { requests: [BeginQuorumEpoch], answer: true }, for: 16382ms }
)";

TEST(KnownFlaws, LogsMayPartWithinAnEpochThatALeaderResumed) {
  EXPECT_THAT(RunToEnd(kPartedWithinEpoch, 6376).violations, IsEmpty());
}

// Power fails just after a segment was rolled and before it is flushed: recovery finds it empty, and goes on.
constexpr char kHole[] = R"(
name: hole
kafka: "4.1"
duration: 34s
quiesce: 120s
cluster:
  brokers: 3
  controllers: 1
  config:
    offsets.topic.num.partitions: 1
    offsets.topic.replication.factor: 3
    broker.heartbeat.interval.ms: 500
    replica.lag.time.max.ms: 10s
    replica.fetch.wait.max.ms: 50
    controller.quorum.fetch.timeout.ms: 2s
    num.replica.fetchers: 2
topics:
  orders: { partitions: 1, replication.factor: 1, config: { segment.bytes: 1MiB } }
workload:
  producers:
    name: shop
    count: 2
    topic: orders
    rate: 100/s
    record_size: 4KiB
    config: { max.in.flight.requests.per.connection: 1, linger.ms: 5, delivery.timeout.ms: 35s }
  consumers:
    name: app
    topic: orders
    group: billing
    config: { auto.offset.reset: earliest, session.timeout.ms: 45s, heartbeat.interval.ms: 1s }
faults:
  - { at: 15297ms, cut: { from: leader of orders/0, to: broker 1, direction: to } }
  - { at: 5809ms, slow_disk: { target: leader of orders/0, append: x1000 } }
  - { at: 24348ms, power_loss: { target: all, lose: all }, for: 7418ms }
)";

TEST(KnownFlaws, RecoveryMayGoOnBehindAHole) { EXPECT_THAT(RunToEnd(kHole, 6563).violations, IsEmpty()); }

}  // namespace
}  // namespace ktrial::scenarios
