// Which log a cleaner takes next, and how far it may go (kafka.log.LogCleanerManager).
//
//   const CleanableRange range = CleanableOffsets(files, log, checkpoint, now);
//   if (ToClean log_to_clean = Assess(files, log, range, now); IsCleanable(log_to_clean, log.config())) ...
//   if (IsFilthier(a, b)) ...
//
// A log is cleaned from its checkpoint, up to which it was cleaned before, to the first segment that must stay: the
// active one, one that reaches above the last stable offset, or one with a record younger than min.compaction.lag.ms.
#ifndef KTRIAL_CLUSTER_LOG_LOG_CLEANER_MANAGER_H_
#define KTRIAL_CLUSTER_LOG_LOG_CLEANER_MANAGER_H_

#include <cstdint>
#include <optional>

#include "cluster/log/log_config.h"
#include "cluster/log/unified_log.h"
#include "cluster/protocol/ids.h"
#include "sim/disk.h"
#include "sim/time.h"

namespace ktrial::cluster {

// Kafka: OffsetsToClean.
struct CleanableRange {
  Offset first_dirty;
  Offset first_uncleanable;
  // The checkpoint lay outside the log: it is to be written anew.
  bool checkpoint_was_wrong = false;
};

// Kafka: LogToClean.
struct LogToClean {
  TopicPartition tp;
  Offset first_dirty;
  // The base offset of a segment.
  Offset first_uncleanable;
  int64_t clean_bytes = 0;
  int64_t cleanable_bytes = 0;
  // A record has waited for max.compaction.lag.ms.
  bool overdue = false;
};

CleanableRange CleanableOffsets(const sim::Disk& files, const UnifiedLog& log, std::optional<Offset> checkpoint,
                                sim::WallTime now);
LogToClean Assess(const sim::Disk& files, const UnifiedLog& log, const CleanableRange& range, sim::WallTime now);
// Whether enough of the log is dirty (min.cleanable.dirty.ratio), or something in it is overdue.
bool IsCleanable(const LogToClean& log, const LogConfig& config);
// Whether a larger share of `a` is dirty.
bool IsFilthier(const LogToClean& a, const LogToClean& b);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_LOG_CLEANER_MANAGER_H_
