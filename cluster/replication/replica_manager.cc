#include "cluster/replication/replica_manager.h"

#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "cluster/defects.h"
#include "cluster/metadata/broker_list.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

ReplicationQuotaManager::Options QuotaOptionsOf(const BrokerConfig& config) {
  return {.samples = config.replication_quota_window_num, .window = config.replication_quota_window_size};
}

// Empty if the topic does not set it.
std::string_view ConfigOf(const TopicImage& topic, std::string_view name) {
  const auto config = topic.configs.find(std::string(name));
  return config == topic.configs.end() ? std::string_view() : std::string_view(config->second);
}

}  // namespace

ReplicaManager::ReplicaManager(const Options& options)
    : options_(options),
      logs_(options.self, options.config),
      leader_quota_(QuotaOptionsOf(options.config)),
      follower_quota_(QuotaOptionsOf(options.config)),
      fetchers_(options.first_fetcher_channel),
      alter_partition_(options.self, options.alter_partition_channel, options.config.defects),
      produce_purgatory_(TimerKind(Component::kReplicaManager, kProduceExpired)),
      fetch_purgatory_(TimerKind(Component::kReplicaManager, kFetchExpired)),
      delete_records_purgatory_(TimerKind(Component::kReplicaManager, kDeleteRecordsExpired)),
      sessions_({.max_entries = options.config.max_incremental_fetch_session_cache_slots,
                 .keeps_leader_epochs = !options.config.defects.Has(Defect::kSessionForgetsLeaderEpoch)}) {}

void ReplicaManager::SetTimer(const ReplicaEnv& env, TimerLocal kind, sim::Duration delay) {
  env.ctx.SetTimer(delay, {.kind = TimerKind(Component::kReplicaManager, kind)});
}

void ReplicaManager::Startup(const ReplicaEnv& env) {
  logs_.Startup(env.ctx, env.metadata);
  ScheduleIsrExpiration(env);
  SetTimer(env, kCheckpointHighWatermarks, options_.config.replica_high_watermark_checkpoint_interval);
}

void ReplicaManager::ScheduleIsrExpiration(const ReplicaEnv& env) {
  const sim::Duration interval = sim::Milliseconds(options_.config.replica_lag_time_max.millis() / 2);
  // Kafka's scheduler takes a period of 0 for a task that is not repeated.
  if (interval > sim::Duration()) SetTimer(env, kIsrExpiration, interval);
}

void ReplicaManager::OnTimer(const ReplicaEnv& env, const sim::Timer& timer) {
  if (ComponentOf(timer) == Component::kFetcher) {
    fetchers_.OnTimer(FetcherEnvOf(env), timer);
    return;
  }
  if (ComponentOf(timer) == Component::kLogCleaner) {
    logs_.OnCleanerTimer(env.ctx, partitions_, timer);
    return;
  }
  if (ComponentOf(timer) == Component::kLogManager) {
    logs_.OnTimer(env.ctx, partitions_, timer);
    return;
  }
  if (ComponentOf(timer) == Component::kAlterPartition) {
    alter_partition_.OnTimer(env.ctx, env.network, env.broker_epoch, timer);
    HandleAlterPartitionResults(env);
    return;
  }
  switch (LocalKind(timer)) {
    case kProduceExpired:
      // What is still pending has been set to REQUEST_TIMED_OUT from the start.
      if (auto operation = produce_purgatory_.Take(env.ctx, timer.key)) Complete(env, *std::move(operation));
      break;
    case kFetchExpired:
      CompleteParked(env, timer.key);
      break;
    case kIsrExpiration:
      MaybeShrinkIsr(env);
      ScheduleIsrExpiration(env);
      break;
    case kWriteProposal:
      WriteProposal(env, timer.key);
      break;
    case kCheckpointHighWatermarks:
      logs_.CheckpointHighWatermarks(env.ctx, partitions_);
      SetTimer(env, kCheckpointHighWatermarks, options_.config.replica_high_watermark_checkpoint_interval);
      break;
    case kDeleteRecordsExpired:
      if (auto operation = delete_records_purgatory_.Take(env.ctx, timer.key)) Complete(env, *operation);
      break;
    default:
      KT_UNREACHABLE();
  }
}

void ReplicaManager::OnCompletion(const ReplicaEnv& env, const Completion& completion) {
  if (completion.tag.component == Component::kFetcher) {
    CompleteFetchesAfterResponse(env, completion);
  } else {
    KT_CHECK(completion.tag.component == Component::kAlterPartition);
    alter_partition_.OnCompletion(env.ctx, env.network, env.broker_epoch, completion);
    HandleAlterPartitionResults(env);
  }
}

Partition* ReplicaManager::GetOrCreatePartition(const ReplicaEnv& env, TopicPartition tp) {
  if (Partition* hosted = partitions_.Find(tp)) return hosted;
  if (offline_.contains(tp)) return nullptr;
  const TopicImage& topic = *env.metadata.FindTopic(tp.topic);
  std::optional<UnifiedLog> log = logs_.GetOrCreateLog(env.ctx, tp, topic);
  if (!log) {
    MarkPartitionOffline(env.ctx, tp);
    return nullptr;
  }
  return &partitions_.Add(Partition(tp, *std::move(log), MinInsyncReplicasOf(topic, options_.config)));
}

void ReplicaManager::ApplyDelta(const ReplicaEnv& env, const absl::btree_set<TopicPartition>& changed) {
  if (!logs_.started()) Startup(env);
  std::vector<TopicPartition> leaders;
  std::vector<TopicPartition> followers;
  for (const TopicPartition& tp : changed) {
    const PartitionRegistration* state = env.metadata.FindPartition(tp);
    KT_CHECK(state != nullptr);
    if (state->leader == options_.self) {
      leaders.push_back(tp);
    } else if (Contains(state->replicas, options_.self)) {
      followers.push_back(tp);
    } else if (partitions_.Find(tp) != nullptr) {
      StopPartition(env, tp);
    }
  }
  ApplyLocalLeaders(env, leaders);
  ApplyLocalFollowers(env, followers);
  for (const TopicPartition& tp : changed) MaybeUpdateDirectoryAssignment(env, tp);
  fetchers_.ShutdownIdleFetcherThreads(FetcherEnvOf(env));
}

void ReplicaManager::StopPartition(const ReplicaEnv& env, TopicPartition tp) {
  fetchers_.RemoveFetcherForPartition(tp);
  logs_.DeleteLog(env.ctx, partitions_.Find(tp)->mutable_log());
  partitions_.Remove(tp);
  TryCompleteDelayedRequests(env, tp);
}

void ReplicaManager::ApplyLocalLeaders(const ReplicaEnv& env, const std::vector<TopicPartition>& leaders) {
  for (const TopicPartition& tp : leaders) fetchers_.RemoveFetcherForPartition(tp);
  for (const TopicPartition& tp : leaders) {
    Partition* partition = GetOrCreatePartition(env, tp);
    if (partition == nullptr) continue;
    if (options_.config.defects.Has(Defect::kIsrChangeClearedInFlight)) alter_partition_.ClearPending(tp);
    const bool high_watermark_incremented = partition->MakeLeader(PartitionEnvOf(env), *env.metadata.FindPartition(tp));
    logs_.NoteStorageOf(partition->log());
    if (high_watermark_incremented) TryCompleteDelayedRequests(env, tp);
  }
}

void ReplicaManager::ApplyLocalFollowers(const ReplicaEnv& env, const std::vector<TopicPartition>& followers) {
  std::vector<TopicPartition> changed_epoch;
  std::vector<ReplicaFetcherManager::FetcherForPartition> to_start;
  for (const TopicPartition& tp : followers) {
    const PartitionRegistration& state = *env.metadata.FindPartition(tp);
    // Also without a leader the replica is made: it then steps down, and the high watermark checkpoint names it.
    Partition* partition = GetOrCreatePartition(env, tp);
    if (partition == nullptr) continue;
    const bool follow_anew = partition->MakeFollower(PartitionEnvOf(env), state);
    const bool leaving = in_controlled_shutdown_ && (!state.leader.valid() || !Contains(state.isr, options_.self));
    if (leaving) {
      fetchers_.RemoveFetcherForPartition(tp);
      changed_epoch.push_back(tp);
    } else if (follow_anew) {
      fetchers_.RemoveFetcherForPartition(tp);
      changed_epoch.push_back(tp);
      // A leader that is not registered has no address.
      if (state.leader.valid() && env.metadata.FindBroker(state.leader) != nullptr) {
        to_start.push_back({.leader = state.leader, .initial = {.tp = tp, .leader_epoch = state.leader_epoch}});
      }
    }
  }
  fetchers_.AddFetcherForPartitions(FetcherEnvOf(env), to_start);
  for (const TopicPartition& tp : changed_epoch) TryCompleteDelayedRequests(env, tp);
}

void ReplicaManager::UpdateConfigs(const ReplicaEnv& env, const absl::btree_set<TopicId>& topics) {
  for (TopicId id : topics) {
    const TopicImage& topic = *env.metadata.FindTopic(id);
    logs_.UpdateTopicConfig(env.ctx, partitions_, topic);
    leader_quota_.UpdateThrottled(id, ConfigOf(topic, "leader.replication.throttled.replicas"), options_.self);
    follower_quota_.UpdateThrottled(id, ConfigOf(topic, "follower.replication.throttled.replicas"), options_.self);
    for (size_t i = 0; i < topic.partitions.size(); ++i) {
      Partition* partition = partitions_.Find({id, static_cast<int32_t>(i)});
      if (partition != nullptr) partition->set_min_insync_replicas(MinInsyncReplicasOf(topic, options_.config));
    }
  }
}

void ReplicaManager::UpdateBrokerConfig(const MetadataImage& metadata) {
  const auto rate = [&](std::string_view name) {
    const std::string* set = metadata.FindBrokerConfig(options_.self, name);
    int64_t bytes_per_second = ReplicationQuotaManager::kUnlimited;
    if (set == nullptr) return bytes_per_second;
    // The controller has let nothing but numbers pass.
    const bool is_number = absl::SimpleAtoi(*set, &bytes_per_second);
    KT_CHECK(is_number);
    return bytes_per_second;
  };
  leader_quota_.UpdateQuota(rate("leader.replication.throttled.rate"));
  follower_quota_.UpdateQuota(rate("follower.replication.throttled.rate"));
}

void ReplicaManager::MaybeShrinkIsr(const ReplicaEnv& env) {
  for (Partition& partition : partitions_.all()) Submit(env, partition.MaybeShrinkIsr(PartitionEnvOf(env)));
  HandleAlterPartitionResults(env);
}

void ReplicaManager::Submit(const ReplicaEnv& env, std::optional<AlterPartitionItem> proposal) {
  if (!proposal) return;
  if (!options_.config.defects.Has(Defect::kIsrEpochOfLaterFetch)) {
    alter_partition_.Submit(env.ctx, env.network, env.broker_epoch, *std::move(proposal));
    return;
  }
  // When this handler's thread is done with its request, others may have taken newer fetches.
  env.ctx.SetTimer(sim::Duration(),
                   {.kind = TimerKind(Component::kReplicaManager, kWriteProposal), .key = next_unwritten_});
  unwritten_proposals_.emplace(next_unwritten_++, *std::move(proposal));
}

void ReplicaManager::WriteProposal(const ReplicaEnv& env, uint64_t key) {
  AlterPartitionItem item = std::move(unwritten_proposals_.at(key));
  unwritten_proposals_.erase(key);
  const Partition* partition = partitions_.Find(item.data.tp);
  if (partition == nullptr) return;
  partition->FillInBrokerEpochs(PartitionEnvOf(env), item);
  alter_partition_.Submit(env.ctx, env.network, env.broker_epoch, std::move(item));
  HandleAlterPartitionResults(env);
}

void ReplicaManager::HandleAlterPartitionResults(const ReplicaEnv& env) {
  // A proposal that is tried again may be refused at once, and then has a result of its own.
  for (auto results = alter_partition_.TakeResults(); !results.empty(); results = alter_partition_.TakeResults()) {
    for (const AlterPartitionManager::Result& result : results) {
      Partition* partition = partitions_.Find(result.response.tp);
      // It has been taken from this broker meanwhile.
      if (partition == nullptr) continue;
      Partition::AlterPartitionOutcome outcome =
          partition->HandleAlterPartition(PartitionEnvOf(env), result.proposal, result.response);
      if (outcome.high_watermark_incremented) TryCompleteDelayedRequests(env, result.response.tp);
      Submit(env, std::move(outcome.retry));
    }
  }
}

ErrorCode ReplicaManager::MissingPartitionError(const ReplicaEnv& env, TopicPartition tp) const {
  if (offline_.contains(tp)) return ErrorCode::kKafkaStorageError;
  return env.metadata.FindPartition(tp) != nullptr ? ErrorCode::kNotLeaderOrFollower
                                                   : ErrorCode::kUnknownTopicOrPartition;
}

bool ReplicaManager::IsInternal(const ReplicaEnv& env, TopicPartition tp) const {
  const TopicImage* topic = env.metadata.FindTopic(tp.topic);
  return topic != nullptr && topic->name == kOffsetsTopicName;
}

void ReplicaManager::TryCompleteDelayedRequests(const ReplicaEnv& env, TopicPartition tp) {
  if (IsInternal(env, tp)) internal_high_watermark_moves_.insert(tp);
  TryCompleteDelayedFetches(env, tp);
  TryCompleteDelayedProduces(env, tp);
  TryCompleteDelayedDeletes(env, tp);
}

void ReplicaManager::TryCompleteDelayedProduces(const ReplicaEnv& env, TopicPartition tp) {
  for (OperationId id : produce_purgatory_.WatchersOf(tp)) {
    DelayedProduce* operation = produce_purgatory_.Find(id);
    if (operation != nullptr && IsComplete(env, *operation)) Complete(env, *produce_purgatory_.Take(env.ctx, id));
  }
}

void ReplicaManager::TryCompleteDelayedFetches(const ReplicaEnv& env, TopicPartition tp) {
  UnsettleChanged();
  for (OperationId id : DelayedFetchesOf(tp)) {
    const DelayedFetch* operation = fetch_purgatory_.Find(id);
    if (operation != nullptr && IsComplete(env, *operation)) CompleteParked(env, id);
  }
}

}  // namespace ktrial::cluster
