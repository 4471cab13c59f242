#include "scenarios/kafka_version.h"

#include "scenarios/text.h"

namespace ktrial::scenarios {

const std::vector<KafkaVersion>& SupportedKafkaVersions() {
  static const auto& versions = *new std::vector<KafkaVersion>{{3, 7}, {3, 8}, {3, 9}, {4, 0}, {4, 1}};
  return versions;
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
