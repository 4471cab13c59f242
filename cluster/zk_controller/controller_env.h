// What an event of the controller may use while it runs, and the one way by which a decision gets into its memory.
#ifndef KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLER_ENV_H_
#define KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLER_ENV_H_

#include "cluster/zk_controller/controller_config.h"
#include "cluster/zk_controller/controller_context.h"
#include "cluster/zk_controller/controller_effects.h"
#include "cluster/zk_controller/kafka_zk_client.h"

namespace ktrial::cluster {

struct ControllerEnv {
  BrokerId self;
  const ControllerConfig& config;
  ControllerContext& context;
  KafkaZkClient& zk;
  ControllerEffects& effects;

  bool is_active() const { return context.active_controller == self; }
};

// Takes over what stands in ZooKeeper (ControllerContext.putPartitionLeadershipInfo), and tells of it if it is newer
// than what was known.
void PutPartitionLeadership(ControllerEnv& env, TopicPartition tp, const LeaderIsrAndControllerEpoch& info);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLER_ENV_H_
