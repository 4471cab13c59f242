#include "cluster/replication/partition.h"

#include <algorithm>
#include <utility>

#include "cluster/defects.h"
#include "cluster/facts.h"
#include "cluster/metadata/broker_list.h"
#include "sim/check.h"

namespace ktrial::cluster {

Partition::Partition(TopicPartition tp, UnifiedLog log, int32_t min_insync_replicas)
    : tp_(tp), log_(std::move(log)), min_insync_replicas_(min_insync_replicas) {}

bool Partition::MakeLeader(const PartitionEnv& env, const PartitionRegistration& state) {
  KT_CHECK(state.leader == env.self);
  const bool takes_every_update = env.config.defects.Has(Defect::kEveryUpdateBeginsEpoch);
  if (state.partition_epoch < partition_epoch_ && !takes_every_update) return false;
  const bool is_new_leader = !is_leader_;
  const bool is_new_epoch = state.leader_epoch > leader_epoch_ || takes_every_update;
  const bool is_newer = state.partition_epoch > partition_epoch_;
  const bool isr_changed =
      is_new_epoch || PendingChange(isr_state_) != nullptr || LastCommitted(isr_state_).isr != state.isr;
  UpdateAssignment(env, state, /*as_leader=*/true);
  is_leader_ = true;
  leader_ = env.self;
  partition_epoch_ = state.partition_epoch;
  if (is_new_epoch) {
    const Offset start = log_.log_end();
    // Followers may hold records of a later epoch than any in this log. The new epoch is known at once, even before its
    // first record, so that they can be told where to cut (KAFKA-7415).
    if (ReplicationTraits(env.config.replication_protocol, env.config.defects).notes_epoch_on_election) {
      log_.AssignEpochStart(env.ctx, state.leader_epoch, start);
    }
    for (Replica& replica : remote_replicas_) {
      replica.ResetForLeaderEpoch(env.ctx.wall_clock(), start, is_new_leader, Contains(state.isr, replica.broker()));
    }
    leader_epoch_ = state.leader_epoch;
    leader_epoch_start_ = start;
    env.ctx.Emit(BecameLeader{tp_, env.self, leader_epoch_, start, log_.high_watermark()});
  }
  // A leader needs nobody else to recover a log that an unclean election gave it: it is recovered as it is.
  CommittedIsr committed{.isr = state.isr, .recovery_state = LeaderRecoveryState::kRecovered};
  if (isr_changed) {
    if (!is_new_epoch && !is_newer && PendingChange(isr_state_) != nullptr) {
      env.ctx.Emit(IsrChangeForgotten{.tp = tp_,
                                      .broker = env.self,
                                      .leader_epoch = leader_epoch_,
                                      .partition_epoch = partition_epoch_,
                                      .maximal_isr = {&MaximalIsr(isr_state_)},
                                      .isr = {&state.isr}});
    }
    BecomeIsr(env, std::move(committed));
  }
  // The ISR may have come down to this broker alone.
  return MaybeIncrementLeaderHighWatermark(env);
}

bool Partition::MakeFollower(const PartitionEnv& env, const PartitionRegistration& state) {
  KT_CHECK(state.leader != env.self);
  if (state.partition_epoch < partition_epoch_) return false;
  const bool is_new_epoch = state.leader_epoch > leader_epoch_;
  const bool restart = is_new_epoch && MustFollowAnew(env, state);
  is_leader_ = false;
  leader_ = state.leader;
  leader_epoch_ = state.leader_epoch;
  leader_epoch_start_.reset();
  partition_epoch_ = state.partition_epoch;
  UpdateAssignment(env, state, /*as_leader=*/false);
  isr_state_ = CommittedIsr{.isr = {}, .recovery_state = state.recovery_state};
  if (is_new_epoch) env.ctx.Emit(BecameFollower{tp_, env.self, leader_epoch_, leader_});
  return restart;
}

bool Partition::MustFollowAnew(const PartitionEnv& env, const PartitionRegistration& state) const {
  if (state.leader != leader_ || !leader_.valid()) return true;
  switch (ReplicationTraits(env.config.replication_protocol, env.config.defects).truncates_for_same_leader) {
    case ReplicationProtocolTraits::SameLeader::kNever:
      return false;
    case ReplicationProtocolTraits::SameLeader::kMissedEpochs:
      return state.leader_epoch.value() > leader_epoch_.value() + 1;
    case ReplicationProtocolTraits::SameLeader::kAlways:
      return true;
  }
  KT_UNREACHABLE();
}

void Partition::UpdateAssignment(const PartitionEnv& env, const PartitionRegistration& state, bool as_leader) {
  assignment_ = state.replicas;
  std::vector<Replica> replicas;
  if (as_leader) {
    for (BrokerId broker : state.replicas) {
      if (broker == env.self) continue;
      const Replica* known = FindReplica(broker);
      replicas.push_back(known != nullptr ? *known : Replica(broker));
    }
  }
  remote_replicas_ = std::move(replicas);
}

Replica* Partition::FindReplica(BrokerId broker) {
  return const_cast<Replica*>(std::as_const(*this).FindReplica(broker));
}

const Replica* Partition::FindReplica(BrokerId broker) const {
  const auto it = std::find_if(remote_replicas_.begin(), remote_replicas_.end(),
                               [broker](const Replica& replica) { return replica.broker() == broker; });
  return it == remote_replicas_.end() ? nullptr : &*it;
}

Partition::AppendResult Partition::AppendRecordsToLeader(const PartitionEnv& env, sim::Ref<const RecordBatch> batch,
                                                         AppendOrigin origin, RequiredAcks acks) {
  if (!is_leader_) return {.info = {.error = ErrorCode::kNotLeaderOrFollower}};
  if (acks == kAcksAll && IsUnderMinIsr()) return {.info = {.error = ErrorCode::kNotEnoughReplicas}};
  const LogAppendInfo info = log_.AppendAsLeader(env.ctx, std::move(batch), leader_epoch_, origin);
  if (info.error != ErrorCode::kNone) return {.info = info};
  return {.info = info, .high_watermark_incremented = MaybeIncrementLeaderHighWatermark(env)};
}

ErrorCode Partition::CheckLeader(LeaderEpoch current_leader_epoch, bool only_leader) const {
  if (current_leader_epoch.valid()) {
    if (current_leader_epoch < leader_epoch_) return ErrorCode::kFencedLeaderEpoch;
    if (current_leader_epoch > leader_epoch_) return ErrorCode::kUnknownLeaderEpoch;
  }
  return is_leader_ || !only_leader ? ErrorCode::kNone : ErrorCode::kNotLeaderOrFollower;
}

Offset Partition::FetchableEnd(FetchIsolation isolation) const {
  return isolation == FetchIsolation::kLogEnd ? log_.log_end() : log_.high_watermark();
}

ErrorCode Partition::CheckDivergence(const PartitionEnv& env, const FetchRequest::PartitionData& fetch,
                                     std::optional<OffsetAndEpoch>& diverging) const {
  if (!fetch.last_fetched_epoch.valid()) return ErrorCode::kNone;
  const OffsetAndEpoch end = log_.EndOffsetForEpoch(fetch.last_fetched_epoch);
  if (!end.offset.valid() || !end.epoch.valid()) return ErrorCode::kOffsetOutOfRange;
  // Below the log's start the fetcher has to begin anew, whether it diverged or not (KAFKA-12996).
  const bool skips_log_start = env.config.defects.Has(Defect::kDivergenceBelowLogStart);
  if (fetch.fetch_offset < log_.log_start() && !skips_log_start) return ErrorCode::kOffsetOutOfRange;
  if (end.epoch < fetch.last_fetched_epoch || end.offset < fetch.fetch_offset) diverging = end;
  return ErrorCode::kNone;
}

LogReadInfo Partition::ReadRecords(const PartitionEnv& env, const FetchRequest::PartitionData& fetch,
                                   const ReadParams& params) const {
  LogReadInfo result;
  result.error = CheckLeader(fetch.current_leader_epoch, /*only_leader=*/params.replica.valid());
  if (result.error != ErrorCode::kNone) return result;
  if (params.replica.valid() && FindReplica(params.replica) == nullptr) {
    // The assignment has not reached one of the two brokers yet: the follower is to try again.
    result.error =
        fetch.current_leader_epoch.valid() ? ErrorCode::kUnknownLeaderEpoch : ErrorCode::kNotLeaderOrFollower;
    return result;
  }
  result.high_watermark = log_.high_watermark();
  result.log_start = log_.log_start();
  result.log_end = log_.log_end();
  result.last_stable_offset = log_.last_stable_offset();
  result.error = CheckDivergence(env, fetch, result.diverging_epoch);
  if (result.error != ErrorCode::kNone || result.diverging_epoch) return result;
  if (fetch.fetch_offset < result.log_start || fetch.fetch_offset > result.log_end) {
    result.error = ErrorCode::kOffsetOutOfRange;
    return result;
  }
  FetchedData data =
      log_.Read(env.ctx, fetch.fetch_offset, FetchableEnd(params.isolation), params.max_bytes, params.min_one_batch);
  result.error = data.error;
  result.batches = std::move(data.batches);
  result.bytes = data.bytes;
  return result;
}

Partition::DeleteRecordsResult Partition::DeleteRecordsOnLeader(const PartitionEnv& env, Offset offset) {
  if (!is_leader_) return {.error = ErrorCode::kNotLeaderOrFollower};
  if (!log_.config().cleanup_delete) return {.error = ErrorCode::kPolicyViolation};
  const Offset requested = offset == Offset() ? log_.high_watermark() : offset;
  if (!requested.valid()) return {.error = ErrorCode::kOffsetOutOfRange};
  const ErrorCode error = log_.MaybeIncrementLogStart(env.ctx, requested, LogStartReason::kRecordsDeleted);
  if (error != ErrorCode::kNone) return {.error = error};
  return {.requested = requested, .low_watermark = LowWatermark(env)};
}

Offset Partition::LowWatermark(const PartitionEnv& env) const {
  Offset low = log_.log_start();
  for (const Replica& replica : remote_replicas_) {
    const BrokerRegistration* registration = env.metadata.FindBroker(replica.broker());
    if (registration != nullptr && !registration->fenced) low = std::min(low, replica.log_start());
  }
  return low;
}

OffsetsForLeaderEpochResponse::PartitionData Partition::LastOffsetForLeaderEpoch(
    const OffsetsForLeaderEpochRequest::PartitionData& request, bool end_offset_only) const {
  OffsetsForLeaderEpochResponse::PartitionData response{.tp = tp_, .error = CheckLeader(request.current_leader_epoch)};
  if (response.error != ErrorCode::kNone) return response;
  response.end_offset = log_.EndOffsetForEpoch(request.leader_epoch);
  if (!end_offset_only) return response;
  // Of an epoch before its first such a leader says nothing.
  const std::vector<EpochEntry>& epochs = log_.leader_epochs().entries();
  if (epochs.empty() || request.leader_epoch < epochs.front().epoch) response.end_offset = {};
  response.end_offset.epoch = LeaderEpoch();
  return response;
}

ListOffsetsResponse::PartitionData Partition::FetchOffsetForTimestamp(const PartitionEnv& env,
                                                                      const ListOffsetsRequest::PartitionData& request,
                                                                      bool from_follower) const {
  ListOffsetsResponse::PartitionData response{.tp = tp_, .error = CheckLeader(request.current_leader_epoch)};
  if (response.error != ErrorCode::kNone) return response;
  const Offset end = FetchableEnd(from_follower ? FetchIsolation::kLogEnd : FetchIsolation::kHighWatermark);
  // A new leader's high watermark may lie below what was committed before. Until it has passed the start of the epoch,
  // a consumer must not take it for the end.
  const bool lagging = !from_follower && leader_epoch_start_ && *leader_epoch_start_ > log_.high_watermark();
  if (request.timestamp == ListOffsetsRequest::kLatest) {
    if (lagging) {
      response.error = ErrorCode::kOffsetNotAvailable;
    } else {
      response.offset = end;
      response.leader_epoch = leader_epoch_;
    }
    return response;
  }
  if (request.timestamp == ListOffsetsRequest::kEarliest) {
    response.offset = log_.log_start();
    response.leader_epoch = log_.leader_epochs().EpochForOffset(log_.log_start()).value_or(LeaderEpoch());
    return response;
  }
  const FoundOffset found = request.timestamp == ListOffsetsRequest::kMaxTimestamp
                                ? log_.FindMaxTimestamp(env.ctx)
                                : log_.FindByTimestamp(env.ctx, request.timestamp);
  if (found.error != ErrorCode::kNone) {
    response.error = found.error;
  } else if (found.record && found.record->offset < end) {
    response.offset = found.record->offset;
    response.leader_epoch = found.record->epoch;
  } else if (lagging) {
    response.error = ErrorCode::kOffsetNotAvailable;
  }
  return response;
}

}  // namespace ktrial::cluster
