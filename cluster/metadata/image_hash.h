// Hashes of the parts of a MetadataImage. An image's own hash is the sum of its parts', so that a record changes it by
// what it changes: images are equal, for all that matters, if their hashes are.
//
//   hash -= ImageHashOf(registration);
//   registration.fenced = false;
//   hash += ImageHashOf(registration);
#ifndef KTRIAL_CLUSTER_METADATA_IMAGE_HASH_H_
#define KTRIAL_CLUSTER_METADATA_IMAGE_HASH_H_

#include <cstdint>
#include <string_view>

#include "cluster/metadata/metadata_image.h"
#include "cluster/protocol/ids.h"

namespace ktrial::cluster {

uint64_t ImageHashOf(const BrokerRegistration& broker);
uint64_t ImageHashOf(TopicPartition tp, const PartitionRegistration& partition);
uint64_t ImageHashOfTopic(TopicId topic, std::string_view name);
uint64_t ImageHashOfConfig(TopicId topic, std::string_view name, std::string_view value);
uint64_t ImageHashOfConfig(BrokerId broker, std::string_view name, std::string_view value);
// Of the first id that no broker was given yet.
uint64_t ImageHashOf(ProducerId next);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_METADATA_IMAGE_HASH_H_
