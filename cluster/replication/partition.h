// One partition as its broker hosts it (kafka.cluster.Partition): the local log, the role in the present leader epoch
// and, on the leader, the followers' positions, the in-sync replicas and the high watermark rule.
//
//   Partition partition(tp, std::move(log), min_insync_replicas);
//   partition.MakeLeader(env, registration);
//   partition.AppendRecordsToLeader(env, batch, AppendOrigin::kClient, kAcksAll);
//
// It neither sends nor waits. What follows from a call is returned as data: ISR changes to propose to the controller,
// and whether the high watermark rose, upon which delayed requests are to be looked at again.
#ifndef KTRIAL_CLUSTER_REPLICATION_PARTITION_H_
#define KTRIAL_CLUSTER_REPLICATION_PARTITION_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "cluster/config.h"
#include "cluster/log/unified_log.h"
#include "cluster/metadata/metadata_image.h"
#include "cluster/protocol/controller_api.h"
#include "cluster/protocol/error_code.h"
#include "cluster/protocol/fetch_api.h"
#include "cluster/protocol/ids.h"
#include "cluster/protocol/produce_api.h"
#include "cluster/replication/isr_state.h"
#include "cluster/replication/replica.h"
#include "sim/context.h"

namespace ktrial::cluster {

// What a partition needs of its broker during a handler.
struct PartitionEnv {
  sim::Context& ctx;
  const MetadataImage& metadata;
  const BrokerConfig& config;
  BrokerId self;
  // The broker's present registration.
  BrokerEpoch broker_epoch;
};

// How far a fetcher may read (org.apache.kafka.storage.internals.log.FetchIsolation).
enum class FetchIsolation : uint8_t { kLogEnd, kHighWatermark };

// The outcome of a read (LogReadInfo). The offsets are what they were before the read, hence before it moved anything.
struct LogReadInfo {
  ErrorCode error = ErrorCode::kNone;
  // Set instead of data if the fetcher's log has left this one.
  std::optional<OffsetAndEpoch> diverging_epoch;
  std::vector<LogBatchRef> batches;
  int32_t bytes = 0;
  Offset high_watermark;
  Offset log_start;
  Offset log_end;
  Offset last_stable_offset;
};

class Partition {
 public:
  struct AppendResult {
    LogAppendInfo info;
    bool high_watermark_incremented = false;
  };
  struct ReadParams {
    // A follower's id, or none for a consumer.
    BrokerId replica;
    FetchIsolation isolation = FetchIsolation::kHighWatermark;
    int32_t max_bytes = 0;
    // At least one batch, however large.
    bool min_one_batch = true;
  };
  struct FollowerUpdate {
    ErrorCode error = ErrorCode::kNone;
    bool high_watermark_incremented = false;
    // The follower's log start moved, and with it perhaps the low watermark.
    bool log_start_moved = false;
    std::optional<AlterPartitionItem> proposal;
  };
  struct AlterPartitionOutcome {
    bool high_watermark_incremented = false;
    // The same proposal again: the controller's answer leaves it open.
    std::optional<AlterPartitionItem> retry;
  };
  struct DeleteRecordsResult {
    ErrorCode error = ErrorCode::kNone;
    // Where the log is to begin: the high watermark if that was asked for.
    Offset requested;
    Offset low_watermark;
  };
  struct ReplicasReached {
    bool enough = false;
    ErrorCode error = ErrorCode::kNone;
  };

  Partition(TopicPartition tp, UnifiedLog log, int32_t min_insync_replicas);

  TopicPartition tp() const { return tp_; }
  bool is_leader() const { return is_leader_; }
  // None while the partition has no leader.
  BrokerId leader() const { return leader_; }
  LeaderEpoch leader_epoch() const { return leader_epoch_; }
  PartitionEpoch partition_epoch() const { return partition_epoch_; }
  // Set on the leader alone.
  std::optional<Offset> leader_epoch_start() const { return leader_epoch_start_; }
  const std::vector<BrokerId>& assignment() const { return assignment_; }
  const IsrState& isr_state() const { return isr_state_; }
  const UnifiedLog& log() const { return log_; }
  // For the follower's fetcher and the log's background tasks.
  UnifiedLog& mutable_log() { return log_; }
  // Null for brokers that are not assigned, and on followers.
  const Replica* FindReplica(BrokerId broker) const;
  const std::vector<Replica>& remote_replicas() const { return remote_replicas_; }
  void set_min_insync_replicas(int32_t count) { min_insync_replicas_ = count; }

  // ---- Roles (partition.cc). State that is older than what the partition knows (by partition epoch) is ignored. Only
  // a higher leader epoch starts a leadership anew: other changes leave followers' positions and the epoch's start
  // alone (KAFKA-13790).

  // True if the high watermark rose.
  bool MakeLeader(const PartitionEnv& env, const PartitionRegistration& state);
  // True if fetching must start again: always in a new leader epoch, but for early generations of ReplicationProtocol.
  bool MakeFollower(const PartitionEnv& env, const PartitionRegistration& state);

  // ---- Requests (partition.cc).

  // As the leader; with acks=all only while the committed ISR has min.insync.replicas members.
  AppendResult AppendRecordsToLeader(const PartitionEnv& env, sim::Ref<const RecordBatch> batch, AppendOrigin origin,
                                     RequiredAcks acks);
  LogReadInfo ReadRecords(const PartitionEnv& env, const FetchRequest::PartitionData& fetch,
                          const ReadParams& params) const;
  // NONE if this broker may answer somebody who believes in `current_leader_epoch` (none skips that check). Consumers'
  // fetches are answered by followers too (KIP-392).
  ErrorCode CheckLeader(LeaderEpoch current_leader_epoch, bool only_leader = true) const;
  // What a delayed fetch waits for: the end of what it may read.
  Offset FetchableEnd(FetchIsolation isolation) const;
  // Where the fetcher's log left this one, if it did; OFFSET_OUT_OF_RANGE if that cannot be told.
  ErrorCode CheckDivergence(const PartitionEnv& env, const FetchRequest::PartitionData& fetch,
                            std::optional<OffsetAndEpoch>& diverging) const;
  OffsetsForLeaderEpochResponse::PartitionData LastOffsetForLeaderEpoch(
      const OffsetsForLeaderEpochRequest::PartitionData& request, bool end_offset_only) const;
  ListOffsetsResponse::PartitionData FetchOffsetForTimestamp(const PartitionEnv& env,
                                                             const ListOffsetsRequest::PartitionData& request,
                                                             bool from_follower) const;

  // Moves the log start up to `offset`, or to the high watermark if it is none (-1). OFFSET_OUT_OF_RANGE above the high
  // watermark, POLICY_VIOLATION if cleanup.policy does not delete.
  DeleteRecordsResult DeleteRecordsOnLeader(const PartitionEnv& env, Offset offset);
  // The lowest log start of this leader and its live followers; none while one of those has not fetched yet.
  Offset LowWatermark(const PartitionEnv& env) const;

  // ---- In-sync replicas and high watermark (partition_isr.cc).

  // Takes a follower's position from a fetch that did not diverge.
  FollowerUpdate UpdateFollowerFetchState(const PartitionEnv& env, BrokerId follower, const FollowerFetch& fetch);
  // True if a follower at the log end that fetches again changes nothing but the times at which it was last seen: it is
  // in sync, or another change is being waited for.
  bool FetchAtLogEndIsIdle(BrokerId follower) const;
  void NoteFetchAtLogEnd(BrokerId follower, sim::WallTime time);
  // Proposes to drop all members that lag behind for longer than replica.lag.time.max.ms.
  std::optional<AlterPartitionItem> MaybeShrinkIsr(const PartitionEnv& env);
  // The controller's answer to a proposal; nothing happens if the partition has moved on since.
  AlterPartitionOutcome HandleAlterPartition(const PartitionEnv& env, IsrProposalId proposal,
                                             const AlterPartitionResponse::PartitionData& response);
  // Writes into a proposal who its members are registered as, by their newest fetches. Proposals that are handed out
  // have it already; it is for one whose sending was interrupted (Defect::kIsrEpochOfLaterFetch).
  void FillInBrokerEpochs(const PartitionEnv& env, AlterPartitionItem& item) const;
  // Whether an acks=all append below `required` is decided.
  ReplicasReached CheckEnoughReplicasReachOffset(Offset required) const;
  // min.insync.replicas, but at most the number of replicas.
  int32_t EffectiveMinIsr() const;
  bool IsUnderMinIsr() const;

 private:
  bool MustFollowAnew(const PartitionEnv& env, const PartitionRegistration& state) const;
  void UpdateAssignment(const PartitionEnv& env, const PartitionRegistration& state, bool as_leader);
  void BecomeIsr(const PartitionEnv& env, IsrState state);
  Replica* FindReplica(BrokerId broker);
  bool MaybeIncrementLeaderHighWatermark(const PartitionEnv& env);
  std::optional<AlterPartitionItem> MaybeExpandIsr(const PartitionEnv& env, const Replica& follower);
  bool IsReplicaIsrEligible(const PartitionEnv& env, const Replica& replica) const;
  AlterPartitionItem MakeProposal(const PartitionEnv& env, const std::vector<BrokerId>& isr);
  AlterPartitionOutcome HandleAlterPartitionError(const PartitionEnv& env, ErrorCode error);

  TopicPartition tp_;
  UnifiedLog log_;
  int32_t min_insync_replicas_ = 1;
  bool is_leader_ = false;
  BrokerId leader_;
  LeaderEpoch leader_epoch_;
  PartitionEpoch partition_epoch_;
  std::optional<Offset> leader_epoch_start_;
  std::vector<BrokerId> assignment_;
  // On the leader: the followers, in the order of the assignment.
  std::vector<Replica> remote_replicas_;
  IsrState isr_state_;
  int64_t next_proposal_ = 0;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_PARTITION_H_
