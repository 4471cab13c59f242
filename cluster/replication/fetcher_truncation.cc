// How ReplicaFetcherThread makes a follower's log a prefix of its leader's.

#include "cluster/replication/fetcher_truncation.h"

#include <algorithm>
#include <utility>

#include "cluster/defects.h"
#include "cluster/facts.h"
#include "cluster/replication/replica_fetcher_thread.h"
#include "sim/check.h"

namespace ktrial::cluster {

ReplicationProtocolTraits TraitsOf(const FetcherEnv& env) {
  return ReplicationTraits(env.partition.config.replication_protocol, env.partition.config.defects);
}

OffsetTruncationState GetOffsetTruncationState(const UnifiedLog& log, Offset fetch_offset, OffsetAndEpoch leader_end) {
  // The leader cannot tell: its log begins after the epoch, or it has never heard of it.
  if (!leader_end.offset.valid()) return {.offset = std::min(fetch_offset, log.log_end())};
  const Offset end = std::min(leader_end.offset, log.log_end());
  // The leader does not tell of which epoch this is the end (KIP-101).
  if (!leader_end.epoch.valid()) return {.offset = end};
  const OffsetAndEpoch own = log.EndOffsetForEpoch(leader_end.epoch);
  if (!own.offset.valid()) return {.offset = end};
  // An epoch that this log does not have: cut to the end of the one before, and compare again with that.
  if (own.epoch != leader_end.epoch) return {.offset = std::min(own.offset, log.log_end()), .completed = false};
  return {.offset = std::min(own.offset, end)};
}

void ReplicaFetcherThread::StartFetchingOrTruncating(const FetcherEnv& env, const UnifiedLog& log,
                                                     PartitionFetchState& state) {
  // Without epochs in the log a fetch cannot tell whether it diverges.
  const bool fetches = TraitsOf(env).truncates_on_fetch && log.latest_epoch();
  state.state = fetches ? FetcherState::kFetching : FetcherState::kTruncating;
  state.fetch_offset = fetches ? log.log_end() : log.high_watermark();
  state.last_fetched_epoch = LatestEpoch(log);
}

bool ReplicaFetcherThread::MaybeTruncate(const FetcherEnv& env) {
  const ReplicationProtocolTraits traits = TraitsOf(env);
  OffsetsForLeaderEpochRequest request{.replica = env.partition.self, .end_offset_only = !traits.epoch_end_has_epoch};
  asked_in_.clear();
  for (auto& [tp, state] : partitions_) {
    if (!state.IsReadyForTruncation(env.ctx().now())) continue;
    Partition& partition = *env.partitions.Find(tp);
    const std::optional<LeaderEpoch> latest = partition.log().latest_epoch();
    if (latest && traits.asks_for_epoch_end) {
      request.partitions.push_back(
          {.tp = tp, .current_leader_epoch = EpochToSend(traits, state), .leader_epoch = *latest});
      asked_in_.push_back(state.current_leader_epoch);
    } else {
      // Epochs cannot tell where to cut, so cut to the high watermark, which the position was set to.
      Truncate(env, partition, state, {.offset = state.fetch_offset}, TruncationReason::kHighWatermark);
    }
  }
  if (request.partitions.empty()) return false;
  Send(env, std::move(request), Call::kEpochEnds);
  return true;
}

void ReplicaFetcherThread::ProcessEpochEnds(const FetcherEnv& env, const Completion& completion) {
  const auto& request = std::get<OffsetsForLeaderEpochRequest>(completion.request->body);
  const auto* response = completion.ok() ? &completion.As<OffsetsForLeaderEpochResponse>() : nullptr;
  KT_CHECK(asked_in_.size() == request.partitions.size());
  for (size_t i = 0; i < request.partitions.size(); ++i) {
    const TopicPartition tp = request.partitions[i].tp;
    const auto it = partitions_.find(tp);
    // Another leadership has begun since the request went out.
    if (it == partitions_.end() || it->second.current_leader_epoch != asked_in_[i]) continue;
    const ErrorCode error = response != nullptr ? response->partitions[i].error : ErrorCode::kNetworkException;
    if (error != ErrorCode::kNone) {
      HandleError(env, tp, asked_in_[i], error);
      continue;
    }
    Partition& partition = *env.partitions.Find(tp);
    const OffsetAndEpoch leader_end = response->partitions[i].end_offset;
    const TruncationReason reason =
        leader_end.offset.valid() ? TruncationReason::kLeaderEpoch : TruncationReason::kHighWatermark;
    Truncate(env, partition, it->second, GetOffsetTruncationState(partition.log(), it->second.fetch_offset, leader_end),
             reason);
  }
}

void ReplicaFetcherThread::TruncateOnFetchResponse(const FetcherEnv& env, Partition& partition,
                                                   PartitionFetchState& state,
                                                   const FetchResponse::PartitionData& data) {
  const DefectSet& defects = env.partition.config.defects;
  // Neither data nor offsets are taken from an answer that demands truncation (KAFKA-14704). Where they are, a log
  // start above what this log holds is an exception (KAFKA-12996).
  if (defects.Has(Defect::kDivergenceBelowLogStart) && data.log_start_offset > partition.log().high_watermark()) {
    MarkPartitionFailed(partition.tp());
    return;
  }
  if (defects.Has(Defect::kHighWatermarkBeforeTruncation)) {
    partition.mutable_log().UpdateHighWatermark(env.ctx(), data.high_watermark, state.current_leader_epoch);
  }
  OffsetTruncationState to = GetOffsetTruncationState(partition.log(), state.fetch_offset, data.diverging_epoch);
  // The next fetch compares again.
  to.completed = true;
  const PartitionFetchState asked = state;
  Truncate(env, partition, state, to, TruncationReason::kLeaderEpoch);
  env.ctx().Emit(FollowerDiverged{.tp = partition.tp(),
                                  .broker = env.partition.self,
                                  .leader_epoch = state.current_leader_epoch,
                                  .end = asked.fetch_offset,
                                  .last_fetched_epoch = asked.last_fetched_epoch,
                                  .new_end = state.fetch_offset,
                                  .new_epoch = state.last_fetched_epoch});
}

void ReplicaFetcherThread::MaybeTruncateUnowned(const FetcherEnv& env, TopicPartition tp, OffsetAndEpoch leader_end) {
  Partition* partition = env.partitions.Find(tp);
  if (!env.partition.config.defects.Has(Defect::kTruncateUnownedPartition) || partition == nullptr) return;
  const UnifiedLog& log = partition->log();
  env.logs.TruncateTo(env.ctx(), env.partitions, *partition,
                      GetOffsetTruncationState(log, log.log_end(), leader_end).offset, TruncationReason::kLeaderEpoch);
}

void ReplicaFetcherThread::Truncate(const FetcherEnv& env, Partition& partition, PartitionFetchState& state,
                                    OffsetTruncationState to, TruncationReason reason) {
  env.logs.TruncateTo(env.ctx(), env.partitions, partition, to.offset, reason);
  state.fetch_offset = partition.log().log_end();
  state.last_fetched_epoch = LatestEpoch(partition.log());
  state.state = to.completed ? FetcherState::kFetching : FetcherState::kTruncating;
}

void ReplicaFetcherThread::ProcessListOffsets(const FetcherEnv& env, Call call, const Completion& completion) {
  const TopicPartition tp = out_of_range_.front();
  changed_.push_back(tp);
  const auto it = partitions_.find(tp);
  const LeaderEpoch asked_in = asked_in_.front();
  const bool current = it != partitions_.end() && it->second.state == FetcherState::kOutOfRange &&
                       it->second.current_leader_epoch == asked_in;
  if (!current) {
    out_of_range_.pop_front();
    return;
  }
  PartitionFetchState& state = it->second;
  const ErrorCode error =
      completion.ok() ? completion.As<ListOffsetsResponse>().partitions[0].error : ErrorCode::kNetworkException;
  if (error != ErrorCode::kNone) {
    out_of_range_.pop_front();
    state.state = FetcherState::kFetching;
    HandleError(env, tp, asked_in, error);
    return;
  }
  Partition& partition = *env.partitions.Find(tp);
  const UnifiedLog& log = partition.log();
  const Offset answer = completion.As<ListOffsetsResponse>().partitions[0].offset;
  if (call == Call::kLatestOffset) {
    if (answer >= log.log_end()) {
      SendListOffsets(env, Call::kEarliestOffset);
      return;
    }
    env.logs.TruncateTo(env.ctx(), env.partitions, partition, answer, TruncationReason::kOutOfRange);
  } else if (answer > log.log_end() || env.partition.config.defects.Has(Defect::kOutOfRangeWipesLog)) {
    // Everything here is older than what the leader still has.
    env.logs.TruncateFullyAndStartAt(env.ctx(), env.partitions, partition, answer);
  }
  out_of_range_.pop_front();
  ResetAfterOutOfRange(partition, state);
}

void ReplicaFetcherThread::ResetAfterOutOfRange(const Partition& partition, PartitionFetchState& state) {
  state.state = FetcherState::kFetching;
  state.fetch_offset = partition.log().log_end();
  state.last_fetched_epoch = LatestEpoch(partition.log());
  state.turn = next_turn_++;
}

}  // namespace ktrial::cluster
