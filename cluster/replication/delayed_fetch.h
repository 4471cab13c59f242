// A fetch that waits for data (kafka.server.DelayedFetch). It is complete when min_bytes are there, when the broker may
// no longer serve one of its partitions, or when the fetcher's log turns out to have diverged. A high watermark that
// moves does not complete a follower's fetch (KAFKA-9952): it learns of it with the next response.
//
// A full fetch is watched under all its partitions. An incremental one is found by way of its session, and of its
// partitions only the pending ones are looked at.
#ifndef KTRIAL_CLUSTER_REPLICATION_DELAYED_FETCH_H_
#define KTRIAL_CLUSTER_REPLICATION_DELAYED_FETCH_H_

#include <cstdint>
#include <string>

#include "cluster/network/socket_server.h"
#include "cluster/protocol/api_message.h"
#include "cluster/replication/fetch_session_cache.h"
#include "cluster/replication/partition.h"
#include "sim/time.h"

namespace ktrial::cluster {

// The parameters of a whole fetch request (org.apache.kafka.storage.internals.log.FetchParams).
struct FetchParams {
  // A follower's id and registration, or none for a consumer.
  BrokerId replica;
  BrokerEpoch replica_epoch;
  sim::Duration max_wait;
  int32_t min_bytes = 1;
  int32_t max_bytes = 0;
  FetchIsolation isolation = FetchIsolation::kHighWatermark;
  // client.rack of a consumer.
  std::string rack;

  bool is_from_follower() const { return replica.valid(); }
};

struct DelayedFetch {
  RequestHandle request;
  FetchParams params;
  // Holds the FetchRequest, shared with the message that brought it. What an incremental one asks for is in the
  // session.
  ApiRequestRef fetch;
  FetchContext context;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_DELAYED_FETCH_H_
