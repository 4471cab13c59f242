// An administrator's tool that changes the cluster while it runs: configs of topics and brokers (kafka-configs.sh
// --alter, that is, KafkaAdminClient.incrementalAlterConfigs), replicas of partitions (kafka-reassign-partitions.sh,
// alterPartitionReassignments), leaders (kafka-leader-election.sh, electLeaders), first records of a partition
// (kafka-delete-records.sh, deleteRecords). Each operation goes to one broker after another until one answers with a
// result or default.api.timeout.ms has passed: brokers pass it on to the active controller, and records are deleted by
// the partition's leader, so that others refuse; a broker's own configs go to that broker alone. Operations are carried
// out one at a time, each when it is due.
//
//   AdminOperationsProcess({{.at = start + Seconds(60), .request = IncrementalAlterConfigsRequest{.topics = {{"orders",
//   {{"min.insync.replicas", kSet,
//                          "2"}}}}}}}, addresses)
#ifndef KTRIAL_CLUSTER_CLIENT_ADMIN_OPERATIONS_PROCESS_H_
#define KTRIAL_CLUSTER_CLIENT_ADMIN_OPERATIONS_PROCESS_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/client/admin_operation.h"
#include "cluster/network/address_book.h"
#include "cluster/network/network_client.h"
#include "cluster/protocol/error_code.h"
#include "cluster/protocol/metadata_api.h"
#include "sim/process.h"
#include "sim/time.h"

namespace ktrial::cluster {

// What became of an operation.
struct AdminOutcome {
  sim::SimTime answered_at;
  // Of several partitions, the first that was refused. REQUEST_TIMED_OUT if nobody had a result in time; it may have
  // been carried out all the same. What was to follow upon another operation has its error.
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

  // Of each operation that it was given, none so far if it is not over.
  std::optional<AdminOutcome> OutcomeOf(size_t operation) const;

 private:
  enum TimerLocal : uint8_t { kSend };

  // The operation that is to be carried out next: of those that may be, the one that is due first.
  std::optional<size_t> Next() const;
  // For the next operation: not before its time, nor before the back-off is over.
  void ArmTimer(sim::Context& ctx, sim::Duration back_off);
  void SendNext(sim::Context& ctx);
  // The replicas are known: the operations of a throttled reassignment are put behind all others.
  void Plan(sim::Context& ctx, const MetadataResponse& metadata);
  void OnCompletion(sim::Context& ctx, const Completion& completion);
  void Finish(sim::Context& ctx, ErrorCode error);
  void AfterEvent(sim::Context& ctx);

  std::vector<AdminOperation> operations_;
  AddressBookRef addresses_;
  // Beside the operations; of a throttled reassignment, whether it could be planned.
  std::vector<std::optional<AdminOutcome>> outcomes_;
  // By number of a throttled reassignment: the last of its operations.
  absl::btree_map<size_t, size_t> planned_;
  // The operation that is being carried out.
  std::optional<size_t> in_hand_;
  // Which bootstrap server is asked next.
  size_t next_node_ = 0;
  // When the operation in hand was sent first; none before.
  std::optional<sim::SimTime> begun_;
  std::optional<NetworkClient> network_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_ADMIN_OPERATIONS_PROCESS_H_
