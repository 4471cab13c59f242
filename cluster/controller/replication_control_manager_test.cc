#include "cluster/controller/replication_control_manager.h"

#include <string>
#include <utility>
#include <vector>

#include "cluster/controller/cluster_control_manager.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ktrial::cluster {
namespace {

using ::testing::ElementsAre;

constexpr TopicPartition kTp{TopicId(0), 0};

// Brokers 0..3 with epochs 0..3, all unfenced but 3; one topic, with the partition of [0, 1, 2, 3].
class ReplicationControlManagerTest : public ::testing::Test {
 protected:
  ReplicationControlManagerTest() {
    for (int i = 0; i < 4; ++i) {
      Replay(RegisterBrokerRecord{
          .broker = BrokerId(i), .incarnation_id = i, .broker_epoch = BrokerEpoch(i), .rack = "", .fenced = i == 3});
      heartbeats_.Register(BrokerId(i), i == 3, sim::SimTime());
    }
    Replay(TopicRecord{.topic = TopicId(0), .name = "orders"});
    Replay(PartitionRecord{.tp = kTp,
                           .replicas = {BrokerId(0), BrokerId(1), BrokerId(2), BrokerId(3)},
                           .isr = {BrokerId(0), BrokerId(1)},
                           .leader = BrokerId(0),
                           .leader_epoch = LeaderEpoch(5),
                           .partition_epoch = PartitionEpoch(7)});
  }

  void Replay(const MetadataRecordBody& record) {
    state_.Replay(record, next_offset_);
    next_offset_ = next_offset_ + 1;
  }
  void ReplayAll(const ControllerRecords& records) {
    for (const MetadataRecordBody& record : records) Replay(record);
  }
  const PartitionRegistration& partition() { return *state_.image().FindPartition(kTp); }

  BrokerConfig config_;
  ControllerState state_{MetadataImage()};
  BrokerHeartbeatManager heartbeats_{sim::Seconds(9), {}};
  Offset next_offset_{0};
};

struct AlterCase {
  std::string name;
  int broker = 0;
  int leader_epoch = 5;
  int partition_epoch = 7;
  // Broker ids with epochs.
  std::vector<std::pair<int, int64_t>> isr = {{0, 0}, {1, 1}};
  bool recovering = false;
  ErrorCode expected = ErrorCode::kNone;
};

TEST_F(ReplicationControlManagerTest, AlterPartitionIsCheckedInKafkasOrder) {
  Replay(BrokerRegistrationChangeRecord{
      .broker = BrokerId(2), .broker_epoch = BrokerEpoch(2), .fenced = {}, .in_controlled_shutdown = false});
  const std::vector<AlterCase> cases = {
      {.name = "expand", .isr = {{0, 0}, {1, 1}, {2, 2}}},
      {.name = "shrink to the leader", .isr = {{0, 0}}},
      {.name = "no epochs given", .isr = {{0, -1}, {2, -1}}},
      {.name = "leader epoch ahead", .leader_epoch = 6, .expected = ErrorCode::kNotController},
      {.name = "partition epoch ahead", .leader_epoch = 4, .partition_epoch = 8, .expected = ErrorCode::kNotController},
      {.name = "leader epoch behind", .broker = 1, .leader_epoch = 4, .expected = ErrorCode::kFencedLeaderEpoch},
      {.name = "not the leader", .broker = 1, .partition_epoch = 6, .expected = ErrorCode::kInvalidRequest},
      {.name = "partition epoch behind",
       .partition_epoch = 6,
       .isr = {{9, 9}},
       .expected = ErrorCode::kInvalidUpdateVersion},
      {.name = "not a replica", .isr = {{0, 0}, {9, 9}}, .expected = ErrorCode::kInvalidRequest},
      {.name = "a replica twice", .isr = {{0, 0}, {0, 0}}, .expected = ErrorCode::kInvalidRequest},
      {.name = "without the leader", .isr = {{1, 1}}, .expected = ErrorCode::kInvalidRequest},
      {.name = "recovering with two", .recovering = true, .expected = ErrorCode::kInvalidRequest},
      {.name = "recovered to recovering", .isr = {{0, 0}}, .recovering = true, .expected = ErrorCode::kInvalidRequest},
      {.name = "fenced", .isr = {{0, 0}, {3, 3}}, .expected = ErrorCode::kIneligibleReplica},
      {.name = "old incarnation", .isr = {{0, 0}, {2, 1}}, .expected = ErrorCode::kIneligibleReplica},
  };
  for (const AlterCase& c : cases) {
    AlterPartitionRequest::PartitionData change{.tp = kTp,
                                                .leader_epoch = LeaderEpoch(c.leader_epoch),
                                                .partition_epoch = PartitionEpoch(c.partition_epoch),
                                                .new_isr = {},
                                                .recovering = c.recovering};
    for (const auto& [id, epoch] : c.isr) change.new_isr.push_back({BrokerId(id), BrokerEpoch(epoch)});
    EXPECT_EQ(ValidateAlterPartition(state_, config_, BrokerId(c.broker), change), c.expected) << c.name;
  }
  AlterPartitionRequest::PartitionData unknown;
  unknown.tp = {TopicId(4), 0};
  EXPECT_EQ(ValidateAlterPartition(state_, config_, BrokerId(0), unknown), ErrorCode::kUnknownTopicId);
  unknown.tp = {TopicId(0), 4};
  EXPECT_EQ(ValidateAlterPartition(state_, config_, BrokerId(0), unknown), ErrorCode::kUnknownTopicOrPartition);
}

TEST_F(ReplicationControlManagerTest, AlterPartitionRefusesAnOldBrokerAsAWhole) {
  ControllerRecords records;
  const AlterPartitionRequest request{.broker = BrokerId(0), .broker_epoch = BrokerEpoch(17), .partitions = {}};
  EXPECT_EQ(AlterPartitions(state_, config_, request, records).error, ErrorCode::kStaleBrokerEpoch);
  EXPECT_TRUE(records.empty());
}

TEST_F(ReplicationControlManagerTest, AnIsrChangeRaisesThePartitionEpochOnly) {
  ControllerRecords records;
  AlterPartitionRequest request{.broker = BrokerId(0), .broker_epoch = BrokerEpoch(0), .partitions = {}};
  request.partitions.push_back({.tp = kTp,
                                .leader_epoch = LeaderEpoch(5),
                                .partition_epoch = PartitionEpoch(7),
                                .new_isr = {{BrokerId(0), BrokerEpoch(0)}}});
  const AlterPartitionResponse response = AlterPartitions(state_, config_, request, records);
  ReplayAll(records);
  EXPECT_THAT(partition().isr, ElementsAre(BrokerId(0)));
  EXPECT_EQ(partition().leader_epoch, LeaderEpoch(5));
  EXPECT_EQ(partition().partition_epoch, PartitionEpoch(8));
  EXPECT_EQ(response.partitions.front().partition_epoch, PartitionEpoch(8));
  EXPECT_EQ(response.partitions.front().isr, partition().isr);
}

TEST_F(ReplicationControlManagerTest, FencingTheLeaderElectsTheNextOfTheIsrInOrderOfAssignment) {
  config_.eligible_leader_replicas = false;
  ControllerRecords records;
  FenceBroker(state_, config_, BrokerId(0), records);
  ReplayAll(records);
  EXPECT_EQ(partition().leader, BrokerId(1));
  EXPECT_EQ(partition().leader_epoch, LeaderEpoch(6));
  EXPECT_THAT(partition().isr, ElementsAre(BrokerId(1)));
  EXPECT_TRUE(state_.image().FindBroker(BrokerId(0))->fenced);

  records.clear();
  FenceBroker(state_, config_, BrokerId(1), records);
  ReplayAll(records);
  EXPECT_FALSE(partition().leader.valid());
  EXPECT_EQ(partition().leader_epoch, LeaderEpoch(7));
  EXPECT_THAT(partition().isr, ElementsAre(BrokerId(1)));
  EXPECT_TRUE(state_.leaderless().contains(kTp));

  // Broker 0 is not in the ISR: nothing to elect. With unclean elections it is.
  records.clear();
  UnfenceBroker(state_, config_, BrokerId(0), records);
  EXPECT_EQ(records.size(), 1u);
  config_.unclean_leader_election = true;
  records.clear();
  EXPECT_FALSE(MaybeElectUncleanLeaders(state_, config_, records));
  ReplayAll(records);
  EXPECT_EQ(partition().leader, BrokerId(2));
  EXPECT_THAT(partition().isr, ElementsAre(BrokerId(2)));
  EXPECT_EQ(partition().recovery_state, LeaderRecoveryState::kRecovering);
}

TEST_F(ReplicationControlManagerTest, AtMostOneBrokerIsFencedAtATime) {
  const sim::SimTime late = sim::SimTime() + sim::Seconds(10);
  ControllerRecords records;
  MaybeFenceOneStaleBroker(state_, config_, heartbeats_, late, records);
  ReplayAll(records);
  int fenced = 0;
  for (const auto& [id, broker] : state_.image().brokers()) fenced += broker.fenced ? 1 : 0;
  EXPECT_EQ(fenced, 2);
  EXPECT_TRUE(heartbeats_.FindOneStaleBroker(late));
}

TEST_F(ReplicationControlManagerTest, ANewIncarnationThatComesBeforeFencingLeavesTheIsr) {
  const BrokerRegistrationRequest request{
      .broker = BrokerId(0), .incarnation_id = 77, .rack = "", .previous_broker_epoch = {}};
  ControllerRecords records;
  EXPECT_EQ(
      RegisterBroker(state_, config_, heartbeats_, request, next_offset_, sim::SimTime() + sim::Seconds(9), records)
          .error,
      ErrorCode::kDuplicateBrokerRegistration);
  const auto response =
      RegisterBroker(state_, config_, heartbeats_, request, next_offset_, sim::SimTime() + sim::Seconds(10), records);
  EXPECT_EQ(response.broker_epoch.value(), (next_offset_ + 1).value());
  ReplayAll(records);
  EXPECT_EQ(partition().leader, BrokerId(1));
  EXPECT_THAT(partition().isr, ElementsAre(BrokerId(1)));
  EXPECT_TRUE(state_.image().FindBroker(BrokerId(0))->fenced);
}

TEST_F(ReplicationControlManagerTest, ABrokerIsUnfencedOnceItHasAppliedItsRegistration) {
  BrokerHeartbeatRequest request{
      .broker = BrokerId(3), .broker_epoch = BrokerEpoch(3), .current_metadata_offset = Offset(2)};
  ControllerRecords records;
  EXPECT_TRUE(ProcessHeartbeat(state_, config_, heartbeats_, request, sim::SimTime(), records).response.is_fenced);
  EXPECT_TRUE(records.empty());
  request.current_metadata_offset = Offset(3);
  const HeartbeatResult result = ProcessHeartbeat(state_, config_, heartbeats_, request, sim::SimTime(), records);
  EXPECT_FALSE(result.response.is_fenced);
  EXPECT_TRUE(result.response.is_caught_up);
  ReplayAll(records);
  EXPECT_TRUE(state_.IsActive(BrokerId(3)));
}

TEST_F(ReplicationControlManagerTest, AShutdownWaitsUntilTheOthersHaveSeenIt) {
  const sim::SimTime now;
  for (int i = 1; i < 3; ++i) heartbeats_.Touch(BrokerId(i), false, Offset(5), now);
  BrokerHeartbeatRequest request{.broker = BrokerId(0),
                                 .broker_epoch = BrokerEpoch(0),
                                 .current_metadata_offset = Offset(5),
                                 .want_fence = false,
                                 .want_shut_down = true};
  ControllerRecords records;
  HeartbeatResult result = ProcessHeartbeat(state_, config_, heartbeats_, request, now, records);
  ASSERT_TRUE(result.in_controlled_shutdown);
  ReplayAll(records);
  heartbeats_.SetControlledShutdownOffset(BrokerId(0), next_offset_ - 1);
  EXPECT_FALSE(state_.HasLeaderships(BrokerId(0)));

  records.clear();
  result = ProcessHeartbeat(state_, config_, heartbeats_, request, now, records);
  EXPECT_FALSE(result.response.should_shut_down);
  for (int i = 1; i < 3; ++i) heartbeats_.Touch(BrokerId(i), false, next_offset_, now);
  result = ProcessHeartbeat(state_, config_, heartbeats_, request, now, records);
  EXPECT_TRUE(result.response.should_shut_down);
  ReplayAll(records);
  EXPECT_TRUE(state_.image().FindBroker(BrokerId(0))->fenced);
}

// Brokers 0 and 1 have two log directories each, 100 and 101, 110 and 111.
class DirectoriesTest : public ReplicationControlManagerTest {
 protected:
  DirectoriesTest() {
    SetDirs(0, {DirectoryId(100), DirectoryId(101)});
    SetDirs(1, {DirectoryId(110), DirectoryId(111)});
    Place({DirectoryId(101), DirectoryId(110), kMigratingDirectory, kMigratingDirectory});
  }

  void SetDirs(int broker, std::vector<DirectoryId> dirs) {
    Replay(BrokerRegistrationChangeRecord{.broker = BrokerId(broker),
                                          .broker_epoch = BrokerEpoch(broker),
                                          .fenced = {},
                                          .in_controlled_shutdown = {},
                                          .log_dirs = std::move(dirs)});
  }
  void Place(std::vector<DirectoryId> directories) {
    PartitionChangeRecord change;
    change.tp = kTp;
    change.directories = std::move(directories);
    Replay(change);
  }
  void Report(std::vector<DirectoryId> offline) {
    ControllerRecords records;
    HandleDirectoriesOffline(state_, config_, BrokerId(0), offline, records);
    ReplayAll(records);
  }
  ErrorCode Assign(int broker, TopicPartition tp, DirectoryId directory) {
    ControllerRecords records;
    const auto response = AssignReplicasToDirs(state_, config_,
                                               {.broker = BrokerId(broker),
                                                .broker_epoch = BrokerEpoch(broker),
                                                .partitions = {{.tp = tp, .directory = directory}}},
                                               records);
    ReplayAll(records);
    return response.error != ErrorCode::kNone ? response.error : response.partitions[0].error;
  }
};

TEST_F(DirectoriesTest, AFailedDirectoryLosesWhatIsInIt) {
  Report({DirectoryId(101)});
  EXPECT_EQ(partition().leader, BrokerId(1));
  EXPECT_THAT(partition().isr, ElementsAre(BrokerId(1)));
  EXPECT_THAT(state_.image().FindBroker(BrokerId(0))->log_dirs, ElementsAre(DirectoryId(100)));
  // It goes on being reported, and nothing happens any more.
  const PartitionEpoch epoch = partition().partition_epoch;
  Report({DirectoryId(101)});
  EXPECT_EQ(partition().partition_epoch, epoch);
}

TEST_F(DirectoriesTest, OtherDirectoriesKeepWhatIsInThem) {
  Report({DirectoryId(100)});
  EXPECT_EQ(partition().leader, BrokerId(0));
  EXPECT_THAT(partition().isr, ElementsAre(BrokerId(0), BrokerId(1)));
}

TEST_F(DirectoriesTest, TheLastInSyncReplicaStaysAndDoesNotLead) {
  SetDirs(1, {DirectoryId(111)});
  Report({DirectoryId(101)});
  EXPECT_FALSE(partition().leader.valid());
  // Broker 0 is the one that the report takes out; broker 1's directory has gone before.
  EXPECT_THAT(partition().isr, ElementsAre(BrokerId(1)));
}

TEST_F(DirectoriesTest, AnAssignmentIsNoted) {
  const LeaderEpoch epoch = partition().leader_epoch;
  EXPECT_EQ(Assign(0, kTp, DirectoryId(100)), ErrorCode::kNone);
  EXPECT_EQ(partition().DirectoryOf(BrokerId(0)), DirectoryId(100));
  EXPECT_EQ(partition().DirectoryOf(BrokerId(1)), DirectoryId(110));
  EXPECT_EQ(partition().leader_epoch, epoch);
}

TEST_F(DirectoriesTest, AnAssignmentToAFailedDirectoryTakesTheReplicaOut) {
  Place({kUnassignedDirectory, DirectoryId(110), kMigratingDirectory, kMigratingDirectory});
  Report({DirectoryId(101)});
  EXPECT_EQ(partition().leader, BrokerId(0));
  EXPECT_EQ(Assign(0, kTp, DirectoryId(101)), ErrorCode::kNone);
  EXPECT_EQ(partition().leader, BrokerId(1));
  EXPECT_THAT(partition().isr, ElementsAre(BrokerId(1)));
}

TEST_F(DirectoriesTest, AssignmentsThatMakeNoSenseAreRefused) {
  EXPECT_EQ(Assign(0, {TopicId(9), 0}, DirectoryId(100)), ErrorCode::kUnknownTopicId);
  EXPECT_EQ(Assign(0, {TopicId(0), 9}, DirectoryId(100)), ErrorCode::kUnknownTopicOrPartition);
  Replay(RegisterBrokerRecord{.broker = BrokerId(4), .incarnation_id = 4, .broker_epoch = BrokerEpoch(4), .rack = ""});
  EXPECT_EQ(Assign(4, kTp, DirectoryId(100)), ErrorCode::kNotLeaderOrFollower);
  EXPECT_EQ(Assign(5, kTp, DirectoryId(100)), ErrorCode::kStaleBrokerEpoch);
}

TEST_F(DirectoriesTest, RegistrationsOfOthersDirectoriesAreRefused) {
  ControllerRecords records;
  const auto error = [&](std::vector<DirectoryId> dirs) {
    return RegisterBroker(state_, config_, heartbeats_,
                          {.broker = BrokerId(3), .incarnation_id = 33, .rack = "", .log_dirs = std::move(dirs)},
                          next_offset_, sim::SimTime(), records)
        .error;
  };
  EXPECT_EQ(error({DirectoryId(101)}), ErrorCode::kInvalidRegistration);
  EXPECT_EQ(error({DirectoryId(200), DirectoryId(200)}), ErrorCode::kInvalidRegistration);
  EXPECT_EQ(error({kLostDirectory}), ErrorCode::kInvalidRegistration);
  EXPECT_EQ(error({DirectoryId(200)}), ErrorCode::kNone);
}

TEST_F(DirectoriesTest, NewReplicasAreUnassignedUntilTheirBrokerHasChosen) {
  EXPECT_EQ(state_.image().DefaultDirectory(BrokerId(0)), kUnassignedDirectory);
  SetDirs(0, {DirectoryId(100)});
  EXPECT_EQ(state_.image().DefaultDirectory(BrokerId(0)), DirectoryId(100));
  EXPECT_EQ(state_.image().DefaultDirectory(BrokerId(2)), kMigratingDirectory);
}

}  // namespace
}  // namespace ktrial::cluster
