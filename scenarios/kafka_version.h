// The Kafka versions whose behaviour a scenario can ask for with `kafka: "4.1"`. A version decides defaults, which keys
// exist, and which features the simulated nodes have.
#ifndef KTRIAL_SCENARIOS_KAFKA_VERSION_H_
#define KTRIAL_SCENARIOS_KAFKA_VERSION_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/replication_protocol.h"

namespace ktrial::scenarios {

struct KafkaVersion {
  int16_t major = 4;
  int16_t minor = 1;

  friend constexpr auto operator<=>(const KafkaVersion&, const KafkaVersion&) = default;
};

// The first version whose KRaft mode was for production. Before it, clusters had ZooKeeper.
inline constexpr KafkaVersion kFirstKRaftVersion{3, 3};

// The first version with eligible leader replicas (KIP-966) to choose, and the first whose new clusters have them.
inline constexpr KafkaVersion kFirstElrVersion{4, 0};
inline constexpr KafkaVersion kElrByDefaultVersion{4, 1};

// The versions with a profile, oldest first: {0, 10} is 0.10.2, each other one the last patch of its release. All of
// them run with KRaft controllers, for want of others.
const std::vector<KafkaVersion>& SupportedKafkaVersions();

// "4.1"; nothing for a version without a profile, or with a patch number.
std::optional<KafkaVersion> ParseKafkaVersion(std::string_view text);

std::string FormatKafkaVersion(KafkaVersion version);

// How brokers of the version replicate, with its own inter.broker.protocol.version.
cluster::ReplicationProtocol ReplicationProtocolOf(KafkaVersion version);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_KAFKA_VERSION_H_
