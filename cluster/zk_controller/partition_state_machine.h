// The states of partitions (kafka.controller.PartitionStateMachine): what it takes in ZooKeeper to move partitions into
// a state, and whom it is told.
//
//   NonExistent -> New -> Online <-> Offline -> NonExistent
//
// Functions return false where Kafka's throw or wait (KafkaZkClient). A partition that cannot take the step, because it
// is in another state or nobody can lead it, stays where it is.
#ifndef KTRIAL_CLUSTER_ZK_CONTROLLER_PARTITION_STATE_MACHINE_H_
#define KTRIAL_CLUSTER_ZK_CONTROLLER_PARTITION_STATE_MACHINE_H_

#include <vector>

#include "cluster/zk_controller/controller_env.h"
#include "cluster/zk_controller/election.h"

namespace ktrial::cluster {

// Takes the states from what is on record, and elects for those that have no leader.
[[nodiscard]] bool StartPartitionStateMachine(ControllerEnv& env);
// `strategy` matters on the way to kOnline.
[[nodiscard]] bool HandleStateChanges(ControllerEnv& env, const std::vector<TopicPartition>& partitions,
                                      PartitionState target, ElectionStrategy strategy = ElectionStrategy::kOffline);
// Tries all that are new or offline.
[[nodiscard]] bool TriggerOnlinePartitionStateChange(ControllerEnv& env);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_ZK_CONTROLLER_PARTITION_STATE_MACHINE_H_
