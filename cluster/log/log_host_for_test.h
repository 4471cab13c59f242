// A broker reduced to one log, for tests: it loads the log with what its checkpoint files say, and keeps them as a
// broker does.
//
//   LogHost host;
//   host.Do([&](sim::Context& ctx, UnifiedLog& log) { log.AppendAsLeader(ctx, ...); });
//   host.Crash();                                           // the page cache stays
//   host.PowerLoss(sim::PowerLossMode::kLoseAll);
#ifndef KTRIAL_CLUSTER_LOG_LOG_HOST_FOR_TEST_H_
#define KTRIAL_CLUSTER_LOG_LOG_HOST_FOR_TEST_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "cluster/log/offset_checkpoint.h"
#include "cluster/log/unified_log.h"
#include "sim/world.h"

namespace ktrial::cluster {

inline constexpr TopicPartition kTestPartition{TopicId(0), 0};

class LogProcess : public sim::Cloneable<LogProcess, sim::Process> {
 public:
  static constexpr uint64_t kFlushKey = 42;

  explicit LogProcess(const LogConfig& config) : config_(config) {}

  void OnStart(sim::Context& ctx) override {
    const OffsetCheckpoint recovery_points = ReadOffsetCheckpoint(ctx, kRecoveryPointCheckpoint);
    const OffsetCheckpoint high_watermarks = ReadOffsetCheckpoint(ctx, kHighWatermarkCheckpoint);
    const OffsetCheckpoint log_starts = ReadOffsetCheckpoint(ctx, kLogStartCheckpoint);
    LogOptions options{.tp = kTestPartition, .broker = BrokerId(1), .directory = "orders-0", .config = config_};
    options.flush_key = kFlushKey;
    options.clean_shutdown = TakeCleanShutdownFile(ctx);
    // The marker is gone for good with the next flush of any file, of which a broker makes many when it starts.
    ctx.disk().WriteAtomically("meta.properties", {.bytes = 1, .payload = nullptr});
    if (const auto it = recovery_points.find(kTestPartition); it != recovery_points.end()) {
      options.recovery_point = it->second;
    }
    if (const auto it = log_starts.find(kTestPartition); it != log_starts.end()) {
      options.log_start_checkpoint = it->second;
    }
    if (const auto it = high_watermarks.find(kTestPartition); it != high_watermarks.end()) {
      options.high_watermark_checkpoint = it->second;
    }
    log.emplace(UnifiedLog::Load(ctx, options));
  }
  void OnCrash() override { log.reset(); }
  void OnDiskDone(sim::Context&, const sim::DiskDone& done) override {
    EXPECT_EQ(done.key, kFlushKey);
    log->OnFlushed(done);
  }

  void Checkpoint(sim::Context& ctx) {
    WriteOffsetCheckpoint(ctx, kRecoveryPointCheckpoint, {{kTestPartition, log->recovery_point()}});
    WriteOffsetCheckpoint(ctx, kHighWatermarkCheckpoint, {{kTestPartition, log->high_watermark()}});
    WriteOffsetCheckpoint(ctx, kLogStartCheckpoint, {{kTestPartition, log->log_start()}});
  }
  void OnStop(sim::Context& ctx) override {
    log->Close(ctx);
    Checkpoint(ctx);
    WriteCleanShutdownFile(ctx, BrokerEpoch(1));
    ctx.Exit();
  }

  std::optional<UnifiedLog> log;

 private:
  LogConfig config_;
};

class LogHost {
 public:
  explicit LogHost(const LogConfig& config = {}, uint64_t seed = 1)
      : world_(sim::WorldOptions{.seed = seed}),
        host_(world_.AddHost({.name = "broker-1", .disks = {sim::DiskOptions{}}})),
        process_(world_.AddProcess(host_, "broker-1", std::make_unique<LogProcess>(config))) {
    world_.Start(process_);
  }

  // Runs `code(ctx, log)` as a handler.
  template <typename Code>
  void Do(Code code) {
    const bool ran = world_.Invoke(
        process_, [&](sim::Process& process, sim::Context& ctx) { code(ctx, *static_cast<LogProcess&>(process).log); },
        sink);
    EXPECT_TRUE(ran);
  }
  void Checkpoint() {
    world_.Invoke(process_,
                  [](sim::Process& process, sim::Context& ctx) { static_cast<LogProcess&>(process).Checkpoint(ctx); });
  }
  const UnifiedLog& log() const { return *world_.process_as<LogProcess>(process_).log; }
  sim::World& world() { return world_; }
  sim::Disk& disk() { return world_.disk(world_.disk_of(host_)); }

  void Run(sim::Duration duration) { world_.RunUntil(world_.now() + duration, sink); }
  void Crash() {
    world_.Kill(process_);
    world_.Start(process_, sink);
  }
  void PowerLoss(sim::PowerLossMode mode) {
    world_.PowerLoss(host_, mode);
    world_.PowerOn(host_);
    world_.Start(process_, sink);
  }
  void RestartCleanly() {
    world_.Stop(process_, sink);
    world_.Start(process_, sink);
  }

  // Everything in the log.
  std::vector<LogBatchRef> Contents() {
    std::vector<LogBatchRef> all;
    Do([&](sim::Context& ctx, UnifiedLog& log) {
      Offset at = log.log_start();
      while (at < log.log_end()) {
        FetchedData data = log.Read(ctx, at, log.log_end(), INT32_MAX);
        EXPECT_EQ(data.error, ErrorCode::kNone);
        if (data.batches.empty()) break;
        at = data.batches.back()->next_offset();
        all.insert(all.end(), data.batches.begin(), data.batches.end());
      }
    });
    return all;
  }

  sim::FactSink* sink = nullptr;

 private:
  sim::World world_;
  sim::HostId host_;
  sim::ProcessId process_;
};

// A batch of `count` records with values from `value` on; idempotent if `attributes` say so.
inline sim::Ref<const RecordBatch> MakeBatch(int count, int64_t value, BatchAttributes attributes = {},
                                             sim::WallTime timestamp = sim::kRunStart) {
  std::vector<Record> records;
  for (int i = 0; i < count; ++i) records.push_back({.timestamp = timestamp, .bytes = 100, .value = value + i});
  return sim::MakeRef<const RecordBatch>(attributes, std::move(records));
}

inline BatchAttributes Idempotent(int64_t producer, int16_t epoch, int32_t base_sequence) {
  return {.producer_id = ProducerId(producer), .producer_epoch = ProducerEpoch(epoch), .base_sequence = base_sequence};
}

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_LOG_HOST_FOR_TEST_H_
