// What a log is opened with (org.apache.kafka.storage.internals.log.LogConfig). Many logs share one LogConfig: a
// LogConfigRef is a handle of it.
//
//   LogOptions options{.tp = tp, .broker = self, .directory = "orders-0", .config = LogConfig{.segment_bytes = 1 <<
//   20}};
#ifndef KTRIAL_CLUSTER_LOG_LOG_CONFIG_H_
#define KTRIAL_CLUSTER_LOG_LOG_CONFIG_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "cluster/defect_set.h"
#include "cluster/log/log_folder.h"
#include "cluster/protocol/ids.h"
#include "sim/ref.h"
#include "sim/time.h"

namespace ktrial::cluster {

// Whose clock stamps records (message.timestamp.type): the producer's, or the broker's at the append.
enum class TimestampType : uint8_t { kCreateTime, kLogAppendTime };

struct LogConfig {
  // A segment is closed before it would grow beyond this; also the largest batch.
  int64_t segment_bytes = 1 << 30;
  // segment.ms and segment.jitter.ms: a segment is closed when the timestamps in it span more than this, less a random
  // part of the jitter.
  sim::Duration segment_age = sim::Milliseconds(604800000);
  sim::Duration segment_jitter;
  // Size of an offset index, of 8 bytes an entry, and of a time index, of 12; a full one closes the segment.
  int32_t index_bytes = 10485760;
  int32_t index_interval_bytes = 4096;
  // Flush after this many messages, or when this time has passed since the last flush; the largest values leave it to
  // the operating system.
  int64_t flush_messages = INT64_MAX;
  sim::Duration flush_interval = sim::Duration::Max();
  // Negative: not by time, not by size.
  sim::Duration retention_time = sim::Milliseconds(604800000);
  int64_t retention_bytes = -1;
  sim::Duration file_delete_delay = sim::Milliseconds(60000);
  // cleanup.policy.
  bool cleanup_delete = true;
  bool cleanup_compact = false;
  // Cleaning: the share of a log that must be dirty, in parts per million; how long tombstones outlive their first
  // cleaning; how long at least, and at most, a record stays uncleaned.
  int64_t min_cleanable_ratio_ppm = 500'000;
  sim::Duration delete_retention = sim::Milliseconds(86400000);
  sim::Duration min_compaction_lag;
  sim::Duration max_compaction_lag = sim::Duration::Max();
  TimestampType timestamp_type = TimestampType::kCreateTime;
  // How far a record's timestamp may lie in the past and in the future, by the broker's clock.
  sim::Duration timestamp_before_max = sim::Duration::Max();
  sim::Duration timestamp_after_max = sim::Milliseconds(3600000);
  int32_t max_message_bytes = 1048588;
  sim::Duration producer_id_expiration = sim::Milliseconds(86400000);
  DefectSet defects = {};

  // Of a compacted log, a segment that is not closed is not cleaned (LogConfig.maxSegmentMs).
  sim::Duration MaxSegmentAge() const {
    const bool compacts_in_time = cleanup_compact && max_compaction_lag > sim::Duration();
    return compacts_in_time ? std::min(segment_age, max_compaction_lag) : segment_age;
  }
};

class LogConfigRef {
 public:
  LogConfigRef() : LogConfigRef(LogConfig()) {}
  LogConfigRef(LogConfig config) : shared_(sim::MakeRef<const Shared>(std::move(config))) {}

  const LogConfig& operator*() const { return shared_->config; }
  const LogConfig* operator->() const { return &shared_->config; }

 private:
  struct Shared : sim::RefCounted {
    explicit Shared(LogConfig c) : config(std::move(c)) {}
    LogConfig config;
  };
  sim::Ref<const Shared> shared_;
};

struct LogOptions {
  TopicPartition tp;
  BrokerId broker;
  // The partition's folder, such as "orders-0", in one of the log directories.
  LogFolder directory;
  LogConfigRef config;
  // From the checkpoint files; 0 if they do not name this log.
  Offset recovery_point{0};
  Offset log_start_checkpoint{0};
  Offset high_watermark_checkpoint{0};
  // The broker found its clean-shutdown marker.
  bool clean_shutdown = false;
  // DiskDone::key of the background flushes that the log starts, by which its owner finds the log again (OnFlushed).
  uint64_t flush_key = 0;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_LOG_CONFIG_H_
