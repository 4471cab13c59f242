#include "cluster/client/sticky_partitioner.h"

#include <algorithm>
#include <array>

#include "sim/check.h"

namespace ktrial::cluster {

void StickyPartitioner::Switch(const std::vector<PartitionLoad>& available, int32_t partition_count,
                               sim::RandomStream& stream) {
  KT_CHECK(partition_count > 0);
  produced_bytes_ = 0;
  if (available.empty()) {
    current_ = static_cast<int32_t>(stream.Below(static_cast<uint64_t>(partition_count)));
    return;
  }
  int32_t longest = 0;
  for (const PartitionLoad& load : available) longest = std::max(longest, load.queued_batches);
  uint64_t total = 0;
  for (const PartitionLoad& load : available) total += static_cast<uint64_t>(longest + 1 - load.queued_batches);
  uint64_t point = stream.Below(total);
  for (const PartitionLoad& load : available) {
    const uint64_t weight = static_cast<uint64_t>(longest + 1 - load.queued_batches);
    if (point < weight) {
      current_ = load.partition;
      return;
    }
    point -= weight;
  }
  KT_UNREACHABLE();
}

bool StickyPartitioner::OnAppended(int32_t bytes, bool batches_full) {
  produced_bytes_ += bytes;
  return (produced_bytes_ >= sticky_bytes_ && batches_full) || produced_bytes_ >= 2 * int64_t{sticky_bytes_};
}

uint32_t Murmur2(int64_t key) {
  constexpr uint32_t kSeed = 0x9747b28c;
  constexpr uint32_t kMultiplier = 0x5bd1e995;
  constexpr int kShift = 24;
  std::array<uint8_t, 8> data;
  for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<uint8_t>(static_cast<uint64_t>(key) >> (56 - 8 * i));
  uint32_t hash = kSeed ^ static_cast<uint32_t>(data.size());
  for (size_t i = 0; i < data.size(); i += 4) {
    uint32_t word = static_cast<uint32_t>(data[i]) | static_cast<uint32_t>(data[i + 1]) << 8 |
                    static_cast<uint32_t>(data[i + 2]) << 16 | static_cast<uint32_t>(data[i + 3]) << 24;
    word *= kMultiplier;
    word ^= word >> kShift;
    word *= kMultiplier;
    hash *= kMultiplier;
    hash ^= word;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return hash;
}

int32_t PartitionForKey(int64_t key, int32_t partition_count) {
  return static_cast<int32_t>(Murmur2(key) & 0x7fffffff) % partition_count;
}

}  // namespace ktrial::cluster
