// A controller quorum with brokers that do nothing but register and send heartbeats, in a World, for tests.
//
//   Controllers controllers({.controllers = 3, .brokers = 3, .seed = 1});
//   controllers.RunUntilReady();
//   TopicId topic = controllers.CreateTopic("orders", {{0, 1, 2}});
#ifndef KTRIAL_CLUSTER_CONTROLLER_CONTROLLERS_TEST_H_
#define KTRIAL_CLUSTER_CONTROLLER_CONTROLLERS_TEST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cluster/config.h"
#include "cluster/controller/controller_process.h"
#include "cluster/network/network_client.h"
#include "sim/world.h"

namespace ktrial::cluster {

// Registers with whichever controller takes it, then sends a heartbeat every 500 ms, claiming to have applied all
// metadata. Other requests go through Ask.
class FakeBroker : public sim::Cloneable<FakeBroker, sim::Process> {
 public:
  FakeBroker(BrokerId id, AddressBookRef addresses) : id_(id), addresses_(std::move(addresses)) {}

  void OnStart(sim::Context& ctx) override;
  void OnCrash() override { state_.reset(); }
  void OnTimer(sim::Context& ctx, const sim::Timer& timer) override;
  void OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) override;
  void OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId peer,
                    sim::ConnectionEvent event) override;

  // Sends `body` to `controller`; the answer is kept in answers().
  void Ask(sim::Context& ctx, BrokerId controller, RequestBody body);
  void set_want_shut_down(bool want) { state_->want_shut_down = want; }

  BrokerEpoch epoch() const { return state_->epoch; }
  bool fenced() const { return state_->fenced; }
  bool told_to_shut_down() const { return state_->told_to_shut_down; }
  ErrorCode last_registration_error() const { return state_->last_registration_error; }
  const std::vector<ResponseBody>& answers() const { return state_->answers; }

 private:
  enum CallKind : uint8_t { kRegister, kHeartbeat, kAsk };
  struct Volatile {
    NetworkClient network;
    size_t controller = 0;
    BrokerEpoch epoch = {};
    bool fenced = true;
    bool want_shut_down = false;
    bool told_to_shut_down = false;
    ErrorCode last_registration_error = ErrorCode::kNone;
    std::vector<ResponseBody> answers = {};
  };

  void Beat(sim::Context& ctx);
  void OnCompletion(const Completion& completion);
  void Finish();

  BrokerId id_;
  AddressBookRef addresses_;
  int64_t incarnation_ = 0;
  std::optional<Volatile> state_;
};

struct ControllersOptions {
  int controllers = 3;
  int brokers = 3;
  uint64_t seed = 1;
  BrokerConfig config = {};
};

class Controllers {
 public:
  explicit Controllers(const ControllersOptions& options);

  sim::World& world() { return world_; }
  void RunFor(sim::Duration duration) { world_.RunUntil(world_.now() + duration, nullptr); }
  // Until there is an active controller and all brokers are unfenced; at most a minute. Whether it came to that.
  bool RunUntilReady();

  static BrokerId ControllerId(int index) { return BrokerId(3000 + index); }
  sim::ProcessId controller_process(int index) const { return sim::ProcessId(index); }
  sim::ProcessId broker_process(int index) const { return sim::ProcessId(options_.controllers + index); }
  sim::HostId host_of(sim::ProcessId process) const { return world_.host_of(process); }
  const ControllerProcess& controller(int index) {
    return world_.process_as<ControllerProcess>(controller_process(index));
  }
  FakeBroker& broker(int index) { return world_.process_as<FakeBroker>(broker_process(index)); }
  // The active controller.
  std::optional<int> Active();
  // What the active controller has committed.
  const MetadataImage& image() { return controller(*Active()).controller()->committed(); }
  const PartitionRegistration& partition(TopicPartition tp) { return *image().FindPartition(tp); }

  // Sends from broker `broker` to the active controller, and waits up to a second for the answer.
  template <typename Response>
  std::optional<Response> Ask(int broker_index, RequestBody body) {
    const auto answer = AskAny(broker_index, std::move(body));
    return answer ? std::optional(std::get<Response>(*answer)) : std::nullopt;
  }
  // One partition for each list of broker indexes.
  TopicId CreateTopic(const std::string& name, const std::vector<std::vector<int>>& assignments,
                      std::vector<CreateTopicsRequest::ConfigEntry> configs = {});

 private:
  std::optional<ResponseBody> AskAny(int broker_index, RequestBody body);

  ControllersOptions options_;
  sim::World world_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CONTROLLER_CONTROLLERS_TEST_H_
