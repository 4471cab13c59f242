#include <gtest/gtest.h>

#include <climits>
#include <vector>

#include "cluster/log/log_host_for_test.h"
#include "cluster/log/producer_append_info.h"
#include "cluster/log/producer_state_manager.h"

namespace ktrial::cluster {
namespace {

class IdempotentAppendTest : public ::testing::Test {
 protected:
  LogAppendInfo Append(int16_t epoch, int32_t sequence, int count = 1, AppendOrigin origin = AppendOrigin::kClient) {
    LogAppendInfo info;
    host_.Do([&](sim::Context& ctx, UnifiedLog& log) {
      info = log.AppendAsLeader(ctx, MakeBatch(count, 0, Idempotent(7, epoch, sequence)), LeaderEpoch(0), origin);
    });
    return info;
  }
  Offset log_end() const { return host_.log().log_end(); }

  LogHost host_;
};

TEST_F(IdempotentAppendTest, ABatchThatComesAgainIsAnsweredWithItsFirstOffsets) {
  EXPECT_EQ(Append(0, 0, 3).first_offset, Offset(0));
  EXPECT_EQ(Append(0, 3, 2).first_offset, Offset(3));
  const LogAppendInfo again = Append(0, 0, 3);
  EXPECT_EQ(again.error, ErrorCode::kNone);
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.first_offset, Offset(0));
  EXPECT_EQ(again.last_offset, Offset(2));
  EXPECT_EQ(log_end(), Offset(5));
}

TEST_F(IdempotentAppendTest, OnlyTheLastFiveBatchesAreRecognised) {
  for (int32_t sequence = 0; sequence < 6; ++sequence) EXPECT_EQ(Append(0, sequence).error, ErrorCode::kNone);
  EXPECT_EQ(Append(0, 0).error, ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_TRUE(Append(0, 1).duplicate);
  EXPECT_EQ(log_end(), Offset(6));
}

TEST_F(IdempotentAppendTest, ABatchCutOtherwiseIsNoDuplicate) {
  Append(0, 0, 3);
  EXPECT_EQ(Append(0, 1, 2).error, ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(Append(0, 0, 2).error, ErrorCode::kOutOfOrderSequenceNumber);
}

TEST_F(IdempotentAppendTest, AGapIsRefused) {
  Append(0, 0);
  EXPECT_EQ(Append(0, 2).error, ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(Append(0, 1).error, ErrorCode::kNone);
}

TEST_F(IdempotentAppendTest, AnUnknownProducerMayBeginAnywhere) {
  EXPECT_EQ(Append(3, 1000).error, ErrorCode::kNone);
  EXPECT_EQ(Append(3, 1001).error, ErrorCode::kNone);
}

TEST_F(IdempotentAppendTest, AnOldEpochIsFencedAndANewOneBeginsAtZero) {
  Append(1, 0);
  EXPECT_EQ(Append(0, 1).error, ErrorCode::kInvalidProducerEpoch);
  EXPECT_EQ(Append(2, 1).error, ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(Append(2, 0).error, ErrorCode::kNone);
  EXPECT_EQ(Append(1, 1).error, ErrorCode::kInvalidProducerEpoch);
}

TEST_F(IdempotentAppendTest, SequencesWrap) {
  Append(0, INT_MAX - 1, 2);
  EXPECT_EQ(Append(0, 0).error, ErrorCode::kNone);
  EXPECT_TRUE(Append(0, INT_MAX - 1, 2).duplicate);
}

TEST_F(IdempotentAppendTest, ABatchMayWrapInside) {
  Append(0, INT_MAX, 3);
  EXPECT_EQ(Append(0, 2).error, ErrorCode::kNone);
  EXPECT_TRUE(Append(0, INT_MAX, 3).duplicate);
}

TEST_F(IdempotentAppendTest, CoordinatorsAreHeldToTheEpochAlone) {
  Append(1, 0);
  EXPECT_EQ(Append(1, 9, 1, AppendOrigin::kCoordinator).error, ErrorCode::kNone);
  EXPECT_EQ(Append(0, 10, 1, AppendOrigin::kCoordinator).error, ErrorCode::kInvalidProducerEpoch);
}

TEST_F(IdempotentAppendTest, AFollowerLearnsTheStateAndRefusesDuplicatesOnceItLeads) {
  host_.Do([](sim::Context& ctx, UnifiedLog& log) {
    const auto batch = MakeBatch(2, 0, Idempotent(7, 0, 40));
    EXPECT_EQ(log.AppendAsFollower(ctx, sim::MakeRef<const LogBatch>(Offset(0), LeaderEpoch(0), batch)),
              ErrorCode::kNone);
  });
  EXPECT_TRUE(Append(0, 40, 2).duplicate);
  EXPECT_EQ(Append(0, 43).error, ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(Append(0, 42).error, ErrorCode::kNone);
}

TEST_F(IdempotentAppendTest, TheStateSurvivesEveryKindOfRestart) {
  Append(0, 0, 3);
  host_.Crash();
  EXPECT_TRUE(Append(0, 0, 3).duplicate);
  host_.RestartCleanly();
  EXPECT_TRUE(Append(0, 0, 3).duplicate);
  host_.Do([](sim::Context& ctx, UnifiedLog& log) { log.Flush(ctx); });
  host_.PowerLoss(sim::PowerLossMode::kLoseAll);
  EXPECT_TRUE(Append(0, 0, 3).duplicate);
}

TEST_F(IdempotentAppendTest, TruncationTakesTheStateBack) {
  Append(0, 0);
  Append(0, 1);
  Append(0, 2);
  host_.Do([](sim::Context& ctx, UnifiedLog& log) {
    EXPECT_TRUE(log.TruncateTo(ctx, Offset(1), TruncationReason::kLeaderEpoch));
  });
  EXPECT_TRUE(Append(0, 0).duplicate);
  EXPECT_EQ(Append(0, 2).error, ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(Append(0, 1).error, ErrorCode::kNone);
}

TEST(ProducerExpiryTest, SilentProducersAreForgotten) {
  LogHost host({.producer_id_expiration = sim::Seconds(10)});
  const auto append = [&](int64_t producer) {
    host.Do([&](sim::Context& ctx, UnifiedLog& log) {
      const auto batch = MakeBatch(1, 0, Idempotent(producer, 0, 0), ctx.wall_clock());
      EXPECT_EQ(log.AppendAsLeader(ctx, batch, LeaderEpoch(0), AppendOrigin::kClient).error, ErrorCode::kNone);
    });
  };
  append(1);
  host.Run(sim::Seconds(6));
  append(2);
  host.Run(sim::Seconds(6));
  host.Do([](sim::Context& ctx, UnifiedLog& log) { log.RemoveExpiredProducers(ctx); });
  EXPECT_EQ(host.log().producer_state().Find(ProducerId(1)), nullptr);
  EXPECT_NE(host.log().producer_state().Find(ProducerId(2)), nullptr);
}

class SnapshotTest : public ::testing::Test {
 protected:
  static constexpr int32_t kBatchBytes = kBatchHeaderBytes + 100 + kRecordOverheadBytes;

  void Append(int count) {
    for (int i = 0; i < count; ++i) {
      host_.Do([&](sim::Context& ctx, UnifiedLog& log) {
        log.AppendAsLeader(ctx, MakeBatch(1, next_, Idempotent(7, 0, next_)), LeaderEpoch(0), AppendOrigin::kClient);
      });
      ++next_;
    }
  }
  std::vector<Offset> snapshots() const { return host_.log().producer_state().snapshots(); }

  // Three batches a segment.
  LogHost host_{{.segment_bytes = 3 * kBatchBytes}};
  int32_t next_ = 0;
};

TEST_F(SnapshotTest, OneIsTakenAtEachRollAndAtACleanShutdown) {
  Append(7);
  EXPECT_EQ(snapshots(), (std::vector{Offset(3), Offset(6)}));
  host_.RestartCleanly();
  EXPECT_EQ(snapshots(), (std::vector{Offset(3), Offset(6), Offset(7)}));
}

TEST_F(SnapshotTest, TruncationDropsThoseAboveAndLeavesOneAtTheNewEnd) {
  Append(7);
  host_.Do([](sim::Context& ctx, UnifiedLog& log) { log.TruncateTo(ctx, Offset(5), TruncationReason::kLeaderEpoch); });
  EXPECT_EQ(snapshots(), (std::vector{Offset(3), Offset(5)}));
}

TEST_F(SnapshotTest, ATornOneIsPassedOver) {
  Append(7);
  host_.RestartCleanly();
  const auto file = host_.disk().Find("orders-0/00000000000000000007.snapshot");
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE(host_.disk().FlipBit(*file, 3));
  host_.Crash();
  EXPECT_EQ(host_.log().producer_state().Find(ProducerId(7))->last_sequence(), 6);
}

TEST_F(SnapshotTest, ACleanStartWithoutAnyTakesItThatThereWereNoProducers) {
  Append(7);
  host_.world().Stop(sim::ProcessId(0));
  for (const std::string& path : host_.disk().List("orders-0/")) {
    if (path.ends_with(".snapshot")) host_.disk().Delete(host_.world().now(), path);
  }
  host_.world().Start(sim::ProcessId(0));
  EXPECT_TRUE(host_.log().producer_state().empty());
  EXPECT_EQ(snapshots(), (std::vector{Offset(3), Offset(6), Offset(7)}));
}

}  // namespace
}  // namespace ktrial::cluster
