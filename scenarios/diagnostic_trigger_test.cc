// The exact text of each diagnostic about when faults begin, and of those about partitions, disks, clocks and
// administrators.
#include <gtest/gtest.h>

#include <string>

#include "scenarios/test_scenario.h"

namespace ktrial::scenarios {
namespace {

std::string DiagnoseFault(const std::string& fault) { return Diagnose({}, "faults:\n  - " + fault + "\n"); }

TEST(TriggerGolden, NoBeginning) {
  EXPECT_EQ(DiagnoseFault("{ kill: broker 1 }"),
            R"(t.yaml:15:5: error[KS035]: fault has no 'at'
    - { kill: broker 1 }
      ^
help: when it begins, since the start of the run, for example: at: 10s; or after another: 'after'; or on a condition: 'when'
)");
}

TEST(TriggerGolden, TwoBeginnings) {
  EXPECT_EQ(DiagnoseFault("{ at: 10s, when: broker 2 is down, kill: broker 1 }"),
            R"(t.yaml:15:5: error[KS041]: a fault begins once: give one of 'at', 'after' and 'when'
    - { at: 10s, when: broker 2 is down, kill: broker 1 }
      ^
)");
}

TEST(TriggerGolden, AfterAnUnknownFault) {
  EXPECT_EQ(Diagnose({}, "faults:\n  - { id: first, at: 5s, kill: broker 1 }\n  - { after: fist, kill: broker 2 }\n"),
            R"(t.yaml:16:14: error[KS013]: unknown fault 'fist'
    - { after: fist, kill: broker 2 }
               ^~~~
help: did you mean 'first'?
)");
}

TEST(TriggerGolden, AfterWhatDoesNotHeal) {
  EXPECT_EQ(
      Diagnose({},
               "faults:\n  - { id: rot, at: 5s, bit_rot: broker 1 }\n  - { after: { heal: rot }, kill: broker 2 }\n"),
      R"(t.yaml:16:22: error[KS019]: 'bit_rot' happens at once and does not heal
    - { after: { heal: rot }, kill: broker 2 }
                       ^~~
help: write: after: { begin: rot }
)");
}

TEST(TriggerGolden, AfterNeitherBeginNorHeal) {
  EXPECT_EQ(DiagnoseFault("{ after: { by: 5s }, kill: broker 1 }"),
            R"(t.yaml:15:14: error[KS035]: after needs either 'begin' or 'heal'
    - { after: { by: 5s }, kill: broker 1 }
               ^
help: the id of the other fault, for example: after: { begin: first-kill, by: 5s }
)");
}

TEST(TriggerGolden, FaultsThatWaitForOneAnother) {
  EXPECT_EQ(Diagnose({}, "faults:\n  - { id: a, after: b, kill: broker 1 }\n  - { id: b, after: a, kill: broker 2 }\n"),
            R"(t.yaml:15:21: error[KS021]: this fault waits for others that wait for one another
    - { id: a, after: b, kill: broker 1 }
                      ^
help: give one of them a time: 'at'
t.yaml:16:21: error[KS021]: this fault waits for others that wait for one another
    - { id: b, after: a, kill: broker 2 }
                      ^
help: give one of them a time: 'at'
)");
}

TEST(TriggerGolden, NotACondition) {
  EXPECT_EQ(DiagnoseFault("{ when: it rains, kill: broker 1 }"),
            R"(t.yaml:15:13: error[KS045]: 'it rains' is not a condition
    - { when: it rains, kill: broker 1 }
              ^
help: conditions are: first REQUEST [from SELECTOR] [to SELECTOR], SELECTOR is SELECTOR, SELECTOR is fenced|unfenced|down|up, SELECTOR has [at most|at least] N; each may end with: after TIME
)");
}

TEST(TriggerGolden, ConditionOnAnUnknownRequest) {
  EXPECT_EQ(DiagnoseFault("{ when: first Fech from broker 1, kill: broker 1 }"),
            R"(t.yaml:15:19: error[KS045]: unknown request 'Fech'
    - { when: first Fech from broker 1, kill: broker 1 }
                    ^
help: did you mean 'Fetch'?
)");
}

TEST(TriggerGolden, RandomCondition) {
  EXPECT_EQ(DiagnoseFault("{ when: random broker is down, kill: broker 1 }"),
            R"(t.yaml:15:13: error[KS045]: a condition cannot depend on a random selector
    - { when: random broker is down, kill: broker 1 }
              ^
help: it would be another each time
)");
}

TEST(TriggerGolden, ConditionOfANodeThatDoesNotExist) {
  EXPECT_EQ(DiagnoseFault("{ when: leader of orders/0 is broker 9, kill: broker 1 }"),
            R"(t.yaml:15:13: error[KS013]: there is no broker 9
    - { when: leader of orders/0 is broker 9, kill: broker 1 }
              ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
help: brokers are 1 to 3
)");
}

TEST(TriggerGolden, ConditionAfterTheEnd) {
  EXPECT_EQ(DiagnoseFault("{ when: broker 2 is down after 2m, kill: broker 1 }"),
            R"(t.yaml:15:13: error[KS017]: the condition is looked at from 2m, after the end
    - { when: broker 2 is down after 2m, kill: broker 1 }
              ^~~~~~~~~~~~~~~~~~~~~~~~~
help: the run lasts 90s
)");
}

TEST(PartitionGolden, GroupsOverlap) {
  EXPECT_EQ(
      DiagnoseFault("{ at: 5s, partition: { groups: [[broker 1, broker 2], [broker 2]] } }"),
      R"(t.yaml:15:5: warning[KS020]: in no group, and so reached by all: broker 3, controller 3001, controller 3002, controller 3003
    - { at: 5s, partition: { groups: [[broker 1, broker 2], [broker 2]] } }
      ^
help: name them in one of the groups, or say `allow: [KS020]`
t.yaml:15:60: error[KS020]: broker 2 is in two groups
    - { at: 5s, partition: { groups: [[broker 1, broker 2], [broker 2]] } }
                                                             ^~~~~~~~
)");
}

TEST(PartitionGolden, NeitherGroupsNorHalves) {
  EXPECT_EQ(DiagnoseFault("{ at: 5s, partition: {} }"),
            R"(t.yaml:15:26: error[KS035]: partition needs 'groups' or 'halves'
    - { at: 5s, partition: {} }
                           ^
help: for example: groups: [[broker 1, broker 2], [broker 3]], or halves: all brokers
)");
}

TEST(DiskGolden, UnknownOperation) {
  EXPECT_EQ(DiagnoseFault("{ at: 5s, disk_error: { target: broker 1, fail: seeks } }"),
            R"(t.yaml:15:53: error[KS008]: fail must be reads, writes or flushes, not 'seeks'
    - { at: 5s, disk_error: { target: broker 1, fail: seeks } }
                                                      ^~~~~
)");
}

TEST(DiskGolden, SlowInNothing) {
  EXPECT_EQ(DiagnoseFault("{ at: 5s, slow_disk: { target: broker 1 } }"),
            R"(t.yaml:15:26: error[KS035]: slow_disk needs 'append', 'flush' or 'read'
    - { at: 5s, slow_disk: { target: broker 1 } }
                           ^
help: how many times as long, for example: append: x50
)");
}

TEST(DiskGolden, PartitionOfBitRot) {
  EXPECT_EQ(DiagnoseFault("{ at: 5s, bit_rot: { target: broker 1, partition: orders/6 } }"),
            R"(t.yaml:15:55: error[KS014]: topic 'orders' has no partition 6
    - { at: 5s, bit_rot: { target: broker 1, partition: orders/6 } }
                                                        ^~~~~~~~
help: its partitions are 0 to 5
)");
}

TEST(DiskGolden, UnknownLogDirectory) {
  EXPECT_EQ(DiagnoseFault("{ at: 5s, disk_full: { target: broker 1, dir: /disk2 } }"),
            R"(t.yaml:15:51: error[KS013]: no broker has a log directory '/disk2'
    - { at: 5s, disk_full: { target: broker 1, dir: /disk2 } }
                                                    ^~~~~~
help: brokers have /tmp/kafka-logs alone; several are listed in log.dirs
)");
}

TEST(DiskGolden, WhatHappensAtOnceDoesNotLast) {
  EXPECT_EQ(DiagnoseFault("{ at: 5s, wipe_disk: broker 1, for: 5s }"),
            R"(t.yaml:15:41: error[KS019]: 'wipe_disk' happens at once and does not heal, so it has no 'for'
    - { at: 5s, wipe_disk: broker 1, for: 5s }
                                          ^~
)");
}

TEST(ClockGolden, DriftsThatAddUp) {
  EXPECT_EQ(Diagnose({},
                     "faults:\n  - { at: 5s, clock_drift: { target: broker 1, by: 60% } }\n"
                     "  - { at: 6s, clock_drift: { target: broker 1, by: -60% } }\n"),
            R"(t.yaml:16:5: error[KS009]: the clock faults of this scenario add up to too much
    - { at: 6s, clock_drift: { target: broker 1, by: -60% } }
      ^
help: all drifts together may be 90%, all skews and jumps together 10000 days
)");
}

TEST(NetworkGolden, UnitsOfLossAndBandwidth) {
  EXPECT_EQ(DiagnoseFault("{ at: 5s, loss: { from: broker 1, to: broker 2, part: 5s } }"),
            R"(t.yaml:15:59: error[KS008]: part must be a part of a whole, not '5s'
    - { at: 5s, loss: { from: broker 1, to: broker 2, part: 5s } }
                                                            ^~
help: for example: 5%, 0.05
)");
  EXPECT_EQ(DiagnoseFault("{ at: 5s, throttle: { from: broker 1, to: broker 2, bandwidth: 1MB } }"),
            R"(t.yaml:15:68: error[KS007]: bandwidth '1MB' has no unit
    - { at: 5s, throttle: { from: broker 1, to: broker 2, bandwidth: 1MB } }
                                                                     ^~~
help: did you mean '1MB/s'?
)");
}

TEST(AdminGolden, NothingToAlter) {
  EXPECT_EQ(Diagnose({{"workload:\n", "workload:\n  admin: [{ at: 5s, alter_config: { topic: orders } }]\n"}}),
            R"(t.yaml:12:35: error[KS035]: alter_config needs 'set' or 'delete'
    admin: [{ at: 5s, alter_config: { topic: orders } }]
                                    ^
help: for example: set: { min.insync.replicas: 1 }
)");
}

TEST(AdminGolden, NothingToDo) {
  EXPECT_EQ(Diagnose({{"workload:\n", "workload:\n  admin: [{ at: 5s }]\n"}}),
            R"(t.yaml:12:11: error[KS035]: admin has no 'alter_config'
    admin: [{ at: 5s }]
            ^
help: or 'reassign', 'elect', 'delete_records' or 'rolling_restart', for example: alter_config: { topic: orders, set: { ... } }
)");
}

TEST(AdminGolden, NoSuchRollingRestart) {
  EXPECT_EQ(Diagnose({{"workload:\n", "workload:\n  admin: [{ at: 5s, rolling_restart: { brokers: [1, 9] } }]\n"}}),
            R"(t.yaml:12:53: error[KS013]: there is no broker 9
    admin: [{ at: 5s, rolling_restart: { brokers: [1, 9] } }]
                                                      ^
help: brokers are 1 to 3
)");
  EXPECT_EQ(Diagnose({{"workload:\n", "workload:\n  admin: [{ at: 5s, rolling_restart: { brokers: each } }]\n"}}),
            R"(t.yaml:12:49: error[KS008]: 'each' is no list of brokers
    admin: [{ at: 5s, rolling_restart: { brokers: each } }]
                                                  ^~~~
help: all, or their numbers in the order in which they are restarted: [3, 1, 2]
)");
}

TEST(AdminGolden, NoSuchElection) {
  EXPECT_EQ(Diagnose({{"workload:\n", "workload:\n  admin: [{ at: 5s, elect: { topic: orders, type: dirty } }]\n"}}),
            R"(t.yaml:12:51: error[KS008]: 'dirty' is not a type of election
    admin: [{ at: 5s, elect: { topic: orders, type: dirty } }]
                                                    ^~~~~
help: preferred or unclean
)");
  EXPECT_EQ(Diagnose({{"workload:\n", "workload:\n  admin: [{ at: 5s, elect: { topic: orders, partition: 6 } }]\n"}}),
            R"(t.yaml:12:56: error[KS013]: there is no partition 6
    admin: [{ at: 5s, elect: { topic: orders, partition: 6 } }]
                                                         ^
help: orders has 6 partitions, numbered from 0
)");
}

TEST(AdminGolden, NoAssignment) {
  EXPECT_EQ(
      Diagnose(
          {{"workload:\n",
            "workload:\n  admin: [{ at: 5s, reassign: { topic: orders, partition: 0, replicas: \"1:2,3\" } }]\n"}}),
      R"(t.yaml:12:72: error[KS008]: '1:2,3' is not a replica assignment
    admin: [{ at: 5s, reassign: { topic: orders, partition: 0, replicas: "1:2,3" } }]
                                                                         ^~~~~~~
help: write the brokers of the partition, the preferred leader first, such as 1:2:3, or cancel
)");
  EXPECT_EQ(
      Diagnose({{"workload:\n", "workload:\n  admin: [{ at: 5s, reassign: { topic: orders, replicas: 1 2 } }]\n"}}),
      R"(t.yaml:12:58: error[KS008]: '1 2' is not a replica assignment
    admin: [{ at: 5s, reassign: { topic: orders, replicas: 1 2 } }]
                                                           ^~~
help: write the brokers of each partition, the preferred leader first: 1:2:3,2:3:1, or cancel
)");
}

TEST(AdminGolden, ReplicasThatDoNotFit) {
  EXPECT_EQ(
      Diagnose({{"workload:\n",
                 "workload:\n  admin: [{ at: 5s, reassign: { topic: orders, partition: 99, replicas: \"1:9\" } }]\n"}}),
      R"(t.yaml:12:59: error[KS013]: there is no partition 99
    admin: [{ at: 5s, reassign: { topic: orders, partition: 99, replicas: "1:9" } }]
                                                            ^~
help: orders has 6 partitions, numbered from 0
t.yaml:12:73: error[KS013]: there is no broker 9
    admin: [{ at: 5s, reassign: { topic: orders, partition: 99, replicas: "1:9" } }]
                                                                          ^~~~~
help: brokers are 1 to 3
)");
  EXPECT_EQ(Diagnose({{"workload:\n",
                       "workload:\n  admin: [{ at: 5s, reassign: { topic: orders, replicas: \"1:2,2:3\" } }]\n"}}),
            R"(t.yaml:12:58: error[KS008]: orders has 6 partitions, and replicas are given for 2
    admin: [{ at: 5s, reassign: { topic: orders, replicas: "1:2,2:3" } }]
                                                           ^~~~~~~~~
help: name the partition, or give the replicas of all of them, with commas between
)");
  EXPECT_EQ(
      Diagnose({{"workload:\n", "workload:\n  admin: [{ at: 5s, reassign: { topic: orders, replicas: cancel } }]\n"}}),
      "");
}

TEST(AdminGolden, NoOffset) {
  EXPECT_EQ(
      Diagnose({{"workload:\n",
                 "workload:\n  admin: [{ at: 5s, delete_records: { topic: orders, partition: 0, before: low } }]\n"}}),
      R"(t.yaml:12:76: error[KS008]: 'low' is not an offset
    admin: [{ at: 5s, delete_records: { topic: orders, partition: 0, before: low } }]
                                                                             ^~~
help: write the first offset that stays, such as 1000, or: high watermark
)");
  EXPECT_EQ(Diagnose({{"workload:\n", "workload:\n  admin: [{ at: 5s, delete_records: { topic: orders } }]\n"}}),
            R"(t.yaml:12:37: error[KS035]: delete_records has no 'partition'
    admin: [{ at: 5s, delete_records: { topic: orders } }]
                                      ^
help: which of the topic's partitions, for example: partition: 0
t.yaml:12:37: error[KS035]: delete_records has no 'before'
    admin: [{ at: 5s, delete_records: { topic: orders } }]
                                      ^
help: the first offset that stays, or: high watermark
)");
}

TEST(AdminGolden, RecordsOfNoPartition) {
  EXPECT_EQ(
      Diagnose({{"workload:\n",
                 "workload:\n  admin: [{ at: 5s, delete_records: { topic: orders, partition: 6, before: 7 } }]\n"}}),
      R"(t.yaml:12:65: error[KS013]: there is no partition 6
    admin: [{ at: 5s, delete_records: { topic: orders, partition: 6, before: 7 } }]
                                                                  ^
help: orders has 6 partitions, numbered from 0
)");
  EXPECT_EQ(Diagnose({{"workload:\n",
                       "workload:\n  admin: [{ at: 5s, delete_records: { topic: orders, partition: 5, before: high "
                       "watermark } }]\n"}}),
            "");
}

TEST(AdminGolden, UnknownTopicAndLate) {
  EXPECT_EQ(Diagnose({{"workload:\n",
                       "workload:\n  admin: [{ at: 5m, alter_config: { topic: order, delete: [segment.bytes] } }]\n"}}),
            R"(t.yaml:12:17: error[KS017]: the administrator acts at 5m, after the end
    admin: [{ at: 5m, alter_config: { topic: order, delete: [segment.bytes] } }]
                  ^~
help: the run lasts 90s
t.yaml:12:44: error[KS013]: unknown topic 'order'
    admin: [{ at: 5m, alter_config: { topic: order, delete: [segment.bytes] } }]
                                             ^~~~~
help: did you mean 'orders'?
)");
}

}  // namespace
}  // namespace ktrial::scenarios
