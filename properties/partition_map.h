// A map from partitions to values that is found in O(1), since topics and partitions are numbered densely, and walked
// in the order of topics and partitions.
//
//   PartitionMap<GhostPartition> partitions;
//   partitions[tp].leader = broker;
//   for (auto it = partitions.lower_bound({topic, 0}); it != partitions.end() && it->first.topic == topic; ++it) ...
//
// Partitions heard of in ascending order are added in amortised O(1), others in O(n). An insertion invalidates
// references and iterators.
#ifndef KTRIAL_PROPERTIES_PARTITION_MAP_H_
#define KTRIAL_PROPERTIES_PARTITION_MAP_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "cluster/metadata/partition_slots.h"
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
    const int32_t slot = slots_.Find(tp);
    return slot >= 0 ? entries_[static_cast<size_t>(slot)].second : Insert(tp);
  }
  V* Find(Key tp) {
    const int32_t slot = slots_.Find(tp);
    return slot >= 0 ? &entries_[static_cast<size_t>(slot)].second : nullptr;
  }
  const V* Find(Key tp) const { return const_cast<PartitionMap*>(this)->Find(tp); }
  const_iterator find(Key tp) const {
    const int32_t slot = slots_.Find(tp);
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
  V& Insert(Key tp) {
    const auto place = entries_.begin() + (std::as_const(*this).lower_bound(tp) - std::as_const(*this).begin());
    const auto at = entries_.emplace(place, tp, V());
    for (auto it = at; it != entries_.end(); ++it) slots_.Make(it->first) = static_cast<int32_t>(it - entries_.begin());
    return at->second;
  }

  std::vector<value_type> entries_;
  // Places in entries_.
  cluster::PartitionSlots slots_;
};

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_PARTITION_MAP_H_
