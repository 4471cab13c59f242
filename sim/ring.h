// A queue in a circle of slots: pushing at the back and popping at the front allocate nothing once it has grown to its
// working size, an empty one owns no memory, and a copy takes just what is queued.
//
//   Ring<Segment> in_flight;
//   in_flight.push_back(segment);
//   Segment first = in_flight.pop_front();
#ifndef KTRIAL_SIM_RING_H_
#define KTRIAL_SIM_RING_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "sim/check.h"

namespace ktrial::sim {

// T is default constructible; a popped slot is overwritten by T{}, so that what it referred to is let go.
template <typename T>
class Ring {
 public:
  Ring() = default;
  Ring(Ring&& other) noexcept
      : slots_(std::move(other.slots_)), head_(std::exchange(other.head_, 0)), size_(std::exchange(other.size_, 0)) {
    other.slots_.clear();
  }
  Ring(const Ring& other) : size_(other.size_) {
    if (size_ == 0) return;
    slots_.resize(CapacityFor(size_));
    for (size_t i = 0; i < size_; ++i) slots_[i] = other[i];
  }
  Ring& operator=(Ring other) noexcept {
    slots_.swap(other.slots_);
    std::swap(head_, other.head_);
    std::swap(size_, other.size_);
    return *this;
  }

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }

  // `index` counts from the front.
  T& operator[](size_t index) {
    KT_CHECK(index < size_);
    return slots_[Slot(index)];
  }
  const T& operator[](size_t index) const {
    KT_CHECK(index < size_);
    return slots_[Slot(index)];
  }
  T& front() { return (*this)[0]; }
  const T& front() const { return (*this)[0]; }
  T& back() { return (*this)[size_ - 1]; }
  const T& back() const { return (*this)[size_ - 1]; }

  void push_back(T value) {
    if (size_ == slots_.size()) Grow();
    slots_[Slot(size_)] = std::move(value);
    ++size_;
  }
  T pop_front() {
    KT_CHECK(size_ > 0);
    T value = std::exchange(slots_[head_], T{});
    head_ = (head_ + 1) & (slots_.size() - 1);
    --size_;
    return value;
  }
  void pop_back() {
    KT_CHECK(size_ > 0);
    slots_[Slot(size_ - 1)] = T{};
    --size_;
  }
  void clear() {
    while (size_ > 0) pop_back();
    head_ = 0;
  }

 private:
  static constexpr size_t kLeastCapacity = 4;

  // The capacity is a power of two, so that wrapping round is a mask.
  static size_t CapacityFor(size_t size) {
    size_t capacity = kLeastCapacity;
    while (capacity < size) capacity *= 2;
    return capacity;
  }
  size_t Slot(size_t index) const { return (head_ + index) & (slots_.size() - 1); }
  void Grow() {
    std::vector<T> grown(CapacityFor(size_ + 1));
    for (size_t i = 0; i < size_; ++i) grown[i] = std::move(slots_[Slot(i)]);
    slots_ = std::move(grown);
    head_ = 0;
  }

  std::vector<T> slots_;
  size_t head_ = 0;
  size_t size_ = 0;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_RING_H_
