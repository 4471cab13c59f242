// An application that consumes: the loop of poll() and processing around one consumer of a group, in a process of its
// own.
#ifndef KTRIAL_CLUSTER_CLIENT_CONSUMER_PROCESS_H_
#define KTRIAL_CLUSTER_CLIENT_CONSUMER_PROCESS_H_

#include <optional>
#include <string>

#include "cluster/client/client_metadata.h"
#include "cluster/client/consumer_coordinator.h"
#include "cluster/client/consumer_fetcher.h"
#include "cluster/client/subscription_state.h"
#include "sim/process.h"

namespace ktrial::cluster {

struct ConsumerWorkload {
  GroupMembership membership;
  // What the application needs for one record.
  sim::Duration process_time;
};

class ConsumerProcess : public sim::Cloneable<ConsumerProcess, sim::Process> {
 public:
  ConsumerProcess(ConsumerWorkload workload, AddressBookRef addresses);

  void OnStart(sim::Context& ctx) override;
  // Commits, leaves the group and exits.
  void OnStop(sim::Context& ctx) override;
  void OnCrash() override;
  void OnTimer(sim::Context& ctx, const sim::Timer& timer) override;
  void OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) override;
  void OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId peer,
                    sim::ConnectionEvent event) override;

  ClientId client() const { return workload_.membership.client; }
  // Null while the application does not run.
  const SubscriptionState* subscription() const { return state_ ? &state_->subscription : nullptr; }

 private:
  struct State {
    State(const ConsumerWorkload& workload, const AddressBookRef& addresses);

    NetworkClient network;
    ClientMetadata metadata;
    ConsumerCoordinator coordinator;
    ConsumerFetcher fetcher;
    SubscriptionState subscription;
    // The application works on what the last poll() returned.
    bool processing = false;
    bool stopping = false;
  };
  enum TimerLocal : uint8_t { kProcessed };

  ClientEnv EnvOf(sim::Context& ctx) { return {ctx, state_->network, state_->metadata}; }
  void Dispatch(sim::Context& ctx, const Completion& completion);
  void AfterEvent(sim::Context& ctx);
  void Poll(sim::Context& ctx);

  ConsumerWorkload workload_;
  AddressBookRef addresses_;
  std::optional<State> state_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_CONSUMER_PROCESS_H_
