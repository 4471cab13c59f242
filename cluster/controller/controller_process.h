// A KRaft controller (process.roles=controller): a voter of the metadata quorum and a QuorumController on top, behind
// one listener (kafka.server.ControllerServer).
//
//   world.AddProcess(host, "controller-3000",
//                    std::make_unique<ControllerProcess>(ControllerOptions{BrokerId(3000), config, addresses}));
#ifndef KTRIAL_CLUSTER_CONTROLLER_CONTROLLER_PROCESS_H_
#define KTRIAL_CLUSTER_CONTROLLER_CONTROLLER_PROCESS_H_

#include <optional>
#include <vector>

#include "cluster/config.h"
#include "cluster/controller/quorum_controller.h"
#include "cluster/kraft/raft_client.h"
#include "cluster/network/address_book.h"
#include "cluster/network/network_client.h"
#include "cluster/network/socket_server.h"
#include "sim/process.h"

namespace ktrial::cluster {

struct ControllerOptions {
  // node.id; one of the address book's voters.
  BrokerId node;
  BrokerConfig config;
  AddressBookRef addresses;
};

class ControllerProcess : public sim::Cloneable<ControllerProcess, sim::Process> {
 public:
  explicit ControllerProcess(ControllerOptions options);

  // The controller's event queue has one thread, and so has Raft.
  std::vector<int> ThreadPools() const override { return {1, 1}; }
  sim::Work WorkFor(const sim::Message& message) const override;
  sim::Work WorkFor(const sim::Timer& timer) const override;

  void OnStart(sim::Context& ctx) override;
  void OnStop(sim::Context& ctx) override;
  void OnCrash() override { state_.reset(); }
  void OnTimer(sim::Context& ctx, const sim::Timer& timer) override;
  void OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) override;
  void OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId peer,
                    sim::ConnectionEvent event) override;
  void OnDiskDone(sim::Context& ctx, const sim::DiskDone& done) override;

  BrokerId node() const { return options_.node; }
  // Null while the process does not run.
  const QuorumController* controller() const { return state_ ? &state_->controller : nullptr; }
  const RaftClient* raft() const { return state_ ? &state_->raft : nullptr; }

 private:
  struct Volatile {
    NetworkClient network;
    SocketServer server;
    RaftClient raft;
    QuorumController controller;
  };

  Env EnvFor(sim::Context& ctx) { return {ctx, state_->network, state_->server}; }
  void HandleRequest(Env env, const RequestHandle& handle, const RequestBody& body);
  // Hands on what the handler set off: completions to Raft, Raft's events to the controller, and the requests that
  // waited for a response.
  void Finish(sim::Context& ctx);

  ControllerOptions options_;
  std::optional<Volatile> state_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CONTROLLER_CONTROLLER_PROCESS_H_
