// Eligible leader replicas in the controller (KIP-966): who becomes one, who ceases to be one, and who leads when.
#include <string>
#include <utility>
#include <vector>

#include "cluster/controller/cluster_control_manager.h"
#include "cluster/controller/configuration_control_manager.h"
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

// Brokers 1 to 3, all unfenced; one partition on them, led by 1, with min.insync.replicas=2.
class EligibleLeaderReplicasTest : public ::testing::Test {
 protected:
  EligibleLeaderReplicasTest() {
    for (int i = 0; i <= 3; ++i) {
      Replay(RegisterBrokerRecord{
          .broker = BrokerId(i), .incarnation_id = i, .broker_epoch = BrokerEpoch(i), .rack = "", .fenced = i == 0});
      heartbeats_.Register(BrokerId(i), /*fenced=*/true, sim::SimTime());
    }
    Replay(TopicRecord{.topic = TopicId(0), .name = "orders"});
    Replay(ConfigRecord{.topic = TopicId(0), .name = "min.insync.replicas", .value = "2"});
    Replay(PartitionRecord{.tp = kTp,
                           .replicas = Brokers({1, 2, 3}),
                           .isr = Brokers({1, 2, 3}),
                           .leader = BrokerId(1),
                           .leader_epoch = LeaderEpoch(0),
                           .partition_epoch = PartitionEpoch(0)});
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
  void Unfence(int broker) {
    ControllerRecords records;
    UnfenceBroker(state_, config_, BrokerId(broker), records);
    ReplayAll(records);
  }
  // A new incarnation comes; `clean` if it brings the epoch that the old one left behind.
  void Restart(int broker, bool clean) {
    const BrokerEpoch old = state_.image().FindBroker(BrokerId(broker))->epoch;
    const BrokerRegistrationRequest request{.broker = BrokerId(broker),
                                            .incarnation_id = next_offset_.value() + 100,
                                            .rack = "",
                                            .previous_broker_epoch = clean ? old : BrokerEpoch()};
    ControllerRecords records;
    const auto response = RegisterBroker(state_, config_, heartbeats_, request, next_offset_, sim::SimTime(), records);
    EXPECT_EQ(response.error, ErrorCode::kNone);
    ReplayAll(records);
  }
  const PartitionRegistration& partition() { return *state_.image().FindPartition(kTp); }

  BrokerConfig config_;
  ControllerState state_{MetadataImage()};
  BrokerHeartbeatManager heartbeats_{sim::Seconds(9), {}};
  Offset next_offset_{0};
};

TEST_F(EligibleLeaderReplicasTest, WhoLeavesAnIsrThatIsTooSmallStaysEligible) {
  Fence(3);
  EXPECT_EQ(partition().isr, Brokers({1, 2}));
  EXPECT_THAT(partition().elr, IsEmpty());
  Fence(2);
  EXPECT_EQ(partition().isr, Brokers({1}));
  EXPECT_EQ(partition().elr, Brokers({2}));
  EXPECT_EQ(state_.PartitionsWithBrokerInElr(BrokerId(2)), std::vector<TopicPartition>{kTp});
  // The ISR becomes empty, and the leader is remembered.
  Fence(1);
  EXPECT_THAT(partition().isr, IsEmpty());
  EXPECT_EQ(partition().elr, Brokers({1, 2}));
  EXPECT_FALSE(partition().leader.valid());
  EXPECT_EQ(partition().last_known_leader, BrokerId(1));
  // Broker 3 left while others could commit: it may not lead. Who is eligible may, and is the ISR then.
  Unfence(3);
  EXPECT_FALSE(partition().leader.valid());
  Unfence(2);
  EXPECT_EQ(partition().leader, BrokerId(2));
  EXPECT_EQ(partition().isr, Brokers({2}));
  EXPECT_EQ(partition().elr, Brokers({1}));
  EXPECT_FALSE(partition().last_known_leader.valid());
  EXPECT_EQ(partition().recovery_state, LeaderRecoveryState::kRecovered);
}

TEST_F(EligibleLeaderReplicasTest, AnIsrThatIsLargeEnoughEndsTheEligibility) {
  Fence(3);
  Fence(2);
  Unfence(3);
  ControllerRecords records;
  AlterPartitionRequest request{.broker = BrokerId(1), .broker_epoch = BrokerEpoch(1), .partitions = {}};
  request.partitions.push_back({.tp = kTp,
                                .leader_epoch = partition().leader_epoch,
                                .partition_epoch = partition().partition_epoch,
                                .new_isr = {{BrokerId(1), BrokerEpoch(1)}, {BrokerId(3), BrokerEpoch(3)}}});
  EXPECT_EQ(AlterPartitions(state_, config_, request, records).partitions.front().error, ErrorCode::kNone);
  ReplayAll(records);
  EXPECT_EQ(partition().isr, Brokers({1, 3}));
  EXPECT_THAT(partition().elr, IsEmpty());
  EXPECT_THAT(state_.PartitionsWithBrokerInElr(BrokerId(2)), IsEmpty());
}

TEST_F(EligibleLeaderReplicasTest, AnUncleanShutdownEndsTheEligibilityAndACleanOneDoesNot) {
  Fence(3);
  Fence(2);
  Fence(1);
  Restart(2, /*clean=*/true);
  EXPECT_EQ(partition().elr, Brokers({1, 2}));
  Restart(1, /*clean=*/false);
  EXPECT_EQ(partition().elr, Brokers({2}));
  // The last known leader may not lead while there is somebody eligible.
  Unfence(1);
  EXPECT_FALSE(partition().leader.valid());
  Unfence(2);
  EXPECT_EQ(partition().leader, BrokerId(2));
}

TEST_F(EligibleLeaderReplicasTest, TheLastKnownLeaderLeadsWhenNobodyIsLeft) {
  Fence(3);
  Fence(2);
  Fence(1);
  Restart(1, /*clean=*/false);
  Restart(2, /*clean=*/false);
  EXPECT_THAT(partition().elr, IsEmpty());
  // Not while it is fenced (KAFKA-19522), and nobody else.
  EXPECT_FALSE(partition().leader.valid());
  Unfence(2);
  EXPECT_FALSE(partition().leader.valid());
  Unfence(1);
  EXPECT_EQ(partition().leader, BrokerId(1));
  EXPECT_EQ(partition().isr, Brokers({1}));
  EXPECT_FALSE(partition().last_known_leader.valid());
  EXPECT_EQ(partition().recovery_state, LeaderRecoveryState::kRecovering);
}

TEST_F(EligibleLeaderReplicasTest, ADefectElectsTheLastKnownLeaderWhileItIsFenced) {
  config_.defects.Add(Defect::kFencedLastKnownLeader);
  Fence(3);
  Fence(2);
  Fence(1);
  Restart(1, /*clean=*/false);
  Restart(2, /*clean=*/false);
  EXPECT_EQ(partition().leader, BrokerId(1));
  EXPECT_TRUE(state_.image().FindBroker(BrokerId(1))->fenced);
}

TEST_F(EligibleLeaderReplicasTest, WithoutTheFeatureTheLastMemberStays) {
  config_.eligible_leader_replicas = false;
  Fence(3);
  Fence(2);
  Fence(1);
  Restart(1, /*clean=*/false);
  EXPECT_EQ(partition().isr, Brokers({1}));
  EXPECT_THAT(partition().elr, IsEmpty());
  Unfence(2);
  EXPECT_FALSE(partition().leader.valid());
  Unfence(1);
  EXPECT_EQ(partition().leader, BrokerId(1));
  EXPECT_EQ(partition().recovery_state, LeaderRecoveryState::kRecovered);
}

TEST_F(EligibleLeaderReplicasTest, AnUncleanElectionForgetsThem) {
  Fence(3);
  Fence(2);
  Fence(1);
  config_.unclean_leader_election = true;
  Unfence(3);
  EXPECT_EQ(partition().leader, BrokerId(3));
  EXPECT_EQ(partition().isr, Brokers({3}));
  EXPECT_THAT(partition().elr, IsEmpty());
  EXPECT_EQ(partition().recovery_state, LeaderRecoveryState::kRecovering);
}

TEST_F(EligibleLeaderReplicasTest, AChangeOfMinInsyncReplicasForgetsThem) {
  Fence(3);
  Fence(2);
  const PartitionEpoch before = partition().partition_epoch;
  const LeaderEpoch leader_epoch = partition().leader_epoch;
  IncrementalAlterConfigsRequest request;
  request.topics.push_back({.name = "orders", .entries = {{"min.insync.replicas", AlterConfigOp::kSet, "1"}}});
  ControllerRecords records;
  IncrementalAlterConfigs(state_.image(), config_, request, records);
  EXPECT_EQ(records.size(), 2u);
  ReplayAll(records);
  EXPECT_THAT(partition().elr, IsEmpty());
  EXPECT_THAT(state_.PartitionsWithBrokerInElr(BrokerId(2)), IsEmpty());
  EXPECT_EQ(partition().partition_epoch, Next(before));
  EXPECT_EQ(partition().leader_epoch, leader_epoch);
  EXPECT_EQ(EffectiveMinIsr(*state_.image().FindTopic(TopicId(0)), config_), 1);
}

TEST_F(EligibleLeaderReplicasTest, MinInsyncReplicasIsAtMostTheReplicationFactor) {
  Replay(ConfigRecord{.topic = TopicId(0), .name = "min.insync.replicas", .value = "7"});
  EXPECT_EQ(EffectiveMinIsr(*state_.image().FindTopic(TopicId(0)), config_), 3);
  Replay(ConfigRecord{.topic = TopicId(0), .name = "min.insync.replicas", .value = ""});
  config_.min_insync_replicas = 2;
  EXPECT_EQ(EffectiveMinIsr(*state_.image().FindTopic(TopicId(0)), config_), 2);
}

}  // namespace
}  // namespace ktrial::cluster
