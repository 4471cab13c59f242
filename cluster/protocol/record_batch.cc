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
}

int32_t RecordBatch::last_sequence() const {
  return has_producer_id() ? IncrementSequence(attributes_.base_sequence, last_offset_delta()) : -1;
}

LogBatch::LogBatch(Offset base_offset, LeaderEpoch leader_epoch, sim::Ref<const RecordBatch> batch)
    : base_offset_(base_offset), leader_epoch_(leader_epoch), batch_(std::move(batch)) {
  KT_CHECK(base_offset_.valid());
  KT_CHECK(batch_);
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
