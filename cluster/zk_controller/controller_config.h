// Settings of the brokers that matter to ZooKeeper mode's controller, with Kafka's defaults.
#ifndef KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLER_CONFIG_H_
#define KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLER_CONFIG_H_

#include <cstdint>

#include "sim/time.h"

namespace ktrial::cluster {

struct ControllerConfig {
  int32_t default_replication_factor = 1;
  bool unclean_leader_election = false;
  bool auto_leader_rebalance = true;
  sim::Duration leader_imbalance_check_interval = sim::Milliseconds(300000);
  int32_t leader_imbalance_per_broker_percentage = 10;
  // Whether a partition is marked after an unclean election (KIP-704): since 3.2. Not a key of Kafka's.
  bool leader_recovery_state = true;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLER_CONFIG_H_
