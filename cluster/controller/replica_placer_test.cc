#include "cluster/controller/replica_placer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace ktrial::cluster {
namespace {

struct BrokerForTest {
  int id = 0;
  std::string rack;
  bool fenced = false;
};

MetadataImage ImageOf(const std::vector<BrokerForTest>& brokers) {
  MetadataImage image;
  for (const BrokerForTest& broker : brokers) {
    image.Replay(RegisterBrokerRecord{.broker = BrokerId(broker.id),
                                      .incarnation_id = broker.id,
                                      .broker_epoch = BrokerEpoch(broker.id),
                                      .rack = broker.rack,
                                      .fenced = broker.fenced},
                 Offset(broker.id));
  }
  return image;
}

class ReplicaPlacerTest : public testing::Test {
 protected:
  std::vector<std::vector<BrokerId>> Place(const std::vector<BrokerForTest>& brokers, int partitions, int replicas,
                                           uint64_t seed = 1) {
    sim::RandomStream random = sim::RandomStream::Derive(seed, "test", 0, 0);
    auto placed = PlaceReplicas(ImageOf(brokers), partitions, static_cast<int16_t>(replicas), random);
    return placed.value_or(std::vector<std::vector<BrokerId>>());
  }
  static std::map<std::string, int> RacksOf(const std::vector<BrokerForTest>& brokers,
                                            const std::vector<BrokerId>& replicas) {
    std::map<std::string, int> racks;
    for (const BrokerForTest& broker : brokers) {
      racks[broker.rack] += static_cast<int>(std::count(replicas.begin(), replicas.end(), BrokerId(broker.id)));
    }
    return racks;
  }
};

const std::vector<BrokerForTest> kThreeRacks = {{1, "a"}, {2, "a"}, {3, "b"}, {4, "b"}, {5, "c"}, {6, "c"}};

TEST_F(ReplicaPlacerTest, EachRackHoldsOneOfThree) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    std::map<std::string, int> leaders;
    for (const std::vector<BrokerId>& replicas : Place(kThreeRacks, 6, 3, seed)) {
      const std::map<std::string, int> racks = RacksOf(kThreeRacks, replicas);
      EXPECT_EQ(racks, (std::map<std::string, int>{{"a", 1}, {"b", 1}, {"c", 1}})) << "seed " << seed;
      for (const auto& [rack, count] : RacksOf(kThreeRacks, {replicas.front()})) leaders[rack] += count;
    }
    EXPECT_EQ(leaders, (std::map<std::string, int>{{"a", 2}, {"b", 2}, {"c", 2}})) << "seed " << seed;
  }
}

TEST_F(ReplicaPlacerTest, MoreReplicasThanRacksGoRoundAgain) {
  const std::vector<BrokerForTest> two = {{1, "a"}, {2, "a"}, {3, "b"}, {4, "b"}};
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    for (const std::vector<BrokerId>& replicas : Place(two, 9, 4, seed)) {
      EXPECT_EQ(RacksOf(two, replicas), (std::map<std::string, int>{{"a", 2}, {"b", 2}}));
      EXPECT_EQ(std::set<BrokerId>(replicas.begin(), replicas.end()).size(), 4u);
      // The second replica is in the other rack.
      EXPECT_NE(RacksOf(two, {replicas[0]}), RacksOf(two, {replicas[1]}));
    }
  }
}

TEST_F(ReplicaPlacerTest, ALonelyRackHoldsAReplicaOfEachPartition) {
  const std::vector<BrokerForTest> uneven = {{1, "a"}, {2, "a"}, {3, "a"}, {4, "b"}};
  for (const std::vector<BrokerId>& replicas : Place(uneven, 12, 2)) {
    EXPECT_EQ(std::count(replicas.begin(), replicas.end(), BrokerId(4)), 1);
  }
}

TEST_F(ReplicaPlacerTest, LeadersAreUnfenced) {
  const std::vector<BrokerForTest> fenced = {{1, "a", true}, {2, "a", true}, {3, "b"}, {4, "b", true}};
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    for (const std::vector<BrokerId>& replicas : Place(fenced, 5, 3, seed)) {
      EXPECT_EQ(replicas.front(), BrokerId(3));
      EXPECT_EQ(std::set<BrokerId>(replicas.begin(), replicas.end()).size(), 3u);
      EXPECT_GE(RacksOf(fenced, replicas)["a"], 1) << "the racks take turns, fenced or not";
    }
  }
}

TEST_F(ReplicaPlacerTest, FencedBrokersComeLastInTheirRack) {
  const std::vector<BrokerForTest> fenced = {{1, "a"}, {2, "a", true}, {3, "b"}, {4, "b", true}};
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    for (const std::vector<BrokerId>& replicas : Place(fenced, 5, 2, seed)) {
      EXPECT_EQ(std::set<BrokerId>(replicas.begin(), replicas.end()), (std::set<BrokerId>{BrokerId(1), BrokerId(3)}));
    }
  }
}

TEST_F(ReplicaPlacerTest, WithoutRacksNeighboursHoldAPartition) {
  const std::vector<BrokerForTest> plain = {{1, ""}, {2, ""}, {3, ""}, {4, ""}, {5, ""}};
  for (const std::vector<BrokerId>& replicas : Place(plain, 5, 3)) {
    for (size_t i = 1; i < replicas.size(); ++i) {
      EXPECT_EQ(replicas[i].value() % 5, (replicas[i - 1].value() + 1) % 5);
    }
  }
}

TEST_F(ReplicaPlacerTest, TooFewBrokersOrNoneUnfencedIsRefused) {
  EXPECT_TRUE(Place(kThreeRacks, 1, 7).empty());
  EXPECT_TRUE(Place({{1, "a", true}, {2, "b", true}}, 1, 1).empty());
}

}  // namespace
}  // namespace ktrial::cluster
