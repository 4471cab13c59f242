// Which partition of __consumer_offsets, and so which broker, a group belongs to.
//
//   GroupPartition("payments", 50)   // as Utils.abs("payments".hashCode) % 50
#ifndef KTRIAL_CLUSTER_GROUP_GROUP_PARTITION_H_
#define KTRIAL_CLUSTER_GROUP_GROUP_PARTITION_H_

#include <cstdint>
#include <string_view>

#include "cluster/metadata/metadata_image.h"
#include "cluster/protocol/group_api.h"

namespace ktrial::cluster {

// java.lang.String.hashCode of a string given in UTF-8 (malformed bytes count as themselves).
int32_t JavaStringHash(std::string_view text);
// `partitions` > 0.
int32_t GroupPartition(std::string_view group, int32_t partitions);

// The answer to FindCoordinator: the leader of the group's partition of `offsets_topic`, or COORDINATOR_NOT_AVAILABLE
// while there is no such topic (null) or no leader.
FindCoordinatorResponse FindGroupCoordinator(const MetadataImage& metadata, const TopicImage* offsets_topic,
                                             std::string_view group);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_GROUP_GROUP_PARTITION_H_
