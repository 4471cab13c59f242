// DeleteRecords: the leader moves its log start, followers learn of it by their fetches, and the answer waits for them.

#include <utility>

#include "cluster/replication/replica_manager.h"

namespace ktrial::cluster {

void ReplicaManager::DeleteRecords(const ReplicaEnv& env, const RequestHandle& handle,
                                   const DeleteRecordsRequest& request) {
  DelayedDeleteRecords operation{.request = handle, .partitions = {}};
  for (const DeleteRecordsRequest::PartitionData& data : request.partitions) {
    const Partition::DeleteRecordsResult result = DeleteRecordsOnLocalLog(env, data);
    DeleteRecordsPartitionStatus status{.required_offset = result.requested,
                                        .response = {data.tp, result.error, result.low_watermark}};
    if (result.error == ErrorCode::kNone) {
      // What the answer is if nothing better comes in time.
      status.acks_pending = true;
      status.response.error = ErrorCode::kRequestTimedOut;
    }
    operation.partitions.push_back(status);
  }
  if (IsComplete(env, operation)) {
    Complete(env, operation);
    return;
  }
  std::vector<TopicPartition> keys;
  for (const DeleteRecordsPartitionStatus& status : operation.partitions) keys.push_back(status.response.tp);
  delete_records_purgatory_.Watch(env.ctx, std::move(operation), keys, request.timeout);
}

Partition::DeleteRecordsResult ReplicaManager::DeleteRecordsOnLocalLog(
    const ReplicaEnv& env, const DeleteRecordsRequest::PartitionData& data) {
  if (IsInternal(env, data.tp)) return {.error = ErrorCode::kInvalidTopic};
  Partition* partition = partitions_.Find(data.tp);
  if (partition == nullptr) return {.error = MissingPartitionError(env, data.tp)};
  const Partition::DeleteRecordsResult result = partition->DeleteRecordsOnLeader(PartitionEnvOf(env), data.offset);
  logs_.NoteStorageOf(partition->log());
  return result;
}

bool ReplicaManager::IsComplete(const ReplicaEnv& env, DelayedDeleteRecords& operation) const {
  bool complete = true;
  for (DeleteRecordsPartitionStatus& status : operation.partitions) {
    if (!status.acks_pending) continue;
    const Partition* partition = partitions_.Find(status.response.tp);
    ErrorCode error = ErrorCode::kNone;
    Offset low_watermark;
    if (partition == nullptr) {
      error = ErrorCode::kUnknownTopicOrPartition;
    } else if (!partition->is_leader()) {
      error = ErrorCode::kNotLeaderOrFollower;
    } else {
      low_watermark = partition->LowWatermark(PartitionEnvOf(env));
    }
    if (error == ErrorCode::kNone && low_watermark < status.required_offset) {
      complete = false;
      continue;
    }
    status.acks_pending = false;
    status.response.error = error;
    status.response.low_watermark = low_watermark;
  }
  return complete;
}

void ReplicaManager::Complete(const ReplicaEnv& env, const DelayedDeleteRecords& operation) {
  DeleteRecordsResponse response;
  for (const DeleteRecordsPartitionStatus& status : operation.partitions) {
    response.partitions.push_back(status.response);
  }
  env.server.Respond(env.ctx, operation.request, std::move(response));
}

void ReplicaManager::TryCompleteDelayedDeletes(const ReplicaEnv& env, TopicPartition tp) {
  for (OperationId id : delete_records_purgatory_.WatchersOf(tp)) {
    DelayedDeleteRecords* operation = delete_records_purgatory_.Find(id);
    if (operation != nullptr && IsComplete(env, *operation)) {
      Complete(env, *delete_records_purgatory_.Take(env.ctx, id));
    }
  }
}

}  // namespace ktrial::cluster
