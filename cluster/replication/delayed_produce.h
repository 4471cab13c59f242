// A produce request with acks=all that waits until its records are replicated (kafka.server.DelayedProduce). It is
// complete when every partition is decided: the broker no longer leads it, or the high watermark has passed the
// records.
#ifndef KTRIAL_CLUSTER_REPLICATION_DELAYED_PRODUCE_H_
#define KTRIAL_CLUSTER_REPLICATION_DELAYED_PRODUCE_H_

#include <vector>

#include "cluster/network/socket_server.h"
#include "cluster/protocol/produce_api.h"

namespace ktrial::cluster {

struct ProducePartitionStatus {
  // All in-sync replicas are to reach this offset.
  Offset required_offset;
  Offset last_offset;
  bool acks_pending = false;
  ProduceResponse::PartitionResponse response;
};

struct DelayedProduce {
  RequestHandle request;
  RequiredAcks acks = kAcksAll;
  std::vector<ProducePartitionStatus> partitions;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_DELAYED_PRODUCE_H_
