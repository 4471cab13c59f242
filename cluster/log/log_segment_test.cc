#include "cluster/log/log_segment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "cluster/log/log_host_for_test.h"

namespace ktrial::cluster {
namespace {

constexpr sim::WallTime kNow = sim::kRunStart;

sim::WallTime After(int64_t millis) { return kNow + sim::Milliseconds(millis); }

// A segment of which nothing but its fields is looked at.
LogSegment SegmentWith(int64_t bytes, sim::WallTime first_timestamp = kNow) {
  LogSegment segment{.base_offset = Offset(100)};
  segment.bytes = bytes;
  segment.created = kNow;
  if (bytes > 0) segment.first_timestamp = first_timestamp;
  return segment;
}

bool Rolls(const LogSegment& segment, const LogConfig& config, sim::WallTime timestamp, Offset last_offset,
           sim::Duration jitter = {}) {
  return ShouldRoll(segment, {.config = config,
                              .jitter = jitter,
                              .max_timestamp = timestamp,
                              .last_offset = last_offset,
                              .bytes = 100,
                              .now = After(1'000'000)});
}

TEST(SegmentRollTest, ABatchMustFit) {
  const LogConfig config{.segment_bytes = 1000};
  EXPECT_FALSE(Rolls(SegmentWith(900), config, kNow, Offset(101)));
  EXPECT_TRUE(Rolls(SegmentWith(901), config, kNow, Offset(101)));
}

TEST(SegmentRollTest, AgeIsTheSpanOfTimestampsAndNotOfTheClock) {
  const LogConfig config{.segment_age = sim::Milliseconds(500)};
  EXPECT_FALSE(Rolls(SegmentWith(10), config, After(500), Offset(101)));
  EXPECT_TRUE(Rolls(SegmentWith(10), config, After(501), Offset(101)));
  EXPECT_TRUE(Rolls(SegmentWith(10), config, After(450), Offset(101), sim::Milliseconds(100)));
  // An empty segment may be as old as it likes.
  EXPECT_FALSE(Rolls(SegmentWith(0), config, After(501), Offset(101)));
}

TEST(SegmentRollTest, ACompactedLogClosesItsSegmentsInTimeForTheCleaner) {
  LogConfig config{.segment_age = sim::Milliseconds(500), .max_compaction_lag = sim::Milliseconds(200)};
  EXPECT_FALSE(Rolls(SegmentWith(10), config, After(201), Offset(101)));
  config.cleanup_compact = true;
  EXPECT_FALSE(Rolls(SegmentWith(10), config, After(200), Offset(101)));
  EXPECT_TRUE(Rolls(SegmentWith(10), config, After(201), Offset(101)));
}

TEST(SegmentRollTest, WithoutATimestampAgeCountsFromTheSegmentsCreation) {
  const LogConfig config{.segment_age = sim::Milliseconds(500)};
  EXPECT_TRUE(Rolls(SegmentWith(10, kNoTimestamp), config, After(0), Offset(101)));
}

TEST(SegmentRollTest, OffsetsAreKeptIn31Bits) {
  EXPECT_FALSE(Rolls(SegmentWith(10), {}, kNow, Offset(100 + int64_t{INT32_MAX})));
  EXPECT_TRUE(Rolls(SegmentWith(10), {}, kNow, Offset(101 + int64_t{INT32_MAX})));
}

TEST(SegmentRollTest, AFullIndexClosesTheSegment) {
  const LogConfig config{.index_bytes = 80, .index_interval_bytes = 300};
  LogSegment segment{.base_offset = Offset(0)};
  // 169 bytes each: an entry with the third, fifth, seventh, ... batch, since the two before are more than 300 bytes.
  int64_t batches = 0;
  for (; !ShouldRoll(segment, {.config = config, .max_timestamp = kNow, .last_offset = Offset(batches), .now = kNow});
       ++batches) {
    const LogBatch batch(Offset(batches), LeaderEpoch(0), MakeBatch(1, batches));
    segment.Grow(batch, config.index_interval_bytes);
  }
  EXPECT_EQ(segment.offset_index_entries, 10) << "8 bytes each";
  EXPECT_EQ(segment.time_index_entries, 1) << "timestamps do not rise";
  EXPECT_EQ(batches, 21);
}

TEST(SegmentRollTest, ATimeIndexHasFewerPlaces) {
  const LogConfig config{.index_bytes = 80, .index_interval_bytes = 0};
  LogSegment segment{.base_offset = Offset(0)};
  for (int i = 0; i < 5; ++i) segment.Grow({Offset(i), LeaderEpoch(0), MakeBatch(1, i, {}, After(i))}, 0);
  EXPECT_EQ(segment.time_index_entries, 4);
  EXPECT_FALSE(Rolls(segment, config, After(5), Offset(5)));
  segment.Grow({Offset(5), LeaderEpoch(0), MakeBatch(1, 5, {}, After(5))}, 0);
  EXPECT_TRUE(Rolls(segment, config, After(6), Offset(6))) << "5 of 6 places, and the last is kept";
}

// The rolls of a whole log.
class RollingLogTest : public ::testing::Test {
 protected:
  static LogAppendInfo Append(LogHost& host, sim::WallTime timestamp) {
    LogAppendInfo info;
    host.Do([&](sim::Context& ctx, UnifiedLog& log) {
      info = log.AppendAsLeader(ctx, MakeBatch(1, 0, {}, timestamp), LeaderEpoch(0), AppendOrigin::kClient);
    });
    return info;
  }
};

TEST_F(RollingLogTest, SegmentMsClosesASegmentWhenABatchComes) {
  LogHost host({.segment_age = sim::Milliseconds(1000)});
  for (const int64_t millis : {0, 1000, 1001, 1500}) EXPECT_EQ(Append(host, After(millis)).error, ErrorCode::kNone);
  EXPECT_EQ(host.log().segment_count(), 2);
  // The count goes on after a restart.
  host.Crash();
  Append(host, After(2001));
  EXPECT_EQ(host.log().segment_count(), 2);
  Append(host, After(2002));
  EXPECT_EQ(host.log().segment_count(), 3);
}

TEST_F(RollingLogTest, JitterSpreadsRollsOverLogs) {
  std::vector<int64_t> ages;
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    LogHost host({.segment_age = sim::Milliseconds(1000), .segment_jitter = sim::Milliseconds(500)}, seed);
    Append(host, kNow);
    int64_t age = 0;
    while (host.log().segment_count() == 1) Append(host, After(++age));
    EXPECT_GT(age, 500);
    EXPECT_LE(age, 1001);
    ages.push_back(age);
  }
  std::sort(ages.begin(), ages.end());
  EXPECT_GT(ages.back(), ages.front());
}

TEST_F(RollingLogTest, AFollowerRollsAtTheBatchsOwnOffset) {
  LogHost host;
  host.Do([](sim::Context& ctx, UnifiedLog& log) {
    const Offset far(int64_t{INT32_MAX} + 10);
    for (const Offset base : {Offset(0), far}) {
      EXPECT_EQ(log.AppendAsFollower(ctx, sim::MakeRef<const LogBatch>(base, LeaderEpoch(0), MakeBatch(1, 0))),
                ErrorCode::kNone);
    }
    EXPECT_EQ(log.segment_count(), 2);
    EXPECT_EQ(log.log_end(), far + 1);
  });
  EXPECT_TRUE(host.disk().Find("orders-0/00000000002147483657.log"));
}

TEST_F(RollingLogTest, AnIndexWithoutRoomRollsAtEveryBatch) {
  LogHost host({.index_bytes = 4});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Append(host, kNow).first_offset, Offset(i));
  EXPECT_EQ(host.log().segment_count(), 3);
}

}  // namespace
}  // namespace ktrial::cluster
