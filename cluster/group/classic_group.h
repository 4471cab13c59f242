// A consumer group of the classic protocol as its coordinator keeps it (org.apache.kafka.coordinator.group.classic
// .ClassicGroup): members, generation, and the state machine
//
//   Empty -> PreparingRebalance -> CompletingRebalance -> Stable, and from any state to Dead,
//
// in which PreparingRebalance can follow Stable and CompletingRebalance too, and Empty follows PreparingRebalance when
// no member is left. Who is answered when, and what is written, is GroupCoordinator's.
//
// Invariants:
//  1. There is a leader if there are members, and it is one of them.
//  2. Pending members (who have been given an id and have not joined with it) are not members.
//  3. The generation never goes back.
#ifndef KTRIAL_CLUSTER_GROUP_CLASSIC_GROUP_H_
#define KTRIAL_CLUSTER_GROUP_CLASSIC_GROUP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "cluster/facts.h"
#include "cluster/group/group_record.h"
#include "cluster/network/socket_server.h"
#include "cluster/protocol/group_api.h"
#include "cluster/protocol/ids.h"
#include "sim/context.h"
#include "sim/time.h"

namespace ktrial::cluster {

struct ClassicGroupMember {
  std::string id;
  // group.instance.id; empty for a dynamic member.
  std::string instance_id;
  std::string client_id;
  sim::Duration session_timeout = {};
  sim::Duration rebalance_timeout = {};
  std::vector<JoinGroupRequest::Protocol> protocols;
  Assignment assignment;
  // It joined without ever having heartbeaten, so its session can end even while it waits for its JoinGroup's answer.
  bool is_new = false;
  // Requests that wait for their answer.
  std::optional<RequestHandle> awaiting_join;
  std::optional<RequestHandle> awaiting_sync;
  // Names the member in timers; unique in its group.
  uint32_t serial = 0;
  sim::TimerHandle session_timer;

  bool is_static() const { return !instance_id.empty(); }
};

// A member id that was handed out with MEMBER_ID_REQUIRED.
struct PendingMember {
  uint32_t serial = 0;
  sim::TimerHandle session_timer;
};

class ClassicGroup {
 public:
  struct Options {
    std::string name;
    // For facts.
    GroupIndex index;
    BrokerId coordinator;
    // Names the group in timers; unique at its coordinator.
    uint32_t serial = 0;
  };
  using MemberMap = absl::btree_map<std::string, ClassicGroupMember>;

  explicit ClassicGroup(Options options) : options_(std::move(options)) {}
  // As it was written to the log: Stable with its members, or Empty.
  ClassicGroup(Options options, const GroupMetadataRecord& record);

  const std::string& name() const { return options_.name; }
  GroupIndex index() const { return options_.index; }
  uint32_t serial() const { return options_.serial; }
  GroupState state() const { return state_; }
  GroupState previous_state() const { return previous_state_; }
  GenerationId generation() const { return generation_; }
  const std::string& protocol() const { return protocol_; }
  // Empty if there are no members.
  const std::string& leader() const { return leader_; }
  bool IsLeader(const std::string& member) const { return !leader_.empty() && leader_ == member; }

  // State transitions; each checks where it comes from and emits GroupStateChanged.
  // Tells that this coordinator has the group now, after it was rebuilt from its records.
  void AnnounceLoaded(sim::Context& ctx) const;
  void BecomePreparingRebalance(sim::Context& ctx);
  // Begins the next generation: chooses the protocol and forgets who has synced.
  void BecomeCompletingRebalance(sim::Context& ctx);
  void BecomeStable(sim::Context& ctx);
  // Begins the next generation, without members.
  void BecomeEmpty(sim::Context& ctx);
  void BecomeDead(sim::Context& ctx);
  bool CanRebalance() const {
    return state_ == GroupState::kStable || state_ == GroupState::kCompletingRebalance || state_ == GroupState::kEmpty;
  }

  // Members, ascending by id.
  MemberMap& members() { return members_; }
  const MemberMap& members() const { return members_; }
  ClassicGroupMember* FindMember(const std::string& id);
  const ClassicGroupMember* FindMember(const std::string& id) const;
  ClassicGroupMember* FindMemberBySerial(uint32_t serial);
  // The first member to join leads.
  ClassicGroupMember& AddMember(ClassicGroupMember member);
  // A member or a pending member; the caller has answered and disarmed it. Does nothing if there is none.
  void Remove(const std::string& id);
  // Gives a static member a new id. Its requests must have been answered.
  ClassicGroupMember& ReplaceStaticMember(const std::string& instance_id, const std::string& old_id,
                                          const std::string& new_id);
  // Null if the instance is unknown.
  const std::string* StaticMemberId(const std::string& instance_id) const;

  absl::btree_map<std::string, PendingMember>& pending_members() { return pending_members_; }
  bool IsPendingMember(const std::string& id) const { return pending_members_.contains(id); }
  // Id of the pending member with this serial, or empty.
  std::string PendingMemberBySerial(uint32_t serial) const;
  // Members that have their JoinGroup's answer and have not sent SyncGroup.
  absl::btree_set<std::string>& pending_sync() { return pending_sync_; }
  uint32_t NextSerial() { return next_serial_++; }

  bool HasAllMembersJoined() const;
  // If the leader did not rejoin, the first who did takes over. False if nobody rejoined.
  bool MaybeElectNewJoinedLeader();
  // The longest of the members'.
  sim::Duration RebalanceTimeout() const;
  bool SupportsProtocols(const std::vector<JoinGroupRequest::Protocol>& protocols) const;
  // The protocol that all members support and most of them would choose; of several, the first by name.
  std::string SelectProtocol() const;
  // UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID for one who is not, or no longer, this member.
  ErrorCode ValidateMember(const std::string& member_id, const std::string& instance_id) const;
  ErrorCode ValidateOffsetCommit(const OffsetCommitRequest& request) const;

  // What the leader is told of everyone.
  std::vector<JoinGroupResponse::Member> DescribeMembers() const;
  // The group with these assignments; members without one get an empty one.
  GroupMetadataRecord ToMetadataRecord(const std::vector<SyncGroupRequest::MemberAssignment>& assignments) const;
  // The group with the assignments that its members have.
  GroupMetadataRecord ToMetadataRecord() const;

  // Timers of the group's phases, kept by the coordinator.
  sim::TimerHandle join_timer;
  sim::TimerHandle sync_timer;
  // The initial rebalance: how long the delay under way is, and how much may follow it.
  sim::Duration initial_delay = {};
  sim::Duration initial_remaining = {};
  // Somebody joined during the delay under way.
  bool new_member_added = false;

 private:
  void TransitionTo(sim::Context& ctx, GroupState to);
  // Subscription of a member under the chosen protocol.
  Subscription SubscriptionOf(const ClassicGroupMember& member) const;

  Options options_;
  GroupState state_ = GroupState::kEmpty;
  GroupState previous_state_ = GroupState::kEmpty;
  GenerationId generation_{0};
  std::string protocol_;
  std::string leader_;
  MemberMap members_;
  // Instance id to member id.
  absl::btree_map<std::string, std::string> static_members_;
  absl::btree_map<std::string, PendingMember> pending_members_;
  absl::btree_set<std::string> pending_sync_;
  uint32_t next_serial_ = 0;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_GROUP_CLASSIC_GROUP_H_
