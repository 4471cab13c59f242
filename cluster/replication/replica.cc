#include "cluster/replication/replica.h"

#include <algorithm>

namespace ktrial::cluster {

void Replica::UpdateFetchState(const FollowerFetch& fetch) {
  if (fetch.fetch_offset >= fetch.leader_end) {
    last_caught_up_ = std::max(last_caught_up_, fetch.time);
  } else if (fetch.fetch_offset >= last_fetch_leader_end_) {
    last_caught_up_ = std::max(last_caught_up_, last_fetch_);
  }
  log_start_ = fetch.log_start;
  log_end_ = fetch.fetch_offset;
  last_fetch_leader_end_ = std::max(last_fetch_leader_end_, fetch.leader_end);
  last_fetch_ = fetch.time;
  broker_epoch_ = fetch.broker_epoch;
}

void Replica::NoteFetchAtLogEnd(sim::WallTime time) {
  last_caught_up_ = std::max(last_caught_up_, time);
  last_fetch_ = time;
}

void Replica::ResetForLeaderEpoch(sim::WallTime now, Offset leader_end, bool is_new_leader, bool in_isr) {
  last_caught_up_ = in_isr ? now : sim::WallTime();
  if (is_new_leader) {
    log_start_ = Offset();
    log_end_ = Offset();
    last_fetch_leader_end_ = Offset();
    last_fetch_ = sim::WallTime();
    broker_epoch_.reset();
  } else {
    last_fetch_leader_end_ = leader_end;
    last_fetch_ = in_isr ? now : sim::WallTime();
  }
}

}  // namespace ktrial::cluster
