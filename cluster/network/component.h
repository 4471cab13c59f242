// A broker, controller or client is made of components that share one process. Timers and outstanding requests carry
// the component they belong to, so that the process can hand each event to the right one.
#ifndef KTRIAL_CLUSTER_NETWORK_COMPONENT_H_
#define KTRIAL_CLUSTER_NETWORK_COMPONENT_H_

#include <cstdint>

#include "sim/process.h"

namespace ktrial::cluster {

enum class Component : uint8_t {
  kProcess,         // the program itself
  kNetworkClient,   // NetworkClient
  kRaft,            // KafkaRaftClient
  kController,      // QuorumController
  kLifecycle,       // BrokerLifecycleManager
  kReplicaManager,  // ReplicaManager and its purgatories
  kLogCleaner,      // LogCleaner
  kLogManager,      // LogManager
  kFetcher,         // ReplicaFetcherThread
  kAlterPartition,  // AlterPartitionManager
  kGroup,           // GroupCoordinator
  kProducerIds,     // RPCProducerIdManager
  kForwarding,      // ForwardingManager
  kMetadata,        // a client's metadata refresh
  kProducer,        // KafkaProducer and its Sender
  kConsumer,        // KafkaConsumer and its fetcher
  kMembership,      // ConsumerCoordinator
  kWorkload,        // the application around a client
  kAssignments,     // AssignmentsManager
};

// Timer::kind of a component's own numbering, below 256.
constexpr uint16_t TimerKind(Component component, uint8_t local) {
  return static_cast<uint16_t>(static_cast<uint16_t>(component) << 8 | local);
}
constexpr Component ComponentOf(const sim::Timer& timer) { return static_cast<Component>(timer.kind >> 8); }
constexpr uint8_t LocalKind(const sim::Timer& timer) { return static_cast<uint8_t>(timer.kind & 0xff); }

// What an outstanding request was sent for: the continuation, as data.
struct CallTag {
  Component component = Component::kProcess;
  uint8_t kind = 0;
  uint64_t key = 0;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_NETWORK_COMPONENT_H_
