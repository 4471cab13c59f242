// How much of the replication traffic of throttled partitions a broker has seen lately, and whether that is more than
// it may (KIP-73, kafka.server.ReplicationQuotaManager). A broker has two: one for what it sends as a leader, one for
// what it fetches as a follower.
//
//   ReplicationQuotaManager quota({.samples = 11, .window = sim::Seconds(1)});
//   quota.UpdateQuota(1'000'000);                          // leader.replication.throttled.rate
//   quota.UpdateThrottled(topic, "0:1,1:2", broker);       // leader.replication.throttled.replicas
//   quota.Record(now, bytes);
//   if (quota.IsThrottled(tp) && quota.IsQuotaExceeded(now)) ...
//
// The rate is Kafka's SimpleRate over a SampledStat: the bytes of all samples that are not obsolete, over the time
// since the oldest of them began, one window at least. It is compared in whole numbers. Time is the broker's wall
// clock.
#ifndef KTRIAL_CLUSTER_REPLICATION_REPLICATION_QUOTA_MANAGER_H_
#define KTRIAL_CLUSTER_REPLICATION_REPLICATION_QUOTA_MANAGER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/protocol/ids.h"
#include "sim/time.h"

namespace ktrial::cluster {

class ReplicationQuotaManager {
 public:
  // replication.quota.window.num (>= 1) and replication.quota.window.size.seconds (> 0).
  struct Options {
    int32_t samples = 11;
    sim::Duration window = sim::Seconds(1);
  };
  // No quota: more than any traffic.
  static constexpr int64_t kUnlimited = INT64_MAX;

  explicit ReplicationQuotaManager(const Options& options) : options_(options) {}

  void UpdateQuota(int64_t bytes_per_second) { quota_ = bytes_per_second; }
  int64_t quota() const { return quota_; }
  // The topic's list of throttled replicas: "*" for all, "partition:broker,..." of which those of `self` count, or
  // empty for none.
  void UpdateThrottled(TopicId topic, std::string_view replicas, BrokerId self);

  bool IsThrottled(TopicPartition tp) const;
  bool has_throttled() const { return !throttled_.empty(); }
  // Counts even what the quota does not allow.
  void Record(sim::WallTime now, int64_t bytes);
  // Forgets obsolete samples.
  bool IsQuotaExceeded(sim::WallTime now);

 private:
  // SampledStat.Sample.
  struct Sample {
    sim::WallTime start;
    sim::WallTime last_event;
    int64_t bytes = 0;
  };
  struct Throttled {
    bool all = false;
    std::vector<int32_t> partitions;
  };

  void PurgeObsoleteSamples(sim::WallTime now);

  Options options_;
  int64_t quota_ = kUnlimited;
  absl::btree_map<TopicId, Throttled> throttled_;
  // A ring of one more than there may be windows: the oldest one overlaps the time that is looked at.
  std::vector<Sample> samples_;
  size_t current_ = 0;
};

// ThrottledReplicaListValidator: "*", or "partition:broker" one or more times, with commas between.
bool IsThrottledReplicaList(std::string_view text);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_REPLICATION_QUOTA_MANAGER_H_
