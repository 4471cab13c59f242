// What a leader pays for an append and a read of its log, without the network or replication.
#include <benchmark/benchmark.h>

#include <memory>
#include <optional>
#include <vector>

#include "cluster/log/unified_log.h"
#include "sim/world.h"

namespace ktrial::cluster {
namespace {

class Idle : public sim::Cloneable<Idle, sim::Process> {
 public:
  void OnStart(sim::Context&) override {}
  void OnCrash() override {}
};

sim::Ref<const RecordBatch> Batch(int records, int64_t producer, int32_t sequence) {
  BatchAttributes attributes;
  if (producer >= 0) {
    attributes = {.producer_id = ProducerId(producer), .producer_epoch = ProducerEpoch(0), .base_sequence = sequence};
  }
  return sim::MakeRef<const RecordBatch>(attributes,
                                         std::vector<Record>(static_cast<size_t>(records), Record{.bytes = 100}));
}

// Runs `body(ctx, log)` as one handler of a process with an empty log.
template <typename Body>
void WithLog(Body body) {
  sim::World world(sim::WorldOptions{.seed = 1});
  const sim::HostId host = world.AddHost({.name = "broker", .disks = {sim::DiskOptions{}}});
  const sim::ProcessId process = world.AddProcess(host, "broker", std::make_unique<Idle>());
  world.Start(process);
  world.Invoke(process, [&](sim::Process&, sim::Context& ctx) {
    UnifiedLog log =
        UnifiedLog::Load(ctx, {.tp = {TopicId(0), 0}, .broker = BrokerId(1), .directory = "orders-0", .config = {}});
    body(ctx, log);
  });
}

// A batch of 10 records is appended, and read as a follower's next fetch does.
void BM_AppendAndRead(benchmark::State& state) {
  const bool idempotent = state.range(0) != 0;
  WithLog([&](sim::Context& ctx, UnifiedLog& log) {
    int32_t sequence = 0;
    for (auto _ : state) {
      const auto batch = Batch(10, idempotent ? 7 : -1, sequence);
      sequence = IncrementSequence(sequence, 10);
      const Offset at = log.log_end();
      const LogAppendInfo info = log.AppendAsLeader(ctx, batch, LeaderEpoch(0), AppendOrigin::kClient);
      benchmark::DoNotOptimize(info.last_offset);
      FetchedData data = log.Read(ctx, at, log.log_end(), 1 << 20);
      benchmark::DoNotOptimize(data.bytes);
    }
  });
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_AppendAndRead)->ArgName("idempotent")->Arg(0)->Arg(1);

// A follower appends what the leader stamped.
void BM_AppendAsFollower(benchmark::State& state) {
  WithLog([&](sim::Context& ctx, UnifiedLog& log) {
    const auto batch = Batch(10, -1, -1);
    for (auto _ : state) {
      log.AppendAsFollower(ctx, sim::MakeRef<const LogBatch>(log.log_end(), LeaderEpoch(0), batch));
    }
  });
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_AppendAsFollower);

}  // namespace
}  // namespace ktrial::cluster
