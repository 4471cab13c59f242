// Appending to __consumer_offsets and waiting until the high watermark has passed (Kafka: CoordinatorRuntime).

#include <algorithm>
#include <utility>

#include "cluster/facts.h"
#include "cluster/group/group_coordinator.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

ResponseBody WithError(ResponseBody body, ErrorCode error) {
  std::visit(Overloaded{
                 [&](OffsetCommitResponse& response) {
                   for (auto& partition : response.partitions) partition.error = error;
                 },
                 [&](HeartbeatResponse& response) { response.error = error; },
                 [&](LeaveGroupResponse& response) { response.error = error; },
                 [](auto&) { KT_UNREACHABLE(); },
             },
             body);
  return body;
}

bool IsOffsets(const PendingWrite& write) { return std::holds_alternative<OffsetsWrite>(write.then); }

}  // namespace

ErrorCode ToGroupError(ErrorCode log_error) {
  switch (log_error) {
    case ErrorCode::kUnknownTopicOrPartition:
    case ErrorCode::kNotEnoughReplicas:
    case ErrorCode::kRequestTimedOut:
      return ErrorCode::kCoordinatorNotAvailable;
    case ErrorCode::kNotLeaderOrFollower:
    case ErrorCode::kKafkaStorageError:
      return ErrorCode::kNotCoordinator;
    case ErrorCode::kMessageTooLarge:
    case ErrorCode::kRecordListTooLarge:
      return ErrorCode::kUnknownServerError;
    default:
      return log_error;
  }
}

ErrorCode GroupCoordinator::Append(const GroupEnv& env, CoordinatorPartition& partition,
                                   std::vector<GroupRecordBody> records, PendingWrite write) {
  std::vector<Record> encoded;
  for (GroupRecordBody& record : records) encoded.push_back(ToRecord(std::move(record), env.ctx.wall_clock()));
  const GroupLog::Appended appended =
      env.log.Append(partition.tp, sim::MakeRef<const RecordBatch>(BatchAttributes{}, std::move(encoded)));
  if (appended.error != ErrorCode::kNone) return appended.error;
  partition.last_written = appended.end;
  Await(env, partition, std::move(write));
  return ErrorCode::kNone;
}

ErrorCode GroupCoordinator::AppendGroup(const Scope& scope, GroupMetadataRecord record, PendingWrite write) {
  return Append(scope.env, scope.partition, {std::move(record)}, std::move(write));
}

void GroupCoordinator::Await(const GroupEnv& env, CoordinatorPartition& partition, PendingWrite write) {
  write.end = partition.last_written;
  write.deadline = env.ctx.now() + options_.config.offsets_commit_timeout;
  partition.writes.push_back(std::move(write));
  ArmWriteTimer(env, partition);
}

void GroupCoordinator::RespondWhenCommitted(const GroupEnv& env, CoordinatorPartition& partition,
                                            GroupResponse response) {
  const std::optional<Offset> committed = env.log.HighWatermark(partition.tp);
  if (committed && *committed >= partition.last_written) {
    responses_.push_back(std::move(response));
  } else {
    Await(env, partition, {.response = std::move(response)});
  }
}

void GroupCoordinator::ArmWriteTimer(const GroupEnv& env, CoordinatorPartition& partition) {
  const auto first = std::find_if(partition.writes.begin(), partition.writes.end(),
                                  [](const PendingWrite& write) { return !write.timed_out; });
  env.ctx.CancelTimer(partition.write_timer);
  if (first == partition.writes.end()) return;
  const uint64_t key = uint64_t{partition.load_id} << 32 | static_cast<uint32_t>(partition.tp.partition);
  const sim::Duration delay = std::max(first->deadline - env.ctx.now(), sim::Duration());
  SetTimer(env.ctx, partition.write_timer, kWriteTimeout, key, delay);
}

void GroupCoordinator::OnHighWatermarks(const GroupEnv& env) {
  for (auto& [index, partition] : partitions_) {
    if (!partition.writes.empty()) AdvanceCommitted(env, partition);
  }
}

void GroupCoordinator::AdvanceCommitted(const GroupEnv& env, CoordinatorPartition& partition) {
  const std::optional<Offset> committed = env.log.HighWatermark(partition.tp);
  if (!committed) return;
  bool advanced = false;
  while (!partition.writes.empty() && partition.writes.front().end <= *committed) {
    PendingWrite write = std::move(partition.writes.front());
    partition.writes.pop_front();
    OnCommitted(env, partition, std::move(write));
    advanced = true;
  }
  if (advanced) ArmWriteTimer(env, partition);
}

void GroupCoordinator::OnWriteTimeout(const GroupEnv& env, CoordinatorPartition& partition) {
  AdvanceCommitted(env, partition);
  std::vector<PendingWrite> expired;
  std::deque<PendingWrite> left;
  for (PendingWrite& write : partition.writes) {
    const bool expires = !write.timed_out && write.deadline <= env.ctx.now();
    if (expires) expired.push_back(write);
    write.timed_out |= expires;
    if (!write.timed_out || IsOffsets(write)) left.push_back(std::move(write));
  }
  partition.writes = std::move(left);
  for (PendingWrite& write : expired) OnFailed(env, partition, std::move(write), ErrorCode::kRequestTimedOut);
  ArmWriteTimer(env, partition);
}

void GroupCoordinator::OnCommitted(const GroupEnv& env, CoordinatorPartition& partition, PendingWrite write) {
  std::visit(Overloaded{
                 [](const std::monostate&) {},
                 [&](const OffsetsWrite& then) { ApplyOffsets(env, partition, then); },
                 [&](const AssignmentWrite& then) { OnAssignmentWritten(env, partition, then, ErrorCode::kNone); },
                 [&](const StaticMemberWrite& then) { OnStaticMemberWritten(env, partition, then, ErrorCode::kNone); },
             },
             write.then);
  if (write.response && !write.timed_out) responses_.push_back(*std::move(write.response));
}

void GroupCoordinator::OnFailed(const GroupEnv& env, CoordinatorPartition& partition, PendingWrite write,
                                ErrorCode error) {
  const ErrorCode told = ToGroupError(error);
  std::visit(Overloaded{
                 [](const std::monostate&) {},
                 [](const OffsetsWrite&) {},
                 [&](const AssignmentWrite& then) { OnAssignmentWritten(env, partition, then, told); },
                 [&](const StaticMemberWrite& then) { OnStaticMemberWritten(env, partition, then, told); },
             },
             write.then);
  if (write.response) Respond(write.response->handle, WithError(std::move(write.response->body), told));
}

void GroupCoordinator::ApplyOffsets(const GroupEnv& env, CoordinatorPartition& partition, const OffsetsWrite& write) {
  const ClassicGroup* group = FindGroup(partition, write.group);
  for (const OffsetCommitRequest::PartitionData& commit : write.offsets) {
    partition.offsets[write.group].insert_or_assign(commit.tp, CommittedOffset{commit.offset, commit.leader_epoch});
    if (write.replayed) continue;
    env.ctx.Emit(OffsetCommitted{.group = group == nullptr ? GroupIndex() : group->index(),
                                 .coordinator = options_.self,
                                 .tp = commit.tp,
                                 .offset = commit.offset,
                                 .generation = write.generation});
  }
}

void GroupCoordinator::OnAssignmentWritten(const GroupEnv& env, CoordinatorPartition& partition,
                                           const AssignmentWrite& write, ErrorCode error) {
  ClassicGroup* group = FindGroup(partition, write.group);
  // Another rebalance may have begun since.
  if (group == nullptr || group->state() != GroupState::kCompletingRebalance ||
      group->generation() != write.generation) {
    return;
  }
  const Scope scope{env, partition, *group};
  if (error != ErrorCode::kNone) {
    ResetAssignments(scope, error);
    MaybePrepareRebalanceOrCompleteJoin(scope);
    return;
  }
  for (auto& [id, member] : group->members()) {
    member.assignment = {};
    for (const SyncGroupRequest::MemberAssignment& given : write.assignments) {
      if (given.member_id == id) member.assignment = given.assignment;
    }
  }
  PropagateAssignments(scope, ErrorCode::kNone);
  group->BecomeStable(env.ctx);
}

void GroupCoordinator::OnStaticMemberWritten(const GroupEnv& env, CoordinatorPartition& partition,
                                             const StaticMemberWrite& write, ErrorCode error) {
  ClassicGroup* group = FindGroup(partition, write.group);
  ClassicGroupMember* member = group == nullptr ? nullptr : group->FindMember(write.new_id);
  if (member == nullptr || !member->awaiting_join) return;
  const Scope scope{env, partition, *group};
  const RequestHandle handle = *std::exchange(member->awaiting_join, std::nullopt);
  if (error == ErrorCode::kNone) {
    // Before KIP-814 a leader that comes back is told of its old id as the leader's, so that it does not assign again.
    Respond(handle, JoinGroupResponse{.generation = group->generation(),
                                      .protocol = group->protocol(),
                                      .leader = write.leader_before,
                                      .member_id = write.new_id});
    return;
  }
  CancelSession(scope, *member);
  ClassicGroupMember& reverted =
      group->ReplaceStaticMember(write.member_before.instance_id, write.new_id, write.member_before.id);
  reverted.protocols = write.member_before.protocols;
  reverted.session_timeout = write.member_before.session_timeout;
  reverted.rebalance_timeout = write.member_before.rebalance_timeout;
  ArmSession(scope, reverted);
  Respond(handle, JoinGroupResponse{.error = error,
                                    .generation = group->generation(),
                                    .protocol = group->protocol(),
                                    .leader = write.leader_before});
}

}  // namespace ktrial::cluster
