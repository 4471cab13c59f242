#include "scenarios/control_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace ktrial::scenarios {
namespace {

using cluster::BrokerId;
using cluster::GroupState;
using cluster::LeaderEpoch;
using cluster::Offset;
using cluster::PartitionChangeReason;
using cluster::PartitionEpoch;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = ControlEventKind;

constexpr cluster::TopicPartition kOrders0{cluster::TopicId(0), 0};

class ControlHistoryTest : public ::testing::Test {
 protected:
  template <typename F>
  void Tell(const F& fact) {
    now_ = now_ + sim::Milliseconds(1);
    history_.OnFact({.at = now_, .kind = F::kKind, .process = {}, .host = {}, .incarnation = {}}, &fact);
  }
  void Register(int64_t metadata_offset, bool fenced, int32_t broker = 1) {
    for (const int32_t controller : {3001, 3002}) {
      Tell(cluster::BrokerRegistrationCommitted{BrokerId(controller), Offset(metadata_offset), BrokerId(broker),
                                                cluster::BrokerEpoch(1), fenced, false});
    }
  }
  // Reported by two controllers, as facts about committed metadata are.
  void Decide(int32_t leader, int32_t partition_epoch, std::vector<BrokerId> isr,
              PartitionChangeReason reason = PartitionChangeReason::kElection) {
    const std::vector<BrokerId> replicas = {BrokerId(1), BrokerId(2), BrokerId(3)};
    for (const int32_t controller : {3001, 3002}) {
      Tell(cluster::PartitionCommitted{BrokerId(controller),
                                       Offset(partition_epoch),
                                       kOrders0,
                                       BrokerId(leader),
                                       LeaderEpoch(partition_epoch),
                                       PartitionEpoch(partition_epoch),
                                       {&isr},
                                       {&replicas},
                                       reason});
    }
  }
  void Group(int32_t coordinator, GroupState from, GroupState to, int32_t members = 2) {
    Tell(cluster::GroupStateChanged{cluster::GroupIndex(0), BrokerId(coordinator), cluster::GenerationId(1), from, to,
                                    members});
  }
  std::vector<Kind> Kinds() const {
    std::vector<Kind> kinds;
    for (const ControlEvent& event : history_.events()) kinds.push_back(event.kind);
    return kinds;
  }

  ControlHistory history_;
  sim::SimTime now_;
};

TEST_F(ControlHistoryTest, ABrokerIsFencedAndBackOnceHoweverManyReportIt) {
  Register(1, /*fenced=*/true);
  EXPECT_THAT(Kinds(), IsEmpty()) << "brokers register fenced";
  Register(2, /*fenced=*/false);
  Register(3, /*fenced=*/true);
  // A controller that lags tells of the past.
  Register(2, /*fenced=*/false);
  EXPECT_THAT(Kinds(), ElementsAre(Kind::kUnfenced, Kind::kFenced));
  EXPECT_EQ(history_.events()[1].node, BrokerId(1));
}

TEST_F(ControlHistoryTest, ElectionsAndInSyncReplicasAreToldApart) {
  Decide(1, 0, {BrokerId(1), BrokerId(2), BrokerId(3)}, PartitionChangeReason::kCreated);
  Decide(2, 1, {BrokerId(2), BrokerId(3)});
  Decide(2, 2, {BrokerId(2)}, PartitionChangeReason::kIsrChange);
  Decide(-1, 3, {BrokerId(2)}, PartitionChangeReason::kOffline);
  EXPECT_THAT(Kinds(),
              ElementsAre(Kind::kElected, Kind::kElected, Kind::kIsrChanged, Kind::kIsrChanged, Kind::kOffline));
  const ControlEvent& shrink = history_.events()[3];
  EXPECT_EQ(shrink.previous, 2);
  EXPECT_EQ(shrink.size, 1);
  EXPECT_EQ(shrink.replicas, 3);
}

TEST_F(ControlHistoryTest, TheActiveControllerIsTheOneOfTheNewestEpoch) {
  EXPECT_FALSE(history_.active_controller().valid());
  Tell(cluster::ControllerActivated{BrokerId(3001), LeaderEpoch(1), true});
  Tell(cluster::ControllerActivated{BrokerId(3002), LeaderEpoch(2), true});
  EXPECT_EQ(history_.active_controller(), BrokerId(3002));
  // The old one hears late that it was replaced.
  Tell(cluster::ControllerActivated{BrokerId(3001), LeaderEpoch(1), false});
  EXPECT_EQ(history_.active_controller(), BrokerId(3002));
  Tell(cluster::ControllerActivated{BrokerId(3002), LeaderEpoch(2), false});
  EXPECT_FALSE(history_.active_controller().valid());
}

TEST_F(ControlHistoryTest, TheCoordinatorIsTheBrokerThatLastHadTheGroup) {
  EXPECT_FALSE(history_.CoordinatorOf(cluster::GroupIndex(0)).valid());
  Group(1, GroupState::kEmpty, GroupState::kPreparingRebalance, 0);
  Group(1, GroupState::kPreparingRebalance, GroupState::kCompletingRebalance);
  Group(1, GroupState::kCompletingRebalance, GroupState::kStable);
  EXPECT_THAT(Kinds(), ElementsAre(Kind::kGroupRebalances, Kind::kGroupStable));
  EXPECT_EQ(history_.events()[1].size, 2);
  // Broker 3 loads the group; then broker 1 hears that it was replaced.
  Group(3, GroupState::kEmpty, GroupState::kStable);
  Group(1, GroupState::kStable, GroupState::kDead);
  EXPECT_EQ(history_.CoordinatorOf(cluster::GroupIndex(0)), BrokerId(3));
  EXPECT_EQ(Kinds().size(), 2u) << "a group that is loaded has not rebalanced";
}

TEST_F(ControlHistoryTest, ATruncationThatRemovesNothingIsNone) {
  using cluster::TruncationReason;
  Tell(cluster::LogTruncated{kOrders0, BrokerId(2), Offset(7), Offset(7), TruncationReason::kLeaderEpoch});
  Tell(cluster::LogTruncated{kOrders0, BrokerId(2), Offset(7), Offset(4), TruncationReason::kLeaderEpoch});
  ASSERT_THAT(Kinds(), ElementsAre(Kind::kTruncated));
  EXPECT_EQ(history_.events()[0].size, 3);
}

}  // namespace
}  // namespace ktrial::scenarios
