// An administrator's tool at work once: it waits until every broker has joined the cluster, creates topics by Kafka's
// own CreateTopics (kafka-topics.sh --create), and waits until each of their partitions has a leader and all replicas
// in sync. A scenario starts when it is ready.
//
//   AdminProcess({.topics = {{.name = "orders", .partitions = 6, .replication_factor = 3}}}, addresses)
#ifndef KTRIAL_CLUSTER_CLIENT_ADMIN_PROCESS_H_
#define KTRIAL_CLUSTER_CLIENT_ADMIN_PROCESS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cluster/network/address_book.h"
#include "cluster/network/network_client.h"
#include "cluster/protocol/ids.h"
#include "cluster/protocol/metadata_api.h"
#include "sim/process.h"

namespace ktrial::cluster {

struct AdminWork {
  // Created in this order, one after the other, so that their ids are in this order too.
  std::vector<CreateTopicsRequest::Topic> topics;
};

class AdminProcess : public sim::Cloneable<AdminProcess, sim::Process> {
 public:
  enum class Phase : uint8_t { kAwaitBrokers, kCreateTopics, kAwaitIsr, kReady, kRefused };

  AdminProcess(AdminWork work, AddressBookRef addresses);

  void OnStart(sim::Context& ctx) override;
  void OnStop(sim::Context& ctx) override;
  void OnCrash() override;
  void OnTimer(sim::Context& ctx, const sim::Timer& timer) override;
  void OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) override;
  void OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId peer,
                    sim::ConnectionEvent event) override;

  // kAwaitBrokers while it does not run.
  Phase phase() const { return state_ ? state_->phase : Phase::kAwaitBrokers; }
  bool ready() const { return phase() == Phase::kReady; }
  // What it is waiting for, or why a topic was refused: "2 of 3 brokers have joined".
  std::string Explain() const;
  // The id that the controller gave each topic, in the order of AdminWork; complete once kAwaitIsr is reached.
  const std::vector<TopicId>& topic_ids() const { return topic_ids_; }

 private:
  struct State {
    explicit State(const AddressBookRef& addresses) : network(NetworkClientOptions{}, addresses) {}

    NetworkClient network;
    Phase phase = Phase::kAwaitBrokers;
    // Which bootstrap server is asked next.
    size_t next_node = 0;
    bool in_flight = false;
    ErrorCode refusal = ErrorCode::kNone;
    // Of the last Metadata answer.
    size_t brokers_joined = 0;
    size_t partitions_ready = 0;
    size_t partitions = 0;
  };
  enum TimerLocal : uint8_t { kAskAgain };

  void BecomePhase(Phase to);
  void Ask(sim::Context& ctx);
  void AskLater(sim::Context& ctx);
  void OnCompletion(sim::Context& ctx, const Completion& completion);
  void OnBrokers(const MetadataResponse& response);
  void OnCreated(const CreateTopicsResponse& response);
  void OnPartitions(const MetadataResponse& response);
  void AfterEvent(sim::Context& ctx);

  AdminWork work_;
  AddressBookRef addresses_;
  std::vector<TopicId> topic_ids_;
  std::optional<State> state_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_ADMIN_PROCESS_H_
