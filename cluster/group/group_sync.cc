// SyncGroup, Heartbeat and LeaveGroup (Kafka: classicGroupSync, classicGroupHeartbeat and classicGroupLeave of
// GroupMetadataManager).

#include <utility>

#include "cluster/group/group_coordinator.h"

namespace ktrial::cluster {

void GroupCoordinator::HandleSync(const GroupEnv& env, const RequestHandle& handle, const SyncGroupRequest& request) {
  const auto refuse = [&](ErrorCode error) { Respond(handle, SyncGroupResponse{.error = error, .assignment = {}}); };
  if (!active_) return refuse(ErrorCode::kCoordinatorNotAvailable);
  if (request.group.empty()) return refuse(ErrorCode::kInvalidGroupId);
  CoordinatorPartition* partition = nullptr;
  if (const ErrorCode error = Locate(request.group, partition); error != ErrorCode::kNone) return refuse(error);
  ClassicGroup* group = FindGroup(*partition, request.group);
  if (group == nullptr || group->state() == GroupState::kEmpty) return refuse(ErrorCode::kUnknownMemberId);
  const ErrorCode error = group->ValidateMember(request.member_id, request.group_instance_id);
  if (error != ErrorCode::kNone) return refuse(error);
  if (request.generation != group->generation()) return refuse(ErrorCode::kIllegalGeneration);
  if (group->state() == GroupState::kPreparingRebalance) return refuse(ErrorCode::kRebalanceInProgress);

  const Scope scope{env, *partition, *group};
  RemovePendingSync(scope, request.member_id);
  ClassicGroupMember& member = *group->FindMember(request.member_id);
  if (group->state() == GroupState::kStable) {
    return Respond(handle, SyncGroupResponse{.assignment = member.assignment});
  }
  member.awaiting_sync = handle;
  if (group->IsLeader(member.id)) OnLeaderSync(scope, request);
}

void GroupCoordinator::OnLeaderSync(const Scope& scope, const SyncGroupRequest& request) {
  const AssignmentWrite write{
      .group = request.group, .generation = request.generation, .assignments = request.assignments};
  const ErrorCode error = AppendGroup(scope, scope.group.ToMetadataRecord(request.assignments), {.then = write});
  if (error != ErrorCode::kNone) OnAssignmentWritten(scope.env, scope.partition, write, ToGroupError(error));
}

void GroupCoordinator::RemovePendingSync(const Scope& scope, const std::string& member_id) {
  scope.group.pending_sync().erase(member_id);
  if (scope.group.pending_sync().empty()) scope.ctx().CancelTimer(scope.group.sync_timer);
}

void GroupCoordinator::HandleHeartbeat(const GroupEnv& env, const RequestHandle& handle,
                                       const HeartbeatRequest& request) {
  const auto answer = [&](ErrorCode error) { Respond(handle, HeartbeatResponse{error}); };
  if (!active_) return answer(ErrorCode::kCoordinatorNotAvailable);
  if (request.group.empty()) return answer(ErrorCode::kInvalidGroupId);
  CoordinatorPartition* partition = nullptr;
  const ErrorCode located = Locate(request.group, partition);
  // The group is being loaded, sessions will begin anew: nothing to complain of.
  if (located == ErrorCode::kCoordinatorLoadInProgress) return answer(ErrorCode::kNone);
  if (located != ErrorCode::kNone) return answer(located);
  ClassicGroup* group = FindGroup(*partition, request.group);
  if (group == nullptr) return answer(ErrorCode::kUnknownMemberId);
  const ErrorCode error = group->ValidateMember(request.member_id, request.group_instance_id);
  if (error != ErrorCode::kNone) return answer(error);
  if (request.generation != group->generation()) return answer(ErrorCode::kIllegalGeneration);
  const Scope scope{env, *partition, *group};
  ArmSession(scope, *group->FindMember(request.member_id));
  const bool rebalancing = group->state() == GroupState::kPreparingRebalance;
  const ErrorCode told = rebalancing ? ErrorCode::kRebalanceInProgress : ErrorCode::kNone;
  RespondWhenCommitted(env, *partition, {handle, HeartbeatResponse{told}});
}

void GroupCoordinator::HandleLeave(const GroupEnv& env, const RequestHandle& handle, const LeaveGroupRequest& request) {
  const auto answer = [&](ErrorCode error) { Respond(handle, LeaveGroupResponse{error}); };
  if (!active_) return answer(ErrorCode::kCoordinatorNotAvailable);
  if (request.group.empty()) return answer(ErrorCode::kInvalidGroupId);
  CoordinatorPartition* partition = nullptr;
  if (const ErrorCode error = Locate(request.group, partition); error != ErrorCode::kNone) return answer(error);
  ClassicGroup* group = FindGroup(*partition, request.group);
  if (group == nullptr) return answer(ErrorCode::kUnknownMemberId);
  const Scope scope{env, *partition, *group};
  if (group->IsPendingMember(request.member_id)) {
    env.ctx.CancelTimer(group->pending_members().at(request.member_id).session_timer);
  } else if (ClassicGroupMember* member = group->FindMember(request.member_id)) {
    CancelSession(scope, *member);
    if (member->awaiting_join) {
      Respond(*member->awaiting_join, JoinGroupResponse{.error = ErrorCode::kUnknownMemberId});
    }
  } else {
    return RespondWhenCommitted(env, *partition, {handle, LeaveGroupResponse{ErrorCode::kUnknownMemberId}});
  }
  group->Remove(request.member_id);
  if (group->state() == GroupState::kStable || group->state() == GroupState::kCompletingRebalance) {
    MaybePrepareRebalanceOrCompleteJoin(scope);
  } else {
    MaybeCompleteJoin(scope);
  }
  RespondWhenCommitted(env, *partition, {handle, LeaveGroupResponse{}});
}

}  // namespace ktrial::cluster
