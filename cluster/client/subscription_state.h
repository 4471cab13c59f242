// The partitions that a consumer owns and its position on each
// (org.apache.kafka.clients.consumer.internals.SubscriptionState).
#ifndef KTRIAL_CLUSTER_CLIENT_SUBSCRIPTION_STATE_H_
#define KTRIAL_CLUSTER_CLIENT_SUBSCRIPTION_STATE_H_

#include <cstdint>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/client/client_metadata.h"
#include "cluster/protocol/ids.h"
#include "cluster/protocol/record_batch.h"
#include "sim/time.h"

namespace ktrial::cluster {

// Where the consumer reads next, and the epoch of the record before it, by which a truncation is found (KIP-320).
struct FetchPosition {
  Offset offset;
  LeaderEpoch offset_epoch;
};

enum class FetchState : uint8_t {
  kInitializing,     // no position: the committed offset is being asked for
  kAwaitReset,       // no position: auto.offset.reset is being looked up
  kFetching,         // position known
  kAwaitValidation,  // a newer leader epoch was learned: the position is being compared with the leader's log
};

struct AssignedPartition {
  FetchState state = FetchState::kInitializing;
  FetchPosition position;
  // The leader that the position was last found good for.
  LeaderAndEpoch validated_for;
  // The follower to read from instead of the leader, none if there is none, and until when that holds (KIP-392).
  BrokerId preferred_read_replica;
  sim::SimTime preferred_until;
  // Nothing is asked for this partition before.
  sim::SimTime retry_at;
  // A lookup (offsets by time or by epoch) is under way.
  bool lookup_in_flight = false;
  // Fetched and not yet returned by poll(); the first batch may begin before the position.
  std::vector<LogBatchRef> buffer;
  // Which assignment of the consumer's this is, and how often the position changed in it other than by reading on:
  // answers to older questions are dropped.
  int64_t assignment = 0;
  int64_t generation = 0;

  bool HasPosition() const { return state == FetchState::kFetching || state == FetchState::kAwaitValidation; }
};

struct SubscriptionState {
  absl::btree_map<TopicPartition, AssignedPartition> partitions;
  // All partitions are about to be given up: nothing is fetched for them or returned from them any more.
  bool pending_revocation = false;
  int64_t assignments = 0;

  // Adds a partition, without a position.
  void Assign(TopicPartition tp) { partitions[tp] = {.assignment = ++assignments}; }
  AssignedPartition* Find(TopicPartition tp) {
    const auto it = partitions.find(tp);
    return it == partitions.end() ? nullptr : &it->second;
  }
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_SUBSCRIPTION_STATE_H_
