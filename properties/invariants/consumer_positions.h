// Where each consumer stands in each of its partitions: the offset that it must be given next.
#ifndef KTRIAL_PROPERTIES_INVARIANTS_CONSUMER_POSITIONS_H_
#define KTRIAL_PROPERTIES_INVARIANTS_CONSUMER_POSITIONS_H_

#include <vector>

#include "cluster/facts.h"
#include "properties/ghost.h"
#include "properties/partition_map.h"

namespace ktrial::properties {

class ConsumerPositions {
 public:
  // The next offset; none while it is not known.
  Offset& operator()(cluster::ClientId client, TopicPartition tp) {
    const auto index = static_cast<size_t>(client.value());
    if (index >= positions_.size()) positions_.resize(index + 1);
    return positions_[index][tp];
  }

 private:
  std::vector<PartitionMap<Offset>> positions_;
};

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_INVARIANTS_CONSUMER_POSITIONS_H_
