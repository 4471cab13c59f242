#include "cluster/controller/controller_process.h"

#include <utility>

#include "cluster/network/component.h"

namespace ktrial::cluster {
namespace {

constexpr sim::ThreadPool kControllerThread{0};
constexpr sim::ThreadPool kRaftThread{1};
constexpr sim::Duration kControllerEventCost = sim::Microseconds(20);
constexpr sim::Duration kRaftEventCost = sim::Microseconds(10);
// How long a controller that is told to stop waits for a successor (KafkaRaftManager.shutdown).
constexpr sim::Duration kShutdownTimeout = sim::Seconds(5);

}  // namespace

ControllerProcess::ControllerProcess(ControllerOptions options) : options_(std::move(options)) {}

sim::Work ControllerProcess::WorkFor(const sim::Message& message) const {
  const bool for_controller = !IsResponse(message) && QuorumController::IsControllerRequest(ApiKeyOf(message));
  if (for_controller) return {.pool = kControllerThread, .cost = kControllerEventCost};
  return {.pool = kRaftThread, .cost = kRaftEventCost};
}

sim::Work ControllerProcess::WorkFor(const sim::Timer& timer) const {
  if (ComponentOf(timer) == Component::kController) return {.pool = kControllerThread, .cost = kControllerEventCost};
  return {.pool = kRaftThread, .cost = kRaftEventCost};
}

void ControllerProcess::OnStart(sim::Context& ctx) {
  state_.emplace(Volatile{.network = NetworkClient({.self = options_.node}, options_.addresses),
                          .server = {},
                          .raft = RaftClient(options_.node, options_.config, options_.addresses),
                          .controller = QuorumController(options_.node, options_.config)});
  state_->raft.Start(EnvFor(ctx));
  Finish(ctx);
}

void ControllerProcess::OnStop(sim::Context& ctx) {
  state_->raft.Shutdown(EnvFor(ctx), kShutdownTimeout);
  Finish(ctx);
}

void ControllerProcess::OnTimer(sim::Context& ctx, const sim::Timer& timer) {
  switch (ComponentOf(timer)) {
    case Component::kNetworkClient:
      state_->network.OnTimer(ctx, timer);
      break;
    case Component::kRaft:
      state_->raft.OnTimer(EnvFor(ctx), timer);
      break;
    default:
      state_->controller.OnTimer(EnvFor(ctx), state_->raft, timer);
      break;
  }
  Finish(ctx);
}

void ControllerProcess::OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) {
  if (IsResponse(message)) {
    if (const auto completion = state_->network.OnMessage(ctx, connection, message)) {
      state_->raft.OnCompletion(EnvFor(ctx), *completion);
    }
  } else if (const auto handle = state_->server.OnMessage(ctx, connection, message)) {
    HandleRequest(EnvFor(ctx), *handle, RequestOf(message).body);
  }
  Finish(ctx);
}

void ControllerProcess::HandleRequest(Env env, const RequestHandle& handle, const RequestBody& body) {
  if (QuorumController::IsControllerRequest(ApiKeyOf(body))) {
    state_->controller.HandleRequest(env, state_->raft, handle, body);
  } else if (const auto* vote = std::get_if<VoteRequest>(&body)) {
    state_->raft.HandleVote(env, handle, *vote);
  } else if (const auto* begin = std::get_if<BeginQuorumEpochRequest>(&body)) {
    state_->raft.HandleBeginQuorumEpoch(env, handle, *begin);
  } else if (const auto* end = std::get_if<EndQuorumEpochRequest>(&body)) {
    state_->raft.HandleEndQuorumEpoch(env, handle, *end);
  } else if (const auto* fetch = std::get_if<FetchRequest>(&body)) {
    state_->raft.HandleFetch(env, handle, *fetch);
  } else {
    // Not an API of a controller's listener.
    env.server.CloseConnection(env.ctx, handle);
  }
}

void ControllerProcess::OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId,
                                     sim::ConnectionEvent event) {
  if (!state_->network.OnConnection(ctx, connection, event)) state_->server.OnConnection(connection, event);
  Finish(ctx);
}

void ControllerProcess::OnDiskDone(sim::Context& ctx, const sim::DiskDone& done) {
  state_->raft.OnDiskDone(done);
  Finish(ctx);
}

void ControllerProcess::Finish(sim::Context& ctx) {
  const Env env = EnvFor(ctx);
  for (;;) {
    const std::vector<Completion> completions = state_->network.TakeCompletions();
    for (const Completion& completion : completions) state_->raft.OnCompletion(env, completion);
    std::vector<RaftEvent> events = state_->raft.TakeEvents();
    for (const RaftEvent& event : events) {
      if (const auto* committed = std::get_if<RaftCommitted>(&event)) {
        if (!state_->controller.OnCommitted(env, *committed)) {
          ctx.Exit();
          return;
        }
      } else if (const auto* change = std::get_if<RaftLeaderChanged>(&event)) {
        state_->controller.OnLeaderChanged(env, state_->raft, *change);
      } else {
        // Ended in good order, or halted by what it found.
        ctx.Exit();
        return;
      }
    }
    bool taken = false;
    while (const auto next = state_->server.TakeDeferred(ctx)) {
      HandleRequest(env, next->handle, RequestOf(next->message).body);
      taken = true;
    }
    if (completions.empty() && events.empty() && !taken) return;
  }
}

}  // namespace ktrial::cluster
