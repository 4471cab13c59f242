// Brokers' controllers on one tree of znodes, without a world: what they send is kept, and they go on when told to.
#ifndef KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLERS_FOR_TEST_H_
#define KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLERS_FOR_TEST_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/zk_controller/controller_effects.h"
#include "cluster/zk_controller/kafka_controller.h"
#include "cluster/zk_controller/znode_tree_for_test.h"

namespace ktrial::cluster {

class ZkControllersForTest {
 public:
  struct Sent {
    BrokerId from;
    BrokerId to;
    ControlRequest body;
  };

  explicit ZkControllersForTest(ControllerConfig config = {}) : config_(std::move(config)) {}

  ZnodeTreeForTest& tree() { return tree_; }
  const KafkaController& controller(BrokerId broker) const { return brokers_.at(broker).controller; }
  const ControllerContext& context(BrokerId broker) const { return controller(broker).context(); }

  // Starts it as a new process, in a new session.
  void Start(BrokerId broker) {
    brokers_.insert_or_assign(broker,
                              Broker{.controller = KafkaController({.self = broker, .rack = {}, .config = config_}),
                                     .session = ++last_session_});
    Put(broker, StartupEvent{});
  }
  // The process dies; its session stays until Expire.
  int64_t Kill(BrokerId broker) {
    const int64_t session = brokers_.at(broker).session;
    brokers_.erase(broker);
    return session;
  }
  // The broker goes on in the belief that nothing has happened, until Reconnect.
  void ExpireSession(BrokerId broker) { tree_.Expire(brokers_.at(broker).session); }
  void Reconnect(BrokerId broker) {
    Broker& state = brokers_.at(broker);
    state.controller.OnSessionExpired();
    state.session = ++last_session_;
    Put(broker, RegisterBrokerAndReelectEvent{});
  }
  void Put(BrokerId broker, ControllerEvent event) { brokers_.at(broker).controller.Put(std::move(event)); }
  // Asks the broker's controller, and lets everything run; the answer, if there was one.
  template <typename Response>
  std::optional<Response> Ask(BrokerId broker, ControllerRequest request) {
    answers_.clear();
    Put(broker, RequestEvent{.handle = {}, .request = std::move(request), .random = 1});
    Settle();
    for (const ControllerResponse& answer : answers_) {
      if (const auto* response = std::get_if<Response>(&answer)) return *response;
    }
    return std::nullopt;
  }

  // The same of a broker whose session has expired, and who is let into ZooKeeper all the same.
  template <typename Response>
  std::optional<Response> AskInNewSession(BrokerId broker, ControllerRequest request) {
    brokers_.at(broker).session = ++last_session_;
    return Ask<Response>(broker, std::move(request));
  }

  // One round trip to ZooKeeper at most; false if there was nothing to do.
  bool Step(BrokerId broker) {
    Broker& state = brokers_.at(broker);
    DeliverWatches();
    if (state.controller.idle()) return false;
    state.controller.Run(state.session);
    if (const auto requests = state.controller.TakeZkRequests()) {
      state.controller.OnZkResponses(tree_.Execute(state.session, *requests));
      state.controller.Run(state.session);
      // What it asks for next is asked for by the next step.
    }
    for (ControllerEffect& effect : state.controller.TakeEffects()) Keep(broker, std::move(effect));
    return true;
  }
  // Until nobody has anything to do. Brokers in `but` do not run.
  void Settle(const std::vector<BrokerId>& but = {}) {
    for (bool more = true; more;) {
      more = false;
      for (auto& [broker, state] : brokers_) {
        if (std::find(but.begin(), but.end(), broker) == but.end()) more |= Step(broker);
      }
    }
  }

  // None if nobody takes itself for the controller.
  BrokerId Active() const {
    for (const auto& [broker, state] : brokers_) {
      if (state.controller.is_active()) return broker;
    }
    return {};
  }
  std::vector<Sent> TakeSent() { return std::exchange(sent_, {}); }
  const std::vector<PartitionDecided>& decisions() const { return decisions_; }
  const std::vector<ReignChanged>& reigns() const { return reigns_; }
  // In the znode.
  LeaderIsrAndControllerEpoch State(const std::string& topic, int32_t partition) {
    const auto responses = tree_.Execute(
        last_session_ + 1'000'000, std::vector<ZkRequest>{ZkGetData{.path = PartitionStatePath(topic, partition)}});
    return DecodePartitionState(responses[0].data, responses[0].stat);
  }

 private:
  struct Broker {
    KafkaController controller;
    int64_t session = 0;
  };

  void DeliverWatches() {
    for (const auto& [session, event] : tree_.TakeEvents()) {
      for (auto& [broker, state] : brokers_) {
        if (state.session == session) state.controller.OnWatch(event);
      }
    }
  }
  void Keep(BrokerId broker, ControllerEffect effect) {
    if (auto* sent = std::get_if<SendToBroker>(&effect)) {
      sent_.push_back({broker, sent->broker, std::move(sent->request)});
    } else if (auto* answer = std::get_if<RespondTo>(&effect)) {
      answers_.push_back(std::move(answer->response));
    } else if (auto* decided = std::get_if<PartitionDecided>(&effect)) {
      decisions_.push_back(std::move(*decided));
    } else if (auto* reign = std::get_if<ReignChanged>(&effect)) {
      reigns_.push_back(*reign);
    }
  }

  ControllerConfig config_;
  ZnodeTreeForTest tree_;
  absl::btree_map<BrokerId, Broker> brokers_;
  int64_t last_session_ = 0;
  std::vector<Sent> sent_;
  std::vector<ControllerResponse> answers_;
  std::vector<PartitionDecided> decisions_;
  std::vector<ReignChanged> reigns_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLERS_FOR_TEST_H_
