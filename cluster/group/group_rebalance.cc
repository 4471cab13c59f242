// The phases of a rebalance (Kafka: prepareRebalance, completeClassicGroupJoin and their timers in
// GroupMetadataManager).

#include <algorithm>
#include <utility>

#include "cluster/group/group_coordinator.h"
#include "sim/check.h"

namespace ktrial::cluster {

void GroupCoordinator::MaybePrepareRebalanceOrCompleteJoin(const Scope& scope) {
  scope.group.CanRebalance() ? PrepareRebalance(scope) : MaybeCompleteJoin(scope);
}

void GroupCoordinator::MaybeCompleteJoin(const Scope& scope) {
  const ClassicGroup& group = scope.group;
  if (group.state() != GroupState::kPreparingRebalance) return;
  // The initial rebalance never completes early.
  if (group.previous_state() == GroupState::kEmpty) return;
  if (group.HasAllMembersJoined()) CompleteJoin(scope);
}

void GroupCoordinator::PrepareRebalance(const Scope& scope) {
  ClassicGroup& group = scope.group;
  if (group.state() == GroupState::kCompletingRebalance) ResetAssignments(scope, ErrorCode::kRebalanceInProgress);
  group.pending_sync().clear();
  scope.ctx().CancelTimer(group.sync_timer);

  const uint64_t key = uint64_t{group.serial()} << 32;
  const bool initial = group.state() == GroupState::kEmpty;
  group.BecomePreparingRebalance(scope.ctx());
  if (initial) {
    // The group is new: others may be about to join.
    group.new_member_added = false;
    group.initial_delay = options_.config.group_initial_rebalance_delay;
    group.initial_remaining = std::max(group.RebalanceTimeout() - group.initial_delay, sim::Duration());
    SetTimer(scope.ctx(), group.join_timer, kJoin, key, group.initial_delay);
  } else if (group.HasAllMembersJoined()) {
    CompleteJoin(scope);
  } else {
    SetTimer(scope.ctx(), group.join_timer, kJoin, key, group.RebalanceTimeout());
  }
}

void GroupCoordinator::OnInitialDelay(const Scope& scope) {
  ClassicGroup& group = scope.group;
  if (!group.new_member_added || group.initial_remaining == sim::Duration()) return CompleteJoin(scope);
  group.new_member_added = false;
  const sim::Duration next = std::min(options_.config.group_initial_rebalance_delay, group.initial_remaining);
  group.initial_remaining = std::max(group.initial_remaining - group.initial_delay, sim::Duration());
  group.initial_delay = next;
  SetTimer(scope.ctx(), group.join_timer, kJoin, uint64_t{group.serial()} << 32, next);
}

void GroupCoordinator::CompleteJoin(const Scope& scope) {
  ClassicGroup& group = scope.group;
  scope.ctx().CancelTimer(group.join_timer);
  std::vector<std::string> missing;
  for (auto& [id, member] : group.members()) {
    if (member.awaiting_join || member.is_static()) continue;
    CancelSession(scope, member);
    missing.push_back(id);
  }
  for (const std::string& id : missing) group.Remove(id);

  if (!group.MaybeElectNewJoinedLeader() && !group.members().empty()) {
    // Nobody came: until session timeouts have removed them all, the group waits again.
    SetTimer(scope.ctx(), group.join_timer, kJoin, uint64_t{group.serial()} << 32, group.RebalanceTimeout());
    return;
  }
  if (group.members().empty()) {
    group.BecomeEmpty(scope.ctx());
    // If this fails, the generation before it comes back with the next coordinator, and times out there.
    AppendGroup(scope, group.ToMetadataRecord(), {});
    return;
  }
  group.BecomeCompletingRebalance(scope.ctx());
  for (auto& [id, member] : group.members()) {
    if (const auto handle = std::exchange(member.awaiting_join, std::nullopt)) RespondJoin(scope, *handle, member);
    ArmSession(scope, member);
    member.is_new = false;
    group.pending_sync().insert(id);
  }
  SetTimer(scope.ctx(), group.sync_timer, kPendingSync, uint64_t{group.serial()} << 32, group.RebalanceTimeout());
}

// Members that took their JoinGroup's answer and never sent SyncGroup keep the others waiting (KAFKA-12890).
void GroupCoordinator::OnPendingSyncExpired(const Scope& scope) {
  ClassicGroup& group = scope.group;
  if (group.state() != GroupState::kCompletingRebalance && group.state() != GroupState::kStable) return;
  const absl::btree_set<std::string> silent = group.pending_sync();
  if (silent.empty()) return;
  for (const std::string& id : silent) {
    if (ClassicGroupMember* member = group.FindMember(id)) CancelSession(scope, *member);
    group.Remove(id);
  }
  PrepareRebalance(scope);
}

void GroupCoordinator::OnSessionExpired(const Scope& scope, uint32_t member_serial) {
  ClassicGroup& group = scope.group;
  const std::string pending = group.PendingMemberBySerial(member_serial);
  if (!pending.empty()) {
    group.Remove(pending);
    if (group.state() == GroupState::kPreparingRebalance && group.HasAllMembersJoined()) CompleteJoin(scope);
    return;
  }
  ClassicGroupMember* member = group.FindMemberBySerial(member_serial);
  if (member == nullptr) return;
  // Waiting for an answer counts as a heartbeat, except from a member that has never been answered.
  if (!member->is_new && (member->awaiting_join || member->awaiting_sync)) return;
  if (member->awaiting_join) {
    Respond(*member->awaiting_join, JoinGroupResponse{.error = ErrorCode::kUnknownMemberId});
  }
  group.Remove(std::string(member->id));
  if (group.state() == GroupState::kStable || group.state() == GroupState::kCompletingRebalance) {
    MaybePrepareRebalanceOrCompleteJoin(scope);
  } else if (group.state() == GroupState::kPreparingRebalance && group.HasAllMembersJoined()) {
    CompleteJoin(scope);
  }
}

void GroupCoordinator::ResetAssignments(const Scope& scope, ErrorCode error) {
  KT_CHECK(scope.group.state() == GroupState::kCompletingRebalance);
  for (auto& [id, member] : scope.group.members()) member.assignment = {};
  PropagateAssignments(scope, error);
}

void GroupCoordinator::PropagateAssignments(const Scope& scope, ErrorCode error) {
  for (auto& [id, member] : scope.group.members()) {
    const auto handle = std::exchange(member.awaiting_sync, std::nullopt);
    if (!handle) continue;
    Respond(*handle, SyncGroupResponse{.error = error, .assignment = member.assignment});
    // Its session was not watched while it waited.
    ArmSession(scope, member);
  }
}

}  // namespace ktrial::cluster
