#include "cluster/controller/partition_change_builder.h"

#include "cluster/metadata/broker_list.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

struct ElectionResult {
  BrokerId leader;
  bool unclean = false;
};

ElectionResult ElectLeader(const PartitionChangeInput& input, absl::FunctionRef<bool(BrokerId)> is_acceptable) {
  const auto is_valid = [&](BrokerId id) { return Contains(input.target_isr, id) && is_acceptable(id); };
  const PartitionRegistration& partition = *input.partition;
  if (is_valid(partition.leader)) return {partition.leader};
  for (BrokerId replica : partition.replicas) {
    if (is_valid(replica)) return {replica};
  }
  if (input.allow_unclean) {
    for (BrokerId replica : partition.replicas) {
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
  const ElectionResult elected = ElectLeader(input, is_acceptable_leader);
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
  if (!record.isr && !input.target_isr.empty() && input.target_isr != partition.isr) record.isr = input.target_isr;
  if (input.target_recovery_state && *input.target_recovery_state != partition.recovery_state) {
    record.recovery_state = input.target_recovery_state;
  }
  if (!record.isr && !record.leader && !record.recovery_state) return std::nullopt;
  return record;
}

}  // namespace ktrial::cluster
