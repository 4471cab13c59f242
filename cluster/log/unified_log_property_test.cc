// A log against a naive model: a vector of batches, of which a prefix is known to be durable. Whatever is appended,
// rolled, flushed, truncated, retained, deleted on demand, killed or loses power, in any order: the log holds what the
// model says it must, its epochs agree with its records, and its producer state with a replay of them.
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
  kDeleteRecords,
  kRetain,
  kRun,
  kCrash,
  kCleanRestart,
  kPowerLoss,
  kCount
};
using Step = std::tuple<int, uint32_t>;

// Segments close by size and by the span of timestamps.
LogConfig ModelConfig() {
  return {.segment_bytes = 700,
          .segment_age = sim::Milliseconds(2500),
          .retention_time = sim::Milliseconds(-1),
          .producer_id_expiration = sim::Duration::Max()};
}

class Trial {
 public:
  explicit Trial(uint64_t seed) : host_(ModelConfig(), seed) {}

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
        durable_ = end_;
        return host_.Do([](sim::Context& ctx, UnifiedLog& log) { log.Flush(ctx); });
      case Op::kCheckpoint:
        return Checkpoint();
      case Op::kHighWatermark:
        return MoveHighWatermark(argument);
      case Op::kDeleteRecords:
        return DeleteRecords(argument);
      case Op::kRetain:
        return Retain(argument);
      case Op::kRun:
        return host_.Run(sim::Milliseconds(argument % 20));
      case Op::kCrash:
        host_.Crash();
        return Restarted();
      case Op::kCleanRestart:
        host_.RestartCleanly();
        saved_start_ = log_start_;
        durable_ = end_;
        RC_ASSERT(log().recovery_point() == end_);
        return Restarted();
      case Op::kPowerLoss:
        return PowerLoss(argument);
      case Op::kCount:
        break;
    }
  }

  void Check() {
    RC_ASSERT(log().log_end() == end_);
    RC_ASSERT(log().log_start() == log_start_);
    RC_ASSERT(host_.Contents() == Visible(batches_));
    RC_ASSERT(log().high_watermark() == high_watermark_);
    RC_ASSERT(log().log_start() <= log().high_watermark() && log().high_watermark() <= log().log_end());
    RC_ASSERT(log().recovery_point() <= log().log_end());
    RC_ASSERT(!log().storage_failed());
    CheckEpochs();
    CheckProducers();
  }

 private:
  const UnifiedLog& log() const { return host_.log(); }

  // Those of which at least one record lies at or above the log start.
  std::vector<LogBatchRef> Visible(const std::vector<LogBatchRef>& batches) const {
    std::vector<LogBatchRef> visible;
    for (const LogBatchRef& batch : batches) {
      if (batch->last_offset() >= log_start_) visible.push_back(batch);
    }
    return visible;
  }

  // What the producers' state must be: section 2.2 of Kafka's rules, from the records alone.
  ProducerMap Replay() const {
    ProducerMap producers;
    for (const LogBatchRef& batch : Visible(batches_)) {
      if (batch->batch().has_producer_id()) producers[batch->batch().producer_id()].Add(*batch);
    }
    return producers;
  }

  void CheckProducers() const {
    const ProducerMap replayed = Replay();
    const ProducerMap& known = log().producer_state().producers();
    if (!lost_front_) {
      RC_ASSERT(known == replayed);
      return;
    }
    // Of those whose records are gone, more or less may be known.
    for (const auto& [producer, entry] : replayed) {
      const auto it = known.find(producer);
      RC_ASSERT(it != known.end());
      RC_ASSERT(it->second.epoch() == entry.epoch());
      RC_ASSERT(it->second.last_sequence() == entry.last_sequence());
    }
    for (const auto& [producer, entry] : known) {
      for (int i = 0; i < entry.batch_count(); ++i) {
        const Offset last = entry.batch(i).last_offset;
        if (last < log_start_) continue;
        const auto same = [last](const LogBatchRef& batch) { return batch->last_offset() == last; };
        RC_ASSERT(std::any_of(batches_.begin(), batches_.end(), same));
      }
    }
  }

  void CheckEpochs() const {
    const std::vector<EpochEntry>& entries = log().leader_epochs().entries();
    for (size_t i = 1; i < entries.size(); ++i) {
      RC_ASSERT(entries[i - 1].epoch < entries[i].epoch && entries[i - 1].start < entries[i].start);
    }
    for (const EpochEntry& entry : entries) RC_ASSERT(entry.start <= end_);
    for (const LogBatchRef& batch : batches_) {
      for (const Offset offset : {batch->base_offset(), batch->last_offset()}) {
        if (offset < epochs_known_from_) continue;
        RC_ASSERT(log().leader_epochs().EpochForOffset(offset) == batch->leader_epoch());
      }
    }
  }

  static sim::WallTime TimestampOf(uint32_t argument) {
    return sim::kRunStart + sim::Milliseconds(-1000 * int64_t{argument % 4});
  }

  void Lead(uint32_t argument) {
    const int count = 1 + static_cast<int>(argument % 3);
    const int64_t producer = argument / 3 % 4;
    BatchAttributes attributes;
    if (producer > 0) {
      const ProducerStateEntry* entry = log().producer_state().Find(ProducerId(producer));
      int16_t producer_epoch = entry == nullptr ? int16_t{0} : entry->epoch().value();
      int32_t sequence = entry == nullptr ? 0 : IncrementSequence(entry->last_sequence(), 1);
      if (argument / 12 % 8 == 0) {
        ++producer_epoch;
        sequence = 0;
      }
      attributes = Idempotent(producer, producer_epoch, sequence);
    }
    const auto batch = MakeBatch(count, next_value_, attributes, TimestampOf(argument / 96));
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
    const std::vector<LogBatchRef> visible = Visible(batches_);
    if (visible.empty()) return;
    const LogBatchRef& earlier = visible[argument % visible.size()];
    if (!earlier->batch().has_producer_id()) return;
    const ProducerStateEntry& entry = *log().producer_state().Find(earlier->batch().producer_id());
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
    const auto batch = sim::MakeRef<const LogBatch>(end_, LeaderEpoch(epoch_),
                                                    MakeBatch(count, next_value_, {}, TimestampOf(argument / 3)));
    next_value_ += count;
    host_.Do(
        [&](sim::Context& ctx, UnifiedLog& log) { RC_ASSERT(log.AppendAsFollower(ctx, batch) == ErrorCode::kNone); });
    Appended(batch);
  }

  void Appended(const LogBatchRef& batch) {
    batches_.push_back(batch);
    end_ = batch->next_offset();
  }

  void Checkpoint() {
    host_.Checkpoint();
    saved_start_ = log_start_;
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
    high_watermark_ = std::min(high_watermark_, to);
    log_start_ = std::min(log_start_, to);
    Cut(to);
  }

  void TruncateFully(uint32_t argument) {
    if (argument % 4 != 0) return;
    const Offset to(argument / 4 % 50);
    host_.Do([&](sim::Context& ctx, UnifiedLog& log) {
      log.TruncateFullyAndStartAt(ctx, to, TruncationReason::kOutOfRange);
    });
    batches_.clear();
    deleted_.clear();
    lost_front_ = false;
    log_start_ = high_watermark_ = epochs_known_from_ = to;
    Cut(to);
  }

  void Cut(Offset to) {
    end_ = to;
    durable_ = std::min(durable_, to);
    epochs_known_from_ = std::min(epochs_known_from_, to);
    // As LogManager does after a truncation.
    Checkpoint();
  }

  void MoveHighWatermark(uint32_t argument) {
    const Offset to(argument % 80);
    host_.Do([&](sim::Context& ctx, UnifiedLog& log) { log.UpdateHighWatermark(ctx, to, LeaderEpoch(epoch_)); });
    high_watermark_ = std::clamp(to, log_start_, end_);
  }

  void DeleteRecords(uint32_t argument) {
    const Offset to(argument % (high_watermark_.value() + 2));
    host_.Do([&](sim::Context& ctx, UnifiedLog& log) {
      const ErrorCode error = log.MaybeIncrementLogStart(ctx, to, LogStartReason::kRecordsDeleted);
      RC_ASSERT(error == (to > high_watermark_ ? ErrorCode::kOffsetOutOfRange : ErrorCode::kNone));
    });
    if (to <= high_watermark_) RaiseLogStart(to);
  }

  void RaiseLogStart(Offset to) {
    if (to <= log_start_) return;
    log_start_ = to;
    epochs_known_from_ = std::max(epochs_known_from_, to);
    lost_front_ = true;
  }

  // Where the segments begin is the log's own affair; what goes is computed from the model's batches.
  struct ModelSegment {
    Offset end;
    int64_t bytes = 0;
    sim::WallTime newest = kNoTimestamp;
  };
  std::vector<ModelSegment> Segments() const {
    std::vector<ModelSegment> segments;
    const std::vector<LogSegment>& real = log().segments();
    for (size_t i = 0; i < real.size(); ++i) {
      ModelSegment segment{.end = i + 1 < real.size() ? real[i + 1].base_offset : end_};
      for (const LogBatchRef& batch : batches_) {
        if (batch->base_offset() < real[i].base_offset || batch->base_offset() >= segment.end) continue;
        segment.bytes += batch->bytes();
        segment.newest = std::max(segment.newest, batch->max_timestamp());
      }
      segments.push_back(segment);
    }
    return segments;
  }

  // The first offset that retention keeps: by the log start alone, then also by size or by time.
  Offset KeptFrom(const LogConfig& config, sim::WallTime now) const {
    const std::vector<ModelSegment> segments = Segments();
    Offset kept = log().first_segment_base();
    size_t i = 0;
    for (; i + 1 < segments.size() && segments[i].end <= log_start_; ++i) kept = segments[i].end;
    int64_t size = 0;
    for (size_t k = i; k < segments.size(); ++k) size += segments[k].bytes;
    for (; i < segments.size() && segments[i].end <= high_watermark_; ++i) {
      const ModelSegment& segment = segments[i];
      if (i + 1 == segments.size() && segment.bytes == 0) break;
      const bool too_much = config.retention_bytes >= 0 && size - config.retention_bytes >= segment.bytes;
      const bool too_old = config.retention_time >= sim::Duration() && segment.newest > kNoTimestamp &&
                           now - segment.newest > config.retention_time;
      if (!too_much && !too_old) break;
      size -= segment.bytes;
      kept = segment.end;
    }
    return kept;
  }

  void Retain(uint32_t argument) {
    LogConfig config = ModelConfig();
    if (argument % 2 == 0) {
      config.retention_bytes = argument / 2 % 2000;
    } else {
      config.retention_time = sim::Milliseconds(argument / 2 % 4000);
    }
    Offset kept;
    host_.Do([&](sim::Context& ctx, UnifiedLog& log) {
      kept = KeptFrom(config, ctx.wall_clock());
      log.UpdateConfig(config);
      log.DeleteOldSegments(ctx);
      log.UpdateConfig(ModelConfig());
    });
    RC_ASSERT(log().first_segment_base() == kept);
    RaiseLogStart(kept);
    const auto stays = [&](const LogBatchRef& batch) { return batch->base_offset() >= kept; };
    const auto first = std::find_if(batches_.begin(), batches_.end(), stays);
    deleted_.insert(deleted_.end(), batches_.begin(), first);
    batches_.erase(batches_.begin(), first);
  }

  // After a start: what was not written down of the log start is forgotten.
  void Restarted() {
    RC_ASSERT(log().log_start() == std::max(saved_start_, log().first_segment_base()));
    log_start_ = log().log_start();
    high_watermark_ = log().high_watermark();
    batches_ = Visible(batches_);
  }

  void PowerLoss(uint32_t argument) {
    const Offset flushed = std::max(durable_, log().recovery_point());
    const auto mode = static_cast<sim::PowerLossMode>(argument % 3);
    std::vector<LogBatchRef> before = deleted_;
    before.insert(before.end(), batches_.begin(), batches_.end());
    const Offset end_before = end_;
    host_.PowerLoss(mode);
    const std::vector<LogBatchRef> after = host_.Contents();
    const Offset start = log().log_start();
    // What was flushed and not deleted is there.
    for (const LogBatchRef& batch : batches_) {
      if (batch->next_offset() > flushed || batch->last_offset() < std::max(start, log_start_)) continue;
      RC_ASSERT(std::find(after.begin(), after.end(), batch) != after.end());
    }
    // Nothing is there that was never written, or had been cut, or is out of order. A deletion may be undone.
    auto at = before.begin();
    for (const LogBatchRef& batch : after) {
      at = std::find(at, before.end(), batch);
      RC_ASSERT(at != before.end());
    }
    if (mode == sim::PowerLossMode::kKeepAll) {
      RC_ASSERT(log().log_end() == end_before);
      RC_ASSERT(start <= log_start_);
    }
    RC_ASSERT(start >= saved_start_);
    batches_ = after;
    end_ = durable_ = log().log_end();
    Restarted();
  }

  LogHost host_;
  // In the segments that there are, also below the log start; and in the segments that retention deleted.
  std::vector<LogBatchRef> batches_;
  std::vector<LogBatchRef> deleted_;
  Offset log_start_{0};
  Offset end_{0};
  Offset high_watermark_{0};
  // Everything below was flushed, or found again after a loss of power.
  Offset durable_{0};
  // The log start in the checkpoint file.
  Offset saved_start_{0};
  Offset epochs_known_from_{0};
  // Records have left at the front, and with them knowledge of producers.
  bool lost_front_ = false;
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
                                                    {3, static_cast<int>(Op::kHighWatermark)},
                                                    {1, static_cast<int>(Op::kDeleteRecords)},
                                                    {2, static_cast<int>(Op::kRetain)},
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
