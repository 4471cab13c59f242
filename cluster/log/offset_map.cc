#include "cluster/log/offset_map.h"

#include <algorithm>

#include "sim/check.h"

namespace ktrial::cluster {

int64_t OffsetMap::CapacityOf(int64_t bytes) {
  constexpr int64_t kBytesPerEntry = 16 + 8;
  return bytes / kBytesPerEntry * 9 / 10;
}

bool OffsetMap::Put(int64_t key, Offset offset) {
  KT_CHECK(key >= 0);
  if (size() >= capacity_) return false;
  offsets_.InsertOrAssign(key, offset);
  return true;
}

Offset OffsetMap::Get(int64_t key) const {
  const Offset* offset = offsets_.Find(key);
  return offset == nullptr ? Offset() : *offset;
}

void OffsetMap::UpdateLatestOffset(Offset offset) { latest_offset_ = std::max(latest_offset_, offset); }

}  // namespace ktrial::cluster
