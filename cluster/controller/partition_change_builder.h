// Works out one partition's next state: its in-sync replicas and who leads it
// (org.apache.kafka.controller.PartitionChangeBuilder). Without eligible leader replicas (KIP-966): the last member of
// the ISR stays in it, even when it is gone.
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
  // Whether a replica outside the ISR may lead if none inside can (unclean.leader.election.enable).
  bool allow_unclean = false;
};

// Nothing if the partition stays as it is. The election keeps the present leader if it is in the target ISR and
// acceptable, else takes the first replica in the order of assignment that is, else (unclean) the first acceptable one,
// else none.
std::optional<PartitionChangeRecord> BuildPartitionChange(const PartitionChangeInput& input,
                                                          absl::FunctionRef<bool(BrokerId)> is_acceptable_leader);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CONTROLLER_PARTITION_CHANGE_BUILDER_H_
