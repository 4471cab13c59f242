// A partition as ZooKeeper mode's controller decides on it (org.apache.kafka.metadata.LeaderAndIsr,
// kafka.controller.LeaderIsrAndControllerEpoch, ReplicaAssignment).
#ifndef KTRIAL_CLUSTER_ZK_CONTROLLER_LEADER_AND_ISR_H_
#define KTRIAL_CLUSTER_ZK_CONTROLLER_LEADER_AND_ISR_H_

#include <utility>
#include <vector>

#include "cluster/metadata/metadata_record.h"
#include "cluster/protocol/control_api.h"
#include "cluster/protocol/ids.h"

namespace ktrial::cluster {

struct LeaderAndIsr {
  // None while nobody can lead.
  BrokerId leader;
  LeaderEpoch leader_epoch{0};
  std::vector<BrokerId> isr;
  LeaderRecoveryState recovery_state = LeaderRecoveryState::kRecovered;
  // The version of its node.
  PartitionEpoch partition_epoch{0};

  // Every decision of the controller begins a leader epoch, also with the same leader.
  LeaderAndIsr NewLeaderAndIsr(BrokerId new_leader, std::vector<BrokerId> new_isr) const {
    LeaderAndIsr next = *this;
    next.leader = new_leader;
    next.isr = std::move(new_isr);
    next.leader_epoch = Next(leader_epoch);
    return next;
  }

  friend bool operator==(const LeaderAndIsr&, const LeaderAndIsr&) = default;
};

struct LeaderIsrAndControllerEpoch {
  LeaderAndIsr leader_and_isr;
  // Of the controller that decided so.
  ControllerEpoch controller_epoch;

  friend bool operator==(const LeaderIsrAndControllerEpoch&, const LeaderIsrAndControllerEpoch&) = default;
};

struct ReplicaAssignment {
  // With those that are to leave, and those that have come in addition.
  std::vector<BrokerId> replicas;
  std::vector<BrokerId> adding;
  std::vector<BrokerId> removing;

  bool is_being_reassigned() const { return !adding.empty() || !removing.empty(); }
  // What it was before the reassignment, and is to be after it.
  std::vector<BrokerId> OriginReplicas() const;
  std::vector<BrokerId> TargetReplicas() const;
  ReplicaAssignment ReassignTo(const std::vector<BrokerId>& target) const;
  ReplicaAssignment RemoveReplica(BrokerId broker) const;

  friend bool operator==(const ReplicaAssignment&, const ReplicaAssignment&) = default;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_ZK_CONTROLLER_LEADER_AND_ISR_H_
