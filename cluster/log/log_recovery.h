// Opening a log at a broker's start (org.apache.kafka.storage.internals.log.LogLoader): recovery after an unclean
// shutdown, and the rebuilding of producer state from the nearest snapshot and the records behind it.
#ifndef KTRIAL_CLUSTER_LOG_LOG_RECOVERY_H_
#define KTRIAL_CLUSTER_LOG_LOG_RECOVERY_H_

#include <vector>

#include "cluster/log/leader_epoch_cache.h"
#include "cluster/log/local_log.h"
#include "cluster/log/log_config.h"
#include "cluster/log/producer_state_manager.h"
#include "cluster/protocol/ids.h"
#include "sim/context.h"

namespace ktrial::cluster {

struct LoadedLog {
  LocalLog log;
  LeaderEpochCache epochs;
  ProducerStateManager producers;
  Offset log_start{0};
  // The folder held no segment before.
  bool is_new = false;
  // Offsets between the end of a segment that was recovered and the base of the next, which nothing holds.
  struct Gap {
    Offset from;
    Offset to;
  };
  std::vector<Gap> gaps = {};
  // Something could not be read or written: the log must not be used.
  bool storage_failed = false;

  void Note(sim::DiskStatus status) { storage_failed |= status != sim::DiskStatus::kOk; }
};

// Opens the log in its folder, or makes an empty one. After an unclean shutdown, every segment from the recovery point
// on is scanned; at the first batch that is not intact the log is cut and later segments are deleted. A segment that
// ends early, and with a whole batch, does not stop it: what is missing before the next segment stays missing. The
// epoch cache is cut to what the log holds; the log is never cut to the high watermark.
LoadedLog LoadLog(sim::Context& ctx, const LogOptions& options);

enum class ReloadKind : uint8_t { kTruncation, kUncleanStart, kCleanStart };

// Brings the producer state to `end` (<= log end) after a truncation or at a start, and writes a snapshot there. After
// a clean start without any snapshot, Kafka takes it that no producer ever was idempotent, and so does this.
sim::DiskStatus RebuildProducerState(sim::Context& ctx, const LocalLog& log, Offset log_start, Offset end,
                                     ReloadKind kind, ProducerStateManager& producers);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_LOG_RECOVERY_H_
