#include "cluster/replication/replica_selector.h"

#include <gtest/gtest.h>

namespace ktrial::cluster {
namespace {

constexpr BrokerId kLeader{1};

ReplicaView View(int32_t broker, std::string_view rack, int64_t log_end, int64_t behind_ms) {
  return {BrokerId(broker), rack, Offset(log_end), sim::Milliseconds(behind_ms)};
}

TEST(ReplicaSelectorTest, TheLeaderServesItsRackAndRacksWithoutReplicas) {
  EXPECT_EQ(SelectRackAware("az1", kLeader, {View(1, "az1", 10, 0), View(2, "az1", 10, 0)}), kLeader);
  EXPECT_EQ(SelectRackAware("az3", kLeader, {View(1, "az1", 10, 0), View(2, "az2", 10, 0)}), kLeader);
  // A fenced broker has no rack.
  EXPECT_EQ(SelectRackAware("az2", kLeader, {View(1, "az1", 10, 0), View(2, "", 10, 0)}), kLeader);
}

TEST(ReplicaSelectorTest, ElseTheMostCaughtUpReplicaOfTheRack) {
  EXPECT_EQ(SelectRackAware("az2", kLeader, {View(1, "az1", 10, 0), View(2, "az2", 10, 5), View(3, "az2", 9, 0)}),
            BrokerId(2));
  EXPECT_EQ(SelectRackAware("az2", kLeader, {View(1, "az1", 10, 0), View(2, "az2", 10, 3), View(3, "az2", 10, 5)}),
            BrokerId(2));
  EXPECT_EQ(SelectRackAware("az2", kLeader, {View(1, "az1", 10, 0), View(2, "az2", 10, 3), View(3, "az2", 10, 3)}),
            BrokerId(3));
}

}  // namespace
}  // namespace ktrial::cluster
