#include "cluster/client/client_metadata.h"

#include <algorithm>
#include <utility>

#include "cluster/facts.h"
#include "sim/check.h"

namespace ktrial::cluster {

using sim::Duration;
using sim::SimTime;

ClientMetadata::ClientMetadata(Options options, AddressBookRef addresses)
    : options_(options),
      addresses_(std::move(addresses)),
      nodes_(addresses_->brokers),
      backoff_{options.retry_backoff, options.retry_backoff_max} {}

void ClientMetadata::OnStart(sim::Context& ctx) {
  stream_ = ctx.NewRandomStream("client.metadata");
  next_attempt_ = ctx.now();
}

void ClientMetadata::AddTopic(std::string name) {
  if (topics_.try_emplace(std::move(name)).second) RequestUpdate();
}

const ClientMetadata::Topic* ClientMetadata::FindTopic(std::string_view name) const {
  const auto it = topics_.find(std::string(name));
  return it == topics_.end() || !it->second.id.valid() ? nullptr : &it->second;
}

const ClientMetadata::Topic* ClientMetadata::FindTopic(TopicId id) const {
  for (const auto& [name, topic] : topics_) {
    if (topic.id == id) return &topic;
  }
  return nullptr;
}

LeaderAndEpoch ClientMetadata::LeaderOf(TopicPartition tp) const {
  const Topic* topic = FindTopic(tp.topic);
  if (topic == nullptr || static_cast<size_t>(tp.partition) >= topic->partitions.size()) return {};
  return topic->partitions[static_cast<size_t>(tp.partition)];
}

void ClientMetadata::SetLeader(sim::Context& ctx, TopicPartition tp, LeaderAndEpoch& known, LeaderAndEpoch news) {
  // A broker that lags behind the controller must not take the client back to an older leader (KAFKA-12257).
  if (news.epoch < known.epoch || known == news) return;
  known = news;
  ctx.Emit(ClientLeaderLearned{options_.client, tp, news.leader, news.epoch});
}

void ClientMetadata::UpdateLeader(sim::Context& ctx, TopicPartition tp, LeaderAndEpoch leader) {
  for (auto& [name, topic] : topics_) {
    if (topic.id != tp.topic || static_cast<size_t>(tp.partition) >= topic.partitions.size()) continue;
    LeaderAndEpoch& known = topic.partitions[static_cast<size_t>(tp.partition)];
    if (leader.epoch > known.epoch) SetLeader(ctx, tp, known, leader);
  }
}

BrokerId ClientMetadata::LeastLoadedNode(sim::Context& ctx, const NetworkClient& network) {
  BrokerId ready;
  BrokerId connecting;
  BrokerId connectable;
  int fewest = options_.max_in_flight_requests_per_connection;
  const size_t start = static_cast<size_t>(stream_.Below(nodes_.size()));
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const BrokerId node = nodes_[(start + i) % nodes_.size()];
    if (network.IsConnected(node)) {
      if (network.in_flight(node) >= fewest) continue;
      ready = node;
      fewest = network.in_flight(node);
    } else if (network.IsConnecting(node)) {
      connecting = node;
    } else if (network.ReconnectDelay(ctx, node) == Duration() && !connectable.valid()) {
      connectable = node;
    }
  }
  if (ready.valid()) return ready;
  return connecting.valid() ? connecting : connectable;
}

void ClientMetadata::WakeAt(sim::Context& ctx, SimTime at) {
  if (!wake_timer_.empty() && wake_at_ <= at && wake_at_ > ctx.now()) return;
  ctx.CancelTimer(wake_timer_);
  wake_at_ = at;
  wake_timer_ = ctx.SetTimer(std::max(at - ctx.now(), Duration(0)), {.kind = TimerKind(Component::kMetadata, 0)});
}

void ClientMetadata::MaybeUpdate(sim::Context& ctx, NetworkClient& network) {
  if (in_flight_) return;
  const bool due = update_requested_ || ctx.now() >= refresh_at_;
  if (!due) return WakeAt(ctx, refresh_at_);
  if (ctx.now() < next_attempt_) return WakeAt(ctx, next_attempt_);
  const BrokerId node = LeastLoadedNode(ctx, network);
  if (!node.valid()) {
    next_attempt_ = ctx.now() + std::max(options_.retry_backoff, ExponentialBackoff::kLeast);
    return WakeAt(ctx, next_attempt_);
  }
  MetadataRequest request;
  for (const auto& [name, topic] : topics_) request.topics.push_back(name);
  in_flight_ = true;
  update_requested_ = false;
  network.Send(ctx, node, std::move(request), {.component = Component::kMetadata}, options_.request_timeout);
}

void ClientMetadata::OnCompletion(sim::Context& ctx, const Completion& completion) {
  in_flight_ = false;
  if (!completion.ok()) {
    update_requested_ = true;
    next_attempt_ = ctx.now() + backoff_.Draw(attempts_++, stream_);
    return;
  }
  Apply(ctx, completion.As<MetadataResponse>());
  bool complete = true;
  for (const auto& [name, topic] : topics_) {
    complete = complete && topic.id.valid();
    for (const LeaderAndEpoch& partition : topic.partitions) complete = complete && partition.leader.valid();
  }
  // Partitions without a leader are asked for again, each time a little later.
  attempts_ = complete ? 0 : attempts_;
  next_attempt_ = ctx.now() + (complete ? options_.retry_backoff : backoff_.Draw(attempts_++, stream_));
  if (!complete) update_requested_ = true;
  refresh_at_ = ctx.now() + options_.max_age;
}

void ClientMetadata::Apply(sim::Context& ctx, const MetadataResponse& response) {
  if (!response.brokers.empty()) nodes_ = response.brokers;
  ++version_;
  for (const MetadataResponse::Topic& news : response.topics) {
    const auto it = topics_.find(news.name);
    if (it == topics_.end() || news.error != ErrorCode::kNone) continue;
    Topic& topic = it->second;
    if (topic.id != news.id) topic = {.id = news.id, .partitions = {}};
    if (topic.partitions.size() < news.partitions.size()) topic.partitions.resize(news.partitions.size());
    for (const MetadataResponse::Partition& partition : news.partitions) {
      LeaderAndEpoch& known = topic.partitions[static_cast<size_t>(partition.partition)];
      SetLeader(ctx, {topic.id, partition.partition}, known, {partition.leader, partition.leader_epoch});
    }
  }
}

}  // namespace ktrial::cluster
