#include "cluster/log/unified_log.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cluster/log/log_facts.h"
#include "cluster/log/log_host_for_test.h"

namespace ktrial::cluster {
namespace {

constexpr int32_t kRecordBytes = 100 + kRecordOverheadBytes;
constexpr int32_t kSmallBatchBytes = kBatchHeaderBytes + kRecordBytes;

// Keeps the log's facts as text.
class FactText : public sim::FactSink {
 public:
  void OnFact(const sim::FactHeader& header, const void* fact) override {
    const auto number = [](Offset offset) { return std::to_string(offset.value()); };
    if (header.kind == BatchAppended::kKind) {
      const auto& f = *static_cast<const BatchAppended*>(fact);
      lines.push_back((f.as_leader ? "lead " : "follow ") + number(f.batch->base_offset()));
    } else if (header.kind == LogTruncated::kKind) {
      const auto& f = *static_cast<const LogTruncated*>(fact);
      lines.push_back("cut " + number(f.from) + " to " + number(f.to));
    } else if (header.kind == LogLoaded::kKind) {
      const auto& f = *static_cast<const LogLoaded*>(fact);
      lines.push_back("loaded " + number(f.log_end) + (f.clean ? " clean" : " unclean"));
    } else if (header.kind == HighWatermarkMoved::kKind) {
      const auto& f = *static_cast<const HighWatermarkMoved*>(fact);
      lines.push_back("hw " + number(f.from) + " to " + number(f.to));
    } else if (header.kind == RecoveryPassedGap::kKind) {
      const auto& f = *static_cast<const RecoveryPassedGap*>(fact);
      lines.push_back("gap " + number(f.from) + " to " + number(f.to));
    } else if (header.kind == UnknownProducerAccepted::kKind) {
      const auto& f = *static_cast<const UnknownProducerAccepted*>(fact);
      lines.push_back("from unknown " + number(f.batch->base_offset()));
    }
  }
  std::vector<std::string> lines;
};

class UnifiedLogTest : public ::testing::Test {
 protected:
  explicit UnifiedLogTest(const LogConfig& config = {}) : host_(config) {}

  LogAppendInfo Lead(int count = 1, int32_t epoch = 0) {
    LogAppendInfo info;
    host_.Do([&](sim::Context& ctx, UnifiedLog& log) {
      info = log.AppendAsLeader(ctx, MakeBatch(count, 0), LeaderEpoch(epoch), AppendOrigin::kClient);
    });
    return info;
  }
  ErrorCode Follow(int64_t base, int count, int32_t epoch) {
    ErrorCode error = ErrorCode::kNone;
    host_.Do([&](sim::Context& ctx, UnifiedLog& log) {
      error = log.AppendAsFollower(ctx,
                                   sim::MakeRef<const LogBatch>(Offset(base), LeaderEpoch(epoch), MakeBatch(count, 0)));
    });
    return error;
  }
  FetchedData Read(int64_t from, int64_t limit, int32_t max_bytes = INT32_MAX, bool min_one_batch = true) {
    FetchedData data;
    host_.Do([&](sim::Context& ctx, UnifiedLog& log) {
      data = log.Read(ctx, Offset(from), Offset(limit), max_bytes, min_one_batch);
    });
    return data;
  }
  bool Truncate(int64_t to) {
    bool truncated = false;
    host_.Do([&](sim::Context& ctx, UnifiedLog& log) {
      truncated = log.TruncateTo(ctx, Offset(to), TruncationReason::kLeaderEpoch);
    });
    return truncated;
  }
  void SetHighWatermark(int64_t to) {
    host_.Do([&](sim::Context& ctx, UnifiedLog& log) { log.UpdateHighWatermark(ctx, Offset(to), LeaderEpoch(0)); });
  }
  const UnifiedLog& log() const { return host_.log(); }
  static std::vector<int64_t> Bases(const FetchedData& data) {
    std::vector<int64_t> bases;
    for (const LogBatchRef& batch : data.batches) bases.push_back(batch->base_offset().value());
    return bases;
  }

  LogHost host_;
};

// Three small batches fill a segment.
class SegmentedLogTest : public UnifiedLogTest {
 protected:
  SegmentedLogTest() : UnifiedLogTest({.segment_bytes = 3 * kSmallBatchBytes}) {}
};

TEST_F(UnifiedLogTest, ALeaderAssignsOffsetsAndEpoch) {
  EXPECT_EQ(Lead(3).first_offset, Offset(0));
  const LogAppendInfo second = Lead(2, 4);
  EXPECT_EQ(second.first_offset, Offset(3));
  EXPECT_EQ(second.last_offset, Offset(4));
  EXPECT_EQ(log().log_end(), Offset(5));
  EXPECT_EQ(log().latest_epoch(), LeaderEpoch(4));
  const std::vector<LogBatchRef> contents = host_.Contents();
  ASSERT_EQ(contents.size(), 2u);
  EXPECT_EQ(contents[1]->leader_epoch(), LeaderEpoch(4));
}

TEST_F(UnifiedLogTest, AFollowerSharesTheLeadersBatch) {
  const auto batch = sim::MakeRef<const LogBatch>(Offset(0), LeaderEpoch(2), MakeBatch(3, 0));
  host_.Do([&](sim::Context& ctx, UnifiedLog& log) { log.AppendAsFollower(ctx, batch); });
  EXPECT_EQ(host_.Contents(), std::vector<LogBatchRef>{batch});
  EXPECT_EQ(log().latest_epoch(), LeaderEpoch(2));
}

TEST_F(UnifiedLogTest, TooLargeBatchesAreRefused) {
  LogHost host({.segment_bytes = 300, .max_message_bytes = 200});
  host.Do([](sim::Context& ctx, UnifiedLog& log) {
    const auto append = [&](int count, AppendOrigin origin) {
      return log.AppendAsLeader(ctx, MakeBatch(count, 0), LeaderEpoch(0), origin).error;
    };
    EXPECT_EQ(append(2, AppendOrigin::kClient), ErrorCode::kMessageTooLarge);
    EXPECT_EQ(append(2, AppendOrigin::kRaftLeader), ErrorCode::kNone);
    EXPECT_EQ(append(3, AppendOrigin::kRaftLeader), ErrorCode::kRecordListTooLarge);
    EXPECT_EQ(log.log_end(), Offset(2));
  });
}

TEST_F(UnifiedLogTest, ReadsFromTheBatchThatHoldsTheOffset) {
  Lead(3);
  Lead(3);
  Lead(3);
  EXPECT_EQ(Bases(Read(4, 9)), (std::vector<int64_t>{3, 6}));
  EXPECT_EQ(Bases(Read(0, 6)), (std::vector<int64_t>{0, 3}));
  EXPECT_EQ(Bases(Read(0, 5)), (std::vector<int64_t>{0})) << "a batch across the limit stays out";
  EXPECT_TRUE(Read(9, 9).batches.empty());
  EXPECT_EQ(Read(9, 9).error, ErrorCode::kNone);
  EXPECT_EQ(Read(10, 20).error, ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(Read(7, 3).error, ErrorCode::kNone) << "above the high watermark there is nothing, which is no error";
}

TEST_F(UnifiedLogTest, ReadsUpToMaxBytesButAtLeastOneBatch) {
  for (int i = 0; i < 4; ++i) Lead();
  EXPECT_EQ(Bases(Read(0, 4, 2 * kSmallBatchBytes)), (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(Bases(Read(0, 4, 2 * kSmallBatchBytes - 1)), (std::vector<int64_t>{0}));
  EXPECT_EQ(Bases(Read(0, 4, 1)), (std::vector<int64_t>{0}));
  EXPECT_TRUE(Read(0, 4, 1, /*min_one_batch=*/false).batches.empty());
}

TEST_F(SegmentedLogTest, RollsWhenTheBatchDoesNotFit) {
  for (int i = 0; i < 7; ++i) Lead();
  EXPECT_EQ(log().segment_count(), 3);
  EXPECT_TRUE(host_.disk().Find("orders-0/00000000000000000003.log").has_value());
  EXPECT_EQ(Bases(Read(1, 7)), (std::vector<int64_t>{1, 2})) << "a read ends with its segment";
  EXPECT_EQ(Bases(Read(3, 7)), (std::vector<int64_t>{3, 4, 5}));
  EXPECT_EQ(log().size_bytes(), 7 * kSmallBatchBytes);
}

TEST_F(SegmentedLogTest, TellsHowManyBytesThereAreWithinASegment) {
  for (int i = 0; i < 4; ++i) Lead();
  host_.Do([](sim::Context& ctx, UnifiedLog& log) {
    const auto bytes = [&](int64_t from, int64_t to) { return log.BytesWithinSegment(ctx, Offset(from), Offset(to)); };
    EXPECT_EQ(bytes(0, 2), 2 * kSmallBatchBytes);
    EXPECT_EQ(bytes(1, 1), 0);
    EXPECT_EQ(bytes(3, 4), kSmallBatchBytes);
    EXPECT_EQ(bytes(1, 3), std::nullopt) << "offset 3 begins the next segment";
    EXPECT_EQ(bytes(0, 4), std::nullopt);
  });
}

TEST_F(SegmentedLogTest, ARollFlushesTheOldSegmentAndThenMovesTheRecoveryPoint) {
  for (int i = 0; i < 4; ++i) Lead();
  EXPECT_EQ(log().recovery_point(), Offset(0));
  host_.Run(sim::Milliseconds(100));
  EXPECT_EQ(log().recovery_point(), Offset(3));
}

TEST_F(SegmentedLogTest, AFlushFromBeforeATruncationVouchesForNothingAfterIt) {
  for (int i = 0; i < 4; ++i) Lead();
  Truncate(1);
  for (int i = 0; i < 3; ++i) Lead();
  host_.Run(sim::Milliseconds(100));
  EXPECT_EQ(log().recovery_point(), Offset(3));
  host_.PowerLoss(sim::PowerLossMode::kLoseAll);
  EXPECT_GE(log().log_end(), Offset(3));
}

TEST_F(UnifiedLogTest, FlushMessagesFlushes) {
  LogHost host({.flush_messages = 3});
  for (int i = 0; i < 7; ++i) {
    host.Do([](sim::Context& ctx, UnifiedLog& log) {
      log.AppendAsLeader(ctx, MakeBatch(1, 0), LeaderEpoch(0), AppendOrigin::kClient);
    });
  }
  EXPECT_EQ(host.log().recovery_point(), Offset(6));
  host.PowerLoss(sim::PowerLossMode::kLoseAll);
  EXPECT_EQ(host.log().log_end(), Offset(6));
}

TEST_F(UnifiedLogTest, TheLeadersHighWatermarkOnlyRises) {
  Lead(5);
  host_.Do([](sim::Context& ctx, UnifiedLog& log) {
    EXPECT_TRUE(log.MaybeIncrementHighWatermark(ctx, Offset(3), LeaderEpoch(0)));
    EXPECT_FALSE(log.MaybeIncrementHighWatermark(ctx, Offset(3), LeaderEpoch(0)));
    EXPECT_FALSE(log.MaybeIncrementHighWatermark(ctx, Offset(2), LeaderEpoch(0)));
  });
  EXPECT_EQ(log().high_watermark(), Offset(3));
}

TEST_F(UnifiedLogTest, AFollowersHighWatermarkIsClampedAndMayFall) {
  Lead(5);
  SetHighWatermark(9);
  EXPECT_EQ(log().high_watermark(), Offset(5));
  SetHighWatermark(2);
  EXPECT_EQ(log().high_watermark(), Offset(2));
}

TEST_F(UnifiedLogTest, TruncationCutsRecordsEpochsAndHighWatermark) {
  Lead(2, 0);
  Lead(2, 1);
  Lead(2, 2);
  SetHighWatermark(6);
  EXPECT_TRUE(Truncate(4));
  EXPECT_EQ(log().log_end(), Offset(4));
  EXPECT_EQ(log().high_watermark(), Offset(4));
  EXPECT_EQ(log().latest_epoch(), LeaderEpoch(1));
  EXPECT_EQ(Bases(Read(0, 9)), (std::vector<int64_t>{0, 2}));
}

TEST_F(UnifiedLogTest, TruncationInsideABatchTakesItWhole) {
  Lead(3);
  Lead(3);
  EXPECT_TRUE(Truncate(4));
  EXPECT_EQ(log().log_end(), Offset(4));
  EXPECT_EQ(Bases(Read(0, 9)), (std::vector<int64_t>{0}));
}

TEST_F(UnifiedLogTest, TruncationAtTheEndCutsOnlyEpochsWithoutRecords) {
  Lead(2, 0);
  host_.Do([](sim::Context& ctx, UnifiedLog& log) { log.AssignEpochStart(ctx, LeaderEpoch(3), log.log_end()); });
  EXPECT_EQ(log().latest_epoch(), LeaderEpoch(3));
  EXPECT_FALSE(Truncate(2));
  EXPECT_EQ(log().latest_epoch(), LeaderEpoch(0));
  EXPECT_EQ(log().log_end(), Offset(2));
}

TEST_F(SegmentedLogTest, TruncationDeletesLaterSegments) {
  for (int i = 0; i < 8; ++i) Lead();
  EXPECT_TRUE(Truncate(3));
  EXPECT_EQ(log().segment_count(), 2);
  EXPECT_FALSE(host_.disk().Find("orders-0/00000000000000000006.log").has_value());
  EXPECT_EQ(Follow(3, 1, 1), ErrorCode::kNone);
  EXPECT_EQ(host_.Contents().size(), 4u);
}

TEST_F(UnifiedLogTest, TruncationBelowTheFirstSegmentStartsAgainThere) {
  host_.Do([](sim::Context& ctx, UnifiedLog& log) {
    log.TruncateFullyAndStartAt(ctx, Offset(10), TruncationReason::kOutOfRange);
    EXPECT_EQ(log.log_start(), Offset(10));
    EXPECT_EQ(log.high_watermark(), Offset(10));
  });
  EXPECT_EQ(Lead(2).first_offset, Offset(10));
  EXPECT_EQ(Read(9, 12).error, ErrorCode::kOffsetOutOfRange);
  EXPECT_TRUE(Truncate(5));
  EXPECT_EQ(log().log_start(), Offset(5));
  EXPECT_EQ(log().log_end(), Offset(5));
  EXPECT_EQ(log().latest_epoch(), std::nullopt);
}

TEST_F(UnifiedLogTest, FindsTheFirstRecordThatIsNotOlder) {
  host_.Do([](sim::Context& ctx, UnifiedLog& log) {
    for (const int64_t timestamp : {100, 300, 200, 400}) {
      log.AppendAsLeader(ctx, MakeBatch(2, 0, {}, sim::WallTime(timestamp)), LeaderEpoch(5), AppendOrigin::kClient);
    }
    EXPECT_EQ(log.FindByTimestamp(ctx, 50).record, (OffsetAndEpoch{Offset(0), LeaderEpoch(5)}));
    EXPECT_EQ(log.FindByTimestamp(ctx, 150).record, (OffsetAndEpoch{Offset(2), LeaderEpoch(5)}));
    EXPECT_EQ(log.FindByTimestamp(ctx, 301).record, (OffsetAndEpoch{Offset(6), LeaderEpoch(5)}));
    EXPECT_EQ(log.FindByTimestamp(ctx, 401).record, std::nullopt);
  });
}

TEST_F(UnifiedLogTest, AProcessCrashLosesNothing) {
  Lead(3);
  Lead(2, 1);
  const std::vector<LogBatchRef> before = host_.Contents();
  host_.Crash();
  EXPECT_EQ(host_.Contents(), before);
  EXPECT_EQ(log().high_watermark(), Offset(0)) << "no checkpoint was written";
}

TEST_F(UnifiedLogTest, NothingIsCutToTheHighWatermarkAtAStart) {
  Lead(3);
  SetHighWatermark(1);
  host_.Checkpoint();
  host_.Crash();
  EXPECT_EQ(log().log_end(), Offset(3));
  EXPECT_EQ(log().high_watermark(), Offset(1));
}

TEST_F(UnifiedLogTest, ALossOfPowerTakesWhatWasNotFlushedAndItsEpochs) {
  Lead(3, 0);
  host_.Do([](sim::Context& ctx, UnifiedLog& log) { log.Flush(ctx); });
  Lead(3, 1);
  SetHighWatermark(6);
  host_.Checkpoint();
  host_.PowerLoss(sim::PowerLossMode::kLoseAll);
  EXPECT_EQ(log().log_end(), Offset(3));
  EXPECT_EQ(log().latest_epoch(), LeaderEpoch(0));
  EXPECT_EQ(log().high_watermark(), Offset(3));
}

TEST_F(SegmentedLogTest, RecoveryCutsAtTheFirstBadBatchAndDropsWhatFollows) {
  for (int i = 0; i < 8; ++i) Lead();
  const auto file = host_.disk().Find("orders-0/00000000000000000003.log");
  ASSERT_TRUE(host_.disk().FlipBit(*file, kSmallBatchBytes + 5));
  host_.Crash();
  EXPECT_EQ(log().log_end(), Offset(4));
  EXPECT_EQ(log().segment_count(), 2);
}

TEST_F(SegmentedLogTest, RecoveryGoesOnBehindASegmentThatEndsEarly) {
  for (int i = 0; i < 8; ++i) Lead();
  // As after a loss of power that took an unflushed end, and not the next file.
  const auto file = host_.disk().Find("orders-0/00000000000000000003.log");
  host_.disk().Truncate(host_.world().now(), *file, kSmallBatchBytes);
  FactText facts;
  host_.sink = &facts;
  host_.Crash();
  host_.sink = nullptr;
  EXPECT_EQ(log().log_end(), Offset(8));
  EXPECT_EQ(Bases(Read(4, 8)), (std::vector<int64_t>{6, 7}));
  EXPECT_EQ(facts.lines, (std::vector<std::string>{"loaded 8 unclean", "gap 4 to 6"}));
}

TEST_F(UnifiedLogTest, AnyFirstSequenceOfAnUnknownProducerIsTaken) {
  FactText facts;
  host_.sink = &facts;
  host_.Do([](sim::Context& ctx, UnifiedLog& log) {
    for (const int32_t sequence : {5, 6}) {
      const auto batch = MakeBatch(1, 0, Idempotent(7, 0, sequence));
      EXPECT_EQ(log.AppendAsLeader(ctx, batch, LeaderEpoch(0), AppendOrigin::kClient).error, ErrorCode::kNone);
    }
  });
  host_.sink = nullptr;
  EXPECT_EQ(facts.lines, (std::vector<std::string>{"lead 0", "from unknown 0", "lead 1"}));
}

TEST_F(SegmentedLogTest, RecoveryLooksOnlyAtSegmentsFromTheRecoveryPointOn) {
  for (int i = 0; i < 8; ++i) Lead();
  host_.Run(sim::Milliseconds(100));
  EXPECT_EQ(log().recovery_point(), Offset(6));
  host_.Checkpoint();
  const auto file = host_.disk().Find("orders-0/00000000000000000003.log");
  ASSERT_TRUE(host_.disk().FlipBit(*file, kSmallBatchBytes + 5));
  host_.Crash();
  EXPECT_EQ(log().log_end(), Offset(8));
  // A leader serves what it does not look at; the follower does.
  const FetchedData data = Read(3, 8);
  EXPECT_EQ(Bases(data), (std::vector<int64_t>{3, 4, 5}));
  EXPECT_TRUE(data.batches[0]->checksum_matches());
  EXPECT_FALSE(data.batches[1]->checksum_matches());
  LogHost follower;
  follower.Do([&](sim::Context& ctx, UnifiedLog& log) {
    EXPECT_EQ(log.AppendAsFollower(ctx, data.batches[0]), ErrorCode::kNone);
    EXPECT_EQ(log.AppendAsFollower(ctx, data.batches[1]), ErrorCode::kCorruptMessage);
    EXPECT_EQ(log.log_end(), Offset(4));
  });
}

TEST_F(UnifiedLogTest, RecoveryLearnsEpochsFromTheRecords) {
  Lead(1, 0);
  Lead(1, 2);
  host_.Checkpoint();
  host_.disk().Delete(host_.world().now(), "orders-0/leader-epoch-checkpoint");
  host_.Crash();
  EXPECT_EQ(log().leader_epochs().entries(),
            (std::vector<EpochEntry>{{LeaderEpoch(0), Offset(0)}, {LeaderEpoch(2), Offset(1)}}));
}

TEST_F(UnifiedLogTest, ACleanRestartTrustsTheLogToItsEnd) {
  Lead(3);
  SetHighWatermark(2);
  host_.RestartCleanly();
  EXPECT_EQ(log().recovery_point(), Offset(3));
  EXPECT_EQ(log().high_watermark(), Offset(2));
  Lead(1);
  host_.Crash();
  EXPECT_EQ(log().recovery_point(), Offset(3)) << "the marker was used up";
}

TEST_F(UnifiedLogTest, AFullDiskLeavesTheLogInDoubt) {
  Lead(1);
  host_.disk().set_faults({.full = true});
  EXPECT_EQ(Lead(1).error, ErrorCode::kKafkaStorageError);
  host_.disk().set_faults({});
  EXPECT_TRUE(log().storage_failed());
  EXPECT_EQ(Lead(1).error, ErrorCode::kKafkaStorageError);
  EXPECT_EQ(log().log_end(), Offset(1));
}

TEST_F(UnifiedLogTest, TellsWhatHappens) {
  FactText facts;
  host_.sink = &facts;
  Lead(2);
  Follow(2, 1, 1);
  SetHighWatermark(3);
  Truncate(2);
  host_.Crash();
  host_.RestartCleanly();
  EXPECT_EQ(facts.lines, (std::vector<std::string>{"lead 0", "follow 2", "hw 0 to 3", "cut 3 to 2", "hw 3 to 2",
                                                   "loaded 2 unclean", "loaded 2 clean"}));
}

TEST_F(UnifiedLogTest, ALogThatCannotBeReadWhenItIsRecoveredIsNotUsed) {
  Lead(2);
  host_.world().Kill(sim::ProcessId(0));
  host_.disk().set_faults({.fail_reads = true});
  host_.world().Start(sim::ProcessId(0));
  host_.disk().set_faults({});
  EXPECT_TRUE(log().storage_failed());
  EXPECT_EQ(Lead().error, ErrorCode::kKafkaStorageError);
}

}  // namespace
}  // namespace ktrial::cluster
