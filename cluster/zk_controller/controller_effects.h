// What an event of the controller does beside ZooKeeper: requests to brokers, answers, facts, further events. An event
// that waits for ZooKeeper runs again (zk_thread.h) and comes to the same effects in the same order; those that it had
// already are passed over.
//
//   effects.Add(SendToBroker{broker, request});
//   ...
//   for (ControllerEffect& effect : effects.Take()) ...
#ifndef KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLER_EFFECTS_H_
#define KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLER_EFFECTS_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

#include "cluster/facts.h"
#include "cluster/network/socket_server.h"
#include "cluster/protocol/control_api.h"
#include "cluster/zk_controller/controller_event.h"
#include "cluster/zk_controller/leader_and_isr.h"

namespace ktrial::cluster {

// ControllerChannelManager.addBroker, removeBroker, shutdown, sendRequest.
struct AddBrokerChannel {
  BrokerId broker;
};
struct RemoveBrokerChannel {
  BrokerId broker;
};
struct CloseBrokerChannels {};
struct SendToBroker {
  BrokerId broker;
  ControlRequest request;
};

struct RespondTo {
  RequestHandle handle;
  ControllerResponse response;
};

// The auto leader rebalance is to run after this time.
struct ScheduleLeaderRebalance {
  sim::Duration delay;
};

// This broker has registered itself, or found that it cannot: its id is taken by a live session.
struct BrokerRegistered {
  BrokerEpoch epoch;
};
struct BrokerNotRegistered {};

// It begins or ends a reign.
struct ReignChanged {
  ControllerEpoch epoch;
  bool active = false;
};
// A decision that stands in ZooKeeper, written or read.
struct PartitionDecided {
  TopicPartition tp;
  LeaderAndIsr decision;
  std::vector<BrokerId> replicas;
  PartitionChangeReason reason = PartitionChangeReason::kCreated;
};
// The controller takes a broker to be alive, shutting down or dead from now on.
struct BrokerSeen {
  BrokerId broker;
  BrokerEpoch epoch;
  bool live = false;
  bool shutting_down = false;
};

using ControllerEffect = std::variant<AddBrokerChannel, RemoveBrokerChannel, CloseBrokerChannels, SendToBroker,
                                      RespondTo, ScheduleLeaderRebalance, BrokerRegistered, BrokerNotRegistered,
                                      ReignChanged, PartitionDecided, BrokerSeen>;

class ControllerEffects {
 public:
  void Add(ControllerEffect effect) {
    if (++passed_ <= done_) return;
    done_ = passed_;
    effects_.push_back(std::move(effect));
  }
  // Of no event, hence not come to again.
  void AddOnce(ControllerEffect effect) { effects_.push_back(std::move(effect)); }
  std::vector<ControllerEffect> Take() { return std::exchange(effects_, {}); }

  // The event runs again; the next event begins.
  void Rewind() { passed_ = 0; }
  void Clear() { passed_ = done_ = 0; }

 private:
  std::vector<ControllerEffect> effects_;
  // Of this event: how often Add was called in this run, and in the longest so far.
  size_t passed_ = 0;
  size_t done_ = 0;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_ZK_CONTROLLER_CONTROLLER_EFFECTS_H_
