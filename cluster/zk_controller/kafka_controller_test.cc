#include "cluster/zk_controller/kafka_controller.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cluster/zk_controller/controllers_for_test.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

using Ids = std::vector<BrokerId>;

constexpr BrokerId kOne{1};
constexpr BrokerId kTwo{2};
constexpr BrokerId kThree{3};
constexpr TopicPartition kOrders{TopicId(0), 0};

// Three brokers, 1 the controller, and "orders" with one partition on 1, 2, 3.
class KafkaControllerTest : public testing::Test {
 protected:
  void SetUp() override { StartAll(test_); }

  static void StartAll(ZkControllersForTest& test) {
    for (BrokerId broker : {kOne, kTwo, kThree}) {
      test.Start(broker);
      test.Settle();
    }
    CreateTopicsRequest request;
    request.topics.push_back({.name = "orders", .assignments = {{kOne, kTwo, kThree}}, .configs = {}});
    const auto response = test.Ask<CreateTopicsResponse>(kOne, std::move(request));
    KT_CHECK(response && response->results[0].error == ErrorCode::kNone);
    test.TakeSent();
  }
  LeaderAndIsr State() { return test_.State("orders", 0).leader_and_isr; }
  // Its session expires as well.
  void KillAndForget(BrokerId broker) { test_.tree().Expire(test_.Kill(broker)); }

  ZkControllersForTest test_;
};

TEST_F(KafkaControllerTest, TheFirstBrokerIsElected) {
  EXPECT_EQ(test_.Active(), kOne);
  EXPECT_EQ(test_.context(kOne).epoch, ControllerEpoch(1));
  EXPECT_EQ(*test_.tree().Find("/controller"), "1");
  EXPECT_EQ(*test_.tree().Find("/controller_epoch"), "1");
  EXPECT_EQ(test_.context(kTwo).active_controller, kOne);
  EXPECT_EQ(test_.context(kOne).LiveOrShuttingDownBrokers(), (Ids{kOne, kTwo, kThree}));
}

TEST_F(KafkaControllerTest, NewPartitionIsLedByTheFirstLiveReplica) {
  EXPECT_EQ(State(), (LeaderAndIsr{.leader = kOne, .isr = {kOne, kTwo, kThree}}));
  ASSERT_EQ(test_.decisions().size(), 1u);
  EXPECT_EQ(test_.decisions()[0].reason, PartitionChangeReason::kCreated);
}

TEST_F(KafkaControllerTest, TopicIsCreatedOnce) {
  CreateTopicsRequest request;
  request.topics.push_back(
      {.name = "orders", .partitions = 1, .replication_factor = 1, .assignments = {}, .configs = {}});
  request.topics.push_back({.name = "new", .partitions = 4, .replication_factor = 2, .assignments = {}, .configs = {}});
  request.topics.push_back(
      {.name = "wide", .partitions = 1, .replication_factor = 4, .assignments = {}, .configs = {}});
  const auto response = test_.Ask<CreateTopicsResponse>(kOne, request);
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->results[0].error, ErrorCode::kTopicAlreadyExists);
  EXPECT_EQ(response->results[1].error, ErrorCode::kNone);
  EXPECT_EQ(response->results[1].id, TopicId(1));
  EXPECT_EQ(response->results[2].error, ErrorCode::kInvalidReplicationFactor);
  for (int32_t p = 0; p < 4; ++p) EXPECT_EQ(test_.State("new", p).leader_and_isr.isr.size(), 2u);
  EXPECT_EQ(test_.Ask<CreateTopicsResponse>(kTwo, request)->error, ErrorCode::kNotController);
}

TEST_F(KafkaControllerTest, LeadershipMovesFromADeadBroker) {
  // The controller leads, too.
  KillAndForget(kOne);
  test_.Settle();
  EXPECT_EQ(test_.context(kTwo).epoch, ControllerEpoch(2));
  EXPECT_EQ(test_.Active(), kTwo);
  EXPECT_EQ(State().leader, kTwo);
  EXPECT_EQ(State().isr, (Ids{kTwo, kThree}));
  EXPECT_GE(State().leader_epoch, LeaderEpoch(1));
}

TEST_F(KafkaControllerTest, DeadFollowerLeavesTheIsr) {
  KillAndForget(kThree);
  test_.Settle();
  EXPECT_EQ(
      State(),
      (LeaderAndIsr{
          .leader = kOne, .leader_epoch = LeaderEpoch(1), .isr = {kOne, kTwo}, .partition_epoch = PartitionEpoch(1)}));
  // Both that are left are told by LeaderAndIsr, in the name of their own incarnations.
  int told = 0;
  for (const auto& sent : test_.TakeSent()) {
    const auto* request = std::get_if<LeaderAndIsrRequest>(&sent.body);
    if (request == nullptr) continue;
    ++told;
    EXPECT_EQ(request->controller_epoch, ControllerEpoch(1));
    EXPECT_EQ(request->broker_epoch, test_.context(kOne).live_or_shutting_down.at(sent.to).epoch);
    EXPECT_EQ(request->partitions[0].state.isr, (Ids{kOne, kTwo}));
  }
  EXPECT_EQ(told, 2);
}

TEST_F(KafkaControllerTest, LastMemberStaysInTheIsr) {
  KillAndForget(kTwo);
  test_.Settle();
  KillAndForget(kThree);
  test_.Settle();
  KillAndForget(kOne);
  test_.Start(kTwo);
  test_.Settle();
  EXPECT_EQ(test_.Active(), kTwo);
  EXPECT_EQ(State().leader, BrokerId());
  EXPECT_EQ(State().isr, (Ids{kOne}));
  EXPECT_EQ(test_.context(kTwo).StateOf(kOrders), PartitionState::kOffline);
  test_.Start(kOne);
  test_.Settle();
  EXPECT_EQ(State().leader, kOne);
}

TEST_F(KafkaControllerTest, UncleanElectionIfItIsAllowed) {
  ZkControllersForTest test({.unclean_leader_election = true});
  StartAll(test);
  test.tree().Expire(test.Kill(kTwo));
  test.Settle();
  test.tree().Expire(test.Kill(kThree));
  test.Settle();
  test.tree().Expire(test.Kill(kOne));
  test.Start(kTwo);
  test.Settle();
  const LeaderAndIsr state = test.State("orders", 0).leader_and_isr;
  EXPECT_EQ(state.leader, kTwo);
  EXPECT_EQ(state.isr, (Ids{kTwo}));
  EXPECT_EQ(state.recovery_state, LeaderRecoveryState::kRecovering);
  EXPECT_EQ(test.decisions().back().reason, PartitionChangeReason::kUncleanElection);
}

TEST_F(KafkaControllerTest, BounceIsAFailureAndAStart) {
  const BrokerEpoch before = test_.context(kOne).live_or_shutting_down.at(kTwo).epoch;
  // Dead and back before the controller looks.
  KillAndForget(kTwo);
  test_.Start(kTwo);
  while (test_.Step(kTwo)) continue;
  test_.Settle();
  EXPECT_GT(test_.context(kOne).live_or_shutting_down.at(kTwo).epoch, before);
  EXPECT_EQ(State().isr, (Ids{kOne, kThree}));
  bool told = false;
  for (const auto& sent : test_.TakeSent()) {
    const auto* request = std::get_if<LeaderAndIsrRequest>(&sent.body);
    if (request == nullptr || sent.to != kTwo) continue;
    told = true;
    EXPECT_GT(request->broker_epoch, before);
  }
  EXPECT_TRUE(told);
}

TEST_F(KafkaControllerTest, FailoverTellsOfBrokersFirst) {
  test_.ExpireSession(kOne);
  test_.Settle({kOne});
  EXPECT_TRUE(test_.controller(kTwo).is_active());
  std::vector<ControlRequest> sent_to_three;
  for (auto& sent : test_.TakeSent()) {
    if (sent.from == kTwo && sent.to == kThree) sent_to_three.push_back(std::move(sent.body));
  }
  ASSERT_GE(sent_to_three.size(), 2u);
  const auto* first = std::get_if<UpdateMetadataRequest>(&sent_to_three[0]);
  ASSERT_NE(first, nullptr);
  EXPECT_TRUE(first->changed->partitions.empty());
  EXPECT_EQ(first->live_brokers.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<LeaderAndIsrRequest>(sent_to_three[1]));
}

// KAFKA-6082: what a deposed controller still writes fails by the check of the controller's epoch.
TEST_F(KafkaControllerTest, ZombieCannotWrite) {
  test_.ExpireSession(kOne);
  test_.Settle({kOne});
  ASSERT_TRUE(test_.controller(kTwo).is_active());
  const LeaderAndIsr decided = State();
  EXPECT_EQ(decided.leader, kTwo);
  // It has not heard of its end; a session of its own lets it write nevertheless.
  EXPECT_TRUE(test_.controller(kOne).is_active());
  const auto response = test_.AskInNewSession<AlterPartitionResponse>(
      kOne, AlterPartitionRequest{.broker = kOne,
                                  .broker_epoch = test_.context(kOne).live_or_shutting_down.at(kOne).epoch,
                                  .partitions = {{.tp = kOrders,
                                                  .leader_epoch = LeaderEpoch(0),
                                                  .partition_epoch = PartitionEpoch(0),
                                                  .new_isr = {{kOne, BrokerEpoch()}}}}});
  EXPECT_EQ(response->error, ErrorCode::kNotController);
  EXPECT_EQ(State(), decided);
  EXPECT_FALSE(test_.controller(kOne).is_active());
}

TEST_F(KafkaControllerTest, ExpiredBrokerRegistersAgainUnderANewEpoch) {
  const BrokerEpoch before = test_.context(kThree).broker_epoch;
  test_.ExpireSession(kThree);
  test_.Settle({kThree});
  EXPECT_EQ(State().isr, (Ids{kOne, kTwo}));
  test_.Reconnect(kThree);
  test_.Settle();
  EXPECT_GT(test_.context(kThree).broker_epoch, before);
  EXPECT_TRUE(test_.context(kOne).IsLive(kThree));
}

// The old process's session has not run out yet.
TEST_F(KafkaControllerTest, BrokerWhoseIdIsTakenIsNeitherRegisteredNorElected) {
  const int64_t old_session = test_.Kill(kThree);
  test_.Start(kThree);
  test_.Settle();
  EXPECT_FALSE(test_.context(kThree).broker_epoch.valid());
  test_.tree().Expire(old_session);
  test_.Settle();
  EXPECT_FALSE(test_.context(kOne).IsLive(kThree));
}

AlterPartitionRequest Shrink(const ControllerContext& context, BrokerId leader, PartitionEpoch partition_epoch,
                             const Ids& isr) {
  AlterPartitionRequest request{
      .broker = leader, .broker_epoch = context.live_or_shutting_down.at(leader).epoch, .partitions = {}};
  request.partitions.push_back({.tp = kOrders, .leader_epoch = LeaderEpoch(0), .partition_epoch = partition_epoch});
  for (BrokerId member : isr) request.partitions[0].new_isr.push_back({member, BrokerEpoch()});
  return request;
}

TEST_F(KafkaControllerTest, AlterPartition) {
  AlterPartitionRequest request = Shrink(test_.context(kOne), kOne, PartitionEpoch(0), {kOne, kTwo});
  auto response = test_.Ask<AlterPartitionResponse>(kOne, request);
  ASSERT_EQ(response->partitions.size(), 1u);
  EXPECT_EQ(response->partitions[0].error, ErrorCode::kNone);
  EXPECT_EQ(response->partitions[0].partition_epoch, PartitionEpoch(1));
  // The leader epoch stays.
  EXPECT_EQ(State(), (LeaderAndIsr{.leader = kOne, .isr = {kOne, kTwo}, .partition_epoch = PartitionEpoch(1)}));
  // The answer was lost, and the leader asks again (KAFKA-14144).
  response = test_.Ask<AlterPartitionResponse>(kOne, request);
  EXPECT_EQ(response->partitions[0].error, ErrorCode::kNone);
  EXPECT_EQ(response->partitions[0].partition_epoch, PartitionEpoch(1));
  // Another content under an old version.
  request = Shrink(test_.context(kOne), kOne, PartitionEpoch(0), {kOne});
  EXPECT_EQ(test_.Ask<AlterPartitionResponse>(kOne, request)->partitions[0].error, ErrorCode::kInvalidUpdateVersion);
  // The leader knows more than this controller.
  request.partitions[0].partition_epoch = PartitionEpoch(2);
  EXPECT_EQ(test_.Ask<AlterPartitionResponse>(kOne, request)->partitions[0].error, ErrorCode::kNotController);
  request.broker_epoch = BrokerEpoch(0);
  EXPECT_EQ(test_.Ask<AlterPartitionResponse>(kOne, request)->error, ErrorCode::kStaleBrokerEpoch);
  EXPECT_EQ(test_.Ask<AlterPartitionResponse>(kTwo, request)->error, ErrorCode::kNotController);
}

// Before 2.7 leaders write the ISR themselves, and tell of it through a node of its own.
TEST_F(KafkaControllerTest, IsrChangesOfLeadersAreReadAndTold) {
  constexpr int64_t kLeaderSession = 1'000;
  const LeaderAndIsr shrunk{.leader = kOne, .isr = {kOne, kThree}};
  const std::vector<ZkRequest> requests = {ZkSetData{.path = "/brokers/topics/orders/partitions/0/state",
                                                     .data = EncodePartitionState({shrunk, ControllerEpoch(1)}),
                                                     .version = 0},
                                           ZkCreate{.path = "/isr_change_notification/isr_change_",
                                                    .data = EncodeIsrChanges({kOrders}),
                                                    .mode = ZkCreateMode::kPersistentSequential}};
  for (const ZkResponse& response : test_.tree().Execute(kLeaderSession, requests)) {
    ASSERT_EQ(response.code, ZkCode::kOk);
  }
  test_.Settle();
  EXPECT_EQ(test_.context(kOne).LeadershipOf(kOrders)->leader_and_isr.isr, (Ids{kOne, kThree}));
  EXPECT_EQ(test_.context(kOne).LeadershipOf(kOrders)->leader_and_isr.partition_epoch, PartitionEpoch(1));
  EXPECT_EQ(test_.tree().Find("/isr_change_notification/isr_change_0"), nullptr);
  Ids told;
  for (const auto& sent : test_.TakeSent()) {
    const auto* update = std::get_if<UpdateMetadataRequest>(&sent.body);
    ASSERT_NE(update, nullptr);
    EXPECT_EQ(update->changed->partitions[0].state.isr, (Ids{kOne, kThree}));
    told.push_back(sent.to);
  }
  EXPECT_EQ(told, (Ids{kOne, kTwo, kThree}));
}

TEST_F(KafkaControllerTest, DeadBrokerIsNotAddedToTheIsr) {
  KillAndForget(kThree);
  test_.Settle();
  AlterPartitionRequest request = Shrink(test_.context(kOne), kOne, PartitionEpoch(1), {kOne, kTwo, kThree});
  request.partitions[0].leader_epoch = LeaderEpoch(1);
  EXPECT_EQ(test_.Ask<AlterPartitionResponse>(kOne, request)->partitions[0].error, ErrorCode::kIneligibleReplica);
}

TEST_F(KafkaControllerTest, ControlledShutdownMovesLeadershipsAway) {
  const BrokerEpoch epoch = test_.context(kOne).live_or_shutting_down.at(kOne).epoch;
  const auto stale = test_.Ask<ControlledShutdownResponse>(
      kOne, ControlledShutdownRequest{.broker = kOne, .broker_epoch = BrokerEpoch(0)});
  EXPECT_EQ(stale->error, ErrorCode::kStaleBrokerEpoch);
  const auto response =
      test_.Ask<ControlledShutdownResponse>(kOne, ControlledShutdownRequest{.broker = kOne, .broker_epoch = epoch});
  EXPECT_EQ(response->error, ErrorCode::kNone);
  EXPECT_TRUE(response->remaining.empty());
  EXPECT_EQ(State().leader, kTwo);
  EXPECT_EQ(State().isr, (Ids{kTwo, kThree}));
}

TEST_F(KafkaControllerTest, FollowerThatShutsDownIsStopped) {
  const BrokerEpoch epoch = test_.context(kOne).live_or_shutting_down.at(kThree).epoch;
  EXPECT_EQ(
      test_.Ask<ControlledShutdownResponse>(kOne, ControlledShutdownRequest{.broker = kThree, .broker_epoch = epoch})
          ->error,
      ErrorCode::kNone);
  EXPECT_EQ(State().isr, (Ids{kOne, kTwo}));
  bool stopped = false;
  for (const auto& sent : test_.TakeSent()) {
    const auto* request = std::get_if<StopReplicaRequest>(&sent.body);
    if (request == nullptr) continue;
    stopped = true;
    EXPECT_EQ(sent.to, kThree);
    EXPECT_FALSE(request->partitions[0].delete_partition);
  }
  EXPECT_TRUE(stopped);
}

TEST_F(KafkaControllerTest, PreferredLeaderIsElectedAgain) {
  KillAndForget(kOne);
  test_.Settle();
  test_.Start(kOne);
  test_.Settle();
  EXPECT_EQ(State().leader, kTwo);
  test_.Put(kTwo, AutoPreferredReplicaLeaderElectionEvent{});
  test_.Settle();
  // Not in sync.
  EXPECT_EQ(State().leader, kTwo);
  AlterPartitionRequest request = Shrink(test_.context(kTwo), kTwo, State().partition_epoch, {kTwo, kThree, kOne});
  request.partitions[0].leader_epoch = State().leader_epoch;
  ASSERT_EQ(test_.Ask<AlterPartitionResponse>(kTwo, request)->partitions[0].error, ErrorCode::kNone);
  test_.Put(kTwo, AutoPreferredReplicaLeaderElectionEvent{});
  test_.Settle();
  EXPECT_EQ(State().leader, kOne);
  EXPECT_EQ(State().isr, (Ids{kTwo, kThree, kOne}));
}

TEST_F(KafkaControllerTest, ReassignmentEndsWhenAllTargetsAreInSync) {
  constexpr BrokerId kFour{4};
  test_.Start(kFour);
  test_.Settle();
  AlterPartitionReassignmentsRequest request;
  request.partitions.push_back({.topic = "orders", .partition = 0, .replicas = Ids{kTwo, kFour}});
  const auto response = test_.Ask<AlterPartitionReassignmentsResponse>(kOne, request);
  EXPECT_EQ(response->partitions[0].error, ErrorCode::kNone);
  EXPECT_EQ(test_.context(kOne).AssignmentOf(kOrders).replicas, (Ids{kTwo, kFour, kOne, kThree}));
  EXPECT_EQ(State().leader_epoch, LeaderEpoch(1));
  EXPECT_EQ(State().isr, (Ids{kOne, kTwo, kThree}));
  test_.TakeSent();

  AlterPartitionRequest join = Shrink(test_.context(kOne), kOne, State().partition_epoch, {kOne, kTwo, kThree, kFour});
  join.partitions[0].leader_epoch = State().leader_epoch;
  ASSERT_EQ(test_.Ask<AlterPartitionResponse>(kOne, join)->partitions[0].error, ErrorCode::kNone);
  EXPECT_EQ(State().leader, kTwo);
  EXPECT_EQ(State().isr, (Ids{kTwo, kFour}));
  EXPECT_EQ(test_.context(kOne).AssignmentOf(kOrders), (ReplicaAssignment{{kTwo, kFour}, {}, {}}));
  EXPECT_TRUE(test_.context(kOne).being_reassigned.empty());
  EXPECT_EQ(DecodeTopic(*test_.tree().Find("/brokers/topics/orders")).partitions[0].replicas, (Ids{kTwo, kFour}));
  Ids deleted;
  for (const auto& sent : test_.TakeSent()) {
    const auto* stop = std::get_if<StopReplicaRequest>(&sent.body);
    if (stop != nullptr && stop->partitions[0].delete_partition) deleted.push_back(sent.to);
  }
  EXPECT_EQ(deleted, (Ids{kOne, kThree}));
}

TEST_F(KafkaControllerTest, NextControllerTakesUpAReassignment) {
  constexpr BrokerId kFour{4};
  test_.Start(kFour);
  test_.Settle();
  AlterPartitionReassignmentsRequest request;
  request.partitions.push_back({.topic = "orders", .partition = 0, .replicas = Ids{kTwo, kThree, kFour}});
  ASSERT_TRUE(test_.Ask<AlterPartitionReassignmentsResponse>(kOne, request).has_value());
  KillAndForget(kOne);
  test_.Settle();
  const BrokerId controller = test_.Active();
  ASSERT_EQ(controller, kTwo);
  EXPECT_EQ(test_.context(kTwo).being_reassigned.size(), 1u);
  EXPECT_EQ(test_.context(kTwo).AssignmentOf(kOrders).TargetReplicas(), (Ids{kTwo, kThree, kFour}));
  // Given up, the replicas are those of before, in the order that they have now.
  request.partitions[0].replicas.reset();
  EXPECT_EQ(test_.Ask<AlterPartitionReassignmentsResponse>(kTwo, request)->partitions[0].error, ErrorCode::kNone);
  EXPECT_EQ(test_.context(kTwo).AssignmentOf(kOrders).replicas, (Ids{kTwo, kThree, kOne}));
}

TEST_F(KafkaControllerTest, ProducerIdsComeInBlocks) {
  AllocateProducerIdsRequest request{.broker = kTwo,
                                     .broker_epoch = test_.context(kOne).live_or_shutting_down.at(kTwo).epoch};
  EXPECT_EQ(test_.Ask<AllocateProducerIdsResponse>(kOne, request)->first, ProducerId(0));
  EXPECT_EQ(test_.Ask<AllocateProducerIdsResponse>(kOne, request)->first, ProducerId(1000));
  request.broker_epoch = BrokerEpoch(1'000'000);
  EXPECT_EQ(test_.Ask<AllocateProducerIdsResponse>(kOne, request)->error, ErrorCode::kStaleBrokerEpoch);
}

TEST(KafkaControllerRace, OneOfManyIsElected) {
  ZkControllersForTest test;
  for (int32_t id = 1; id <= 5; ++id) test.Start(BrokerId(id));
  test.Settle();
  int active = 0;
  for (int32_t id = 1; id <= 5; ++id) active += test.controller(BrokerId(id)).is_active() ? 1 : 0;
  EXPECT_EQ(active, 1);
  EXPECT_EQ(*test.tree().Find("/controller_epoch"), "1");
  EXPECT_EQ(test.reigns().size(), 1u);
}

}  // namespace
}  // namespace ktrial::cluster
