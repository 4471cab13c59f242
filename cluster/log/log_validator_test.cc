#include "cluster/log/log_validator.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "cluster/log/log_host_for_test.h"

namespace ktrial::cluster {
namespace {

constexpr sim::WallTime kNow = sim::kRunStart;

ErrorCode Validate(std::vector<Record> records, const LogConfig& config, BatchAttributes attributes = {},
                   AppendOrigin origin = AppendOrigin::kClient) {
  return ValidateBatch(RecordBatch(attributes, std::move(records)), origin, config, kNow);
}

TEST(LogValidatorTest, CreateTimesMustBeNearTheBrokersClock) {
  const LogConfig config{.timestamp_before_max = sim::Milliseconds(100), .timestamp_after_max = sim::Milliseconds(50)};
  EXPECT_EQ(Validate({{.timestamp = kNow + sim::Milliseconds(-100)}}, config), ErrorCode::kNone);
  EXPECT_EQ(Validate({{.timestamp = kNow + sim::Milliseconds(-101)}}, config), ErrorCode::kInvalidTimestamp);
  EXPECT_EQ(Validate({{.timestamp = kNow + sim::Milliseconds(50)}}, config), ErrorCode::kNone);
  EXPECT_EQ(Validate({{.timestamp = kNow}, {.timestamp = kNow + sim::Milliseconds(51)}}, config),
            ErrorCode::kInvalidTimestamp);
}

TEST(LogValidatorTest, WithLogAppendTimeAnyCreateTimeWillDo) {
  const LogConfig config{.timestamp_type = TimestampType::kLogAppendTime,
                         .timestamp_before_max = sim::Milliseconds(100)};
  EXPECT_EQ(Validate({{.timestamp = sim::WallTime(0)}}, config), ErrorCode::kNone);
}

TEST(LogValidatorTest, CompactedTopicsWantKeys) {
  const LogConfig config{.cleanup_compact = true};
  EXPECT_EQ(Validate({{.timestamp = kNow, .key = 3}}, config), ErrorCode::kNone);
  EXPECT_EQ(Validate({{.timestamp = kNow, .key = 3}, {.timestamp = kNow}}, config), ErrorCode::kInvalidRecord);
  EXPECT_EQ(Validate({{.timestamp = kNow}}, {}), ErrorCode::kNone);
}

TEST(LogValidatorTest, ABadTimestampGoesBeforeAMissingKeyOfAnotherRecord) {
  const LogConfig config{.cleanup_compact = true, .timestamp_after_max = sim::Milliseconds(0)};
  const sim::WallTime late = kNow + sim::Milliseconds(1);
  EXPECT_EQ(Validate({{.timestamp = kNow}, {.timestamp = late, .key = 1}}, config), ErrorCode::kInvalidTimestamp);
  EXPECT_EQ(Validate({{.timestamp = late}}, config), ErrorCode::kInvalidRecord) << "of one record, the key is first";
}

TEST(LogValidatorTest, ClientsMayNotWriteControlRecords) {
  const BatchAttributes commit{
      .producer_id = ProducerId(1), .producer_epoch = ProducerEpoch(0), .control = ControlType::kCommit};
  EXPECT_EQ(Validate({{.timestamp = kNow}}, {}, commit), ErrorCode::kInvalidRecord);
  EXPECT_EQ(Validate({{.timestamp = kNow}}, {}, commit, AppendOrigin::kCoordinator), ErrorCode::kNone);
}

TEST(LogValidatorTest, SizeIsLookedAtFirstAndTheSegmentsSizeLast) {
  LogHost host({.segment_bytes = 300, .cleanup_compact = true, .max_message_bytes = 400});
  host.Do([](sim::Context& ctx, UnifiedLog& log) {
    const auto append = [&](int count, int64_t key) {
      std::vector<Record> records(static_cast<size_t>(count), {.timestamp = kNow, .bytes = 100, .key = key});
      return log
          .AppendAsLeader(ctx, sim::MakeRef<const RecordBatch>(BatchAttributes{}, std::move(records)), LeaderEpoch(4),
                          AppendOrigin::kClient)
          .error;
    };
    EXPECT_EQ(append(4, -1), ErrorCode::kMessageTooLarge);
    EXPECT_EQ(append(3, -1), ErrorCode::kInvalidRecord);
    EXPECT_EQ(log.latest_epoch(), std::nullopt) << "what is refused by then leaves no trace";
    EXPECT_EQ(append(3, 1), ErrorCode::kRecordListTooLarge);
    EXPECT_EQ(log.latest_epoch(), LeaderEpoch(4));
    EXPECT_EQ(append(2, 1), ErrorCode::kNone);
  });
}

TEST(LogAppendTimeTest, TheBrokersClockTakesTheRecordsPlace) {
  LogHost host({.timestamp_type = TimestampType::kLogAppendTime});
  const auto batch = MakeBatch(2, 0, Idempotent(7, 0, 0), sim::WallTime(5));
  host.Do([&](sim::Context& ctx, UnifiedLog& log) {
    const LogAppendInfo info = log.AppendAsLeader(ctx, batch, LeaderEpoch(0), AppendOrigin::kClient);
    EXPECT_EQ(info.log_append_time, ctx.wall_clock());
    EXPECT_EQ(log.FindByTimestamp(ctx, ctx.wall_clock().unix_millis()).record,
              (OffsetAndEpoch{Offset(0), LeaderEpoch(0)}));
    const LogAppendInfo again = log.AppendAsLeader(ctx, batch, LeaderEpoch(0), AppendOrigin::kClient);
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.log_append_time, info.log_append_time);
  });
  const std::vector<LogBatchRef> contents = host.Contents();
  EXPECT_EQ(contents[0]->timestamp(1), contents[0]->log_append_time());
  EXPECT_GT(contents[0]->max_timestamp(), sim::WallTime(5));
}

TEST(LogAppendTimeTest, ByDefaultRecordsKeepTheirTime) {
  LogHost host;
  host.Do([](sim::Context& ctx, UnifiedLog& log) {
    const LogAppendInfo info =
        log.AppendAsLeader(ctx, MakeBatch(1, 0, {}, kNow), LeaderEpoch(0), AppendOrigin::kClient);
    EXPECT_EQ(info.log_append_time, kNoTimestamp);
  });
  EXPECT_EQ(host.Contents()[0]->max_timestamp(), kNow);
}

}  // namespace
}  // namespace ktrial::cluster
