// An administrator's tool that changes the cluster while it runs: configs of topics (kafka-configs.sh --alter, that is,
// KafkaAdminClient.incrementalAlterConfigs), replicas of partitions (kafka-reassign-partitions.sh,
// alterPartitionReassignments), leaders (kafka-leader-election.sh, electLeaders), first records of a partition
// (kafka-delete-records.sh, deleteRecords). Each operation goes to one broker after another until one answers with a
// result or default.api.timeout.ms has passed: brokers pass it on to the active controller, and records are deleted by
// the partition's leader, so that others refuse. Operations are carried out one after the other, in their order.
//
//   AdminOperationsProcess({{.at = start + Seconds(60), .request = IncrementalAlterConfigsRequest{.topics = {{"orders",
//   {{"min.insync.replicas", kSet,
//                          "2"}}}}}}}, addresses)
#ifndef KTRIAL_CLUSTER_CLIENT_ADMIN_OPERATIONS_PROCESS_H_
#define KTRIAL_CLUSTER_CLIENT_ADMIN_OPERATIONS_PROCESS_H_

#include <cstddef>
#include <optional>
#include <variant>
#include <vector>

#include "cluster/network/address_book.h"
#include "cluster/network/network_client.h"
#include "cluster/protocol/config_api.h"
#include "cluster/protocol/controller_api.h"
#include "cluster/protocol/produce_api.h"
#include "sim/process.h"
#include "sim/time.h"

namespace ktrial::cluster {

struct AdminOperation {
  sim::SimTime at;
  // Config changes are of one topic, deletions of one partition.
  std::variant<IncrementalAlterConfigsRequest, AlterPartitionReassignmentsRequest, ElectLeadersRequest,
               DeleteRecordsRequest>
      request;
};

// What became of an operation.
struct AdminOutcome {
  sim::SimTime answered_at;
  // Of several partitions, the first that was refused. REQUEST_TIMED_OUT if nobody had a result in time; it may have
  // been carried out all the same.
  ErrorCode error = ErrorCode::kNone;
};

class AdminOperationsProcess : public sim::Cloneable<AdminOperationsProcess, sim::Process> {
 public:
  // `operations` in the order of their times.
  AdminOperationsProcess(std::vector<AdminOperation> operations, AddressBookRef addresses);

  void OnStart(sim::Context& ctx) override;
  void OnStop(sim::Context& ctx) override;
  void OnCrash() override;
  void OnTimer(sim::Context& ctx, const sim::Timer& timer) override;
  void OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) override;
  void OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId peer,
                    sim::ConnectionEvent event) override;

  // Of the first operations, so far.
  const std::vector<AdminOutcome>& outcomes() const { return outcomes_; }

 private:
  enum TimerLocal : uint8_t { kSend };

  void ArmTimer(sim::Context& ctx, sim::Duration back_off);
  void SendNext(sim::Context& ctx);
  void OnCompletion(sim::Context& ctx, const Completion& completion);
  void Finish(sim::Context& ctx, ErrorCode error);
  void AfterEvent(sim::Context& ctx);

  std::vector<AdminOperation> operations_;
  AddressBookRef addresses_;
  std::vector<AdminOutcome> outcomes_;
  // Which bootstrap server is asked next.
  size_t next_node_ = 0;
  // When the operation in hand was sent first; none before.
  std::optional<sim::SimTime> begun_;
  std::optional<NetworkClient> network_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_ADMIN_OPERATIONS_PROCESS_H_
