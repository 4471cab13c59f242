#include "cluster/replication/log_manager.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/world.h"

namespace ktrial::cluster {
namespace {

constexpr BrokerId kSelf{1};
constexpr TopicPartition kTp{TopicId(0), 0};

class IdleProcess : public sim::Cloneable<IdleProcess, sim::Process> {
 public:
  void OnStart(sim::Context&) override {}
  void OnCrash() override {}
  void OnDiskDone(sim::Context&, const sim::DiskDone&) override {}
  // The cleaner's: these logs are not compacted.
  void OnTimer(sim::Context&, const sim::Timer&) override {}
};

sim::Ref<const RecordBatch> Batch(int32_t bytes, BatchAttributes attributes = {}, sim::WallTime timestamp = {}) {
  return sim::MakeRef<const RecordBatch>(attributes, std::vector<Record>{{.timestamp = timestamp, .bytes = bytes}});
}

// A broker's log directory with one hosted partition of the topic "orders".
class LogManagerTest : public testing::Test {
 protected:
  LogManagerTest() {
    host_ = world_.AddHost({.name = "broker-1", .disks = {sim::DiskOptions()}});
    process_ = world_.AddProcess(host_, "broker-1", std::make_unique<IdleProcess>());
    metadata_.Replay(TopicRecord{.topic = kTp.topic, .name = "orders"}, Offset(0));
    metadata_.Replay(PartitionRecord{.tp = kTp, .replicas = {kSelf}, .isr = {kSelf}, .leader = kSelf}, Offset(1));
    Open();
  }

  template <typename Code>
  auto In(Code code) {
    std::optional<decltype(code(std::declval<sim::Context&>()))> result;
    world_.Invoke(process_, [&](sim::Process&, sim::Context& ctx) { result = code(ctx); });
    return *std::move(result);
  }
  // As a broker's start; tells whether the last shutdown was clean.
  bool Open() {
    world_.Kill(process_);
    world_.Start(process_);
    logs_.emplace(kSelf, config_);
    partitions_ = PartitionTable();
    return In([&](sim::Context& ctx) {
      const bool clean = logs_->OpenDirectory(ctx).has_value();
      logs_->Startup(ctx, metadata_);
      partitions_.Add(Partition(kTp, logs_->GetOrCreateLog(ctx, kTp, *metadata_.FindTopic(kTp.topic)), 1));
      return clean;
    });
  }
  void Shutdown() {
    In([&](sim::Context& ctx) {
      logs_->Shutdown(ctx, partitions_, BrokerEpoch(5));
      return 0;
    });
  }
  void SetTopicConfig(std::string name, std::string value) {
    metadata_.Replay(ConfigRecord{.topic = kTp.topic, .name = std::move(name), .value = std::move(value)}, Offset(2));
    In([&](sim::Context& ctx) {
      logs_->UpdateTopicConfig(ctx, partitions_, *metadata_.FindTopic(kTp.topic));
      return 0;
    });
  }
  ErrorCode Append(int32_t bytes, BatchAttributes attributes = {}) {
    return In([&](sim::Context& ctx) {
      UnifiedLog& log = partitions_.Find(kTp)->mutable_log();
      return log.AppendAsLeader(ctx, Batch(bytes, attributes, ctx.wall_clock()), LeaderEpoch(0), AppendOrigin::kClient)
          .error;
    });
  }
  void Run(sim::Duration duration) { world_.RunUntil(world_.now() + duration); }
  const UnifiedLog& log() const { return partitions_.Find(kTp)->log(); }
  sim::Disk& disk() { return world_.disk(world_.disk_of(host_)); }

  sim::World world_{{.seed = 1}};
  sim::HostId host_;
  sim::ProcessId process_;
  BrokerConfig config_;
  MetadataImage metadata_;
  std::optional<LogManager> logs_;
  PartitionTable partitions_;
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
  const auto remove_expired = [&](sim::Context& ctx) {
    logs_->RemoveExpiredProducers(ctx, partitions_);
    return log().producer_state().Find(ProducerId(7)) == nullptr;
  };
  Run(config_.producer_id_expiration - sim::Seconds(1));
  EXPECT_FALSE(In(remove_expired));
  Run(sim::Seconds(2));
  EXPECT_TRUE(In(remove_expired));
}

TEST_F(LogManagerTest, ACleanShutdownLeavesItsMarkerForOneStart) {
  Append(10);
  Shutdown();
  EXPECT_TRUE(Open());
  EXPECT_EQ(log().log_end(), Offset(1));
  EXPECT_FALSE(Open());
}

TEST_F(LogManagerTest, AFailedFlushLeavesNoMarker) {
  Append(10);
  EXPECT_FALSE(logs_->storage_failed());
  disk().set_faults({.fail_flushes = true});
  Shutdown();
  EXPECT_TRUE(logs_->storage_failed());
  disk().set_faults({});
  EXPECT_FALSE(Open());
}

TEST_F(LogManagerTest, AFailedCheckpointIsAFailureOfTheDisk) {
  disk().set_faults({.fail_writes = true});
  In([&](sim::Context& ctx) {
    logs_->CheckpointHighWatermarks(ctx, partitions_);
    return 0;
  });
  EXPECT_TRUE(logs_->storage_failed());
}

TEST_F(LogManagerTest, ALeaderEpochFileThatCannotBeReadIsAFailureOfTheDisk) {
  Append(10);
  const auto file = disk().Find("orders-0/leader-epoch-checkpoint");
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE(disk().FlipBit(*file, 0));
  Open();
  EXPECT_TRUE(logs_->storage_failed());
  EXPECT_EQ(Append(10), ErrorCode::kKafkaStorageError);
  // It does not mend itself.
  Open();
  EXPECT_TRUE(logs_->storage_failed());
}

}  // namespace
}  // namespace ktrial::cluster
