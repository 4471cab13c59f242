// What an idle replica costs in memory: Partition, UnifiedLog and its files on the disk. The counter bytes_per_replica
// is what counts; a cluster of 100,000 replicas is to fit into 400 MB.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdint>
#include <memory>
#include <string>

#include "cluster/metadata/metadata_image.h"
#include "cluster/replication/log_manager.h"
#include "cluster/replication/partition_table.h"
#include "sim/world.h"

namespace ktrial::cluster {
namespace {

constexpr BrokerId kSelf{1};
constexpr TopicId kTopic{0};

class ReplicasProcess : public sim::Cloneable<ReplicasProcess, sim::Process> {
 public:
  void OnStart(sim::Context&) override {}
  void OnCrash() override {}
  void OnTimer(sim::Context&, const sim::Timer&) override {}
  void OnDiskDone(sim::Context&, const sim::DiskDone&) override {}

  LogManager logs{kSelf, BrokerConfig()};
  PartitionTable partitions;
};

// In use, with the blocks that malloc maps one by one.
size_t HeapBytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

MetadataImage ImageWith(int32_t partitions) {
  MetadataImage image;
  int64_t offset = 0;
  image.Replay(TopicRecord{.topic = kTopic, .name = "orders"}, Offset(offset++));
  for (int32_t i = 0; i < partitions; ++i) {
    image.Replay(PartitionRecord{.tp = {kTopic, i},
                                 .replicas = {kSelf, BrokerId(2), BrokerId(3)},
                                 .isr = {kSelf, BrokerId(2), BrokerId(3)},
                                 .leader = kSelf},
                 Offset(offset++));
  }
  return image;
}

// Every replica leads, which costs more than to follow.
void BM_IdleReplicas(benchmark::State& state) {
  const auto count = static_cast<int32_t>(state.range(0));
  const MetadataImage image = ImageWith(count);
  double bytes_per_replica = 0;
  for (auto _ : state) {
    sim::World world({.seed = 1});
    const sim::HostId host = world.AddHost({.name = "broker-1", .disks = {sim::DiskOptions()}});
    const sim::ProcessId id = world.AddProcess(host, "broker-1", std::make_unique<ReplicasProcess>());
    world.Start(id);
    const size_t before = HeapBytes();
    world.Invoke(id, [&](sim::Process& base, sim::Context& ctx) {
      auto& process = static_cast<ReplicasProcess&>(base);
      const BrokerConfig config;
      process.logs.Startup(ctx, image);
      for (int32_t i = 0; i < count; ++i) {
        const TopicPartition tp{kTopic, i};
        Partition& partition =
            process.partitions.Add(Partition(tp, *process.logs.GetOrCreateLog(ctx, tp, *image.FindTopic(kTopic)), 1));
        partition.MakeLeader({ctx, image, config, kSelf, BrokerEpoch(1)}, *image.FindPartition(tp));
      }
    });
    bytes_per_replica = static_cast<double>(HeapBytes() - before) / count;
  }
  state.counters["bytes_per_replica"] = bytes_per_replica;
  state.counters["sizeof_Partition"] = sizeof(Partition);
  state.counters["sizeof_UnifiedLog"] = sizeof(UnifiedLog);
}
BENCHMARK(BM_IdleReplicas)->Arg(1 << 14)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ktrial::cluster
