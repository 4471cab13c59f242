#include "cluster/log/producer_append_info.h"

#include <algorithm>

#include "sim/check.h"

namespace ktrial::cluster {
namespace {

bool InSequence(int32_t last, int32_t next) { return next == int64_t{last} + 1 || (next == 0 && last == INT32_MAX); }

}  // namespace

const BatchMetadata* ProducerStateEntry::FindDuplicate(const RecordBatch& batch) const {
  if (batch.producer_epoch() != epoch_) return nullptr;
  for (int i = 0; i < batch_count_; ++i) {
    const BatchMetadata& kept = this->batch(i);
    if (kept.last_sequence == batch.last_sequence() && kept.offset_delta == batch.last_offset_delta()) return &kept;
  }
  return nullptr;
}

void ProducerStateEntry::Add(const LogBatch& appended) {
  const RecordBatch& batch = appended.batch();
  KT_CHECK(batch.has_producer_id());
  if (batch.producer_epoch() != epoch_) {
    epoch_ = batch.producer_epoch();
    batch_count_ = 0;
    batches_.fill({});
  }
  last_timestamp_ = appended.max_timestamp();
  // Transaction markers carry an epoch and no sequence.
  if (batch.is_control()) return;
  if (batch_count_ == kBatchesKept) {
    std::move(batches_.begin() + 1, batches_.end(), batches_.begin());
    --batch_count_;
  }
  batches_[static_cast<size_t>(batch_count_)] = {.last_sequence = batch.last_sequence(),
                                                 .offset_delta = batch.last_offset_delta(),
                                                 .last_offset = appended.last_offset(),
                                                 .timestamp = appended.max_timestamp()};
  ++batch_count_;
}

ErrorCode CheckProducer(const ProducerStateEntry* current, const RecordBatch& batch, AppendOrigin origin) {
  if (current == nullptr || origin == AppendOrigin::kReplication) return ErrorCode::kNone;
  if (batch.producer_epoch() < current->epoch()) return ErrorCode::kInvalidProducerEpoch;
  if (origin != AppendOrigin::kClient || batch.is_control()) return ErrorCode::kNone;
  const bool in_sequence = batch.producer_epoch() == current->epoch()
                               ? InSequence(current->last_sequence(), batch.base_sequence())
                               : batch.base_sequence() == 0;
  return in_sequence ? ErrorCode::kNone : ErrorCode::kOutOfOrderSequenceNumber;
}

}  // namespace ktrial::cluster
