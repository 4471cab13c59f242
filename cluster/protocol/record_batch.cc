#include "cluster/protocol/record_batch.h"

#include <algorithm>
#include <utility>

#include "sim/check.h"

namespace ktrial::cluster {

RecordBatch::RecordBatch(BatchAttributes attributes, std::vector<Record> records)
    : attributes_(attributes), records_(std::move(records)), bytes_(kBatchHeaderBytes) {
  KT_CHECK(!records_.empty());
  KT_CHECK(is_control() || has_producer_id() == (attributes_.base_sequence >= 0));
  for (const Record& record : records_) {
    bytes_ += kRecordOverheadBytes + record.bytes;
    max_timestamp_ = std::max(max_timestamp_, record.timestamp);
  }
  last_offset_delta_ = record_count() - 1;
}

class RecordBatch::Rewritten : public RecordBatch {
 public:
  Rewritten(const RecordBatch& original, const std::vector<int32_t>& kept, std::optional<sim::WallTime> horizon)
      : delete_horizon(horizon) {
    rewritten_ = true;
    attributes_ = original.attributes_;
    bytes_ = kBatchHeaderBytes;
    last_offset_delta_ = original.last_offset_delta_;
    for (const int32_t index : kept) {
      const Record& record = original.records_[static_cast<size_t>(index)];
      records_.push_back(record);
      offset_deltas.push_back(original.offset_delta(index));
      bytes_ += kRecordOverheadBytes + record.bytes;
      max_timestamp_ = std::max(max_timestamp_, record.timestamp);
    }
    // An empty batch stands for what its producer sent last.
    if (kept.empty()) max_timestamp_ = original.max_timestamp_;
  }

  std::vector<int32_t> offset_deltas;
  std::optional<sim::WallTime> delete_horizon;
};

sim::Ref<const RecordBatch> RecordBatch::Rewrite(const RecordBatch& original, const std::vector<int32_t>& kept,
                                                 std::optional<sim::WallTime> delete_horizon) {
  return sim::MakeRef<const Rewritten>(original, kept, delete_horizon);
}

int32_t RecordBatch::OffsetDeltaOfRewritten(int32_t index) const {
  return static_cast<const Rewritten*>(this)->offset_deltas[static_cast<size_t>(index)];
}

int32_t RecordBatch::IndexAtOrAbove(int64_t delta) const {
  if (!rewritten_) return static_cast<int32_t>(std::clamp<int64_t>(delta, 0, record_count()));
  const std::vector<int32_t>& deltas = static_cast<const Rewritten*>(this)->offset_deltas;
  return static_cast<int32_t>(std::lower_bound(deltas.begin(), deltas.end(), delta) - deltas.begin());
}

std::optional<sim::WallTime> RecordBatch::delete_horizon() const {
  return rewritten_ ? static_cast<const Rewritten*>(this)->delete_horizon : std::nullopt;
}

int32_t RecordBatch::last_sequence() const {
  return has_producer_id() ? IncrementSequence(attributes_.base_sequence, last_offset_delta()) : -1;
}

LogBatch::LogBatch(Offset base_offset, LeaderEpoch leader_epoch, sim::Ref<const RecordBatch> batch)
    : base_offset_(base_offset), leader_epoch_(leader_epoch), batch_(std::move(batch)) {
  KT_CHECK(base_offset_.valid());
  KT_CHECK(batch_);
}

const Record* LogBatch::Find(Offset offset) const {
  const int64_t delta = offset - base_offset_;
  if (delta < 0) return nullptr;
  const int32_t index = batch_->IndexAtOrAbove(delta);
  if (index == batch_->record_count() || batch_->offset_delta(index) != delta) return nullptr;
  return &batch_->records()[static_cast<size_t>(index)];
}

sim::Ref<const LogBatch> LogBatch::WithBatch(sim::Ref<const RecordBatch> batch) const {
  auto replaced = sim::MakeRef<LogBatch>(*this);
  replaced->batch_ = std::move(batch);
  return replaced;
}

LogBatch::LogBatch(Offset base_offset, LeaderEpoch leader_epoch, sim::Ref<const RecordBatch> batch,
                   sim::WallTime log_append_time)
    : LogBatch(base_offset, leader_epoch, std::move(batch)) {
  KT_CHECK(log_append_time >= sim::WallTime(0));
  log_append_time_ = log_append_time;
}

sim::Ref<const LogBatch> LogBatch::Damaged() const {
  auto damaged = sim::MakeRef<LogBatch>(*this);
  damaged->checksum_matches_ = false;
  return damaged;
}

int32_t IncrementSequence(int32_t sequence, int32_t delta) {
  KT_CHECK(sequence >= 0 && delta >= 0);
  const int64_t sum = int64_t{sequence} + delta;
  return static_cast<int32_t>(sum > INT32_MAX ? sum - INT32_MAX - 1 : sum);
}

int32_t DecrementSequence(int32_t sequence, int32_t delta) {
  KT_CHECK(sequence >= 0 && delta >= 0);
  const int64_t difference = int64_t{sequence} - delta;
  return static_cast<int32_t>(difference < 0 ? difference + INT32_MAX + 1 : difference);
}

}  // namespace ktrial::cluster
