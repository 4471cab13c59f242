#include "properties/lost_records.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/history_for_test.h"

namespace ktrial::properties {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

TopicAccount AccountOf(const History& h) {
  const std::vector<TopicAccount> topics = AccountRecords(h.ghost(), const_cast<History&>(h).checkers().ledger());
  EXPECT_THAT(topics, SizeIs(1));
  return topics.front();
}

TEST(LostRecordsTest, EveryRecordIsAccountedFor) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1, 2);
  const int64_t weak = h.Send(2);
  const int64_t none = h.Send(2);
  const int64_t refused = h.Send(2);
  const int64_t unknown = h.Send(2);
  h.Acked(weak, 2, 1);
  h.Acked(none, -1, 0);
  h.Failed(refused, /*definite=*/true);
  h.Failed(unknown, /*definite=*/false);
  h.Produce(1, {refused, unknown, unknown, unknown});
  const TopicAccount account = AccountOf(h);
  EXPECT_EQ(account.acked, 4);
  EXPECT_EQ(account.lost(), 2);
  EXPECT_EQ(account.lost_acks_1, 1);
  EXPECT_EQ(account.lost_acks_0, 1);
  EXPECT_EQ(account.lost_without_licence(), 0);
  EXPECT_EQ(account.duplicates, 2);
  EXPECT_EQ(account.refused_in_log, 1);
  EXPECT_EQ(account.unknown_in_log, 1);
  EXPECT_THAT(account.refused_values, ElementsAre(refused));
  ASSERT_THAT(account.lost_records, SizeIs(2));
  EXPECT_EQ(account.lost_records[0].value, weak);
  EXPECT_EQ(account.lost_records[0].licence, "acks=1");
}

TEST(LostRecordsTest, AcksAllNeedsALicence) {
  for (const bool unclean : {false, true}) {
    History h;
    h.Elect(1, 0, {1, 2, 3});
    h.Settle(1);
    h.Truncate(2, 0);
    h.Elect(2, 1, {2}, kOrders,
            unclean ? cluster::PartitionChangeReason::kUncleanElection : cluster::PartitionChangeReason::kElection);
    const TopicAccount account = AccountOf(h);
    EXPECT_EQ(account.lost_acks_all, 1);
    EXPECT_EQ(account.lost_without_licence(), unclean ? 0 : 1);
    EXPECT_EQ(account.lost_records.front().licence, unclean ? "unclean leader election" : "");
  }
}

TEST(LostRecordsTest, WithoutALeaderRecordsAreOutOfReachAndNotLost) {
  History h;
  h.Elect(1, 0, {1, 2, 3});
  h.Settle(1);
  h.Decide(-1, 1, {1}, cluster::PartitionChangeReason::kOffline);
  EXPECT_EQ(AccountOf(h).lost(), 0);
}

}  // namespace
}  // namespace ktrial::properties
