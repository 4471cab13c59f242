// Fetches of followers and consumers, ListOffsets and OffsetsForLeaderEpoch.

#include <algorithm>
#include <utility>

#include "cluster/defects.h"
#include "cluster/metadata/broker_list.h"
#include "cluster/replication/replica_manager.h"

namespace ktrial::cluster {
namespace {

bool HasLeaderHint(ErrorCode error) {
  return error == ErrorCode::kNotLeaderOrFollower || error == ErrorCode::kFencedLeaderEpoch;
}

}  // namespace

void ReplicaManager::FetchMessages(const ReplicaEnv& env, const RequestHandle& handle, ApiRequestRef fetch) {
  const auto& request = std::get<FetchRequest>(fetch->body);
  const FetchContext context = NewFetchContext(env, request);
  if (context.kind == FetchContext::Kind::kSessionError) {
    env.server.Respond(env.ctx, handle, FetchResponse{.error = context.error});
    return;
  }
  const FetchParams params{
      .replica = request.replica,
      .replica_epoch = request.replica_epoch,
      .max_wait = request.max_wait,
      .min_bytes = std::min({request.min_bytes, request.max_bytes, options_.config.fetch_max_bytes}),
      .max_bytes = std::min(request.max_bytes, options_.config.fetch_max_bytes),
      .isolation = request.replica.valid() ? FetchIsolation::kLogEnd : FetchIsolation::kHighWatermark,
      .rack = request.rack};
  const DelayedFetch operation{handle, params, fetch, context};
  ReadResult result = ReadFromLog(env, operation, /*read_from_purgatory=*/false);
  HandleAlterPartitionResults(env);
  const bool asks_for_nothing = context.kind != FetchContext::Kind::kIncremental && request.partitions.empty();
  if (params.max_wait <= sim::Duration() || asks_for_nothing || result.bytes >= params.min_bytes ||
      result.error_reading_data || result.has_diverging_epoch || result.has_preferred_read_replica) {
    RespondToFetch(env, operation, std::move(result));
    return;
  }
  SettlePartitions(env, operation);
  // The read found nothing, which is all to know for a fetch that asks for a byte. For more, a rolled segment counts.
  if (params.min_bytes > 1 && IsComplete(env, operation)) {
    Complete(env, operation);
  } else {
    Park(env, operation);
  }
}

ReplicaManager::ReadResult ReplicaManager::ReadFromLog(const ReplicaEnv& env, const DelayedFetch& operation,
                                                       bool read_from_purgatory) {
  ReadResult result;
  int32_t limit = operation.params.max_bytes;
  bool min_one_batch = true;
  const auto read = [&](const FetchRequest::PartitionData& asked) {
    FetchResponse::PartitionData data = ReadPartition(env, operation.params, asked, std::min(limit, asked.max_bytes),
                                                      min_one_batch, read_from_purgatory);
    int32_t bytes = 0;
    for (const LogBatchRef& batch : data.batches) bytes += batch->bytes();
    // Once there is data, the limits hold.
    if (bytes > 0) min_one_batch = false;
    limit = std::max(0, limit - bytes);
    result.bytes += bytes;
    result.error_reading_data |= data.error != ErrorCode::kNone;
    result.has_diverging_epoch |= data.diverged;
    result.has_preferred_read_replica |= data.preferred_read_replica.valid();
    result.response.partitions.push_back(std::move(data));
  };
  if (operation.context.kind == FetchContext::Kind::kIncremental) {
    const SessionIndex session = operation.context.session;
    result.places = sessions_.at(session).Pending();
    result.response.partitions.reserve(result.places.size());
    for (const FetchSession::Place place : result.places) {
      // Reading may complete other fetches, which may open sessions: nothing is to be held by reference.
      const FetchRequest::PartitionData asked = sessions_.at(session).at(place).asked;
      read(asked);
    }
  } else {
    const auto& request = std::get<FetchRequest>(operation.fetch->body);
    result.response.partitions.reserve(request.partitions.size());
    for (const FetchRequest::PartitionData& asked : request.partitions) read(asked);
  }
  return result;
}

FetchResponse::PartitionData ReplicaManager::ReadPartition(const ReplicaEnv& env, const FetchParams& params,
                                                           const FetchRequest::PartitionData& fetch, int32_t max_bytes,
                                                           bool min_one_batch, bool read_from_purgatory) {
  FetchResponse::PartitionData response{.tp = fetch.tp};
  const Partition* partition = std::as_const(partitions_).Find(fetch.tp);
  if (partition == nullptr) {
    response.error = MissingPartitionError(env, fetch.tp);
    if (const PartitionRegistration* state = env.metadata.FindPartition(fetch.tp)) {
      response.current_leader = state->leader;
      response.current_leader_epoch = state->leader_epoch;
    }
    return response;
  }
  if (ChoosesReplica(params)) {
    const BrokerId preferred = FindPreferredReadReplica(env, params, fetch);
    if (preferred.valid()) {
      response.high_watermark = partition->log().high_watermark();
      response.last_stable_offset = partition->log().last_stable_offset();
      response.log_start_offset = partition->log().log_start();
      response.preferred_read_replica = preferred;
      return response;
    }
  }
  const sim::WallTime fetch_time = env.ctx.wall_clock();
  LogReadInfo read = partition->ReadRecords(PartitionEnvOf(env), fetch,
                                            {.replica = params.replica,
                                             .isolation = params.isolation,
                                             .max_bytes = max_bytes,
                                             .min_one_batch = min_one_batch});
  NoteStorage(*partition, read.error);
  response.error = read.error;
  if (read.error == ErrorCode::kNone) {
    response.high_watermark = read.high_watermark;
    response.last_stable_offset = read.last_stable_offset;
    response.log_start_offset = read.log_start;
    response.diverged = read.diverging_epoch.has_value();
    response.diverging_epoch = read.diverging_epoch.value_or(OffsetAndEpoch());
    response.batches = std::move(read.batches);
    // The position of a follower that diverged says nothing about what it shares with this log (KAFKA-13141).
    const bool position_counts = !response.diverged || options_.config.defects.Has(Defect::kDivergedFetchCounts);
    if (params.is_from_follower() && !read_from_purgatory && position_counts) {
      UpdateFollowerFetchState(env, params, *partitions_.Find(fetch.tp),
                               {.fetch_offset = fetch.fetch_offset,
                                .log_start = fetch.log_start_offset,
                                .time = fetch_time,
                                .leader_end = read.log_end,
                                .broker_epoch = params.replica_epoch},
                               response);
    }
    if (params.is_from_follower() && ShouldLeaderThrottle(env, *partition, params.replica)) response.batches.clear();
  }
  if (HasLeaderHint(response.error)) {
    response.current_leader = partition->leader();
    response.current_leader_epoch = partition->leader_epoch();
  }
  return response;
}

void ReplicaManager::UpdateFollowerFetchState(const ReplicaEnv& env, const FetchParams& params, Partition& partition,
                                              const FollowerFetch& fetch, FetchResponse::PartitionData& response) {
  Partition::FollowerUpdate update = partition.UpdateFollowerFetchState(PartitionEnvOf(env), params.replica, fetch);
  if (update.error != ErrorCode::kNone) {
    response = {.tp = response.tp, .error = update.error};
    return;
  }
  Submit(env, std::move(update.proposal));
  if (update.high_watermark_incremented) {
    TryCompleteDelayedRequests(env, partition.tp());
  } else if (update.log_start_moved) {
    TryCompleteDelayedDeletes(env, partition.tp());
  }
}

bool ReplicaManager::ShouldLeaderThrottle(const ReplicaEnv& env, const Partition& partition, BrokerId follower) {
  if (!leader_quota_.IsThrottled(partition.tp())) return false;
  const bool in_sync = Contains(LastCommitted(partition.isr_state()).isr, follower);
  return !in_sync && leader_quota_.IsQuotaExceeded(env.ctx.wall_clock());
}

bool ReplicaManager::IsComplete(const ReplicaEnv& env, const DelayedFetch& operation) {
  int64_t accumulated = 0;
  // What the partition adds; empty if it completes the fetch by itself.
  const auto available = [&](const FetchRequest::PartitionData& asked) -> std::optional<int64_t> {
    const Partition* partition = std::as_const(partitions_).Find(asked.tp);
    if (partition == nullptr ||
        partition->CheckLeader(asked.current_leader_epoch, operation.params.is_from_follower()) != ErrorCode::kNone) {
      return {};
    }
    const Offset end = partition->FetchableEnd(operation.params.isolation);
    // The log was truncated below what the fetcher has.
    if (asked.fetch_offset > end) return {};
    std::optional<OffsetAndEpoch> diverging;
    if (partition->CheckDivergence(PartitionEnvOf(env), asked, diverging) != ErrorCode::kNone || diverging) return {};
    if (asked.fetch_offset == end) return 0;
    if (operation.params.is_from_follower() && ShouldLeaderThrottle(env, *partition, operation.params.replica)) {
      return 0;
    }
    if (operation.params.min_bytes <= 1) return {};
    const std::optional<int64_t> bytes = partition->log().BytesWithinSegment(env.ctx, asked.fetch_offset, end);
    // A segment was rolled since: what is left of the older one is all that this fetch can bring.
    if (!bytes) return {};
    return std::min<int64_t>(*bytes, asked.max_bytes);
  };
  const auto completes = [&](const FetchRequest::PartitionData& asked) {
    const std::optional<int64_t> bytes = available(asked);
    accumulated += bytes.value_or(0);
    return !bytes;
  };
  if (operation.context.kind == FetchContext::Kind::kIncremental) {
    FetchSession& session = sessions_.at(operation.context.session);
    for (const FetchSession::Place place : session.Pending()) {
      if (completes(session.at(place).asked)) return true;
    }
  } else {
    const auto& partitions = std::get<FetchRequest>(operation.fetch->body).partitions;
    if (std::any_of(partitions.begin(), partitions.end(), completes)) return true;
  }
  return accumulated >= operation.params.min_bytes;
}

void ReplicaManager::Complete(const ReplicaEnv& env, const DelayedFetch& operation) {
  UnsettleChanged();
  RespondToFetch(env, operation, ReadFromLog(env, operation, /*read_from_purgatory=*/true));
}

ListOffsetsResponse ReplicaManager::FetchOffsets(const ReplicaEnv& env, const ListOffsetsRequest& request) const {
  ListOffsetsResponse response;
  for (const ListOffsetsRequest::PartitionData& asked : request.partitions) {
    const Partition* partition = partitions_.Find(asked.tp);
    response.partitions.push_back(
        partition != nullptr
            ? partition->FetchOffsetForTimestamp(PartitionEnvOf(env), asked, /*from_follower=*/request.replica.valid())
            : ListOffsetsResponse::PartitionData{.tp = asked.tp, .error = MissingPartitionError(env, asked.tp)});
  }
  return response;
}

OffsetsForLeaderEpochResponse ReplicaManager::LastOffsetsForLeaderEpoch(
    const ReplicaEnv& env, const OffsetsForLeaderEpochRequest& request) const {
  OffsetsForLeaderEpochResponse response;
  for (const OffsetsForLeaderEpochRequest::PartitionData& asked : request.partitions) {
    const Partition* partition = partitions_.Find(asked.tp);
    response.partitions.push_back(partition != nullptr
                                      ? partition->LastOffsetForLeaderEpoch(asked, request.end_offset_only)
                                      : OffsetsForLeaderEpochResponse::PartitionData{
                                            .tp = asked.tp, .error = MissingPartitionError(env, asked.tp)});
  }
  return response;
}

}  // namespace ktrial::cluster
