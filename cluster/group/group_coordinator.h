// The coordinator of classic consumer groups (org.apache.kafka.coordinator.group.GroupCoordinatorService with its
// runtime and GroupMetadataManager): members join, agree on an assignment, heartbeat and commit offsets. A component of
// a broker's process, for the groups whose partition of __consumer_offsets the broker leads.
//
//   coordinator.OnElection(env, tp, leader_epoch);                 // committed metadata: begins to load
//   coordinator.Handle(env, handle, request.body);
//   coordinator.OnHighWatermarks(env);                             // after every handler of the process
//   for (GroupResponse& response : coordinator.TakeResponses()) server.Respond(ctx, response.handle, response.body);
//
// Where the coordinator of Kafka 4.x and the one before it differ, this one is the former: it appends with acks=1 and
// waits for the high watermark itself, for at most offsets.commit.timeout.ms; answers that write nothing (heartbeats,
// leaving) wait for what was written before them; a commit that timed out still becomes visible if it is committed
// later; SyncGroup during a load is answered COORDINATOR_LOAD_IN_PROGRESS.
//
// Not modelled: batching of appends (group.coordinator.append.linger.ms is 0), expiry of offsets and empty groups,
// group.max.size, the consumer protocol of KIP-848, transactional commits, deletion of groups and offsets.
#ifndef KTRIAL_CLUSTER_GROUP_GROUP_COORDINATOR_H_
#define KTRIAL_CLUSTER_GROUP_GROUP_COORDINATOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/config.h"
#include "cluster/group/classic_group.h"
#include "cluster/group/coordinator_partition.h"
#include "cluster/group/group_log.h"
#include "cluster/network/address_book.h"
#include "cluster/network/socket_server.h"
#include "cluster/protocol/api_message.h"
#include "sim/lookup_map.h"
#include "sim/random.h"

namespace ktrial::cluster {

class GroupCoordinator {
 public:
  struct Options {
    BrokerId self;
    BrokerConfig config;
    // Names the groups of facts.
    AddressBookRef addresses;
  };

  explicit GroupCoordinator(Options options);

  // ---- Which partitions (group_loading.cc).

  // The broker leads a partition of __consumer_offsets: its groups are loaded from the log. Again for a partition that
  // is coordinated already, only the epoch is noted.
  void OnElection(const GroupEnv& env, TopicPartition tp, LeaderEpoch epoch);
  // Somebody else leads it, since `epoch`: its groups are let go, and everyone who waits is told NOT_COORDINATOR.
  void OnResignation(const GroupEnv& env, TopicPartition tp, LeaderEpoch epoch);
  // How many partitions __consumer_offsets has; offsets.topic.num.partitions until there is one.
  void set_partition_count(int32_t count) { partition_count_ = count; }
  // From now on every request is answered COORDINATOR_NOT_AVAILABLE.
  void Shutdown() { active_ = false; }

  // ---- Events.

  // JoinGroup, SyncGroup, Heartbeat, LeaveGroup, OffsetCommit or OffsetFetch.
  void Handle(const GroupEnv& env, const RequestHandle& handle, const RequestBody& request);
  // Of Component::kGroup.
  void OnTimer(const GroupEnv& env, const sim::Timer& timer);
  // High watermarks may have moved.
  void OnHighWatermarks(const GroupEnv& env);
  std::vector<GroupResponse> TakeResponses();

  // For tests and reports; null or none if this broker does not coordinate the group.
  const ClassicGroup* FindGroup(const std::string& group) const;
  std::optional<CommittedOffset> FindOffset(const std::string& group, TopicPartition tp) const;

 private:
  enum TimerLocal : uint8_t { kSession, kJoin, kPendingSync, kWriteTimeout, kLoad, kLoadDone };
  // Where a group stands, by the serial in its timers.
  struct GroupPlace {
    int32_t partition = -1;
    std::string name;
  };
  // A group in the handler at work.
  struct Scope {
    const GroupEnv& env;
    CoordinatorPartition& partition;
    ClassicGroup& group;
    sim::Context& ctx() const { return env.ctx; }
  };

  // group_coordinator.cc
  void Respond(const RequestHandle& handle, ResponseBody body) { responses_.push_back({handle, std::move(body)}); }
  // The checks that come before every request; the partition is set if there is no error.
  ErrorCode Locate(const std::string& group, CoordinatorPartition*& partition);
  ClassicGroup* FindGroup(CoordinatorPartition& partition, const std::string& group);
  ClassicGroup& CreateGroup(CoordinatorPartition& partition, const std::string& name,
                            const GroupMetadataRecord* record);
  void EraseGroup(const Scope& scope);
  std::string NewMemberId(sim::Context& ctx, const std::string& prefix);
  void SetTimer(sim::Context& ctx, sim::TimerHandle& timer, TimerLocal kind, uint64_t key, sim::Duration delay);
  void ArmSession(const Scope& scope, ClassicGroupMember& member, sim::Duration timeout);
  void ArmSession(const Scope& scope, ClassicGroupMember& member) { ArmSession(scope, member, member.session_timeout); }
  void CancelSession(const Scope& scope, ClassicGroupMember& member) { scope.ctx().CancelTimer(member.session_timer); }

  // coordinator_writes.cc: appending and waiting for the high watermark.
  // Nothing is awaited, and the error returned, if the append itself fails.
  ErrorCode Append(const GroupEnv& env, CoordinatorPartition& partition, std::vector<GroupRecordBody> records,
                   PendingWrite write);
  ErrorCode AppendGroup(const Scope& scope, GroupMetadataRecord record, PendingWrite write);
  // Answers when everything written so far is committed.
  void RespondWhenCommitted(const GroupEnv& env, CoordinatorPartition& partition, GroupResponse response);
  void Await(const GroupEnv& env, CoordinatorPartition& partition, PendingWrite write);
  void AdvanceCommitted(const GroupEnv& env, CoordinatorPartition& partition);
  void OnWriteTimeout(const GroupEnv& env, CoordinatorPartition& partition);
  void ArmWriteTimer(const GroupEnv& env, CoordinatorPartition& partition);
  void OnCommitted(const GroupEnv& env, CoordinatorPartition& partition, PendingWrite write);
  void OnFailed(const GroupEnv& env, CoordinatorPartition& partition, PendingWrite write, ErrorCode error);
  void ApplyOffsets(const GroupEnv& env, CoordinatorPartition& partition, const OffsetsWrite& write);
  void OnAssignmentWritten(const GroupEnv& env, CoordinatorPartition& partition, const AssignmentWrite& write,
                           ErrorCode error);
  void OnStaticMemberWritten(const GroupEnv& env, CoordinatorPartition& partition, const StaticMemberWrite& write,
                             ErrorCode error);

  // group_join.cc
  void HandleJoin(const GroupEnv& env, const RequestHandle& handle, const JoinGroupRequest& request);
  void JoinNewMember(const Scope& scope, const RequestHandle& handle, const JoinGroupRequest& request);
  void JoinExistingMember(const Scope& scope, const RequestHandle& handle, const JoinGroupRequest& request);
  void AddMemberAndRebalance(const Scope& scope, const RequestHandle& handle, const JoinGroupRequest& request,
                             const std::string& member_id);
  void UpdateMember(ClassicGroupMember& member, const RequestHandle& handle, const JoinGroupRequest& request);
  void RejoinStaticMember(const Scope& scope, const RequestHandle& handle, const JoinGroupRequest& request,
                          const std::string& old_id, const std::string& new_id);
  void RespondJoin(const Scope& scope, const RequestHandle& handle, const ClassicGroupMember& member);

  // group_rebalance.cc: the phases of a rebalance and their timers.
  void MaybePrepareRebalanceOrCompleteJoin(const Scope& scope);
  void MaybeCompleteJoin(const Scope& scope);
  void PrepareRebalance(const Scope& scope);
  void CompleteJoin(const Scope& scope);
  void OnInitialDelay(const Scope& scope);
  void OnPendingSyncExpired(const Scope& scope);
  void OnSessionExpired(const Scope& scope, uint32_t member_serial);
  void ResetAssignments(const Scope& scope, ErrorCode error);
  void PropagateAssignments(const Scope& scope, ErrorCode error);

  // group_sync.cc
  void HandleSync(const GroupEnv& env, const RequestHandle& handle, const SyncGroupRequest& request);
  void OnLeaderSync(const Scope& scope, const SyncGroupRequest& request);
  void RemovePendingSync(const Scope& scope, const std::string& member_id);
  void HandleHeartbeat(const GroupEnv& env, const RequestHandle& handle, const HeartbeatRequest& request);
  void HandleLeave(const GroupEnv& env, const RequestHandle& handle, const LeaveGroupRequest& request);

  // group_offsets.cc
  void HandleOffsetCommit(const GroupEnv& env, const RequestHandle& handle, const OffsetCommitRequest& request);
  ErrorCode CommitOffsets(const GroupEnv& env, const RequestHandle& handle, const OffsetCommitRequest& request);
  void HandleOffsetFetch(const GroupEnv& env, const RequestHandle& handle, const OffsetFetchRequest& request);

  // group_loading.cc
  void ReadLog(const GroupEnv& env, CoordinatorPartition& partition);
  void ReplayLog(const GroupEnv& env, CoordinatorPartition& partition);
  // A tombstone: what was read before under its key is gone.
  static void Forget(CoordinatorPartition& partition, const GroupRecordBody& deleted,
                     absl::btree_map<std::string, GroupMetadataRecord>& groups);
  void Replay(CoordinatorPartition& partition, const GroupRecordBody& record, Offset offset, Offset high_watermark,
              absl::btree_map<std::string, GroupMetadataRecord>& groups);
  void Unload(const GroupEnv& env, CoordinatorPartition& partition);

  Options options_;
  int32_t partition_count_ = 0;
  bool active_ = true;
  // By the partition's number.
  absl::btree_map<int32_t, CoordinatorPartition> partitions_;
  sim::LookupMap<uint32_t, GroupPlace> places_;
  uint32_t next_group_serial_ = 0;
  uint32_t next_load_id_ = 0;
  std::vector<GroupResponse> responses_;
  // Draws member ids.
  std::optional<sim::RandomStream> member_ids_;
};

// What a request is told of an error in the log (CoordinatorOperationExceptionHelper).
ErrorCode ToGroupError(ErrorCode log_error);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_GROUP_GROUP_COORDINATOR_H_
