// A server's configuration (zoo.cfg), by ZooKeeper's own names and with its defaults.
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_ZOOKEEPER_CONFIG_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_ZOOKEEPER_CONFIG_H_

#include <cstdint>

#include "sim/time.h"

namespace ktrial::cluster::zookeeper {

struct ZooKeeperConfig {
  sim::Duration tick_time = sim::Milliseconds(2000);
  // Ticks that a follower may take to connect and to catch up.
  int32_t init_limit = 10;
  // Ticks that a follower may be silent, or behind.
  int32_t sync_limit = 5;
  // In ticks: what minSessionTimeout and maxSessionTimeout are by default.
  int32_t min_session_ticks = 2;
  int32_t max_session_ticks = 20;
  // snapCount: a snapshot is begun after between half and all of so many transactions.
  int32_t snap_count = 100'000;
  // commitLogCount: so many committed transactions are kept in memory for followers that come back.
  int32_t commit_log_count = 500;
  // How many nodes a snapshot takes in a millisecond.
  int32_t snapshot_nodes_per_milli = 200;
  // A known flaw, off by default: a session's ephemeral nodes survive its expiry when they were created under an
  // earlier leader (ZOOKEEPER-2985; what KAFKA-7165, DR51, stumbles over).
  bool ephemerals_survive_leader_change = false;
};

}  // namespace ktrial::cluster::zookeeper

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_ZOOKEEPER_CONFIG_H_
