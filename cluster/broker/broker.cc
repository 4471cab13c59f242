#include "cluster/broker/broker.h"

#include <algorithm>
#include <utility>

#include "sim/check.h"

namespace ktrial::cluster {
namespace {

// A broker's connections to another node, by purpose.
constexpr Channel kAlterPartitionChannel = 1;
constexpr Channel kHeartbeatChannel = 2;
constexpr Channel kForwardingChannel = 3;
constexpr Channel kAssignmentsChannel = 4;
constexpr Channel kFirstFetcherChannel = 128;
// Kafka's forwarding manager gives up on a request after this.
constexpr sim::Duration kForwardingTimeout = sim::Milliseconds(60000);

constexpr sim::ThreadPool kRequestHandlers{0};
constexpr sim::ThreadPool kMetadataThread{1};
constexpr sim::ThreadPool kFetcherThreads{2};
constexpr sim::ThreadPool kSchedulerThreads{3};
constexpr sim::ThreadPool kCleanerThreads{4};
// background.threads
constexpr int kBackgroundThreads = 10;
// Of one pool. Kafka sets no limit; no load that can be simulated keeps so many busy.
constexpr int kMostThreads = 10000;

// Processor time of a request apart from its disk work: a broker of eight request handlers on current hardware serves
// somewhat over 100,000 small requests a second.
constexpr sim::Duration kProduceCost = sim::Microseconds(50);
constexpr sim::Duration kFetchCost = sim::Microseconds(40);
constexpr sim::Duration kOtherRequestCost = sim::Microseconds(30);
// Of a response to one of the broker's own requests, and of a periodic task.
constexpr sim::Duration kResponseCost = sim::Microseconds(20);
constexpr sim::Duration kTaskCost = sim::Microseconds(20);

bool IsMetadataFetch(const sim::Message& message) {
  const auto& response = static_cast<const ApiResponse&>(*message.body);
  const auto& partitions = std::get<FetchResponse>(response.body).partitions;
  return !partitions.empty() && partitions[0].tp.topic == kMetadataTopic;
}

sim::Work WorkForResponse(const sim::Message& message) {
  switch (ApiKeyOf(message)) {
    case ApiKey::kFetch:
      return {IsMetadataFetch(message) ? kMetadataThread : kFetcherThreads, kResponseCost};
    case ApiKey::kListOffsets:
    case ApiKey::kOffsetsForLeaderEpoch:
      return {kFetcherThreads, kResponseCost};
    default:
      return {};
  }
}

}  // namespace

BrokerProcess::State::State(const BrokerOptions& options)
    : network({.self = options.id, .reconnect_backoff_max = sim::Milliseconds(500)}, options.addresses),
      raft(options.id, options.config, options.addresses),
      lifecycle({.self = options.id, .rack = options.rack, .config = options.config, .channel = kHeartbeatChannel}),
      replicas({.self = options.id,
                .config = options.config,
                .alter_partition_channel = kAlterPartitionChannel,
                .first_fetcher_channel = kFirstFetcherChannel}),
      groups({.self = options.id, .config = options.config, .addresses = options.addresses}),
      forwarding(
          {.component = Component::kForwarding, .channel = kForwardingChannel, .retry_timeout = kForwardingTimeout}),
      assignments(options.id, kAssignmentsChannel) {}

std::vector<int> BrokerProcess::ThreadPools() const {
  const int64_t other_brokers = std::max<int64_t>(1, static_cast<int64_t>(options_.addresses->brokers.size()) - 1);
  const int64_t fetchers = options_.config.num_replica_fetchers * other_brokers;
  return {std::min(options_.config.num_io_threads, kMostThreads), 1,
          static_cast<int>(std::min<int64_t>(fetchers, kMostThreads)), kBackgroundThreads,
          std::clamp(options_.config.log_cleaner_threads, 1, kMostThreads)};
}

sim::Work BrokerProcess::WorkFor(const sim::Message& message) const {
  if (IsResponse(message)) return WorkForResponse(message);
  switch (ApiKeyOf(message)) {
    case ApiKey::kProduce:
      return {kRequestHandlers, kProduceCost};
    case ApiKey::kFetch:
      return {kRequestHandlers, kFetchCost};
    default:
      return {kRequestHandlers, kOtherRequestCost};
  }
}

sim::Work BrokerProcess::WorkFor(const sim::Timer& timer) const {
  switch (ComponentOf(timer)) {
    case Component::kRaft:
      return {kMetadataThread, {}};
    case Component::kFetcher:
      return {kFetcherThreads, kTaskCost};
    case Component::kReplicaManager:
    case Component::kLogManager:
    case Component::kGroup:
      return {kSchedulerThreads, kTaskCost};
    case Component::kLogCleaner:
      return {kCleanerThreads, kTaskCost};
    default:
      return {};
  }
}

void BrokerProcess::OnStart(sim::Context& ctx) {
  state_.emplace(options_);
  state_->replicas.LoadLogDirs(ctx);
  if (!state_->replicas.logs().is_online(kFirstLogDir)) return ctx.Exit();
  const std::optional<BrokerEpoch> previous = state_->replicas.ReadCleanShutdown(ctx);
  state_->raft.Start(RaftEnv(ctx));
  state_->lifecycle.Start(LifecycleEnv(ctx), previous, state_->replicas.logs().DirectoryIds());
  AfterEvent(ctx);
}

void BrokerProcess::OnStop(sim::Context& ctx) {
  state_->replicas.BeginControlledShutdown();
  state_->lifecycle.BeginControlledShutdown(LifecycleEnv(ctx));
  AfterEvent(ctx);
}

void BrokerProcess::OnTimer(sim::Context& ctx, const sim::Timer& timer) {
  switch (ComponentOf(timer)) {
    case Component::kNetworkClient:
      state_->network.OnTimer(ctx, timer);
      break;
    case Component::kRaft:
      state_->raft.OnTimer(RaftEnv(ctx), timer);
      break;
    case Component::kLifecycle:
      state_->lifecycle.OnTimer(LifecycleEnv(ctx), timer);
      break;
    case Component::kReplicaManager:
    case Component::kLogCleaner:
    case Component::kLogManager:
    case Component::kFetcher:
    case Component::kAlterPartition:
      state_->replicas.OnTimer(ReplicasEnv(ctx), timer);
      break;
    case Component::kGroup:
      OnGroupTimer(ctx, timer);
      break;
    case Component::kForwarding:
      state_->forwarding.OnTimer(ctx, state_->network);
      break;
    case Component::kAssignments:
      state_->assignments.OnTimer(AssignmentsEnv(ctx), timer);
      break;
    default:
      KT_UNREACHABLE();
  }
  AfterEvent(ctx);
}

void BrokerProcess::OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) {
  if (IsResponse(message)) {
    if (const auto completion = state_->network.OnMessage(ctx, connection, message)) Dispatch(ctx, *completion);
  } else if (const auto handle = state_->server.OnMessage(ctx, connection, message)) {
    TakeRequest(ctx, *handle, message);
  }
  AfterEvent(ctx);
}

void BrokerProcess::TakeRequest(sim::Context& ctx, const RequestHandle& handle, const sim::Message& message) {
  Request request{handle, ApiRequestRef(static_cast<const ApiRequest*>(message.body.get()))};
  if (state_->processing_requests) {
    Handle(ctx, request);
  } else {
    state_->waiting.push_back(std::move(request));
  }
}

void BrokerProcess::OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId,
                                 sim::ConnectionEvent event) {
  if (!state_->network.OnConnection(ctx, connection, event)) state_->server.OnConnection(connection, event);
  AfterEvent(ctx);
}

void BrokerProcess::OnDiskDone(sim::Context& ctx, const sim::DiskDone& done) {
  if (done.key == kRaftFlushKey) {
    state_->raft.OnDiskDone(done);
  } else {
    state_->replicas.OnDiskDone(done);
  }
  AfterEvent(ctx);
}

void BrokerProcess::Dispatch(sim::Context& ctx, const Completion& completion) {
  switch (completion.tag.component) {
    case Component::kRaft:
      state_->raft.OnCompletion(RaftEnv(ctx), completion);
      break;
    case Component::kLifecycle:
      state_->lifecycle.OnCompletion(LifecycleEnv(ctx), completion);
      break;
    case Component::kFetcher:
    case Component::kAlterPartition:
      state_->replicas.OnCompletion(ReplicasEnv(ctx), completion);
      break;
    case Component::kForwarding:
      state_->forwarding.OnCompletion(ctx, state_->network, completion);
      break;
    case Component::kAssignments:
      state_->assignments.OnCompletion(AssignmentsEnv(ctx), completion);
      break;
    default:
      KT_UNREACHABLE();
  }
}

void BrokerProcess::AfterEvent(sim::Context& ctx) {
  for (bool more = true; more;) {
    more = false;
    for (const Completion& completion : state_->network.TakeCompletions()) {
      Dispatch(ctx, completion);
      more = true;
    }
    for (const RaftEvent& event : state_->raft.TakeEvents()) {
      std::visit([&](const auto& happened) { OnRaftEvent(ctx, happened); }, event);
      more = true;
    }
    for (const ControllerAnswer& answer : state_->forwarding.TakeAnswers()) {
      OnForwardedAnswer(ctx, answer);
      more = true;
    }
    more |= DrainGroups(ctx);
    while (const auto next = state_->server.TakeDeferred(ctx)) {
      TakeRequest(ctx, next->handle, next->message);
      more = true;
    }
  }
  FollowLifecycle(ctx);
  FollowLogDirFailures(ctx);
}

void BrokerProcess::FollowLogDirFailures(sim::Context& ctx) {
  for (const LogDir dir : state_->replicas.TakeFailedLogDirs()) {
    if (dir == kFirstLogDir) return ctx.Exit();
    state_->replicas.HandleLogDirFailure(ctx, dir);
    state_->lifecycle.PropagateDirectoryFailure(LifecycleEnv(ctx), state_->replicas.logs().directory_id(dir));
  }
}

void BrokerProcess::FollowLifecycle(sim::Context& ctx) {
  const BrokerLifecycleState lifecycle = state_->lifecycle.state();
  if (lifecycle == BrokerLifecycleState::kShuttingDown) {
    ShutDown(ctx);
  } else if (lifecycle == BrokerLifecycleState::kRecovery && state_->metadata_published && !state_->ready_to_unfence) {
    state_->ready_to_unfence = true;
    state_->lifecycle.SetReadyToUnfence(LifecycleEnv(ctx));
  } else if (lifecycle == BrokerLifecycleState::kRunning && !state_->processing_requests) {
    state_->processing_requests = true;
    for (const Request& request : std::exchange(state_->waiting, {})) Handle(ctx, request);
  }
}

void BrokerProcess::ShutDown(sim::Context& ctx) {
  state_->groups.Shutdown();
  state_->replicas.Shutdown(ReplicasEnv(ctx));
  ctx.Exit();
}

}  // namespace ktrial::cluster
