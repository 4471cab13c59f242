#include "cluster/broker/controller_channel.h"

#include <algorithm>
#include <utility>

#include "sim/check.h"

namespace ktrial::cluster {
namespace {

// How often Kafka's sender looks for a controller while it knows none.
constexpr sim::Duration kPollInterval = sim::Milliseconds(100);
// Its reconnect backoff, which also applies to a controller that said it is not active.
constexpr sim::Duration kReconnectBackoff = sim::Milliseconds(50);

// Whether the answer says so anywhere: for the request as a whole, or for one partition of it.
bool IsNotController(const ResponseBody& body) {
  if (const auto* altered = std::get_if<AlterPartitionResponse>(&body)) {
    const auto is_not_controller = [](const auto& partition) { return partition.error == ErrorCode::kNotController; };
    if (std::any_of(altered->partitions.begin(), altered->partitions.end(), is_not_controller)) return true;
  }
  return std::visit(
      [](const auto& response) {
        if constexpr (requires { response.error; }) {
          return response.error == ErrorCode::kNotController;
        } else {
          return false;
        }
      },
      body);
}

void ForgetIsr(RequestBody& body) {
  if (auto* request = std::get_if<AlterPartitionRequest>(&body)) {
    for (AlterPartitionRequest::PartitionData& partition : request->partitions) partition.new_isr.clear();
  }
}

}  // namespace

void ControllerChannel::Send(sim::Context& ctx, NetworkClient& network, RequestBody body, uint8_t kind, uint64_t key) {
  queue_.push_back({ctx.now(), std::move(body), kind, key});
  Pump(ctx, network);
}

void ControllerChannel::SetActiveController(sim::Context& ctx, NetworkClient& network, BrokerId controller) {
  controller_ = controller;
  Pump(ctx, network);
}

void ControllerChannel::Pump(sim::Context& ctx, NetworkClient& network) {
  if (in_flight_) return;
  while (!queue_.empty() && ctx.now() - queue_.front().created >= options_.retry_timeout) {
    answers_.push_back({queue_.front().kind, queue_.front().key, nullptr});
    queue_.pop_front();
  }
  if (queue_.empty() || !pump_timer_.empty()) return;
  if (!controller_.valid()) {
    PumpLater(ctx, kPollInterval);
    return;
  }
  in_flight_ = true;
  if (options_.retry_without_isr && queue_.front().was_sent) ForgetIsr(queue_.front().body);
  queue_.front().was_sent = true;
  network.Send(ctx, controller_, queue_.front().body, {.component = options_.component, .kind = kFirstTimer},
               std::min(options_.request_timeout, options_.retry_timeout), options_.channel);
}

void ControllerChannel::PumpLater(sim::Context& ctx, sim::Duration delay) {
  if (pump_timer_.empty()) pump_timer_ = ctx.SetTimer(delay, {.kind = TimerKind(options_.component, kFirstTimer)});
}

void ControllerChannel::OnCompletion(sim::Context& ctx, NetworkClient& network, const Completion& completion) {
  KT_CHECK(in_flight_ && !queue_.empty());
  in_flight_ = false;
  if (completion.ok() && !IsNotController(completion.response->body)) {
    answers_.push_back({queue_.front().kind, queue_.front().key, completion.response});
    queue_.pop_front();
    Pump(ctx, network);
  } else {
    PumpLater(ctx, kReconnectBackoff);
  }
}

void ControllerChannel::OnTimer(sim::Context& ctx, NetworkClient& network) {
  pump_timer_ = {};
  Pump(ctx, network);
}

std::vector<ControllerAnswer> ControllerChannel::TakeAnswers() { return std::exchange(answers_, {}); }

}  // namespace ktrial::cluster
