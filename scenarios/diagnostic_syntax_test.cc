// The exact text of each diagnostic that the shape of a file, its keys and its values can draw.
#include <gtest/gtest.h>

#include "scenarios/test_scenario.h"

namespace ktrial::scenarios {
namespace {

TEST(SyntaxGolden, UnknownKeyInTopic) {
  EXPECT_EQ(Diagnose({{"    partitions: 6\n", "    partitoins: 6\n"}}),
            R"(t.yaml:8:5: error[KS001]: unknown key 'partitoins' in topic 'orders'
      partitoins: 6
      ^~~~~~~~~~
help: did you mean 'partitions'?
)");
}

TEST(SyntaxGolden, UnknownKafkaKey) {
  EXPECT_EQ(Diagnose({{"min.insync.replicas: 2", "min.insync.replica: 2"}}),
            R"(t.yaml:10:15: error[KS001]: unknown key 'min.insync.replica' in topic config
      config: { min.insync.replica: 2 }
                ^~~~~~~~~~~~~~~~~~
help: did you mean 'min.insync.replicas'?
)");
}

TEST(SyntaxGolden, UnknownKeyIsKafkas) {
  EXPECT_EQ(Diagnose({{"  brokers: 3\n", "  brokers: 3\n  min.insync.replicas: 2\n"}}),
            R"(t.yaml:6:3: error[KS001]: unknown key 'min.insync.replicas' in cluster
    min.insync.replicas: 2
    ^~~~~~~~~~~~~~~~~~~
help: it is a Kafka broker setting; those stand under 'config:'
)");
}

TEST(SyntaxGolden, UnknownKeyWithoutLikeness) {
  EXPECT_EQ(Diagnose({}, "colour: red\n"),
            R"(t.yaml:14:1: error[KS001]: unknown key 'colour' in scenario
  colour: red
  ^~~~~~
help: keys here are: name, description, kafka, seed, duration, quiesce, allow, cluster, network, topics, workload, faults, expect, defects
)");
}

TEST(SyntaxGolden, ProducerKeyUnderBroker) {
  EXPECT_EQ(Diagnose({{"  brokers: 3\n", "  brokers: 3\n  config: { linger.ms: 5 }\n"}}),
            R"(t.yaml:6:13: error[KS002]: 'linger.ms' is a producer setting, found in broker config
    config: { linger.ms: 5 }
              ^~~~~~~~~
help: it stands under workload: producers: config:
)");
}

TEST(SyntaxGolden, BrokerNameOfTopicKey) {
  EXPECT_EQ(Diagnose({{"min.insync.replicas: 2", "log.segment.bytes: 2MiB"}}),
            R"(t.yaml:10:15: error[KS002]: 'log.segment.bytes' is a broker setting, found in topic config
      config: { log.segment.bytes: 2MiB }
                ^~~~~~~~~~~~~~~~~
help: in topic config it is called 'segment.bytes'
)");
}

TEST(SyntaxGolden, KeyNotModelled) {
  EXPECT_EQ(Diagnose({{"min.insync.replicas: 2", "min.insync.replicas: 2, local.retention.ms: 1h"}}),
            R"(t.yaml:10:39: warning[KS003]: 'local.retention.ms' is a Kafka topic setting that ktrial does not model
      config: { min.insync.replicas: 2, local.retention.ms: 1h }
                                        ^~~~~~~~~~~~~~~~~~
help: the trial runs as if it were not there
)");
}

TEST(SyntaxGolden, RemovedKey) {
  EXPECT_EQ(
      Diagnose({{"  brokers: 3\n", "  brokers: 3\n  config: { log.message.timestamp.difference.max.ms: 1000 }\n"}}),
      R"(t.yaml:6:13: error[KS004]: Kafka 4.1 has no broker setting 'log.message.timestamp.difference.max.ms': it was removed in 4.0
    config: { log.message.timestamp.difference.max.ms: 1000 }
              ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
help: use log.message.timestamp.before.max.ms and log.message.timestamp.after.max.ms
)");
}

TEST(SyntaxGolden, KeyFromALaterVersion) {
  EXPECT_EQ(
      Diagnose({{"kafka: \"4.1\"", "kafka: \"4.0\""},
                {"rate: 500/s }", "rate: 500/s, config: { transaction.two.phase.commit.enable: true } }"}}),
      R"(t.yaml:12:66: error[KS004]: Kafka 4.0 has no producer setting 'transaction.two.phase.commit.enable': it came with 4.1
    producers: { name: shop, topic: orders, rate: 500/s, config: { transaction.two.phase.commit.enable: true } }
                                                                   ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
)");
}

TEST(SyntaxGolden, DuplicateKey) {
  EXPECT_EQ(Diagnose({{"    partitions: 6\n", "    partitions: 6\n    partitions: 7\n"}}),
            R"(t.yaml:9:5: error[KS005]: key 'partitions' is given twice
      partitions: 7
      ^~~~~~~~~~
help: it stands first at line 8, column 5
)");
}

TEST(SyntaxGolden, Tab) {
  EXPECT_EQ(Diagnose({{"    partitions: 6\n", "\tpartitions: 6\n"}}),
            R"(t.yaml:8:1: error[KS006]: tab character
   partitions: 6
  ^
help: indent with spaces, or write "\t" in double quotes
)");
}

TEST(SyntaxGolden, UnclosedBrace) {
  EXPECT_EQ(Diagnose({}, "faults: [ { at: 10s\n"),
            R"(t.yaml:14:11: error[KS006]: a key must be a single value
  faults: [ { at: 10s
            ^
help: a bracket, brace or quote may not be closed, or a comma be missing
)");
}

TEST(SyntaxGolden, Tag) {
  EXPECT_EQ(Diagnose({{"brokers: 3", "brokers: !!int 3"}}),
            R"(t.yaml:5:12: error[KS006]: tag 'tag:yaml.org,2002:int' is not allowed
    brokers: !!int 3
             ^
help: leave it out: the key decides the type of its value
)");
}

TEST(SyntaxGolden, SecondDocument) {
  EXPECT_EQ(Diagnose({}, "---\nname: other\n"),
            R"(t.yaml:15:1: error[KS006]: a second document begins here
  name: other
  ^
help: a file holds one scenario
)");
}

TEST(SyntaxGolden, MissingUnit) {
  EXPECT_EQ(Diagnose({{"duration: 90s", "duration: 90"}}),
            R"(t.yaml:3:11: error[KS007]: duration '90' has no unit
  duration: 90
            ^~
help: did you mean '90s'?
)");
}

TEST(SyntaxGolden, MissingUnitOfRate) {
  EXPECT_EQ(Diagnose({{"500/s", "500"}}),
            R"(t.yaml:12:49: error[KS007]: rate '500' has no unit
    producers: { name: shop, topic: orders, rate: 500 }
                                                  ^~~
help: did you mean '500/s'?
)");
}

TEST(SyntaxGolden, WrongUnit) {
  EXPECT_EQ(Diagnose({{"duration: 90s", "duration: 5MB"}}),
            R"(t.yaml:3:11: error[KS008]: duration must be a duration, not '5MB'
  duration: 5MB
            ^~~
help: for example: 30s, 250ms, 1h30m
)");
}

TEST(SyntaxGolden, NotABoolean) {
  EXPECT_EQ(Diagnose({{"rate: 500/s }", "rate: 500/s, config: { enable.idempotence: yes } }"}}),
            R"(t.yaml:12:86: error[KS008]: 'yes' is not a boolean
    producers: { name: shop, topic: orders, rate: 500/s, config: { enable.idempotence: yes } }
                                                                                       ^~~
help: Kafka takes true or false
)");
}

TEST(SyntaxGolden, NotANumber) {
  EXPECT_EQ(Diagnose({{"brokers: 3", "brokers: three"}}),
            R"(t.yaml:5:12: error[KS008]: brokers must be a whole number, not 'three'
    brokers: three
             ^~~~~
)");
}

TEST(SyntaxGolden, Acks) {
  EXPECT_EQ(Diagnose({{"rate: 500/s }", "rate: 500/s, config: { acks: 2 } }"}}),
            R"(t.yaml:12:72: error[KS009]: '2' is not a value of acks
    producers: { name: shop, topic: orders, rate: 500/s, config: { acks: 2 } }
                                                                         ^
help: Kafka takes all, -1, 0 or 1
)");
}

TEST(SyntaxGolden, SegmentBelowKafkasMinimum) {
  EXPECT_EQ(Diagnose({{"min.insync.replicas: 2", "segment.bytes: 16KiB"}}),
            R"(t.yaml:10:30: error[KS009]: '16KiB' is out of range for segment.bytes
      config: { segment.bytes: 16KiB }
                               ^~~~~
help: Kafka takes 1048576 and above
)");
}

TEST(SyntaxGolden, NoBrokers) {
  EXPECT_EQ(Diagnose({{"brokers: 3", "brokers: 0"}}),
            R"(t.yaml:5:12: error[KS009]: brokers '0' is out of range
    brokers: 0
             ^
help: it takes 1 to 1000
)");
}

TEST(SyntaxGolden, MissingKafka) {
  EXPECT_EQ(Diagnose({{"kafka: \"4.1\"\n", ""}}),
            R"(t.yaml:1:1: error[KS035]: scenario has no 'kafka'
  name: trial
  ^
help: name the Kafka version whose behaviour and defaults are meant, for example: kafka: "4.1"
)");
}

TEST(SyntaxGolden, MissingTarget) {
  EXPECT_EQ(Diagnose({}, "faults:\n  - { at: 10s, slow_disk: { append: x50 } }\n"),
            R"(t.yaml:15:27: error[KS035]: slow_disk has no 'target'
    - { at: 10s, slow_disk: { append: x50 } }
                            ^
help: a selector, such as: broker 1
)");
}

TEST(SyntaxGolden, WrongShape) {
  EXPECT_EQ(
      Diagnose({{"  orders:\n    partitions: 6\n    replication.factor: 3\n    config: { min.insync.replicas: 2 }\n",
                 "  - orders\n"}}),
      R"(t.yaml:7:3: error[KS036]: topics must be a mapping, not a list
    - orders
    ^
)");
}

TEST(SyntaxGolden, NothingGiven) {
  EXPECT_EQ(Diagnose({{"  producers: { name: shop, topic: orders, rate: 500/s }\n", "  producers:\n"}}),
            R"(t.yaml:12:3: error[KS036]: producers must be a mapping, but nothing is given
    producers:
    ^~~~~~~~~
)");
}

TEST(SyntaxGolden, BadSelector) {
  EXPECT_EQ(Diagnose({}, "faults:\n  - { at: 10s, kill: leadr of orders/0 }\n"),
            R"(t.yaml:15:22: error[KS040]: 'leadr of orders/0' is not a selector
    - { at: 10s, kill: leadr of orders/0 }
                       ^
help: did you mean 'leader'?
)");
}

TEST(SyntaxGolden, BadSelectorInside) {
  EXPECT_EQ(Diagnose({}, "faults:\n  - { at: 10s, kill: [broker 1, leader of orders] }\n"),
            R"(t.yaml:15:43: error[KS040]: partition expected, as topic/number
    - { at: 10s, kill: [broker 1, leader of orders] }
                                            ^
help: for example: leader of orders/0
)");
}

TEST(SyntaxGolden, NoFaultKind) {
  EXPECT_EQ(Diagnose({}, "faults:\n  - { at: 10s, for: 5s }\n"),
            R"(t.yaml:15:5: error[KS041]: this fault does not say what happens
    - { at: 10s, for: 5s }
      ^
help: kinds are: kill, stop, power_loss, pause, isolate, cut, partition, ring, loss, throttle, slow_disk, disk_error, disk_full, lying_disk, bit_rot, wipe_disk, delay, drop, hold, reset, kill_on, slow_cpu, clock_skew, clock_jump, clock_drift, start
)");
}

TEST(SyntaxGolden, TwoFaultKinds) {
  EXPECT_EQ(Diagnose({}, "faults:\n  - { at: 10s, kill: broker 1, pause: broker 2 }\n"),
            R"(t.yaml:15:32: error[KS041]: a fault is one thing, and this one is 'kill' already
    - { at: 10s, kill: broker 1, pause: broker 2 }
                                 ^~~~~
help: write a second entry with the same 'at'
)");
}

TEST(SyntaxGolden, DuplicateName) {
  EXPECT_EQ(Diagnose({{"name: app", "name: shop"}}),
            R"(t.yaml:13:22: error[KS042]: two workloads are called 'shop'
    consumers: { name: shop, topic: orders, group: billing }
                       ^~~~
help: give each of them a name of its own
)");
}

TEST(SyntaxGolden, DuplicateFaultId) {
  EXPECT_EQ(Diagnose({}, "faults:\n  - { id: a, at: 10s, kill: broker 1 }\n  - { id: a, at: 20s, kill: broker 2 }\n"),
            R"(t.yaml:16:11: error[KS042]: two faults have the id 'a'
    - { id: a, at: 20s, kill: broker 2 }
            ^
)");
}

TEST(SyntaxGolden, UnknownVersion) {
  EXPECT_EQ(Diagnose({{"kafka: \"4.1\"", "kafka: 4.1.0"}}),
            R"(t.yaml:2:8: error[KS043]: no profile for Kafka '4.1.0'
  kafka: 4.1.0
         ^~~~~
help: versions are: 0.10, 0.11, 1.0, 1.1, 2.0, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 3.0, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.7, 3.8, 3.9, 4.0, 4.1
)");
}

}  // namespace
}  // namespace ktrial::scenarios
