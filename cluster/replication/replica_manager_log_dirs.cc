// What a broker's replicas do when one of its log directories fails (ReplicaManager.handleLogDirFailure, KIP-112), and
// what the controller is told of where they are (KIP-858).
#include <utility>
#include <vector>

#include "cluster/facts.h"
#include "cluster/metadata/broker_list.h"
#include "cluster/replication/replica_manager.h"

namespace ktrial::cluster {

void ReplicaManager::MarkPartitionOffline(sim::Context& ctx, TopicPartition tp) {
  if (offline_.insert(tp).second) ctx.Emit(ReplicaOffline{.tp = tp, .broker = options_.self});
}

void ReplicaManager::HandleLogDirFailure(sim::Context& ctx, LogDir dir) {
  std::vector<TopicPartition> lost;
  for (const Partition& partition : std::as_const(partitions_).all()) {
    if (partition.log().folder().log_dir() == dir) lost.push_back(partition.tp());
  }
  for (const TopicPartition& tp : lost) {
    fetchers_.RemoveFetcherForPartition(tp);
    partitions_.Remove(tp);
    MarkPartitionOffline(ctx, tp);
  }
  logs_.HandleLogDirFailure(dir);
  ctx.Emit(LogDirFailed{.broker = options_.self, .dir = dir, .directory = logs_.directory_id(dir)});
}

void ReplicaManager::MaybeUpdateDirectoryAssignment(const ReplicaEnv& env, TopicPartition tp) {
  const Partition* partition = std::as_const(partitions_).Find(tp);
  const PartitionRegistration& state = *env.metadata.FindPartition(tp);
  if (partition == nullptr || !Contains(state.replicas, options_.self)) return;
  const DirectoryId actual = logs_.directory_id(partition->log().folder().log_dir());
  if (state.DirectoryOf(options_.self) != actual) assignments_.push_back({.tp = tp, .directory = actual});
}

}  // namespace ktrial::cluster
