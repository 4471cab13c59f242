// Which nodes of the quorum may be sent a request now (org.apache.kafka.raft.RequestManager): one request in flight to
// a node, and a pause of controller.quorum.retry.backoff.ms after one that failed.
#ifndef KTRIAL_CLUSTER_KRAFT_REQUEST_MANAGER_H_
#define KTRIAL_CLUSTER_KRAFT_REQUEST_MANAGER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/protocol/ids.h"
#include "sim/random.h"
#include "sim/time.h"

namespace ktrial::cluster {

class RequestManager {
 public:
  RequestManager(sim::Duration retry_backoff, sim::Duration request_timeout)
      : retry_backoff_(retry_backoff), request_timeout_(request_timeout) {}

  // Neither waiting for an answer nor backing off.
  bool IsReady(BrokerId node, sim::SimTime now) const { return ReadyAt(node) <= now; }
  bool IsBackingOff(BrokerId node, sim::SimTime now) const;
  bool HasTimedOut(BrokerId node, sim::SimTime now) const;
  bool HasAnyInFlight(sim::SimTime now) const;
  // When IsReady will hold; SimTime() if nothing is known of the node.
  sim::SimTime ReadyAt(BrokerId node) const;

  // Returns the key by which the outcome is recognised.
  uint64_t OnSent(BrokerId node, sim::SimTime now);
  // Whether an answer with this key is still waited for.
  bool IsExpected(BrokerId node, uint64_t key) const;
  // `success` makes the node ready, failure backs off. An answer that is not expected changes nothing.
  void OnResult(BrokerId node, uint64_t key, bool success, sim::SimTime now);
  // Forgets what is in flight or backing off: answers to it are no longer expected.
  void Reset(BrokerId node) { connections_.erase(node); }
  void ResetAll() { connections_.clear(); }

  // A random ready node of `nodes`, if nothing is in flight to anyone.
  std::optional<BrokerId> FindReady(const std::vector<BrokerId>& nodes, sim::SimTime now,
                                    sim::RandomStream& random) const;
  // When FindReady may find one.
  sim::SimTime AnyReadyAt(const std::vector<BrokerId>& nodes, sim::SimTime now) const;

 private:
  struct Connection {
    bool in_flight = false;
    uint64_t key = 0;
    // When the request in flight times out, or the backoff ends.
    sim::SimTime until;
  };

  sim::Duration retry_backoff_;
  sim::Duration request_timeout_;
  absl::btree_map<BrokerId, Connection> connections_;
  uint64_t next_key_ = 0;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_KRAFT_REQUEST_MANAGER_H_
