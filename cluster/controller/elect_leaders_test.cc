// Elections that an administrator or the balancing of leaders asks for.
#include <vector>

#include "cluster/controller/replication_control_manager.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ktrial::cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr TopicPartition kTp{TopicId(0), 0};

// Brokers 1 to 3, all unfenced; one partition on them, led by 2, with 1 and 2 in sync.
class ElectLeadersTest : public ::testing::Test {
 protected:
  ElectLeadersTest() {
    for (int i = 0; i <= 3; ++i) {
      Replay(RegisterBrokerRecord{
          .broker = BrokerId(i), .incarnation_id = i, .broker_epoch = BrokerEpoch(i), .rack = "", .fenced = i == 0});
    }
    Replay(TopicRecord{.topic = TopicId(0), .name = "orders"});
    Replay(PartitionRecord{.tp = kTp,
                           .replicas = {BrokerId(1), BrokerId(2), BrokerId(3)},
                           .isr = {BrokerId(1), BrokerId(2)},
                           .leader = BrokerId(2),
                           .leader_epoch = LeaderEpoch(4),
                           .partition_epoch = PartitionEpoch(4)});
  }

  void Replay(const MetadataRecordBody& record) {
    state_.Replay(record, next_offset_);
    next_offset_ = next_offset_ + 1;
  }
  void ReplayAll(const ControllerRecords& records) {
    for (const MetadataRecordBody& record : records) Replay(record);
  }
  void Fence(int broker) {
    ControllerRecords records;
    FenceBroker(state_, config_, BrokerId(broker), records);
    ReplayAll(records);
  }
  ErrorCode Elect(ElectionType type, const std::string& topic = "orders", int32_t partition = 0) {
    ElectLeadersRequest request{.type = type, .partitions = {}};
    request.partitions.push_back({topic, partition});
    ControllerRecords records;
    const ElectLeadersResponse response = ElectLeaders(state_, config_, request, records);
    ReplayAll(records);
    return response.partitions.front().error;
  }
  const PartitionRegistration& partition() { return *state_.image().FindPartition(kTp); }

  BrokerConfig config_;
  ControllerState state_{MetadataImage()};
  Offset next_offset_{0};
};

TEST_F(ElectLeadersTest, ThePreferredReplicaLeadsAgain) {
  EXPECT_THAT(state_.imbalanced(), ElementsAre(kTp));
  EXPECT_EQ(Elect(ElectionType::kPreferred), ErrorCode::kNone);
  EXPECT_EQ(partition().leader, BrokerId(1));
  EXPECT_EQ(partition().leader_epoch, LeaderEpoch(5));
  EXPECT_THAT(partition().isr, ElementsAre(BrokerId(1), BrokerId(2)));
  EXPECT_THAT(state_.imbalanced(), IsEmpty());
  EXPECT_EQ(Elect(ElectionType::kPreferred), ErrorCode::kElectionNotNeeded);
}

TEST_F(ElectLeadersTest, NotWhileItIsOutOfSync) {
  Fence(1);
  EXPECT_EQ(Elect(ElectionType::kPreferred), ErrorCode::kPreferredLeaderNotAvailable);
  EXPECT_EQ(partition().leader, BrokerId(2));
}

TEST_F(ElectLeadersTest, UncleanOnlyWhenNobodyLeads) {
  EXPECT_EQ(Elect(ElectionType::kUnclean), ErrorCode::kElectionNotNeeded);
  Fence(1);
  Fence(2);
  EXPECT_FALSE(partition().leader.valid());
  // The topic need not allow it.
  EXPECT_EQ(Elect(ElectionType::kUnclean), ErrorCode::kNone);
  EXPECT_EQ(partition().leader, BrokerId(3));
  EXPECT_THAT(partition().isr, ElementsAre(BrokerId(3)));
  Fence(3);
  EXPECT_EQ(Elect(ElectionType::kUnclean), ErrorCode::kEligibleLeadersNotAvailable);
}

TEST_F(ElectLeadersTest, WhatDoesNotExist) {
  EXPECT_EQ(Elect(ElectionType::kPreferred, "payments"), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(Elect(ElectionType::kPreferred, "orders", 1), ErrorCode::kUnknownTopicOrPartition);
}

TEST_F(ElectLeadersTest, BalancingLeavesAloneWhatItCannotImprove) {
  ControllerRecords records;
  EXPECT_FALSE(MaybeBalancePartitionLeaders(state_, config_, records));
  ReplayAll(records);
  EXPECT_EQ(partition().leader, BrokerId(1));
  Fence(1);
  records.clear();
  EXPECT_FALSE(MaybeBalancePartitionLeaders(state_, config_, records));
  EXPECT_THAT(records, IsEmpty());
  EXPECT_EQ(partition().leader, BrokerId(2));
}

}  // namespace
}  // namespace ktrial::cluster
