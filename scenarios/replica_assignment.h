// Which brokers hold the replicas of a topic's partitions, as kafka-topics and kafka-reassign-partitions write it.
//
//   ParseReplicaAssignment("1:2:3,2:3:1")    // Partition 0 on brokers 1, 2 and 3, of which 1 is to lead.
#ifndef KTRIAL_SCENARIOS_REPLICA_ASSIGNMENT_H_
#define KTRIAL_SCENARIOS_REPLICA_ASSIGNMENT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ktrial::scenarios {

// The brokers of each partition, from 0 on, the preferred leader first.
using ReplicaAssignment = std::vector<std::vector<int32_t>>;

// Empty for a text that is not of the kind, names a broker twice for one partition, or one that no cluster has.
ReplicaAssignment ParseReplicaAssignment(std::string_view text);
std::string FormatReplicaAssignment(const ReplicaAssignment& assignment);
// The broker with the largest id.
int32_t LargestBroker(const ReplicaAssignment& assignment);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_REPLICA_ASSIGNMENT_H_
