#include "cluster/client/consumer_process.h"

#include <utility>
#include <vector>

#include "cluster/facts.h"
#include "sim/check.h"

namespace ktrial::cluster {

ConsumerProcess::State::State(const ConsumerWorkload& workload, const AddressBookRef& addresses)
    : network(NetworkClientOptions{}, addresses),
      metadata({.client = workload.membership.client,
                .max_age = workload.membership.config.metadata_max_age,
                .retry_backoff = workload.membership.config.retry_backoff,
                .retry_backoff_max = workload.membership.config.retry_backoff_max,
                .request_timeout = workload.membership.config.request_timeout},
               addresses),
      coordinator(workload.membership),
      fetcher(workload.membership.client, workload.membership.group, workload.membership.config) {}

ConsumerProcess::ConsumerProcess(ConsumerWorkload workload, AddressBookRef addresses)
    : workload_(std::move(workload)), addresses_(std::move(addresses)) {}

void ConsumerProcess::OnStart(sim::Context& ctx) {
  state_.emplace(workload_, addresses_);
  state_->metadata.OnStart(ctx);
  state_->coordinator.OnStart(ctx);
  state_->metadata.AddTopic(workload_.membership.topic);
  AfterEvent(ctx);
}

void ConsumerProcess::OnStop(sim::Context& ctx) {
  state_->stopping = true;
  state_->coordinator.Close(EnvOf(ctx), state_->subscription);
  AfterEvent(ctx);
}

void ConsumerProcess::OnCrash() { state_.reset(); }

void ConsumerProcess::OnTimer(sim::Context& ctx, const sim::Timer& timer) {
  switch (ComponentOf(timer)) {
    case Component::kNetworkClient:
      state_->network.OnTimer(ctx, timer);
      break;
    case Component::kMembership:
      state_->coordinator.OnTimer(EnvOf(ctx), state_->subscription, timer);
      break;
    case Component::kConsumer:
      state_->fetcher.OnTimer();
      break;
    case Component::kWorkload:
      state_->processing = false;
      break;
    case Component::kMetadata:
      break;
    default:
      KT_UNREACHABLE();
  }
  AfterEvent(ctx);
}

void ConsumerProcess::OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) {
  if (const auto completion = state_->network.OnMessage(ctx, connection, message)) Dispatch(ctx, *completion);
  AfterEvent(ctx);
}

void ConsumerProcess::OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId,
                                   sim::ConnectionEvent event) {
  if (!state_->network.OnConnection(ctx, connection, event)) return;
  if (event != sim::ConnectionEvent::kConnected) state_->metadata.RequestUpdate();
  AfterEvent(ctx);
}

void ConsumerProcess::Dispatch(sim::Context& ctx, const Completion& completion) {
  switch (completion.tag.component) {
    case Component::kMetadata:
      return state_->metadata.OnCompletion(ctx, completion);
    case Component::kMembership:
      return state_->coordinator.OnCompletion(EnvOf(ctx), state_->subscription, completion);
    case Component::kConsumer:
      return state_->fetcher.OnCompletion(EnvOf(ctx), state_->subscription, completion);
    default:
      KT_UNREACHABLE();
  }
}

void ConsumerProcess::AfterEvent(sim::Context& ctx) {
  for (const Completion& completion : state_->network.TakeCompletions()) Dispatch(ctx, completion);
  if (state_->stopping) {
    if (state_->coordinator.closed()) ctx.Exit();
    return;
  }
  if (!state_->processing) Poll(ctx);
  state_->metadata.MaybeUpdate(ctx, state_->network);
}

void ConsumerProcess::Poll(sim::Context& ctx) {
  const ClientEnv env = EnvOf(ctx);
  state_->coordinator.Poll(env, state_->subscription);
  state_->fetcher.SendRequests(env, state_->subscription);
  const std::vector<ConsumedRecord> records = state_->fetcher.Collect(state_->subscription);
  if (records.empty()) return;
  for (const ConsumedRecord& record : records) {
    ctx.Emit(RecordDelivered{client(), workload_.membership.group, record.tp, record.offset, record.value,
                             record.leader_epoch});
  }
  // poll() sends the next fetches before it returns, so that they travel while the application works.
  state_->fetcher.SendRequests(env, state_->subscription);
  state_->processing = true;
  ctx.SetTimer(workload_.process_time * static_cast<int64_t>(records.size()),
               {.kind = TimerKind(Component::kWorkload, kProcessed)});
}

}  // namespace ktrial::cluster
