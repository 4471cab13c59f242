#include "cluster/controller/quorum_controller.h"

#include <string>
#include <utility>
#include <vector>

#include "cluster/controller/controllers_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "sim/fault.h"

namespace ktrial::cluster {
namespace {

using sim::Milliseconds;
using sim::Seconds;
using ::testing::ElementsAre;

constexpr int32_t kPartition = 0;

CreateTopicsRequest::Topic NewTopic(std::string name, int32_t partitions, int16_t replication_factor) {
  CreateTopicsRequest::Topic topic;
  topic.name = std::move(name);
  topic.partitions = partitions;
  topic.replication_factor = replication_factor;
  return topic;
}

TEST(QuorumControllerTest, BrokersRegisterAndAreUnfenced) {
  Controllers controllers({.controllers = 3, .brokers = 3});
  ASSERT_TRUE(controllers.RunUntilReady());
  for (int i = 0; i < 3; ++i) {
    const BrokerRegistration& registration = *controllers.image().FindBroker(BrokerId(i));
    EXPECT_EQ(registration.epoch, controllers.broker(i).epoch());
    EXPECT_FALSE(registration.in_controlled_shutdown);
  }
  // Every controller replays what is committed.
  controllers.RunFor(Seconds(2));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(controllers.controller(i).controller()->committed().brokers().size(), 3u);
}

TEST(QuorumControllerTest, ASilentBrokerIsFencedAfterItsSessionAndItsPartitionsMove) {
  Controllers controllers({.controllers = 3, .brokers = 3});
  ASSERT_TRUE(controllers.RunUntilReady());
  const TopicId topic = controllers.CreateTopic("orders", {{0, 1, 2}, {1, 2, 0}});
  controllers.world().Kill(controllers.broker_process(0));
  controllers.RunFor(Milliseconds(8000));
  EXPECT_FALSE(controllers.image().FindBroker(BrokerId(0))->fenced);
  EXPECT_EQ(controllers.partition({topic, 0}).leader, BrokerId(0));
  controllers.RunFor(Milliseconds(1700));
  EXPECT_TRUE(controllers.image().FindBroker(BrokerId(0))->fenced);
  const PartitionRegistration& led = controllers.partition({topic, 0});
  EXPECT_EQ(led.leader, BrokerId(1));
  EXPECT_EQ(led.leader_epoch, LeaderEpoch(1));
  EXPECT_EQ(led.partition_epoch, PartitionEpoch(1));
  EXPECT_THAT(led.isr, ElementsAre(BrokerId(1), BrokerId(2)));
  // Where it only followed, the ISR shrinks and no leader epoch begins.
  const PartitionRegistration& followed = controllers.partition({topic, 1});
  EXPECT_EQ(followed.leader, BrokerId(1));
  EXPECT_EQ(followed.leader_epoch, LeaderEpoch(0));
  EXPECT_THAT(followed.isr, ElementsAre(BrokerId(1), BrokerId(2)));
}

TEST(QuorumControllerTest, WithoutElrTheLastMemberOfAnIsrStaysInItAndLeadsAgainWhenItIsBack) {
  BrokerConfig config;
  config.eligible_leader_replicas = false;
  Controllers controllers({.controllers = 1, .brokers = 2, .seed = 1, .config = config});
  ASSERT_TRUE(controllers.RunUntilReady());
  const TopicId topic = controllers.CreateTopic("orders", {{0, 1}});
  controllers.world().Kill(controllers.broker_process(1));
  controllers.RunFor(Seconds(12));
  controllers.world().Kill(controllers.broker_process(0));
  controllers.RunFor(Seconds(12));
  EXPECT_FALSE(controllers.partition({topic, kPartition}).leader.valid());
  EXPECT_THAT(controllers.partition({topic, kPartition}).isr, ElementsAre(BrokerId(0)));
  // The other one must not lead: it lacks what the ISR has.
  controllers.world().Start(controllers.broker_process(1));
  controllers.RunFor(Seconds(5));
  EXPECT_FALSE(controllers.partition({topic, kPartition}).leader.valid());
  controllers.world().Start(controllers.broker_process(0));
  controllers.RunFor(Seconds(5));
  EXPECT_EQ(controllers.partition({topic, kPartition}).leader, BrokerId(0));
}

TEST(QuorumControllerTest, AnUncleanElectionTakesAnyReplicaAndMarksItRecovering) {
  Controllers controllers({.controllers = 1, .brokers = 2});
  ASSERT_TRUE(controllers.RunUntilReady());
  const TopicId topic = controllers.CreateTopic("orders", {{0, 1}}, {{"unclean.leader.election.enable", "true"}});
  controllers.world().Kill(controllers.broker_process(1));
  controllers.RunFor(Seconds(12));
  controllers.world().Kill(controllers.broker_process(0));
  controllers.RunFor(Seconds(12));
  EXPECT_FALSE(controllers.partition({topic, kPartition}).leader.valid());
  controllers.world().Start(controllers.broker_process(1));
  controllers.RunFor(Seconds(5));
  EXPECT_EQ(controllers.partition({topic, kPartition}).leader, BrokerId(1));
  EXPECT_THAT(controllers.partition({topic, kPartition}).isr, ElementsAre(BrokerId(1)));
  EXPECT_EQ(controllers.partition({topic, kPartition}).recovery_state, LeaderRecoveryState::kRecovering);
}

TEST(QuorumControllerTest, ANewIncarnationWaitsForTheOldSession) {
  Controllers controllers({.controllers = 1, .brokers = 1});
  ASSERT_TRUE(controllers.RunUntilReady());
  const BrokerEpoch first = controllers.broker(0).epoch();
  controllers.world().Kill(controllers.broker_process(0));
  controllers.world().Start(controllers.broker_process(0));
  controllers.RunFor(Seconds(2));
  EXPECT_EQ(controllers.broker(0).last_registration_error(), ErrorCode::kDuplicateBrokerRegistration);
  controllers.RunFor(Seconds(10));
  EXPECT_GT(controllers.broker(0).epoch(), first);
  EXPECT_FALSE(controllers.broker(0).fenced());
}

TEST(QuorumControllerTest, ControlledShutdownMovesLeadersFirst) {
  Controllers controllers({.controllers = 3, .brokers = 3});
  ASSERT_TRUE(controllers.RunUntilReady());
  const TopicId topic = controllers.CreateTopic("orders", {{0, 1, 2}});
  controllers.broker(0).set_want_shut_down(true);
  controllers.RunFor(Milliseconds(700));
  EXPECT_TRUE(controllers.image().FindBroker(BrokerId(0))->in_controlled_shutdown);
  EXPECT_EQ(controllers.partition({topic, kPartition}).leader, BrokerId(1));
  EXPECT_THAT(controllers.partition({topic, kPartition}).isr, ElementsAre(BrokerId(1), BrokerId(2)));
  controllers.RunFor(Seconds(2));
  EXPECT_TRUE(controllers.broker(0).told_to_shut_down());
  EXPECT_TRUE(controllers.image().FindBroker(BrokerId(0))->fenced);
}

TEST(QuorumControllerTest, ABrokerThatShutDownInGoodOrderMayRegisterAgainAtOnce) {
  Controllers controllers({.controllers = 1, .brokers = 3});
  ASSERT_TRUE(controllers.RunUntilReady());
  const BrokerEpoch first = controllers.broker(0).epoch();
  controllers.broker(0).set_want_shut_down(true);
  controllers.RunFor(Seconds(1));
  ASSERT_TRUE(controllers.broker(0).told_to_shut_down());
  controllers.world().Kill(controllers.broker_process(0));
  controllers.world().Start(controllers.broker_process(0));
  controllers.RunFor(Seconds(2));
  EXPECT_GT(controllers.broker(0).epoch(), first);
  EXPECT_FALSE(controllers.broker(0).fenced());
}

TEST(QuorumControllerTest, RequestsThatArriveTogetherOnOneConnectionAreAnsweredInOrder) {
  Controllers controllers({.controllers = 3, .brokers = 1});
  ASSERT_TRUE(controllers.RunUntilReady());
  const int active = *controllers.Active();
  const RaftClient& raft = *controllers.controller(active).raft();
  // The first waits in the leader's purgatory, the second could be refused at once.
  FetchRequest fetch;
  fetch.max_wait = Milliseconds(300);
  fetch.partitions.push_back({.tp = kMetadataPartition,
                              .fetch_offset = raft.log()->log_end(),
                              .current_leader_epoch = raft.epoch(),
                              .last_fetched_epoch = *raft.log()->latest_epoch()});
  const VoteRequest vote{.candidate = BrokerId(7),
                         .candidate_epoch = LeaderEpoch(0),
                         .voter = Controllers::ControllerId(active),
                         .last = {.offset = Offset(0), .epoch = LeaderEpoch(0)}};
  controllers.world().Invoke(controllers.broker_process(0), [&](sim::Process& process, sim::Context& ctx) {
    static_cast<FakeBroker&>(process).Ask(ctx, Controllers::ControllerId(active), fetch);
    static_cast<FakeBroker&>(process).Ask(ctx, Controllers::ControllerId(active), vote);
  });
  controllers.RunFor(Seconds(2));
  const std::vector<ResponseBody>& answers = controllers.broker(0).answers();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<FetchResponse>(answers[0]));
  EXPECT_TRUE(std::holds_alternative<VoteResponse>(answers[1]));
}

TEST(QuorumControllerTest, TimesOfZeroDoNotKeepTheClockFromMoving) {
  BrokerConfig config;
  config.controller_quorum_election_timeout = {};
  config.controller_quorum_request_timeout = {};
  config.controller_quorum_retry_backoff = {};
  Controllers controllers({.controllers = 3, .brokers = 1, .config = config});
  controllers.RunFor(Seconds(1));
  controllers.world().Kill(controllers.controller_process(0));
  controllers.RunFor(Seconds(1));
  EXPECT_GT(controllers.controller(1).raft()->epoch(), LeaderEpoch(0));
}

TEST(QuorumControllerTest, AFailoverInTheMiddleOfAnElectionFinishesIt) {
  Controllers controllers({.controllers = 3, .brokers = 3});
  ASSERT_TRUE(controllers.RunUntilReady());
  const TopicId topic = controllers.CreateTopic("orders", {{0, 1, 2}});
  const int first = *controllers.Active();
  controllers.world().Kill(controllers.broker_process(0));
  // Until the controller has decided the election, but not committed it.
  while (controllers.controller(first).controller()->speculative()->FindPartition({topic, kPartition})->leader ==
         BrokerId(0)) {
    controllers.RunFor(Milliseconds(1));
  }
  EXPECT_EQ(controllers.partition({topic, kPartition}).leader, BrokerId(0));
  controllers.world().Kill(controllers.controller_process(first));
  controllers.RunFor(Seconds(20));
  ASSERT_TRUE(controllers.Active());
  EXPECT_NE(*controllers.Active(), first);
  EXPECT_EQ(controllers.partition({topic, kPartition}).leader, BrokerId(1));
  EXPECT_EQ(controllers.partition({topic, kPartition}).leader_epoch, LeaderEpoch(1));
}

TEST(QuorumControllerTest, AnIsolatedControllerRevertsWhatItCouldNotCommit) {
  Controllers controllers({.controllers = 3, .brokers = 3});
  ASSERT_TRUE(controllers.RunUntilReady());
  const int first = *controllers.Active();
  std::vector<sim::HostId> others;
  for (int i = 0; i < 3; ++i) {
    if (i != first) others.push_back(controllers.host_of(controllers.controller_process(i)));
  }
  const sim::FaultId cut = controllers.world().Begin(
      sim::CutFault{.paths = {.from = {controllers.host_of(controllers.controller_process(first))}, .to = others}});
  CreateTopicsRequest request{.topics = {NewTopic("lost", 1, 3)}};
  EXPECT_FALSE(controllers.Ask<CreateTopicsResponse>(0, request));
  EXPECT_NE(controllers.controller(first).controller()->speculative()->FindTopic("lost"), nullptr);
  EXPECT_EQ(controllers.controller(first).controller()->committed().FindTopic("lost"), nullptr);
  controllers.RunFor(Seconds(10));
  EXPECT_FALSE(controllers.controller(first).controller()->active());
  ASSERT_FALSE(controllers.broker(0).answers().empty());
  EXPECT_EQ(std::get<CreateTopicsResponse>(controllers.broker(0).answers().back()).error, ErrorCode::kNotController);

  controllers.world().Heal(cut);
  controllers.RunFor(Seconds(10));
  ASSERT_TRUE(controllers.Active());
  const auto again = controllers.Ask<CreateTopicsResponse>(1, request);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->results.front().error, ErrorCode::kNone);
  controllers.RunFor(Seconds(1));
  for (int i = 0; i < 3; ++i) {
    EXPECT_NE(controllers.controller(i).controller()->committed().FindTopic("lost"), nullptr) << i;
  }
}

TEST(QuorumControllerTest, CreateTopicsPlacesReplicasAndRefusesWhatItMust) {
  Controllers controllers({.controllers = 1, .brokers = 3});
  ASSERT_TRUE(controllers.RunUntilReady());
  CreateTopicsRequest request{.topics = {NewTopic("good", 6, 3), NewTopic("too-wide", 1, 4), NewTopic("bad name", 1, 1),
                                         NewTopic("no-partitions", 0, 1), NewTopic("bad-config", 1, 1),
                                         NewTopic("stranger", 1, 0)}};
  request.topics[4].configs = {{"min.insync.replicas", "none"}};
  request.topics[5].assignments = {{BrokerId(9)}};
  const auto response = controllers.Ask<CreateTopicsResponse>(0, request);
  ASSERT_TRUE(response);
  std::vector<ErrorCode> errors;
  for (const auto& result : response->results) errors.push_back(result.error);
  EXPECT_THAT(errors, ElementsAre(ErrorCode::kNone, ErrorCode::kInvalidReplicationFactor, ErrorCode::kInvalidTopic,
                                  ErrorCode::kInvalidPartitions, ErrorCode::kInvalidConfig,
                                  ErrorCode::kInvalidReplicaAssignment));
  std::vector<int> leaderships(3);
  for (const PartitionRegistration& partition : controllers.image().FindTopic("good")->partitions) {
    EXPECT_EQ(partition.replicas.size(), 3u);
    EXPECT_EQ(partition.isr, partition.replicas);
    EXPECT_EQ(partition.leader, partition.replicas.front());
    ++leaderships[static_cast<size_t>(partition.leader.value())];
  }
  EXPECT_THAT(leaderships, ElementsAre(2, 2, 2));
  const auto twice = controllers.Ask<CreateTopicsResponse>(0, request);
  EXPECT_EQ(twice->results.front().error, ErrorCode::kTopicAlreadyExists);
}

TEST(QuorumControllerTest, ProducerIdsComeInBlocksThatNobodyElseGets) {
  Controllers controllers({.controllers = 3, .brokers = 2});
  ASSERT_TRUE(controllers.RunUntilReady());
  const auto ask = [&](int broker) {
    return *controllers.Ask<AllocateProducerIdsResponse>(
        broker,
        AllocateProducerIdsRequest{.broker = BrokerId(broker), .broker_epoch = controllers.broker(broker).epoch()});
  };
  EXPECT_EQ(ask(0).first, ProducerId(0));
  EXPECT_EQ(ask(1).first, ProducerId(1000));
  controllers.world().Kill(controllers.controller_process(*controllers.Active()));
  controllers.RunFor(Seconds(10));
  EXPECT_EQ(ask(0).first, ProducerId(2000));
  const auto stale = controllers.Ask<AllocateProducerIdsResponse>(
      1, AllocateProducerIdsRequest{.broker = BrokerId(1), .broker_epoch = BrokerEpoch(0)});
  EXPECT_EQ(stale->error, ErrorCode::kStaleBrokerEpoch);
}

// Whatever happens to controllers and brokers, all controllers come to the same image (S31), and once everything is up
// and whole again every partition has a leader (L1).
RC_GTEST_PROP(QuorumControllerProperty, ControllersAgreeAndPartitionsGetLeaders, ()) {
  const auto seed = *rc::gen::arbitrary<uint64_t>();
  Controllers controllers({.controllers = 3, .brokers = 3, .seed = seed});
  RC_ASSERT(controllers.RunUntilReady());
  const TopicId topic = controllers.CreateTopic("orders", {{0, 1, 2}, {1, 2, 0}, {2, 0, 1}});
  sim::RandomStream random = sim::RandomStream::Derive(seed, "quorum_controller_test", 0, 0);
  for (int step = 0; step < 20; ++step) {
    const sim::ProcessId process(static_cast<int32_t>(random.Below(6)));
    if (random.Chance({1, 2})) {
      controllers.world().Kill(process);
    } else {
      controllers.world().Start(process);
    }
    controllers.RunFor(Milliseconds(random.Between(10, 6000)));
  }
  for (int i = 0; i < 6; ++i) controllers.world().Start(sim::ProcessId(i));
  // A broker that came back within its old session is fenced and registers again first.
  controllers.RunFor(Seconds(20));
  RC_ASSERT(controllers.RunUntilReady());
  controllers.RunFor(Seconds(3));
  for (int32_t p = 0; p < 3; ++p) {
    const PartitionRegistration expected = controllers.partition({topic, p});
    RC_ASSERT(expected.leader.valid());
    for (int i = 0; i < 3; ++i) {
      RC_ASSERT(*controllers.controller(i).controller()->committed().FindPartition({topic, p}) == expected);
    }
  }
}

}  // namespace
}  // namespace ktrial::cluster
