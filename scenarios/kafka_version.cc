#include "scenarios/kafka_version.h"

#include "scenarios/text.h"

namespace ktrial::scenarios {

const std::vector<KafkaVersion>& SupportedKafkaVersions() {
  static const auto& versions = *new std::vector<KafkaVersion>{
      {0, 10}, {0, 11}, {1, 0}, {1, 1}, {2, 0}, {2, 1}, {2, 2}, {2, 3}, {2, 4}, {2, 5}, {2, 6}, {2, 7}, {2, 8},
      {3, 0},  {3, 1},  {3, 2}, {3, 3}, {3, 4}, {3, 5}, {3, 6}, {3, 7}, {3, 8}, {3, 9}, {4, 0}, {4, 1}};
  return versions;
}

cluster::ReplicationProtocol ReplicationProtocolOf(KafkaVersion version) {
  using cluster::ReplicationProtocol;
  if (version < KafkaVersion{0, 11}) return ReplicationProtocol::kHighWatermark;
  if (version < KafkaVersion{2, 0}) return ReplicationProtocol::kKip101;
  if (version < KafkaVersion{2, 1}) return ReplicationProtocol::kKip279;
  if (version < KafkaVersion{2, 7}) return ReplicationProtocol::kKip320;
  return ReplicationProtocol::kTruncationOnFetch;
}

std::optional<KafkaVersion> ParseKafkaVersion(std::string_view text) {
  for (const KafkaVersion version : SupportedKafkaVersions()) {
    if (FormatKafkaVersion(version) == text) return version;
  }
  return std::nullopt;
}

std::string FormatKafkaVersion(KafkaVersion version) {
  return Cat({std::to_string(version.major), ".", std::to_string(version.minor)});
}

}  // namespace ktrial::scenarios
