// The god's-eye view that checkers judge by: what every replica's log really holds, what the controller has decided,
// and what is committed. It is built from facts alone.
//
// "Committed" is a ghost variable, as in the TLA+ models of Kafka: true_high_watermark is the largest high watermark
// ever set by a leader whose epoch was the controller's at that time, and `committed` holds the batches below it, fixed
// when it passed them.
#ifndef KTRIAL_PROPERTIES_GHOST_H_
#define KTRIAL_PROPERTIES_GHOST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "cluster/facts.h"
#include "cluster/protocol/ids.h"
#include "properties/ghost_log.h"
#include "sim/fact.h"
#include "sim/time.h"

namespace ktrial::properties {

using cluster::BrokerEpoch;
using cluster::BrokerId;
using cluster::LeaderEpoch;
using cluster::Offset;
using cluster::PartitionEpoch;
using cluster::TopicPartition;

struct GhostReplica {
  GhostLog log;
  Offset high_watermark{0};
  // As its broker sees it; none until it has a role.
  LeaderEpoch leader_epoch;
  bool leads = false;
};

struct GhostTruncation {
  sim::SimTime at;
  BrokerId broker;
  Offset from;
  Offset to;
  cluster::TruncationReason reason = cluster::TruncationReason::kLeaderEpoch;
  std::vector<LogEntry> removed;
};

struct GhostPartition {
  // By broker; brokers that never held the partition have none.
  absl::btree_map<BrokerId, GhostReplica> replicas;

  // The controller's committed decision.
  BrokerId leader;
  LeaderEpoch leader_epoch;
  PartitionEpoch partition_epoch;
  std::vector<BrokerId> isr;
  std::vector<BrokerId> assigned;
  Offset metadata_offset;

  Offset true_high_watermark{0};
  GhostLog committed;

  // Those that removed anything.
  std::vector<GhostTruncation> truncations;
  // Members of the ISR that lost power and have not been seen with all committed records since.
  absl::btree_set<BrokerId> lossy;
  // Why committed records of this partition may be lost, once something allows it; empty otherwise.
  std::string licence;
};

struct GhostBroker {
  // The committed registration.
  BrokerEpoch epoch;
  bool fenced = true;
  bool in_controlled_shutdown = false;
  bool running = false;
};

// Which machines and programs stand behind broker ids.
struct GhostTopology {
  absl::btree_map<sim::ProcessId, BrokerId> broker_of_process;
  absl::btree_map<sim::HostId, BrokerId> broker_of_host;
};

class Ghost {
 public:
  explicit Ghost(GhostTopology topology) : topology_(std::move(topology)) {}

  // Takes a fact in. Facts that it does not know change nothing.
  void OnFact(const sim::FactHeader& header, const void* fact);

  const absl::btree_map<TopicPartition, GhostPartition>& partitions() const { return partitions_; }
  // Null if nothing is known of it.
  const GhostPartition* Find(TopicPartition tp) const;
  const GhostReplica* FindReplica(TopicPartition tp, BrokerId broker) const;
  const absl::btree_map<BrokerId, GhostBroker>& brokers() const { return brokers_; }
  bool IsUp(BrokerId broker) const;
  // What the latest LogTruncated or LogLoaded removed; null if nothing.
  const GhostTruncation* last_truncation() const { return truncated_ ? &*truncated_ : nullptr; }
  // What the latest HighWatermarkMoved committed.
  const std::vector<LogEntry>& newly_committed() const { return newly_committed_; }

 private:
  void On(const sim::FactHeader& header, const cluster::BatchAppended& fact);
  void On(const sim::FactHeader& header, const cluster::LogTruncated& fact);
  void On(const sim::FactHeader& header, const cluster::LogLoaded& fact);
  void Truncate(GhostPartition& partition, GhostTruncation truncation);
  void On(const cluster::HighWatermarkMoved& fact);
  void On(const cluster::BecameLeader& fact);
  void On(const cluster::BecameFollower& fact);
  void On(const cluster::PartitionCommitted& fact);
  void On(const cluster::BrokerRegistrationCommitted& fact);
  void OnStarted(sim::ProcessId process);
  void OnEnded(sim::ProcessId process);
  void OnPowerLost(sim::HostId host);
  void Commit(GhostPartition& partition, const GhostReplica& leader, Offset to);
  static void GrantPowerLossLicence(GhostPartition& partition);

  GhostTopology topology_;
  absl::btree_map<TopicPartition, GhostPartition> partitions_;
  absl::btree_map<BrokerId, GhostBroker> brokers_;
  Offset registration_offset_;
  std::optional<GhostTruncation> truncated_;
  std::vector<LogEntry> newly_committed_;
};

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_GHOST_H_
