#include "cluster/client/offsets_reader_process.h"

#include <utility>

#include "cluster/facts.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

constexpr sim::Duration kRetryBackoff = sim::Milliseconds(100);
constexpr sim::Duration kRequestTimeout = sim::Milliseconds(5000);

}  // namespace

OffsetsReaderProcess::State::State(ClientId client, const AddressBookRef& addresses)
    : network(NetworkClientOptions{}, addresses), metadata({.client = client}, addresses) {}

OffsetsReaderProcess::OffsetsReaderProcess(ClientId client, std::vector<GroupToRead> groups, AddressBookRef addresses)
    : client_(client), groups_(std::move(groups)), addresses_(std::move(addresses)) {}

void OffsetsReaderProcess::OnStart(sim::Context& ctx) {
  state_.emplace(client_, addresses_);
  state_->metadata.OnStart(ctx);
  for (const GroupToRead& group : groups_) state_->metadata.AddTopic(group.topic);
  Advance(ctx);
}

void OffsetsReaderProcess::OnStop(sim::Context& ctx) { ctx.Exit(); }

void OffsetsReaderProcess::OnCrash() { state_.reset(); }

void OffsetsReaderProcess::RetryLater(sim::Context& ctx) {
  state_->retry_at = ctx.now() + kRetryBackoff;
  ctx.SetTimer(kRetryBackoff, {.kind = TimerKind(Component::kWorkload, 0)});
}

void OffsetsReaderProcess::Advance(sim::Context& ctx) {
  State& state = *state_;
  for (const Completion& completion : state.network.TakeCompletions()) OnCompletion(ctx, completion);
  state.metadata.MaybeUpdate(ctx, state.network);
  if (state.next == groups_.size()) return ctx.Exit();
  if (state.in_flight || ctx.now() < state.retry_at) return;
  const GroupToRead& group = groups_[state.next];
  if (!state.coordinator.valid()) {
    const BrokerId node = state.metadata.LeastLoadedNode(ctx, state.network);
    if (!node.valid()) return RetryLater(ctx);
    state.in_flight = true;
    state.network.Send(ctx, node, FindCoordinatorRequest{.group = group.group_id},
                       {.component = Component::kWorkload, .kind = static_cast<uint8_t>(Call::kFindCoordinator)},
                       kRequestTimeout);
    return;
  }
  const ClientMetadata::Topic* topic = state.metadata.FindTopic(group.topic);
  // The answer to the metadata request comes back here.
  if (topic == nullptr) return;
  OffsetFetchRequest request{.group = group.group_id};
  for (size_t p = 0; p < topic->partitions.size(); ++p) {
    request.partitions.push_back({topic->id, static_cast<int32_t>(p)});
  }
  state.in_flight = true;
  state.network.Send(ctx, state.coordinator, std::move(request),
                     {.component = Component::kWorkload, .kind = static_cast<uint8_t>(Call::kFetchOffsets)},
                     kRequestTimeout);
}

void OffsetsReaderProcess::OnCompletion(sim::Context& ctx, const Completion& completion) {
  if (completion.tag.component == Component::kMetadata) return state_->metadata.OnCompletion(ctx, completion);
  state_->in_flight = false;
  if (!completion.ok()) {
    state_->coordinator = {};
    return RetryLater(ctx);
  }
  if (static_cast<Call>(completion.tag.kind) == Call::kFetchOffsets) return OnOffsets(ctx, completion);
  const auto& found = completion.As<FindCoordinatorResponse>();
  if (found.error != ErrorCode::kNone) return RetryLater(ctx);
  state_->coordinator = found.coordinator;
}

void OffsetsReaderProcess::OnOffsets(sim::Context& ctx, const Completion& completion) {
  const auto& response = completion.As<OffsetFetchResponse>();
  ErrorCode error = response.error;
  for (const auto& partition : response.partitions) {
    if (error == ErrorCode::kNone) error = partition.error;
  }
  if (error != ErrorCode::kNone) {
    state_->coordinator = {};
    return RetryLater(ctx);
  }
  for (const auto& partition : response.partitions) {
    ctx.Emit(CommittedOffsetFetched{client_, groups_[state_->next].group, partition.tp, partition.offset});
  }
  ++state_->next;
  state_->coordinator = {};
}

void OffsetsReaderProcess::OnTimer(sim::Context& ctx, const sim::Timer& timer) {
  if (ComponentOf(timer) == Component::kNetworkClient) state_->network.OnTimer(ctx, timer);
  Advance(ctx);
}

void OffsetsReaderProcess::OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) {
  if (const auto completion = state_->network.OnMessage(ctx, connection, message)) OnCompletion(ctx, *completion);
  Advance(ctx);
}

void OffsetsReaderProcess::OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId,
                                        sim::ConnectionEvent event) {
  if (!state_->network.OnConnection(ctx, connection, event)) return;
  Advance(ctx);
}

}  // namespace ktrial::cluster
