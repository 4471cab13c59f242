// The states of replicas (kafka.controller.ReplicaStateMachine): what it takes in ZooKeeper to move replicas into a
// state, and whom it is told.
//
//   NonExistent -> New -> Online <-> Offline -> DeletionStarted -> DeletionSuccessful -> NonExistent
//
// Functions return false where Kafka's throw or wait (KafkaZkClient).
#ifndef KTRIAL_CLUSTER_ZK_CONTROLLER_REPLICA_STATE_MACHINE_H_
#define KTRIAL_CLUSTER_ZK_CONTROLLER_REPLICA_STATE_MACHINE_H_

#include <vector>

#include "cluster/zk_controller/controller_env.h"

namespace ktrial::cluster {

// Replicas on live brokers come online, the others go offline.
[[nodiscard]] bool StartReplicaStateMachine(ControllerEnv& env);
// Replicas that are in a state from which `target` cannot be reached stay where they are.
[[nodiscard]] bool HandleStateChanges(ControllerEnv& env, const std::vector<PartitionAndReplica>& replicas,
                                      ReplicaState target);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_ZK_CONTROLLER_REPLICA_STATE_MACHINE_H_
