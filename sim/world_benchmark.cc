// How fast a world runs and copies: processes that exchange messages over a topology with racks.
#include <cstdint>
#include <memory>

#include "benchmark/benchmark.h"
#include "sim/toy_gossip_for_test.h"
#include "sim/world.h"

namespace ktrial::sim {
namespace {

// Sends a message back and forth between two hosts of one rack: what sending and delivering cost without anything else.
class PingPong : public Cloneable<PingPong, Process> {
 public:
  void OnStart(Context&) override {}
  void OnCrash() override {}
  void OnMessage(Context& ctx, ConnectionId connection, const Message& message) override {
    ctx.Send(connection, {.kind = 1, .bytes = 100, .tag = message.tag + 1});
  }
};

void BM_SendAndDeliver(benchmark::State& state) {
  World world({.seed = 1});
  const ProcessId a = world.AddProcess(world.AddHost({.name = "a"}), "a", std::make_unique<PingPong>());
  const ProcessId b = world.AddProcess(world.AddHost({.name = "b"}), "b", std::make_unique<PingPong>());
  world.Start(a);
  world.Start(b);
  for (int64_t i = 0; i < state.range(0); ++i) {
    world.Invoke(a, [&](Process&, Context& ctx) { ctx.Send(ctx.Connect(b), {.kind = 1, .bytes = 100}); });
  }
  world.RunUntil(SimTime() + Seconds(1));
  for (auto _ : state) world.Step();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_SendAndDeliver)->Arg(1)->Arg(100)->ArgName("connections");

void BM_Gossip(benchmark::State& state) {
  World world = MakeGossipWorld(1,
                                {.process_count = static_cast<int32_t>(state.range(0)),
                                 .interval = Milliseconds(1),
                                 .writes = state.range(1) != 0},
                                20);
  world.RunUntil(SimTime() + Seconds(1));
  const uint64_t before = world.events_processed();
  for (auto _ : state) world.RunUntil(world.now() + Milliseconds(10));
  state.SetItemsProcessed(static_cast<int64_t>(world.events_processed() - before));
}
BENCHMARK(BM_Gossip)->ArgsProduct({{100}, {0, 1}})->ArgNames({"processes", "writes"})->Unit(benchmark::kMillisecond);

void BM_Fork(benchmark::State& state) {
  World world =
      MakeGossipWorld(1, {.process_count = static_cast<int32_t>(state.range(0)), .interval = Milliseconds(1)}, 20);
  world.RunUntil(SimTime() + Seconds(1));
  for (auto _ : state) {
    World fork = world;
    benchmark::DoNotOptimize(fork.trace_hash());
  }
  state.counters["connections"] = static_cast<double>(world.live_connections());
}
BENCHMARK(BM_Fork)->Arg(6)->Arg(100)->ArgName("processes")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace ktrial::sim
