// Some tens of random schedules in the tests; any number by
//   KTRIAL_ZOOKEEPER_SEEDS=1..10000 build/release/ktrial_properties_test
//   --gtest_filter=ZooKeeperSchedule.ViolatesNothing
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/zookeeper_schedule_for_test.h"

namespace ktrial::properties {
namespace {

using ::testing::IsEmpty;

std::pair<uint64_t, uint64_t> SeedsToRun() {
  std::pair<uint64_t, uint64_t> seeds(1, 40);
  if (const char* wanted = std::getenv("KTRIAL_ZOOKEEPER_SEEDS"); wanted != nullptr) {
    const std::vector<std::string> ends = absl::StrSplit(wanted, "..");
    EXPECT_TRUE(ends.size() == 2 && absl::SimpleAtoi(ends[0], &seeds.first) && absl::SimpleAtoi(ends[1], &seeds.second))
        << "KTRIAL_ZOOKEEPER_SEEDS is a range such as 1..10000";
  }
  return seeds;
}

TEST(ZooKeeperSchedule, ViolatesNothing) {
  const auto [first, last] = SeedsToRun();
  ScheduleOutcome total;
  for (uint64_t seed = first; seed <= last; ++seed) {
    const ScheduleOutcome outcome = RunZooKeeperSchedule(seed);
    EXPECT_THAT(outcome.alarms, IsEmpty()) << "seed " << seed;
    total.events += outcome.events;
    total.committed += outcome.committed;
    total.elections += outcome.elections;
    total.expiries += outcome.expiries;
    total.watches += outcome.watches;
    total.truncations += outcome.truncations;
    total.snapshots += outcome.snapshots;
  }
  std::cout << "seeds " << first << ".." << last << ": " << total.events << " events, " << total.committed
            << " transactions, " << total.elections << " elections, " << total.expiries << " expiries, "
            << total.watches << " watches, " << total.snapshots << " snapshots sent, " << total.truncations
            << " truncations\n";
  EXPECT_GT(total.committed, 0u);
  EXPECT_GT(total.elections, 0);
  EXPECT_GT(total.watches, 0);
}

TEST(ZooKeeperSchedule, IsTheSameForTheSameSeed) {
  const ScheduleOutcome once = RunZooKeeperSchedule(11);
  const ScheduleOutcome again = RunZooKeeperSchedule(11);
  EXPECT_EQ(once.events, again.events);
  EXPECT_EQ(once.committed, again.committed);
}

// ZOOKEEPER-2985: sessions end under another leader than their nodes were made under, and the nodes stay.
TEST(ZooKeeperSchedule, FindsEphemeralsThatSurviveALeaderChange) {
  int found = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    for (const std::string& alarm : ZooKeeperSchedule(seed, true).Run().alarms) found += alarm.starts_with("ZK4");
  }
  EXPECT_GT(found, 0);
}

}  // namespace
}  // namespace ktrial::properties
