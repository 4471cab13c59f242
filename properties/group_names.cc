#include "properties/group_names.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace ktrial::properties {

std::string GroupName(const TrialFacts& facts, cluster::GroupIndex group) {
  const auto index = static_cast<size_t>(group.value());
  if (group.valid() && index < facts.groups.size()) return absl::StrCat("group ", facts.groups[index]);
  return absl::StrCat("group #", group.value());
}

std::string OffsetsTopicLicence(const Moment& moment, sim::SimTime since) {
  const std::vector<std::string>& names = moment.facts.topic_names;
  const auto topic = std::find(names.begin(), names.end(), "__consumer_offsets");
  if (topic == names.end()) return {};
  const cluster::TopicId id(static_cast<int32_t>(topic - names.begin()));
  const PartitionMap<GhostPartition>& partitions = moment.ghost.partitions();
  for (auto it = partitions.lower_bound({id, 0}); it != partitions.end() && it->first.topic == id; ++it) {
    for (const GhostLicence& licence : it->second.licences) {
      if (licence.ended_at >= since) return licence.reason;
    }
  }
  return {};
}

}  // namespace ktrial::properties
