// What an administrator does to a running cluster, as the requests of Kafka's tools.
#ifndef KTRIAL_CLUSTER_CLIENT_ADMIN_OPERATION_H_
#define KTRIAL_CLUSTER_CLIENT_ADMIN_OPERATION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "cluster/protocol/config_api.h"
#include "cluster/protocol/controller_api.h"
#include "cluster/protocol/produce_api.h"
#include "sim/time.h"

namespace ktrial::cluster {

// kafka-reassign-partitions.sh --execute --throttle, and --verify until it is done (KIP-73). All partitions are of one
// topic, and each has its replicas.
struct ThrottledReassignment {
  AlterPartitionReassignmentsRequest reassignment;
  int64_t bytes_per_second = 0;
};

struct AdminOperation {
  sim::SimTime at;
  // Config changes are of one topic or one broker, deletions of one partition. To list reassignments is to wait until
  // there are none: it is done again each second, between other operations.
  std::variant<IncrementalAlterConfigsRequest, AlterPartitionReassignmentsRequest, ThrottledReassignment,
               ListPartitionReassignmentsRequest, ElectLeadersRequest, DeleteRecordsRequest>
      request;
  // The earlier operation without whose success this one is not carried out, and after which it is due at the earliest.
  std::optional<size_t> after = std::nullopt;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_ADMIN_OPERATION_H_
