#include "cluster/zk_controller/zk_data.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <vector>

namespace ktrial::cluster {
namespace {

std::vector<BrokerId> AnyBrokers() {
  std::vector<BrokerId> brokers;
  const auto ids = *rc::gen::container<std::vector<int32_t>>(rc::gen::inRange(0, 10'000));
  for (int32_t id : ids) brokers.push_back(BrokerId(id));
  return brokers;
}

RC_GTEST_PROP(ZkData, PartitionStateReadsAsWritten, ()) {
  LeaderIsrAndControllerEpoch state;
  state.leader_and_isr.leader = BrokerId(*rc::gen::inRange(-1, 10'000));
  state.leader_and_isr.leader_epoch = LeaderEpoch(*rc::gen::inRange(0, 1'000'000));
  state.leader_and_isr.isr = AnyBrokers();
  state.leader_and_isr.recovery_state =
      *rc::gen::element(LeaderRecoveryState::kRecovered, LeaderRecoveryState::kRecovering);
  state.leader_and_isr.partition_epoch = PartitionEpoch(*rc::gen::inRange(0, 1'000'000));
  state.controller_epoch = ControllerEpoch(*rc::gen::inRange(0, 1'000'000));
  const ZkStat stat{.version = state.leader_and_isr.partition_epoch.value()};
  RC_ASSERT(DecodePartitionState(EncodePartitionState(state), stat) == state);
}

RC_GTEST_PROP(ZkData, TopicReadsAsWritten, ()) {
  TopicZnode topic{.topic = TopicId(*rc::gen::inRange(0, 1'000'000)), .partitions = {}};
  const int partitions = *rc::gen::inRange(0, 5);
  for (int i = 0; i < partitions; ++i) {
    topic.partitions.push_back({.replicas = AnyBrokers(), .adding = AnyBrokers(), .removing = AnyBrokers()});
  }
  RC_ASSERT(DecodeTopic(EncodeTopic(topic)) == topic);
}

TEST(ZkData, ConfigsReadAsWritten) {
  const TopicConfigs configs = {{"min.insync.replicas", "2"}, {"segment.bytes", "1000"}, {"odd", "a=b"}};
  EXPECT_EQ(DecodeConfigs(EncodeConfigs(configs)), configs);
  EXPECT_TRUE(DecodeConfigs("").empty());
}

TEST(ZkData, ReassignmentAddsTargetsAndKeepsWhoLeaves) {
  using Ids = std::vector<BrokerId>;
  constexpr BrokerId kOne{1};
  constexpr BrokerId kTwo{2};
  constexpr BrokerId kThree{3};
  const ReplicaAssignment before{.replicas = {kOne, kTwo}, .adding = {}, .removing = {}};
  const ReplicaAssignment moving = before.ReassignTo({kThree, kTwo});
  EXPECT_EQ(moving.replicas, (Ids{kThree, kTwo, kOne}));
  EXPECT_EQ(moving.adding, (Ids{kThree}));
  EXPECT_EQ(moving.removing, (Ids{kOne}));
  EXPECT_EQ(moving.OriginReplicas(), (Ids{kTwo, kOne}));
  EXPECT_EQ(moving.TargetReplicas(), (Ids{kThree, kTwo}));
  EXPECT_EQ(moving.ReassignTo(moving.OriginReplicas()), (ReplicaAssignment{{kTwo, kOne}, {}, {}}));
}

}  // namespace
}  // namespace ktrial::cluster
