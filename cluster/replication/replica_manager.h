// The replicas that a broker holds (kafka.server.ReplicaManager): its partitions and their logs, the fetchers that
// follow other leaders, and the requests that wait in purgatories.
//
//   replicas.ApplyDelta(env, changed);                         // committed metadata: lead, follow, make new logs
//   replicas.AppendRecords(env, handle, fetch_request);
//   replicas.FetchMessages(env, handle, request);
//
// Answers go out through the SocketServer, at once or when a wait is over. A coordinator of this broker appends with
// AppendForCoordinator and waits for the high watermark, whose moves it finds in TakeInternalHighWatermarkMoves.
//
// Not modelled: moves of replicas between log directories, tiered storage.
#ifndef KTRIAL_CLUSTER_REPLICATION_REPLICA_MANAGER_H_
#define KTRIAL_CLUSTER_REPLICATION_REPLICA_MANAGER_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "cluster/config.h"
#include "cluster/metadata/metadata_image.h"
#include "cluster/network/network_client.h"
#include "cluster/network/socket_server.h"
#include "cluster/replication/alter_partition_manager.h"
#include "cluster/replication/delayed_delete_records.h"
#include "cluster/replication/delayed_fetch.h"
#include "cluster/replication/delayed_produce.h"
#include "cluster/replication/fetch_session_cache.h"
#include "cluster/replication/log_manager.h"
#include "cluster/replication/partition_table.h"
#include "cluster/replication/purgatory.h"
#include "cluster/replication/replica_fetcher_manager.h"
#include "cluster/replication/replication_quota_manager.h"
#include "sim/context.h"

namespace ktrial::cluster {

// Where group coordinators keep groups and their offsets.
inline constexpr std::string_view kOffsetsTopicName = "__consumer_offsets";

// What the replicas may use of their broker during a handler.
struct ReplicaEnv {
  sim::Context& ctx;
  NetworkClient& network;
  SocketServer& server;
  const MetadataImage& metadata;
  BrokerEpoch broker_epoch;
};

class ReplicaManager {
 public:
  struct Options {
    BrokerId self;
    BrokerConfig config;
    // The channel of proposals to the controller, and the first of the fetchers' channels.
    Channel alter_partition_channel = 0;
    Channel first_fetcher_channel = 0;
  };

  explicit ReplicaManager(const Options& options);

  // ---- Life (replica_manager.cc).

  // To be called first: finds out which log directories there are.
  void LoadLogDirs(sim::Context& ctx) { logs_.LoadLogDirs(ctx); }
  // What the markers of a clean shutdown say, if there are any.
  std::optional<BrokerEpoch> ReadCleanShutdown(sim::Context& ctx) const { return logs_.ReadCleanShutdown(ctx); }
  const LogManager& logs() const { return logs_; }
  // Takes over what changed in the partitions `changed`, all of which env.metadata holds in their new state. The first
  // call loads the logs and starts the periodic tasks.
  void ApplyDelta(const ReplicaEnv& env, const absl::btree_set<TopicPartition>& changed);
  // Topics' settings may have changed.
  void UpdateConfigs(const ReplicaEnv& env, const absl::btree_set<TopicId>& topics);
  // What was set of this broker while it runs may have changed.
  void UpdateBrokerConfig(const MetadataImage& metadata);
  // From now on partitions that lost their leader, or whose ISR this broker left, are no longer followed.
  void BeginControlledShutdown() { in_controlled_shutdown_ = true; }
  // Leaves the disk as a clean shutdown does.
  void Shutdown(const ReplicaEnv& env) { logs_.Shutdown(env.ctx, partitions_, env.broker_epoch); }
  void SetActiveController(const ReplicaEnv& env, BrokerId controller) {
    alter_partition_.SetActiveController(env.ctx, env.network, controller);
  }
  // Of Component::kReplicaManager, kLogManager, kLogCleaner, kFetcher and kAlterPartition.
  void OnTimer(const ReplicaEnv& env, const sim::Timer& timer);
  void OnCompletion(const ReplicaEnv& env, const Completion& completion);
  bool OnDiskDone(const sim::DiskDone& done) { return logs_.OnDiskDone(partitions_, done); }

  // ---- Log directories (replica_manager_log_dirs.cc).

  // Those that have failed and are still taken for online (LogDirFailureChannel).
  std::vector<LogDir> TakeFailedLogDirs() { return logs_.TakeFailedDirs(); }
  // The partitions in the log directory are offline from now on: they are not followed, and who asks for them is told
  // KAFKA_STORAGE_ERROR. Requests that wait for them are not looked at: they end by their timeouts, as in Kafka.
  void HandleLogDirFailure(sim::Context& ctx, LogDir dir);
  // Replicas whose log directory is another than the one that the controller has for them, since the last call.
  std::vector<AssignReplicasToDirsRequest::PartitionData> TakeDirectoryAssignments() {
    return std::exchange(assignments_, {});
  }

  // ---- Produce (replica_manager_produce.cc).

  void AppendRecords(const ReplicaEnv& env, const RequestHandle& handle, const ProduceRequest& request);
  // Appends to a partition of an internal topic that this broker leads (CoordinatorPartitionWriter).
  LogAppendInfo AppendForCoordinator(const ReplicaEnv& env, TopicPartition tp, sim::Ref<const RecordBatch> batch);
  // Partitions of internal topics led here whose high watermark has moved since the last call.
  std::vector<TopicPartition> TakeInternalHighWatermarkMoves();

  // ---- DeleteRecords (replica_manager_delete_records.cc).

  void DeleteRecords(const ReplicaEnv& env, const RequestHandle& handle, const DeleteRecordsRequest& request);

  // ---- Reads (replica_manager_fetch.cc).

  // `fetch` holds a FetchRequest.
  void FetchMessages(const ReplicaEnv& env, const RequestHandle& handle, ApiRequestRef fetch);
  ListOffsetsResponse FetchOffsets(const ReplicaEnv& env, const ListOffsetsRequest& request) const;
  OffsetsForLeaderEpochResponse LastOffsetsForLeaderEpoch(const ReplicaEnv& env,
                                                          const OffsetsForLeaderEpochRequest& request) const;

  // Null if this broker does not hold it.
  const Partition* FindPartition(TopicPartition tp) const { return partitions_.Find(tp); }
  const PartitionTable& partitions() const { return partitions_; }

 private:
  enum TimerLocal : uint8_t {
    kProduceExpired,
    kFetchExpired,
    kIsrExpiration,
    kCheckpointHighWatermarks,
    kDeleteRecordsExpired,
    kWriteProposal,
  };
  struct ReadResult {
    FetchResponse response;
    // Of an incremental fetch: the places of the partitions read, in the order of the response's.
    std::vector<FetchSession::Place> places;
    int32_t bytes = 0;
    bool error_reading_data = false;
    bool has_diverging_epoch = false;
    bool has_preferred_read_replica = false;
  };

  PartitionEnv PartitionEnvOf(const ReplicaEnv& env) const {
    return {env.ctx, env.metadata, options_.config, options_.self, env.broker_epoch};
  }
  FetcherEnv FetcherEnvOf(const ReplicaEnv& env) {
    return {PartitionEnvOf(env), env.network, partitions_, logs_, follower_quota_};
  }

  void Startup(const ReplicaEnv& env);
  void SetTimer(const ReplicaEnv& env, TimerLocal kind, sim::Duration delay);
  // Every half of replica.lag.time.max.ms, in whole milliseconds.
  void ScheduleIsrExpiration(const ReplicaEnv& env);
  // Null if it is offline.
  Partition* GetOrCreatePartition(const ReplicaEnv& env, TopicPartition tp);
  void MarkPartitionOffline(sim::Context& ctx, TopicPartition tp);
  // Tells the controller where the replica is, if it does not know.
  void MaybeUpdateDirectoryAssignment(const ReplicaEnv& env, TopicPartition tp);
  void ApplyLocalLeaders(const ReplicaEnv& env, const std::vector<TopicPartition>& leaders);
  void ApplyLocalFollowers(const ReplicaEnv& env, const std::vector<TopicPartition>& followers);
  // The partition is no longer assigned to this broker, which deletes it.
  void StopPartition(const ReplicaEnv& env, TopicPartition tp);
  void MaybeShrinkIsr(const ReplicaEnv& env);
  void Submit(const ReplicaEnv& env, std::optional<AlterPartitionItem> proposal);
  // Defect::kIsrEpochOfLaterFetch: the thread that made a proposal goes on to write it into a request.
  void WriteProposal(const ReplicaEnv& env, uint64_t key);
  void HandleAlterPartitionResults(const ReplicaEnv& env);
  // KAFKA_STORAGE_ERROR for a partition that is offline here, NOT_LEADER_OR_FOLLOWER for one that another broker holds,
  // UNKNOWN_TOPIC_OR_PARTITION for one that nobody has.
  ErrorCode MissingPartitionError(const ReplicaEnv& env, TopicPartition tp) const;
  // Only coordinators write to internal topics.
  bool IsInternal(const ReplicaEnv& env, TopicPartition tp) const;
  void NoteStorage(const Partition& partition, ErrorCode error) {
    if (error == ErrorCode::kKafkaStorageError) logs_.NoteStorageFailure(partition.log().folder().log_dir());
  }

  // The high watermark rose or the role changed: looks at what waits for the partition.
  void TryCompleteDelayedRequests(const ReplicaEnv& env, TopicPartition tp);
  void TryCompleteDelayedProduces(const ReplicaEnv& env, TopicPartition tp);
  void TryCompleteDelayedFetches(const ReplicaEnv& env, TopicPartition tp);
  void TryCompleteDelayedDeletes(const ReplicaEnv& env, TopicPartition tp);

  Partition::DeleteRecordsResult DeleteRecordsOnLocalLog(const ReplicaEnv& env,
                                                         const DeleteRecordsRequest::PartitionData& data);
  bool IsComplete(const ReplicaEnv& env, DelayedDeleteRecords& operation) const;
  void Complete(const ReplicaEnv& env, const DelayedDeleteRecords& operation);

  DelayedProduce AppendToLocalLog(const ReplicaEnv& env, const RequestHandle& handle, const ProduceRequest& request);
  LogAppendInfo AppendToPartition(const ReplicaEnv& env, TopicPartition tp, sim::Ref<const RecordBatch> batch,
                                  RequiredAcks acks, AppendOrigin origin);
  void MaybeAddDelayedProduce(const ReplicaEnv& env, DelayedProduce operation, sim::Duration timeout);
  bool IsComplete(const ReplicaEnv& env, DelayedProduce& operation) const;
  void Complete(const ReplicaEnv& env, DelayedProduce operation);
  void AddLeaderHint(const ReplicaEnv& env, ProduceResponse::PartitionResponse& response) const;

  ReadResult ReadFromLog(const ReplicaEnv& env, const DelayedFetch& operation, bool read_from_purgatory);
  FetchResponse::PartitionData ReadPartition(const ReplicaEnv& env, const FetchParams& params,
                                             const FetchRequest::PartitionData& fetch, int32_t max_bytes,
                                             bool min_one_batch, bool read_from_purgatory);
  // Where the consumer is to read instead of here, if it asks the leader and somebody else is nearer.
  BrokerId FindPreferredReadReplica(const ReplicaEnv& env, const FetchParams& params,
                                    const FetchRequest::PartitionData& fetch);
  bool ChoosesReplica(const FetchParams& params) const {
    return options_.config.rack_aware_replica_selector && !params.is_from_follower() && !params.rack.empty();
  }
  // Consumers that read from this follower wait for its high watermark.
  void CompleteFetchesAfterResponse(const ReplicaEnv& env, const Completion& completion);
  void UpdateFollowerFetchState(const ReplicaEnv& env, const FetchParams& params, Partition& partition,
                                const FollowerFetch& fetch, FetchResponse::PartitionData& response);
  // Whether a follower that is not in sync gets nothing of the partition for now, so that the others have the network
  // (KIP-73). Followers that are in sync are never slowed: they would leave the ISR.
  bool ShouldLeaderThrottle(const ReplicaEnv& env, const Partition& partition, BrokerId follower);
  bool IsComplete(const ReplicaEnv& env, const DelayedFetch& operation);
  void Complete(const ReplicaEnv& env, const DelayedFetch& operation);
  void Park(const ReplicaEnv& env, DelayedFetch operation);
  void CompleteParked(const ReplicaEnv& env, OperationId id);

  // ---- Fetch sessions (replica_manager_sessions.cc).

  FetchContext NewFetchContext(const ReplicaEnv& env, const FetchRequest& request);
  // Partitions that were changed since their sessions settled on them become pending.
  void UnsettleChanged();
  // Says what the session has not been told yet (FetchContext.updateAndGenerateResponseData).
  void RespondToFetch(const ReplicaEnv& env, const DelayedFetch& fetch, ReadResult result);
  // An answer to a follower counts towards the leader's quota.
  void RecordThrottled(const ReplicaEnv& env, const FetchResponse& response);
  void OpenSession(const ReplicaEnv& env, const DelayedFetch& fetch, FetchResponse& response);
  void FilterForSession(const DelayedFetch& fetch, ReadResult& result);
  void SettlePartitions(const ReplicaEnv& env, const DelayedFetch& fetch);
  bool IsSettled(const ReplicaEnv& env, const FetchParams& params, const CachedPartition& cached) const;
  void WatchSessionPlaces();
  // Fetches that wait for this partition, in the order in which they came.
  std::vector<OperationId> DelayedFetchesOf(TopicPartition tp) const;

  Options options_;
  LogManager logs_;
  // Of what this broker sends to throttled followers, and of what it fetches for throttled partitions.
  ReplicationQuotaManager leader_quota_;
  ReplicationQuotaManager follower_quota_;
  PartitionTable partitions_;
  ReplicaFetcherManager fetchers_;
  AlterPartitionManager alter_partition_;
  // By the keys of their timers.
  absl::btree_map<uint64_t, AlterPartitionItem> unwritten_proposals_;
  uint64_t next_unwritten_ = 0;
  Purgatory<DelayedProduce> produce_purgatory_;
  Purgatory<DelayedFetch> fetch_purgatory_;
  Purgatory<DelayedDeleteRecords> delete_records_purgatory_;
  FetchSessionCache sessions_;
  // By session: the fetch that waits on it.
  std::vector<std::optional<OperationId>> parked_;
  // Derived at the first draw.
  std::optional<sim::RandomStream> session_ids_;
  absl::btree_set<TopicPartition> internal_high_watermark_moves_;
  // Kafka: HostedPartition.Offline. Until the broker starts again.
  absl::btree_set<TopicPartition> offline_;
  std::vector<AssignReplicasToDirsRequest::PartitionData> assignments_;
  bool in_controlled_shutdown_ = false;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_REPLICA_MANAGER_H_
