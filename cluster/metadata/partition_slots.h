// Gives partitions small numbers, found in O(1) without hashing, since topics and partitions are numbered densely.
//
//   int32_t& slot = slots.Make(tp);
//   if (slot < 0) slot = AddToMyVector(tp);
//   ...
//   const int32_t slot = slots.Find(tp);
#ifndef KTRIAL_CLUSTER_METADATA_PARTITION_SLOTS_H_
#define KTRIAL_CLUSTER_METADATA_PARTITION_SLOTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cluster/protocol/ids.h"
#include "sim/check.h"

namespace ktrial::cluster {

class PartitionSlots {
 public:
  // Negative if it has none, as partitions that a client could not place (topic -1).
  int32_t Find(TopicPartition tp) const {
    const size_t row = RowOf(tp);
    if (row >= slots_.size()) return -1;
    const auto column = static_cast<size_t>(tp.partition);
    return column < slots_[row].size() ? slots_[row][column] : -1;
  }
  // To be set by the caller if it is negative. The partition must exist.
  int32_t& Make(TopicPartition tp) {
    KT_CHECK(tp.topic.valid() && tp.partition >= 0);
    const size_t row = RowOf(tp);
    if (row >= slots_.size()) slots_.resize(row + 1);
    const auto column = static_cast<size_t>(tp.partition);
    if (column >= slots_[row].size()) slots_[row].resize(column + 1, -1);
    return slots_[row][column];
  }

 private:
  // The metadata topic, whose id is not dense, has the first row. No topic (-1) has the last of all, which never is.
  static size_t RowOf(TopicPartition tp) {
    return tp.topic == kMetadataTopic ? 0 : size_t{static_cast<uint32_t>(tp.topic.value())} + 1;
  }

  std::vector<std::vector<int32_t>> slots_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_METADATA_PARTITION_SLOTS_H_
