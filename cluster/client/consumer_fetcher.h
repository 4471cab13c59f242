// A consumer's reading side (org.apache.kafka.clients.consumer.internals: Fetcher, FetchCollector, OffsetFetcher): one
// fetch in flight to each leader, in a fetch session (KIP-227), buffers, positions that are reset or validated against
// truncation (KIP-320).
#ifndef KTRIAL_CLUSTER_CLIENT_CONSUMER_FETCHER_H_
#define KTRIAL_CLUSTER_CLIENT_CONSUMER_FETCHER_H_

#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/client/consumer_coordinator.h"
#include "cluster/client/fetch_session_handler.h"
#include "cluster/client/subscription_state.h"
#include "cluster/config.h"

namespace ktrial::cluster {

// A record as poll() returns it.
struct ConsumedRecord {
  TopicPartition tp;
  Offset offset;
  int64_t value = -1;
  LeaderEpoch leader_epoch;
};

class ConsumerFetcher {
 public:
  ConsumerFetcher(ClientId client, GroupIndex group, ConsumerConfig config);

  // Resets, validates and fetches whatever is not under way.
  void SendRequests(const ClientEnv& env, SubscriptionState& subscription);
  void OnCompletion(const ClientEnv& env, SubscriptionState& subscription, const Completion& completion);
  void OnTimer() { wake_timer_ = {}; }

  // Takes up to max.poll.records from the buffers and moves the positions past them.
  std::vector<ConsumedRecord> Collect(SubscriptionState& subscription);

 private:
  enum class Call : uint8_t { kFetch, kListOffsets, kValidate };
  // What a request asked, to tell whether the answer still fits.
  struct Asked {
    TopicPartition tp;
    int64_t assignment = 0;
    int64_t generation = 0;
    Offset offset;
  };

  void ResetPositions(const ClientEnv& env, SubscriptionState& subscription);
  void ValidatePositions(const ClientEnv& env, SubscriptionState& subscription);
  void SendFetches(const ClientEnv& env, SubscriptionState& subscription);
  void OnFetch(const ClientEnv& env, SubscriptionState& subscription, const Completion& completion,
               const std::vector<Asked>& asked);
  void OnFetchedPartition(const ClientEnv& env, AssignedPartition& partition, const Asked& asked,
                          const FetchResponse::PartitionData& data);
  void OnListOffsets(const ClientEnv& env, SubscriptionState& subscription, const Completion& completion,
                     const std::vector<Asked>& asked);
  void OnValidated(const ClientEnv& env, SubscriptionState& subscription, const Completion& completion,
                   const std::vector<Asked>& asked);
  void RequestReset(AssignedPartition& partition);
  // Whom to read the partition from: the preferred replica while it is known to be up, else the leader.
  BrokerId SelectReadReplica(const ClientEnv& env, AssignedPartition& partition, BrokerId leader);
  static Asked Ask(TopicPartition tp, const AssignedPartition& partition);
  // The partition a request asked about, if its answer still matters.
  static AssignedPartition* Match(SubscriptionState& subscription, const Asked& asked);
  void BackOff(const ClientEnv& env, AssignedPartition& partition);
  CallTag Remember(Call call, std::vector<Asked> asked);
  void Wake(const ClientEnv& env, sim::Duration delay);

  ClientId client_;
  GroupIndex group_;
  ConsumerConfig config_;
  absl::btree_map<uint64_t, std::vector<Asked>> asked_;
  uint64_t next_key_ = 0;
  struct Node {
    bool fetch_in_flight = false;
    FetchSessionHandler session;
  };
  absl::btree_map<BrokerId, Node> nodes_;
  sim::TimerHandle wake_timer_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_CONSUMER_FETCHER_H_
