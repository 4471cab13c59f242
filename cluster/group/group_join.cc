// JoinGroup (Kafka: GroupMetadataManager.classicGroupJoin).

#include <utility>

#include "cluster/group/group_coordinator.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

// A member that joins without ever having heartbeaten, and whose request waits, is given up after this (KAFKA-7610).
constexpr sim::Duration kNewMemberJoinTimeout = sim::Milliseconds(300000);

JoinGroupResponse JoinError(ErrorCode error, std::string member_id = {}) {
  return {.error = error, .member_id = std::move(member_id)};
}

}  // namespace

void GroupCoordinator::HandleJoin(const GroupEnv& env, const RequestHandle& handle, const JoinGroupRequest& request) {
  if (!active_) return Respond(handle, JoinError(ErrorCode::kCoordinatorNotAvailable, request.member_id));
  if (request.group.empty()) return Respond(handle, JoinError(ErrorCode::kInvalidGroupId, request.member_id));
  if (request.session_timeout < options_.config.group_min_session_timeout ||
      request.session_timeout > options_.config.group_max_session_timeout) {
    return Respond(handle, JoinError(ErrorCode::kInvalidSessionTimeout, request.member_id));
  }
  CoordinatorPartition* partition = nullptr;
  const ErrorCode error = Locate(request.group, partition);
  if (error != ErrorCode::kNone) return Respond(handle, JoinError(error));

  ClassicGroup* existing = FindGroup(*partition, request.group);
  if (existing == nullptr && !request.member_id.empty()) {
    return Respond(handle, JoinError(ErrorCode::kUnknownMemberId, request.member_id));
  }
  const Scope scope{env, *partition, existing == nullptr ? CreateGroup(*partition, request.group, nullptr) : *existing};
  if (!request.member_id.empty()) return JoinExistingMember(scope, handle, request);
  JoinNewMember(scope, handle, request);
  if (existing != nullptr) return;
  // The new group is written down at once, as an empty one.
  const ErrorCode append_error = AppendGroup(scope, {.group = request.group, .generation = GenerationId(0)}, {});
  if (append_error == ErrorCode::kNone) return;
  for (auto& [id, member] : scope.group.members()) {
    if (member.awaiting_join) Respond(*member.awaiting_join, JoinError(ToGroupError(append_error)));
  }
  EraseGroup(scope);
}

void GroupCoordinator::JoinNewMember(const Scope& scope, const RequestHandle& handle, const JoinGroupRequest& request) {
  ClassicGroup& group = scope.group;
  if (!group.SupportsProtocols(request.protocols)) {
    return Respond(handle, JoinError(ErrorCode::kInconsistentGroupProtocol));
  }
  if (!request.group_instance_id.empty()) {
    const std::string new_id = NewMemberId(scope.ctx(), request.group_instance_id);
    if (const std::string* old_id = group.StaticMemberId(request.group_instance_id)) {
      return RejoinStaticMember(scope, handle, request, std::string(*old_id), new_id);
    }
    return AddMemberAndRebalance(scope, handle, request, new_id);
  }
  // A dynamic member comes again with the id that it is given here (KIP-394).
  const std::string new_id = NewMemberId(scope.ctx(), request.client_id);
  PendingMember& pending = group.pending_members()[new_id];
  pending.serial = group.NextSerial();
  SetTimer(scope.ctx(), pending.session_timer, kSession, uint64_t{group.serial()} << 32 | pending.serial,
           request.session_timeout);
  Respond(handle, JoinError(ErrorCode::kMemberIdRequired, new_id));
}

void GroupCoordinator::JoinExistingMember(const Scope& scope, const RequestHandle& handle,
                                          const JoinGroupRequest& request) {
  ClassicGroup& group = scope.group;
  if (!group.SupportsProtocols(request.protocols)) {
    return Respond(handle, JoinError(ErrorCode::kInconsistentGroupProtocol, request.member_id));
  }
  if (group.IsPendingMember(request.member_id)) {
    scope.ctx().CancelTimer(group.pending_members().at(request.member_id).session_timer);
    return AddMemberAndRebalance(scope, handle, request, request.member_id);
  }
  const ErrorCode error = group.ValidateMember(request.member_id, request.group_instance_id);
  if (error != ErrorCode::kNone) return Respond(handle, JoinError(error, request.member_id));
  ClassicGroupMember& member = *group.FindMember(request.member_id);
  const bool same = member.protocols == request.protocols;
  switch (group.state()) {
    case GroupState::kPreparingRebalance:
      break;
    case GroupState::kCompletingRebalance:
      // Its answer to the first request may have been lost.
      if (same) return RespondJoin(scope, handle, member);
      break;
    case GroupState::kStable:
      // The leader rejoins when something changed that the members' subscriptions do not show.
      if (same && !group.IsLeader(member.id)) return RespondJoin(scope, handle, member);
      break;
    case GroupState::kEmpty:
    case GroupState::kDead:
      return Respond(handle, JoinError(ErrorCode::kUnknownMemberId, request.member_id));
  }
  UpdateMember(member, handle, request);
  MaybePrepareRebalanceOrCompleteJoin(scope);
}

void GroupCoordinator::AddMemberAndRebalance(const Scope& scope, const RequestHandle& handle,
                                             const JoinGroupRequest& request, const std::string& member_id) {
  ClassicGroup& group = scope.group;
  if (group.state() == GroupState::kPreparingRebalance && group.previous_state() == GroupState::kEmpty) {
    group.new_member_added = true;
  }
  ClassicGroupMember& member = group.AddMember({.id = member_id,
                                                .instance_id = request.group_instance_id,
                                                .client_id = request.client_id,
                                                .session_timeout = request.session_timeout,
                                                .rebalance_timeout = request.rebalance_timeout,
                                                .protocols = request.protocols,
                                                .is_new = true,
                                                .awaiting_join = handle});
  ArmSession(scope, member, kNewMemberJoinTimeout);
  MaybePrepareRebalanceOrCompleteJoin(scope);
}

void GroupCoordinator::UpdateMember(ClassicGroupMember& member, const RequestHandle& handle,
                                    const JoinGroupRequest& request) {
  member.protocols = request.protocols;
  member.rebalance_timeout = request.rebalance_timeout;
  member.session_timeout = request.session_timeout;
  member.awaiting_join = handle;
}

void GroupCoordinator::RejoinStaticMember(const Scope& scope, const RequestHandle& handle,
                                          const JoinGroupRequest& request, const std::string& old_id,
                                          const std::string& new_id) {
  ClassicGroup& group = scope.group;
  const std::string leader_before = group.leader();
  ClassicGroupMember& old_member = *group.FindMember(old_id);
  // Whoever still waits under the old id is a duplicate.
  if (const auto join = std::exchange(old_member.awaiting_join, std::nullopt)) {
    Respond(*join, JoinError(ErrorCode::kFencedInstanceId, old_id));
  }
  if (const auto sync = std::exchange(old_member.awaiting_sync, std::nullopt)) {
    Respond(*sync, SyncGroupResponse{.error = ErrorCode::kFencedInstanceId, .assignment = {}});
  }
  CancelSession(scope, old_member);
  const ClassicGroupMember before = old_member;
  ClassicGroupMember& member = group.ReplaceStaticMember(request.group_instance_id, old_id, new_id);
  UpdateMember(member, handle, request);
  ArmSession(scope, member);
  switch (group.state()) {
    case GroupState::kStable: {
      if (group.SelectProtocol() != group.protocol()) return MaybePrepareRebalanceOrCompleteJoin(scope);
      const StaticMemberWrite write{
          .group = group.name(), .leader_before = leader_before, .member_before = before, .new_id = new_id};
      const ErrorCode error = AppendGroup(scope, group.ToMetadataRecord(), {.then = write});
      if (error != ErrorCode::kNone) OnStaticMemberWritten(scope.env, scope.partition, write, ToGroupError(error));
      return;
    }
    case GroupState::kCompletingRebalance:
      // The leader may be assigning to the old id already.
      return PrepareRebalance(scope);
    case GroupState::kPreparingRebalance:
      return MaybeCompleteJoin(scope);
    case GroupState::kEmpty:
    case GroupState::kDead:
      KT_UNREACHABLE();
  }
}

void GroupCoordinator::RespondJoin(const Scope& scope, const RequestHandle& handle, const ClassicGroupMember& member) {
  const ClassicGroup& group = scope.group;
  JoinGroupResponse response{.generation = group.generation(),
                             .protocol = group.protocol(),
                             .leader = group.leader(),
                             .member_id = member.id,
                             .members = {}};
  if (group.IsLeader(member.id)) response.members = group.DescribeMembers();
  Respond(handle, std::move(response));
}

}  // namespace ktrial::cluster
