// A DeleteRecords request that waits until all live replicas have moved their log starts
// (kafka.server.DelayedDeleteRecords). It is complete when every partition is decided: the broker no longer leads it,
// or its low watermark has reached what was asked for.
#ifndef KTRIAL_CLUSTER_REPLICATION_DELAYED_DELETE_RECORDS_H_
#define KTRIAL_CLUSTER_REPLICATION_DELAYED_DELETE_RECORDS_H_

#include <vector>

#include "cluster/network/socket_server.h"
#include "cluster/protocol/ids.h"
#include "cluster/protocol/produce_api.h"

namespace ktrial::cluster {

struct DeleteRecordsPartitionStatus {
  Offset required_offset;
  bool acks_pending = false;
  DeleteRecordsResponse::PartitionResult response;
};

struct DelayedDeleteRecords {
  RequestHandle request;
  std::vector<DeleteRecordsPartitionStatus> partitions;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_DELAYED_DELETE_RECORDS_H_
