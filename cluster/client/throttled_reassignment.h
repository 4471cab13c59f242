// A reassignment that leaves room for other traffic (KIP-73), as
// org.apache.kafka.tools.reassign.ReassignPartitionsCommand carries it out.
#ifndef KTRIAL_CLUSTER_CLIENT_THROTTLED_REASSIGNMENT_H_
#define KTRIAL_CLUSTER_CLIENT_THROTTLED_REASSIGNMENT_H_

#include <cstddef>
#include <vector>

#include "cluster/client/admin_operation.h"
#include "cluster/protocol/metadata_api.h"
#include "sim/time.h"

namespace ktrial::cluster {

// The operations of a throttled reassignment, one after the other: the lists of throttled replicas, the rates of all
// brokers concerned, the reassignment itself; when no reassignment is left, rates and lists are deleted. The first is
// due at `at` and has the number `first`.
std::vector<AdminOperation> PlanThrottledReassignment(const ThrottledReassignment& throttled,
                                                      const MetadataResponse::Topic& topic, sim::SimTime at,
                                                      size_t first);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_THROTTLED_REASSIGNMENT_H_
