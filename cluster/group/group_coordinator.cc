#include "cluster/group/group_coordinator.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "cluster/group/group_partition.h"
#include "cluster/network/component.h"
#include "sim/check.h"

namespace ktrial::cluster {

GroupCoordinator::GroupCoordinator(Options options)
    : options_(std::move(options)), partition_count_(options_.config.offsets_topic_num_partitions) {}

void GroupCoordinator::Handle(const GroupEnv& env, const RequestHandle& handle, const RequestBody& request) {
  OnHighWatermarks(env);
  std::visit(Overloaded{
                 [&](const JoinGroupRequest& r) { HandleJoin(env, handle, r); },
                 [&](const SyncGroupRequest& r) { HandleSync(env, handle, r); },
                 [&](const HeartbeatRequest& r) { HandleHeartbeat(env, handle, r); },
                 [&](const LeaveGroupRequest& r) { HandleLeave(env, handle, r); },
                 [&](const OffsetCommitRequest& r) { HandleOffsetCommit(env, handle, r); },
                 [&](const OffsetFetchRequest& r) { HandleOffsetFetch(env, handle, r); },
                 [&](const auto&) { KT_UNREACHABLE(); },
             },
             request);
}

std::vector<GroupResponse> GroupCoordinator::TakeResponses() { return std::exchange(responses_, {}); }

void GroupCoordinator::OnTimer(const GroupEnv& env, const sim::Timer& timer) {
  const auto high = static_cast<uint32_t>(timer.key >> 32);
  const auto low = static_cast<uint32_t>(timer.key);
  const auto kind = static_cast<TimerLocal>(LocalKind(timer));
  if (kind == kWriteTimeout || kind == kLoad || kind == kLoadDone) {
    const auto it = partitions_.find(static_cast<int32_t>(low));
    if (it == partitions_.end() || it->second.load_id != high) return;
    if (kind == kWriteTimeout) return OnWriteTimeout(env, it->second);
    return kind == kLoad ? ReadLog(env, it->second) : ReplayLog(env, it->second);
  }
  const GroupPlace* place = places_.Find(high);
  if (place == nullptr) return;
  CoordinatorPartition& partition = partitions_.at(place->partition);
  const Scope scope{env, partition, partition.groups.at(place->name)};
  if (kind == kSession) return OnSessionExpired(scope, low);
  if (kind == kPendingSync) return OnPendingSyncExpired(scope);
  KT_CHECK(kind == kJoin);
  if (scope.group.state() != GroupState::kPreparingRebalance) return;
  scope.group.previous_state() == GroupState::kEmpty ? OnInitialDelay(scope) : CompleteJoin(scope);
}

const ClassicGroup* GroupCoordinator::FindGroup(const std::string& group) const {
  const auto partition = partitions_.find(GroupPartition(group, partition_count_));
  if (partition == partitions_.end()) return nullptr;
  const auto it = partition->second.groups.find(group);
  return it == partition->second.groups.end() ? nullptr : &it->second;
}

std::optional<CommittedOffset> GroupCoordinator::FindOffset(const std::string& group, TopicPartition tp) const {
  const auto partition = partitions_.find(GroupPartition(group, partition_count_));
  if (partition == partitions_.end()) return std::nullopt;
  const auto offsets = partition->second.offsets.find(group);
  if (offsets == partition->second.offsets.end()) return std::nullopt;
  const auto it = offsets->second.find(tp);
  if (it == offsets->second.end()) return std::nullopt;
  return it->second;
}

ErrorCode GroupCoordinator::Locate(const std::string& group, CoordinatorPartition*& partition) {
  const auto it = partitions_.find(GroupPartition(group, partition_count_));
  if (it == partitions_.end()) return ErrorCode::kNotCoordinator;
  if (it->second.loading) return ErrorCode::kCoordinatorLoadInProgress;
  partition = &it->second;
  return ErrorCode::kNone;
}

ClassicGroup* GroupCoordinator::FindGroup(CoordinatorPartition& partition, const std::string& group) {
  const auto it = partition.groups.find(group);
  return it == partition.groups.end() ? nullptr : &it->second;
}

ClassicGroup& GroupCoordinator::CreateGroup(CoordinatorPartition& partition, const std::string& name,
                                            const GroupMetadataRecord* record) {
  const std::vector<std::string>& names = options_.addresses->groups;
  const auto listed = std::find(names.begin(), names.end(), name);
  ClassicGroup::Options options{
      .name = name, .index = {}, .coordinator = options_.self, .serial = next_group_serial_++};
  if (listed != names.end()) options.index = GroupIndex(static_cast<int32_t>(listed - names.begin()));
  places_.Insert(options.serial, {partition.tp.partition, name});
  ClassicGroup group = record == nullptr ? ClassicGroup(std::move(options)) : ClassicGroup(std::move(options), *record);
  const auto [it, inserted] = partition.groups.try_emplace(name, std::move(group));
  KT_CHECK(inserted);
  return it->second;
}

void GroupCoordinator::EraseGroup(const Scope& scope) {
  for (auto& [id, member] : scope.group.members()) CancelSession(scope, member);
  for (auto& [id, pending] : scope.group.pending_members()) scope.ctx().CancelTimer(pending.session_timer);
  scope.ctx().CancelTimer(scope.group.join_timer);
  scope.ctx().CancelTimer(scope.group.sync_timer);
  places_.Erase(scope.group.serial());
  const std::string name = scope.group.name();
  scope.partition.groups.erase(name);
}

std::string GroupCoordinator::NewMemberId(sim::Context& ctx, const std::string& prefix) {
  if (!member_ids_) member_ids_ = ctx.NewRandomStream("group.member-id");
  const uint64_t a = member_ids_->Next();
  const uint64_t b = member_ids_->Next();
  // A version 4 UUID, as java.util.UUID.randomUUID prints it.
  return absl::StrFormat("%s-%08x-%04x-4%03x-%04x-%012x", prefix, a >> 32, a >> 16 & 0xffff, a & 0xfff,
                         0x8000 | (b >> 48 & 0x3fff), b & 0xffffffffffff);
}

void GroupCoordinator::SetTimer(sim::Context& ctx, sim::TimerHandle& timer, TimerLocal kind, uint64_t key,
                                sim::Duration delay) {
  ctx.CancelTimer(timer);
  timer = ctx.SetTimer(delay, {.kind = TimerKind(Component::kGroup, kind), .key = key});
}

void GroupCoordinator::ArmSession(const Scope& scope, ClassicGroupMember& member, sim::Duration timeout) {
  const uint64_t key = uint64_t{scope.group.serial()} << 32 | member.serial;
  SetTimer(scope.ctx(), member.session_timer, kSession, key, timeout);
}

}  // namespace ktrial::cluster
