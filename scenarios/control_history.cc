#include "scenarios/control_history.h"

#include "properties/fact_dispatch.h"

namespace ktrial::scenarios {

using Kind = ControlEventKind;

void ControlHistory::OnFact(const sim::FactHeader& header, const void* fact) {
  properties::DispatchFact(header.kind, fact, [&](const auto& typed) {
    if constexpr (requires { On(header, typed); }) On(header, typed);
  });
}

cluster::BrokerId ControlHistory::CoordinatorOf(cluster::GroupIndex group) const {
  const auto it = coordinators_.find(group);
  return it == coordinators_.end() ? cluster::BrokerId() : it->second;
}

std::optional<bool> ControlHistory::IsFenced(cluster::BrokerId broker) const {
  const auto it = registrations_.find(broker);
  return it == registrations_.end() ? std::nullopt : std::optional(it->second.fenced);
}

void ControlHistory::On(const sim::FactHeader& header, const cluster::BrokerRegistrationCommitted& fact) {
  Registration& known = registrations_[fact.broker];
  if (fact.metadata_offset <= known.metadata_offset) return;
  known.metadata_offset = fact.metadata_offset;
  if (fact.fenced == known.fenced) return;
  known.fenced = fact.fenced;
  events_.push_back({.at = header.at, .kind = fact.fenced ? Kind::kFenced : Kind::kUnfenced, .node = fact.broker});
}

void ControlHistory::On(const sim::FactHeader& header, const cluster::PartitionCommitted& fact) {
  const auto [it, created] = partitions_.try_emplace(fact.tp);
  Partition& known = it->second;
  if (!created && fact.partition_epoch <= known.partition_epoch) return;
  const auto isr_size = static_cast<int64_t>(fact.isr.ids->size());
  ControlEvent event{.at = header.at, .tp = fact.tp, .node = fact.leader, .epoch = fact.leader_epoch};
  event.size = isr_size;
  event.previous = created ? isr_size : known.isr_size;
  event.replicas = static_cast<int64_t>(fact.replicas.ids->size());
  event.reason = fact.reason;
  if (fact.leader != known.leader) {
    event.kind = fact.leader.valid() ? Kind::kElected : Kind::kOffline;
    events_.push_back(event);
  }
  if (isr_size != event.previous) {
    event.kind = Kind::kIsrChanged;
    events_.push_back(event);
  }
  known = {.leader_epoch = fact.leader_epoch,
           .partition_epoch = fact.partition_epoch,
           .leader = fact.leader,
           .isr_size = isr_size};
}

void ControlHistory::On(const sim::FactHeader& header, const cluster::BecameLeader& fact) {
  events_.push_back(
      {.at = header.at, .kind = Kind::kBecameLeader, .tp = fact.tp, .node = fact.broker, .epoch = fact.leader_epoch});
}

void ControlHistory::On(const sim::FactHeader& header, const cluster::ClientLeaderLearned& fact) {
  events_.push_back({.at = header.at,
                     .kind = Kind::kLeaderLearned,
                     .tp = fact.tp,
                     .node = fact.leader,
                     .epoch = fact.leader_epoch,
                     .client = fact.client});
}

void ControlHistory::On(const sim::FactHeader& header, const cluster::ControllerActivated& fact) {
  if (fact.active) {
    if (fact.epoch < active_epoch_) return;
    active_epoch_ = fact.epoch;
    active_controller_ = fact.node;
  } else if (active_controller_ == fact.node) {
    active_controller_ = cluster::BrokerId();
  }
  events_.push_back({.at = header.at,
                     .kind = fact.active ? Kind::kControllerActive : Kind::kControllerResigned,
                     .node = fact.node,
                     .epoch = fact.epoch});
}

void ControlHistory::On(const sim::FactHeader& header, const cluster::GroupStateChanged& fact) {
  // A coordinator that was replaced unloads the group, perhaps long after its successor has loaded it.
  if (fact.to != cluster::GroupState::kDead) coordinators_[fact.group] = fact.coordinator;
  // A group that a new coordinator loads as stable has not rebalanced.
  const bool stable = fact.to == cluster::GroupState::kStable && fact.from == cluster::GroupState::kCompletingRebalance;
  if (!stable && fact.to != cluster::GroupState::kPreparingRebalance) return;
  events_.push_back({.at = header.at,
                     .kind = stable ? Kind::kGroupStable : Kind::kGroupRebalances,
                     .node = fact.coordinator,
                     .group = fact.group,
                     .size = fact.members});
}

void ControlHistory::On(const sim::FactHeader& header, const cluster::LogTruncated& fact) {
  if (fact.from <= fact.to) return;
  events_.push_back(
      {.at = header.at, .kind = Kind::kTruncated, .tp = fact.tp, .node = fact.broker, .size = fact.from - fact.to});
}

}  // namespace ktrial::scenarios
