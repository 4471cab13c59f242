// G9: when faults have healed and time was given, every group is stable, its live consumers are its members, and each
// partition of its topic belongs to exactly one of them.
//
// A consumer waits for the answer to a JoinGroup for max.poll.interval.ms and 5 s, five minutes by default. If its
// coordinator lost power meanwhile nothing tells it, and the group is without it for so long: a licence. Another is
// that of L1 for the group's partition of __consumer_offsets: no leader, no coordinator.
#include <tuple>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
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
  void On(const Moment& moment, const cluster::GroupStateChanged& fact) {
    formed_.insert(fact.group);
    states_[{fact.group, fact.coordinator}] = {fact.coordinator, fact.generation, fact.to, fact.members, moment.at};
  }
  void On(const Moment& moment, const cluster::ConsumerJoining& fact) {
    if (fact.waiting) {
      joining_[fact.client] = {fact.coordinator, moment.at, moment.at + fact.timeout};
    } else {
      joining_.erase(fact.client);
    }
  }
  // What it thought of its groups is gone with it.
  void On(const Moment& moment, const sim::ProcessExited& fact) { Forget(moment.ghost.NodeOf(fact.process)); }
  void On(const Moment& moment, const sim::ProcessKilled& fact) { Forget(moment.ghost.NodeOf(fact.process)); }
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
    sim::SimTime at;
  };

  struct Join {
    BrokerId coordinator;
    sim::SimTime sent_at;
    sim::SimTime until;
  };

  void Forget(BrokerId coordinator) {
    absl::erase_if(states_, [coordinator](const auto& entry) { return entry.first.second == coordinator; });
  }

  // Why a member of the group may still be missing.
  std::string LicenceFor(const Moment& moment, GroupIndex group) const {
    for (const auto& [client, join] : joining_) {
      const auto consumer = moment.facts.consumers.find(client);
      if (consumer == moment.facts.consumers.end() || consumer->second != group || join.until < moment.at) continue;
      for (const GhostLifeEvent& event : moment.ghost.life_events()) {
        if (event.broker != join.coordinator || event.at < join.sent_at) continue;
        if (event.what != GhostLifeEvent::What::kLostPower) continue;
        return absl::StrCat(moment.Name(client), " waits until ", moment.Time(join.until),
                            " (max.poll.interval.ms and 5 s) for the answer to a JoinGroup that broker ",
                            join.coordinator.value(), " took before it lost power");
      }
    }
    const GhostPartition* offsets = OffsetsPartitionOf(moment, group);
    return offsets == nullptr ? std::string() : std::string(offsets->ReplacedDisksLicence());
  }

  // What the group's present coordinator thinks of it. A coordinator that was deposed unloads the group (Dead), perhaps
  // long after its successor has loaded it, and one that died says nothing more.
  const Latest* Present(const Moment& moment, GroupIndex group) const {
    const Latest* present = nullptr;
    for (auto it = states_.lower_bound({group, BrokerId()}); it != states_.end() && it->first.first == group; ++it) {
      const Latest& state = it->second;
      if (state.state == GroupState::kDead || !moment.ghost.IsUp(state.coordinator)) continue;
      if (present == nullptr || std::tie(state.generation, state.at) > std::tie(present->generation, present->at)) {
        present = &state;
      }
    }
    return present;
  }

  void CheckGroup(const Moment& moment, GroupIndex group, int32_t members) {
    const std::string licence = LicenceFor(moment, group);
    const Latest* present = Present(moment, group);
    if (present == nullptr) {
      Report(moment,
             absl::StrCat(GroupName(moment.facts, group),
                          formed_.contains(group) ? " is known to no coordinator that is up: it lost its "
                                                  : " never formed: no coordinator heard of its ",
                          members, " consumers"),
             {}, licence);
      return;
    }
    const Latest& latest = *present;
    const std::string at =
        absl::StrCat(" (generation ", latest.generation.value(), ", coordinator ", latest.coordinator.value(),
                     ", which is ", StateOf(moment, latest.coordinator), ")");
    if (latest.state != GroupState::kStable) {
      Report(moment,
             absl::StrCat(GroupName(moment.facts, group), " is ", StateText(latest.state), at, " with ", latest.members,
                          " of ", members, " members: it waits for them to join or sync"),
             {}, licence);
      return;
    }
    if (latest.members != members) {
      Report(moment,
             absl::StrCat(GroupName(moment.facts, group), " has ", latest.members, " members", at, ", but ", members,
                          " consumers run"),
             {}, licence);
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
        absl::StrAppend(&owners, count++ == 0 ? "" : ", ", moment.Name(client));
      }
      if (count == 1) continue;
      Report(moment, absl::StrCat(moment.Name(it->first), " is owned by ", count == 0 ? "nobody" : owners, " in ",
                                  GroupName(moment.facts, group), ", generation ", latest.generation.value()));
    }
  }

  absl::btree_map<std::pair<GroupIndex, BrokerId>, Latest> states_;
  absl::btree_set<GroupIndex> formed_;
  // Consumers that wait for the answer to a JoinGroup.
  absl::btree_map<ClientId, Join> joining_;
  // The generation in which each was assigned; what was given up is not here.
  absl::btree_map<std::tuple<GroupIndex, ClientId, TopicPartition>, cluster::GenerationId> owned_;
};

}  // namespace

std::unique_ptr<Checker> MakeGroupsSettle() { return std::make_unique<GroupsSettle>(); }

}  // namespace ktrial::properties
