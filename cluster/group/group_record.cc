#include "cluster/group/group_record.h"

#include "sim/check.h"
#include "sim/trace_hash.h"

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

// 63 bits of a hash, where Kafka's cleaner keeps an MD5 of the key's bytes: two keys never meet in practice.
int64_t KeyOf(const GroupRecordBody& body) {
  sim::TraceHash hash;
  const auto add_text = [&hash](std::string_view text) {
    for (const char c : text) hash.Add(static_cast<uint64_t>(static_cast<unsigned char>(c)));
  };
  hash.Add(body.index());
  if (const auto* commit = std::get_if<OffsetCommitRecord>(&body)) {
    hash.Add(static_cast<uint64_t>(commit->tp.topic.value()));
    hash.Add(static_cast<uint64_t>(commit->tp.partition));
    add_text(commit->group);
  } else {
    add_text(std::get<GroupMetadataRecord>(body).group);
  }
  return static_cast<int64_t>(hash.value() >> 1);
}

}  // namespace

Record ToRecord(GroupRecordBody body, sim::WallTime timestamp) {
  const size_t bytes = std::visit([](const auto& record) { return EncodedBytes(record); }, body);
  const int64_t key = KeyOf(body);
  return {.timestamp = timestamp,
          .bytes = static_cast<int32_t>(bytes),
          .key = key,
          .body = sim::MakeRef<const GroupRecord>(std::move(body))};
}

Record ToTombstone(GroupRecordBody body, sim::WallTime timestamp) {
  Record record = ToRecord(std::move(body), timestamp);
  record.bytes = static_cast<int32_t>(kFixedBytes);
  record.tombstone = true;
  return record;
}

const GroupRecordBody& GroupBodyOf(const Record& record) {
  KT_CHECK(record.body);
  return static_cast<const GroupRecord&>(*record.body).body;
}

}  // namespace ktrial::cluster
