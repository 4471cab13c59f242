// Reassignments in the controller (KIP-455).
#include <vector>

#include "cluster/controller/replication_control_manager.h"
#include "cluster/defects.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ktrial::cluster {
namespace {

using ::testing::IsEmpty;

constexpr TopicPartition kTp{TopicId(0), 0};

std::vector<BrokerId> Brokers(const std::vector<int>& ids) {
  std::vector<BrokerId> brokers;
  for (int id : ids) brokers.push_back(BrokerId(id));
  return brokers;
}

// Brokers 1 to 6, all unfenced; one partition on 1, 2 and 3, led by 1.
class ReassignPartitionsTest : public ::testing::Test {
 protected:
  ReassignPartitionsTest() {
    for (int i = 0; i <= 6; ++i) {
      Replay(RegisterBrokerRecord{
          .broker = BrokerId(i), .incarnation_id = i, .broker_epoch = BrokerEpoch(i), .rack = "", .fenced = false});
    }
    Replay(TopicRecord{.topic = TopicId(0), .name = "orders"});
    Replay(PartitionRecord{.tp = kTp,
                           .replicas = Brokers({1, 2, 3}),
                           .isr = Brokers({1, 2, 3}),
                           .leader = BrokerId(1),
                           .leader_epoch = LeaderEpoch(5),
                           .partition_epoch = PartitionEpoch(7)});
  }

  void Replay(const MetadataRecordBody& record) {
    state_.Replay(record, next_offset_);
    next_offset_ = next_offset_ + 1;
  }
  ErrorCode Reassign(std::optional<std::vector<BrokerId>> replicas, int32_t partition = 0) {
    ControllerRecords records;
    AlterPartitionReassignmentsRequest request;
    request.partitions.push_back({"orders", partition, std::move(replicas)});
    const auto response = AlterPartitionReassignments(state_, config_, request, records);
    for (const MetadataRecordBody& record : records) Replay(record);
    return response.partitions.front().error;
  }
  // The leader asks for this ISR.
  ErrorCode ChangeIsr(const std::vector<int>& isr) {
    AlterPartitionRequest request{.broker = partition().leader,
                                  .broker_epoch = BrokerEpoch(partition().leader.value())};
    AlterPartitionRequest::PartitionData change{
        .tp = kTp, .leader_epoch = partition().leader_epoch, .partition_epoch = partition().partition_epoch};
    for (int id : isr) change.new_isr.push_back({BrokerId(id), BrokerEpoch(id)});
    request.partitions.push_back(change);
    ControllerRecords records;
    const auto response = AlterPartitions(state_, config_, request, records);
    for (const MetadataRecordBody& record : records) Replay(record);
    return response.partitions.front().error;
  }
  const PartitionRegistration& partition() { return *state_.image().FindPartition(kTp); }

  BrokerConfig config_;
  ControllerState state_{MetadataImage()};
  Offset next_offset_{0};
};

TEST_F(ReassignPartitionsTest, NewReplicasComeInBeforeOldOnesLeave) {
  EXPECT_EQ(Reassign(Brokers({4, 5, 1})), ErrorCode::kNone);
  EXPECT_EQ(partition().replicas, Brokers({4, 5, 1, 2, 3}));
  EXPECT_EQ(partition().adding, Brokers({4, 5}));
  EXPECT_EQ(partition().removing, Brokers({2, 3}));
  EXPECT_EQ(partition().isr, Brokers({1, 2, 3}));
  // Nobody has left: the leader goes on in its epoch.
  EXPECT_EQ(partition().leader_epoch, LeaderEpoch(5));

  EXPECT_EQ(ChangeIsr({1, 2, 3, 4}), ErrorCode::kNone);
  EXPECT_TRUE(partition().is_being_reassigned());
  EXPECT_EQ(ChangeIsr({1, 2, 3, 4, 5}), ErrorCode::kNone);
  EXPECT_EQ(partition().replicas, Brokers({4, 5, 1}));
  EXPECT_EQ(partition().isr, Brokers({1, 4, 5}));
  EXPECT_THAT(partition().adding, IsEmpty());
  EXPECT_THAT(partition().removing, IsEmpty());
  EXPECT_EQ(partition().leader, BrokerId(1));
  EXPECT_EQ(partition().leader_epoch, LeaderEpoch(6));
}

TEST_F(ReassignPartitionsTest, ALeaderThatLeavesIsReplacedByTheFirstInTheNewOrder) {
  EXPECT_EQ(Reassign(Brokers({4, 2})), ErrorCode::kNone);
  EXPECT_EQ(ChangeIsr({1, 2, 3, 4}), ErrorCode::kNewLeaderElected);
  EXPECT_EQ(partition().replicas, Brokers({4, 2}));
  EXPECT_EQ(partition().isr, Brokers({2, 4}));
  EXPECT_EQ(partition().leader, BrokerId(4));
  EXPECT_EQ(partition().leader_epoch, LeaderEpoch(6));
}

TEST_F(ReassignPartitionsTest, ANewOrderIsCompleteAtOnce) {
  EXPECT_EQ(Reassign(Brokers({3, 1, 2})), ErrorCode::kNone);
  EXPECT_EQ(partition().replicas, Brokers({3, 1, 2}));
  EXPECT_FALSE(partition().is_being_reassigned());
  EXPECT_EQ(partition().leader, BrokerId(1));
  EXPECT_EQ(partition().leader_epoch, LeaderEpoch(5));
}

TEST_F(ReassignPartitionsTest, FewerReplicasWaitForThoseWhoStay) {
  EXPECT_EQ(ChangeIsr({1, 2}), ErrorCode::kNone);
  EXPECT_EQ(Reassign(Brokers({1, 3})), ErrorCode::kNone);
  EXPECT_EQ(partition().removing, Brokers({2}));
  EXPECT_EQ(ChangeIsr({1, 2, 3}), ErrorCode::kNone);
  EXPECT_EQ(partition().replicas, Brokers({1, 3}));
  EXPECT_EQ(partition().isr, Brokers({1, 3}));
}

TEST_F(ReassignPartitionsTest, WithTheDefectNobodyWaitsForThoseWhoStay) {
  config_.defects.Add(Defect::kReassignmentWithoutAllTargets);
  EXPECT_EQ(ChangeIsr({1, 2}), ErrorCode::kNone);
  EXPECT_EQ(Reassign(Brokers({3, 4})), ErrorCode::kNone);
  EXPECT_EQ(ChangeIsr({1, 2, 4}), ErrorCode::kNewLeaderElected);
  EXPECT_EQ(partition().replicas, Brokers({3, 4}));
  EXPECT_EQ(partition().isr, Brokers({4}));
}

TEST_F(ReassignPartitionsTest, ACancelledReassignmentGoesBackToTheOriginalReplicas) {
  EXPECT_EQ(Reassign(Brokers({4, 5, 6})), ErrorCode::kNone);
  EXPECT_EQ(ChangeIsr({1, 2, 3, 4}), ErrorCode::kNone);
  EXPECT_EQ(Reassign(std::nullopt), ErrorCode::kNone);
  EXPECT_EQ(partition().replicas, Brokers({1, 2, 3}));
  EXPECT_EQ(partition().isr, Brokers({1, 2, 3}));
  EXPECT_FALSE(partition().is_being_reassigned());
  // Broker 4 has left.
  EXPECT_EQ(partition().leader_epoch, LeaderEpoch(6));
}

TEST_F(ReassignPartitionsTest, WhatCannotBeDoneIsRefused) {
  EXPECT_EQ(Reassign(std::nullopt), ErrorCode::kNoReassignmentInProgress);
  EXPECT_EQ(Reassign(Brokers({})), ErrorCode::kInvalidReplicaAssignment);
  EXPECT_EQ(Reassign(Brokers({1, 1})), ErrorCode::kInvalidReplicaAssignment);
  EXPECT_EQ(Reassign(Brokers({1, 99})), ErrorCode::kInvalidReplicaAssignment);
  EXPECT_EQ(Reassign(Brokers({1}), 9), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(partition().partition_epoch, PartitionEpoch(7));
}

TEST_F(ReassignPartitionsTest, ReassignmentsGoOnWhenABrokerIsFenced) {
  EXPECT_EQ(Reassign(Brokers({4, 5, 1})), ErrorCode::kNone);
  ControllerRecords records;
  FenceBroker(state_, config_, BrokerId(2), records);
  for (const MetadataRecordBody& record : records) Replay(record);
  EXPECT_EQ(partition().isr, Brokers({1, 3}));
  EXPECT_EQ(partition().adding, Brokers({4, 5}));
  EXPECT_EQ(ChangeIsr({1, 3, 4, 5}), ErrorCode::kNone);
  EXPECT_EQ(partition().replicas, Brokers({4, 5, 1}));
}

}  // namespace
}  // namespace ktrial::cluster
