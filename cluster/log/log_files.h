// Names of the files in a partition's folder: segments and producer snapshots are named for an offset, as Kafka's
// LogFileUtils names them.
//
//   SegmentPath("orders-0", Offset(0))   // "orders-0/00000000000000000000.log"
#ifndef KTRIAL_CLUSTER_LOG_LOG_FILES_H_
#define KTRIAL_CLUSTER_LOG_LOG_FILES_H_

#include <optional>
#include <string>
#include <string_view>

#include "cluster/protocol/ids.h"

namespace ktrial::cluster {

std::string SegmentPath(std::string_view directory, Offset base_offset);
std::string ProducerSnapshotPath(std::string_view directory, Offset offset);
std::string LeaderEpochCheckpointPath(std::string_view directory);

// Suffix of files that are on the way out (LogFileUtils).
inline constexpr std::string_view kDeletedFileSuffix = ".deleted";
// What a file is renamed to when it is to be deleted a while later.
inline std::string DeletedPath(std::string_view path) { return std::string(path).append(kDeletedFileSuffix); }

// The offset that a path of the above kinds carries, or none if it is of another kind.
std::optional<Offset> SegmentOffsetOf(std::string_view path);
std::optional<Offset> ProducerSnapshotOffsetOf(std::string_view path);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_LOG_FILES_H_
