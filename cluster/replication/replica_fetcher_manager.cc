#include "cluster/replication/replica_fetcher_manager.h"

namespace ktrial::cluster {
namespace {

// Which of a leader's fetchers a partition belongs to. Kafka hashes the topic's name; its id spreads as well.
int32_t FetcherIdOf(TopicPartition tp, int32_t num_fetchers) {
  return static_cast<int32_t>((31 * static_cast<int64_t>(tp.topic.value()) + tp.partition) % num_fetchers);
}

}  // namespace

void ReplicaFetcherManager::AddFetcherForPartitions(const FetcherEnv& env,
                                                    const std::vector<FetcherForPartition>& partitions) {
  absl::btree_map<std::pair<BrokerId, int32_t>, std::vector<InitialFetchState>> by_fetcher;
  for (const FetcherForPartition& added : partitions) {
    const int32_t fetcher = FetcherIdOf(added.initial.tp, env.partition.config.num_replica_fetchers);
    by_fetcher[{added.leader, fetcher}].push_back(added.initial);
  }
  for (const auto& [key, initial] : by_fetcher) {
    auto it = fetchers_.find(key);
    if (it == fetchers_.end()) {
      const uint64_t index = next_index_++;
      const auto channel = static_cast<Channel>(first_channel_ + key.second);
      it = fetchers_.emplace(key, ReplicaFetcherThread(key.first, channel, index)).first;
      by_index_[index] = key;
    }
    it->second.AddPartitions(env, initial);
  }
}

void ReplicaFetcherManager::RemoveFetcherForPartition(TopicPartition tp) {
  for (auto& [key, fetcher] : fetchers_) fetcher.RemovePartition(tp);
}

void ReplicaFetcherManager::ShutdownIdleFetcherThreads(const FetcherEnv& env) {
  for (auto it = fetchers_.begin(); it != fetchers_.end();) {
    if (!it->second.partitions().empty()) {
      ++it;
      continue;
    }
    by_index_.erase(it->second.index());
    it->second.Shutdown(env);
    it = fetchers_.erase(it);
  }
}

ReplicaFetcherThread* ReplicaFetcherManager::FindByIndex(uint64_t index) {
  const auto it = by_index_.find(index);
  return it == by_index_.end() ? nullptr : &fetchers_.at(it->second);
}

void ReplicaFetcherManager::OnCompletion(const FetcherEnv& env, const Completion& completion) {
  if (ReplicaFetcherThread* fetcher = FindByIndex(completion.tag.key)) fetcher->OnCompletion(env, completion);
}

void ReplicaFetcherManager::OnTimer(const FetcherEnv& env, const sim::Timer& timer) {
  if (ReplicaFetcherThread* fetcher = FindByIndex(timer.key)) fetcher->OnTimer(env);
}

}  // namespace ktrial::cluster
