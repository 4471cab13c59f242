// Sends the leaders' proposals for their in-sync replicas to the controller
// (kafka.server.DefaultAlterPartitionManager): one request in flight at a time, with everything that has gathered
// meanwhile; one proposal a partition. A request is retried until it is answered.
#ifndef KTRIAL_CLUSTER_REPLICATION_ALTER_PARTITION_MANAGER_H_
#define KTRIAL_CLUSTER_REPLICATION_ALTER_PARTITION_MANAGER_H_

#include <cstdint>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/broker/controller_channel.h"
#include "cluster/defect_set.h"
#include "cluster/replication/isr_state.h"
#include "sim/context.h"

namespace ktrial::cluster {

class AlterPartitionManager {
 public:
  // What the controller said to one proposal.
  struct Result {
    IsrProposalId proposal;
    AlterPartitionResponse::PartitionData response;
  };

  AlterPartitionManager(BrokerId self, Channel channel, const DefectSet& defects);

  // Queues a proposal. If one of this partition is still on its way, the answer is OPERATION_NOT_ATTEMPTED at once.
  void Submit(sim::Context& ctx, NetworkClient& network, BrokerEpoch broker_epoch, AlterPartitionItem item);
  void SetActiveController(sim::Context& ctx, NetworkClient& network, BrokerId controller) {
    channel_.SetActiveController(ctx, network, controller);
  }
  void OnCompletion(sim::Context& ctx, NetworkClient& network, BrokerEpoch broker_epoch, const Completion& completion);
  void OnTimer(sim::Context& ctx, NetworkClient& network, BrokerEpoch broker_epoch, const sim::Timer& timer);
  std::vector<Result> TakeResults();
  // A new leadership begins (Defect::kIsrChangeClearedInFlight): forgets the partition's proposal, wherever it is.
  void ClearPending(TopicPartition tp) { unsent_.erase(tp); }

 private:
  enum TimerLocal : uint8_t { kRetryTimer };

  void MaybePropagateIsrChanges(sim::Context& ctx, NetworkClient& network, BrokerEpoch broker_epoch);
  void HandleAnswers(sim::Context& ctx, NetworkClient& network, BrokerEpoch broker_epoch);
  void HandleResponse(const AlterPartitionResponse& response);

  BrokerId self_;
  ControllerChannel channel_;
  // Stay here until they are answered.
  absl::btree_map<TopicPartition, AlterPartitionItem> unsent_;
  bool in_flight_ = false;
  struct Sent {
    TopicPartition tp;
    IsrProposalId proposal;
  };
  // Of the request in flight.
  std::vector<Sent> sent_;
  std::vector<Result> results_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_ALTER_PARTITION_MANAGER_H_
