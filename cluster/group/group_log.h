// What the group coordinator needs of the broker that it runs in: the logs of __consumer_offsets (Kafka:
// CoordinatorPartitionWriter and CoordinatorLoader).
//
//   GroupLog::Appended appended = log.Append(tp, batch);
//   if (appended.error == ErrorCode::kNone) ...   // committed when HighWatermark(tp) >= appended.end
#ifndef KTRIAL_CLUSTER_GROUP_GROUP_LOG_H_
#define KTRIAL_CLUSTER_GROUP_GROUP_LOG_H_

#include <optional>

#include "cluster/log/local_log.h"
#include "cluster/protocol/error_code.h"
#include "cluster/protocol/ids.h"
#include "cluster/protocol/record_batch.h"
#include "sim/context.h"

namespace ktrial::cluster {

class GroupLog {
 public:
  struct Appended {
    ErrorCode error = ErrorCode::kNone;
    // One past the last record appended.
    Offset end = {};
  };

  virtual ~GroupLog() = default;

  // Appends to the leader's log, with origin kCoordinator and acks=1: the coordinator itself waits for the high
  // watermark, and min.insync.replicas shows in that it does not move.
  virtual Appended Append(TopicPartition tp, sim::Ref<const RecordBatch> batch) = 0;
  // None unless this broker leads the partition.
  virtual std::optional<Offset> HighWatermark(TopicPartition tp) const = 0;
  virtual std::optional<Offset> LogStart(TopicPartition tp) const = 0;
  virtual std::optional<Offset> LogEnd(TopicPartition tp) const = 0;
  // Batches from `from` on, up to the end of the log; the thread pays for reading them.
  virtual FetchedData Read(TopicPartition tp, Offset from) = 0;
};

// What a component may use during a handler.
struct GroupEnv {
  sim::Context& ctx;
  GroupLog& log;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_GROUP_GROUP_LOG_H_
