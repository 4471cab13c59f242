#include "scenarios/replica_assignment.h"

#include <algorithm>
#include <optional>

#include "scenarios/scenario.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {

ReplicaAssignment ParseReplicaAssignment(std::string_view text) {
  ReplicaAssignment assignment(1);
  while (true) {
    const size_t end = std::min(text.find_first_of(":,"), text.size());
    const std::optional<int64_t> broker = ParseInteger(text.substr(0, end));
    std::vector<int32_t>& replicas = assignment.back();
    if (!broker || *broker < kFirstBrokerId || *broker > kMostBrokers) return {};
    const auto id = static_cast<int32_t>(*broker);
    if (std::find(replicas.begin(), replicas.end(), id) != replicas.end()) return {};
    replicas.push_back(id);
    if (end == text.size()) return assignment;
    if (text[end] == ',') assignment.emplace_back();
    text.remove_prefix(end + 1);
  }
}

std::string FormatReplicaAssignment(const ReplicaAssignment& assignment) {
  std::vector<std::string> partitions;
  for (const std::vector<int32_t>& replicas : assignment) {
    std::vector<std::string> brokers;
    for (const int32_t broker : replicas) brokers.push_back(std::to_string(broker));
    partitions.push_back(Join(brokers, ":"));
  }
  return Join(partitions, ",");
}

int32_t LargestBroker(const ReplicaAssignment& assignment) {
  int32_t largest = 0;
  for (const std::vector<int32_t>& replicas : assignment) {
    for (const int32_t broker : replicas) largest = std::max(largest, broker);
  }
  return largest;
}

}  // namespace ktrial::scenarios
