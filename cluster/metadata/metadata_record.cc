#include "cluster/metadata/metadata_record.h"

#include "sim/check.h"
#include "sim/ref.h"

namespace ktrial::cluster {
namespace {

// A plausible encoding: fixed fields, and a few bytes for each replica of a partition.
int32_t EncodedRecordBytes(const MetadataRecordBody& body) {
  constexpr int32_t kFixedBytes = 40;
  constexpr int32_t kReplicaBytes = 8;
  int32_t bytes = kFixedBytes;
  if (const auto* partition = std::get_if<PartitionRecord>(&body)) {
    bytes += kReplicaBytes * static_cast<int32_t>(partition->replicas.size());
  }
  return bytes;
}

}  // namespace

Record ToRecord(MetadataRecordBody body, sim::WallTime timestamp) {
  const int32_t bytes = EncodedRecordBytes(body);
  return {.timestamp = timestamp, .bytes = bytes, .body = sim::MakeRef<const MetadataRecord>(std::move(body))};
}

const MetadataRecordBody& MetadataBodyOf(const Record& record) {
  KT_CHECK(record.body);
  return static_cast<const MetadataRecord&>(*record.body).body;
}

}  // namespace ktrial::cluster
