// What cleaning does to a log's records (kafka.log.Cleaner, MemoryRecords.filterTo): of each key the last record stays,
// at its offset.
//
//   OffsetMap map(capacity);
//   BuildOffsetMap(ctx, log, first_dirty, first_uncleanable, map);
//   for (const auto& group : GroupSegmentsBySize(log, map.latest_offset() + 1, segment_bytes)) {
//     ... LogBatchRef left = CleanBatch(batch, {.map = map, ...});
//
// A record stays if it lies above what the map covers, or is the last of its key and has a value. A tombstone that is
// the last of its key stays until its batch's delete horizon, which the first cleaning that meets it sets to
// delete.retention.ms from then. The last batch of each producer stays, perhaps empty, for the producer's sequence and
// epoch, and so does the batch that ends the cleaned part, for its last offset. Records without a key go.
//
// Not modelled: transactions. Control batches stay as they are.
#ifndef KTRIAL_CLUSTER_LOG_CLEANER_H_
#define KTRIAL_CLUSTER_LOG_CLEANER_H_

#include <cstdint>
#include <vector>

#include "cluster/defects.h"
#include "cluster/log/local_log.h"
#include "cluster/log/offset_map.h"
#include "cluster/log/producer_state_manager.h"
#include "cluster/protocol/ids.h"
#include "cluster/protocol/record_batch.h"
#include "sim/context.h"
#include "sim/time.h"

namespace ktrial::cluster {

// kDamaged: a batch does not match its checksum, and the log cannot be cleaned (Kafka: CorruptRecordException).
enum class CleaningStatus : uint8_t { kOk, kDamaged, kStorageError };

// The segments that will be one, by base offset, in order.
using SegmentGroup = std::vector<Offset>;

struct CleaningRules {
  const OffsetMap& map;
  // The broker's wall clock when the cleaning began.
  sim::WallTime now;
  sim::Duration delete_retention;
  // Where the cleaning stops (LogToClean::first_uncleanable).
  Offset upper_bound;
  const ProducerMap& producers;
  DefectSet defects = {};
};

// Takes the keys of the records in [from, to) into the map, as many as fit; map.latest_offset() tells how far it came.
// The thread pays for reading.
CleaningStatus BuildOffsetMap(sim::Context& ctx, const LocalLog& log, Offset from, Offset to, OffsetMap& map);

// All segments that begin below `end`, in groups of at most `segment_bytes` together; a larger one is alone.
std::vector<SegmentGroup> GroupSegmentsBySize(const LocalLog& log, Offset end, int64_t segment_bytes);

// What is left of a batch: the batch itself, a rewritten one, or null.
LogBatchRef CleanBatch(const LogBatchRef& batch, const CleaningRules& rules);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_CLEANER_H_
