// Where a new topic's replicas go (org.apache.kafka.metadata.placement.StripedReplicaPlacer): over the racks in turn,
// and within each rack over its brokers, unfenced ones first, all from random starts. A leader is never fenced. Brokers
// that do not say their rack (broker.rack) make one rack together.
#ifndef KTRIAL_CLUSTER_CONTROLLER_REPLICA_PLACER_H_
#define KTRIAL_CLUSTER_CONTROLLER_REPLICA_PLACER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "cluster/metadata/metadata_image.h"
#include "cluster/protocol/ids.h"
#include "sim/random.h"

namespace ktrial::cluster {

// assignment[p] are the replicas of partition p, the preferred leader first. Nothing if there are fewer usable
// brokers (registered and not shutting down) than `replication_factor` (>= 1), or none is unfenced:
// INVALID_REPLICATION_FACTOR. `partitions` >= 1.
std::optional<std::vector<std::vector<BrokerId>>> PlaceReplicas(const MetadataImage& image, int32_t partitions,
                                                                int16_t replication_factor, sim::RandomStream& random);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CONTROLLER_REPLICA_PLACER_H_
