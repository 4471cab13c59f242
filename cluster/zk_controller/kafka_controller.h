// ZooKeeper mode's controller, as every broker has one (kafka.controller.KafkaController): it wants to be elected, and
// while it is, it elects leaders, takes dead brokers out of ISRs, and tells the brokers. One thread takes one event
// after the other and waits for ZooKeeper in between (zk_thread.h).
//
//   controller.Put(StartupEvent{});
//   controller.Run(session);
//   if (auto requests = controller.TakeZkRequests()) zookeeper.Send(*requests);
//   ...
//   controller.OnZkResponses(responses);
//   controller.Run(session);
//   for (ControllerEffect& effect : controller.TakeEffects()) ...
//
// Not modelled: topic deletion, growing topics, reassignments and preferred elections through znodes, log directories
// that fail one by one, finalized features, delegation tokens.
#ifndef KTRIAL_CLUSTER_ZK_CONTROLLER_KAFKA_CONTROLLER_H_
#define KTRIAL_CLUSTER_ZK_CONTROLLER_KAFKA_CONTROLLER_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cluster/zk_controller/controller_config.h"
#include "cluster/zk_controller/controller_context.h"
#include "cluster/zk_controller/controller_effects.h"
#include "cluster/zk_controller/controller_env.h"
#include "cluster/zk_controller/controller_event.h"
#include "cluster/zk_controller/zk_request.h"
#include "cluster/zk_controller/zk_thread.h"

namespace ktrial::cluster {

class KafkaController {
 public:
  struct Options {
    BrokerId self;
    // broker.rack, or empty.
    std::string rack;
    ControllerConfig config;
  };

  explicit KafkaController(const Options& options) : options_(options) {}

  void Put(ControllerEvent event) { queue_.push_back(std::move(event)); }
  // The event that the watch stands for, if it is one of the controller's.
  void OnWatch(const ZkWatchEvent& event);
  // The session has expired: nothing of what waits is to be done, and who waits for an answer is told so. What is under
  // way fails by itself. The next session begins with RegisterBrokerAndReelectEvent.
  void OnSessionExpired();
  // Takes events until one waits for ZooKeeper or there are no more. `session` is the client's present one.
  void Run(int64_t session);
  bool idle() const { return queue_.empty() && !running_; }

  std::optional<std::vector<ZkRequest>> TakeZkRequests() { return thread_.TakeRequests(); }
  void OnZkResponses(std::vector<ZkResponse> responses) { thread_.OnResponses(std::move(responses)); }
  std::vector<ControllerEffect> TakeEffects() { return effects_.Take(); }

  bool is_active() const { return context_.active_controller == options_.self; }
  // As of the last event that has ended or begun.
  const ControllerContext& context() const { return context_; }

 private:
  Options options_;
  std::deque<ControllerEvent> queue_;
  // The event that is being processed, and what was in memory when it began.
  std::optional<ControllerEvent> running_;
  ControllerContext before_;
  ControllerContext context_;
  ControllerEffects effects_;
  ZkThread thread_;
  // In which the event began.
  int64_t session_ = 0;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_ZK_CONTROLLER_KAFKA_CONTROLLER_H_
