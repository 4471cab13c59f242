// Produce requests and coordinators' writes: appended here, answered at once or when the in-sync replicas have them.

#include <algorithm>
#include <utility>

#include "cluster/facts.h"
#include "cluster/replication/replica_manager.h"

namespace ktrial::cluster {
namespace {

bool IsValidRequiredAcks(RequiredAcks acks) { return acks == kAcksAll || acks == 0 || acks == 1; }

}  // namespace

void ReplicaManager::AppendRecords(const ReplicaEnv& env, const RequestHandle& handle, const ProduceRequest& request) {
  MaybeAddDelayedProduce(env, AppendToLocalLog(env, handle, request), request.timeout);
}

LogAppendInfo ReplicaManager::AppendForCoordinator(const ReplicaEnv& env, TopicPartition tp,
                                                   sim::Ref<const RecordBatch> batch) {
  return AppendToPartition(env, tp, std::move(batch), /*acks=*/1, AppendOrigin::kCoordinator);
}

std::vector<TopicPartition> ReplicaManager::TakeInternalHighWatermarkMoves() {
  std::vector<TopicPartition> moved(internal_high_watermark_moves_.begin(), internal_high_watermark_moves_.end());
  internal_high_watermark_moves_.clear();
  return moved;
}

DelayedProduce ReplicaManager::AppendToLocalLog(const ReplicaEnv& env, const RequestHandle& handle,
                                                const ProduceRequest& request) {
  DelayedProduce operation{.request = handle, .acks = request.acks};
  for (const ProduceRequest::PartitionData& data : request.partitions) {
    const LogAppendInfo info = AppendToPartition(env, data.tp, data.batch, request.acks, AppendOrigin::kClient);
    ProducePartitionStatus status{.response = {.tp = data.tp, .error = info.error}};
    if (info.error == ErrorCode::kNone) {
      status.response.base_offset = info.first_offset;
      status.response.log_append_time = info.log_append_time;
      status.response.log_start_offset = partitions_.Find(data.tp)->log().log_start();
      status.last_offset = info.last_offset;
      status.required_offset = info.last_offset + 1;
      if (request.acks == kAcksAll) {
        // What the answer is if nothing better comes in time.
        status.acks_pending = true;
        status.response.error = ErrorCode::kRequestTimedOut;
      }
    }
    operation.partitions.push_back(std::move(status));
  }
  return operation;
}

LogAppendInfo ReplicaManager::AppendToPartition(const ReplicaEnv& env, TopicPartition tp,
                                                sim::Ref<const RecordBatch> batch, RequiredAcks acks,
                                                AppendOrigin origin) {
  if (!IsValidRequiredAcks(acks)) return {.error = ErrorCode::kInvalidRequiredAcks};
  if (origin == AppendOrigin::kClient && IsInternal(env, tp)) return {.error = ErrorCode::kInvalidTopic};
  Partition* partition = partitions_.Find(tp);
  if (partition == nullptr) return {.error = MissingPartitionError(env, tp)};
  const Partition::AppendResult result =
      partition->AppendRecordsToLeader(PartitionEnvOf(env), std::move(batch), origin, acks);
  NoteStorage(*partition, result.info.error);
  if (result.info.error != ErrorCode::kNone) return result.info;
  if (result.high_watermark_incremented) {
    TryCompleteDelayedRequests(env, tp);
  } else {
    // Followers wait for the new end of the log.
    TryCompleteDelayedFetches(env, tp);
  }
  return result.info;
}

void ReplicaManager::MaybeAddDelayedProduce(const ReplicaEnv& env, DelayedProduce operation, sim::Duration timeout) {
  if (IsComplete(env, operation)) {
    Complete(env, std::move(operation));
    return;
  }
  std::vector<TopicPartition> keys;
  for (const ProducePartitionStatus& status : operation.partitions) keys.push_back(status.response.tp);
  produce_purgatory_.Watch(env.ctx, std::move(operation), keys, timeout);
}

bool ReplicaManager::IsComplete(const ReplicaEnv& env, DelayedProduce& operation) const {
  bool complete = true;
  for (ProducePartitionStatus& status : operation.partitions) {
    if (!status.acks_pending) continue;
    const Partition* partition = partitions_.Find(status.response.tp);
    const Partition::ReplicasReached reached =
        partition == nullptr
            ? Partition::ReplicasReached{.enough = false, .error = MissingPartitionError(env, status.response.tp)}
            : partition->CheckEnoughReplicasReachOffset(status.required_offset);
    if (reached.enough || reached.error != ErrorCode::kNone) {
      status.acks_pending = false;
      status.response.error = reached.error;
    } else {
      complete = false;
    }
  }
  return complete;
}

void ReplicaManager::Complete(const ReplicaEnv& env, DelayedProduce operation) {
  const RequestHandle& handle = operation.request;
  const bool failed = std::any_of(operation.partitions.begin(), operation.partitions.end(),
                                  [](const auto& status) { return status.response.error != ErrorCode::kNone; });
  if (operation.acks == 0) {
    // The only way to tell a producer that does not wait for an answer.
    failed ? env.server.CloseConnection(env.ctx, handle) : env.server.Skip(env.ctx, handle);
    return;
  }
  ProduceResponse response;
  for (ProducePartitionStatus& status : operation.partitions) {
    AddLeaderHint(env, status.response);
    if (status.response.error == ErrorCode::kNone) {
      // Null if it has been taken from this broker since the records were replicated.
      const Partition* partition = partitions_.Find(status.response.tp);
      env.ctx.Emit(ProduceAcknowledged{.tp = status.response.tp,
                                       .broker = options_.self,
                                       .leader_epoch = partition == nullptr ? LeaderEpoch() : partition->leader_epoch(),
                                       .acks = operation.acks,
                                       .base_offset = status.response.base_offset,
                                       .last_offset = status.last_offset});
    }
    response.partitions.push_back(status.response);
  }
  env.server.Respond(env.ctx, handle, std::move(response));
}

void ReplicaManager::AddLeaderHint(const ReplicaEnv& env, ProduceResponse::PartitionResponse& response) const {
  if (response.error != ErrorCode::kNotLeaderOrFollower) return;
  if (const Partition* partition = partitions_.Find(response.tp)) {
    response.current_leader = partition->leader();
    response.current_leader_epoch = partition->leader_epoch();
  } else if (const PartitionRegistration* state = env.metadata.FindPartition(response.tp)) {
    response.current_leader = state->leader;
    response.current_leader_epoch = state->leader_epoch;
  }
}

}  // namespace ktrial::cluster
