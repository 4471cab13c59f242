// The quorum-state file (org.apache.kafka.raft.FileQuorumStateStore): the epoch, its leader and this node's vote,
// replaced atomically and durably before the node acts on them.
//
//   if (!WriteQuorumState(ctx, election)) ...       // the disk refused
//   Election election = ReadQuorumState(ctx).value_or(Election{});
#ifndef KTRIAL_CLUSTER_KRAFT_QUORUM_STATE_FILE_H_
#define KTRIAL_CLUSTER_KRAFT_QUORUM_STATE_FILE_H_

#include <optional>

#include "cluster/kraft/raft_state.h"
#include "sim/context.h"

namespace ktrial::cluster {

// The folder of the metadata log, which also holds the file.
inline constexpr char kMetadataLogDirectory[] = "__cluster_metadata-0";

// Nothing if there is no file, or it cannot be read.
std::optional<Election> ReadQuorumState(sim::Context& ctx);
// True once the content is durable.
bool WriteQuorumState(sim::Context& ctx, const Election& election);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_KRAFT_QUORUM_STATE_FILE_H_
