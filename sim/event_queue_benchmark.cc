// The kernel alone: a closed loop with a Kafka-like mix of timers. Each entity has one message in flight (0.2-1.25 ms,
// one in 64 eight times as long) and a request timer of 30 s, cancelled and armed again at every message; one message
// in eight also sets a timer of 1-9 ms that fires. That is about 2.8 queue operations for each event that fires.
#include <benchmark/benchmark.h>

#include <vector>

#include "sim/event_queue.h"
#include "sim/random.h"
#include "sim/trace_hash.h"

namespace ktrial::sim {
namespace {

constexpr uint16_t kMessage = 0;
constexpr uint16_t kBackoff = 1;
constexpr uint16_t kRequestTimeout = 2;

class ClosedLoop {
 public:
  explicit ClosedLoop(int32_t entities) : request_timers_(static_cast<size_t>(entities)) {
    for (int32_t entity = 0; entity < entities; ++entity) SendMessage(SimTime(), entity);
  }

  void Step() {
    const DueEvent due = queue_.Pop();
    hash_.Add(static_cast<uint64_t>(due.at.nanos()) ^ due.event.code);
    if (due.event.code == kMessage) SendMessage(due.at, due.event.target);
  }

  uint64_t hash() const { return hash_.value(); }
  size_t pending() const { return queue_.size(); }

 private:
  void SendMessage(SimTime now, int32_t entity) {
    EventHandle& request_timer = request_timers_[static_cast<size_t>(entity)];
    const uint64_t draw = stream_.Next();
    // 2^20 ns is 1.05 ms.
    int64_t latency = 200'000 + static_cast<int64_t>(draw & ((1u << 20) - 1));
    if ((draw >> 20) % 64 == 0) latency *= 8;
    queue_.Cancel(request_timer);
    request_timer = queue_.Push(now + Seconds(30), TimerEvent(kRequestTimeout, entity));
    queue_.Push(now + Nanoseconds(latency), TimerEvent(kMessage, entity));
    if ((draw >> 32) % 8 == 0) {
      const auto spread = static_cast<int64_t>((draw >> 40) & ((1u << 23) - 1));
      queue_.Push(now + Milliseconds(1) + Nanoseconds(spread), TimerEvent(kBackoff, entity));
    }
  }

  static Event TimerEvent(uint16_t code, int32_t entity) {
    return Event{.kind = EventKind::kTimer, .code = code, .target = entity};
  }

  EventQueue queue_;
  RandomStream stream_{42};
  TraceHash hash_;
  std::vector<EventHandle> request_timers_;
};

// Items are fired events. Budget at 1,000 entities: 6 million a second.
void BM_KernelAlone(benchmark::State& state) {
  ClosedLoop loop(static_cast<int32_t>(state.range(0)));
  for (int64_t warm = 0; warm < 20 * state.range(0); ++warm) loop.Step();
  for (auto _ : state) loop.Step();
  benchmark::DoNotOptimize(loop.hash());
  state.SetItemsProcessed(state.iterations());
  state.counters["pending"] = static_cast<double>(loop.pending());
}
BENCHMARK(BM_KernelAlone)->Arg(100)->Arg(1'000)->Arg(10'000)->Arg(100'000);

// A snapshot of the queue with its entities, as part of a fork of the world.
void BM_ForkQueue(benchmark::State& state) {
  ClosedLoop loop(static_cast<int32_t>(state.range(0)));
  for (int64_t warm = 0; warm < 20 * state.range(0); ++warm) loop.Step();
  for (auto _ : state) {
    ClosedLoop fork = loop;
    benchmark::DoNotOptimize(fork.pending());
  }
}
BENCHMARK(BM_ForkQueue)->Arg(100)->Arg(1'000)->Arg(10'000);

}  // namespace
}  // namespace ktrial::sim
