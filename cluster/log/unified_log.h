// One replica's log (org.apache.kafka.storage.internals.log.UnifiedLog): segments of record batches on a disk, the
// leader epoch cache, the idempotent producers' state, and the offsets that bound it:
//
//   log_start <= high_watermark <= log_end, recovery_point <= log_end
//
// Appends are in the page cache when they return; nothing is flushed per append unless flush.messages says so. The log
// holds no Context: every call that touches the disk is given one.
#ifndef KTRIAL_CLUSTER_LOG_UNIFIED_LOG_H_
#define KTRIAL_CLUSTER_LOG_UNIFIED_LOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cluster/facts.h"
#include "cluster/log/leader_epoch_cache.h"
#include "cluster/log/log_segment.h"
#include "cluster/log/producer_state_manager.h"
#include "cluster/protocol/error_code.h"
#include "cluster/protocol/ids.h"
#include "cluster/protocol/record_batch.h"
#include "sim/context.h"

namespace ktrial::cluster {

struct LogConfig {
  int64_t segment_bytes = 1 << 30;
  // Flush after this many messages; INT64_MAX leaves it to the operating system.
  int64_t flush_messages = INT64_MAX;
  int32_t max_message_bytes = 1048588;
  sim::Duration producer_id_expiration = sim::Milliseconds(86400000);
};

// Where a batch comes from decides what is checked (AppendOrigin).
enum class AppendOrigin : uint8_t { kClient, kCoordinator, kReplication, kRaftLeader };

struct LogAppendInfo {
  ErrorCode error = ErrorCode::kNone;
  Offset first_offset;
  Offset last_offset;
  // The batch had been appended before: the offsets are those of the first time, and nothing was appended now.
  bool duplicate = false;
};

struct FetchedData {
  std::vector<LogBatchRef> batches;
  int32_t bytes = 0;
  ErrorCode error = ErrorCode::kNone;
};

class UnifiedLog {
 public:
  struct Options {
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
  };

  // Opens the log in its folder, or makes an empty one. After an unclean shutdown, scans from the recovery point,
  // checks each batch, cuts at the first bad one, and rebuilds epochs and producer state; the thread pays for what is
  // read. Emits LogLoaded unless the log is new.
  static UnifiedLog Load(sim::Context& ctx, const Options& options);
  static bool Exists(sim::Context& ctx, std::string_view directory);

  const TopicPartition& tp() const { return options_.tp; }
  Offset log_start() const { return log_start_; }
  Offset log_end() const { return log_end_; }
  Offset high_watermark() const { return high_watermark_; }
  Offset recovery_point() const { return recovery_point_; }
  // Without transactions the last stable offset is the high watermark.
  Offset last_stable_offset() const { return high_watermark_; }
  int64_t size_bytes() const;

  // Assigns offsets, stamps the epoch and appends. Checks the batch's size, and for clients the producer's sequence.
  LogAppendInfo AppendAsLeader(sim::Context& ctx, sim::Ref<const RecordBatch> batch, LeaderEpoch epoch,
                               AppendOrigin origin);
  // Appends a batch as the leader stamped it; its base offset must be log_end() (KT_CHECKed by the caller's protocol).
  ErrorCode AppendAsFollower(sim::Context& ctx, LogBatchRef batch);

  // Batches from the one that holds `from` on, below `limit` (exclusive), up to `max_bytes` but at least one batch.
  // OFFSET_OUT_OF_RANGE unless log_start() <= from <= log_end().
  FetchedData Read(sim::Context& ctx, Offset from, Offset limit, int32_t max_bytes) const;

  // Raises the high watermark, as a leader does; true if it rose. `to` must not be above log_end().
  bool MaybeIncrementHighWatermark(sim::Context& ctx, Offset to, LeaderEpoch epoch);
  // Sets it to `to` clamped to [log_start, log_end], as a follower does; it may go down. Returns the new one.
  Offset UpdateHighWatermark(sim::Context& ctx, Offset to, LeaderEpoch epoch);

  // Removes everything at and above `to`; cuts epochs, producer state and high watermark with it. True if anything
  // went.
  bool TruncateTo(sim::Context& ctx, Offset to, TruncationReason reason);
  // Empties the log and goes on at `start`.
  void TruncateFullyAndStartAt(sim::Context& ctx, Offset start, TruncationReason reason);

  // Leader epochs (section 1.4 of Kafka's LeaderEpochFileCache).
  void AssignEpochStart(sim::Context& ctx, LeaderEpoch epoch, Offset start);
  std::optional<LeaderEpoch> latest_epoch() const;
  // Where the largest epoch <= `epoch` ended; both parts invalid if undefined.
  OffsetAndEpoch EndOffsetForEpoch(LeaderEpoch epoch) const;

  // First offset whose record is not older than the timestamp, with its epoch; empty if none below log_end.
  std::optional<OffsetAndEpoch> FindByTimestamp(sim::Context& ctx, int64_t unix_millis) const;

  // Makes everything durable and advances the recovery point.
  void Flush(sim::Context& ctx);
  const ProducerStateManager& producer_state() const { return producer_state_; }

 private:
  Options options_;
  std::vector<LogSegment> segments_;
  LeaderEpochCache epochs_;
  ProducerStateManager producer_state_;
  Offset log_start_{0};
  Offset log_end_{0};
  Offset high_watermark_{0};
  Offset recovery_point_{0};
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_UNIFIED_LOG_H_
