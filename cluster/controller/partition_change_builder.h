// Works out one partition's next state: its in-sync replicas, who leads it, and whether a reassignment of it is
// complete (org.apache.kafka.controller.PartitionChangeBuilder, PartitionReassignmentReplicas). Without eligible leader
// replicas (KIP-966): the last member of the ISR stays in it, even when it is gone.
//
//   const auto is_active = [&](BrokerId id) { return state.IsActive(id); };
//   if (auto record = BuildPartitionChange({.tp = tp, .partition = &partition, .target_isr = without_broker},
//   is_active)) ...
#ifndef KTRIAL_CLUSTER_CONTROLLER_PARTITION_CHANGE_BUILDER_H_
#define KTRIAL_CLUSTER_CONTROLLER_PARTITION_CHANGE_BUILDER_H_

#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "cluster/metadata/metadata_image.h"
#include "cluster/metadata/metadata_record.h"

namespace ktrial::cluster {

struct PartitionChangeInput {
  TopicPartition tp;
  const PartitionRegistration* partition = nullptr;
  std::vector<BrokerId> target_isr;
  // Unchanged if empty.
  std::optional<LeaderRecoveryState> target_recovery_state = std::nullopt;
  // Of a reassignment that begins or is cancelled; unchanged if empty.
  std::optional<std::vector<BrokerId>> target_replicas = std::nullopt;
  std::optional<std::vector<BrokerId>> target_removing = std::nullopt;
  std::optional<std::vector<BrokerId>> target_adding = std::nullopt;
  // Whether a replica outside the ISR may lead if none inside can (unclean.leader.election.enable).
  bool allow_unclean = false;
  // Defect::kReassignmentWithoutAllTargets
  bool complete_without_all_targets = false;
};

// Nothing if the partition stays as it is. A reassignment is complete when everybody who is to stay is in the target
// ISR; then those that are to leave do, and a new leader epoch begins. The election keeps the present leader if it is
// in the target ISR and acceptable, else takes the first replica in the order of assignment that is, else (unclean) the
// first acceptable one, else none.
std::optional<PartitionChangeRecord> BuildPartitionChange(const PartitionChangeInput& input,
                                                          absl::FunctionRef<bool(BrokerId)> is_acceptable_leader);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CONTROLLER_PARTITION_CHANGE_BUILDER_H_
