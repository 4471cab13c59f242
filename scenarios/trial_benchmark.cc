// Whole runs, with every checker on: how many events a second, how much faster than real time, and what a fork costs.
#include <memory>
#include <utility>

#include "benchmark/benchmark.h"
#include "scenarios/parse.h"
#include "scenarios/trial.h"
#include "sim/check.h"

namespace ktrial::scenarios {
namespace {

// Three brokers and three controllers, 500 records/s through six partitions with three replicas, one crash: the load of
// leader-kill-rf3, as text, so that the benchmark runs from any folder.
constexpr const char* kLeaderKill = R"(name: leader-kill
kafka: "4.1"
duration: 90s
cluster:
  brokers: 3
topics:
  orders:
    partitions: 6
    replication.factor: 3
    config: { min.insync.replicas: 2 }
workload:
  producers: { name: shop, count: 2, topic: orders, rate: 500/s }
  consumers: { name: billing, count: 2, topic: orders, group: billing }
faults:
  - { at: 10s, kill: leader of orders/0, for: 50s }
)";

// A run as a random search would make thousands of: small, with a crash, a cut and a slow disk.
constexpr const char* kSwarmRun = R"(name: swarm-run
kafka: "4.1"
duration: 30s
quiesce: 20s
cluster:
  brokers: 3
  config: { offsets.topic.num.partitions: 3 }
topics:
  orders:
    partitions: 2
    replication.factor: 3
    config: { min.insync.replicas: 2 }
workload:
  producers: { name: shop, topic: orders, rate: 50/s }
  consumers: { name: billing, topic: orders, group: billing }
faults:
  - { at: 3s, isolate: random broker, for: 10s }
  - { at: 6s, kill: random broker, for: 12s }
  - { at: 8s, slow_disk: { target: random broker, append: x50 }, for: 10s }
)";

std::shared_ptr<const Scenario> Parse(const char* text) {
  ParseResult parsed = ParseScenario(text, "benchmark");
  KT_CHECK(parsed.ok());
  return std::make_shared<const Scenario>(std::move(*parsed.scenario));
}

void RunWhole(benchmark::State& state, const char* text) {
  const std::shared_ptr<const Scenario> scenario = Parse(text);
  uint64_t seed = 1;
  uint64_t events = 0;
  sim::Duration simulated;
  for (auto _ : state) {
    Trial trial(scenario, seed++);
    trial.Run();
    events += trial.world().events_processed();
    simulated += trial.world().now() - sim::SimTime();
  }
  state.counters["events/s"] = benchmark::Counter(static_cast<double>(events), benchmark::Counter::kIsRate);
  state.counters["times_real"] =
      benchmark::Counter(static_cast<double>(simulated.millis()) / 1000, benchmark::Counter::kIsRate);
  state.counters["runs/s"] = benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void BM_LeaderKillRun(benchmark::State& state) { RunWhole(state, kLeaderKill); }
BENCHMARK(BM_LeaderKillRun)->Unit(benchmark::kMillisecond);

void BM_SwarmRun(benchmark::State& state) { RunWhole(state, kSwarmRun); }
BENCHMARK(BM_SwarmRun)->Unit(benchmark::kMillisecond);

// A fork of a swarm run's world in the middle, and of the world with all that its checkers know.
void BM_ForkWorld(benchmark::State& state) {
  Trial trial(Parse(kSwarmRun), 1);
  trial.RunUntil(sim::Seconds(20));
  for (auto _ : state) {
    sim::World fork = trial.world();
    benchmark::DoNotOptimize(fork);
  }
}
BENCHMARK(BM_ForkWorld)->Unit(benchmark::kMicrosecond);

void BM_ForkTrial(benchmark::State& state) {
  Trial trial(Parse(kSwarmRun), 1);
  trial.RunUntil(sim::Seconds(20));
  for (auto _ : state) {
    Trial fork = trial;
    benchmark::DoNotOptimize(fork);
  }
}
BENCHMARK(BM_ForkTrial)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace ktrial::scenarios
