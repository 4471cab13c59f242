// The checks of a batch before a leader gives it offsets (org.apache.kafka.storage.internals.log.LogValidator): what
// clients may send, keys for compacted topics, and timestamps near enough to the broker's clock.
//
//   ErrorCode error = ValidateBatch(batch, AppendOrigin::kClient, config, ctx.wall_clock());
//
// Not here, for these batches are built from fields and cannot be malformed: magic, counts and offset ranges; and the
// checksum, since no network damages a request.
#ifndef KTRIAL_CLUSTER_LOG_LOG_VALIDATOR_H_
#define KTRIAL_CLUSTER_LOG_LOG_VALIDATOR_H_

#include "cluster/log/log_config.h"
#include "cluster/log/producer_append_info.h"
#include "cluster/protocol/error_code.h"
#include "cluster/protocol/record_batch.h"
#include "sim/time.h"

namespace ktrial::cluster {

// INVALID_RECORD for a control batch of a client, or a record without a key for a compacted topic; INVALID_TIMESTAMP if
// any record's CreateTime is further from `now` than the topic allows, which goes before records without keys.
ErrorCode ValidateBatch(const RecordBatch& batch, AppendOrigin origin, const LogConfig& config, sim::WallTime now);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_LOG_VALIDATOR_H_
