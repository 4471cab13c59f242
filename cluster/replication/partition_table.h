// The partitions that a broker hosts, in the order in which it came to host them.
#ifndef KTRIAL_CLUSTER_REPLICATION_PARTITION_TABLE_H_
#define KTRIAL_CLUSTER_REPLICATION_PARTITION_TABLE_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "cluster/replication/partition.h"
#include "sim/lookup_map.h"

namespace ktrial::cluster {

class PartitionTable {
 public:
  // Null if the partition is not hosted. Pointers hold until the next Add.
  Partition* Find(TopicPartition tp) {
    const size_t* index = index_.Find(tp);
    return index == nullptr ? nullptr : &partitions_[*index];
  }
  const Partition* Find(TopicPartition tp) const {
    const size_t* index = index_.Find(tp);
    return index == nullptr ? nullptr : &partitions_[*index];
  }
  Partition& Add(Partition partition) {
    index_.Insert(partition.tp(), partitions_.size());
    partitions_.push_back(std::move(partition));
    return partitions_.back();
  }

  std::vector<Partition>& all() { return partitions_; }
  const std::vector<Partition>& all() const { return partitions_; }

 private:
  std::vector<Partition> partitions_;
  sim::LookupMap<TopicPartition, size_t> index_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_PARTITION_TABLE_H_
