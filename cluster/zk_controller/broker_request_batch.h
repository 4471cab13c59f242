// Gathers what one transition has to tell the brokers, and sends it: to each broker one LeaderAndIsr, one
// UpdateMetadata and one StopReplica request at most, in this order (kafka.controller.ControllerBrokerRequestBatch).
//
//   BrokerRequestBatch batch;
//   batch.AddLeaderAndIsr(context, {broker}, tp, *context.LeadershipOf(tp), assignment, /*is_new=*/false);
//   batch.Send(env);
#ifndef KTRIAL_CLUSTER_ZK_CONTROLLER_BROKER_REQUEST_BATCH_H_
#define KTRIAL_CLUSTER_ZK_CONTROLLER_BROKER_REQUEST_BATCH_H_

#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "cluster/protocol/control_api.h"
#include "cluster/zk_controller/controller_env.h"

namespace ktrial::cluster {

class BrokerRequestBatch {
 public:
  // Every live broker is told of the partition by UpdateMetadata, too.
  void AddLeaderAndIsr(const ControllerContext& context, const std::vector<BrokerId>& brokers, TopicPartition tp,
                       const LeaderIsrAndControllerEpoch& state, const ReplicaAssignment& assignment, bool is_new);
  void AddStopReplica(const ControllerContext& context, BrokerId broker, TopicPartition tp, bool delete_partition);
  // Of `partitions`, those that have a leadership on record.
  void AddUpdateMetadata(const ControllerContext& context, const std::vector<BrokerId>& brokers,
                         const std::vector<TopicPartition>& partitions);

  // To brokers that are alive. The batch is empty afterwards.
  void Send(ControllerEnv& env);

 private:
  void SendLeaderAndIsr(ControllerEnv& env) const;
  void SendUpdateMetadata(ControllerEnv& env) const;
  void SendStopReplica(ControllerEnv& env) const;

  absl::btree_map<BrokerId, absl::btree_map<TopicPartition, LeaderAndIsrRequest::PartitionState>> leader_and_isr_;
  absl::btree_map<BrokerId, absl::btree_map<TopicPartition, StopReplicaRequest::PartitionState>> stop_replica_;
  absl::btree_set<BrokerId> update_metadata_brokers_;
  absl::btree_map<TopicPartition, UpdateMetadataPartitions::PartitionState> update_metadata_partitions_;
};

// To these brokers, of these partitions; and always of who is alive (KafkaController.sendUpdateMetadataRequest).
void SendUpdateMetadata(ControllerEnv& env, const std::vector<BrokerId>& brokers,
                        const std::vector<TopicPartition>& partitions);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_ZK_CONTROLLER_BROKER_REQUEST_BATCH_H_
