// The exact text of each diagnostic that names, faults, numbers that must agree, and expectations can draw.
#include <gtest/gtest.h>

#include "scenarios/test_scenario.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

TEST(DesignGolden, ReplicationAboveBrokers) {
  EXPECT_EQ(Diagnose({{"replication.factor: 3", "replication.factor: 4"}}),
            R"(t.yaml:9:25: error[KS010]: replication.factor 4 of topic 'orders' is above the number of brokers, 3
      replication.factor: 4
                          ^
help: Kafka refuses such a topic: INVALID_REPLICATION_FACTOR
)");
}

TEST(DesignGolden, OffsetsReplicationAboveBrokers) {
  EXPECT_EQ(
      Diagnose({{"brokers: 3", "brokers: 2"},
                {"replication.factor: 3", "replication.factor: 2"},
                {"min.insync.replicas: 2", "min.insync.replicas: 1"}}),
      R"(t.yaml:5:12: error[KS010]: offsets.topic.replication.factor (3, the default) is above the number of brokers, 2: __consumer_offsets cannot be created, and no group works
    brokers: 2
             ^
help: set it in the cluster's config
)");
}

TEST(DesignGolden, MinIsrAboveReplication) {
  EXPECT_EQ(
      Diagnose({{"replication.factor: 3", "replication.factor: 1"}}),
      R"(t.yaml:10:36: error[KS011]: min.insync.replicas 2 is above the replication factor 1 of topic 'orders': every write with acks=all fails
      config: { min.insync.replicas: 2 }
                                     ^
help: lower it, or say `allow: [KS011]` if this is what you want to try
)");
}

TEST(DesignGolden, MinIsrEqualsReplication) {
  EXPECT_EQ(
      Diagnose({{"replication.factor: 3", "replication.factor: 2"}}),
      R"(t.yaml:10:36: warning[KS012]: min.insync.replicas equals the replication factor 2 of topic 'orders': one replica down stops writes with acks=all
      config: { min.insync.replicas: 2 }
                                     ^
help: the usual choice is 1
)");
}

TEST(DesignGolden, FeatureThatTheVersionDoesNotHave) {
  EXPECT_EQ(Diagnose({{"kafka: \"4.1\"", "kafka: \"3.9\""},
                      {"  brokers: 3\n", "  brokers: 3\n  features: { eligible.leader.replicas.version: 1 }\n"}}),
            R"(t.yaml:6:49: error[KS004]: Kafka 3.9 has no feature 'eligible.leader.replicas.version': it came with 4.0
    features: { eligible.leader.replicas.version: 1 }
                                                  ^
)");
  EXPECT_EQ(Diagnose({{"kafka: \"4.1\"", "kafka: \"3.9\""},
                      {"  brokers: 3\n", "  brokers: 3\n  features: { eligible.leader.replicas.version: 0 }\n"}}),
            "");
}

TEST(DesignGolden, VersionThatRanWithZooKeeper) {
  EXPECT_EQ(Diagnose({{"kafka: \"4.1\"", "kafka: \"2.4\""}}),
            R"(t.yaml:2:8: warning[KS048]: Kafka 2.4 ran with ZooKeeper; its brokers run with KRaft controllers here
  kafka: "2.4"
         ^~~~~
help: what the controller decides, and when, is not that version's
)");
  EXPECT_EQ(Diagnose({{"kafka: \"4.1\"", "kafka: \"2.4\""}}, "allow: [KS048]\n"), "");
  EXPECT_EQ(Diagnose({{"kafka: \"4.1\"", "kafka: \"3.3\""}}), "");
}

TEST(DesignGolden, ReplicaAssignment) {
  const std::string plain = "    partitions: 6\n    replication.factor: 3\n    config: { min.insync.replicas: 2 }\n";
  EXPECT_EQ(Diagnose({{plain, "    replica.assignment: \"1:2:3,2:3:1\"\n"}}), "");
  EXPECT_EQ(Diagnose({{plain, "    replica.assignment: \"1:1\"\n"}}),
            R"(t.yaml:8:25: error[KS008]: '1:1' is not a replica assignment
      replica.assignment: "1:1"
                          ^~~~~
help: write the brokers of each partition, the preferred leader first: 1:2:3,2:3:1
)");
  EXPECT_EQ(Diagnose({{plain, "    replica.assignment: \"1:2,4:1\"\n"}}),
            R"(t.yaml:8:25: error[KS013]: there is no broker 4
      replica.assignment: "1:2,4:1"
                          ^~~~~~~~~
help: brokers are 1 to 3
)");
  EXPECT_EQ(Diagnose({{plain, "    partitions: 2\n    replica.assignment: \"1:2,2:3\"\n"}}),
            R"(t.yaml:9:25: error[KS008]: replica.assignment goes without partitions
      replica.assignment: "1:2,2:3"
                          ^~~~~~~~~
help: it says so itself
)");
}

TEST(DesignGolden, UnknownTopic) {
  EXPECT_EQ(Diagnose({{" topic: orders", " topic: order"}}),
            R"(t.yaml:12:35: error[KS013]: unknown topic 'order'
    producers: { name: shop, topic: order, rate: 500/s }
                                    ^~~~~
help: did you mean 'orders'?
)");
}

TEST(DesignGolden, UnknownBroker) {
  EXPECT_EQ(Diagnose({}, "faults:\n  - { at: 10s, kill: broker 4 }\n"),
            R"(t.yaml:15:22: error[KS013]: there is no broker 4
    - { at: 10s, kill: broker 4 }
                       ^~~~~~~~
help: brokers are 1 to 3
)");
}

TEST(DesignGolden, UnknownController) {
  EXPECT_EQ(Diagnose({}, "faults:\n  - { at: 10s, kill: controller 1 }\n"),
            R"(t.yaml:15:22: error[KS013]: there is no controller 1
    - { at: 10s, kill: controller 1 }
                       ^~~~~~~~~~~~
help: controllers are 3001 to 3003
)");
}

TEST(DesignGolden, UnknownGroup) {
  EXPECT_EQ(Diagnose({}, "faults:\n  - { at: 10s, kill: coordinator of group biling }\n"),
            R"(t.yaml:15:22: error[KS013]: unknown group 'biling'
    - { at: 10s, kill: coordinator of group biling }
                       ^~~~~~~~~~~~~~~~~~~~~~~~~~~
help: did you mean 'billing'?
)");
}

TEST(DesignGolden, UnknownClient) {
  EXPECT_EQ(Diagnose({}, "faults:\n  - { at: 10s, pause: client web }\n"),
            R"(t.yaml:15:23: error[KS013]: unknown client 'web'
    - { at: 10s, pause: client web }
                        ^~~~~~~~~~
help: known: shop, app
)");
}

TEST(DesignGolden, UnknownMember) {
  EXPECT_EQ(Diagnose({}, "faults:\n  - { at: 10s, pause: client shop-1 }\n"),
            R"(t.yaml:15:23: error[KS013]: 'shop' has no member 1
    - { at: 10s, pause: client shop-1 }
                        ^~~~~~~~~~~~~
help: its members are shop-0 to shop-0
)");
}

TEST(DesignGolden, UnknownDefect) {
  EXPECT_EQ(Diagnose({}, "defects: [DR99]\n"),
            R"(t.yaml:14:11: error[KS013]: unknown defect 'DR99'
  defects: [DR99]
            ^~~~
help: defects are DR01 to DR80 and DC01 to DC44; `ktrial list defects` explains them
)");
}

TEST(DesignGolden, PartitionOutOfRange) {
  EXPECT_EQ(Diagnose({}, "faults:\n  - { at: 10s, kill: leader of orders/6 }\n"),
            R"(t.yaml:15:22: error[KS014]: topic 'orders' has no partition 6
    - { at: 10s, kill: leader of orders/6 }
                       ^~~~~~~~~~~~~~~~~~
help: its partitions are 0 to 5
)");
}

TEST(DesignGolden, FollowersOfOneReplica) {
  EXPECT_EQ(Diagnose({{"replication.factor: 3", "replication.factor: 1"},
                      {"min.insync.replicas: 2", "min.insync.replicas: 1"}},
                     "faults:\n  - { at: 10s, kill: followers of orders/0, for: 5s }\n"),
            R"(t.yaml:15:22: warning[KS015]: partitions of 'orders' have one replica, so there are no followers
    - { at: 10s, kill: followers of orders/0, for: 5s }
                       ^~~~~~~~~~~~~~~~~~~~~
)");
}

TEST(DesignGolden, AmbiguousClient) {
  EXPECT_EQ(
      Diagnose(
          {{"  producers: { name: shop, topic: orders, rate: 500/s }\n",
            "  producers:\n    - { name: shop, topic: orders, count: 2 }\n    - { name: shop-1, topic: orders }\n"}},
          "faults:\n  - { at: 10s, pause: client shop-1, for: 5s }\n"),
      R"(t.yaml:17:23: error[KS016]: 'shop-1' is a workload, and also member 1 of 'shop'
    - { at: 10s, pause: client shop-1, for: 5s }
                        ^~~~~~~~~~~~~
help: rename one of them
)");
}

TEST(DesignGolden, FaultBeginsAfterTheEnd) {
  EXPECT_EQ(Diagnose({}, "faults:\n  - { at: 90s, kill: broker 1 }\n"),
            R"(t.yaml:15:11: error[KS017]: the fault begins at 90s, after the end
    - { at: 90s, kill: broker 1 }
            ^~~
help: the run lasts 90s
)");
}

TEST(DesignGolden, FaultHealsAfterTheEnd) {
  EXPECT_EQ(Diagnose({}, "faults:\n  - { at: 80s, kill: broker 1, for: 20s }\n"),
            R"(t.yaml:15:37: error[KS017]: the fault heals at 100s, after the end
    - { at: 80s, kill: broker 1, for: 20s }
                                      ^~~
help: the run lasts 90s; leave out 'for' for a fault that lasts to the end
)");
}

TEST(DesignGolden, StartOfWhatIsHeldDown) {
  EXPECT_EQ(
      Diagnose({}, "faults:\n  - { at: 10s, power_loss: broker 1, for: 20s }\n  - { at: 15s, start: broker 1 }\n"),
      R"(t.yaml:16:23: error[KS019]: broker 1 is started while 'power_loss' of line 15 still holds it down
    - { at: 15s, start: broker 1 }
                        ^~~~~~~~
help: leave out that fault's 'for', or start later
)");
}

TEST(DesignGolden, DeliveryTimeout) {
  EXPECT_EQ(
      Diagnose({{"rate: 500/s }", "rate: 500/s, config: { delivery.timeout.ms: 20s } }"}}),
      R"(t.yaml:12:87: error[KS023]: delivery.timeout.ms (20s) is below linger.ms (5ms, the default) + request.timeout.ms (30s, the default)
    producers: { name: shop, topic: orders, rate: 500/s, config: { delivery.timeout.ms: 20s } }
                                                                                        ^~~
help: Kafka's producer refuses to start
)");
}

TEST(DesignGolden, IdempotenceWithAcks1) {
  EXPECT_EQ(Diagnose({{"rate: 500/s }", "rate: 500/s, config: { enable.idempotence: true, acks: 1 } }"}}),
            R"(t.yaml:12:98: error[KS024]: an idempotent producer needs acks=all, but acks is 1
    producers: { name: shop, topic: orders, rate: 500/s, config: { enable.idempotence: true, acks: 1 } }
                                                                                                   ^
help: Kafka's producer refuses to start; set enable.idempotence to false, or drop the setting
)");
}

TEST(DesignGolden, IdempotenceWithManyInFlight) {
  EXPECT_EQ(
      Diagnose({{"rate: 500/s }", "rate: 500/s, config: { max.in.flight.requests.per.connection: 6 } }"}}),
      R"(t.yaml:12:105: error[KS024]: an idempotent producer needs at most 5 requests in flight, but max.in.flight.requests.per.connection is 6
    producers: { name: shop, topic: orders, rate: 500/s, config: { max.in.flight.requests.per.connection: 6 } }
                                                                                                          ^
help: Kafka's producer refuses to start; set enable.idempotence to false, or drop the setting
)");
}

TEST(DesignGolden, HeartbeatAboveSession) {
  EXPECT_EQ(
      Diagnose({{"group: billing }", "group: billing, config: { heartbeat.interval.ms: 46s } }"}}),
      R"(t.yaml:13:91: error[KS025]: heartbeat.interval.ms (46s) is not shorter than session.timeout.ms (45s, the default)
    consumers: { name: app, topic: orders, group: billing, config: { heartbeat.interval.ms: 46s } }
                                                                                            ^~~
help: a third of the session timeout is usual
)");
}

TEST(DesignGolden, SessionBelowTheGroupsMinimum) {
  EXPECT_EQ(
      Diagnose({{"group: billing }", "group: billing, config: { session.timeout.ms: 5s } }"}}),
      R"(t.yaml:13:88: error[KS025]: session.timeout.ms (5s) is below group.min.session.timeout.ms (6s, the default)
    consumers: { name: app, topic: orders, group: billing, config: { session.timeout.ms: 5s } }
                                                                                         ^~
help: the coordinator refuses the member: INVALID_SESSION_TIMEOUT
)");
}

TEST(DesignGolden, AWaitWithoutLength) {
  EXPECT_EQ(Diagnose({{"group: billing }", "group: billing, config: { heartbeat.interval.ms: 0 } }"}}),
            R"(t.yaml:13:91: error[KS009]: heartbeat.interval.ms (0) is out of range
    consumers: { name: app, topic: orders, group: billing, config: { heartbeat.interval.ms: 0 } }
                                                                                            ^
help: ktrial takes 1 and above
)");
}

TEST(DesignGolden, WhatNeverEndsOrDoesNotFitIsRefused) {
  for (const char* broker : {"controller.quorum.election.timeout.ms: 0", "controller.quorum.request.timeout.ms: 0",
                             "num.io.threads: 1000000000", "num.replica.fetchers: 2147483647",
                             "num.partitions: 2000000000", "offsets.topic.num.partitions: 2000000000"}) {
    EXPECT_NE(Diagnose({{"brokers: 3", Cat({"brokers: 3\n  config: { ", broker, " }"})}}).find("error[KS009]"),
              std::string::npos)
        << broker;
  }
  EXPECT_NE(Diagnose({{"rate: 500/s }", "rate: 500/s, config: { request.timeout.ms: 0 } }"}}).find("error[KS009]"),
            std::string::npos);
  EXPECT_NE(
      Diagnose({{"group: billing }", "group: billing, config: { request.timeout.ms: 0 } }"}}).find("error[KS009]"),
      std::string::npos);
}

TEST(DesignGolden, RatesThatNoProducerKeeps) {
  EXPECT_EQ(Diagnose({{"500/s", "0/s"}}),
            R"(t.yaml:12:49: error[KS009]: rate 0/s is below one record in 1000 s for each producer
    producers: { name: shop, topic: orders, rate: 0/s }
                                                  ^~~
)");
  EXPECT_NE(Diagnose({{"500/s", "3/h"}}).find("below one record"), std::string::npos);
  EXPECT_EQ(Diagnose({{"500/s", "4/h"}}), "");
  EXPECT_NE(Diagnose({{"500/s", "1001/ms"}}).find("above 1000000/s"), std::string::npos);
  EXPECT_NE(Diagnose({{"500/s", "1000000000/ms"}}).find("above 1000000/s"), std::string::npos);
}

TEST(DesignGolden, AGroupThatReadsTwoTopics) {
  EXPECT_EQ(
      Diagnose(
          {{"  consumers: { name: app, topic: orders, group: billing }\n",
            "  consumers:\n    - { name: app, topic: orders, group: billing }\n    - { topic: bills, group: billing "
            "}\n"},
           {"workload:", "  bills: { partitions: 1, replication.factor: 3 }\nworkload:"}}),
      R"(t.yaml:16:16: error[KS008]: group 'billing' reads topic 'orders' already, and ktrial has one topic for all members of a group
      - { topic: bills, group: billing }
                 ^~~~~
help: give these consumers another group
)");
}

TEST(DesignGolden, EvenControllers) {
  EXPECT_EQ(Diagnose({{"brokers: 3", "brokers: 3\n  controllers: 4"}}),
            R"(t.yaml:6:16: warning[KS027]: 4 controllers tolerate the loss of 1, as 3 do
    controllers: 4
                 ^
help: use 3 or 5
)");
}

TEST(DesignGolden, DeliveryBelowSession) {
  EXPECT_EQ(
      Diagnose({{"rate: 500/s }", "rate: 500/s, config: { delivery.timeout.ms: 5s, request.timeout.ms: 2s } }"}}),
      R"(t.yaml:12:87: warning[KS028]: delivery.timeout.ms (5s) is shorter than broker.session.timeout.ms (9s, the default): records expire before a crashed leader is replaced
    producers: { name: shop, topic: orders, rate: 500/s, config: { delivery.timeout.ms: 5s, request.timeout.ms: 2s } }
                                                                                        ^~
help: plan to see send errors at each unplanned failover, or raise it
)");
}

TEST(DesignGolden, LagWithoutConsumer) {
  EXPECT_EQ(Diagnose({{"  consumers: { name: app, topic: orders, group: billing }\n", ""}},
                     "expect: [ \"unavailable(orders, read) < 5s\" ]\n"),
            R"(t.yaml:13:11: error[KS029]: this expectation cannot be evaluated
  expect: [ "unavailable(orders, read) < 5s" ]
            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
help: nothing reads topic 'orders'
)");
}

TEST(DesignGolden, ExpectationComparison) {
  EXPECT_EQ(Diagnose({}, "expect:\n  - lost(orders) = 0\n"),
            R"(t.yaml:15:18: error[KS030]: comparison expected: <, <=, ==, >=, > or between A and B
    - lost(orders) = 0
                   ^
help: did you mean '=='?
)");
}

TEST(DesignGolden, ExpectationInQuotes) {
  EXPECT_EQ(Diagnose({}, "expect: [ no acked record lost, \"unavailable(orders, right) < 5s\" ]\n"),
            R"(t.yaml:14:54: error[KS030]: 'write' or 'read' expected
  expect: [ no acked record lost, "unavailable(orders, right) < 5s" ]
                                                       ^
help: for example: unavailable(orders, write) < 12s
)");
}

TEST(DesignGolden, ExpectationMisspelt) {
  EXPECT_EQ(Diagnose({}, "expect:\n  - order for partition\n"),
            R"(t.yaml:15:11: error[KS030]: 'per' expected
    - order for partition
            ^
help: did you mean 'order per partition'?
)");
}

TEST(DesignGolden, ExpectationUnknown) {
  EXPECT_EQ(Diagnose({}, "expect:\n  - lagg(billing) < 5\n"),
            R"(t.yaml:15:5: error[KS030]: unknown expectation 'lagg'
    - lagg(billing) < 5
      ^
help: did you mean 'lag'?
)");
}

}  // namespace
}  // namespace ktrial::scenarios
