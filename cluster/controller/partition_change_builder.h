// Works out one partition's next state: its in-sync replicas, who leads it, and whether a reassignment of it is
// complete (org.apache.kafka.controller.PartitionChangeBuilder, PartitionReassignmentReplicas).
//
// With eligible leader replicas (ELR, KIP-966) a replica that leaves an ISR of fewer than min.insync.replicas is kept
// in the ELR: nothing is committed below that number, so it holds all that is. The ISR may become empty, and a member
// of the ELR may then lead. Without ELR the last member of the ISR stays in it, even when it is gone.
//
//   const auto is_active = [&](BrokerId id) { return state.IsActive(id); };
//   if (auto record = BuildPartitionChange({.tp = tp, .partition = &partition, .target_isr = without_broker},
//   is_active)) ...
#ifndef KTRIAL_CLUSTER_CONTROLLER_PARTITION_CHANGE_BUILDER_H_
#define KTRIAL_CLUSTER_CONTROLLER_PARTITION_CHANGE_BUILDER_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "cluster/metadata/metadata_image.h"
#include "cluster/metadata/metadata_record.h"

namespace ktrial::cluster {

// PartitionChangeBuilder.Election
enum class PartitionElection : uint8_t {
  kPreferred,  // The first replica of the assignment, if it is valid; else as kOnline.
  kOnline,     // The present leader, else the first valid replica.
  kUnclean,    // As kOnline, but rather one from outside the ISR than none.
};

struct PartitionChangeInput {
  TopicPartition tp;
  const PartitionRegistration* partition = nullptr;
  // Says in which log directories replicas are, and new ones are to be; null if that does not matter.
  const MetadataImage* image = nullptr;
  std::vector<BrokerId> target_isr;
  // Unchanged if empty.
  std::optional<LeaderRecoveryState> target_recovery_state = std::nullopt;
  // Of a reassignment that begins or is cancelled; unchanged if empty.
  std::optional<std::vector<BrokerId>> target_replicas = std::nullopt;
  std::optional<std::vector<BrokerId>> target_removing = std::nullopt;
  std::optional<std::vector<BrokerId>> target_adding = std::nullopt;
  // A broker has put its replica there.
  std::optional<std::pair<BrokerId, DirectoryId>> target_directory = std::nullopt;
  PartitionElection election = PartitionElection::kOnline;
  // eligible.leader.replicas.version >= 1
  bool elr_enabled = false;
  // min.insync.replicas, but at most the replication factor. Read with ELR only.
  int32_t min_isr = 1;
  // A broker that restarted without having shut down in good order: it may have lost records, and is not eligible.
  BrokerId unclean_shutdown = {};
  // Defect::kReassignmentWithoutAllTargets
  bool complete_without_all_targets = false;
  // Defect::kFencedLastKnownLeader
  bool elect_fenced_last_known = false;
};

// Nothing if the partition stays as it is. A reassignment is complete when everybody who is to stay is in the target
// ISR; then those that are to leave do, and a new leader epoch begins. A valid leader is acceptable and in the target
// ISR or, if that is empty, in the ELR. If nobody is valid and ISR and ELR are empty, the last known leader leads again
// if it is acceptable, whatever it has lost; else (unclean) the first acceptable replica; else nobody. Nobody leads
// from a log directory that is offline.
std::optional<PartitionChangeRecord> BuildPartitionChange(const PartitionChangeInput& input,
                                                          absl::FunctionRef<bool(BrokerId)> is_acceptable_leader);

// Empty if all are kMigratingDirectory.
std::vector<DirectoryId> WithoutMigrating(std::vector<DirectoryId> directories);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CONTROLLER_PARTITION_CHANGE_BUILDER_H_
