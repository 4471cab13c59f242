#include "cluster/controller/partition_change_builder.h"

#include <algorithm>
#include <utility>

#include "cluster/metadata/broker_list.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

struct ElectionResult {
  BrokerId leader;
  bool unclean = false;
};

// What the partition is to become, before anybody is elected.
struct Target {
  std::vector<BrokerId> isr;
  std::vector<BrokerId> replicas;
  std::vector<BrokerId> removing;
  std::vector<BrokerId> adding;
  std::vector<BrokerId> elr;
};

bool ContainsAll(const std::vector<BrokerId>& all, const std::vector<BrokerId>& some) {
  return std::all_of(some.begin(), some.end(), [&all](BrokerId broker) { return Contains(all, broker); });
}

std::vector<BrokerId> WithoutAll(std::vector<BrokerId> brokers, const std::vector<BrokerId>& removed) {
  std::erase_if(brokers, [&removed](BrokerId broker) { return Contains(removed, broker); });
  return brokers;
}

void CompleteReassignmentIfNeeded(bool without_all_targets, Target& target) {
  if (target.removing.empty() && target.adding.empty()) return;
  std::vector<BrokerId> isr = WithoutAll(target.isr, target.removing);
  std::vector<BrokerId> replicas = WithoutAll(target.replicas, target.removing);
  if (isr.empty() || replicas.empty()) return;
  // All who stay, or the reassignment would end with fewer copies than it began (KAFKA-15665).
  if (!ContainsAll(isr, without_all_targets ? target.adding : replicas)) return;
  target.isr = std::move(isr);
  target.replicas = std::move(replicas);
  target.removing.clear();
  target.adding.clear();
}

// Who has left an ISR that is too small to commit anything stays eligible, unless it may have lost records.
void PopulateElr(const PartitionChangeInput& input, Target& target) {
  if (!input.elr_enabled) return;
  if (static_cast<int32_t>(target.isr.size()) >= input.min_isr) {
    target.elr.clear();
    return;
  }
  for (BrokerId member : input.partition->isr) {
    if (!Contains(target.elr, member)) target.elr.push_back(member);
  }
  std::erase_if(target.elr,
                [&](BrokerId broker) { return Contains(target.isr, broker) || broker == input.unclean_shutdown; });
  std::sort(target.elr.begin(), target.elr.end());
}

bool CanElectLastKnownLeader(const PartitionChangeInput& input, const Target& target,
                             absl::FunctionRef<bool(BrokerId)> is_acceptable) {
  if (!input.elr_enabled || !target.isr.empty() || !target.elr.empty()) return false;
  const BrokerId last = input.partition->last_known_leader;
  // It must be alive (KAFKA-19522).
  return last.valid() && (input.elect_fenced_last_known || is_acceptable(last));
}

ElectionResult ElectLeader(const PartitionChangeInput& input, const Target& target,
                           absl::FunctionRef<bool(BrokerId)> is_acceptable_broker) {
  const PartitionRegistration& partition = *input.partition;
  const auto is_acceptable = [&](BrokerId id) {
    return is_acceptable_broker(id) && (input.image == nullptr || input.image->IsReplicaDirOnline(id, partition));
  };
  const auto is_valid = [&](BrokerId id) {
    return (Contains(target.isr, id) || (target.isr.empty() && Contains(target.elr, id))) && is_acceptable(id);
  };
  if (input.election == PartitionElection::kPreferred && is_valid(target.replicas.front()))
    return {target.replicas.front()};
  if (is_valid(partition.leader)) return {partition.leader};
  for (BrokerId replica : target.replicas) {
    if (is_valid(replica)) return {replica};
  }
  if (CanElectLastKnownLeader(input, target, is_acceptable)) {
    return {.leader = partition.last_known_leader, .unclean = true};
  }
  if (input.election == PartitionElection::kUnclean) {
    for (BrokerId replica : target.replicas) {
      if (is_acceptable(replica)) return {.leader = replica, .unclean = true};
    }
  }
  return {};
}

void ApplyElection(const ElectionResult& elected, const PartitionRegistration& partition, Target& target,
                   PartitionChangeRecord& record) {
  if (elected.leader == partition.leader) return;
  if (Contains(target.elr, elected.leader)) {
    target.isr = {elected.leader};
    target.elr = Without(std::move(target.elr), elected.leader);
  }
  record.leader = elected.leader;
  if (!elected.unclean) return;
  // What the new leader has is all there is: the others must come to agree with it.
  record.isr = std::vector<BrokerId>{elected.leader};
  if (partition.recovery_state != LeaderRecoveryState::kRecovering) {
    record.recovery_state = LeaderRecoveryState::kRecovering;
  }
}

// The leader is remembered when the ISR becomes empty, and forgotten when there is one again.
void UpdateLastKnownLeader(const PartitionRegistration& partition, PartitionChangeRecord& record) {
  if (record.isr && record.isr->empty() && partition.last_known_leader != partition.leader) {
    record.last_known_leader = partition.leader;
    return;
  }
  const BrokerId leader = record.leader.value_or(partition.leader);
  if (leader.valid() && partition.last_known_leader.valid()) record.last_known_leader = BrokerId();
}

bool IsNoOp(const PartitionChangeRecord& record) {
  return !record.isr && !record.leader && !record.recovery_state && !record.replicas && !record.removing &&
         !record.adding && !record.elr && !record.last_known_leader && !record.directories;
}

// Beside `replicas`: who was a replica before stays where it is, unless the input says where it went.
std::vector<DirectoryId> TargetDirectories(const PartitionChangeInput& input, const std::vector<BrokerId>& replicas) {
  std::vector<DirectoryId> directories;
  for (BrokerId replica : replicas) {
    if (input.target_directory && input.target_directory->first == replica) {
      directories.push_back(input.target_directory->second);
    } else if (Contains(input.partition->replicas, replica)) {
      directories.push_back(input.partition->DirectoryOf(replica));
    } else {
      directories.push_back(input.image == nullptr ? kMigratingDirectory : input.image->DefaultDirectory(replica));
    }
  }
  return WithoutMigrating(std::move(directories));
}

}  // namespace

std::vector<DirectoryId> WithoutMigrating(std::vector<DirectoryId> directories) {
  const bool all_migrating = std::all_of(directories.begin(), directories.end(),
                                         [](DirectoryId directory) { return directory == kMigratingDirectory; });
  if (all_migrating) directories.clear();
  return directories;
}

std::optional<PartitionChangeRecord> BuildPartitionChange(const PartitionChangeInput& input,
                                                          absl::FunctionRef<bool(BrokerId)> is_acceptable_leader) {
  KT_CHECK(input.partition != nullptr);
  const PartitionRegistration& partition = *input.partition;
  PartitionChangeRecord record;
  record.tp = input.tp;
  Target target{.isr = input.target_isr,
                .replicas = input.target_replicas.value_or(partition.replicas),
                .removing = input.target_removing.value_or(partition.removing),
                .adding = input.target_adding.value_or(partition.adding),
                .elr = partition.elr};
  CompleteReassignmentIfNeeded(input.complete_without_all_targets, target);
  PopulateElr(input, target);
  ApplyElection(ElectLeader(input, target, is_acceptable_leader), partition, target, record);
  // Who leaves the replicas must not be taken for one by a leader that has not heard of it.
  if (!record.leader && !ContainsAll(target.replicas, partition.replicas)) record.leader = partition.leader;
  const bool is_unclean = record.isr.has_value();
  if (is_unclean || !input.elr_enabled) target.elr.clear();
  if (target.elr != partition.elr) record.elr = target.elr;
  const bool may_be_empty = input.elr_enabled;
  if (!record.isr && (!target.isr.empty() || may_be_empty) && target.isr != partition.isr) record.isr = target.isr;
  if (input.elr_enabled) UpdateLastKnownLeader(partition, record);
  if (target.replicas != partition.replicas) record.replicas = target.replicas;
  if (target.removing != partition.removing) record.removing = target.removing;
  if (target.adding != partition.adding) record.adding = target.adding;
  if (input.target_recovery_state && *input.target_recovery_state != partition.recovery_state) {
    record.recovery_state = input.target_recovery_state;
  }
  std::vector<DirectoryId> directories = TargetDirectories(input, target.replicas);
  if (directories != partition.directories) record.directories = std::move(directories);
  return IsNoOp(record) ? std::nullopt : std::optional(std::move(record));
}

}  // namespace ktrial::cluster
