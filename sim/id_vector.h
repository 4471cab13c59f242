// A vector indexed by a StrongId: the table of things whose ids are dense from 0 in the order of creation.
//
//   IdVector<HostId, Host> hosts;
//   HostId id = hosts.Add(Host{...});
//   hosts[id].Start();
//   for (Host& host : hosts) ...
#ifndef KTRIAL_SIM_ID_VECTOR_H_
#define KTRIAL_SIM_ID_VECTOR_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "sim/check.h"

namespace ktrial::sim {

template <typename Id, typename T>
class IdVector {
 public:
  using iterator = typename std::vector<T>::iterator;
  using const_iterator = typename std::vector<T>::const_iterator;

  IdVector() = default;
  // `count` values made by default.
  explicit IdVector(size_t count) : values_(count) {}

  // The id that the next Add will give.
  Id next_id() const { return Id{static_cast<typename Id::rep>(values_.size())}; }
  Id Add(T value) {
    const Id id = next_id();
    values_.push_back(std::move(value));
    return id;
  }
  void Resize(size_t count) { values_.resize(count); }

  // `id` must be one of this vector's.
  T& operator[](Id id) {
    KT_CHECK(Contains(id));
    return values_[static_cast<size_t>(id.value())];
  }
  const T& operator[](Id id) const {
    KT_CHECK(Contains(id));
    return values_[static_cast<size_t>(id.value())];
  }
  // Null for an id that is not in here.
  T* Find(Id id) { return Contains(id) ? &values_[static_cast<size_t>(id.value())] : nullptr; }
  const T* Find(Id id) const { return Contains(id) ? &values_[static_cast<size_t>(id.value())] : nullptr; }
  // Negative values become huge and are not contained.
  bool Contains(Id id) const { return static_cast<size_t>(id.value()) < values_.size(); }

  size_t size() const { return values_.size(); }
  bool empty() const { return values_.empty(); }
  T& back() { return values_.back(); }

  // In the order of ids.
  iterator begin() { return values_.begin(); }
  iterator end() { return values_.end(); }
  const_iterator begin() const { return values_.begin(); }
  const_iterator end() const { return values_.end(); }

  friend bool operator==(const IdVector&, const IdVector&) = default;

 private:
  std::vector<T> values_;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_ID_VECTOR_H_
