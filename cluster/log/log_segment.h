// One segment of a log: a file with a chunk per record batch, tagged by the batch's base offset.
#ifndef KTRIAL_CLUSTER_LOG_LOG_SEGMENT_H_
#define KTRIAL_CLUSTER_LOG_LOG_SEGMENT_H_

#include <cstdint>

#include "cluster/protocol/ids.h"
#include "cluster/protocol/record_batch.h"
#include "sim/disk.h"

namespace ktrial::cluster {

struct LogSegment {
  // Also the name of the file. The first batch may lie higher.
  Offset base_offset;
  sim::FileId file = {};
  int64_t bytes = 0;
  // Complete and flushed; never so for the active segment.
  bool durable = false;
  // Background flushes under way. Only when the last has ended is the whole file known to be durable, since a
  // truncation may have come between the first and it.
  int32_t flushes_in_flight = 0;
};

inline const LogBatch& LogBatchIn(const sim::ChunkView& chunk) { return static_cast<const LogBatch&>(*chunk.payload); }

// Index of the segment's first batch that ends above `offset`; the number of chunks if there is none.
inline int64_t FirstBatchEndingAbove(const sim::Disk& files, const LogSegment& segment, Offset offset) {
  const int64_t index = files.FindLastAtOrBelow(segment.file, static_cast<uint64_t>(offset.value()));
  if (index < 0) return 0;
  return LogBatchIn(files.chunk(segment.file, index)).last_offset() >= offset ? index : index + 1;
}

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_LOG_SEGMENT_H_
