// The exact text of each diagnostic about the replication throttle.
#include <gtest/gtest.h>

#include <string>

#include "scenarios/test_scenario.h"

namespace ktrial::scenarios {
namespace {

std::string DiagnoseAdmin(const std::string& operation) {
  return Diagnose({{"workload:\n", "workload:\n  admin: [{ at: 5s, " + operation + " }]\n"}});
}

TEST(ThrottleGolden, RatesOfABroker) {
  EXPECT_EQ(DiagnoseAdmin("alter_config: { broker: 1, set: { leader.replication.throttled.rate: 1MB }, delete: "
                          "[follower.replication.throttled.rate] }"),
            "");
  EXPECT_EQ(DiagnoseAdmin("reassign: { topic: orders, partition: 0, replicas: \"2:3\", throttle: 1MB/s }"), "");
}

TEST(ThrottleGolden, KeyThatNeedsARestart) {
  EXPECT_EQ(DiagnoseAdmin("alter_config: { broker: 1, set: { num.io.threads: 4 } }"),
            R"(t.yaml:12:71: error[KS008]: ktrial does not change 'num.io.threads' while a broker runs
    admin: [{ at: 5s, alter_config: { broker: 1, set: { num.io.threads: 4 } } }]
                                                                        ^
help: it changes leader.replication.throttled.rate and follower.replication.throttled.rate
)");
}

TEST(ThrottleGolden, NoSuchBroker) {
  EXPECT_EQ(DiagnoseAdmin("alter_config: { broker: 7, delete: [leader.replication.throttled.rate] }"),
            R"(t.yaml:12:45: error[KS013]: there is no broker 7
    admin: [{ at: 5s, alter_config: { broker: 7, delete: [leader.replication.throttled.rate] } }]
                                              ^
help: brokers are 1 to 3
)");
}

TEST(ThrottleGolden, BrokerAndTopic) {
  EXPECT_EQ(DiagnoseAdmin("alter_config: { broker: 1, topic: orders, set: { leader.replication.throttled.rate: 1 } }"),
            R"(t.yaml:12:48: error[KS008]: alter_config has either a topic or a broker
    admin: [{ at: 5s, alter_config: { broker: 1, topic: orders, set: { leader.replication.throttled.rate: 1 } } }]
                                                 ^~~~~
)");
}

TEST(ThrottleGolden, RateInTheFileOfTheBrokers) {
  EXPECT_EQ(Diagnose({{"brokers: 3", "brokers: 3\n  config: { leader.replication.throttled.rate: 1MB }"}}),
            R"(t.yaml:6:48: error[KS002]: 'leader.replication.throttled.rate' is read of brokers that run alone
    config: { leader.replication.throttled.rate: 1MB }
                                                 ^~~
help: workload: { admin: [{ at: 1m, alter_config: { broker: 1, set: { ... } } }] }
)");
}

TEST(ThrottleGolden, ThrottleOfACancellation) {
  EXPECT_EQ(DiagnoseAdmin("reassign: { topic: orders, replicas: cancel, throttle: 1MB/s }"),
            R"(t.yaml:12:76: error[KS008]: nothing moves when a reassignment is cancelled
    admin: [{ at: 5s, reassign: { topic: orders, replicas: cancel, throttle: 1MB/s } }]
                                                                             ^~~~~
)");
}

}  // namespace
}  // namespace ktrial::scenarios
