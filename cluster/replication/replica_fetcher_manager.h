// The fetchers of one broker (kafka.server.ReplicaFetcherManager): num.replica.fetchers for each leader that it
// follows, made when the first partition needs one and ended with the last.
#ifndef KTRIAL_CLUSTER_REPLICATION_REPLICA_FETCHER_MANAGER_H_
#define KTRIAL_CLUSTER_REPLICATION_REPLICA_FETCHER_MANAGER_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/replication/replica_fetcher_thread.h"

namespace ktrial::cluster {

class ReplicaFetcherManager {
 public:
  // Fetcher i of any leader talks on channel first_channel + i.
  explicit ReplicaFetcherManager(Channel first_channel) : first_channel_(first_channel) {}

  struct FetcherForPartition {
    BrokerId leader;
    InitialFetchState initial;
  };
  void AddFetcherForPartitions(const FetcherEnv& env, const std::vector<FetcherForPartition>& partitions);
  void RemoveFetcherForPartition(TopicPartition tp);
  // Ends the fetchers that have nothing left to fetch.
  void ShutdownIdleFetcherThreads(const FetcherEnv& env);

  void OnCompletion(const FetcherEnv& env, const Completion& completion);
  void OnTimer(const FetcherEnv& env, const sim::Timer& timer);

  // By leader and fetcher number.
  using Fetchers = absl::btree_map<std::pair<BrokerId, int32_t>, ReplicaFetcherThread>;
  const Fetchers& fetchers() const { return fetchers_; }

 private:
  // Null if that fetcher has been ended.
  ReplicaFetcherThread* FindByIndex(uint64_t index);

  Channel first_channel_;
  Fetchers fetchers_;
  // Numbers all fetchers that there ever were, so that what comes in for one that was ended meets nobody.
  uint64_t next_index_ = 0;
  absl::btree_map<uint64_t, std::pair<BrokerId, int32_t>> by_index_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_REPLICA_FETCHER_MANAGER_H_
