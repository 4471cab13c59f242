// A Kafka broker as a simulated program (kafka.server.BrokerServer with KafkaApis): it observes the metadata quorum,
// joins the cluster, holds replicas, and answers clients and followers.
//
//   world.AddProcess(host, "broker-1", std::make_unique<BrokerProcess>(BrokerOptions{.id = BrokerId{1}, ...}));
//
// Handlers run on the threads that Kafka gives them: requests on num.io.threads request handlers, responses of leaders
// on replica fetchers, the metadata quorum and what follows from it on a thread of its own, periodic tasks on a
// scheduler.
//
// Requests that come before the controller has first unfenced the broker wait, as Kafka's acceptors do.
//
// Not modelled: combined mode, quotas, authorization, automatic creation of topics other than
// __consumer_offsets, Metadata's refresh of a client's view beyond the topics it names.
#ifndef KTRIAL_CLUSTER_BROKER_BROKER_H_
#define KTRIAL_CLUSTER_BROKER_BROKER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "cluster/broker/assignments_manager.h"
#include "cluster/broker/broker_lifecycle.h"
#include "cluster/broker/controller_channel.h"
#include "cluster/broker/metadata_publisher.h"
#include "cluster/broker/producer_id_manager.h"
#include "cluster/config.h"
#include "cluster/group/group_coordinator.h"
#include "cluster/kraft/raft_client.h"
#include "cluster/network/address_book.h"
#include "cluster/network/network_client.h"
#include "cluster/network/socket_server.h"
#include "cluster/replication/replica_manager.h"
#include "sim/context.h"
#include "sim/process.h"

namespace ktrial::cluster {

struct BrokerOptions {
  BrokerId id;
  BrokerConfig config;
  // broker.rack, or empty.
  std::string rack;
  AddressBookRef addresses;
};

class BrokerProcess : public sim::Cloneable<BrokerProcess, sim::Process> {
 public:
  explicit BrokerProcess(BrokerOptions options) : options_(std::move(options)) {}

  std::vector<int> ThreadPools() const override;
  sim::Work WorkFor(const sim::Message& message) const override;
  sim::Work WorkFor(const sim::Timer& timer) const override;

  void OnStart(sim::Context& ctx) override;
  // A controlled shutdown: leaderships move away first, then the logs are flushed and the process exits.
  void OnStop(sim::Context& ctx) override;
  void OnCrash() override { state_.reset(); }
  void OnTimer(sim::Context& ctx, const sim::Timer& timer) override;
  void OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) override;
  void OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId peer,
                    sim::ConnectionEvent event) override;
  void OnDiskDone(sim::Context& ctx, const sim::DiskDone& done) override;

  BrokerId id() const { return options_.id; }
  const BrokerConfig& config() const { return options_.config; }

  // For tests and reports. Only while the process runs.
  bool started() const { return state_.has_value(); }
  const MetadataImage& metadata() const { return state_->metadata.image(); }
  const ReplicaManager& replicas() const { return state_->replicas; }
  const GroupCoordinator& groups() const { return state_->groups; }
  BrokerLifecycleState lifecycle() const { return state_->lifecycle.state(); }

 private:
  // A request and whom to answer.
  struct Request {
    RequestHandle handle;
    ApiRequestRef api;
  };
  // Why something was sent on the forwarding channel.
  enum Forwarded : uint8_t { kForClient, kAutoCreate, kProducerIdBlock };
  struct ForwardedRequest {
    RequestHandle handle;
    ApiKey api;
  };

  // Everything that a crash takes.
  struct State {
    explicit State(const BrokerOptions& options);

    NetworkClient network;
    SocketServer server;
    RaftClient raft;
    MetadataPublisher metadata;
    BrokerLifecycle lifecycle;
    ReplicaManager replicas;
    ProducerIdManager producer_ids;
    GroupCoordinator groups;
    ControllerChannel forwarding;
    AssignmentsManager assignments;
    // Clients whose requests are with the controller, by the key of the forwarded request.
    absl::btree_map<uint64_t, ForwardedRequest> forwarded;
    uint64_t next_forward = 0;
    // Topics whose creation is under way.
    absl::btree_set<std::string> creating;
    bool metadata_published = false;
    bool ready_to_unfence = false;
    bool processing_requests = false;
    // Requests that came too early to be processed.
    std::vector<Request> waiting;
  };

  // broker.cc
  Env RaftEnv(sim::Context& ctx) { return {ctx, state_->network, state_->server}; }
  ReplicaEnv ReplicasEnv(sim::Context& ctx) {
    return {ctx, state_->network, state_->server, state_->metadata.image(), state_->lifecycle.broker_epoch()};
  }
  BrokerLifecycle::Env LifecycleEnv(sim::Context& ctx) {
    return {ctx, state_->network, state_->metadata.last_applied()};
  }
  AssignmentsManager::Env AssignmentsEnv(sim::Context& ctx) { return {ctx, state_->network, state_->metadata.image()}; }
  void Dispatch(sim::Context& ctx, const Completion& completion);
  // Lets components hear of each other until nothing is left to say.
  void AfterEvent(sim::Context& ctx);
  void TakeRequest(sim::Context& ctx, const RequestHandle& handle, const sim::Message& message);
  void FollowLifecycle(sim::Context& ctx);
  // Takes log directories offline that have failed (LogDirFailureHandler); the broker halts if it was the one with the
  // metadata log, which is the first.
  void FollowLogDirFailures(sim::Context& ctx);
  void ShutDown(sim::Context& ctx);

  // broker_metadata.cc
  void OnRaftEvent(sim::Context& ctx, const RaftCommitted& committed);
  void OnRaftEvent(sim::Context& ctx, const RaftLeaderChanged& changed);
  void OnRaftEvent(sim::Context& ctx, const RaftFailed&) { ctx.Exit(); }
  void OnRaftEvent(sim::Context&, const RaftShutdownDone&) {}

  // handle_*.cc: one handler for each API.
  void Handle(sim::Context& ctx, const Request& request);
  void HandleProduce(sim::Context& ctx, const Request& request);
  void HandleFetch(sim::Context& ctx, const Request& request);
  void HandleListOffsets(sim::Context& ctx, const Request& request);
  void HandleOffsetsForLeaderEpoch(sim::Context& ctx, const Request& request);
  void HandleMetadata(sim::Context& ctx, const Request& request);
  void HandleForwarded(sim::Context& ctx, const Request& request);
  void HandleDeleteRecords(sim::Context& ctx, const Request& request);
  void HandleInitProducerId(sim::Context& ctx, const Request& request);
  void HandleUnexpected(sim::Context& ctx, const Request& request);

  // broker_groups.cc: the group coordinator and what it hears of the rest of the broker.
  void HandleGroup(sim::Context& ctx, const Request& request);
  void HandleFindCoordinator(sim::Context& ctx, const Request& request);
  void OnGroupTimer(sim::Context& ctx, const sim::Timer& timer);
  void FollowOffsetsPartitions(sim::Context& ctx, const MetadataDelta& delta);
  // True if there was something to do.
  bool DrainGroups(sim::Context& ctx);

  // forwarding.cc
  void Forward(sim::Context& ctx, RequestBody body, Forwarded why, uint64_t key);
  void OnForwardedAnswer(sim::Context& ctx, const ControllerAnswer& answer);
  void AutoCreateOffsetsTopic(sim::Context& ctx);

  BrokerOptions options_;
  std::optional<State> state_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_BROKER_BROKER_H_
