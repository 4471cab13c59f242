// Fetches from one leader for all partitions that follow it (kafka.server.AbstractFetcherThread, ReplicaFetcherThread):
// one request in flight, partitions in rotation, each with its own position and state.
//
// A follower starts at its log end and says which epoch its last record is of. A leader whose log differs there answers
// where the two part, and the follower cuts its log and goes on (truncation on fetch, Fetch v12). Requests go by a
// fetch session (KIP-227): they name the partitions whose position or state changed, and answers those with news.
//
// With earlier generations of ReplicationProtocol a follower starts by truncating: to its own high watermark, or to
// what the leader answers to OffsetsForLeaderEpoch. That part is in fetcher_truncation.cc.
#ifndef KTRIAL_CLUSTER_REPLICATION_REPLICA_FETCHER_THREAD_H_
#define KTRIAL_CLUSTER_REPLICATION_REPLICA_FETCHER_THREAD_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/client/fetch_session_handler.h"
#include "cluster/network/network_client.h"
#include "cluster/replication/log_manager.h"
#include "cluster/replication/partition_table.h"
#include "cluster/replication/replication_quota_manager.h"
#include "sim/context.h"

namespace ktrial::cluster {

// What a fetcher may use during a handler.
struct FetcherEnv {
  PartitionEnv partition;
  NetworkClient& network;
  PartitionTable& partitions;
  LogManager& logs;
  ReplicationQuotaManager& quota;

  sim::Context& ctx() const { return partition.ctx; }
};

// How a partition begins to follow.
struct InitialFetchState {
  TopicPartition tp;
  LeaderEpoch leader_epoch;
};

enum class FetcherState : uint8_t {
  kTruncating,
  kFetching,
  // Asks the leader for the bounds of its log, having been told OFFSET_OUT_OF_RANGE.
  kOutOfRange,
};

// The offset to cut a log to, and whether that is where it leaves the leader's for sure.
struct OffsetTruncationState {
  Offset offset;
  bool completed = true;
};

struct PartitionFetchState {
  // While truncating, where to cut if the leader cannot tell.
  Offset fetch_offset;
  LeaderEpoch current_leader_epoch;
  // Epoch of the last record fetched, none if there is none.
  LeaderEpoch last_fetched_epoch;
  FetcherState state = FetcherState::kFetching;
  sim::SimTime delayed_until;
  // Partitions that got data most recently come last in the next request.
  uint64_t turn = 0;
  // How far behind the leader's high watermark it was after the last data; none before any.
  std::optional<int64_t> lag = std::nullopt;

  bool IsReplicaInSync() const { return lag.has_value() && *lag <= 0; }
  bool IsReadyForFetch(sim::SimTime now) const { return state == FetcherState::kFetching && now >= delayed_until; }
  bool IsReadyForTruncation(sim::SimTime now) const {
    return state == FetcherState::kTruncating && now >= delayed_until;
  }
};

class ReplicaFetcherThread {
 public:
  // `index` numbers the broker's fetchers; it comes back in the keys of calls and timers.
  ReplicaFetcherThread(BrokerId source, Channel channel, uint64_t index)
      : source_(source), channel_(channel), index_(index) {}

  BrokerId source() const { return source_; }
  uint64_t index() const { return index_; }
  const absl::btree_map<TopicPartition, PartitionFetchState>& partitions() const { return partitions_; }

  // Positions are taken from the partitions' logs as they are now.
  void AddPartitions(const FetcherEnv& env, const std::vector<InitialFetchState>& initial);
  void RemovePartition(TopicPartition tp) {
    if (partitions_.erase(tp) > 0) changed_.push_back(tp);
  }
  // One round of the thread's loop: truncates what has to be, and sends a request unless one is out.
  void DoWork(const FetcherEnv& env);
  void OnCompletion(const FetcherEnv& env, const Completion& completion);
  void OnTimer(const FetcherEnv& env);
  // Gives up what is in flight, and the connection with it.
  void Shutdown(const FetcherEnv& env);

 private:
  enum class Call : uint8_t { kNone, kFetch, kEpochEnds, kLatestOffset, kEarliestOffset };

  void StartFetchingOrTruncating(const FetcherEnv& env, const UnifiedLog& log, PartitionFetchState& state);
  // True if a request went out for it.
  bool MaybeTruncate(const FetcherEnv& env);
  void FetchOrWait(const FetcherEnv& env);
  bool MaybeFetch(const FetcherEnv& env);
  void SendListOffsets(const FetcherEnv& env, Call call);
  void Send(const FetcherEnv& env, RequestBody body, Call call);

  // The partitions that are ready, into the next request of the session.
  void BuildFetch(const FetcherEnv& env, FetchRequest& request);
  void BuildFullFetch(const FetcherEnv& env);
  void BuildIncrementalFetch(const FetcherEnv& env);
  // Whether the partition is to be fetched next.
  bool IsDue(const FetcherEnv& env, TopicPartition tp, const PartitionFetchState& state) const;
  // Partitions that are throttled and not in sync: whether they may be fetched depends on time alone.
  void NoteThrottled(const FetcherEnv& env);
  FetchRequest::PartitionData Ask(const FetcherEnv& env, TopicPartition tp, const PartitionFetchState& state) const;
  void ProcessFetch(const FetcherEnv& env, const Completion& completion);
  void ProcessPartition(const FetcherEnv& env, const FetchRequest::PartitionData& requested,
                        const FetchResponse::PartitionData& data);
  // False if the log refused the data.
  bool ProcessPartitionData(const FetcherEnv& env, Partition& partition, PartitionFetchState& state,
                            const FetchResponse::PartitionData& data);
  void ProcessEpochEnds(const FetcherEnv& env, const Completion& completion);
  void TruncateOnFetchResponse(const FetcherEnv& env, Partition& partition, PartitionFetchState& state,
                               const FetchResponse::PartitionData& data);
  // An answer demands truncation of a partition that has left this fetcher: to be ignored, which
  // Defect::kTruncateUnownedPartition forgets.
  void MaybeTruncateUnowned(const FetcherEnv& env, TopicPartition tp, OffsetAndEpoch leader_end);
  void Truncate(const FetcherEnv& env, Partition& partition, PartitionFetchState& state, OffsetTruncationState to,
                TruncationReason reason);
  void ProcessListOffsets(const FetcherEnv& env, Call call, const Completion& completion);
  void HandleError(const FetcherEnv& env, TopicPartition tp, LeaderEpoch requested_epoch, ErrorCode error);
  void ResetAfterOutOfRange(const Partition& partition, PartitionFetchState& state);
  void DelayPartition(const FetcherEnv& env, TopicPartition tp);
  // Removes the partition until metadata adds it again.
  void MarkPartitionFailed(TopicPartition tp) { RemovePartition(tp); }

  BrokerId source_;
  Channel channel_;
  uint64_t index_;
  absl::btree_map<TopicPartition, PartitionFetchState> partitions_;
  // Their turn to be asked about with ListOffsets.
  std::deque<TopicPartition> out_of_range_;
  FetchSessionHandler session_;
  // Partitions whose PartitionFetchState may have changed since the last request, and those that were not ready for it:
  // the next request looks at no others. Whoever changes a state adds to these. Changes of the partition itself are
  // learned from the partition table.
  std::vector<TopicPartition> changed_;
  Call call_ = Call::kNone;
  // The leader epochs in which the partitions of a call other than a fetch were asked about, in its order.
  std::vector<LeaderEpoch> asked_in_;
  sim::TimerHandle idle_timer_;
  uint64_t next_turn_ = 1;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_REPLICA_FETCHER_THREAD_H_
