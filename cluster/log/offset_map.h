// The offset of the last record of each key in the part of a log that is to be cleaned
// (org.apache.kafka.storage.internals.log.OffsetMap, SkimpyOffsetMap). Its size is bounded as Kafka's buffer bounds it:
// what no longer fits waits for the next cleaning.
//
//   OffsetMap map(OffsetMap::CapacityOf(128 << 20));
//   if (!map.Put(record.key, offset)) ...   // full
//   map.UpdateLatestOffset(batch.last_offset());
#ifndef KTRIAL_CLUSTER_LOG_OFFSET_MAP_H_
#define KTRIAL_CLUSTER_LOG_OFFSET_MAP_H_

#include <cstdint>

#include "cluster/protocol/ids.h"
#include "sim/lookup_map.h"

namespace ktrial::cluster {

class OffsetMap {
 public:
  // How many keys a cleaner thread puts into `bytes` of dedupe buffer: an MD5 and an offset each, filled to
  // log.cleaner.io.buffer.load.factor (0.9).
  static int64_t CapacityOf(int64_t bytes);

  explicit OffsetMap(int64_t capacity = 0) : capacity_(capacity) {}

  // False, and nothing changes, if the map is full, even for a key that is in it already, as with Kafka's.
  bool Put(int64_t key, Offset offset);
  // None if the key is not in the map.
  Offset Get(int64_t key) const;
  int64_t size() const { return static_cast<int64_t>(offsets_.size()); }

  // The last offset that the map takes into account; none at first. It never goes down.
  Offset latest_offset() const { return latest_offset_; }
  void UpdateLatestOffset(Offset offset);

 private:
  int64_t capacity_;
  Offset latest_offset_;
  sim::LookupMap<int64_t, Offset> offsets_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_OFFSET_MAP_H_
