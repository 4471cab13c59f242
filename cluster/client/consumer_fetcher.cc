#include "cluster/client/consumer_fetcher.h"

#include <algorithm>
#include <utility>

#include "cluster/facts.h"
#include "sim/check.h"

namespace ktrial::cluster {

using sim::Duration;

ConsumerFetcher::ConsumerFetcher(ClientId client, GroupIndex group, ConsumerConfig config)
    : client_(client), group_(group), config_(config) {}

CallTag ConsumerFetcher::Remember(Call call, std::vector<Asked> asked) {
  const uint64_t key = next_key_++;
  asked_[key] = std::move(asked);
  return {.component = Component::kConsumer, .kind = static_cast<uint8_t>(call), .key = key};
}

ConsumerFetcher::Asked ConsumerFetcher::Ask(TopicPartition tp, const AssignedPartition& partition) {
  return {tp, partition.assignment, partition.generation, partition.position.offset};
}

AssignedPartition* ConsumerFetcher::Match(SubscriptionState& subscription, const Asked& asked) {
  AssignedPartition* partition = subscription.Find(asked.tp);
  const bool fits =
      partition != nullptr && partition->assignment == asked.assignment && partition->generation == asked.generation;
  return fits ? partition : nullptr;
}

void ConsumerFetcher::Wake(const ClientEnv& env, Duration delay) {
  if (!wake_timer_.empty()) return;
  wake_timer_ = env.ctx.SetTimer(delay, {.kind = TimerKind(Component::kConsumer, 0)});
}

void ConsumerFetcher::BackOff(const ClientEnv& env, AssignedPartition& partition) {
  partition.retry_at = env.ctx.now() + config_.retry_backoff;
  Wake(env, config_.retry_backoff);
}

void ConsumerFetcher::RequestReset(AssignedPartition& partition) {
  partition.state = FetchState::kAwaitReset;
  partition.buffer.clear();
  partition.lookup_in_flight = false;
  ++partition.generation;
}

void ConsumerFetcher::SendRequests(const ClientEnv& env, SubscriptionState& subscription) {
  ResetPositions(env, subscription);
  ValidatePositions(env, subscription);
  SendFetches(env, subscription);
}

void ConsumerFetcher::ResetPositions(const ClientEnv& env, SubscriptionState& subscription) {
  for (auto& [tp, partition] : subscription.partitions) {
    if (partition.state != FetchState::kAwaitReset || partition.lookup_in_flight) continue;
    // With auto.offset.reset=none the application gets an exception; this one stops reading the partition.
    if (config_.auto_offset_reset == AutoOffsetReset::kNone) continue;
    if (env.ctx.now() < partition.retry_at) {
      Wake(env, partition.retry_at - env.ctx.now());
      continue;
    }
    const LeaderAndEpoch leader = env.metadata.LeaderOf(tp);
    if (!leader.leader.valid()) {
      env.metadata.RequestUpdate();
      continue;
    }
    const int64_t timestamp = config_.auto_offset_reset == AutoOffsetReset::kEarliest ? ListOffsetsRequest::kEarliest
                                                                                      : ListOffsetsRequest::kLatest;
    partition.lookup_in_flight = true;
    ListOffsetsRequest request{.partitions = {{tp, leader.epoch, timestamp}}};
    env.network.Send(env.ctx, leader.leader, std::move(request), Remember(Call::kListOffsets, {Ask(tp, partition)}),
                     config_.request_timeout);
  }
}

void ConsumerFetcher::OnListOffsets(const ClientEnv& env, SubscriptionState& subscription, const Completion& completion,
                                    const std::vector<Asked>& asked) {
  AssignedPartition* partition = Match(subscription, asked.front());
  if (!completion.ok()) env.metadata.RequestUpdate();
  if (partition == nullptr) return;
  partition->lookup_in_flight = false;
  if (!completion.ok()) return BackOff(env, *partition);
  const ListOffsetsResponse::PartitionData& data = completion.As<ListOffsetsResponse>().partitions.front();
  if (data.error != ErrorCode::kNone) {
    if (InvalidatesMetadata(data.error) || data.error == ErrorCode::kUnknownLeaderEpoch) env.metadata.RequestUpdate();
    return BackOff(env, *partition);
  }
  partition->position = {data.offset, data.leader_epoch};
  partition->validated_for = env.metadata.LeaderOf(data.tp);
  partition->state = FetchState::kFetching;
  ++partition->generation;
  const PositionSource source = config_.auto_offset_reset == AutoOffsetReset::kEarliest ? PositionSource::kResetEarliest
                                                                                        : PositionSource::kResetLatest;
  env.ctx.Emit(PositionSet{client_, group_, data.tp, data.offset, source});
}

void ConsumerFetcher::ValidatePositions(const ClientEnv& env, SubscriptionState& subscription) {
  for (auto& [tp, partition] : subscription.partitions) {
    if (!partition.HasPosition()) continue;
    const LeaderAndEpoch leader = env.metadata.LeaderOf(tp);
    if (partition.state == FetchState::kFetching && leader.epoch > partition.validated_for.epoch) {
      // The new leader chooses anew (KAFKA-14379).
      partition.preferred_read_replica = {};
      // Before the first record there is nothing that could have been truncated.
      if (!partition.position.offset_epoch.valid()) {
        partition.validated_for = leader;
        continue;
      }
      partition.state = FetchState::kAwaitValidation;
      partition.lookup_in_flight = false;
    }
    if (partition.state != FetchState::kAwaitValidation || partition.lookup_in_flight) continue;
    if (!leader.leader.valid()) {
      env.metadata.RequestUpdate();
      continue;
    }
    if (env.ctx.now() < partition.retry_at) {
      Wake(env, partition.retry_at - env.ctx.now());
      continue;
    }
    partition.lookup_in_flight = true;
    OffsetsForLeaderEpochRequest request{.partitions = {{tp, leader.epoch, partition.position.offset_epoch}}};
    env.network.Send(env.ctx, leader.leader, std::move(request), Remember(Call::kValidate, {Ask(tp, partition)}),
                     config_.request_timeout);
  }
}

void ConsumerFetcher::OnValidated(const ClientEnv& env, SubscriptionState& subscription, const Completion& completion,
                                  const std::vector<Asked>& asked) {
  AssignedPartition* partition = Match(subscription, asked.front());
  if (!completion.ok()) env.metadata.RequestUpdate();
  if (partition == nullptr || partition->state != FetchState::kAwaitValidation) return;
  partition->lookup_in_flight = false;
  if (!completion.ok()) return BackOff(env, *partition);
  const auto& request = std::get<OffsetsForLeaderEpochRequest>(completion.request->body);
  const OffsetsForLeaderEpochResponse::PartitionData& data =
      completion.As<OffsetsForLeaderEpochResponse>().partitions.front();
  if (data.error != ErrorCode::kNone) {
    env.metadata.RequestUpdate();
    return BackOff(env, *partition);
  }
  if (!data.end_offset.offset.valid() || !data.end_offset.epoch.valid()) {
    // The leader does not know the epoch: with a reset policy the consumer starts over by it.
    return RequestReset(*partition);
  }
  if (data.end_offset.offset < partition->position.offset) {
    partition->buffer.clear();
    partition->position = {data.end_offset.offset, data.end_offset.epoch};
    ++partition->generation;
    env.ctx.Emit(PositionSet{client_, group_, data.tp, data.end_offset.offset, PositionSource::kTruncation});
  }
  partition->validated_for = {completion.node, request.partitions.front().current_leader_epoch};
  partition->state = FetchState::kFetching;
}

BrokerId ConsumerFetcher::SelectReadReplica(const ClientEnv& env, AssignedPartition& partition, BrokerId leader) {
  BrokerId& preferred = partition.preferred_read_replica;
  if (!preferred.valid()) return leader;
  if (env.ctx.now() > partition.preferred_until) {
    preferred = {};
    return leader;
  }
  const std::vector<BrokerId>& up = env.metadata.nodes();
  if (std::find(up.begin(), up.end(), preferred) != up.end()) return preferred;
  preferred = {};
  env.metadata.RequestUpdate();
  return leader;
}

void ConsumerFetcher::SendFetches(const ClientEnv& env, SubscriptionState& subscription) {
  if (subscription.pending_revocation) return;
  struct Fetch {
    std::vector<FetchRequest::PartitionData> wanted;
    std::vector<Asked> asked;
  };
  absl::btree_map<BrokerId, Fetch> fetches;
  for (auto& [tp, partition] : subscription.partitions) {
    if (partition.state != FetchState::kFetching || !partition.buffer.empty()) continue;
    if (env.ctx.now() < partition.retry_at) {
      Wake(env, partition.retry_at - env.ctx.now());
      continue;
    }
    const LeaderAndEpoch leader = env.metadata.LeaderOf(tp);
    if (!leader.leader.valid()) {
      env.metadata.RequestUpdate();
      continue;
    }
    const BrokerId source = SelectReadReplica(env, partition, leader.leader);
    if (nodes_[source].fetch_in_flight) continue;
    Fetch& fetch = fetches[source];
    fetch.wanted.push_back({.tp = tp,
                            .fetch_offset = partition.position.offset,
                            .current_leader_epoch = leader.epoch,
                            .last_fetched_epoch = LeaderEpoch(),
                            .log_start_offset = Offset(),
                            .max_bytes = config_.max_partition_fetch_bytes});
    fetch.asked.push_back(Ask(tp, partition));
  }
  for (auto& [id, fetch] : fetches) {
    FetchRequest request{.max_wait = config_.fetch_max_wait,
                         .min_bytes = config_.fetch_min_bytes,
                         .max_bytes = config_.fetch_max_bytes,
                         .rack = config_.client_rack};
    Node& node = nodes_[id];
    node.session.Begin(request);
    for (const FetchRequest::PartitionData& wanted : fetch.wanted) node.session.Add(wanted);
    node.session.Finish();
    node.fetch_in_flight = true;
    env.network.Send(env.ctx, id, std::move(request), Remember(Call::kFetch, std::move(fetch.asked)),
                     config_.request_timeout);
  }
}

void ConsumerFetcher::OnFetch(const ClientEnv& env, SubscriptionState& subscription, const Completion& completion,
                              const std::vector<Asked>& asked) {
  Node& node = nodes_[completion.node];
  node.fetch_in_flight = false;
  if (!completion.ok()) {
    node.session.HandleError();
    env.metadata.RequestUpdate();
    for (const Asked& question : asked) {
      AssignedPartition* partition = Match(subscription, question);
      if (partition == nullptr) continue;
      partition->preferred_read_replica = {};
      BackOff(env, *partition);
    }
    return;
  }
  const auto& response = completion.As<FetchResponse>();
  // Without its session the consumer opens a new one with the next poll.
  if (!node.session.HandleResponse(response)) return;
  for (const FetchResponse::PartitionData& data : response.partitions) {
    const auto question = std::find_if(asked.begin(), asked.end(), [&](const Asked& a) { return a.tp == data.tp; });
    KT_CHECK(question != asked.end());
    AssignedPartition* partition = Match(subscription, *question);
    if (partition != nullptr && partition->HasPosition()) OnFetchedPartition(env, *partition, *question, data);
  }
}

void ConsumerFetcher::OnFetchedPartition(const ClientEnv& env, AssignedPartition& partition, const Asked& asked,
                                         const FetchResponse::PartitionData& data) {
  switch (data.error) {
    case ErrorCode::kNone: {
      if (data.preferred_read_replica.valid()) {
        partition.preferred_read_replica = data.preferred_read_replica;
        partition.preferred_until = env.ctx.now() + config_.metadata_max_age;
      }
      if (partition.position.offset != asked.offset) return;
      // With check.crcs, poll() ends with an exception at a batch whose checksum does not match, every time. The
      // application is taken to go on polling; it never gets past it.
      const auto corrupt = std::find_if(data.batches.begin(), data.batches.end(),
                                        [](const LogBatchRef& batch) { return !batch->checksum_matches(); });
      partition.buffer.assign(data.batches.begin(), corrupt);
      if (corrupt != data.batches.end() && partition.buffer.empty()) BackOff(env, partition);
      return;
    }
    case ErrorCode::kUnknownLeaderEpoch:
      // The broker is behind.
      return BackOff(env, partition);
    case ErrorCode::kOffsetOutOfRange:
      if (partition.preferred_read_replica.valid()) {
        // The follower's log may lack what the leader has: ask the leader first.
        partition.preferred_read_replica = {};
        return;
      }
      if (partition.position.offset == asked.offset) RequestReset(partition);
      return;
    case ErrorCode::kNotLeaderOrFollower:
    case ErrorCode::kFencedLeaderEpoch:
      if (data.current_leader.valid() && data.current_leader_epoch.valid()) {
        env.metadata.UpdateLeader(env.ctx, data.tp, {data.current_leader, data.current_leader_epoch});
      }
      [[fallthrough]];
    default:
      partition.preferred_read_replica = {};
      env.metadata.RequestUpdate();
      return BackOff(env, partition);
  }
}

void ConsumerFetcher::OnCompletion(const ClientEnv& env, SubscriptionState& subscription,
                                   const Completion& completion) {
  const auto it = asked_.find(completion.tag.key);
  KT_CHECK(it != asked_.end());
  const std::vector<Asked> asked = std::move(it->second);
  asked_.erase(it);
  switch (static_cast<Call>(completion.tag.kind)) {
    case Call::kFetch:
      return OnFetch(env, subscription, completion, asked);
    case Call::kListOffsets:
      return OnListOffsets(env, subscription, completion, asked);
    case Call::kValidate:
      return OnValidated(env, subscription, completion, asked);
  }
  KT_UNREACHABLE();
}

std::vector<ConsumedRecord> ConsumerFetcher::Collect(SubscriptionState& subscription) {
  std::vector<ConsumedRecord> records;
  if (subscription.pending_revocation) return records;
  const size_t limit = static_cast<size_t>(config_.max_poll_records);
  for (auto& [tp, partition] : subscription.partitions) {
    if (partition.state != FetchState::kFetching) continue;
    size_t done = 0;
    for (const LogBatchRef& batch : partition.buffer) {
      if (records.size() >= limit) break;
      // A fetch returns whole batches: records before the position have been read already.
      int32_t index = batch->batch().IndexAtOrAbove(partition.position.offset - batch->base_offset());
      for (; index < batch->batch().record_count() && records.size() < limit; ++index) {
        const Offset offset = batch->offset_of(index);
        if (!batch->batch().is_control()) {
          records.push_back(
              {tp, offset, batch->batch().records()[static_cast<size_t>(index)].value, batch->leader_epoch()});
        }
        partition.position = {offset + 1, batch->leader_epoch()};
      }
      // Behind its last record a compacted batch may reach further: the next fetch begins behind the batch.
      if (index == batch->batch().record_count() && partition.position.offset < batch->next_offset()) {
        partition.position = {batch->next_offset(), batch->leader_epoch()};
      }
      if (partition.position.offset >= batch->next_offset()) ++done;
    }
    partition.buffer.erase(partition.buffer.begin(), partition.buffer.begin() + static_cast<std::ptrdiff_t>(done));
  }
  return records;
}

}  // namespace ktrial::cluster
