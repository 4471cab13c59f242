#include "cluster/group/group_partition.h"

#include <cstddef>

#include "sim/check.h"

namespace ktrial::cluster {
namespace {

// Takes one code point off the front.
uint32_t NextCodePoint(std::string_view& text) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(text[i])); };
  const uint32_t lead = byte(0);
  const size_t length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  uint32_t point = length == 1 ? lead : lead & (0xffu >> (length + 1));
  if (text.size() < length) {
    point = lead;
    text.remove_prefix(1);
    return point;
  }
  for (size_t i = 1; i < length; ++i) point = point << 6 | (byte(i) & 0x3f);
  text.remove_prefix(length);
  return point;
}

}  // namespace

int32_t JavaStringHash(std::string_view text) {
  uint32_t hash = 0;
  const auto add = [&](uint32_t utf16_unit) { hash = hash * 31 + utf16_unit; };
  while (!text.empty()) {
    const uint32_t point = NextCodePoint(text);
    if (point < 0x10000) {
      add(point);
    } else {
      add(0xd800 + ((point - 0x10000) >> 10));
      add(0xdc00 + ((point - 0x10000) & 0x3ff));
    }
  }
  return static_cast<int32_t>(hash);
}

int32_t GroupPartition(std::string_view group, int32_t partitions) {
  KT_CHECK(partitions > 0);
  const int32_t hash = JavaStringHash(group);
  const int32_t absolute = hash == INT32_MIN ? 0 : hash < 0 ? -hash : hash;
  return absolute % partitions;
}

FindCoordinatorResponse FindGroupCoordinator(const MetadataImage& metadata, const TopicImage* offsets_topic,
                                             std::string_view group) {
  if (offsets_topic == nullptr || offsets_topic->partitions.empty()) {
    return {.error = ErrorCode::kCoordinatorNotAvailable};
  }
  const int32_t index = GroupPartition(group, static_cast<int32_t>(offsets_topic->partitions.size()));
  const BrokerId leader = offsets_topic->partitions[static_cast<size_t>(index)].leader;
  const BrokerRegistration* broker = leader.valid() ? metadata.FindBroker(leader) : nullptr;
  if (broker == nullptr || broker->fenced) return {.error = ErrorCode::kCoordinatorNotAvailable};
  return {.coordinator = leader};
}

}  // namespace ktrial::cluster
