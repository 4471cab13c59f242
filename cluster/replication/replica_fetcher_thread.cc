#include "cluster/replication/replica_fetcher_thread.h"

#include <algorithm>
#include <utility>

#include "cluster/replication/fetcher_truncation.h"
#include "sim/check.h"

namespace ktrial::cluster {

void ReplicaFetcherThread::AddPartitions(const FetcherEnv& env, const std::vector<InitialFetchState>& initial) {
  for (const InitialFetchState& added : initial) {
    const Partition* partition = env.partitions.Find(added.tp);
    KT_CHECK(partition != nullptr);
    PartitionFetchState& state = partitions_[added.tp];
    if (state.current_leader_epoch == added.leader_epoch) continue;
    changed_.push_back(added.tp);
    state = {.current_leader_epoch = added.leader_epoch, .turn = next_turn_++};
    StartFetchingOrTruncating(env, partition->log(), state);
  }
  DoWork(env);
}

void ReplicaFetcherThread::DoWork(const FetcherEnv& env) {
  if (call_ != Call::kNone) return;
  env.ctx().CancelTimer(idle_timer_);
  if (!MaybeTruncate(env)) FetchOrWait(env);
}

void ReplicaFetcherThread::FetchOrWait(const FetcherEnv& env) {
  while (!out_of_range_.empty()) {
    const auto it = partitions_.find(out_of_range_.front());
    if (it != partitions_.end() && it->second.state == FetcherState::kOutOfRange) {
      SendListOffsets(env, Call::kLatestOffset);
      return;
    }
    out_of_range_.pop_front();
  }
  if (MaybeFetch(env) || partitions_.empty()) return;
  idle_timer_ = env.ctx().SetTimer(env.partition.config.replica_fetch_backoff,
                                   {.kind = TimerKind(Component::kFetcher, 0), .key = index_});
}

bool ReplicaFetcherThread::MaybeFetch(const FetcherEnv& env) {
  const BrokerConfig& config = env.partition.config;
  FetchRequest request{.replica = env.partition.self,
                       .replica_epoch = env.partition.broker_epoch,
                       .max_wait = config.replica_fetch_wait_max,
                       .min_bytes = config.replica_fetch_min_bytes,
                       .max_bytes = config.replica_fetch_response_max_bytes};
  BuildFetch(env, request);
  if (session_.partitions().empty() && request.forgotten.empty()) return false;
  Send(env, std::move(request), Call::kFetch);
  return true;
}

FetchRequest::PartitionData ReplicaFetcherThread::Ask(const FetcherEnv& env, TopicPartition tp,
                                                      const PartitionFetchState& state) const {
  const ReplicationProtocolTraits traits = TraitsOf(env);
  return {.tp = tp,
          .fetch_offset = state.fetch_offset,
          .current_leader_epoch = EpochToSend(traits, state),
          .last_fetched_epoch = traits.truncates_on_fetch ? state.last_fetched_epoch : LeaderEpoch(),
          .log_start_offset = std::as_const(env.partitions).Find(tp)->log().log_start(),
          .max_bytes = env.partition.config.replica_fetch_max_bytes};
}

void ReplicaFetcherThread::BuildFetch(const FetcherEnv& env, FetchRequest& request) {
  session_.Begin(request);
  if (session_.next_is_full()) {
    BuildFullFetch(env);
  } else {
    BuildIncrementalFetch(env);
  }
  session_.FinishChanges();
}

// To avoid thrashing of the ISR, only a replica that is not in sync is held back (RemoteLeaderEndPoint).
bool ReplicaFetcherThread::IsDue(const FetcherEnv& env, TopicPartition tp, const PartitionFetchState& state) const {
  if (!state.IsReadyForFetch(env.ctx().now())) return false;
  if (state.IsReplicaInSync() || !env.quota.IsThrottled(tp)) return true;
  return !env.quota.IsQuotaExceeded(env.ctx().wall_clock());
}

void ReplicaFetcherThread::NoteThrottled(const FetcherEnv& env) {
  if (!env.quota.has_throttled()) return;
  for (const auto& [tp, state] : partitions_) {
    if (!state.IsReplicaInSync() && env.quota.IsThrottled(tp)) changed_.push_back(tp);
  }
}

void ReplicaFetcherThread::BuildFullFetch(const FetcherEnv& env) {
  changed_.clear();
  // In rotation: what comes first gets the bytes of the answer first.
  std::vector<std::pair<uint64_t, TopicPartition>> ready;
  ready.reserve(partitions_.size());
  for (const auto& [tp, state] : partitions_) {
    if (IsDue(env, tp, state)) {
      ready.push_back({state.turn, tp});
    } else {
      changed_.push_back(tp);
    }
  }
  std::sort(ready.begin(), ready.end());
  for (const auto& [turn, tp] : ready) {
    session_.Add(Ask(env, tp, partitions_.at(tp)));
    env.partitions.SettleFetcher(tp, index_);
  }
}

void ReplicaFetcherThread::BuildIncrementalFetch(const FetcherEnv& env) {
  NoteThrottled(env);
  std::vector<TopicPartition> changed = env.partitions.TakeChanged(index_);
  changed.insert(changed.end(), changed_.begin(), changed_.end());
  changed_.clear();
  std::sort(changed.begin(), changed.end());
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  for (const TopicPartition& tp : changed) {
    const auto it = partitions_.find(tp);
    if (it != partitions_.end() && IsDue(env, tp, it->second)) {
      session_.Add(Ask(env, tp, it->second));
      env.partitions.SettleFetcher(tp, index_);
      continue;
    }
    session_.Drop(tp);
    if (it != partitions_.end()) changed_.push_back(tp);
  }
}

void ReplicaFetcherThread::SendListOffsets(const FetcherEnv& env, Call call) {
  const TopicPartition tp = out_of_range_.front();
  const PartitionFetchState& state = partitions_.at(tp);
  asked_in_ = {state.current_leader_epoch};
  ListOffsetsRequest request{.replica = env.partition.self};
  request.partitions.push_back(
      {.tp = tp,
       .current_leader_epoch = EpochToSend(TraitsOf(env), state),
       .timestamp = call == Call::kLatestOffset ? ListOffsetsRequest::kLatest : ListOffsetsRequest::kEarliest});
  Send(env, std::move(request), call);
}

void ReplicaFetcherThread::Send(const FetcherEnv& env, RequestBody body, Call call) {
  call_ = call;
  env.network.Send(env.ctx(), source_, std::move(body), {.component = Component::kFetcher, .key = index_},
                   env.partition.config.replica_socket_timeout, channel_);
}

void ReplicaFetcherThread::OnTimer(const FetcherEnv& env) {
  idle_timer_ = {};
  DoWork(env);
}

void ReplicaFetcherThread::Shutdown(const FetcherEnv& env) {
  env.ctx().CancelTimer(idle_timer_);
  env.partitions.ForgetFetcher(index_);
  env.network.Disconnect(env.ctx(), source_, channel_);
}

void ReplicaFetcherThread::OnCompletion(const FetcherEnv& env, const Completion& completion) {
  const Call call = std::exchange(call_, Call::kNone);
  KT_CHECK(call != Call::kNone);
  if (call == Call::kEpochEnds) {
    ProcessEpochEnds(env, completion);
    // What is still truncating asks again in the next round: others fetch first, or the thread waits.
    FetchOrWait(env);
    return;
  }
  if (call != Call::kFetch) {
    ProcessListOffsets(env, call, completion);
  } else {
    ProcessFetch(env, completion);
  }
  if (call_ == Call::kNone) DoWork(env);
}

void ReplicaFetcherThread::ProcessFetch(const FetcherEnv& env, const Completion& completion) {
  if (!completion.ok()) {
    session_.HandleError();
    for (auto& [tp, state] : partitions_) DelayPartition(env, tp);
    return;
  }
  const auto& response = completion.As<FetchResponse>();
  // Without its session the fetcher begins a new one at once.
  if (!session_.HandleResponse(response)) return;
  for (const FetchResponse::PartitionData& data : response.partitions) {
    ProcessPartition(env, *session_.Find(data.tp), data);
  }
}

void ReplicaFetcherThread::ProcessPartition(const FetcherEnv& env, const FetchRequest::PartitionData& requested,
                                            const FetchResponse::PartitionData& data) {
  const auto it = partitions_.find(requested.tp);
  if (it == partitions_.end()) {
    if (data.diverged) MaybeTruncateUnowned(env, requested.tp, data.diverging_epoch);
    return;
  }
  changed_.push_back(requested.tp);
  PartitionFetchState& state = it->second;
  // The partition may have been removed, added again or truncated since the request went out. An answer from an earlier
  // leadership of the same leader must not be taken either (KAFKA-18723).
  if (requested.fetch_offset != state.fetch_offset || !state.IsReadyForFetch(env.ctx().now()) ||
      (requested.current_leader_epoch.valid() && requested.current_leader_epoch != state.current_leader_epoch)) {
    return;
  }
  if (data.error != ErrorCode::kNone) {
    HandleError(env, requested.tp, requested.current_leader_epoch, data.error);
    return;
  }
  Partition& partition = *env.partitions.Find(requested.tp);
  if (data.diverged) {
    TruncateOnFetchResponse(env, partition, state, data);
  } else if (!ProcessPartitionData(env, partition, state, data)) {
    MarkPartitionFailed(requested.tp);
  }
}

bool ReplicaFetcherThread::ProcessPartitionData(const FetcherEnv& env, Partition& partition, PartitionFetchState& state,
                                                const FetchResponse::PartitionData& data) {
  UnifiedLog& log = partition.mutable_log();
  if (state.fetch_offset != log.log_end()) return false;
  const bool corrupt = std::any_of(data.batches.begin(), data.batches.end(),
                                   [](const LogBatchRef& batch) { return !batch->checksum_matches(); });
  if (corrupt) {
    // Perhaps the leader was read in the middle of a change: to be fetched again, for as long as it takes.
    DelayPartition(env, partition.tp());
    return true;
  }
  const bool fenced = TraitsOf(env).sends_current_epoch;
  for (const LogBatchRef& batch : data.batches) {
    // Written by a leader that this follower has not heard of yet: to be fetched in that leader's epoch.
    if (fenced && batch->leader_epoch() > state.current_leader_epoch) break;
    if (batch->base_offset() < log.log_end()) {
      if (log.log_end() != log.log_start()) return false;
      // The leader's log starts within the batch, and this log is empty: start with the whole batch.
      env.logs.TruncateFullyAndStartAt(env.ctx(), env.partitions, partition, batch->base_offset());
    }
    const ErrorCode error = log.AppendAsFollower(env.ctx(), batch);
    env.logs.NoteStorageOf(log);
    if (error != ErrorCode::kNone) return false;
    // An answer without records leaves the epoch as it was (KAFKA-15510).
    state.last_fetched_epoch = batch->leader_epoch();
    state.fetch_offset = batch->next_offset();
    state.turn = next_turn_++;
  }
  // In-sync and other replicas count alike, so that the sum stays below the quota.
  if (env.quota.IsThrottled(partition.tp())) env.quota.Record(env.ctx().wall_clock(), BytesOf(data.batches));
  if (!data.batches.empty() || !state.lag) state.lag = std::max<int64_t>(data.high_watermark - state.fetch_offset, 0);
  if (data.batches.empty() && env.partition.config.defects.Has(Defect::kEmptyFetchClearsEpoch)) {
    state.last_fetched_epoch = LeaderEpoch();
  }
  log.UpdateHighWatermark(env.ctx(), data.high_watermark, state.current_leader_epoch);
  return log.MaybeIncrementLogStart(env.ctx(), data.log_start_offset, LogStartReason::kLeader) == ErrorCode::kNone;
}

void ReplicaFetcherThread::HandleError(const FetcherEnv& env, TopicPartition tp, LeaderEpoch requested_epoch,
                                       ErrorCode error) {
  PartitionFetchState& state = partitions_.at(tp);
  if (error == ErrorCode::kOffsetOutOfRange) {
    state.state = FetcherState::kOutOfRange;
    out_of_range_.push_back(tp);
  } else if (error == ErrorCode::kFencedLeaderEpoch && requested_epoch == state.current_leader_epoch) {
    // The leader is ahead of this broker's metadata, which will bring the new epoch.
    MarkPartitionFailed(tp);
  } else {
    DelayPartition(env, tp);
  }
}

void ReplicaFetcherThread::DelayPartition(const FetcherEnv& env, TopicPartition tp) {
  // A delay that runs already is not made longer.
  PartitionFetchState& state = partitions_.at(tp);
  changed_.push_back(tp);
  const sim::SimTime now = env.ctx().now();
  if (now >= state.delayed_until) state.delayed_until = now + env.partition.config.replica_fetch_backoff;
}

}  // namespace ktrial::cluster
