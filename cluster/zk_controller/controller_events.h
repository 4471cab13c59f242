// What the controller does at each event (the process... functions of kafka.controller.KafkaController). They return
// false where Kafka's throw or wait (KafkaZkClient); the caller of the event deals with it.
#ifndef KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLER_EVENTS_H_
#define KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLER_EVENTS_H_

#include <string>
#include <vector>

#include "cluster/zk_controller/controller_env.h"
#include "cluster/zk_controller/controller_event.h"

namespace ktrial::cluster {

// ---- Election (controller_election.cc).

// Becomes the controller if there is none. What goes wrong on the way is dealt with.
[[nodiscard]] bool Elect(ControllerEnv& env);
// Looks who is the controller, and resigns if it was this broker and is not any more.
[[nodiscard]] bool MaybeResign(ControllerEnv& env);
// Gives up whatever only the controller has.
void OnControllerResignation(ControllerEnv& env);

// ---- Failover (controller_failover.cc): takes over from whoever was the controller before.
[[nodiscard]] bool OnControllerFailover(ControllerEnv& env);

// ---- Brokers (controller_brokers.cc).

[[nodiscard]] bool ProcessBrokerChange(ControllerEnv& env);
[[nodiscard]] bool ProcessControlledShutdown(ControllerEnv& env, const RequestEvent& event);

// ---- Topics (controller_topics.cc).

[[nodiscard]] bool ProcessTopicChange(ControllerEnv& env);
// Makes the topics' nodes, which the controller then finds (kafka.server.ZkAdminManager.createTopics). Kafka does it on
// the thread of the request.
[[nodiscard]] bool ProcessCreateTopics(ControllerEnv& env, const RequestEvent& event);
[[nodiscard]] bool ProcessAllocateProducerIds(ControllerEnv& env, const RequestEvent& event);

// ---- ISR (controller_isr.cc).

[[nodiscard]] bool ProcessAlterPartition(ControllerEnv& env, const RequestEvent& event);
[[nodiscard]] bool ProcessIsrChangeNotification(ControllerEnv& env);
// Reads the partitions' states anew.
[[nodiscard]] bool UpdateLeaderAndIsrCache(ControllerEnv& env, const std::vector<TopicPartition>& partitions);

// ---- Reassignment (controller_reassignment.cc).

[[nodiscard]] bool ProcessPartitionReassignments(ControllerEnv& env, const RequestEvent& event);
// Takes up reassignments under way: all, or those of which a target is among `brokers`.
[[nodiscard]] bool ResumeReassignments(ControllerEnv& env, const std::vector<BrokerId>* brokers);
// If all its targets are in sync, ends the partition's reassignment.
[[nodiscard]] bool MaybeCompleteReassignment(ControllerEnv& env, TopicPartition tp);

// ---- Preferred leaders (controller_balance.cc).

[[nodiscard]] bool ProcessAutoPreferredReplicaLeaderElection(ControllerEnv& env);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLER_EVENTS_H_
