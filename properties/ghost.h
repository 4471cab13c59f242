// The god's-eye view that checkers judge by: what every replica's log really holds, what the controller has decided,
// and what is committed. It is built from facts alone.
//
// "Committed" is a ghost variable, as in the TLA+ models of Kafka: true_high_watermark is the largest high watermark
// ever set by a leader whose epoch was the controller's at that time, and `committed` holds the batches below it, fixed
// when it passed them. When a leader begins an epoch without some of them, they are lost: they leave `committed`, so
// that what follows is judged by the log that goes on, and `last_loss` tells of them.
//
// Compaction is looked through: a replica's log here holds all that was ever appended to it, also what its cleaner has
// removed since, and a follower that fetches what a cleaner left is taken to hold what the cleaner saw. So logs are
// compared as if nobody compacted. What a cleaner may remove is S24's to judge, and who misses a record can ask
// WasCompacted. Nothing but what a cleaner told of is filled in.
//
// A licence is a reason for which Kafka may lose committed records: an unclean election, or a loss of power or of the
// disk on every replica that must hold them: the ISR and the eligible leader replicas or, if nobody is left of these,
// the last known leader (KIP-966). It lasts until all assigned replicas hold the committed log again.
//
// A hole is what a loss of power took from the middle of a replica's log, when recovery went on behind it. It too is
// looked through: the log here keeps the records, so that what lies behind can be compared, and `holes` says where they
// are missing. Whoever misses one can ask for its licence, which is for the records of the hole alone.
//
// Logs that part within one leader epoch are what comes of a leader that lost its power or its disk and led on in that
// epoch: nothing tells the replicas where to truncate. PartedWithinEpoch says whether two logs differ for that reason.
//
// Records that leave at the front of a log, by retention or DeleteRecords, were there, and stay in these logs: nothing
// is lost by that. A replica that begins its log at a later offset is taken to have had what was committed below it, so
// far as it has left legally.
#ifndef KTRIAL_PROPERTIES_GHOST_H_
#define KTRIAL_PROPERTIES_GHOST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/facts.h"
#include "cluster/log/log_facts.h"
#include "cluster/protocol/ids.h"
#include "properties/ghost_log.h"
#include "properties/partition_map.h"
#include "properties/small_map.h"
#include "sim/fact.h"
#include "sim/time.h"

namespace ktrial::properties {

using cluster::BrokerEpoch;
using cluster::BrokerId;
using cluster::LeaderEpoch;
using cluster::Offset;
using cluster::PartitionEpoch;
using cluster::TopicPartition;

struct OffsetRange {
  Offset from;
  Offset to;
};

struct GhostReplica {
  bool IsInHole(Offset offset) const;

  GhostLog log;
  // In ascending order.
  std::vector<OffsetRange> holes;
  Offset high_watermark{0};
  // What lies below is in `log` and no longer in the replica's.
  Offset log_start{0};
  // As its broker sees it; none until it has a role.
  LeaderEpoch leader_epoch;
  bool leads = false;
  // The log directory that its log is in.
  cluster::LogDir dir = cluster::kFirstLogDir;
  // Its log directory has failed: it serves no longer, and what it holds is out of reach until its broker starts again.
  bool offline = false;
  // Its disk, one of several, was replaced, and it has not led since: the controller does not elect it (KIP-858).
  bool disk_replaced = false;
};

// Why records left a replica's log.
enum class RemovalCause : int8_t { kTruncated, kMissingAfterStart, kHole, kDiskWiped, kReplicaDeleted };

struct GhostTruncation {
  sim::SimTime at;
  BrokerId broker;
  Offset from;
  Offset to;
  RemovalCause cause = RemovalCause::kTruncated;
  // With kTruncated.
  cluster::TruncationReason reason = cluster::TruncationReason::kLeaderEpoch;
  std::vector<LogEntry> removed;
};

// A broker's reign over a partition.
struct GhostReign {
  sim::SimTime at;
  BrokerId broker;
  LeaderEpoch epoch;
  Offset epoch_start;
};

// What the controller committed about a partition.
struct GhostDecision {
  sim::SimTime at;
  Offset metadata_offset;
  BrokerId leader;
  LeaderEpoch leader_epoch;
  std::vector<BrokerId> isr;
  cluster::PartitionChangeReason reason = cluster::PartitionChangeReason::kCreated;
};

struct GhostLicence {
  sim::SimTime granted_at;
  // SimTime::Max() while it lasts.
  sim::SimTime ended_at = sim::SimTime::Max();
  std::string reason;
};

inline constexpr std::string_view kPartedWithinEpoch =
    "a leader lost power or its disk, and led on in the same leader epoch";
inline constexpr std::string_view kRecoveredWithHole =
    "a loss of power took the end of a segment, and recovery went on with the next";

struct GhostPartition {
  // By broker; brokers that never held the partition have none.
  SmallMap<BrokerId, GhostReplica> replicas;

  // The controller's committed decision.
  BrokerId leader;
  LeaderEpoch leader_epoch;
  PartitionEpoch partition_epoch;
  std::vector<BrokerId> isr;
  std::vector<BrokerId> assigned;
  // KIP-966; the last known leader is none while there is a leader.
  std::vector<BrokerId> elr;
  BrokerId last_known_leader;
  // Of a reassignment under way.
  std::vector<BrokerId> adding;
  std::vector<BrokerId> removing;
  Offset metadata_offset;

  Offset true_high_watermark{0};
  // Up to where a replica deleted records by retention or because DeleteRecords said so: below, any replica may lack
  // them.
  Offset legal_log_start{0};
  GhostLog committed;
  // Batches below the high watermark of a leader that the controller had replaced already. Consumers may have seen
  // them, and the new leader is to commit them.
  std::vector<LogEntry> claimed;
  // The leader began its epoch before its broker was registered, and has not acted as leader since: whether its log is
  // complete matters only if it does.
  bool leader_unproven = false;
  // Batches that were committed once, until a leader began without them.
  std::vector<LogEntry> lost;

  // The history, for evidence: truncations that removed anything, leaders at work, decisions of the controller.
  std::vector<GhostTruncation> truncations;
  std::vector<GhostReign> reigns;
  std::vector<GhostDecision> decisions;
  // Epochs in which a leader began again after it had lost its power or its disk.
  std::vector<LeaderEpoch> resumed_epochs;
  // What leaders took from producers that they did not know.
  std::vector<cluster::LogBatchRef> from_unknown_producers;

  // Brokers that lost power or their disk, and whether their log has been loaded since; until they are known to hold
  // everything committed.
  SmallMap<BrokerId, bool> lossy;
  std::vector<GhostLicence> licences;
  // Why committed records of this partition may be lost at present; empty if nothing allows it.
  std::string licence;

  // By offset: records that the cleaner of some replica has removed.
  std::vector<bool> compacted;

  bool WasCompacted(Offset offset) const {
    return offset.value() < static_cast<int64_t>(compacted.size()) && compacted[static_cast<size_t>(offset.value())];
  }
  // Whether a leader that knew nothing of its producer took the batch, whose sequence does not begin with 0.
  bool AcceptedFromUnknown(const cluster::LogBatch& batch) const;
  // Whether the two logs differ first at a batch that both took in the same leader epoch, one of `resumed_epochs`.
  bool PartedWithinEpoch(const GhostLog& a, const GhostLog& b) const;
  // The licence for it: kPartedWithinEpoch, or empty.
  std::string_view PartingLicence(const GhostLog& a, const GhostLog& b) const;
  // The licence for missing the record at `offset`, if it lies in a hole of some replica; or empty.
  std::string_view HoleLicence(Offset offset) const;
  // Whether the replica's log is the committed log up to its end, but for holes.
  bool HoldsCommitted(const GhostReplica& replica) const;
  // Whether the batch is or was committed.
  bool EverCommitted(const cluster::LogBatch& batch) const;
  // Who must hold every committed record, for any of them may be elected.
  std::vector<BrokerId> Electable() const;
  // Why nobody leads, though brokers run that might: the disks of all of them were replaced (KIP-858); or empty.
  std::string_view ReplacedDisksLicence() const;
  // The entry of `claimed` that holds `offset` with `value`; null if there is none.
  const LogEntry* FindClaimed(Offset offset, int64_t value) const;
  // The reason of a licence that was in force at or after `since`; empty if there was none.
  std::string_view LicenceSince(sim::SimTime since) const;
};

struct GhostBroker {
  // The committed registration.
  BrokerEpoch epoch;
  bool fenced = true;
  bool in_controlled_shutdown = false;
  bool running = false;
  // Whether the registration is that of the incarnation which runs. Until then the broker serves nobody, though it
  // follows the metadata and may take itself for a leader.
  bool registered_since_start = false;
};

// A turn in a broker's life, for evidence.
struct GhostLifeEvent {
  enum class What : uint8_t { kStarted, kExited, kKilled, kLostPower, kDiskWiped };
  sim::SimTime at;
  BrokerId broker;
  What what = What::kStarted;
};

// Which machines and programs stand behind broker ids.
struct GhostTopology {
  absl::btree_map<sim::ProcessId, BrokerId> broker_of_process;
  absl::btree_map<sim::HostId, BrokerId> broker_of_host;
  // Disks that hold logs. Without them a wiped disk is noticed only when its broker writes again.
  absl::btree_map<sim::DiskId, BrokerId> broker_of_disk;
  // Of brokers with several log directories: which one is on the disk.
  absl::btree_map<sim::DiskId, cluster::LogDir> dir_of_disk;
};

// Committed records that the leader of a new epoch did not have.
struct GhostLoss {
  TopicPartition tp;
  BrokerId leader;
  LeaderEpoch leader_epoch;
  // Where the logs part.
  Offset from;
  std::vector<LogEntry> records;
};

class Ghost {
 public:
  explicit Ghost(GhostTopology topology) : topology_(std::move(topology)) {}

  // Takes a fact in. Facts that it does not know change nothing.
  void OnFact(const sim::FactHeader& header, const void* fact);

  const PartitionMap<GhostPartition>& partitions() const { return partitions_; }
  // Null if nothing is known of it.
  const GhostPartition* Find(TopicPartition tp) const { return partitions_.Find(tp); }
  const GhostReplica* FindReplica(TopicPartition tp, BrokerId broker) const;
  const absl::btree_map<BrokerId, GhostBroker>& brokers() const { return brokers_; }
  // Whether its process runs.
  bool IsUp(BrokerId broker) const;
  // Whether its process runs and the controller counts on it.
  bool IsLive(BrokerId broker) const;
  // Whether its process runs and its replica of the partition is not offline.
  bool IsServing(const GhostPartition& partition, BrokerId broker) const;
  const std::vector<GhostLifeEvent>& life_events() const { return life_events_; }
  // The node behind a process; none if it is not in the topology.
  BrokerId NodeOf(sim::ProcessId process) const;

  // About the latest fact only: what LogTruncated, LogLoaded, RecoveryPassedGap, ReplicaDeleted or an append over
  // present records removed (null if nothing); what HighWatermarkMoved or BecameLeader committed; what BecameLeader, or
  // the first act of a leader, lost (null if nothing); the decision that PartitionCommitted replaced, of which
  // metadata_offset is none for the first, and the registration that BrokerRegistrationCommitted replaced (null for
  // what was known already).
  const GhostTruncation* last_truncation() const { return truncated_ ? &*truncated_ : nullptr; }
  const std::vector<LogEntry>& newly_committed() const { return newly_committed_; }
  const GhostLoss* last_loss() const { return loss_ ? &*loss_ : nullptr; }
  const GhostDecision* superseded() const { return superseded_ ? &*superseded_ : nullptr; }
  const GhostBroker* superseded_registration() const {
    return superseded_registration_ ? &*superseded_registration_ : nullptr;
  }

 private:
  void On(const sim::FactHeader& header, const cluster::BatchAppended& fact);
  void On(const sim::FactHeader& header, const cluster::LogTruncated& fact);
  void On(const sim::FactHeader& header, const cluster::LogLoaded& fact);
  void On(const sim::FactHeader& header, const cluster::RecoveryPassedGap& fact);
  void On(const cluster::LogCompacted& fact);
  void On(const cluster::ReplicaPlaced& fact);
  void On(const cluster::ReplicaOffline& fact);
  void On(const sim::FactHeader& header, const cluster::HighWatermarkMoved& fact);
  void On(const sim::FactHeader& header, const cluster::LogStartMoved& fact);
  void On(const sim::FactHeader& header, const cluster::BecameLeader& fact);
  void On(const cluster::BecameFollower& fact);
  void On(const sim::FactHeader& header, const cluster::ReplicaDeleted& fact);
  void On(const sim::FactHeader& header, const cluster::PartitionCommitted& fact);
  void On(const cluster::BrokerRegistrationCommitted& fact);
  void OnStarted(const sim::FactHeader& header, sim::ProcessId process);
  void OnEnded(const sim::FactHeader& header, sim::ProcessId process, GhostLifeEvent::What what);
  void OnPowerLost(const sim::FactHeader& header, sim::HostId host);
  void OnDiskWiped(const sim::FactHeader& header, sim::DiskId disk);
  void Truncate(GhostPartition& partition, GhostTruncation truncation);
  // The replica's log goes on at `start`, above its end.
  static void SkipTo(GhostPartition& partition, GhostReplica& replica, Offset start, sim::SimTime at);
  void Commit(GhostPartition& partition, const GhostReplica& leader, Offset to, sim::SimTime at);
  void Claim(GhostPartition& partition, const GhostReplica& leader, Offset to);
  void LoseWhatLeaderLacks(TopicPartition tp, BrokerId broker, LeaderEpoch epoch, GhostPartition& partition,
                           sim::SimTime at);
  void NoteIfResumed(const cluster::BecameLeader& fact, GhostPartition& partition) const;
  static void Grant(GhostPartition& partition, sim::SimTime at, std::string reason);
  static void GrantIfAllLossy(GhostPartition& partition, sim::SimTime at);
  static void EndLicenceIfWhole(GhostPartition& partition, sim::SimTime at);

  GhostTopology topology_;
  PartitionMap<GhostPartition> partitions_;
  absl::btree_map<BrokerId, GhostBroker> brokers_;
  std::vector<GhostLifeEvent> life_events_;
  Offset registration_offset_;
  std::optional<GhostTruncation> truncated_;
  std::vector<LogEntry> newly_committed_;
  std::optional<GhostLoss> loss_;
  std::optional<GhostDecision> superseded_;
  std::optional<GhostBroker> superseded_registration_;
};

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_GHOST_H_
