#include <cstdint>
#include <string>
#include <utility>

#include "benchmark/benchmark.h"
#include "sim/disk.h"

namespace ktrial::sim {
namespace {

struct BatchPayload : Payload {
  uint64_t words[8] = {};
};

FileId Fill(Disk& disk, const std::string& path, int64_t chunks) {
  const FileId file = disk.Create(SimTime(0), path).file;
  for (int64_t i = 0; i < chunks; ++i) {
    disk.Append(SimTime(i), file,
                {.tag = static_cast<uint64_t>(10 * i), .bytes = 512, .payload = MakeRef<BatchPayload>()});
  }
  return file;
}

// One record batch that many files hold, as replicas do.
void Append(benchmark::State& state) {
  const Ref<const Payload> batch = MakeRef<BatchPayload>();
  constexpr int64_t kSegmentChunks = 100'000;
  Disk disk(DiskOptions{}, RandomStream(1));
  FileId file = disk.Create(SimTime(0), "log").file;
  int64_t now = 0;
  int64_t chunks = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        disk.Append(SimTime(now), file, {.tag = static_cast<uint64_t>(now), .bytes = 512, .payload = batch}));
    now += 1'000;
    if (++chunks == kSegmentChunks) {
      chunks = 0;
      disk.Wipe();
      file = disk.Create(SimTime(now), "log").file;
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Append);

void AppendAndFlush(benchmark::State& state) {
  const Ref<const Payload> batch = MakeRef<BatchPayload>();
  Disk disk(DiskOptions{.capacity_bytes = int64_t{1} << 60}, RandomStream(1));
  const FileId file = disk.Create(SimTime(0), "log").file;
  int64_t now = 0;
  for (auto _ : state) {
    disk.Append(SimTime(now), file, {.tag = static_cast<uint64_t>(now), .bytes = 512, .payload = batch});
    benchmark::DoNotOptimize(disk.Flush(SimTime(now), file));
    now += 1'000;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(AppendAndFlush)->Iterations(1'000'000);

void FindLastAtOrBelow(benchmark::State& state) {
  Disk disk(DiskOptions{}, RandomStream(1));
  const int64_t chunks = state.range(0);
  const FileId file = Fill(disk, "log", chunks);
  RandomStream stream(2);
  for (auto _ : state) {
    benchmark::DoNotOptimize(disk.FindLastAtOrBelow(file, stream.Below(static_cast<uint64_t>(10 * chunks))));
  }
}
BENCHMARK(FindLastAtOrBelow)->Arg(100)->Arg(1'000)->Arg(100'000);

void ChunkByIndex(benchmark::State& state) {
  Disk disk(DiskOptions{}, RandomStream(1));
  const FileId file = Fill(disk, "log", 10'000);
  int64_t index = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(disk.chunk(file, index));
    index = index == 9'999 ? 0 : index + 1;
  }
}
BENCHMARK(ChunkByIndex);

// 100 files of as many chunks as given; the fork is dropped again within the measured time.
void Fork(benchmark::State& state) {
  Disk disk(DiskOptions{}, RandomStream(1));
  for (int i = 0; i < 100; ++i) {
    Fill(disk, "topic-" + std::to_string(i) + "/00000000000000000000.log", state.range(0));
  }
  for (auto _ : state) {
    Disk fork = disk;
    benchmark::DoNotOptimize(fork);
  }
}
BENCHMARK(Fork)->Arg(100)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMicrosecond);

// A power loss of 100 files with 1,000 chunks, half of them dirty.
void PowerLoss(benchmark::State& state) {
  Disk disk(DiskOptions{}, RandomStream(1));
  for (int i = 0; i < 100; ++i) {
    const FileId file = Fill(disk, "topic-" + std::to_string(i) + "/00000000000000000000.log", 500);
    disk.Flush(SimTime(0), file);
    for (int chunk = 0; chunk < 500; ++chunk) {
      disk.Append(SimTime(0), file, {.tag = 10'000, .bytes = 512, .payload = MakeRef<BatchPayload>()});
    }
  }
  for (auto _ : state) {
    Disk fork = disk;
    fork.PowerLoss(SimTime(0), PowerLossMode::kRandom);
    benchmark::DoNotOptimize(fork);
  }
}
BENCHMARK(PowerLoss)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace ktrial::sim
