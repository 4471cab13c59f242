#include "cluster/log/log_validator.h"

#include "cluster/log/log_segment.h"

namespace ktrial::cluster {
namespace {

// What internal topics and control batches hold always has a key.
bool HasKey(const Record& record) { return record.key >= 0 || record.body; }

bool HasInvalidTimestamp(const Record& record, const LogConfig& config, sim::WallTime now) {
  if (config.timestamp_type != TimestampType::kCreateTime || record.timestamp == kNoTimestamp) return false;
  return now - record.timestamp > config.timestamp_before_max || record.timestamp - now > config.timestamp_after_max;
}

}  // namespace

ErrorCode ValidateBatch(const RecordBatch& batch, AppendOrigin origin, const LogConfig& config, sim::WallTime now) {
  if (origin == AppendOrigin::kClient && batch.is_control()) return ErrorCode::kInvalidRecord;
  ErrorCode error = ErrorCode::kNone;
  for (const Record& record : batch.records()) {
    // Of one record only the first fault counts.
    if (config.cleanup_compact && !batch.is_control() && !HasKey(record)) {
      error = ErrorCode::kInvalidRecord;
    } else if (HasInvalidTimestamp(record, config, now)) {
      return ErrorCode::kInvalidTimestamp;
    }
  }
  return error;
}

}  // namespace ktrial::cluster
