// The small files that each log directory has: offsets by partition (org.apache.kafka.storage.internals.checkpoint
// .OffsetCheckpointFile) and the marker of a clean shutdown (CleanShutdownFileHandler). Each is replaced atomically and
// is durable when the call returns.
//
//   WriteOffsetCheckpoint(ctx, kHighWatermarkCheckpoint, {{tp, log.high_watermark()}});
//   OffsetCheckpoint high_watermarks = ReadOffsetCheckpoint(ctx, kHighWatermarkCheckpoint);
#ifndef KTRIAL_CLUSTER_LOG_OFFSET_CHECKPOINT_H_
#define KTRIAL_CLUSTER_LOG_OFFSET_CHECKPOINT_H_

#include <optional>
#include <string_view>

#include "absl/container/btree_map.h"
#include "cluster/log/log_folder.h"
#include "cluster/protocol/ids.h"
#include "sim/context.h"

namespace ktrial::cluster {

using OffsetCheckpoint = absl::btree_map<TopicPartition, Offset>;

// Written every replica.high.watermark.checkpoint.interval.ms.
inline constexpr std::string_view kHighWatermarkCheckpoint = "replication-offset-checkpoint";
// Written every log.flush.offset.checkpoint.interval.ms and after truncations.
inline constexpr std::string_view kRecoveryPointCheckpoint = "recovery-point-offset-checkpoint";
// Written every log.flush.start.offset.checkpoint.interval.ms: logs whose start lies above their first segment's.
inline constexpr std::string_view kLogStartCheckpoint = "log-start-offset-checkpoint";
inline constexpr std::string_view kCleanShutdownFile = ".kafka_cleanshutdown";

// Empty if there is no such file or it cannot be read.
OffsetCheckpoint ReadOffsetCheckpoint(sim::Context& ctx, std::string_view path, LogDir dir = kFirstLogDir);
sim::DiskStatus WriteOffsetCheckpoint(sim::Context& ctx, std::string_view path, OffsetCheckpoint offsets,
                                      LogDir dir = kFirstLogDir);

// Only when every log of the directory has been closed. `epoch` is the broker's registration (none without one).
sim::DiskStatus WriteCleanShutdownFile(sim::Context& ctx, BrokerEpoch epoch, LogDir dir = kFirstLogDir);
// The broker epoch in the marker (none if that cannot be read); empty if the last shutdown was not clean.
std::optional<BrokerEpoch> ReadCleanShutdownFile(sim::Context& ctx, LogDir dir = kFirstLogDir);
// Removes the marker, so that a crash from now on is seen as one; tells whether there was one.
bool TakeCleanShutdownFile(sim::Context& ctx, LogDir dir = kFirstLogDir);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_OFFSET_CHECKPOINT_H_
