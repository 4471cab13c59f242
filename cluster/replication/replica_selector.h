// Which replica a consumer is to read from (KIP-392): org.apache.kafka.common.replica.RackAwareReplicaSelector.
//
//   const BrokerId chosen = SelectRackAware("az1", leader, views);
#ifndef KTRIAL_CLUSTER_REPLICATION_REPLICA_SELECTOR_H_
#define KTRIAL_CLUSTER_REPLICATION_REPLICA_SELECTOR_H_

#include <string_view>
#include <vector>

#include "cluster/protocol/ids.h"
#include "sim/time.h"

namespace ktrial::cluster {

// A replica that may serve the consumer (org.apache.kafka.common.replica.ReplicaView).
struct ReplicaView {
  BrokerId broker;
  // broker.rack; empty if it has none, or while the broker is fenced.
  std::string_view rack;
  Offset log_end;
  // By the leader's clock; zero for the leader itself.
  sim::Duration since_caught_up;
};

// The leader if it is in the rack or nobody is; else, of the replicas there, the one whose log goes furthest, then the
// one that was caught up last, then the highest id. The leader is among the views, and the rack is not empty.
BrokerId SelectRackAware(std::string_view rack, BrokerId leader, const std::vector<ReplicaView>& views);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_REPLICA_SELECTOR_H_
