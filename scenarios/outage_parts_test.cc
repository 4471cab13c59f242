#include "scenarios/outage_parts.h"

#include <gtest/gtest.h>

namespace ktrial::scenarios {
namespace {

using cluster::BrokerEpoch;
using cluster::BrokerId;
using cluster::BrokerList;
using cluster::ClientId;
using cluster::LeaderEpoch;
using cluster::Offset;
using cluster::PartitionEpoch;
using cluster::TopicId;
using cluster::TopicPartition;
using sim::Milliseconds;
using sim::SimTime;

constexpr TopicPartition kOrders0{TopicId(0), 0};

SimTime At(int64_t ms) { return SimTime() + Milliseconds(ms); }

class OutagePartsTest : public testing::Test {
 protected:
  OutagePartsTest() {
    names_.topics[TopicId(0)] = "orders";
    names_.clients = {"shop-0", "shop-1"};
    Committed(0, /*offset=*/1, BrokerId(1), 0, {BrokerId(1), BrokerId(2), BrokerId(3)});
    Registered(0, 2, /*fenced=*/false);
  }

  template <typename F>
  void Tell(int64_t ms, const F& fact) {
    history_.OnFact({.at = At(ms), .kind = F::kKind, .process = {}, .host = {}, .incarnation = {}}, &fact);
  }
  void Registered(int64_t ms, int64_t offset, bool fenced) {
    Tell(ms, cluster::BrokerRegistrationCommitted{BrokerId(3001), Offset(offset), BrokerId(1), BrokerEpoch(1), fenced,
                                                  /*in_controlled_shutdown=*/false});
  }
  void Committed(int64_t ms, int64_t offset, BrokerId leader, int32_t epoch, std::vector<BrokerId> isr) {
    const std::vector<BrokerId> replicas = {BrokerId(1), BrokerId(2), BrokerId(3)};
    Tell(ms, cluster::PartitionCommitted{BrokerId(3001), Offset(offset), kOrders0, leader, LeaderEpoch(epoch),
                                         PartitionEpoch(static_cast<int32_t>(offset)), BrokerList{&isr},
                                         BrokerList{&replicas}, cluster::PartitionChangeReason::kElection});
  }
  std::vector<OutagePart> Parts(int64_t begin_ms, int64_t end_ms) {
    return PartsOf({.tp = kOrders0, .begin = At(begin_ms), .end = At(end_ms), .ended = true, .client = ClientId(1)},
                   history_, names_);
  }

  RunNames names_;
  ControlHistory history_;
};

TEST_F(OutagePartsTest, ACrashIsDetectedThenDecidedThenLearnedOf) {
  Registered(9000, 10, /*fenced=*/true);
  Committed(9000, 11, BrokerId(2), 1, {BrokerId(2), BrokerId(3)});
  // Another controller says the same later.
  Registered(9400, 10, /*fenced=*/true);
  Tell(9030, cluster::BecameLeader{kOrders0, BrokerId(2), LeaderEpoch(1), Offset(5), Offset(5)});
  Tell(9060, cluster::ClientLeaderLearned{ClientId(0), kOrders0, BrokerId(2), LeaderEpoch(1)});
  Tell(9100, cluster::ClientLeaderLearned{ClientId(1), kOrders0, BrokerId(2), LeaderEpoch(1)});
  const std::vector<OutagePart> parts = Parts(1000, 9150);
  EXPECT_EQ(parts, (std::vector<OutagePart>{
                       {"detection", Milliseconds(8000), "broker 1 fenced"},
                       {"election", Milliseconds(30), "broker 2 leads orders/0"},
                       {"client metadata", Milliseconds(70), "shop-1 learned of broker 2"},
                       {"first acknowledgement", Milliseconds(50), "acknowledged to shop-1"},
                   }));
}

TEST_F(OutagePartsTest, PartsAddUpToTheOutage) {
  Registered(9000, 10, /*fenced=*/true);
  Committed(9000, 11, BrokerId(2), 1, {BrokerId(2), BrokerId(3)});
  // The client learns before the new leader begins to lead.
  Tell(9010, cluster::ClientLeaderLearned{ClientId(1), kOrders0, BrokerId(2), LeaderEpoch(1)});
  Tell(9030, cluster::BecameLeader{kOrders0, BrokerId(2), LeaderEpoch(1), Offset(5), Offset(5)});
  sim::Duration sum;
  for (const OutagePart& part : Parts(1000, 9150)) sum += part.length;
  EXPECT_EQ(sum, Milliseconds(8150));
}

TEST_F(OutagePartsTest, APlannedStopHasNoDetection) {
  Committed(2000, 11, BrokerId(2), 1, {BrokerId(2), BrokerId(3)});
  Tell(2005, cluster::BecameLeader{kOrders0, BrokerId(2), LeaderEpoch(1), Offset(5), Offset(5)});
  const std::vector<OutagePart> parts = Parts(1990, 2020);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].name, "election");
  EXPECT_EQ(parts[0].length, Milliseconds(15));
}

TEST_F(OutagePartsTest, WhereTheLeaderStaysReplicasAreWaitedFor) {
  Committed(500, 9, BrokerId(1), 0, {BrokerId(1)});
  Committed(60000, 12, BrokerId(1), 0, {BrokerId(1), BrokerId(2)});
  const std::vector<OutagePart> parts = Parts(1000, 60020);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].name, "in-sync replicas");
  EXPECT_EQ(parts[0].until, "2 of 3 in sync: orders/0");
  EXPECT_EQ(parts[1].length, Milliseconds(20));
}

TEST_F(OutagePartsTest, ADeadFollowerIsDetectedToo) {
  // The partition change comes before the fencing in one batch of records.
  Committed(9000, 10, BrokerId(1), 0, {BrokerId(1), BrokerId(2)});
  Registered(9000, 11, /*fenced=*/true);
  const std::vector<OutagePart> parts = Parts(1000, 9020);
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0], (OutagePart{"detection", Milliseconds(8000), "broker 1 fenced"}));
  EXPECT_EQ(parts[1], (OutagePart{"in-sync replicas", sim::Duration(), "2 of 3 in sync: orders/0"}));
  EXPECT_EQ(parts[2].length, Milliseconds(20));
}

TEST_F(OutagePartsTest, ANewLeaderMayHaveToWaitForReplicas) {
  Committed(9000, 10, BrokerId(2), 1, {BrokerId(2)});
  Tell(9030, cluster::BecameLeader{kOrders0, BrokerId(2), LeaderEpoch(1), Offset(5), Offset(5)});
  Committed(60000, 12, BrokerId(2), 1, {BrokerId(2), BrokerId(3)});
  const std::vector<OutagePart> parts = Parts(1000, 60020);
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].name, "election");
  EXPECT_EQ(parts[1], (OutagePart{"in-sync replicas", Milliseconds(50970), "2 of 3 in sync: orders/0"}));
}

TEST_F(OutagePartsTest, AnOutageThatIsNotOverHasNone) {
  EXPECT_TRUE(
      PartsOf({.tp = kOrders0, .begin = At(1), .end = At(9), .ended = false, .client = {}}, history_, names_).empty());
}

}  // namespace
}  // namespace ktrial::scenarios
