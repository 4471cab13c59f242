#include "sim/event_queue.h"

#include "sim/check.h"
#include "sim/random.h"

namespace ktrial::sim {
namespace {

constexpr int kSlotBits = 24;
constexpr int kSequenceBits = 40;
constexpr uint64_t kMaxSlots = uint64_t{1} << kSlotBits;
constexpr uint64_t kMaxEvents = uint64_t{1} << kSequenceBits;
constexpr uint64_t kSequenceMask = kMaxEvents - 1;
// Wider than 2 for shallow trees whose siblings share cache lines; 8 compares more than it saves.
constexpr size_t kArity = 4;

__extension__ using Word128 = unsigned __int128;

uint32_t SlotOf(Word128 key) { return static_cast<uint32_t>(static_cast<uint64_t>(key) & (kMaxSlots - 1)); }

SimTime TimeOf(Word128 key) { return SimTime(static_cast<int64_t>(key >> 64)); }

}  // namespace

// Each step can be undone: exclusive or with a constant, multiplication by an odd number, folding the upper half into
// the lower.
uint64_t EventQueue::TieShuffle::Scramble(uint64_t sequence) const {
  uint64_t word = (sequence ^ mask) & kSequenceMask;
  word = (word * first_factor) & kSequenceMask;
  word ^= word >> (kSequenceBits / 2);
  word = (word * second_factor) & kSequenceMask;
  return word ^ (word >> (kSequenceBits / 2));
}

void EventQueue::ShuffleTies(uint64_t seed) {
  RandomStream stream(seed);
  tie_shuffle_ =
      TieShuffle{.mask = stream.Next(), .first_factor = stream.Next() | 1, .second_factor = stream.Next() | 1};
}

EventHandle EventQueue::Push(SimTime at, const Event& event) {
  KT_CHECK(at >= last_popped_);
  KT_CHECK(next_sequence_ < kMaxEvents);
  const uint64_t sequence = next_sequence_++;
  const uint64_t order = tie_shuffle_ ? tie_shuffle_->Scramble(sequence) : sequence;
  const uint32_t slot = TakeSlot();
  slots_[slot].event = event;
  const Key key = static_cast<Key>(static_cast<uint64_t>(at.nanos())) << 64 | (order << kSlotBits | slot);
  heap_.push_back(key);
  SiftUp(heap_.size() - 1, key);
  return EventHandle{slot, slots_[slot].generation};
}

bool EventQueue::Contains(EventHandle handle) const {
  return handle.slot < slots_.size() && slots_[handle.slot].generation == handle.generation &&
         positions_[handle.slot] < kFree;
}

bool EventQueue::Cancel(EventHandle handle) {
  if (!Contains(handle)) return false;
  RemoveAt(positions_[handle.slot]);
  ReleaseSlot(handle.slot);
  return true;
}

SimTime EventQueue::NextTime() const {
  KT_CHECK(!heap_.empty());
  return TimeOf(heap_.front());
}

DueEvent EventQueue::Pop() {
  KT_CHECK(!heap_.empty());
  const Key key = heap_.front();
  const uint32_t slot = SlotOf(key);
  const DueEvent due{TimeOf(key), slots_[slot].event, {slot, slots_[slot].generation}};
  last_popped_ = due.at;
  RemoveAt(0);
  ReleaseSlot(slot);
  return due;
}

uint32_t EventQueue::TakeSlot() {
  if (first_free_ != kNoSlot) {
    const uint32_t slot = first_free_;
    first_free_ = positions_[slot] - kFree;
    return slot;
  }
  KT_CHECK(slots_.size() < kMaxSlots);
  slots_.emplace_back();
  positions_.push_back(kFree);
  return static_cast<uint32_t>(slots_.size() - 1);
}

void EventQueue::ReleaseSlot(uint32_t slot) {
  ++slots_[slot].generation;
  positions_[slot] = kFree + first_free_;
  first_free_ = slot;
}

void EventQueue::Place(size_t position, Key key) {
  heap_[position] = key;
  positions_[SlotOf(key)] = static_cast<uint32_t>(position);
}

void EventQueue::SiftUp(size_t position, Key key) {
  while (position > 0) {
    const size_t parent = (position - 1) / kArity;
    const Key parent_key = heap_[parent];
    if (key > parent_key) break;
    Place(position, parent_key);
    position = parent;
  }
  Place(position, key);
}

// Sinks the hole to a leaf without looking at `key`, then lets `key` rise from there, if need be above where the hole
// was. The key comes from the end of the heap and mostly belongs near a leaf, so this saves a comparison, and a
// mispredicted branch, on every level.
void EventQueue::SiftInto(size_t position, Key key) {
  const size_t size = heap_.size();
  size_t child = position * kArity + 1;
  while (child + kArity <= size) {
    const size_t left = child + (heap_[child + 1] < heap_[child] ? 1 : 0);
    const size_t right = child + 2 + (heap_[child + 3] < heap_[child + 2] ? 1 : 0);
    const size_t least = heap_[right] < heap_[left] ? right : left;
    Place(position, heap_[least]);
    position = least;
    child = position * kArity + 1;
  }
  if (child < size) {
    size_t least = child;
    for (size_t other = child + 1; other < size; ++other) {
      if (heap_[other] < heap_[least]) least = other;
    }
    Place(position, heap_[least]);
    position = least;
  }
  SiftUp(position, key);
}

void EventQueue::RemoveAt(size_t position) {
  const Key last = heap_.back();
  heap_.pop_back();
  if (position < heap_.size()) SiftInto(position, last);
}

}  // namespace ktrial::sim
