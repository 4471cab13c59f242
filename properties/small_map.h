// A map of a handful of entries, such as a partition's replicas by broker: a sorted vector, searched from the front,
// which beats any tree at these sizes and copies as one block.
//
//   SmallMap<BrokerId, GhostReplica> replicas;
//   replicas[broker].leads = true;
//   for (const auto& [broker, replica] : replicas) ...
//
// Everything is O(n). An insertion invalidates references and iterators.
#ifndef KTRIAL_PROPERTIES_SMALL_MAP_H_
#define KTRIAL_PROPERTIES_SMALL_MAP_H_

#include <cstddef>
#include <utility>
#include <vector>

namespace ktrial::properties {

template <typename K, typename V>
class SmallMap {
 public:
  using value_type = std::pair<K, V>;
  using iterator = typename std::vector<value_type>::iterator;
  using const_iterator = typename std::vector<value_type>::const_iterator;

  // The value under `key`, made by default if it is missing.
  V& operator[](const K& key) {
    auto it = LowerBound(key);
    if (it == entries_.end() || it->first != key) it = entries_.emplace(it, key, V());
    return it->second;
  }
  const_iterator find(const K& key) const {
    const auto it = const_cast<SmallMap*>(this)->LowerBound(key);
    return it == entries_.end() || it->first != key ? entries_.end() : const_iterator(it);
  }
  iterator find(const K& key) {
    const auto it = LowerBound(key);
    return it == entries_.end() || it->first != key ? entries_.end() : it;
  }
  // Null if there is none.
  V* Find(const K& key) {
    const auto it = find(key);
    return it == end() ? nullptr : &it->second;
  }
  const V* Find(const K& key) const {
    const auto it = find(key);
    return it == end() ? nullptr : &it->second;
  }
  bool contains(const K& key) const { return Find(key) != nullptr; }
  void erase(const K& key) {
    const auto it = find(key);
    if (it != end()) entries_.erase(it);
  }
  void clear() { entries_.clear(); }

  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  iterator begin() { return entries_.begin(); }
  iterator end() { return entries_.end(); }
  const_iterator begin() const { return entries_.begin(); }
  const_iterator end() const { return entries_.end(); }

 private:
  iterator LowerBound(const K& key) {
    auto it = entries_.begin();
    while (it != entries_.end() && it->first < key) ++it;
    return it;
  }

  std::vector<value_type> entries_;
};

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_SMALL_MAP_H_
