// The pending events of a World, in order of time and, at equal times, in order of insertion (or by a seeded
// tie-break). An indexed 4-ary heap over a slab: every operation is O(log n), cancelling really removes, and nothing is
// allocated per event. Limits, checked: 2^40 events a run, 2^24 pending at once.
//
//   EventHandle h = queue.Push(at, event);
//   queue.Cancel(h);                    // false if it has fired or was cancelled before
//   while (!queue.empty()) { auto [at, event] = queue.Pop(); ... }
#ifndef KTRIAL_SIM_EVENT_QUEUE_H_
#define KTRIAL_SIM_EVENT_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/time.h"

namespace ktrial::sim {

enum class EventKind : uint8_t { kTimer, kSegment, kThread, kDisk, kControl };

// One pending event, 24 bytes. What the fields mean is up to the kind.
struct Event {
  EventKind kind = EventKind::kControl;
  uint8_t flags = 0;
  uint16_t code = 0;
  // A process, host or disk.
  int32_t target = -1;
  int64_t incarnation = -1;
  uint64_t key = 0;
};

// Names a pending event until it fires or is cancelled; after that it is stale and matches nothing. Default: none.
struct EventHandle {
  uint32_t slot = UINT32_MAX;
  uint32_t generation = 0;

  bool empty() const { return slot == UINT32_MAX; }
  friend bool operator==(EventHandle, EventHandle) = default;
};

struct DueEvent {
  SimTime at;
  Event event;
  // The handle that Push gave; stale by now.
  EventHandle handle;
};

class EventQueue {
 public:
  EventQueue() = default;

  // `at` must not lie before the last popped event.
  EventHandle Push(SimTime at, const Event& event);
  bool Cancel(EventHandle handle);
  bool Contains(EventHandle handle) const;

  bool empty() const { return heap_.empty(); }
  size_t size() const { return heap_.size(); }
  // Time of the earliest event; the queue must not be empty.
  SimTime NextTime() const;
  DueEvent Pop();

  // From now on events at equal times come in an order drawn from `seed` instead of the order of insertion.
  void ShuffleTies(uint64_t seed);

 private:
  __extension__ using Word128 = unsigned __int128;

  // Time, then sequence number (perhaps scrambled), then slot: 64, 40 and 24 bits, compared as one number. The slot
  // makes keys of pending events unique even where ties were shuffled halfway.
  using Key = Word128;

  struct Slot {
    Event event;
    // Counts the events that have left this slot.
    uint32_t generation = 0;
  };

  // A seeded bijection of sequence numbers.
  struct TieShuffle {
    uint64_t mask = 0;
    uint64_t first_factor = 1;
    uint64_t second_factor = 1;

    uint64_t Scramble(uint64_t sequence) const;
  };

  // Marks, in place of a position in the heap, a slot that holds no pending event. Above every position.
  static constexpr uint32_t kFree = uint32_t{1} << 31;
  static constexpr uint32_t kNoSlot = kFree - 1;

  uint32_t TakeSlot();
  void ReleaseSlot(uint32_t slot);

  void Place(size_t position, Key key);
  void SiftUp(size_t position, Key key);
  void SiftInto(size_t position, Key key);
  void RemoveAt(size_t position);

  std::vector<Key> heap_;
  std::vector<Slot> slots_;
  // By slot: its position in the heap, or kFree plus the next free slot. Apart from the slots, because sifting writes
  // it for every key that moves and it then stays in the nearest cache.
  std::vector<uint32_t> positions_;
  uint32_t first_free_ = kNoSlot;
  uint64_t next_sequence_ = 0;
  SimTime last_popped_;
  std::optional<TieShuffle> tie_shuffle_;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_EVENT_QUEUE_H_
