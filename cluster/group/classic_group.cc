#include "cluster/group/classic_group.h"

#include <algorithm>
#include <utility>

#include "sim/check.h"

namespace ktrial::cluster {
namespace {

bool Offers(const ClassicGroupMember& member, const std::string& protocol) {
  return std::any_of(member.protocols.begin(), member.protocols.end(),
                     [&](const JoinGroupRequest::Protocol& offered) { return offered.name == protocol; });
}

bool MayFollow(GroupState from, GroupState to) {
  switch (to) {
    case GroupState::kPreparingRebalance:
      return from == GroupState::kStable || from == GroupState::kCompletingRebalance || from == GroupState::kEmpty;
    case GroupState::kCompletingRebalance:
    case GroupState::kEmpty:
      return from == GroupState::kPreparingRebalance;
    case GroupState::kStable:
      return from == GroupState::kCompletingRebalance;
    case GroupState::kDead:
      return true;
  }
  return false;
}

}  // namespace

ClassicGroup::ClassicGroup(Options options, const GroupMetadataRecord& record)
    : options_(std::move(options)),
      state_(record.members.empty() ? GroupState::kEmpty : GroupState::kStable),
      previous_state_(state_),
      generation_(record.generation),
      protocol_(record.protocol) {
  for (const GroupMetadataRecord::Member& member : record.members) {
    AddMember({.id = member.id,
               .instance_id = member.instance_id,
               .client_id = member.client_id,
               .session_timeout = member.session_timeout,
               .rebalance_timeout = member.rebalance_timeout,
               .protocols = {{record.protocol, member.subscription}},
               .assignment = member.assignment});
  }
  leader_ = record.leader;
}

void ClassicGroup::TransitionTo(sim::Context& ctx, GroupState to) {
  KT_CHECK(MayFollow(state_, to));
  previous_state_ = std::exchange(state_, to);
  ctx.Emit(GroupStateChanged{.group = index(),
                             .coordinator = options_.coordinator,
                             .generation = generation_,
                             .from = previous_state_,
                             .to = to,
                             .members = static_cast<int32_t>(members_.size())});
}

void ClassicGroup::AnnounceLoaded(sim::Context& ctx) const {
  ctx.Emit(GroupStateChanged{.group = index(),
                             .coordinator = options_.coordinator,
                             .generation = generation_,
                             .from = GroupState::kDead,
                             .to = state_,
                             .members = static_cast<int32_t>(members_.size())});
}

void ClassicGroup::BecomePreparingRebalance(sim::Context& ctx) { TransitionTo(ctx, GroupState::kPreparingRebalance); }

void ClassicGroup::BecomeCompletingRebalance(sim::Context& ctx) {
  KT_CHECK(!members_.empty());
  generation_ = GenerationId(generation_.value() + 1);
  protocol_ = SelectProtocol();
  pending_sync_.clear();
  TransitionTo(ctx, GroupState::kCompletingRebalance);
}

void ClassicGroup::BecomeStable(sim::Context& ctx) { TransitionTo(ctx, GroupState::kStable); }

void ClassicGroup::BecomeEmpty(sim::Context& ctx) {
  KT_CHECK(members_.empty());
  generation_ = GenerationId(generation_.value() + 1);
  protocol_.clear();
  pending_sync_.clear();
  TransitionTo(ctx, GroupState::kEmpty);
}

void ClassicGroup::BecomeDead(sim::Context& ctx) { TransitionTo(ctx, GroupState::kDead); }

ClassicGroupMember* ClassicGroup::FindMember(const std::string& id) {
  const auto it = members_.find(id);
  return it == members_.end() ? nullptr : &it->second;
}

const ClassicGroupMember* ClassicGroup::FindMember(const std::string& id) const {
  const auto it = members_.find(id);
  return it == members_.end() ? nullptr : &it->second;
}

ClassicGroupMember* ClassicGroup::FindMemberBySerial(uint32_t serial) {
  for (auto& [id, member] : members_) {
    if (member.serial == serial) return &member;
  }
  return nullptr;
}

std::string ClassicGroup::PendingMemberBySerial(uint32_t serial) const {
  for (const auto& [id, pending] : pending_members_) {
    if (pending.serial == serial) return id;
  }
  return {};
}

ClassicGroupMember& ClassicGroup::AddMember(ClassicGroupMember member) {
  KT_CHECK(!members_.contains(member.id));
  if (member.is_static()) {
    const bool inserted = static_members_.try_emplace(member.instance_id, member.id).second;
    KT_CHECK(inserted);
  }
  if (leader_.empty()) leader_ = member.id;
  pending_members_.erase(member.id);
  member.serial = NextSerial();
  return members_.try_emplace(member.id, std::move(member)).first->second;
}

void ClassicGroup::Remove(const std::string& id) {
  // `id` may be a part of what is erased.
  const std::string name(id);
  if (const auto it = members_.find(name); it != members_.end()) {
    if (it->second.is_static()) static_members_.erase(it->second.instance_id);
    members_.erase(it);
  }
  if (IsLeader(name)) leader_ = members_.empty() ? std::string() : members_.begin()->first;
  pending_members_.erase(name);
  pending_sync_.erase(name);
}

ClassicGroupMember& ClassicGroup::ReplaceStaticMember(const std::string& instance_id, const std::string& old_id,
                                                      const std::string& new_id) {
  const auto it = members_.find(old_id);
  KT_CHECK(it != members_.end());
  KT_CHECK(!it->second.awaiting_join && !it->second.awaiting_sync);
  ClassicGroupMember member = std::move(it->second);
  members_.erase(it);
  member.id = new_id;
  member.serial = NextSerial();
  member.is_new = false;
  if (IsLeader(old_id)) leader_ = new_id;
  static_members_[std::string(instance_id)] = new_id;
  return members_.try_emplace(new_id, std::move(member)).first->second;
}

const std::string* ClassicGroup::StaticMemberId(const std::string& instance_id) const {
  const auto it = static_members_.find(instance_id);
  return it == static_members_.end() ? nullptr : &it->second;
}

bool ClassicGroup::HasAllMembersJoined() const {
  return pending_members_.empty() && std::all_of(members_.begin(), members_.end(), [](const auto& entry) {
           return entry.second.awaiting_join.has_value();
         });
}

bool ClassicGroup::MaybeElectNewJoinedLeader() {
  if (leader_.empty()) return false;
  if (FindMember(leader_)->awaiting_join) return true;
  for (const auto& [id, member] : members_) {
    if (!member.awaiting_join) continue;
    leader_ = id;
    return true;
  }
  return false;
}

sim::Duration ClassicGroup::RebalanceTimeout() const {
  sim::Duration longest;
  for (const auto& [id, member] : members_) longest = std::max(longest, member.rebalance_timeout);
  return longest;
}

bool ClassicGroup::SupportsProtocols(const std::vector<JoinGroupRequest::Protocol>& protocols) const {
  if (state_ == GroupState::kEmpty) return !protocols.empty();
  return std::any_of(protocols.begin(), protocols.end(), [&](const JoinGroupRequest::Protocol& protocol) {
    return std::all_of(members_.begin(), members_.end(),
                       [&](const auto& entry) { return Offers(entry.second, protocol.name); });
  });
}

std::string ClassicGroup::SelectProtocol() const {
  absl::btree_map<std::string, int> votes;
  for (const auto& [id, member] : members_) {
    for (const JoinGroupRequest::Protocol& protocol : member.protocols) {
      const bool candidate = std::all_of(members_.begin(), members_.end(),
                                         [&](const auto& entry) { return Offers(entry.second, protocol.name); });
      if (!candidate) continue;
      ++votes[protocol.name];
      break;
    }
  }
  const auto winner =
      std::max_element(votes.begin(), votes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return winner == votes.end() ? std::string() : winner->first;
}

ErrorCode ClassicGroup::ValidateMember(const std::string& member_id, const std::string& instance_id) const {
  if (!instance_id.empty()) {
    const std::string* existing = StaticMemberId(instance_id);
    if (existing == nullptr) return ErrorCode::kUnknownMemberId;
    if (*existing != member_id) return ErrorCode::kFencedInstanceId;
  }
  return FindMember(member_id) == nullptr ? ErrorCode::kUnknownMemberId : ErrorCode::kNone;
}

ErrorCode ClassicGroup::ValidateOffsetCommit(const OffsetCommitRequest& request) const {
  if (state_ == GroupState::kDead) return ErrorCode::kCoordinatorNotAvailable;
  const bool has_generation = request.generation.value() >= 0;
  if (!has_generation && state_ == GroupState::kEmpty) return ErrorCode::kNone;
  if (has_generation || !request.member_id.empty() || !request.group_instance_id.empty()) {
    const ErrorCode error = ValidateMember(request.member_id, request.group_instance_id);
    if (error != ErrorCode::kNone) return error;
    if (request.generation != generation_) return ErrorCode::kIllegalGeneration;
  } else {
    return ErrorCode::kUnknownMemberId;
  }
  return state_ == GroupState::kCompletingRebalance ? ErrorCode::kRebalanceInProgress : ErrorCode::kNone;
}

Subscription ClassicGroup::SubscriptionOf(const ClassicGroupMember& member) const {
  for (const JoinGroupRequest::Protocol& protocol : member.protocols) {
    if (protocol.name == protocol_) return protocol.metadata;
  }
  return {};
}

std::vector<JoinGroupResponse::Member> ClassicGroup::DescribeMembers() const {
  std::vector<JoinGroupResponse::Member> described;
  for (const auto& [id, member] : members_) described.push_back({id, member.instance_id, SubscriptionOf(member)});
  return described;
}

GroupMetadataRecord ClassicGroup::ToMetadataRecord() const {
  GroupMetadataRecord record{
      .group = name(), .generation = generation_, .protocol = protocol_, .leader = leader_, .members = {}};
  for (const auto& [id, member] : members_) {
    record.members.push_back({.id = id,
                              .instance_id = member.instance_id,
                              .client_id = member.client_id,
                              .session_timeout = member.session_timeout,
                              .rebalance_timeout = member.rebalance_timeout,
                              .subscription = SubscriptionOf(member),
                              .assignment = member.assignment});
  }
  return record;
}

GroupMetadataRecord ClassicGroup::ToMetadataRecord(
    const std::vector<SyncGroupRequest::MemberAssignment>& assignments) const {
  GroupMetadataRecord record = ToMetadataRecord();
  for (GroupMetadataRecord::Member& member : record.members) {
    member.assignment = {};
    for (const SyncGroupRequest::MemberAssignment& given : assignments) {
      if (given.member_id == member.id) member.assignment = given.assignment;
    }
  }
  return record;
}

}  // namespace ktrial::cluster
