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
  target = {.isr = std::move(isr), .replicas = std::move(replicas), .removing = {}, .adding = {}};
}

ElectionResult ElectLeader(const PartitionChangeInput& input, const Target& target,
                           absl::FunctionRef<bool(BrokerId)> is_acceptable) {
  const auto is_valid = [&](BrokerId id) { return Contains(target.isr, id) && is_acceptable(id); };
  const PartitionRegistration& partition = *input.partition;
  if (is_valid(partition.leader)) return {partition.leader};
  for (BrokerId replica : target.replicas) {
    if (is_valid(replica)) return {replica};
  }
  if (input.allow_unclean) {
    for (BrokerId replica : target.replicas) {
      if (is_acceptable(replica)) return {.leader = replica, .unclean = true};
    }
  }
  return {};
}

}  // namespace

std::optional<PartitionChangeRecord> BuildPartitionChange(const PartitionChangeInput& input,
                                                          absl::FunctionRef<bool(BrokerId)> is_acceptable_leader) {
  KT_CHECK(input.partition != nullptr);
  const PartitionRegistration& partition = *input.partition;
  PartitionChangeRecord record;
  record.tp = input.tp;
  Target target{.isr = input.target_isr,
                .replicas = input.target_replicas.value_or(partition.replicas),
                .removing = input.target_removing.value_or(partition.removing),
                .adding = input.target_adding.value_or(partition.adding)};
  CompleteReassignmentIfNeeded(input.complete_without_all_targets, target);
  const ElectionResult elected = ElectLeader(input, target, is_acceptable_leader);
  if (elected.leader != partition.leader) {
    record.leader = elected.leader;
    if (elected.unclean) {
      // What the new leader has is all there is: the others must come to agree with it.
      record.isr = std::vector<BrokerId>{elected.leader};
      if (partition.recovery_state != LeaderRecoveryState::kRecovering) {
        record.recovery_state = LeaderRecoveryState::kRecovering;
      }
    }
  }
  // Who leaves the replicas must not be taken for one by a leader that has not heard of it.
  if (!record.leader && !ContainsAll(target.replicas, partition.replicas)) record.leader = partition.leader;
  if (!record.isr && !target.isr.empty() && target.isr != partition.isr) record.isr = target.isr;
  if (target.replicas != partition.replicas) record.replicas = target.replicas;
  if (target.removing != partition.removing) record.removing = target.removing;
  if (target.adding != partition.adding) record.adding = target.adding;
  if (input.target_recovery_state && *input.target_recovery_state != partition.recovery_state) {
    record.recovery_state = input.target_recovery_state;
  }
  const bool is_no_op =
      !record.isr && !record.leader && !record.recovery_state && !record.replicas && !record.removing && !record.adding;
  if (is_no_op) return std::nullopt;
  return record;
}

}  // namespace ktrial::cluster
