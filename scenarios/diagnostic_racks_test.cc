// The exact text of each diagnostic about racks.
#include <gtest/gtest.h>

#include <string>

#include "scenarios/test_scenario.h"

namespace ktrial::scenarios {
namespace {

constexpr const char* kThreeRacks =
    "racks: { az1: { brokers: 1, controllers: 1 }, az2: { brokers: 1, controllers: 1 }, az3: { brokers: 1, "
    "controllers: 1 } }";

std::string DiagnoseFault(const std::string& fault) {
  return Diagnose({{"brokers: 3", kThreeRacks}}, "faults:\n  - " + fault + "\n");
}

TEST(RacksGolden, RacksThatAreRight) {
  EXPECT_EQ(Diagnose({{"brokers: 3", kThreeRacks}, {"shop,", "shop, rack: [az1, az2],"}}), "");
  EXPECT_EQ(DiagnoseFault("{ at: 10s, partition: { groups: [[rack az1], [rack az2, rack az3]] }, for: 5s }"), "");
  EXPECT_EQ(DiagnoseFault("{ at: 10s, kill: [random broker in rack az1, random rack] }"), "");
}

TEST(RacksGolden, BrokersBesideRacks) {
  EXPECT_EQ(Diagnose({{"brokers: 3", "brokers: 3\n  racks: { az1: { brokers: 3, controllers: 3 } }"}}),
            R"(t.yaml:5:3: error[KS008]: racks go without brokers
    brokers: 3
    ^~~~~~~
help: each rack says how many it has
)");
}

TEST(RacksGolden, NoController) {
  EXPECT_EQ(Diagnose({{"brokers: 3", "racks: { az1: { brokers: 3 } }"}}),
            R"(t.yaml:5:10: error[KS035]: no rack has a controller
    racks: { az1: { brokers: 3 } }
           ^
help: for example: racks: { az1: { controllers: 1 } }
)");
}

TEST(RacksGolden, NameOfTwoWords) {
  EXPECT_EQ(Diagnose({{"brokers: 3", "racks: { az1: { brokers: 3, controllers: 3 }, 'az 2': { brokers: 1 } }"}}),
            R"(t.yaml:5:49: error[KS008]: 'az 2' is not a rack name
    racks: { az1: { brokers: 3, controllers: 3 }, 'az 2': { brokers: 1 } }
                                                  ^~~~~~
help: ktrial takes letters, digits, '.', '_' and '-'
)");
}

TEST(RacksGolden, MajorityOfControllersInOneRack) {
  EXPECT_EQ(
      Diagnose({{"brokers: 3", "racks: { dc1: { brokers: 2, controllers: 2 }, dc2: { brokers: 1, controllers: 1 } }"}}),
      R"(t.yaml:5:44: warning[KS027]: rack 'dc1' has 2 of 3 controllers: without it the others are no majority
    racks: { dc1: { brokers: 2, controllers: 2 }, dc2: { brokers: 1, controllers: 1 } }
                                             ^
help: spread them so that any rack can be lost, over three racks at least
)");
}

TEST(RacksGolden, UnknownRackOfAFault) {
  EXPECT_EQ(DiagnoseFault("{ at: 10s, kill: rack az4 }"),
            R"(t.yaml:15:22: error[KS013]: unknown rack 'az4'
    - { at: 10s, kill: rack az4 }
                       ^~~~~~~~
help: did you mean 'az1'?
)");
}

TEST(RacksGolden, RackOfAScenarioWithoutRacks) {
  EXPECT_EQ(Diagnose({}, "faults:\n  - { at: 10s, kill: random rack }\n"),
            R"(t.yaml:15:22: error[KS013]: the scenario has no racks
    - { at: 10s, kill: random rack }
                       ^~~~~~~~~~~
help: for example: cluster: { racks: { az1: { brokers: 1, controllers: 1 }, az2: ... } }
)");
}

TEST(RacksGolden, UnknownRackOfAClient) {
  EXPECT_EQ(Diagnose({{"brokers: 3", kThreeRacks}, {"shop,", "shop, rack: mars,"}}),
            R"(t.yaml:12:34: error[KS013]: unknown rack 'mars'
    producers: { name: shop, rack: mars, topic: orders, rate: 500/s }
                                   ^~~~
help: known: az1, az2, az3
)");
}

TEST(RacksGolden, NobodyOfTheKindInTheRack) {
  EXPECT_EQ(DiagnoseFault("{ at: 10s, pause: clients in rack az1 }"),
            R"(t.yaml:15:23: warning[KS015]: there are no clients in rack az1
    - { at: 10s, pause: clients in rack az1 }
                        ^~~~~~~~~~~~~~~~~~~
)");
}

TEST(RacksGolden, BrokerAndItsRackOnTwoSides) {
  EXPECT_EQ(DiagnoseFault("{ at: 10s, partition: { groups: [[rack az1, rack az3], [rack az2, broker 1]] } }"),
            R"(t.yaml:15:71: error[KS020]: broker 1 is in two groups
    - { at: 10s, partition: { groups: [[rack az1, rack az3], [rack az2, broker 1]] } }
                                                                        ^~~~~~~~
)");
}

TEST(RacksGolden, WaysBetweenNoRacks) {
  EXPECT_EQ(Diagnose({}, "network: { between_racks: { latency: 2ms } }\n"),
            R"(t.yaml:14:12: error[KS035]: the cluster has no racks
  network: { between_racks: { latency: 2ms } }
             ^~~~~~~~~~~~~
help: for example: cluster: { racks: { az1: { brokers: 1, controllers: 1 }, az2: ... } }
)");
}

TEST(RacksGolden, LatencyOutOfRange) {
  EXPECT_EQ(Diagnose({}, "network: { within_rack: { latency: { p50: 2ms, p99: 1ms } } }\n"),
            R"(t.yaml:14:36: error[KS009]: this latency is out of range
  network: { within_rack: { latency: { p50: 2ms, p99: 1ms } } }
                                     ^
help: it is above zero, at most 60s, and its p50 is at most its p99
)");
}

}  // namespace
}  // namespace ktrial::scenarios
