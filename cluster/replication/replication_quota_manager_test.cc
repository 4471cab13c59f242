#include "cluster/replication/replication_quota_manager.h"

#include <gtest/gtest.h>

namespace ktrial::cluster {
namespace {

constexpr TopicId kTopic{3};
constexpr BrokerId kSelf{1};

sim::WallTime At(int64_t millis) { return sim::WallTime(1'000'000 + millis); }

TEST(ReplicationQuotaManagerTest, ThrottlesWhatTheListNamesForTheBroker) {
  ReplicationQuotaManager quota({});
  EXPECT_FALSE(quota.has_throttled());
  quota.UpdateThrottled(kTopic, "0:1,1:2,2:1", kSelf);
  EXPECT_TRUE(quota.IsThrottled({kTopic, 0}));
  EXPECT_FALSE(quota.IsThrottled({kTopic, 1})) << "that is another broker's replica";
  EXPECT_TRUE(quota.IsThrottled({kTopic, 2}));
  EXPECT_FALSE(quota.IsThrottled({TopicId(4), 0}));
  quota.UpdateThrottled(kTopic, "*", kSelf);
  EXPECT_TRUE(quota.IsThrottled({kTopic, 1}));
  quota.UpdateThrottled(kTopic, "", kSelf);
  EXPECT_FALSE(quota.IsThrottled({kTopic, 0}));
  EXPECT_FALSE(quota.has_throttled());
}

TEST(ReplicationQuotaManagerTest, ListsAreCheckedAsKafkaDoes) {
  for (const char* good : {"*", "0:1", "0:1,1:2", "10:3001"}) EXPECT_TRUE(IsThrottledReplicaList(good)) << good;
  for (const char* bad : {"", "0", "0:", ":1", "0:1,", ",0:1", "a:1", "0:-1", "0:1 ,1:2", "*,0:1", "0:1:2"}) {
    EXPECT_FALSE(IsThrottledReplicaList(bad)) << bad;
  }
}

TEST(ReplicationQuotaManagerTest, WithoutAQuotaNothingIsTooMuch) {
  ReplicationQuotaManager quota({});
  quota.Record(At(0), 1'000'000'000);
  EXPECT_FALSE(quota.IsQuotaExceeded(At(0)));
}

// As Kafka's ReplicationQuotaManagerTest has it: 100 bytes a second over windows of 1 s.
TEST(ReplicationQuotaManagerTest, TheRateIsOverTheTimeSinceTheOldestSample) {
  ReplicationQuotaManager quota({.samples = 10, .window = sim::Seconds(1)});
  quota.UpdateQuota(100);
  EXPECT_FALSE(quota.IsQuotaExceeded(At(0)));
  // The first window counts as a whole, however short it was.
  quota.Record(At(0), 1);
  EXPECT_FALSE(quota.IsQuotaExceeded(At(0)));
  quota.Record(At(0), 300);
  EXPECT_TRUE(quota.IsQuotaExceeded(At(0)));
  EXPECT_TRUE(quota.IsQuotaExceeded(At(500)));
  // 301 bytes in 3 s are 100 and a bit; in 3.01 s they are 100.
  EXPECT_TRUE(quota.IsQuotaExceeded(At(3'000)));
  EXPECT_FALSE(quota.IsQuotaExceeded(At(3'010)));
}

TEST(ReplicationQuotaManagerTest, OldSamplesAreForgotten) {
  ReplicationQuotaManager quota({.samples = 10, .window = sim::Seconds(1)});
  quota.UpdateQuota(100);
  quota.Record(At(0), 100'000);
  EXPECT_TRUE(quota.IsQuotaExceeded(At(9'999)));
  EXPECT_FALSE(quota.IsQuotaExceeded(At(10'000)));
}

TEST(ReplicationQuotaManagerTest, ASteadyStreamAtTheQuotaIsHeldThere) {
  ReplicationQuotaManager quota({.samples = 11, .window = sim::Seconds(1)});
  quota.UpdateQuota(1'000'000);
  int64_t sent = 0;
  for (int64_t millis = 0; millis < 60'000; millis += 10) {
    if (quota.IsQuotaExceeded(At(millis))) continue;
    quota.Record(At(millis), 100'000);
    sent += 100'000;
  }
  // Within what one window and one answer may be off.
  EXPECT_GE(sent, 59'000'000);
  EXPECT_LE(sent, 66'000'000);
}

TEST(ReplicationQuotaManagerTest, AQuotaOfNothingStopsAllButTheFirst) {
  ReplicationQuotaManager quota({});
  quota.UpdateQuota(0);
  EXPECT_FALSE(quota.IsQuotaExceeded(At(0)));
  quota.Record(At(0), 1);
  EXPECT_TRUE(quota.IsQuotaExceeded(At(5'000)));
}

}  // namespace
}  // namespace ktrial::cluster
