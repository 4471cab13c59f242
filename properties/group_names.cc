#include "properties/group_names.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cluster/group/group_partition.h"

namespace ktrial::properties {
namespace {

// None if there is no such topic yet.
cluster::TopicId OffsetsTopicOf(const Moment& moment) {
  const std::vector<std::string>& names = moment.facts.topic_names;
  const auto topic = std::find(names.begin(), names.end(), "__consumer_offsets");
  return topic == names.end() ? cluster::TopicId() : cluster::TopicId(static_cast<int32_t>(topic - names.begin()));
}

}  // namespace

std::string GroupName(const TrialFacts& facts, cluster::GroupIndex group) {
  const auto index = static_cast<size_t>(group.value());
  if (group.valid() && index < facts.groups.size()) return absl::StrCat("group ", facts.groups[index]);
  return absl::StrCat("group #", group.value());
}

std::string OffsetsTopicLicence(const Moment& moment, sim::SimTime since) {
  const cluster::TopicId topic = OffsetsTopicOf(moment);
  if (!topic.valid()) return {};
  const PartitionMap<GhostPartition>& partitions = moment.ghost.partitions();
  for (auto it = partitions.lower_bound({topic, 0}); it != partitions.end() && it->first.topic == topic; ++it) {
    for (const GhostLicence& licence : it->second.licences) {
      if (licence.ended_at >= since) return licence.reason;
    }
  }
  return {};
}

const GhostPartition* OffsetsPartitionOf(const Moment& moment, cluster::GroupIndex group) {
  const cluster::TopicId topic = OffsetsTopicOf(moment);
  const auto index = static_cast<size_t>(group.value());
  if (!topic.valid() || !group.valid() || index >= moment.facts.groups.size()) return nullptr;
  const PartitionMap<GhostPartition>& partitions = moment.ghost.partitions();
  int32_t count = 0;
  for (auto it = partitions.lower_bound({topic, 0}); it != partitions.end() && it->first.topic == topic; ++it) ++count;
  if (count == 0) return nullptr;
  return moment.ghost.Find({topic, cluster::GroupPartition(moment.facts.groups[index], count)});
}

}  // namespace ktrial::properties
