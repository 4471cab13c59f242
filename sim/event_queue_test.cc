#include "sim/event_queue.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <utility>
#include <vector>

namespace ktrial::sim {
namespace {

Event Numbered(uint64_t number) { return Event{.kind = EventKind::kTimer, .key = number}; }

std::vector<uint64_t> PopAll(EventQueue& queue) {
  std::vector<uint64_t> numbers;
  while (!queue.empty()) numbers.push_back(queue.Pop().event.key);
  return numbers;
}

TEST(EventQueueTest, TimeThenInsertion) {
  EventQueue queue;
  queue.Push(SimTime(20), Numbered(0));
  queue.Push(SimTime(10), Numbered(1));
  queue.Push(SimTime(20), Numbered(2));
  queue.Push(SimTime(10), Numbered(3));
  EXPECT_EQ(queue.NextTime(), SimTime(10));
  EXPECT_EQ(PopAll(queue), (std::vector<uint64_t>{1, 3, 0, 2}));
}

TEST(EventQueueTest, AllFieldsOfAnEventComeBack) {
  EventQueue queue;
  queue.Push(SimTime(7), Event{EventKind::kDisk, 3, 900, 17, int64_t{1} << 40, UINT64_MAX});
  const DueEvent due = queue.Pop();
  EXPECT_EQ(due.at, SimTime(7));
  EXPECT_EQ(due.event.kind, EventKind::kDisk);
  EXPECT_EQ(due.event.flags, 3);
  EXPECT_EQ(due.event.code, 900);
  EXPECT_EQ(due.event.target, 17);
  EXPECT_EQ(due.event.incarnation, int64_t{1} << 40);
  EXPECT_EQ(due.event.key, UINT64_MAX);
}

TEST(EventQueueTest, AStaleHandleMatchesNothing) {
  EventQueue queue;
  EXPECT_FALSE(queue.Cancel(EventHandle{}));
  const EventHandle cancelled = queue.Push(SimTime(5), Numbered(0));
  EXPECT_TRUE(queue.Contains(cancelled));
  EXPECT_TRUE(queue.Cancel(cancelled));
  EXPECT_FALSE(queue.Cancel(cancelled));
  // The slot is taken again; the old handle must not reach the new event.
  const EventHandle fired = queue.Push(SimTime(6), Numbered(1));
  EXPECT_EQ(fired.slot, cancelled.slot);
  EXPECT_FALSE(queue.Contains(cancelled));
  EXPECT_FALSE(queue.Cancel(cancelled));
  queue.Pop();
  EXPECT_FALSE(queue.Contains(fired));
  EXPECT_FALSE(queue.Cancel(fired));
}

TEST(EventQueueTest, SlotsAreReused) {
  EventQueue queue;
  for (int round = 0; round < 1000; ++round) {
    const EventHandle a = queue.Push(SimTime(round), Numbered(0));
    const EventHandle b = queue.Push(SimTime(round + 30), Numbered(1));
    EXPECT_LT(a.slot, 2u);
    EXPECT_LT(b.slot, 2u);
    queue.Pop();
    queue.Cancel(b);
  }
}

TEST(EventQueueTest, ACopyGoesOnAlike) {
  EventQueue queue;
  const EventHandle kept = queue.Push(SimTime(1), Numbered(0));
  queue.Push(SimTime(2), Numbered(1));
  EventQueue copy = queue;
  EXPECT_TRUE(copy.Cancel(kept));
  copy.Push(SimTime(3), Numbered(2));
  EXPECT_EQ(PopAll(queue), (std::vector<uint64_t>{0, 1}));
  EXPECT_EQ(PopAll(copy), (std::vector<uint64_t>{1, 2}));
}

std::vector<uint64_t> OrderOfTies(uint64_t seed) {
  EventQueue queue;
  queue.ShuffleTies(seed);
  for (uint64_t i = 0; i < 8; ++i) queue.Push(SimTime(1), Numbered(i));
  return PopAll(queue);
}

TEST(EventQueueTest, TheSeedDecidesTheOrderOfTies) {
  EXPECT_EQ(OrderOfTies(1), OrderOfTies(1));
  std::map<std::vector<uint64_t>, int> orders;
  std::vector<int> first(8);
  for (uint64_t seed = 0; seed < 800; ++seed) {
    const std::vector<uint64_t> order = OrderOfTies(seed);
    ++orders[order];
    ++first[order.front()];
  }
  // 800 draws from 40,320 orders; and each event comes first about 100 times.
  EXPECT_GT(orders.size(), 700u);
  for (const int count : first) {
    EXPECT_GT(count, 50);
    EXPECT_LT(count, 150);
  }
}

TEST(EventQueueDeathTest, ThePastIsClosed) {
  EventQueue queue;
  EXPECT_DEATH(queue.Pop(), "check failed");
  queue.Push(SimTime(10), Numbered(0));
  queue.Pop();
  queue.Push(SimTime(10), Numbered(1));
  EXPECT_DEATH(queue.Push(SimTime(9), Numbered(2)), "check failed");
}

// The obvious queue: an ordered map from (time, sequence) to the event's number.
class NaiveQueue {
 public:
  using Key = std::pair<int64_t, uint64_t>;

  Key Push(int64_t at, uint64_t number) {
    const Key key{at, next_sequence_++};
    events_.emplace(key, number);
    return key;
  }
  bool Cancel(Key key) { return events_.erase(key) > 0; }
  bool Contains(Key key) const { return events_.contains(key); }
  std::pair<int64_t, uint64_t> Pop() {
    const auto first = events_.begin();
    const std::pair<int64_t, uint64_t> due{first->first.first, first->second};
    events_.erase(first);
    return due;
  }
  int64_t NextTime() const { return events_.begin()->first.first; }
  // Removes the event with this number if it is one of those due next.
  bool PopAmongNext(int64_t at, uint64_t number) {
    if (NextTime() != at) return false;
    for (auto it = events_.begin(); it != events_.end() && it->first.first == at; ++it) {
      if (it->second == number) {
        events_.erase(it);
        return true;
      }
    }
    return false;
  }
  size_t size() const { return events_.size(); }

 private:
  std::map<Key, uint64_t> events_;
  uint64_t next_sequence_ = 0;
};

// A step of a random history: weights favour pushes, so that the heap grows some levels deep.
struct Step {
  int action;
  int64_t delay;
  size_t pick;
};

std::vector<Step> AnyHistory() {
  const auto raw = *rc::gen::scale(
      8.0, rc::gen::container<std::vector<std::tuple<int, int64_t, size_t>>>(rc::gen::tuple(
               rc::gen::inRange(0, 8), rc::gen::inRange<int64_t>(0, 40), rc::gen::inRange<size_t>(0, 1u << 20))));
  std::vector<Step> steps;
  for (const auto& [action, delay, pick] : raw) steps.push_back(Step{action, delay, pick});
  return steps;
}

// Runs a history on both queues. `pop` compares one popped event with the oracle and takes it out there.
template <typename ComparePop>
void CompareWithOracle(EventQueue queue, ComparePop compare_pop) {
  NaiveQueue oracle;
  std::vector<std::pair<EventHandle, NaiveQueue::Key>> handles;
  int64_t now = 0;
  for (const Step& step : AnyHistory()) {
    if (step.action < 4) {
      const int64_t at = now + step.delay;
      const uint64_t number = handles.size();
      handles.emplace_back(queue.Push(SimTime(at), Numbered(number)), oracle.Push(at, number));
    } else if (step.action < 6 && !handles.empty()) {
      const auto& [handle, key] = handles[step.pick % handles.size()];
      RC_ASSERT(queue.Contains(handle) == oracle.Contains(key));
      RC_ASSERT(queue.Cancel(handle) == oracle.Cancel(key));
      RC_ASSERT(!queue.Contains(handle));
    } else if (!queue.empty()) {
      RC_ASSERT(queue.NextTime().nanos() == oracle.NextTime());
      const DueEvent due = queue.Pop();
      now = due.at.nanos();
      compare_pop(oracle, due);
    }
    RC_ASSERT(queue.size() == oracle.size());
  }
  while (!queue.empty()) compare_pop(oracle, queue.Pop());
  RC_ASSERT(oracle.size() == 0u);
}

RC_GTEST_PROP(EventQueueProperty, AgreesWithAnOrderedMap, ()) {
  CompareWithOracle(EventQueue(), [](NaiveQueue& oracle, const DueEvent& due) {
    RC_ASSERT(oracle.Pop() == std::pair(due.at.nanos(), due.event.key));
  });
}

RC_GTEST_PROP(EventQueueProperty, ShuffledTiesLoseNothingAndKeepTheOrderOfTime, ()) {
  EventQueue queue;
  queue.ShuffleTies(*rc::gen::arbitrary<uint64_t>());
  CompareWithOracle(queue, [](NaiveQueue& oracle, const DueEvent& due) {
    RC_ASSERT(oracle.PopAmongNext(due.at.nanos(), due.event.key));
  });
}

}  // namespace
}  // namespace ktrial::sim
