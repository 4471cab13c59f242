// Kafka's BuiltInPartitioner (KIP-794): records without a key stay on one partition until a batch's worth of bytes went
// to it, then move to a random one, where partitions with long queues are chosen less often. Records with a key go to
// murmur2(key) modulo the number of partitions.
#ifndef KTRIAL_CLUSTER_CLIENT_STICKY_PARTITIONER_H_
#define KTRIAL_CLUSTER_CLIENT_STICKY_PARTITIONER_H_

#include <cstdint>
#include <vector>

#include "sim/random.h"

namespace ktrial::cluster {

// What the partitioner weighs when it chooses: a partition that has a leader, and how many batches wait for it.
struct PartitionLoad {
  int32_t partition = -1;
  int32_t queued_batches = 0;
};

class StickyPartitioner {
 public:
  // `sticky_bytes` is batch.size.
  explicit StickyPartitioner(int32_t sticky_bytes) : sticky_bytes_(sticky_bytes) {}

  // The partition to use now; -1 before the first choice.
  int32_t current() const { return current_; }
  // Chooses anew. `available` are the partitions with a leader, ascending; if there are none, any of `partition_count`.
  void Switch(const std::vector<PartitionLoad>& available, int32_t partition_count, sim::RandomStream& stream);
  // Bytes went to the current partition; true if it is time to switch. `batches_full`: nothing waits there that could
  // still grow, so switching does not leave a small batch behind.
  bool OnAppended(int32_t bytes, bool batches_full);

 private:
  int32_t sticky_bytes_;
  int32_t current_ = -1;
  int32_t produced_bytes_ = 0;
};

// Utils.murmur2 over the 8 big-endian bytes of an integer key, as LongSerializer writes it.
uint32_t Murmur2(int64_t key);
// toPositive(murmur2(key)) % partition_count
int32_t PartitionForKey(int64_t key, int32_t partition_count);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_STICKY_PARTITIONER_H_
