// Reading from followers (KIP-392): the leader's choice of a replica for a consumer, and consumers that wait at a
// follower.

#include <utility>
#include <vector>

#include "cluster/metadata/broker_list.h"
#include "cluster/replication/replica_manager.h"
#include "cluster/replication/replica_selector.h"

namespace ktrial::cluster {

BrokerId ReplicaManager::FindPreferredReadReplica(const ReplicaEnv& env, const FetchParams& params,
                                                  const FetchRequest::PartitionData& fetch) {
  // Not const: the times of followers' fetches are to be exact.
  const Partition& partition = *partitions_.Find(fetch.tp);
  if (!partition.is_leader() || partition.CheckLeader(fetch.current_leader_epoch) != ErrorCode::kNone) return {};
  const auto rack_of = [&env](BrokerId broker) {
    const BrokerRegistration* registration = env.metadata.FindBroker(broker);
    return registration == nullptr || registration->fenced ? std::string_view() : registration->rack;
  };
  const sim::WallTime now = env.ctx.wall_clock();
  std::vector<ReplicaView> views;
  for (const Replica& replica : partition.remote_replicas()) {
    // One that is not in sync may fall behind further and further, and the consumer with it.
    const bool serves = Contains(MaximalIsr(partition.isr_state()), replica.broker()) &&
                        replica.log_end() >= fetch.fetch_offset && replica.log_start() <= fetch.fetch_offset;
    if (!serves) continue;
    views.push_back({.broker = replica.broker(),
                     .rack = rack_of(replica.broker()),
                     .log_end = replica.log_end(),
                     .since_caught_up = now - replica.last_caught_up()});
  }
  views.push_back({.broker = options_.self,
                   .rack = rack_of(options_.self),
                   .log_end = partition.log().log_end(),
                   .since_caught_up = sim::Duration()});
  const BrokerId chosen = SelectRackAware(params.rack, options_.self, views);
  return chosen == options_.self ? BrokerId() : chosen;
}

void ReplicaManager::CompleteFetchesAfterResponse(const ReplicaEnv& env, const Completion& completion) {
  const bool is_fetch = completion.ok() && std::holds_alternative<FetchResponse>(completion.response->body);
  if (!is_fetch || fetch_purgatory_.size() == 0) {
    fetchers_.OnCompletion(FetcherEnvOf(env), completion);
    return;
  }
  std::vector<std::pair<TopicPartition, Offset>> before;
  for (const FetchResponse::PartitionData& data : completion.As<FetchResponse>().partitions) {
    const Partition* partition = std::as_const(partitions_).Find(data.tp);
    if (partition != nullptr) before.push_back({data.tp, partition->log().high_watermark()});
  }
  fetchers_.OnCompletion(FetcherEnvOf(env), completion);
  for (const auto& [tp, high_watermark] : before) {
    if (std::as_const(partitions_).Find(tp)->log().high_watermark() != high_watermark) {
      TryCompleteDelayedFetches(env, tp);
    }
  }
}

}  // namespace ktrial::cluster
