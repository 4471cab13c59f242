// Produce requests and coordinators' writes: appended here, answered at once or when the in-sync replicas have them.

#include <algorithm>
#include <utility>

#include "cluster/facts.h"
#include "cluster/replication/replica_manager.h"

namespace ktrial::cluster {
namespace {

// Only coordinators write to internal topics.
bool IsInternal(const ReplicaEnv& env, TopicPartition tp) {
  const TopicImage* topic = env.metadata.FindTopic(tp.topic);
  return topic != nullptr && topic->name == "__consumer_offsets";
}

bool IsValidRequiredAcks(RequiredAcks acks) { return acks == kAcksAll || acks == 0 || acks == 1; }

}  // namespace

void ReplicaManager::AppendRecords(const ReplicaEnv& env, const RequestHandle& handle, const ProduceRequest& request) {
  MaybeAddDelayedProduce(env, AppendToLocalLog(env, handle, request, AppendOrigin::kClient), request.timeout);
}

void ReplicaManager::AppendForCoordinator(const ReplicaEnv& env, uint64_t key, TopicPartition tp,
                                          sim::Ref<const RecordBatch> batch, sim::Duration timeout) {
  ProduceRequest request{.acks = kAcksAll, .timeout = timeout};
  request.partitions.push_back({tp, std::move(batch)});
  MaybeAddDelayedProduce(env, AppendToLocalLog(env, CoordinatorAppend{key}, request, AppendOrigin::kCoordinator),
                         timeout);
}

std::vector<ReplicaManager::CoordinatorAppendResult> ReplicaManager::TakeCoordinatorAppends() {
  return std::exchange(coordinator_appends_, {});
}

DelayedProduce ReplicaManager::AppendToLocalLog(const ReplicaEnv& env, ProduceOrigin origin,
                                                const ProduceRequest& request, AppendOrigin append_origin) {
  DelayedProduce operation{.origin = origin, .acks = request.acks};
  for (const ProduceRequest::PartitionData& data : request.partitions) {
    LogAppendInfo info;
    ProducePartitionStatus status{.response = AppendToPartition(env, data, request.acks, append_origin, info)};
    if (status.response.error == ErrorCode::kNone) {
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

ProduceResponse::PartitionResponse ReplicaManager::AppendToPartition(const ReplicaEnv& env,
                                                                     const ProduceRequest::PartitionData& data,
                                                                     RequiredAcks acks, AppendOrigin origin,
                                                                     LogAppendInfo& info) {
  ProduceResponse::PartitionResponse response{.tp = data.tp};
  if (!IsValidRequiredAcks(acks)) {
    response.error = ErrorCode::kInvalidRequiredAcks;
    return response;
  }
  if (origin == AppendOrigin::kClient && IsInternal(env, data.tp)) {
    response.error = ErrorCode::kInvalidTopic;
    return response;
  }
  Partition* partition = partitions_.Find(data.tp);
  if (partition == nullptr) {
    response.error = MissingPartitionError(env, data.tp);
    return response;
  }
  const Partition::AppendResult result =
      partition->AppendRecordsToLeader(PartitionEnvOf(env), data.batch, origin, acks);
  info = result.info;
  NoteStorage(info.error);
  response.error = info.error;
  if (info.error != ErrorCode::kNone) return response;
  response.base_offset = info.first_offset;
  response.log_start_offset = partition->log().log_start();
  if (result.high_watermark_incremented) {
    TryCompleteDelayedRequests(env, data.tp);
  } else {
    // Followers wait for the new end of the log.
    TryCompleteDelayedFetches(env, data.tp);
  }
  return response;
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
  if (const auto* append = std::get_if<CoordinatorAppend>(&operation.origin)) {
    const ProduceResponse::PartitionResponse& response = operation.partitions[0].response;
    coordinator_appends_.push_back({append->key, response.error, response.base_offset});
    return;
  }
  const RequestHandle& handle = std::get<RequestHandle>(operation.origin);
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
      const Partition& partition = *partitions_.Find(status.response.tp);
      env.ctx.Emit(ProduceAcknowledged{.tp = status.response.tp,
                                       .broker = options_.self,
                                       .leader_epoch = partition.leader_epoch(),
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
