// OffsetCommit and OffsetFetch (Kafka: OffsetMetadataManager).

#include <utility>

#include "cluster/group/group_coordinator.h"

namespace ktrial::cluster {

void GroupCoordinator::HandleOffsetCommit(const GroupEnv& env, const RequestHandle& handle,
                                          const OffsetCommitRequest& request) {
  const ErrorCode error = active_ ? CommitOffsets(env, handle, request) : ErrorCode::kCoordinatorNotAvailable;
  if (error == ErrorCode::kNone) return;
  OffsetCommitResponse response;
  for (const auto& partition : request.partitions) response.partitions.push_back({partition.tp, error});
  Respond(handle, std::move(response));
}

// The answer comes later if there is no error.
ErrorCode GroupCoordinator::CommitOffsets(const GroupEnv& env, const RequestHandle& handle,
                                          const OffsetCommitRequest& request) {
  CoordinatorPartition* partition = nullptr;
  if (const ErrorCode error = Locate(request.group, partition); error != ErrorCode::kNone) return error;
  ClassicGroup* group = FindGroup(*partition, request.group);
  if (group == nullptr) {
    // A group that exists for its offsets alone is made for a commit from outside group management.
    if (request.generation.value() >= 0) return ErrorCode::kIllegalGeneration;
    group = &CreateGroup(*partition, request.group, nullptr);
  }
  if (const ErrorCode error = group->ValidateOffsetCommit(request); error != ErrorCode::kNone) return error;
  if (ClassicGroupMember* member = group->FindMember(request.member_id)) {
    ArmSession({env, *partition, *group}, *member);
  }
  OffsetCommitResponse response;
  std::vector<GroupRecordBody> records;
  for (const OffsetCommitRequest::PartitionData& commit : request.partitions) {
    response.partitions.push_back({commit.tp, ErrorCode::kNone});
    records.push_back(OffsetCommitRecord{
        .group = request.group, .tp = commit.tp, .offset = commit.offset, .leader_epoch = commit.leader_epoch});
  }
  GroupResponse answer{handle, std::move(response)};
  if (records.empty()) {
    RespondWhenCommitted(env, *partition, std::move(answer));
    return ErrorCode::kNone;
  }
  PendingWrite write{
      .then = OffsetsWrite{.group = request.group, .generation = request.generation, .offsets = request.partitions},
      .response = std::move(answer)};
  return ToGroupError(Append(env, *partition, std::move(records), std::move(write)));
}

void GroupCoordinator::HandleOffsetFetch(const GroupEnv&, const RequestHandle& handle,
                                         const OffsetFetchRequest& request) {
  OffsetFetchResponse response;
  CoordinatorPartition* partition = nullptr;
  response.error = active_ ? Locate(request.group, partition) : ErrorCode::kCoordinatorNotAvailable;
  if (response.error == ErrorCode::kNone) {
    for (const TopicPartition& tp : request.partitions) {
      OffsetFetchResponse::PartitionData data{.tp = tp};
      if (const std::optional<CommittedOffset> committed = FindOffset(request.group, tp)) {
        data.offset = committed->offset;
        data.leader_epoch = committed->leader_epoch;
      }
      response.partitions.push_back(data);
    }
  }
  Respond(handle, std::move(response));
}

}  // namespace ktrial::cluster
