#include "cluster/group/group_record.h"

#include "sim/check.h"

namespace ktrial::cluster {
namespace {

constexpr size_t kFixedBytes = 32;
constexpr size_t kPartitionBytes = 8;

size_t EncodedBytes(const OffsetCommitRecord& record) { return kFixedBytes + record.group.size(); }

size_t EncodedBytes(const GroupMetadataRecord& record) {
  size_t bytes = kFixedBytes + record.group.size() + record.protocol.size() + record.leader.size();
  for (const GroupMetadataRecord::Member& member : record.members) {
    bytes += kFixedBytes + member.id.size() + member.client_id.size();
    for (const std::string& topic : member.subscription.topics) bytes += topic.size();
    bytes += kPartitionBytes * (member.subscription.owned_partitions.size() + member.assignment.partitions.size());
  }
  return bytes;
}

}  // namespace

Record ToRecord(GroupRecordBody body, sim::WallTime timestamp) {
  const size_t bytes = std::visit([](const auto& record) { return EncodedBytes(record); }, body);
  return {.timestamp = timestamp,
          .bytes = static_cast<int32_t>(bytes),
          .body = sim::MakeRef<const GroupRecord>(std::move(body))};
}

const GroupRecordBody& GroupBodyOf(const Record& record) {
  KT_CHECK(record.body);
  return static_cast<const GroupRecord&>(*record.body).body;
}

}  // namespace ktrial::cluster
