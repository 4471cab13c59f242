// A log against a model that is a list of batches: whatever is appended, truncated, flushed, crashed or loses power,
// the log holds what the model says it must, its epochs agree with its records, and its producer state is what a replay
// of all its records gives.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/log/log_host_for_test.h"

namespace ktrial::cluster {
namespace {

enum class Op : int {
  kLead,
  kLeadAgain,
  kFollow,
  kNewEpoch,
  kTruncate,
  kTruncateFully,
  kFlush,
  kCheckpoint,
  kHighWatermark,
  kRun,
  kCrash,
  kCleanRestart,
  kPowerLoss,
  kCount
};
using Step = std::tuple<int, uint32_t>;

class Trial {
 public:
  explicit Trial(uint64_t seed) : host_({.segment_bytes = 700, .producer_id_expiration = sim::Duration::Max()}, seed) {}

  void Take(Op op, uint32_t argument) {
    switch (op) {
      case Op::kLead:
        return Lead(argument);
      case Op::kLeadAgain:
        return LeadAgain(argument);
      case Op::kFollow:
        return Follow(argument);
      case Op::kNewEpoch:
        ++epoch_;
        return host_.Do(
            [&](sim::Context& ctx, UnifiedLog& log) { log.AssignEpochStart(ctx, LeaderEpoch(epoch_), log.log_end()); });
      case Op::kTruncate:
        return Truncate(argument);
      case Op::kTruncateFully:
        return TruncateFully(argument);
      case Op::kFlush:
        return host_.Do([](sim::Context& ctx, UnifiedLog& log) { log.Flush(ctx); });
      case Op::kCheckpoint:
        return host_.Checkpoint();
      case Op::kHighWatermark:
        return MoveHighWatermark(argument);
      case Op::kRun:
        return host_.Run(sim::Milliseconds(argument % 20));
      case Op::kCrash:
        host_.Crash();
        return ForgetHighWatermark();
      case Op::kCleanRestart:
        host_.RestartCleanly();
        RC_ASSERT(log().recovery_point() == end_);
        return ForgetHighWatermark();
      case Op::kPowerLoss:
        return PowerLoss(argument);
      case Op::kCount:
        break;
    }
  }

  void Check() {
    RC_ASSERT(log().log_end() == end_);
    RC_ASSERT(host_.Contents() == batches_);
    RC_ASSERT(log().high_watermark() == high_watermark_);
    RC_ASSERT(log().log_start() <= log().high_watermark() && log().high_watermark() <= log().log_end());
    RC_ASSERT(log().recovery_point() <= log().log_end());
    RC_ASSERT(!log().storage_failed());
    CheckEpochs();
    RC_ASSERT(log().producer_state().producers() == Replay());
  }

 private:
  const UnifiedLog& log() const { return host_.log(); }

  // What the producers' state must be: section 2.2 of Kafka's rules, from the records alone.
  ProducerMap Replay() const {
    ProducerMap producers;
    for (const LogBatchRef& batch : batches_) {
      if (batch->batch().has_producer_id()) {
        producers[batch->batch().producer_id()].Add(batch->batch(), batch->base_offset());
      }
    }
    return producers;
  }

  void CheckEpochs() const {
    const std::vector<EpochEntry>& entries = log().leader_epochs().entries();
    for (size_t i = 1; i < entries.size(); ++i) {
      RC_ASSERT(entries[i - 1].epoch < entries[i].epoch && entries[i - 1].start < entries[i].start);
    }
    for (const EpochEntry& entry : entries) RC_ASSERT(entry.start <= end_);
    for (const LogBatchRef& batch : batches_) {
      RC_ASSERT(log().leader_epochs().EpochForOffset(batch->base_offset()) == batch->leader_epoch());
      RC_ASSERT(log().leader_epochs().EpochForOffset(batch->last_offset()) == batch->leader_epoch());
    }
  }

  void Lead(uint32_t argument) {
    const int count = 1 + static_cast<int>(argument % 3);
    const int64_t producer = argument / 3 % 4;
    BatchAttributes attributes;
    if (producer > 0) {
      const ProducerMap producers = Replay();
      const auto it = producers.find(ProducerId(producer));
      int16_t producer_epoch = it == producers.end() ? int16_t{0} : it->second.epoch().value();
      int32_t sequence = it == producers.end() ? 0 : IncrementSequence(it->second.last_sequence(), 1);
      if (argument / 12 % 8 == 0) {
        ++producer_epoch;
        sequence = 0;
      }
      attributes = Idempotent(producer, producer_epoch, sequence);
    }
    const auto batch = MakeBatch(count, next_value_, attributes);
    next_value_ += count;
    host_.Do([&](sim::Context& ctx, UnifiedLog& log) {
      const LogAppendInfo info = log.AppendAsLeader(ctx, batch, LeaderEpoch(epoch_), AppendOrigin::kClient);
      RC_ASSERT(info.error == ErrorCode::kNone);
      RC_ASSERT(!info.duplicate);
      RC_ASSERT(info.first_offset == end_);
      const FetchedData data = log.Read(ctx, info.first_offset, log.log_end(), INT32_MAX);
      RC_ASSERT(data.batches.size() == 1u);
      RC_ASSERT(data.batches[0]->batch_ref() == batch);
      RC_ASSERT(data.batches[0]->leader_epoch() == LeaderEpoch(epoch_));
      Appended(data.batches[0]);
    });
  }

  // Sends again one of the batches in the log: it must be recognised, or refused, but never be appended.
  void LeadAgain(uint32_t argument) {
    if (batches_.empty()) return;
    const LogBatchRef& earlier = batches_[argument % batches_.size()];
    if (!earlier->batch().has_producer_id()) return;
    const ProducerMap producers = Replay();
    const ProducerStateEntry& entry = producers.at(earlier->batch().producer_id());
    bool kept = false;
    for (int i = 0; i < entry.batch_count(); ++i) kept |= entry.batch(i).last_offset == earlier->last_offset();
    host_.Do([&](sim::Context& ctx, UnifiedLog& log) {
      const LogAppendInfo info =
          log.AppendAsLeader(ctx, earlier->batch_ref(), LeaderEpoch(epoch_), AppendOrigin::kClient);
      RC_ASSERT(log.log_end() == end_);
      if (kept) {
        RC_ASSERT(info.duplicate);
        RC_ASSERT(info.first_offset == earlier->base_offset());
      } else {
        RC_ASSERT(info.error == ErrorCode::kOutOfOrderSequenceNumber || info.error == ErrorCode::kInvalidProducerEpoch);
      }
    });
  }

  void Follow(uint32_t argument) {
    const int count = 1 + static_cast<int>(argument % 3);
    const auto batch = sim::MakeRef<const LogBatch>(end_, LeaderEpoch(epoch_), MakeBatch(count, next_value_));
    next_value_ += count;
    host_.Do(
        [&](sim::Context& ctx, UnifiedLog& log) { RC_ASSERT(log.AppendAsFollower(ctx, batch) == ErrorCode::kNone); });
    Appended(batch);
  }

  void Appended(const LogBatchRef& batch) {
    batches_.push_back(batch);
    end_ = batch->next_offset();
  }

  // At the base of a batch, as leader epochs have it, or at the end.
  void Truncate(uint32_t argument) {
    const size_t keep = argument % (batches_.size() + 1);
    const Offset to = keep == batches_.size() ? end_ : batches_[keep]->base_offset();
    bool truncated = false;
    host_.Do([&](sim::Context& ctx, UnifiedLog& log) {
      truncated = log.TruncateTo(ctx, to, TruncationReason::kLeaderEpoch);
    });
    RC_ASSERT(truncated == (to < end_));
    if (!truncated) return;
    batches_.resize(keep);
    Cut(to);
  }

  void TruncateFully(uint32_t argument) {
    if (argument % 4 != 0) return;
    const Offset to(argument / 4 % 50);
    host_.Do([&](sim::Context& ctx, UnifiedLog& log) {
      log.TruncateFullyAndStartAt(ctx, to, TruncationReason::kOutOfRange);
    });
    batches_.clear();
    high_watermark_ = to;
    Cut(to);
  }

  void Cut(Offset to) {
    end_ = to;
    high_watermark_ = std::min(high_watermark_, to);
    // As LogManager does after a truncation.
    host_.Checkpoint();
  }

  void MoveHighWatermark(uint32_t argument) {
    const Offset to(argument % 80);
    host_.Do([&](sim::Context& ctx, UnifiedLog& log) { log.UpdateHighWatermark(ctx, to, LeaderEpoch(epoch_)); });
    high_watermark_ = std::clamp(to, log().log_start(), end_);
  }

  void ForgetHighWatermark() {
    RC_ASSERT(log().high_watermark() <= std::max(end_, log().high_watermark()));
    high_watermark_ = log().high_watermark();
  }

  void PowerLoss(uint32_t argument) {
    const Offset flushed = log().recovery_point();
    const Offset start = log().log_start();
    const auto mode = static_cast<sim::PowerLossMode>(argument % 3);
    const std::vector<LogBatchRef> before = batches_;
    const Offset end_before = end_;
    host_.PowerLoss(mode);
    const std::vector<LogBatchRef> after = host_.Contents();
    // What was flushed is there.
    size_t i = 0;
    for (const LogBatchRef& batch : before) {
      if (batch->next_offset() <= flushed) {
        RC_ASSERT(i < after.size());
        RC_ASSERT(after[i++] == batch);
      }
    }
    // Nothing is there that was never written, or had been cut.
    for (const LogBatchRef& batch : after) RC_ASSERT(std::find(before.begin(), before.end(), batch) != before.end());
    if (mode == sim::PowerLossMode::kKeepAll) {
      RC_ASSERT(after == before);
      RC_ASSERT(log().log_end() == end_before);
    }
    RC_ASSERT(log().log_start() == start || before.empty());
    batches_ = after;
    end_ = log().log_end();
    ForgetHighWatermark();
  }

  LogHost host_;
  std::vector<LogBatchRef> batches_;
  Offset end_{0};
  Offset high_watermark_{0};
  int32_t epoch_ = 0;
  int64_t next_value_ = 0;
};

RC_GTEST_PROP(UnifiedLogProperty, AgreesWithAListOfBatches, (uint64_t seed)) {
  Trial trial(seed);
  const auto steps = *rc::gen::container<std::vector<Step>>(
      rc::gen::tuple(rc::gen::weightedElement<int>({{12, static_cast<int>(Op::kLead)},
                                                    {3, static_cast<int>(Op::kLeadAgain)},
                                                    {4, static_cast<int>(Op::kFollow)},
                                                    {2, static_cast<int>(Op::kNewEpoch)},
                                                    {2, static_cast<int>(Op::kTruncate)},
                                                    {1, static_cast<int>(Op::kTruncateFully)},
                                                    {1, static_cast<int>(Op::kFlush)},
                                                    {1, static_cast<int>(Op::kCheckpoint)},
                                                    {2, static_cast<int>(Op::kHighWatermark)},
                                                    {3, static_cast<int>(Op::kRun)},
                                                    {1, static_cast<int>(Op::kCrash)},
                                                    {1, static_cast<int>(Op::kCleanRestart)},
                                                    {2, static_cast<int>(Op::kPowerLoss)}}),
                     rc::gen::arbitrary<uint32_t>()));
  for (const auto& [op, argument] : steps) {
    trial.Take(static_cast<Op>(op), argument);
    trial.Check();
  }
}

}  // namespace
}  // namespace ktrial::cluster
