// partition.metadata, which says whose log a partition's folder holds
// (org.apache.kafka.storage.internals.checkpoint.PartitionMetadataFile, KIP-516).
//
//   WritePartitionMetadata(ctx, LogFolder("orders-0"), tp);
//   for (const LogFolder& folder : ListLogFolders(ctx, dir)) ... ReadPartitionMetadata(ctx, folder)
#ifndef KTRIAL_CLUSTER_REPLICATION_PARTITION_METADATA_FILE_H_
#define KTRIAL_CLUSTER_REPLICATION_PARTITION_METADATA_FILE_H_

#include <optional>
#include <vector>

#include "cluster/log/log_folder.h"
#include "cluster/protocol/ids.h"
#include "sim/context.h"

namespace ktrial::cluster {

// Durable when it returns; makes the folder.
sim::DiskStatus WritePartitionMetadata(sim::Context& ctx, const LogFolder& folder, TopicPartition tp);

// Empty if the file was lost or damaged: then nobody can tell which topic the log belongs to.
std::optional<TopicPartition> ReadPartitionMetadata(sim::Context& ctx, const LogFolder& folder);
// The folders of a log directory that have such a file, by name.
std::vector<LogFolder> ListLogFolders(sim::Context& ctx, LogDir dir);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_PARTITION_METADATA_FILE_H_
