#include "cluster/log/offset_checkpoint.h"

#include <gtest/gtest.h>

#include "cluster/log/log_host_for_test.h"

namespace ktrial::cluster {
namespace {

const OffsetCheckpoint kSome = {{{TopicId(0), 1}, Offset(7)}, {{TopicId(3), 0}, Offset(0)}};

TEST(OffsetCheckpointTest, AMissingFileIsEmpty) {
  LogHost host;
  host.Do(
      [](sim::Context& ctx, UnifiedLog&) { EXPECT_TRUE(ReadOffsetCheckpoint(ctx, kRecoveryPointCheckpoint).empty()); });
}

TEST(OffsetCheckpointTest, IsDurableAtOnceAndReplacedWhole) {
  LogHost host;
  host.Do([](sim::Context& ctx, UnifiedLog&) {
    WriteOffsetCheckpoint(ctx, kRecoveryPointCheckpoint, {{{TopicId(9), 9}, Offset(9)}});
    EXPECT_EQ(WriteOffsetCheckpoint(ctx, kRecoveryPointCheckpoint, kSome), sim::DiskStatus::kOk);
  });
  host.PowerLoss(sim::PowerLossMode::kLoseAll);
  host.Do(
      [](sim::Context& ctx, UnifiedLog&) { EXPECT_EQ(ReadOffsetCheckpoint(ctx, kRecoveryPointCheckpoint), kSome); });
}

TEST(OffsetCheckpointTest, AnUnreadableFileIsEmpty) {
  LogHost host;
  host.Do([](sim::Context& ctx, UnifiedLog&) { WriteOffsetCheckpoint(ctx, kRecoveryPointCheckpoint, kSome); });
  ASSERT_TRUE(host.disk().FlipBit(*host.disk().Find(kRecoveryPointCheckpoint), 10));
  host.Do(
      [](sim::Context& ctx, UnifiedLog&) { EXPECT_TRUE(ReadOffsetCheckpoint(ctx, kRecoveryPointCheckpoint).empty()); });
}

TEST(CleanShutdownFileTest, IsTakenOnce) {
  LogHost host;
  host.Do([](sim::Context& ctx, UnifiedLog&) {
    EXPECT_EQ(ReadCleanShutdownFile(ctx), std::nullopt);
    EXPECT_FALSE(TakeCleanShutdownFile(ctx));
    WriteCleanShutdownFile(ctx, BrokerEpoch(17));
    EXPECT_EQ(ReadCleanShutdownFile(ctx), BrokerEpoch(17));
    EXPECT_TRUE(TakeCleanShutdownFile(ctx));
    EXPECT_FALSE(TakeCleanShutdownFile(ctx));
  });
}

}  // namespace
}  // namespace ktrial::cluster
