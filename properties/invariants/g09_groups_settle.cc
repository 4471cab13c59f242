// G9: when faults have healed and time was given, every group is stable, its live consumers are its members, and each
// partition of its topic belongs to exactly one of them.
#include <tuple>

#include "absl/container/btree_map.h"
#include "properties/group_names.h"
#include "properties/invariants/end_of_run.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

using cluster::ClientId;
using cluster::GroupIndex;
using cluster::GroupState;

absl::string_view StateText(GroupState state) {
  switch (state) {
    case GroupState::kEmpty:
      return "Empty";
    case GroupState::kPreparingRebalance:
      return "PreparingRebalance";
    case GroupState::kCompletingRebalance:
      return "CompletingRebalance";
    case GroupState::kStable:
      return "Stable";
    case GroupState::kDead:
      return "Dead";
  }
  return "";
}

class GroupsSettle : public CheckerBase<GroupsSettle> {
 public:
  void On(const Moment&, const cluster::GroupStateChanged& fact) {
    latest_[fact.group] = {fact.coordinator, fact.generation, fact.to, fact.members};
  }
  void On(const Moment&, const cluster::PartitionAssigned& fact) {
    owned_[{fact.group, fact.client, fact.tp}] = fact.generation;
  }
  void On(const Moment&, const cluster::PartitionRevoked& fact) { owned_.erase({fact.group, fact.client, fact.tp}); }

  void OnEnd(const Moment& moment) override {
    absl::btree_map<GroupIndex, int32_t> expected;
    for (const auto& [client, group] : moment.facts.consumers) ++expected[group];
    for (const auto& [group, members] : expected) {
      Exercise();
      CheckGroup(moment, group, members);
    }
  }

 private:
  struct Latest {
    BrokerId coordinator;
    cluster::GenerationId generation;
    GroupState state = GroupState::kEmpty;
    int32_t members = 0;
  };

  void CheckGroup(const Moment& moment, GroupIndex group, int32_t members) {
    const auto it = latest_.find(group);
    if (it == latest_.end()) {
      Report(moment, absl::StrCat(GroupName(moment.facts, group), " never formed: no coordinator heard of its ",
                                  members, " consumers"));
      return;
    }
    const Latest& latest = it->second;
    const std::string at = absl::StrCat(" (generation ", latest.generation.value(), ", coordinator ",
                                        latest.coordinator.value(), ", which is ", StateOf(moment, latest.coordinator),
                                        ")");
    if (latest.state != GroupState::kStable) {
      Report(moment, absl::StrCat(GroupName(moment.facts, group), " is ", StateText(latest.state), at, " with ",
                                  latest.members, " of ", members, " members: it waits for them to join or sync"));
      return;
    }
    if (latest.members != members) {
      Report(moment, absl::StrCat(GroupName(moment.facts, group), " has ", latest.members, " members", at, ", but ",
                                  members, " consumers run"));
    }
    CheckOwners(moment, group, latest);
  }

  void CheckOwners(const Moment& moment, GroupIndex group, const Latest& latest) {
    const auto index = static_cast<size_t>(group.value());
    if (index >= moment.facts.group_topics.size()) return;
    const cluster::TopicId topic = moment.facts.group_topics[index];
    const PartitionMap<GhostPartition>& partitions = moment.ghost.partitions();
    for (auto it = partitions.lower_bound({topic, 0}); it != partitions.end() && it->first.topic == topic; ++it) {
      std::string owners;
      int32_t count = 0;
      for (const auto& [client, its_group] : moment.facts.consumers) {
        const auto owned = owned_.find({group, client, it->first});
        if (its_group != group || owned == owned_.end() || owned->second != latest.generation) continue;
        absl::StrAppend(&owners, count++ == 0 ? "client " : ", client ", client.value());
      }
      if (count == 1) continue;
      Report(moment, absl::StrCat(moment.Name(it->first), " is owned by ", count == 0 ? "nobody" : owners, " in ",
                                  GroupName(moment.facts, group), ", generation ", latest.generation.value()));
    }
  }

  absl::btree_map<GroupIndex, Latest> latest_;
  // The generation in which each was assigned; what was given up is not here.
  absl::btree_map<std::tuple<GroupIndex, ClientId, TopicPartition>, cluster::GenerationId> owned_;
};

}  // namespace

std::unique_ptr<Checker> MakeGroupsSettle() { return std::make_unique<GroupsSettle>(); }

}  // namespace ktrial::properties
