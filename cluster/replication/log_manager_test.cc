#include "cluster/replication/log_manager.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/network/component.h"
#include "sim/world.h"

namespace ktrial::cluster {
namespace {

constexpr BrokerId kSelf{1};
constexpr TopicPartition kTp{TopicId(0), 0};

// A broker reduced to its log directory, with one hosted partition of the topic "orders".
class LogDirectoryProcess : public sim::Cloneable<LogDirectoryProcess, sim::Process> {
 public:
  explicit LogDirectoryProcess(BrokerConfig config) : config_(std::move(config)) {
    metadata.Replay(TopicRecord{.topic = kTp.topic, .name = "orders"}, Offset(0));
    metadata.Replay(PartitionRecord{.tp = kTp, .replicas = {kSelf}, .isr = {kSelf}, .leader = kSelf}, Offset(1));
  }
  void OnStart(sim::Context& ctx) override {
    clean = ReadCleanShutdownFile(ctx).has_value();
    logs.emplace(kSelf, config_);
    partitions = PartitionTable();
    if (load) Load(ctx);
  }
  void OnCrash() override {}
  void OnTimer(sim::Context& ctx, const sim::Timer& timer) override {
    if (ComponentOf(timer) == Component::kLogCleaner) {
      logs->OnCleanerTimer(ctx, partitions, timer);
    } else {
      logs->OnTimer(ctx, partitions, timer);
    }
  }
  void OnDiskDone(sim::Context&, const sim::DiskDone& done) override { logs->OnDiskDone(partitions, done); }
  void OnStop(sim::Context& ctx) override {
    logs->Shutdown(ctx, partitions, BrokerEpoch(5));
    ctx.Exit();
  }

  void Load(sim::Context& ctx) {
    logs->Startup(ctx, metadata);
    // None if the log directory has failed.
    std::optional<UnifiedLog> log = logs->GetOrCreateLog(ctx, kTp, *metadata.FindTopic(kTp.topic));
    if (log) partitions.Add(Partition(kTp, *std::move(log), 1));
  }

  MetadataImage metadata;
  std::optional<LogManager> logs;
  PartitionTable partitions;
  bool load = true;
  bool clean = false;

 private:
  BrokerConfig config_;
};

sim::Ref<const RecordBatch> Batch(int32_t bytes, BatchAttributes attributes = {}, sim::WallTime timestamp = {}) {
  return sim::MakeRef<const RecordBatch>(attributes, std::vector<Record>{{.timestamp = timestamp, .bytes = bytes}});
}

class LogManagerTest : public testing::Test {
 protected:
  explicit LogManagerTest(const BrokerConfig& config = {}) : config_(config) {
    host_ = world_.AddHost({.name = "broker-1", .disks = {sim::DiskOptions()}});
    process_ = world_.AddProcess(host_, "broker-1", std::make_unique<LogDirectoryProcess>(config));
    world_.Start(process_);
  }

  // Runs `code(ctx)` as a handler of the broker.
  template <typename Code>
  auto In(Code code) {
    std::optional<decltype(code(std::declval<sim::Context&>()))> result;
    world_.Invoke(process_, [&](sim::Process&, sim::Context& ctx) { result = code(ctx); });
    return *std::move(result);
  }
  LogDirectoryProcess& broker() { return world_.process_as<LogDirectoryProcess>(process_); }
  LogManager& logs() { return *broker().logs; }
  Partition& partition() { return *broker().partitions.Find(kTp); }
  const UnifiedLog& log() { return partition().log(); }

  // As the broker's start after a crash or a shutdown; tells whether the last shutdown was clean.
  bool Open() {
    world_.Kill(process_);
    world_.Start(process_);
    return broker().clean;
  }
  void Shutdown() { world_.Stop(process_); }
  void SetTopicConfig(std::string name, std::string value) {
    broker().metadata.Replay(ConfigRecord{.topic = kTp.topic, .name = std::move(name), .value = std::move(value)},
                             Offset(2));
    In([&](sim::Context& ctx) {
      logs().UpdateTopicConfig(ctx, broker().partitions, *broker().metadata.FindTopic(kTp.topic));
      return 0;
    });
  }
  ErrorCode Append(int32_t bytes, BatchAttributes attributes = {}) {
    return In([&](sim::Context& ctx) {
      UnifiedLog& log = partition().mutable_log();
      return log.AppendAsLeader(ctx, Batch(bytes, attributes, ctx.wall_clock()), LeaderEpoch(0), AppendOrigin::kClient)
          .error;
    });
  }
  void Commit() {
    In([&](sim::Context& ctx) {
      return partition().mutable_log().UpdateHighWatermark(ctx, log().log_end(), LeaderEpoch(0));
    });
  }
  ErrorCode DeleteRecordsBelow(int64_t offset) {
    return In([&](sim::Context& ctx) {
      return partition().mutable_log().MaybeIncrementLogStart(ctx, Offset(offset), LogStartReason::kRecordsDeleted);
    });
  }
  void Run(sim::Duration duration) { world_.RunUntil(world_.now() + duration); }
  sim::Disk& disk() { return world_.disk(world_.disk_of(host_)); }
  size_t FilesEndingIn(std::string_view suffix) {
    const std::vector<std::string> all = disk().List("orders-0/");
    return static_cast<size_t>(
        std::count_if(all.begin(), all.end(), [&](const std::string& path) { return path.ends_with(suffix); }));
  }

  BrokerConfig config_;
  sim::World world_{{.seed = 1}};
  sim::HostId host_;
  sim::ProcessId process_;
};

TEST_F(LogManagerTest, ATopicsNewSettingsHoldForItsLogs) {
  EXPECT_EQ(Append(1000), ErrorCode::kNone);
  SetTopicConfig("max.message.bytes", "500");
  EXPECT_EQ(Append(1000), ErrorCode::kMessageTooLarge);
  SetTopicConfig("segment.bytes", "400");
  EXPECT_EQ(Append(300), ErrorCode::kNone);
  EXPECT_EQ(log().segment_count(), 2);
  SetTopicConfig("flush.messages", "1");
  EXPECT_EQ(Append(10), ErrorCode::kNone);
  EXPECT_EQ(log().recovery_point(), log().log_end());
  // Without a value of its own the topic follows the broker again.
  SetTopicConfig("max.message.bytes", "");
  SetTopicConfig("segment.bytes", "");
  EXPECT_EQ(Append(1000), ErrorCode::kNone);
}

TEST_F(LogManagerTest, ProducersThatAreSilentForTooLongAreForgotten) {
  const BatchAttributes producer{.producer_id = ProducerId(7), .producer_epoch = ProducerEpoch(0), .base_sequence = 0};
  EXPECT_EQ(Append(10, producer), ErrorCode::kNone);
  const auto is_known = [&] { return log().producer_state().Find(ProducerId(7)) != nullptr; };
  // Looked at every ten minutes.
  Run(config_.producer_id_expiration - sim::Seconds(1));
  EXPECT_TRUE(is_known());
  Run(sim::Seconds(601));
  EXPECT_FALSE(is_known());
}

TEST_F(LogManagerTest, RetentionDeletesOldSegmentsAndTheirFilesAMinuteLater) {
  SetTopicConfig("segment.bytes", "200");
  SetTopicConfig("retention.ms", "100000");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Append(100), ErrorCode::kNone);
  Commit();
  EXPECT_EQ(log().segment_count(), 3);
  // First after log.initial.task.delay.ms, then every log.retention.check.interval.ms.
  Run(sim::Seconds(31));
  EXPECT_EQ(log().log_start(), Offset(0));
  Run(sim::Seconds(300));
  EXPECT_EQ(log().log_start(), Offset(3));
  EXPECT_EQ(log().segment_count(), 1);
  EXPECT_EQ(FilesEndingIn(".log"), 1u);
  EXPECT_EQ(FilesEndingIn(".deleted"), 3u);
  Run(sim::Seconds(61));
  EXPECT_EQ(FilesEndingIn(".deleted"), 0u);
}

TEST_F(LogManagerTest, FilesOfDeletedSegmentsGoAtTheNextStartAtTheLatest) {
  SetTopicConfig("segment.bytes", "200");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Append(100), ErrorCode::kNone);
  In([&](sim::Context& ctx) {
    logs().TruncateTo(ctx, broker().partitions, partition(), Offset(1), TruncationReason::kLeaderEpoch);
    return 0;
  });
  EXPECT_EQ(FilesEndingIn(".deleted"), 1u);
  Open();
  EXPECT_EQ(FilesEndingIn(".deleted"), 0u);
  EXPECT_EQ(log().log_end(), Offset(1));
}

TEST_F(LogManagerTest, RetentionOfACompactedTopicIsTheCleanersWorkAndNeedsTheDeletePolicyToo) {
  SetTopicConfig("cleanup.policy", "compact");
  SetTopicConfig("retention.ms", "1");
  EXPECT_EQ(Append(100), ErrorCode::kInvalidRecord) << "it has no key";
  SetTopicConfig("cleanup.policy", "delete");
  EXPECT_EQ(Append(100), ErrorCode::kNone);
  Commit();
  SetTopicConfig("cleanup.policy", "compact");
  Run(sim::Seconds(400));
  EXPECT_EQ(log().log_start(), Offset(0));
  SetTopicConfig("cleanup.policy", "compact,delete");
  Run(sim::Seconds(16));
  EXPECT_EQ(log().log_start(), Offset(1)) << "the cleaner looks every 15 s";
}

TEST_F(LogManagerTest, TheLogStartIsFoundAgainFromItsCheckpoint) {
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Append(100), ErrorCode::kNone);
  Commit();
  EXPECT_EQ(DeleteRecordsBelow(2), ErrorCode::kNone);
  EXPECT_EQ(DeleteRecordsBelow(5), ErrorCode::kOffsetOutOfRange);
  Open();
  EXPECT_EQ(log().log_start(), Offset(0)) << "not written down yet";
  Commit();
  EXPECT_EQ(DeleteRecordsBelow(2), ErrorCode::kNone);
  Run(sim::Seconds(31));
  Open();
  EXPECT_EQ(log().log_start(), Offset(2));
}

TEST_F(LogManagerTest, FlushMsFlushesWhenTheFlusherLooks) {
  BrokerConfig config;
  config.log_flush_scheduler_interval = sim::Milliseconds(1000);
  config.log_flush_interval = sim::Milliseconds(2000);
  LogManagerTest::process_ = world_.AddProcess(world_.AddHost({.name = "broker-2", .disks = {sim::DiskOptions()}}),
                                               "broker-2", std::make_unique<LogDirectoryProcess>(config));
  world_.Start(process_);
  Run(sim::Milliseconds(30100));
  EXPECT_EQ(Append(10), ErrorCode::kNone);
  Run(sim::Milliseconds(1000));
  EXPECT_EQ(log().recovery_point(), Offset(1)) << "the last flush was at the start";
  EXPECT_EQ(Append(10), ErrorCode::kNone);
  Run(sim::Milliseconds(1000));
  EXPECT_EQ(log().recovery_point(), Offset(1));
  Run(sim::Milliseconds(2000));
  EXPECT_EQ(log().recovery_point(), Offset(2));
}

TEST_F(LogManagerTest, ACleanShutdownLeavesItsMarkerForOneStart) {
  Append(10);
  Shutdown();
  EXPECT_TRUE(Open());
  EXPECT_EQ(log().log_end(), Offset(1));
  EXPECT_FALSE(Open());
}

TEST_F(LogManagerTest, AStopBeforeTheLogsAreLoadedLeavesTheMarkerAsItWas) {
  Append(10);
  broker().load = false;
  EXPECT_FALSE(Open());
  Shutdown();
  EXPECT_FALSE(Open()) << "nobody has recovered the log";
  In([&](sim::Context& ctx) {
    broker().Load(ctx);
    return 0;
  });
  Shutdown();
  EXPECT_TRUE(Open());
  EXPECT_TRUE(Open()) << "nothing has been done since";
}

TEST_F(LogManagerTest, AFailedFlushLeavesNoMarker) {
  Append(10);
  EXPECT_FALSE(logs().storage_failed());
  disk().set_faults({.fail_flushes = true});
  Shutdown();
  disk().set_faults({});
  EXPECT_FALSE(Open());
}

TEST_F(LogManagerTest, AFailedCheckpointIsAFailureOfTheDisk) {
  disk().set_faults({.fail_writes = true});
  In([&](sim::Context& ctx) {
    logs().CheckpointHighWatermarks(ctx, broker().partitions);
    return 0;
  });
  EXPECT_TRUE(logs().storage_failed());
}

TEST_F(LogManagerTest, ALeaderEpochFileThatCannotBeReadIsAFailureOfTheDisk) {
  Append(10);
  const auto file = disk().Find("orders-0/leader-epoch-checkpoint");
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE(disk().FlipBit(*file, 0));
  Open();
  EXPECT_TRUE(logs().storage_failed());
  // Nobody is to host what cannot be read.
  EXPECT_EQ(broker().partitions.Find(kTp), nullptr);
  // It does not mend itself.
  Open();
  EXPECT_TRUE(logs().storage_failed());
}

}  // namespace
}  // namespace ktrial::cluster
