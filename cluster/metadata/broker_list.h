// Lists of brokers as the metadata holds them: replicas, ISR. They are a few long, and their order means something.
#ifndef KTRIAL_CLUSTER_METADATA_BROKER_LIST_H_
#define KTRIAL_CLUSTER_METADATA_BROKER_LIST_H_

#include <algorithm>
#include <vector>

#include "cluster/protocol/ids.h"

namespace ktrial::cluster {

inline bool Contains(const std::vector<BrokerId>& brokers, BrokerId broker) {
  return std::find(brokers.begin(), brokers.end(), broker) != brokers.end();
}

// The others, in the same order.
inline std::vector<BrokerId> Without(std::vector<BrokerId> brokers, BrokerId broker) {
  brokers.erase(std::remove(brokers.begin(), brokers.end(), broker), brokers.end());
  return brokers;
}

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_METADATA_BROKER_LIST_H_
