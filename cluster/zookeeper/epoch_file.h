// The files acceptedEpoch and currentEpoch (QuorumPeer.setAcceptedEpoch, setCurrentEpoch): the latest epoch that a
// server has promised a leader to join, and the one whose leader it last caught up with. Each is replaced atomically
// and durably before the server acts on it.
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_EPOCH_FILE_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_EPOCH_FILE_H_

#include <optional>

#include "cluster/zookeeper/zookeeper_ids.h"
#include "sim/context.h"

namespace ktrial::cluster::zookeeper {

enum class EpochFile : uint8_t { kAccepted, kCurrent };

// Nothing if there is no file, or it cannot be read.
std::optional<ZabEpoch> ReadEpoch(sim::Context& ctx, EpochFile file);
// True once it is durable.
bool WriteEpoch(sim::Context& ctx, EpochFile file, ZabEpoch epoch);

}  // namespace ktrial::cluster::zookeeper

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_EPOCH_FILE_H_
