// What a leader knows of one follower (kafka.cluster.Replica), learned from its fetches. Times are what the leader's
// own wall clock shows, as in Kafka: a clock that jumps moves followers in and out of the in-sync replicas.
#ifndef KTRIAL_CLUSTER_REPLICATION_REPLICA_H_
#define KTRIAL_CLUSTER_REPLICATION_REPLICA_H_

#include <optional>

#include "cluster/protocol/ids.h"
#include "sim/time.h"

namespace ktrial::cluster {

// One fetch of a follower, as the leader took it.
struct FollowerFetch {
  // The follower has everything below.
  Offset fetch_offset;
  Offset log_start;
  sim::WallTime time;
  // The leader's log end when it read for this fetch.
  Offset leader_end;
  // The follower's registration; none if it sent none, which skips the check of it.
  BrokerEpoch broker_epoch;
};

class Replica {
 public:
  explicit Replica(BrokerId broker) : broker_(broker) {}

  BrokerId broker() const { return broker_; }
  // Unknown (below every offset) until the follower has fetched in this leadership.
  Offset log_end() const { return log_end_; }
  Offset log_start() const { return log_start_; }
  sim::WallTime last_caught_up() const { return last_caught_up_; }
  // Empty until the follower has fetched in this leadership.
  std::optional<BrokerEpoch> broker_epoch() const { return broker_epoch_; }

  // Takes the position of a fetch. The follower was caught up at this fetch if it reaches the leader's present end, or
  // at its previous fetch if it reaches what was the leader's end then.
  void UpdateFetchState(const FollowerFetch& fetch);
  // Takes the last of several fetches that found the follower, as the one before them did, at the leader's unchanged
  // end.
  void NoteFetchAtLogEnd(sim::WallTime time);

  // A leader epoch begins. Members of the ISR count as caught up now, others as never. A broker that did not lead
  // before forgets the follower's position as well.
  void ResetForLeaderEpoch(sim::WallTime now, Offset leader_end, bool is_new_leader, bool in_isr);

  // At the leader's end, or was so within the last `max_lag` (replica.lag.time.max.ms).
  bool IsCaughtUp(Offset leader_end, sim::WallTime now, sim::Duration max_lag) const {
    return log_end_ == leader_end || now - last_caught_up_ <= max_lag;
  }

 private:
  BrokerId broker_;
  Offset log_start_;
  Offset log_end_;
  Offset last_fetch_leader_end_{0};
  sim::WallTime last_fetch_;
  sim::WallTime last_caught_up_;
  std::optional<BrokerEpoch> broker_epoch_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_REPLICA_H_
