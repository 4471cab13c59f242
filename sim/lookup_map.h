// A hash map for looking things up, and nothing else. The order of a hash table differs from run to run, so this one
// cannot be iterated: what must be walked belongs in a vector or an absl::btree_map.
//
//   LookupMap<std::string, TopicId> by_name;
//   by_name.Insert("orders", TopicId{0});
//   if (const TopicId* id = by_name.Find(name)) ...
//
// Expected O(1) each. Pointers and references into the map hold until the next insertion or erasure.
#ifndef KTRIAL_SIM_LOOKUP_MAP_H_
#define KTRIAL_SIM_LOOKUP_MAP_H_

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace ktrial::sim {

// Maps with std::string keys are also searched by std::string_view and by literals.
template <typename K, typename V>
class LookupMap {
 public:
  // The value under `key`, or null.
  template <typename Query>
  V* Find(const Query& key) {
    const auto it = map_.find(AsQuery(key));
    return it == map_.end() ? nullptr : &it->second;
  }
  template <typename Query>
  const V* Find(const Query& key) const {
    const auto it = map_.find(AsQuery(key));
    return it == map_.end() ? nullptr : &it->second;
  }
  template <typename Query>
  bool Contains(const Query& key) const {
    return Find(key) != nullptr;
  }

  // False, and nothing changes, if `key` is there already.
  bool Insert(K key, V value) { return map_.try_emplace(std::move(key), std::move(value)).second; }
  void InsertOrAssign(K key, V value) { map_.insert_or_assign(std::move(key), std::move(value)); }
  // The value under `key`, made by default if it is missing.
  V& FindOrInsert(K key) { return map_.try_emplace(std::move(key)).first->second; }
  // False if `key` was not there.
  template <typename Query>
  bool Erase(const Query& key) {
    return map_.erase(AsQuery(key)) > 0;
  }

  size_t size() const { return map_.size(); }
  bool empty() const { return map_.empty(); }
  void Clear() { map_.clear(); }
  void Reserve(size_t count) { map_.reserve(count); }

 private:
  template <typename Query>
  static decltype(auto) AsQuery(const Query& key) {
    if constexpr (std::is_convertible_v<const Query&, std::string_view>) {
      const std::string_view view = key;
      return absl::string_view(view.data(), view.size());
    } else {
      return static_cast<const K&>(key);
    }
  }

  absl::flat_hash_map<K, V> map_;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_LOOKUP_MAP_H_
