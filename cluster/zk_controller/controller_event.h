// What the controller's one thread has to do, in order (kafka.controller.ControllerEvent).
#ifndef KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLER_EVENT_H_
#define KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLER_EVENT_H_

#include <cstdint>
#include <variant>

#include "cluster/network/socket_server.h"
#include "cluster/protocol/control_api.h"
#include "cluster/protocol/controller_api.h"
#include "cluster/protocol/metadata_api.h"
#include "cluster/protocol/produce_api.h"

namespace ktrial::cluster {

// The broker has started and has a session: it registers, and wants to be the controller.
struct StartupEvent {};
// A new session, after the old one expired: the same.
struct RegisterBrokerAndReelectEvent {};
// The session has expired; whoever was the controller is not any more.
struct ExpireEvent {};
// /controller was created or changed, or was deleted.
struct ControllerChangeEvent {};
struct ReelectEvent {};
// Children of /brokers/ids, /brokers/topics, /isr_change_notification.
struct BrokerChangeEvent {};
struct TopicChangeEvent {};
struct IsrChangeNotificationEvent {};
struct AutoPreferredReplicaLeaderElectionEvent {};
// What brokers and administrators ask of the controller, and are answered.
using ControllerRequest = std::variant<ControlledShutdownRequest, AlterPartitionRequest, CreateTopicsRequest,
                                       AlterPartitionReassignmentsRequest, AllocateProducerIdsRequest>;
// In the order of ControllerRequest.
using ControllerResponse = std::variant<ControlledShutdownResponse, AlterPartitionResponse, CreateTopicsResponse,
                                        AlterPartitionReassignmentsResponse, AllocateProducerIdsResponse>;
struct RequestEvent {
  RequestHandle handle;
  ControllerRequest request;
  // Drawn for it: where a new topic's replicas go.
  uint64_t random = 0;
};

using ControllerEvent = std::variant<StartupEvent, RegisterBrokerAndReelectEvent, ExpireEvent, ControllerChangeEvent,
                                     ReelectEvent, BrokerChangeEvent, TopicChangeEvent, IsrChangeNotificationEvent,
                                     AutoPreferredReplicaLeaderElectionEvent, RequestEvent>;

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLER_EVENT_H_
