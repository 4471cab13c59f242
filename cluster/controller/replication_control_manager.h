// Topics, partitions, their leaders and in-sync replicas (org.apache.kafka.controller.ReplicationControlManager). Each
// function looks at the speculative state, adds the records that bring the change about, and changes nothing itself.
#ifndef KTRIAL_CLUSTER_CONTROLLER_REPLICATION_CONTROL_MANAGER_H_
#define KTRIAL_CLUSTER_CONTROLLER_REPLICATION_CONTROL_MANAGER_H_

#include <vector>

#include "cluster/config.h"
#include "cluster/controller/broker_heartbeat_manager.h"
#include "cluster/controller/controller_state.h"
#include "cluster/controller/partition_change_builder.h"
#include "cluster/protocol/controller_api.h"
#include "cluster/protocol/metadata_api.h"
#include "sim/random.h"
#include "sim/time.h"

namespace ktrial::cluster {

// Of a change that leaves the partition as it is, by the config and the defects in force.
PartitionChangeInput ChangeInputFor(const ControllerState& state, const BrokerConfig& config, TopicPartition tp);

// Takes the broker out of every ISR, and elects other leaders where it led. Without eligible leader replicas the last
// member of an ISR stays in it.
void RemoveFromIsrs(const ControllerState& state, const BrokerConfig& config, BrokerId broker,
                    ControllerRecords& records);
// A new incarnation of the broker comes: RemoveFromIsrs. If the old one did not shut down in good order, what it has
// lost is unknown, and with eligible leader replicas it is no longer one (handleBrokerShutdown, KIP-966).
void HandleBrokerShutdown(const ControllerState& state, const BrokerConfig& config, BrokerId broker, bool was_clean,
                          ControllerRecords& records);
// RemoveFromIsrs, then marks the broker fenced.
void FenceBroker(const ControllerState& state, const BrokerConfig& config, BrokerId broker, ControllerRecords& records);
// Marks the broker unfenced, then tries an election for each partition without a leader.
void UnfenceBroker(const ControllerState& state, const BrokerConfig& config, BrokerId broker,
                   ControllerRecords& records);
// Takes the broker out of the ISRs of the partitions that it has in these log directories, so far as they were online,
// elects other leaders, and marks the directories offline.
void HandleDirectoriesOffline(const ControllerState& state, const BrokerConfig& config, BrokerId broker,
                              const std::vector<DirectoryId>& offline, ControllerRecords& records);
// Fences the unfenced broker that has been silent longest, if its session has run out: one per event (KAFKA-13173).
void MaybeFenceOneStaleBroker(const ControllerState& state, const BrokerConfig& config,
                              BrokerHeartbeatManager& heartbeats, sim::SimTime now, ControllerRecords& records);
// Elects a leader from outside the ISR for partitions without one whose topic allows it. At most 1000 a time; true if
// there may be more.
bool MaybeElectUncleanLeaders(const ControllerState& state, const BrokerConfig& config, ControllerRecords& records);

// What a change of brokers means for partitions (ReplicationControlManager.generateLeaderAndIsrUpdates); one of them is
// set, or none.
struct BrokerChange {
  // Leaves ISRs and leaderships.
  BrokerId removed = {};
  // May lead, though the state shows it fenced still.
  BrokerId added = {};
  // As `removed`, and leaves the eligible leader replicas too.
  BrokerId unclean_shutdown = {};
};
// Works out the next state of one partition; true if it changes.
bool AddChange(const ControllerState& state, const BrokerConfig& config, TopicPartition tp, const BrokerChange& change,
               ControllerRecords& records);

struct HeartbeatResult {
  BrokerHeartbeatResponse response;
  // The broker is in controlled shutdown; SetControlledShutdownOffset must be called with the offset of the last
  // record.
  bool in_controlled_shutdown = false;
};
HeartbeatResult ProcessHeartbeat(const ControllerState& state, const BrokerConfig& config,
                                 BrokerHeartbeatManager& heartbeats, const BrokerHeartbeatRequest& request,
                                 sim::SimTime now, ControllerRecords& records);

// Why a leader's change of one partition is refused, in Kafka's order of checks; kNone if it is not.
ErrorCode ValidateAlterPartition(const ControllerState& state, const BrokerConfig& config, BrokerId broker,
                                 const AlterPartitionRequest::PartitionData& change);
AlterPartitionResponse AlterPartitions(const ControllerState& state, const BrokerConfig& config,
                                       const AlterPartitionRequest& request, ControllerRecords& records);

// Notes in which log directories a broker has its replicas; those that it has in one that is offline meanwhile are
// taken from it (assign_replicas_to_dirs.cc, KIP-858).
AssignReplicasToDirsResponse AssignReplicasToDirs(const ControllerState& state, const BrokerConfig& config,
                                                  const AssignReplicasToDirsRequest& request,
                                                  ControllerRecords& records);

// Starts, changes or cancels reassignments (reassign_partitions.cc, KIP-455). The replicas to come are added first;
// when all who are to stay are in sync, a later change of the ISR completes it.
AlterPartitionReassignmentsResponse AlterPartitionReassignments(const ControllerState& state,
                                                                const BrokerConfig& config,
                                                                const AlterPartitionReassignmentsRequest& request,
                                                                ControllerRecords& records);
// The reassignments that are not complete.
ListPartitionReassignmentsResponse ListPartitionReassignments(const MetadataImage& image);

// Elections that an administrator asks for (elect_leaders.cc, KIP-460). ELECTION_NOT_NEEDED if the preferred replica
// leads already or, of an unclean one, if anybody does.
ElectLeadersResponse ElectLeaders(const ControllerState& state, const BrokerConfig& config,
                                  const ElectLeadersRequest& request, ControllerRecords& records);
// Elects the preferred leader of each partition that another leads, if it is in sync and alive. At most 1000 a time;
// true if there may be more. In KRaft leader.imbalance.per.broker.percentage does not matter.
bool MaybeBalancePartitionLeaders(const ControllerState& state, const BrokerConfig& config, ControllerRecords& records);

CreateTopicsResponse CreateTopics(const ControllerState& state, const BrokerConfig& config,
                                  const CreateTopicsRequest& request, sim::RandomStream& random,
                                  ControllerRecords& records);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CONTROLLER_REPLICATION_CONTROL_MANAGER_H_
