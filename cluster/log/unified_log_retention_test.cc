// How logs lose their oldest records: by time, by size and on demand.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "cluster/log/log_host_for_test.h"

namespace ktrial::cluster {
namespace {

constexpr int32_t kBatchBytes = kBatchHeaderBytes + kRecordOverheadBytes + 100;
constexpr sim::WallTime kNow = sim::kRunStart;

class StartMoves : public sim::FactSink {
 public:
  void OnFact(const sim::FactHeader& header, const void* fact) override {
    if (header.kind != LogStartMoved::kKind) return;
    const auto& moved = *static_cast<const LogStartMoved*>(fact);
    EXPECT_LE(moved.to, moved.high_watermark);
    lines.push_back(std::to_string(moved.from.value()) + " to " + std::to_string(moved.to.value()) + " reason " +
                    std::to_string(static_cast<int>(moved.reason)));
  }
  std::vector<std::string> lines;
};

// Two batches a segment, of one record each.
class RetentionTest : public ::testing::Test {
 protected:
  void Open(LogConfig config) {
    config.segment_bytes = 2 * kBatchBytes;
    host_.emplace(config);
    host_->sink = &moves_;
  }
  void Append(int count, sim::WallTime timestamp = kNow) {
    for (int i = 0; i < count; ++i) {
      host_->Do([&](sim::Context& ctx, UnifiedLog& log) {
        log.AppendAsLeader(ctx, MakeBatch(1, 0, {}, timestamp), LeaderEpoch(0), AppendOrigin::kClient);
      });
    }
  }
  void SetHighWatermark(int64_t to) {
    host_->Do([&](sim::Context& ctx, UnifiedLog& log) { log.UpdateHighWatermark(ctx, Offset(to), LeaderEpoch(0)); });
  }
  int DeleteOld() {
    int deleted = 0;
    host_->Do([&](sim::Context& ctx, UnifiedLog& log) { deleted = log.DeleteOldSegments(ctx); });
    return deleted;
  }
  ErrorCode MoveStart(int64_t to) {
    ErrorCode error = ErrorCode::kNone;
    host_->Do([&](sim::Context& ctx, UnifiedLog& log) {
      error = log.MaybeIncrementLogStart(ctx, Offset(to), LogStartReason::kRecordsDeleted);
    });
    return error;
  }
  const UnifiedLog& log() const { return host_->log(); }

  std::optional<LogHost> host_;
  StartMoves moves_;
};

TEST_F(RetentionTest, WhatIsOlderThanRetentionMsGoes) {
  Open({.retention_time = sim::Milliseconds(1000)});
  Append(2, kNow + sim::Milliseconds(-2000));
  Append(1, kNow + sim::Milliseconds(-2000));
  Append(2, kNow);
  SetHighWatermark(5);
  EXPECT_EQ(DeleteOld(), 1) << "a segment is as old as its newest record";
  EXPECT_EQ(log().log_start(), Offset(2));
  EXPECT_EQ(DeleteOld(), 0);
  EXPECT_EQ(moves_.lines, std::vector<std::string>{"0 to 2 reason 0"});
}

TEST_F(RetentionTest, AnOldSegmentBehindAYoungOneStays) {
  Open({.retention_time = sim::Milliseconds(1000)});
  Append(2, kNow);
  Append(2, kNow + sim::Milliseconds(-2000));
  SetHighWatermark(4);
  EXPECT_EQ(DeleteOld(), 0);
}

TEST_F(RetentionTest, WhenAllIsOldANewSegmentBegins) {
  Open({.retention_time = sim::Milliseconds(1000)});
  Append(3, kNow + sim::Milliseconds(-2000));
  SetHighWatermark(3);
  EXPECT_EQ(DeleteOld(), 2);
  EXPECT_EQ(log().log_start(), Offset(3));
  EXPECT_EQ(log().segment_count(), 1);
  EXPECT_EQ(DeleteOld(), 0) << "an empty log stays";
  Append(1);
  EXPECT_EQ(host_->Contents().size(), 1u);
  host_->RestartCleanly();
  EXPECT_EQ(log().log_start(), Offset(3));
}

TEST_F(RetentionTest, WhatIsTooMuchGoes) {
  Open({.retention_bytes = 4 * kBatchBytes});
  Append(7);
  SetHighWatermark(7);
  EXPECT_EQ(DeleteOld(), 1) << "never more than the excess";
  EXPECT_EQ(log().size_bytes(), 5 * kBatchBytes);
  Append(1);
  SetHighWatermark(8);
  EXPECT_EQ(DeleteOld(), 1);
  EXPECT_EQ(moves_.lines, (std::vector<std::string>{"0 to 2 reason 1", "2 to 4 reason 1"}));
}

TEST_F(RetentionTest, NothingAboveTheHighWatermarkGoes) {
  Open({.retention_time = sim::Milliseconds(1000)});
  Append(6, kNow + sim::Milliseconds(-2000));
  SetHighWatermark(3);
  EXPECT_EQ(DeleteOld(), 1);
  EXPECT_EQ(log().log_start(), Offset(2));
}

TEST_F(RetentionTest, NegativeSettingsKeepEverything) {
  Open({.retention_time = sim::Milliseconds(-1)});
  Append(6, sim::WallTime(0));
  SetHighWatermark(6);
  EXPECT_EQ(DeleteOld(), 0);
}

TEST_F(RetentionTest, DeletedRecordsAreNotServedAndTheirSegmentsGoLater) {
  Open({});
  Append(5);
  SetHighWatermark(4);
  EXPECT_EQ(MoveStart(5), ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(MoveStart(3), ErrorCode::kNone);
  EXPECT_EQ(MoveStart(2), ErrorCode::kNone) << "nothing to do";
  EXPECT_EQ(log().log_start(), Offset(3));
  EXPECT_EQ(log().segment_count(), 3);
  EXPECT_EQ(log().leader_epochs().entries().front().start, Offset(3));
  host_->Do([](sim::Context& ctx, UnifiedLog& log) {
    EXPECT_EQ(log.Read(ctx, Offset(2), Offset(4), INT32_MAX).error, ErrorCode::kOffsetOutOfRange);
    EXPECT_EQ(log.Read(ctx, Offset(3), Offset(4), INT32_MAX).batches.size(), 1u);
  });
  EXPECT_EQ(DeleteOld(), 1);
  EXPECT_EQ(log().segment_count(), 2);
  EXPECT_EQ(moves_.lines, std::vector<std::string>{"0 to 3 reason 2"});
}

TEST_F(RetentionTest, WithoutDeleteInThePolicyOnlyWhatWasDeletedOnDemandGoes) {
  Open({.retention_time = sim::Milliseconds(1000), .cleanup_delete = false, .cleanup_compact = false});
  Append(6, kNow + sim::Milliseconds(-2000));
  SetHighWatermark(6);
  EXPECT_EQ(DeleteOld(), 0);
  EXPECT_EQ(MoveStart(2), ErrorCode::kNone);
  EXPECT_EQ(DeleteOld(), 1);
}

TEST_F(RetentionTest, ALogThatEndsBelowItsStartBeginsThereAnew) {
  Open({});
  Append(5);
  SetHighWatermark(5);
  EXPECT_EQ(MoveStart(5), ErrorCode::kNone);
  host_->Checkpoint();
  host_->PowerLoss(sim::PowerLossMode::kLoseAll);
  EXPECT_EQ(log().log_start(), Offset(5));
  EXPECT_EQ(log().log_end(), Offset(5));
}

TEST_F(RetentionTest, ProducersOutliveTheirRecords) {
  Open({});
  host_->Do([](sim::Context& ctx, UnifiedLog& log) {
    log.AppendAsLeader(ctx, MakeBatch(1, 0, Idempotent(7, 0, 0)), LeaderEpoch(0), AppendOrigin::kClient);
  });
  Append(2);
  SetHighWatermark(3);
  EXPECT_EQ(MoveStart(3), ErrorCode::kNone);
  EXPECT_EQ(DeleteOld(), 1);
  EXPECT_NE(log().producer_state().Find(ProducerId(7)), nullptr);
}

}  // namespace
}  // namespace ktrial::cluster
