// A broker's line to the active controller (kafka.server.NodeToControllerChannelManager). Requests are sent one at a
// time to whichever controller the metadata quorum names; those that were lost or met a controller that is no longer
// active go out again, in order, until they are answered or older than the channel's retry timeout.
//
//   channel.Send(ctx, network, BrokerHeartbeatRequest{...}, kHeartbeat, 0);
//   ...
//   channel.OnCompletion(ctx, network, completion);
//   for (const ControllerAnswer& answer : channel.TakeAnswers()) ...
#ifndef KTRIAL_CLUSTER_BROKER_CONTROLLER_CHANNEL_H_
#define KTRIAL_CLUSTER_BROKER_CONTROLLER_CHANNEL_H_

#include <cstdint>
#include <deque>
#include <vector>

#include "cluster/network/network_client.h"
#include "cluster/protocol/api_message.h"
#include "sim/context.h"

namespace ktrial::cluster {

// What became of one request.
struct ControllerAnswer {
  uint8_t kind = 0;
  uint64_t key = 0;
  // Null if the retry timeout passed first.
  ApiResponseRef response;

  bool timed_out() const { return !response; }
  template <typename Response>
  const Response& As() const {
    return std::get<Response>(response->body);
  }
};

struct ControllerChannelOptions {
  // Whose timers and calls these are.
  Component component = Component::kForwarding;
  Channel channel = 0;
  // Duration::Max() retries for ever.
  sim::Duration retry_timeout = sim::Duration::Max();
  // controller.socket.timeout.ms
  sim::Duration request_timeout = sim::Milliseconds(30000);
  // Defect::kAlterPartitionRetryWithoutIsr
  bool retry_without_isr = false;
};

class ControllerChannel {
 public:
  // Timers of the component at and above this local kind belong to its channel.
  static constexpr uint8_t kFirstTimer = 200;

  explicit ControllerChannel(ControllerChannelOptions options) : options_(options) {}

  // `kind` and `key` come back with the answer.
  void Send(sim::Context& ctx, NetworkClient& network, RequestBody body, uint8_t kind, uint64_t key);
  // The quorum's leader as the broker's Raft client knows it, or none.
  void SetActiveController(sim::Context& ctx, NetworkClient& network, BrokerId controller);
  void OnCompletion(sim::Context& ctx, NetworkClient& network, const Completion& completion);
  void OnTimer(sim::Context& ctx, NetworkClient& network);
  std::vector<ControllerAnswer> TakeAnswers();

 private:
  struct Item {
    sim::SimTime created;
    RequestBody body;
    uint8_t kind = 0;
    uint64_t key = 0;
    bool was_sent = false;
  };

  void Pump(sim::Context& ctx, NetworkClient& network);
  void PumpLater(sim::Context& ctx, sim::Duration delay);

  ControllerChannelOptions options_;
  BrokerId controller_;
  // The front one is in flight if in_flight_.
  std::deque<Item> queue_;
  bool in_flight_ = false;
  sim::TimerHandle pump_timer_;
  std::vector<ControllerAnswer> answers_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_BROKER_CONTROLLER_CHANNEL_H_
