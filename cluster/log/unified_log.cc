#include "cluster/log/unified_log.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "cluster/defects.h"
#include "cluster/log/log_facts.h"
#include "cluster/log/log_recovery.h"
#include "cluster/log/log_validator.h"
#include "sim/check.h"

namespace ktrial::cluster {

UnifiedLog::UnifiedLog(const LogOptions& options, LoadedLog loaded)
    : tp_(options.tp),
      broker_(options.broker),
      flush_key_(options.flush_key),
      log_(std::move(loaded.log)),
      epochs_(std::move(loaded.epochs)),
      producer_state_(std::move(loaded.producers)),
      log_start_(loaded.log_start),
      high_watermark_(std::clamp(options.high_watermark_checkpoint, log_start_, log_end())),
      storage_failed_(loaded.storage_failed) {}

UnifiedLog UnifiedLog::Load(sim::Context& ctx, const Options& options) {
  LoadedLog loaded = LoadLog(ctx, options);
  const bool is_new = loaded.is_new;
  const std::vector<LoadedLog::Gap> gaps = std::move(loaded.gaps);
  UnifiedLog log(options, std::move(loaded));
  if (!is_new && log.EmitsFacts()) {
    ctx.Emit(LogLoaded{.tp = options.tp,
                       .broker = options.broker,
                       .log_start = log.log_start(),
                       .log_end = log.log_end(),
                       .high_watermark = log.high_watermark(),
                       .clean = options.clean_shutdown});
    for (const LoadedLog::Gap& gap : gaps) {
      ctx.Emit(RecoveryPassedGap{.tp = options.tp, .broker = options.broker, .from = gap.from, .to = gap.to});
    }
    log.TellOfProducerState(ctx);
  }
  return log;
}

bool UnifiedLog::MaybeRoll(sim::Context& ctx, const LogBatch& batch) {
  if (!log_.ShouldRoll(ctx.wall_clock(), batch.max_timestamp(), batch.last_offset(), batch.bytes())) return true;
  return Roll(ctx, batch.base_offset());
}

bool UnifiedLog::Roll(sim::Context& ctx, Offset base_offset) {
  log_.Roll(ctx, base_offset, flush_key_);
  if (log_.storage_failed()) return false;
  producer_state_.UpdateMapEndOffset(base_offset);
  const auto snapshot = producer_state_.TakeSnapshot(ctx, ProducerStateManager::SnapshotFlush::kLater);
  if (snapshot) folder().disk(ctx).FlushAsync(*snapshot, flush_key_);
  return !producer_state_.storage_failed();
}

bool UnifiedLog::UpdateProducersAndRoll(sim::Context& ctx, const LogBatch& batch) {
  producer_state_.Update(batch);
  return MaybeRoll(ctx, batch);
}

ErrorCode UnifiedLog::CheckAppend(const RecordBatch& batch, AppendOrigin origin, sim::WallTime now) const {
  if (origin != AppendOrigin::kRaftLeader && batch.bytes() > config().max_message_bytes) {
    return ErrorCode::kMessageTooLarge;
  }
  return ValidateBatch(batch, origin, config(), now);
}

LogBatchRef UnifiedLog::Stamp(sim::Ref<const RecordBatch> batch, LeaderEpoch epoch, sim::WallTime now) const {
  if (config().timestamp_type == TimestampType::kCreateTime) {
    return sim::MakeRef<const LogBatch>(log_end(), epoch, std::move(batch));
  }
  return sim::MakeRef<const LogBatch>(log_end(), epoch, std::move(batch), now);
}

LogAppendInfo UnifiedLog::AppendAsLeader(sim::Context& ctx, sim::Ref<const RecordBatch> batch, LeaderEpoch epoch,
                                         AppendOrigin origin) {
  KT_CHECK(origin != AppendOrigin::kReplication);
  if (storage_failed()) return {.error = ErrorCode::kKafkaStorageError};
  const sim::WallTime now = ctx.wall_clock();
  if (const ErrorCode error = CheckAppend(*batch, origin, now); error != ErrorCode::kNone) return {.error = error};
  // Kafka notes the epoch and rolls before it looks at producers: both stand even if the batch is then refused.
  AssignEpochStart(ctx, epoch, log_end());
  if (batch->bytes() > config().segment_bytes) return {.error = ErrorCode::kRecordListTooLarge};
  const LogBatchRef stamped = Stamp(std::move(batch), epoch, now);
  const bool early = config().defects.Has(Defect::kProducerStateBeforeAppend);
  if (!early && !MaybeRoll(ctx, *stamped)) return {.error = ErrorCode::kKafkaStorageError};
  bool from_unknown = false;
  if (stamped->batch().has_producer_id()) {
    const ProducerStateEntry* producer = producer_state_.Find(stamped->batch().producer_id());
    if (producer != nullptr && origin == AppendOrigin::kClient) {
      if (const BatchMetadata* first_time = producer->FindDuplicate(stamped->batch())) {
        return {.first_offset = first_time->first_offset(),
                .last_offset = first_time->last_offset,
                .duplicate = true,
                .log_append_time = first_time->timestamp};
      }
    }
    const ErrorCode error = CheckProducer(producer, stamped->batch(), origin);
    if (error != ErrorCode::kNone) return {.error = error};
    from_unknown = producer == nullptr && origin == AppendOrigin::kClient && stamped->batch().base_sequence() > 0;
  }
  if (early && !UpdateProducersAndRoll(ctx, *stamped)) return {.error = ErrorCode::kKafkaStorageError};
  const ErrorCode error = Append(ctx, stamped, /*as_leader=*/true);
  if (error != ErrorCode::kNone) return {.error = error};
  if (from_unknown) ctx.Emit(UnknownProducerAccepted{.tp = tp(), .broker = broker_, .batch = stamped.get()});
  return {.first_offset = stamped->base_offset(),
          .last_offset = stamped->last_offset(),
          .log_append_time = stamped->log_append_time()};
}

ErrorCode UnifiedLog::AppendAsFollower(sim::Context& ctx, LogBatchRef batch) {
  if (!batch->checksum_matches()) return ErrorCode::kCorruptMessage;
  if (batch->base_offset() < log_end()) return ErrorCode::kUnknownServerError;
  if (storage_failed()) return ErrorCode::kKafkaStorageError;
  if (batch->leader_epoch().valid()) AssignEpochStart(ctx, batch->leader_epoch(), batch->base_offset());
  if (batch->bytes() > config().segment_bytes) return ErrorCode::kRecordListTooLarge;
  const bool early = config().defects.Has(Defect::kProducerStateBeforeAppend);
  if (!(early ? UpdateProducersAndRoll(ctx, *batch) : MaybeRoll(ctx, *batch))) return ErrorCode::kKafkaStorageError;
  return Append(ctx, batch, /*as_leader=*/false);
}

ErrorCode UnifiedLog::Append(sim::Context& ctx, const LogBatchRef& batch, bool as_leader) {
  if (!log_.Append(ctx, batch)) return ErrorCode::kKafkaStorageError;
  if (!config().defects.Has(Defect::kProducerStateBeforeAppend)) producer_state_.Update(*batch);
  producer_state_.UpdateMapEndOffset(log_end());
  if (EmitsFacts()) {
    ctx.Emit(BatchAppended{.tp = tp(), .broker = broker_, .as_leader = as_leader, .batch = batch.get()});
  }
  if (log_end() - recovery_point() >= config().flush_messages) log_.Flush(ctx);
  return storage_failed() ? ErrorCode::kKafkaStorageError : ErrorCode::kNone;
}

FetchedData UnifiedLog::Read(sim::Context& ctx, Offset from, Offset limit, int32_t max_bytes,
                             bool min_one_batch) const {
  if (from < log_start_ || from > log_end()) return {.batches = {}, .error = ErrorCode::kOffsetOutOfRange};
  if (from >= limit) return {};
  return log_.Read(ctx, from, {.limit = limit, .max_bytes = max_bytes, .min_one_batch = min_one_batch});
}

void UnifiedLog::MoveHighWatermark(sim::Context& ctx, Offset to, LeaderEpoch epoch, bool as_leader) {
  const Offset from = std::exchange(high_watermark_, to);
  if (!EmitsFacts()) return;
  ctx.Emit(HighWatermarkMoved{.tp = tp(),
                              .broker = broker_,
                              .leader_epoch = epoch,
                              .as_leader = as_leader,
                              .from = from,
                              .to = to,
                              .log_end = log_end()});
}

bool UnifiedLog::MaybeIncrementHighWatermark(sim::Context& ctx, Offset to, LeaderEpoch epoch) {
  KT_CHECK(to <= log_end());
  if (to <= high_watermark_) return false;
  MoveHighWatermark(ctx, to, epoch, /*as_leader=*/true);
  return true;
}

Offset UnifiedLog::UpdateHighWatermark(sim::Context& ctx, Offset to, LeaderEpoch epoch) {
  const Offset clamped = std::clamp(to, log_start_, log_end());
  if (clamped != high_watermark_) MoveHighWatermark(ctx, clamped, epoch, /*as_leader=*/false);
  return high_watermark_;
}

void UnifiedLog::AssignEpochStart(sim::Context& ctx, LeaderEpoch epoch, Offset start) {
  Note(epochs_.Assign(ctx, epoch, start));
}

bool UnifiedLog::TruncateTo(sim::Context& ctx, Offset to, TruncationReason reason) {
  const Offset end = log_end();
  if (to >= end) {
    // The tail may hold an epoch that this replica began as leader and never wrote in (KAFKA-10706).
    if (!config().defects.Has(Defect::kEpochsUncutAtLogEnd)) Note(epochs_.TruncateFromEnd(ctx, end));
    return false;
  }
  if (to < log_.segments().front().base_offset) {
    TruncateFullyAndStartAt(ctx, to, reason);
    return true;
  }
  if (EmitsFacts()) {
    ctx.Emit(LogTruncated{.tp = tp(), .broker = broker_, .from = end, .to = to, .reason = reason});
  }
  for (const Offset segment : log_.TruncateTo(ctx, to)) producer_state_.DeleteSnapshot(ctx, segment);
  Note(epochs_.TruncateFromEnd(ctx, to));
  const Offset start = std::exchange(log_start_, std::min(log_start_, to));
  Note(RebuildProducerState(ctx, log_, log_start_, to, ReloadKind::kTruncation, producer_state_));
  TellOfProducerState(ctx);
  if (high_watermark_ > to) MoveHighWatermark(ctx, to, LeaderEpoch(), /*as_leader=*/false);
  if (log_start_ < start) TellOfLogStart(ctx, start, LogStartReason::kTruncation);
  return true;
}

void UnifiedLog::TruncateFullyAndStartAt(sim::Context& ctx, Offset start, TruncationReason reason) {
  if (EmitsFacts()) {
    ctx.Emit(LogTruncated{.tp = tp(), .broker = broker_, .from = log_end(), .to = start, .reason = reason});
  }
  log_.TruncateFullyAndStartAt(ctx, start);
  Note(epochs_.Clear(ctx));
  producer_state_.TruncateFullyAndStartAt(ctx, start);
  const Offset from = std::exchange(log_start_, start);
  Note(RebuildProducerState(ctx, log_, start, start, ReloadKind::kTruncation, producer_state_));
  TellOfProducerState(ctx);
  const bool keep_high_watermark = config().defects.Has(Defect::kHighWatermarkStaysAtFullTruncation);
  if (high_watermark_ != start && !keep_high_watermark) {
    MoveHighWatermark(ctx, start, LeaderEpoch(), /*as_leader=*/false);
  }
  if (start != from) TellOfLogStart(ctx, from, LogStartReason::kTruncation);
}

FoundOffset UnifiedLog::FindByTimestamp(sim::Context& ctx, int64_t unix_millis) const {
  return log_.FindByTimestamp(ctx, log_start_, unix_millis);
}

void UnifiedLog::MaybeFlush(sim::Context& ctx) {
  if (log_end() > recovery_point() && ctx.wall_clock() - log_.last_flushed() >= config().flush_interval) Flush(ctx);
}

void UnifiedLog::TellOfProducerState(sim::Context& ctx) const {
  // What could not be read makes the log unusable, and its state means nothing.
  if (!EmitsFacts() || storage_failed()) return;
  ctx.Emit(ProducerStateRebuilt{.tp = tp(),
                                .broker = broker_,
                                .log_start = log_start_,
                                .end = log_end(),
                                .now = ctx.wall_clock(),
                                .expiration = config().producer_id_expiration,
                                .state = &producer_state_});
}

void UnifiedLog::RemoveExpiredProducers(sim::Context& ctx) {
  for (const ProducerId producer : producer_state_.RemoveExpired(ctx.wall_clock())) {
    if (EmitsFacts()) ctx.Emit(ProducerExpired{.tp = tp(), .broker = broker_, .producer = producer});
  }
}

void UnifiedLog::ReplaceSegments(sim::Context& ctx, size_t first, size_t count, const LogSegment& replacement) {
  for (size_t i = 1; i < count; ++i) producer_state_.DeleteSnapshot(ctx, log_.segments()[first + i].base_offset);
  // The indexes and times of the new segment are taken from what it holds.
  LogSegment rebuilt = replacement;
  rebuilt.Rebuild(folder().disk(ctx).files(), config().index_interval_bytes);
  rebuilt.created = log_.segments()[first].created;
  rebuilt.last_modified = log_.segments()[first + count - 1].last_modified;
  log_.ReplaceSegments(first, count, rebuilt);
}

void UnifiedLog::Close(sim::Context& ctx) {
  log_.Flush(ctx);
  producer_state_.TakeSnapshot(ctx, ProducerStateManager::SnapshotFlush::kNow);
}

}  // namespace ktrial::cluster
