// The partitions that a broker hosts, in the order in which it came to host them.
#ifndef KTRIAL_CLUSTER_REPLICATION_PARTITION_TABLE_H_
#define KTRIAL_CLUSTER_REPLICATION_PARTITION_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "cluster/metadata/partition_slots.h"
#include "cluster/replication/partition.h"

namespace ktrial::cluster {

class PartitionTable {
 public:
  // Null if the partition is not hosted. Pointers hold until the next Add.
  Partition* Find(TopicPartition tp) {
    const int32_t slot = slots_.Find(tp);
    return slot < 0 ? nullptr : &partitions_[static_cast<size_t>(slot)];
  }
  const Partition* Find(TopicPartition tp) const {
    const int32_t slot = slots_.Find(tp);
    return slot < 0 ? nullptr : &partitions_[static_cast<size_t>(slot)];
  }
  Partition& Add(Partition partition) {
    slots_.Make(partition.tp()) = static_cast<int32_t>(partitions_.size());
    partitions_.push_back(std::move(partition));
    return partitions_.back();
  }

  std::vector<Partition>& all() { return partitions_; }
  const std::vector<Partition>& all() const { return partitions_; }

 private:
  std::vector<Partition> partitions_;
  PartitionSlots slots_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_PARTITION_TABLE_H_
