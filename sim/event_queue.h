// The pending events of a World, in order of time and, at equal times, in order of insertion (or by a seeded tie-break).
// An indexed 4-ary heap over a slab: every operation is O(log n), cancelling really removes, and nothing is allocated per
// event. Limits, checked: 2^40 events a run, 2^24 pending at once.
//
//   EventHandle h = queue.Push(at, event);
//   queue.Cancel(h);                    // false if it has fired or was cancelled before
//   while (!queue.empty()) { auto [at, event] = queue.Pop(); ... }
#ifndef KTRIAL_SIM_EVENT_QUEUE_H_
#define KTRIAL_SIM_EVENT_QUEUE_H_

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
  // Compared as one 128-bit number: time, then sequence (or its scrambled form), then slot.
  struct Key {
    int64_t at;
    uint64_t order;
  };
  struct Slot {
    Event event;
    uint32_t generation = 0;
    uint32_t heap_position = UINT32_MAX;
  };

  static bool Earlier(const Key& a, const Key& b);
  void Place(size_t position, Key key);
  void SiftUp(size_t position, Key key);
  void SiftDown(size_t position, Key key);
  void RemoveAt(size_t position);

  std::vector<Key> heap_;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_slots_;
  uint64_t next_sequence_ = 0;
  int64_t last_popped_ = 0;
  std::optional<uint64_t> tie_seed_;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_EVENT_QUEUE_H_
