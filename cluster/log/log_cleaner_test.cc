// The cleaner's threads on a real disk: what is cleaned when, and what is left after a crash at any step.
#include "cluster/log/log_cleaner.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/facts.h"
#include "cluster/log/log_files.h"
#include "cluster/log/segment_swap.h"
#include "cluster/network/component.h"
#include "sim/world.h"

namespace ktrial::cluster {
namespace {

constexpr TopicPartition kPartition{TopicId(0), 0};
constexpr uint64_t kFlushKey = 42;

// A broker reduced to one log and its cleaner.
class CleanedLog : public sim::Cloneable<CleanedLog, sim::Process>, private CleanableLogs {
 public:
  CleanedLog(LogConfig config, LogCleaner::Options options) : config_(std::move(config)), options_(options) {}

  std::vector<int> ThreadPools() const override { return {1}; }
  void OnStart(sim::Context& ctx) override {
    const OffsetCheckpoint recovery_points = ReadOffsetCheckpoint(ctx, kRecoveryPointCheckpoint);
    const auto it = recovery_points.find(kPartition);
    LogOptions options{.tp = kPartition, .broker = BrokerId(1), .directory = "orders-0", .config = config_};
    options.recovery_point = it == recovery_points.end() ? Offset(0) : it->second;
    options.flush_key = kFlushKey;
    log.emplace(UnifiedLog::Load(ctx, options));
    cleaner.emplace(options_);
    cleaner->Startup(ctx);
  }
  void OnCrash() override {
    log.reset();
    cleaner.reset();
  }
  void OnTimer(sim::Context& ctx, const sim::Timer& timer) override { cleaner->OnTimer(ctx, *this, timer); }
  void OnDiskDone(sim::Context&, const sim::DiskDone& done) override { log->OnFlushed(done); }

  void Checkpoint(sim::Context& ctx) {
    WriteOffsetCheckpoint(ctx, kRecoveryPointCheckpoint, {{kPartition, log->recovery_point()}});
  }

  std::optional<UnifiedLog> log;
  std::optional<LogCleaner> cleaner;

 private:
  UnifiedLog* Find(TopicPartition tp) override { return tp == kPartition ? &*log : nullptr; }
  void ForEach(absl::FunctionRef<void(UnifiedLog& log)> visit) override { visit(*log); }
  void DeleteFilesLater(sim::Context&, UnifiedLog&) override {}

  LogConfig config_;
  LogCleaner::Options options_;
};

class CompactionSink : public sim::FactSink {
 public:
  void OnFact(const sim::FactHeader& header, const void* fact) override {
    if (header.kind != LogCompacted::kKind) return;
    cleaned_to.push_back(static_cast<const LogCompacted*>(fact)->cleaned_to);
  }
  std::vector<Offset> cleaned_to;
};

LogConfig Compacted() {
  LogConfig config;
  config.segment_bytes = 700;
  config.cleanup_compact = true;
  config.cleanup_delete = false;
  config.min_cleanable_ratio_ppm = 0;
  config.delete_retention = sim::Milliseconds(60000);
  return config;
}

class Host {
 public:
  explicit Host(const LogConfig& config = Compacted(), uint64_t seed = 1, LogCleaner::Options options = {})
      : world_(sim::WorldOptions{.seed = seed}),
        host_(world_.AddHost({.name = "broker-1", .disks = {sim::DiskOptions{}}})),
        process_(world_.AddProcess(host_, "broker-1", std::make_unique<CleanedLog>(config, options))) {
    world_.Start(process_);
  }

  template <typename Code>
  void Do(Code code) {
    world_.Invoke(process_, [&](sim::Process& process, sim::Context& ctx) {
      auto& cleaned = static_cast<CleanedLog&>(process);
      code(ctx, cleaned);
    });
  }
  // Appends one batch and moves the high watermark up to its end. A negative value is a tombstone.
  void Append(std::vector<std::pair<int64_t, int64_t>> keys_and_values, BatchAttributes attributes = {}) {
    std::vector<Record> records;
    for (const auto& [key, value] : keys_and_values) {
      records.push_back({.timestamp = wall_clock(), .bytes = 100, .tombstone = value < 0, .key = key, .value = value});
    }
    Do([&](sim::Context& ctx, CleanedLog& cleaned) {
      const auto batch = sim::MakeRef<const RecordBatch>(attributes, std::move(records));
      EXPECT_EQ(cleaned.log->AppendAsLeader(ctx, batch, LeaderEpoch(0), AppendOrigin::kClient).error, ErrorCode::kNone);
      cleaned.log->UpdateHighWatermark(ctx, cleaned.log->log_end(), LeaderEpoch(0));
    });
  }
  void Commit() {
    Do([](sim::Context& ctx, CleanedLog& cleaned) {
      cleaned.log->UpdateHighWatermark(ctx, cleaned.log->log_end(), LeaderEpoch(0));
      cleaned.Checkpoint(ctx);
    });
  }
  // Offset, key and value of every record in the log.
  std::vector<std::tuple<int64_t, int64_t, int64_t>> Records() {
    std::vector<std::tuple<int64_t, int64_t, int64_t>> records;
    for (const LogBatchRef& batch : Batches()) {
      for (int32_t i = 0; i < batch->batch().record_count(); ++i) {
        const Record& record = batch->batch().records()[static_cast<size_t>(i)];
        records.emplace_back(batch->offset_of(i).value(), record.key, record.value);
      }
    }
    return records;
  }
  std::vector<LogBatchRef> Batches() {
    std::vector<LogBatchRef> batches;
    Do([&](sim::Context& ctx, CleanedLog& cleaned) {
      Offset at = cleaned.log->log_start();
      while (at < cleaned.log->log_end()) {
        FetchedData data = cleaned.log->Read(ctx, at, cleaned.log->log_end(), INT32_MAX);
        EXPECT_EQ(data.error, ErrorCode::kNone);
        if (data.batches.empty()) break;
        at = data.batches.back()->next_offset();
        batches.insert(batches.end(), data.batches.begin(), data.batches.end());
      }
    });
    return batches;
  }
  std::vector<std::string> Files(std::string_view suffix) {
    std::vector<std::string> files;
    for (const std::string& path : world_.disk(world_.disk_of(host_)).List("orders-0/")) {
      if (path.ends_with(suffix)) files.push_back(path);
    }
    return files;
  }
  // Runs until a file with the suffix is there.
  void RunUntilFile(std::string_view suffix) {
    for (int i = 0; i < 100'000 && Files(".cleaned").empty() && Files(suffix).empty(); ++i) Run(sim::Milliseconds(1));
    for (int i = 0; i < 100'000 && Files(suffix).empty(); ++i) Run(sim::Microseconds(10));
    ASSERT_FALSE(Files(suffix).empty());
  }
  void Run(sim::Duration duration) { world_.RunUntil(world_.now() + duration, &sink); }
  void Crash() {
    world_.Kill(process_);
    world_.Start(process_);
  }
  void PowerLoss(sim::PowerLossMode mode) {
    world_.PowerLoss(host_, mode);
    world_.PowerOn(host_);
    world_.Start(process_);
  }
  const CleanedLog& process() { return world_.process_as<CleanedLog>(process_); }
  const UnifiedLog& log() { return *process().log; }
  const LogCleaner& cleaner() { return *process().cleaner; }
  sim::WallTime wall_clock() {
    sim::WallTime now;
    Do([&](sim::Context& ctx, CleanedLog&) { now = ctx.wall_clock(); });
    return now;
  }

  CompactionSink sink;

 private:
  sim::World world_;
  sim::HostId host_;
  sim::ProcessId process_;
};

constexpr sim::Duration kBackoff = sim::Milliseconds(15000);
using Entry = std::tuple<int64_t, int64_t, int64_t>;

TEST(LogCleanerTest, ClosedSegmentsAreCleanedIntoOne) {
  Host host;
  for (int64_t i = 0; i < 9; ++i) host.Append({{i % 2, i}});
  const int32_t before = host.log().segment_count();
  ASSERT_EQ(before, 3);
  host.Run(kBackoff + sim::Seconds(1));
  EXPECT_LE(host.log().segment_count(), before);
  EXPECT_FALSE(host.sink.cleaned_to.empty());
  const Offset active = host.log().local_log().active().base_offset;
  EXPECT_EQ(host.cleaner().checkpoint().at(kPartition), active);
  // Below the active segment each key has one record left, its last.
  int below = 0;
  for (const auto& [offset, key, value] : host.Records()) {
    EXPECT_EQ(offset, value);
    if (offset < active.value()) ++below;
  }
  EXPECT_EQ(below, 2);
  EXPECT_TRUE(host.Files(".cleaned").empty());
  EXPECT_TRUE(host.Files(".swap").empty());
}

TEST(LogCleanerTest, NothingAboveTheHighWatermarkIsCleaned) {
  Host host;
  for (int64_t i = 0; i < 12; ++i) {
    host.Do([&](sim::Context& ctx, CleanedLog& cleaned) {
      const auto batch = sim::MakeRef<const RecordBatch>(
          BatchAttributes{}, std::vector<Record>{{.timestamp = ctx.wall_clock(), .bytes = 100, .key = 1, .value = i}});
      cleaned.log->AppendAsLeader(ctx, batch, LeaderEpoch(0), AppendOrigin::kClient);
    });
  }
  host.Run(kBackoff * 3);
  EXPECT_EQ(host.Records().size(), 12u);
  host.Commit();
  host.Run(kBackoff * 3);
  EXPECT_LT(host.Records().size(), 12u);
}

TEST(LogCleanerTest, WhatIsYoungerThanTheLagStays) {
  LogConfig config = Compacted();
  config.min_compaction_lag = sim::Milliseconds(120000);
  Host host(config);
  for (int64_t i = 0; i < 12; ++i) host.Append({{1, i}});
  host.Run(sim::Seconds(60));
  EXPECT_EQ(host.Records().size(), 12u);
  host.Run(sim::Seconds(90));
  EXPECT_LT(host.Records().size(), 12u);
}

TEST(LogCleanerTest, RetentionOfACompactedLogIsTheCleanersWork) {
  for (const bool deletes : {false, true}) {
    LogConfig config = Compacted();
    config.cleanup_delete = deletes;
    // Nothing is ever dirty enough to be cleaned.
    config.min_compaction_lag = sim::Seconds(100000);
    config.retention_time = sim::Seconds(30);
    Host host(config);
    for (int64_t i = 0; i < 12; ++i) host.Append({{i, i}});
    host.Run(sim::Seconds(20));
    EXPECT_EQ(host.Records().size(), 12u);
    host.Run(sim::Seconds(30));
    EXPECT_EQ(host.Records().size() < 12u, deletes);
  }
}

TEST(LogCleanerTest, AnOverdueRecordIsCleanedWhateverTheRatio) {
  LogConfig config = Compacted();
  config.min_cleanable_ratio_ppm = 1'000'000;
  config.max_compaction_lag = sim::Milliseconds(60000);
  Host host(config);
  for (int64_t i = 0; i < 12; ++i) host.Append({{1, i}});
  host.Run(sim::Seconds(45));
  EXPECT_EQ(host.Records().size(), 12u);
  host.Run(sim::Seconds(45));
  EXPECT_LT(host.Records().size(), 12u);
}

TEST(LogCleanerTest, TombstonesGoInACleaningAfterTheirTime) {
  LogConfig config = Compacted();
  config.min_cleanable_ratio_ppm = 0;
  Host host(config);
  host.Append({{1, 0}});
  host.Append({{1, -1}});
  const auto has_tombstone = [&] {
    const auto records = host.Records();
    return std::find(records.begin(), records.end(), Entry{1, 1, -1}) != records.end();
  };
  for (int64_t i = 2; i < 8; ++i) host.Append({{7, i}});
  host.Run(kBackoff * 2);
  EXPECT_FALSE(host.sink.cleaned_to.empty());
  EXPECT_TRUE(has_tombstone());
  // A cleaning before its time keeps it, one after it removes it.
  for (int64_t i = 8; i < 14; ++i) host.Append({{7, i}});
  host.Run(kBackoff);
  EXPECT_TRUE(has_tombstone());
  host.Run(sim::Seconds(60));
  for (int64_t i = 14; i < 20; ++i) host.Append({{7, i}});
  host.Run(kBackoff);
  EXPECT_FALSE(has_tombstone());
}

TEST(LogCleanerTest, RecordsWithoutAKeyAreRefused) {
  Host host;
  host.Do([](sim::Context& ctx, CleanedLog& cleaned) {
    const auto batch = sim::MakeRef<const RecordBatch>(
        BatchAttributes{}, std::vector<Record>{{.timestamp = ctx.wall_clock(), .bytes = 100, .value = 1}});
    EXPECT_EQ(cleaned.log->AppendAsLeader(ctx, batch, LeaderEpoch(0), AppendOrigin::kClient).error,
              ErrorCode::kInvalidRecord);
  });
}

TEST(LogCleanerTest, ACrashBeforeTheSwapLeavesTheOldSegments) {
  Host host;
  for (int64_t i = 0; i < 12; ++i) host.Append({{1, i}});
  host.Commit();
  const auto before = host.Records();
  // The first group is written.
  host.RunUntilFile(".cleaned");
  host.Crash();
  EXPECT_EQ(host.Records(), before);
  EXPECT_TRUE(host.Files(".cleaned").empty());
}

TEST(LogCleanerTest, ASwapThatHasBegunIsCompletedAtTheStart) {
  Host host;
  for (int64_t i = 0; i < 12; ++i) host.Append({{1, i}});
  host.Commit();
  const size_t before = host.Records().size();
  host.RunUntilFile(".swap");
  const auto swapped = host.Records();
  EXPECT_LT(swapped.size(), before);
  host.Crash();
  EXPECT_EQ(host.Records(), swapped);
  EXPECT_TRUE(host.Files(".swap").empty());
}

TEST(LogCleanerTest, ATruncationStopsTheCleaningAndTakesBackTheCheckpoint) {
  Host host;
  for (int64_t i = 0; i < 12; ++i) host.Append({{1, i}});
  host.RunUntilFile(".cleaned");
  EXPECT_TRUE(host.cleaner().IsCleaning(kPartition));
  host.Do([](sim::Context& ctx, CleanedLog& cleaned) {
    cleaned.cleaner->AbortCleaning(ctx, *cleaned.log);
    cleaned.log->TruncateTo(ctx, Offset(4), TruncationReason::kLeaderEpoch);
    cleaned.cleaner->MaybeTruncateCheckpoint(ctx, *cleaned.log, cleaned.log->local_log().active().base_offset);
  });
  EXPECT_FALSE(host.cleaner().IsCleaning(kPartition));
  EXPECT_TRUE(host.Files(".cleaned").empty());
  EXPECT_EQ(host.log().log_end(), Offset(4));
  host.Run(kBackoff * 3);
  for (int64_t i = 4; i < 12; ++i) host.Append({{1, i}});
  host.Run(kBackoff * 3);
  EXPECT_LE(host.cleaner().checkpoint().at(kPartition), host.log().local_log().active().base_offset);
  EXPECT_EQ(host.log().log_end(), Offset(12));
}

TEST(LogCleanerTest, ASmallDedupeBufferTakesSeveralCleanings) {
  LogCleaner::Options options;
  // Two keys.
  options.dedupe_buffer_bytes = 72;
  Host host(Compacted(), 1, options);
  for (int64_t i = 0; i < 24; ++i) host.Append({{i % 12, i}});
  host.Run(kBackoff * 4);
  EXPECT_GT(host.sink.cleaned_to.size(), 3u);
  const Offset active = host.log().local_log().active().base_offset;
  EXPECT_EQ(host.cleaner().checkpoint().at(kPartition), active);
}

// ---- Against a naive model ------------------------------------------------------------------------------------------

// What must hold of a compacted log, from the list of all records that were ever appended: what is there was appended
// where it stands; of each key the last record is there, unless it is a tombstone; nothing above the cleaned part is
// missing.
class Trial {
 public:
  explicit Trial(uint64_t seed) : host_(Config(), seed) {}

  void Take(int op, uint32_t argument) {
    if (op <= 5) {
      Append(argument);
    } else if (op <= 8) {
      host_.Run(sim::Milliseconds(argument % 20000));
    } else if (op == 9) {
      // Segments that were closed are flushed in the background; then somewhere within a cleaning.
      host_.Run(sim::Milliseconds(100));
      for (uint32_t i = 0; i < argument % 12; ++i) host_.Run(sim::Microseconds(300));
      if (argument % 5 < 2) return;
      if (argument % 5 < 4) return Crash();
      PowerLoss(argument);
    } else {
      host_.Commit();
    }
  }

  void Check() {
    absl::btree_map<int64_t, Entry> present;
    int64_t last = -1;
    for (const Entry& entry : host_.Records()) {
      RC_ASSERT(std::get<0>(entry) > last);
      last = std::get<0>(entry);
      present[last] = entry;
    }
    const Offset end = host_.log().log_end();
    Offset cleaned = host_.log().local_log().active().base_offset;
    absl::btree_map<int64_t, int64_t> latest;
    for (const Entry& entry : all_) {
      if (std::get<0>(entry) < cleaned.value()) latest[std::get<1>(entry)] = std::get<0>(entry);
    }
    for (const Entry& entry : all_) {
      const auto& [offset, key, value] = entry;
      const auto found = present.find(offset);
      if (found != present.end()) {
        RC_ASSERT(found->second == entry);
        continue;
      }
      // A record that is gone lies below the active segment, and a later one with its key is in the closed segments,
      // or it is a tombstone.
      RC_ASSERT(Offset(offset) < cleaned);
      RC_ASSERT(latest.at(key) > offset || value < 0);
    }
    RC_ASSERT(present.empty() || Offset(last) < end);
    RC_ASSERT(end == Offset(static_cast<int64_t>(all_.size())));
    RC_ASSERT(!host_.log().storage_failed());
    RC_ASSERT(host_.cleaner().failed_dirs().empty());
    CheckProducers();
  }

 private:
  static LogConfig Config() {
    LogConfig config = Compacted();
    config.delete_retention = sim::Milliseconds(20000);
    config.producer_id_expiration = sim::Duration::Max();
    return config;
  }

  void Append(uint32_t argument) {
    const int64_t producer = 1 + argument % 3;
    const int64_t count = 1 + argument / 3 % 3;
    std::vector<std::pair<int64_t, int64_t>> records;
    for (int64_t i = 0; i < count; ++i) {
      const auto offset = static_cast<int64_t>(all_.size());
      const int64_t key = (argument / 9 + static_cast<uint32_t>(i)) % 5;
      const int64_t value = argument / 45 % 4 == 0 ? -1 - offset : offset;
      records.emplace_back(key, value);
      all_.emplace_back(offset, key, value);
    }
    int32_t& sequence = sequences_[producer];
    host_.Append(records,
                 {.producer_id = ProducerId(producer), .producer_epoch = ProducerEpoch(0), .base_sequence = sequence});
    sequence += static_cast<int32_t>(count);
  }

  void Crash() { host_.Crash(); }

  // All that was not flushed may go: what is left is the model's new end.
  void PowerLoss(uint32_t argument) {
    const Offset flushed = host_.log().recovery_point();
    host_.PowerLoss(static_cast<sim::PowerLossMode>(argument / 5 % 3));
    RC_ASSERT(host_.log().log_end() >= flushed);
    RC_ASSERT(host_.log().log_end() <= Offset(static_cast<int64_t>(all_.size())));
    all_.resize(static_cast<size_t>(host_.log().log_end().value()));
    for (auto& [producer, sequence] : sequences_) {
      const ProducerStateEntry* entry = host_.log().producer_state().Find(ProducerId(producer));
      sequence = entry == nullptr ? 0 : entry->last_sequence() + 1;
    }
  }

  // The sequence of every producer that wrote is known, however little is left of what it wrote.
  void CheckProducers() {
    for (const auto& [producer, sequence] : sequences_) {
      const ProducerStateEntry* entry = host_.log().producer_state().Find(ProducerId(producer));
      RC_ASSERT((entry == nullptr ? 0 : entry->last_sequence() + 1) == sequence);
    }
  }

  Host host_;
  // Offset, key and value; the offset is the index.
  std::vector<Entry> all_;
  absl::btree_map<int64_t, int32_t> sequences_;
};

RC_GTEST_PROP(LogCleanerProperty, KeepsTheLastRecordOfEachKeyThroughCrashes, (uint64_t seed)) {
  Trial trial(seed);
  const auto steps = *rc::gen::container<std::vector<std::pair<int, uint32_t>>>(
      rc::gen::pair(rc::gen::inRange(0, 11), rc::gen::arbitrary<uint32_t>()));
  for (const auto& [op, argument] : steps) {
    trial.Take(op, argument);
    trial.Check();
  }
}

}  // namespace
}  // namespace ktrial::cluster
