// What a log is opened with.
#ifndef KTRIAL_CLUSTER_LOG_LOG_CONFIG_H_
#define KTRIAL_CLUSTER_LOG_LOG_CONFIG_H_

#include <cstdint>
#include <string>

#include "cluster/defect_set.h"
#include "cluster/protocol/ids.h"
#include "sim/time.h"

namespace ktrial::cluster {

struct LogConfig {
  int64_t segment_bytes = 1 << 30;
  // Flush after this many messages; INT64_MAX leaves it to the operating system.
  int64_t flush_messages = INT64_MAX;
  int32_t max_message_bytes = 1048588;
  // cleanup.policy.
  bool cleanup_delete = true;
  bool cleanup_compact = false;
  // Cleaning: the share of a log that must be dirty, in parts per million; how long tombstones outlive their first
  // cleaning; how long at least, and at most, a record stays uncleaned.
  int64_t min_cleanable_ratio_ppm = 500'000;
  sim::Duration delete_retention = sim::Milliseconds(86400000);
  sim::Duration min_compaction_lag;
  sim::Duration max_compaction_lag = sim::Duration::Max();
  sim::Duration producer_id_expiration = sim::Milliseconds(86400000);
  DefectSet defects = {};
};

struct LogOptions {
  TopicPartition tp;
  BrokerId broker;
  // The partition's folder on the disk, such as "orders-0".
  std::string directory;
  LogConfig config;
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
