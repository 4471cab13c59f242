// A map from partitions to values that is found in O(1), since topics and partitions are numbered densely, and walked
// in the order of topics and partitions.
//
//   PartitionMap<GhostPartition> partitions;
//   partitions[tp].leader = broker;
//   for (auto it = partitions.lower_bound({topic, 0}); it != partitions.end() && it->first.topic == topic; ++it) ...
//
// Partitions heard of in ascending order are added in amortised O(1), others in O(n). An insertion invalidates
// references and iterators. The metadata topic, whose id is not dense, is kept like any other.
#ifndef KTRIAL_PROPERTIES_PARTITION_MAP_H_
#define KTRIAL_PROPERTIES_PARTITION_MAP_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "cluster/protocol/ids.h"

namespace ktrial::properties {

template <typename V>
class PartitionMap {
 public:
  using Key = cluster::TopicPartition;
  using value_type = std::pair<Key, V>;
  using iterator = typename std::vector<value_type>::iterator;
  using const_iterator = typename std::vector<value_type>::const_iterator;

  V& operator[](Key tp) {
    const int32_t slot = SlotOf(tp);
    return slot >= 0 ? entries_[static_cast<size_t>(slot)].second : Insert(tp);
  }
  V* Find(Key tp) {
    const int32_t slot = SlotOf(tp);
    return slot >= 0 ? &entries_[static_cast<size_t>(slot)].second : nullptr;
  }
  const V* Find(Key tp) const { return const_cast<PartitionMap*>(this)->Find(tp); }
  const_iterator find(Key tp) const {
    const int32_t slot = SlotOf(tp);
    return slot >= 0 ? entries_.begin() + slot : entries_.end();
  }
  const_iterator lower_bound(Key tp) const {
    return std::lower_bound(entries_.begin(), entries_.end(), tp,
                            [](const value_type& entry, Key key) { return entry.first < key; });
  }

  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  iterator begin() { return entries_.begin(); }
  iterator end() { return entries_.end(); }
  const_iterator begin() const { return entries_.begin(); }
  const_iterator end() const { return entries_.end(); }

 private:
  // Topics share one row each; the metadata topic has the first.
  static size_t RowOf(Key tp) {
    return tp.topic == cluster::kMetadataTopic ? 0 : static_cast<size_t>(tp.topic.value()) + 1;
  }
  // Negative if it is not there. Partitions that a client could not place (topic -1) have none.
  int32_t SlotOf(Key tp) const {
    const size_t row = RowOf(tp);
    if (row >= slots_.size()) return -1;
    const auto column = static_cast<size_t>(tp.partition);
    return column < slots_[row].size() ? slots_[row][column] : -1;
  }
  int32_t& MakeSlot(Key tp) {
    const size_t row = RowOf(tp);
    if (row >= slots_.size()) slots_.resize(row + 1);
    const auto column = static_cast<size_t>(tp.partition);
    if (column >= slots_[row].size()) slots_[row].resize(column + 1, -1);
    return slots_[row][column];
  }
  V& Insert(Key tp) {
    const auto place = entries_.begin() + (std::as_const(*this).lower_bound(tp) - std::as_const(*this).begin());
    const auto at = entries_.emplace(place, tp, V());
    for (auto it = at; it != entries_.end(); ++it) MakeSlot(it->first) = static_cast<int32_t>(it - entries_.begin());
    return at->second;
  }

  std::vector<value_type> entries_;
  // Places in entries_, by row and partition.
  std::vector<std::vector<int32_t>> slots_;
};

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_PARTITION_MAP_H_
