// Putting one file in the place of several segments so that a crash at any moment leaves either the old segments or the
// new one (LocalLog.replaceSegments, LogLoader):
//
//   orders-0/...0.log.cleaned   is written and flushed; a crash before the next step: deleted at the start
//   orders-0/...0.log.swap      renamed; from here on a start completes what is left to do
//   orders-0/...0.log           the old segments are deleted, and the new one is renamed to its final name
//
// The old files go at once, where Kafka renames them to .deleted and removes them after file.delete.delay.ms.
#ifndef KTRIAL_CLUSTER_LOG_SEGMENT_SWAP_H_
#define KTRIAL_CLUSTER_LOG_SEGMENT_SWAP_H_

#include <string>
#include <string_view>

#include "cluster/log/cleaner.h"
#include "cluster/log/log_folder.h"
#include "cluster/protocol/ids.h"
#include "sim/context.h"

namespace ktrial::cluster {

std::string CleanedSegmentPath(std::string_view directory, Offset base_offset);
std::string SwapSegmentPath(std::string_view directory, Offset base_offset);

// The steps behind the flush of the .cleaned file, which is named for the group's first segment. None of the segments
// may be the active one.
sim::DiskStatus RenameCleanedToSwap(sim::Context& ctx, const LogFolder& folder, Offset base_offset);
sim::DiskStatus DeleteReplacedSegments(sim::Context& ctx, const LogFolder& folder, const SegmentGroup& group);
sim::DiskStatus RenameSwapToSegment(sim::Context& ctx, const LogFolder& folder, Offset base_offset);

// At a start, before the folder's segments are looked for: deletes what was not yet to be swapped in, and completes the
// swaps that had begun. Segments and producer snapshots in the swapped range are deleted.
sim::DiskStatus CompleteSwaps(sim::Context& ctx, const LogFolder& folder);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_SEGMENT_SWAP_H_
