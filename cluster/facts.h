// What Kafka's programs report as having happened. Each fact is a plain struct; see sim/fact.h for how they travel.
// Facts about one replica are emitted by the broker that holds it, facts about committed metadata by every controller
// that replays the record (so that a checker sees them once per node, with the metadata offset to tell them apart),
// facts about clients by the client.
#ifndef KTRIAL_CLUSTER_FACTS_H_
#define KTRIAL_CLUSTER_FACTS_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "cluster/protocol/error_code.h"
#include "cluster/protocol/ids.h"
#include "cluster/protocol/produce_api.h"
#include "cluster/protocol/record_batch.h"
#include "sim/fact.h"
#include "sim/time.h"
#include "sim/trace_hash.h"

namespace ktrial::cluster {

class ProducerStateManager;

// A small set of brokers in a fact: ids in the order given by Kafka.
struct BrokerList {
  const std::vector<BrokerId>* ids = nullptr;
  void AddToHash(sim::TraceHash& hash) const {
    if (ids == nullptr) return;
    for (BrokerId id : *ids) hash.Add(static_cast<uint64_t>(id.value()));
  }
};

enum class TruncationReason : int8_t { kLeaderEpoch, kHighWatermark, kOutOfRange, kRecovery };

// Why the start of a log moved (LogStartOffsetIncrementReason, told apart further).
enum class LogStartReason : int8_t {
  kRetentionTime,   // retention.ms
  kRetentionSize,   // retention.bytes
  kRecordsDeleted,  // DeleteRecords
  kLeader,          // a follower takes over its leader's log start
  kTruncation,      // the log was truncated below its start, or emptied
};

// ---- Logs and replication -------------------------------------------------------------------------------------------

// A batch was appended to a replica's log: by the leader for a client (or for itself), or by a follower.
struct BatchAppended {
  static constexpr sim::FactKind kKind{64};
  TopicPartition tp;
  BrokerId broker;
  bool as_leader;
  const LogBatch* batch;
  auto Fields() const {
    return std::tuple(tp, broker, as_leader, batch->base_offset(), batch->batch().record_count(),
                      batch->leader_epoch());
  }
};

// Everything at and above `to` was removed from a replica's log, whose end was `from` (truncation while running).
struct LogTruncated {
  static constexpr sim::FactKind kKind{65};
  TopicPartition tp;
  BrokerId broker;
  Offset from;
  Offset to;
  TruncationReason reason;
  auto Fields() const { return std::tuple(tp, broker, from, to, reason); }
};

// A replica's log was loaded when its broker started; what stood above `log_end` before is lost (power loss,
// corruption).
struct LogLoaded {
  static constexpr sim::FactKind kKind{66};
  TopicPartition tp;
  BrokerId broker;
  Offset log_start;
  Offset log_end;
  Offset high_watermark;
  bool clean;
  auto Fields() const { return std::tuple(tp, broker, log_start, log_end, high_watermark, clean); }
};

struct HighWatermarkMoved {
  static constexpr sim::FactKind kKind{67};
  TopicPartition tp;
  BrokerId broker;
  LeaderEpoch leader_epoch;
  bool as_leader;
  Offset from;
  Offset to;
  // The replica's log end at that moment.
  Offset log_end;
  auto Fields() const { return std::tuple(tp, broker, leader_epoch, as_leader, from, to, log_end); }
};

// A replica's cleaner put what it had left of the batches in [from, to) in their place. Below `cleaned_to` a record may
// have gone for the sake of a later one with its key, or as a tombstone whose time was up.
struct LogCompacted {
  static constexpr sim::FactKind kKind{80};
  TopicPartition tp;
  BrokerId broker;
  Offset from;
  Offset to;
  Offset cleaned_to;
  // The broker's wall clock when the cleaning began, and how long tombstones must stay (delete.retention.ms).
  sim::WallTime started;
  sim::Duration delete_retention;
  const std::vector<sim::Ref<const LogBatch>>* before;
  const std::vector<sim::Ref<const LogBatch>>* after;
  auto Fields() const {
    return std::tuple(tp, broker, from, to, cleaned_to, started, delete_retention, before->size(), after->size());
  }
};

// The first offset of a replica's log that is still to be read moved. What lies below is no longer served; its segments
// are deleted with it or later. With kTruncation it may go down.
struct LogStartMoved {
  static constexpr sim::FactKind kKind{76};
  TopicPartition tp;
  BrokerId broker;
  Offset from;
  Offset to;
  LogStartReason reason;
  // As they are after the move.
  Offset high_watermark;
  Offset log_end;
  auto Fields() const { return std::tuple(tp, broker, from, to, reason, high_watermark, log_end); }
};

// A broker began to lead a partition in an epoch.
// A broker wrote the recovery point of a log into its checkpoint: the next start will not look below it.
struct RecoveryPointCheckpointed {
  static constexpr sim::FactKind kKind{79};
  TopicPartition tp;
  BrokerId broker;
  Offset recovery_point;
  // The base offset of the first segment below the recovery point of which a loss of power would take something; none
  // if there is none.
  Offset unflushed_segment;
  // A flush of the disk has reported success and made nothing durable.
  bool disk_lied;
  auto Fields() const { return std::tuple(tp, broker, recovery_point, unflushed_segment, disk_lied); }
};

// A broker left the marker of a clean shutdown, upon which its next start takes the logs as they are.
struct CleanShutdownMarked {
  static constexpr sim::FactKind kKind{81};
  BrokerId broker;
  // Logs of which a loss of power would take something, and logs that a start without a marker has not loaded yet.
  int32_t unflushed_logs;
  int32_t unrecovered_logs;
  bool disk_lied;
  auto Fields() const { return std::tuple(broker, unflushed_logs, unrecovered_logs, disk_lied); }
};

// A replica's log is in this log directory of its broker, from now on: it was made there or found there at a start.
// Only of brokers with several.
struct ReplicaPlaced {
  static constexpr sim::FactKind kKind{82};
  TopicPartition tp;
  BrokerId broker;
  LogDir dir;
  auto Fields() const { return std::tuple(tp, broker, dir); }
};

// A replica serves no longer, and its log is out of reach until its broker starts again: its log directory has failed,
// or the directory where its log may be is offline.
struct ReplicaOffline {
  static constexpr sim::FactKind kKind{83};
  TopicPartition tp;
  BrokerId broker;
  auto Fields() const { return std::tuple(tp, broker); }
};

// A broker has lost one of its log directories and goes on with the others.
struct LogDirFailed {
  static constexpr sim::FactKind kKind{84};
  BrokerId broker;
  LogDir dir;
  DirectoryId directory;
  auto Fields() const { return std::tuple(broker, dir, directory); }
};

struct BecameLeader {
  static constexpr sim::FactKind kKind{68};
  TopicPartition tp;
  BrokerId broker;
  LeaderEpoch leader_epoch;
  // Its log end when the epoch began, and its high watermark then.
  Offset epoch_start;
  Offset high_watermark;
  auto Fields() const { return std::tuple(tp, broker, leader_epoch, epoch_start, high_watermark); }
};

struct BecameFollower {
  static constexpr sim::FactKind kKind{69};
  TopicPartition tp;
  BrokerId broker;
  LeaderEpoch leader_epoch;
  // None while the partition has no leader.
  BrokerId leader;
  auto Fields() const { return std::tuple(tp, broker, leader_epoch, leader); }
};

// The leader's own view of the in-sync replicas changed: asked for (pending) or confirmed by the controller.
struct LeaderIsrChanged {
  static constexpr sim::FactKind kKind{70};
  TopicPartition tp;
  BrokerId broker;
  LeaderEpoch leader_epoch;
  PartitionEpoch partition_epoch;
  bool pending;
  // The maximal ISR: used for the high watermark and for acks=all.
  BrokerList maximal_isr;
  BrokerList committed_isr;
  auto Fields() const {
    return std::tuple(tp, broker, leader_epoch, partition_epoch, pending, maximal_isr, committed_isr);
  }
};

// A leader forgot a change of the ISR that was on its way: metadata with the partition epoch that it knew already, from
// an answer to AlterPartition, came after it had asked for the next change (Partition.makeLeader takes an equal
// partition epoch since KAFKA-13790). The controller may make the change nonetheless.
struct IsrChangeForgotten {
  static constexpr sim::FactKind kKind{78};
  TopicPartition tp;
  BrokerId broker;
  LeaderEpoch leader_epoch;
  PartitionEpoch partition_epoch;
  // The maximal ISR until now.
  BrokerList maximal_isr;
  // What the metadata says.
  BrokerList isr;
  auto Fields() const { return std::tuple(tp, broker, leader_epoch, partition_epoch, maximal_isr, isr); }
};

// The leader learned from a fetch how far a follower's log reaches.
struct FollowerFetched {
  static constexpr sim::FactKind kKind{71};
  TopicPartition tp;
  BrokerId leader;
  LeaderEpoch leader_epoch;
  BrokerId follower;
  Offset log_end;
  auto Fields() const { return std::tuple(tp, leader, leader_epoch, follower, log_end); }
};

// A leader answered a produce request for one partition with success, which is the promise of its acks setting.
struct ProduceAcknowledged {
  static constexpr sim::FactKind kKind{72};
  TopicPartition tp;
  BrokerId broker;
  LeaderEpoch leader_epoch;
  RequiredAcks acks;
  Offset base_offset;
  Offset last_offset;
  auto Fields() const { return std::tuple(tp, broker, leader_epoch, acks, base_offset, last_offset); }
};

// A leader's answer told a follower that their logs diverge. `end` and `last_fetched_epoch` are what the follower asked
// with; it has dealt with the answer, which left its log ending at `new_end`, in `new_epoch` (none: empty log).
struct FollowerDiverged {
  static constexpr sim::FactKind kKind{73};
  TopicPartition tp;
  BrokerId broker;
  LeaderEpoch leader_epoch;
  Offset end;
  LeaderEpoch last_fetched_epoch;
  Offset new_end;
  LeaderEpoch new_epoch;
  auto Fields() const { return std::tuple(tp, broker, leader_epoch, end, last_fetched_epoch, new_end, new_epoch); }
};

// A log's producer state was built anew from a snapshot and the records behind it: at a start, or after a truncation.
// Producers that have been silent for `expiration` by the broker's wall clock, which shows `now`, may be missing.
struct ProducerStateRebuilt {
  static constexpr sim::FactKind kKind{74};
  TopicPartition tp;
  BrokerId broker;
  Offset log_start;
  Offset end;
  sim::WallTime now;
  sim::Duration expiration;
  const ProducerStateManager* state;
  auto Fields() const { return std::tuple(tp, broker, log_start, end); }
};

// A replica forgot a producer that had been silent for producer.id.expiration.ms.
struct ProducerExpired {
  static constexpr sim::FactKind kKind{75};
  TopicPartition tp;
  BrokerId broker;
  ProducerId producer;
  auto Fields() const { return std::tuple(tp, broker, producer); }
};

// A replica was deleted, log and all: its broker is no longer assigned to the partition.
struct ReplicaDeleted {
  static constexpr sim::FactKind kKind{77};
  TopicPartition tp;
  BrokerId broker;
  Offset log_end;
  auto Fields() const { return std::tuple(tp, broker, log_end); }
};

// ---- Metadata quorum and controller ---------------------------------------------------------------------------------

// A voter gave its vote, durably.
struct RaftVoted {
  static constexpr sim::FactKind kKind{96};
  BrokerId node;
  LeaderEpoch epoch;
  BrokerId candidate;
  auto Fields() const { return std::tuple(node, epoch, candidate); }
};

enum class RaftRole : int8_t { kUnattached, kCandidate, kFollower, kLeader, kResigned, kProspective };

struct RaftRoleChanged {
  static constexpr sim::FactKind kKind{97};
  BrokerId node;
  LeaderEpoch epoch;
  RaftRole role;
  BrokerId leader;
  auto Fields() const { return std::tuple(node, epoch, role, leader); }
};

// A node's view of the metadata log's high watermark rose. Its log agrees with the quorum's below it.
struct RaftHighWatermarkMoved {
  static constexpr sim::FactKind kKind{98};
  BrokerId node;
  LeaderEpoch epoch;
  bool as_leader;
  Offset to;
  auto Fields() const { return std::tuple(node, epoch, as_leader, to); }
};

// A batch was appended to a node's metadata log.
struct RaftBatchAppended {
  static constexpr sim::FactKind kKind{99};
  BrokerId node;
  const LogBatch* batch;
  auto Fields() const {
    return std::tuple(node, batch->base_offset(), batch->batch().record_count(), batch->leader_epoch());
  }
};

struct RaftLogTruncated {
  static constexpr sim::FactKind kKind{100};
  BrokerId node;
  Offset to;
  auto Fields() const { return std::tuple(node, to); }
};

// A controller finished replaying and serves as the active one, or stopped doing so.
struct ControllerActivated {
  static constexpr sim::FactKind kKind{101};
  BrokerId node;
  LeaderEpoch epoch;
  bool active;
  auto Fields() const { return std::tuple(node, epoch, active); }
};

// A controller replayed a committed change of a broker's registration.
struct BrokerRegistrationCommitted {
  static constexpr sim::FactKind kKind{102};
  BrokerId controller;
  Offset metadata_offset;
  BrokerId broker;
  BrokerEpoch broker_epoch;
  bool fenced;
  bool in_controlled_shutdown;
  auto Fields() const {
    return std::tuple(controller, metadata_offset, broker, broker_epoch, fenced, in_controlled_shutdown);
  }
};

enum class PartitionChangeReason : int8_t {
  kCreated,
  kIsrChange,
  kElection,
  kUncleanElection,
  kOffline,
  kReassignment,
  kLastKnownLeader,      // nobody of ISR and ELR is left: who led last leads again, whatever it has lost (KIP-966)
  kElrCleared,           // min.insync.replicas changed
  kDirectoryAssignment,  // a broker told where it has its replica
};

// A controller replayed a committed state of a partition.
struct PartitionCommitted {
  static constexpr sim::FactKind kKind{103};
  BrokerId controller;
  Offset metadata_offset;
  TopicPartition tp;
  BrokerId leader;
  LeaderEpoch leader_epoch;
  PartitionEpoch partition_epoch;
  BrokerList isr;
  BrokerList replicas;
  PartitionChangeReason reason;
  // Eligible leader replicas and the last known leader (KIP-966), of which there is one or none; null for none.
  BrokerList elr = {};
  BrokerList last_known_leader = {};
  // Of a reassignment under way: replicas that have come, and that are to leave. Null for none.
  BrokerList adding = {};
  BrokerList removing = {};
  auto Fields() const {
    return std::tuple(controller, metadata_offset, tp, leader, leader_epoch, partition_epoch, isr, replicas, reason,
                      elr, last_known_leader, adding, removing);
  }
};

// A broker has applied the committed metadata up to here (exclusive), which gives an image with this hash.
struct MetadataApplied {
  static constexpr sim::FactKind kKind{104};
  BrokerId broker;
  Offset metadata_offset;
  uint64_t image_hash;
  auto Fields() const { return std::tuple(broker, metadata_offset, image_hash); }
};

// A member of the quorum has made its metadata log durable up to here.
struct RaftLogFlushed {
  static constexpr sim::FactKind kKind{110};
  BrokerId node;
  Offset to;
  // A flush of the disk has reported success and made nothing durable.
  bool disk_lied;
  auto Fields() const { return std::tuple(node, to, disk_lied); }
};

// A member of the quorum started, with this of its metadata log.
struct RaftLogLoaded {
  static constexpr sim::FactKind kKind{111};
  BrokerId node;
  Offset log_start;
  Offset log_end;
  auto Fields() const { return std::tuple(node, log_start, log_end); }
};

// A controller has replayed the committed metadata up to here (exclusive), which gives an image with this hash.
struct MetadataReplayed {
  static constexpr sim::FactKind kKind{112};
  BrokerId controller;
  Offset metadata_offset;
  uint64_t image_hash;
  auto Fields() const { return std::tuple(controller, metadata_offset, image_hash); }
};

// The active controller answered a request with a result that rests on all records below `metadata_offset`.
struct ControllerReplied {
  static constexpr sim::FactKind kKind{113};
  BrokerId controller;
  LeaderEpoch epoch;
  Offset metadata_offset;
  auto Fields() const { return std::tuple(controller, epoch, metadata_offset); }
};

// ---- Producers and consumers ----------------------------------------------------------------------------------------

// The application handed a record to its producer, which chose the partition.
struct RecordSent {
  static constexpr sim::FactKind kKind{128};
  ClientId client;
  TopicPartition tp;
  int64_t value;
  auto Fields() const { return std::tuple(client, tp, value); }
};

// The producer's callback reported success. The offset is none with acks=0 and for a recognised duplicate.
struct RecordAcked {
  static constexpr sim::FactKind kKind{129};
  ClientId client;
  TopicPartition tp;
  int64_t value;
  Offset offset;
  RequiredAcks acks;
  auto Fields() const { return std::tuple(client, tp, value, offset, acks); }
};

// The producer's callback reported failure. `definite`: no attempt can have put the record in a log; otherwise unknown.
struct RecordFailed {
  static constexpr sim::FactKind kKind{130};
  ClientId client;
  TopicPartition tp;
  int64_t value;
  ErrorCode error;
  bool definite;
  auto Fields() const { return std::tuple(client, tp, value, error, definite); }
};

// A producer put a batch behind a younger one: in the queue when the younger is to be sent again, or among those in
// flight when the older is sent again. Kafka looks for expired batches from the front and stops at the first that is
// not, so that the older may be told of its delivery.timeout.ms only when the younger is out of the way.
struct BatchHeldBack {
  static constexpr sim::FactKind kKind{139};
  ClientId client;
  TopicPartition tp;
  // The values of its first and last record, and of the first record of the younger batch.
  int64_t first;
  int64_t last;
  int64_t younger;
  auto Fields() const { return std::tuple(client, tp, first, last, younger); }
};

// A producer that asks for no answers (acks=0) goes on over a new connection to a broker. What it sent over the old one
// may arrive later than what follows.
struct ProducerReconnected {
  static constexpr sim::FactKind kKind{140};
  ClientId client;
  BrokerId broker;
  auto Fields() const { return std::tuple(client, broker); }
};

// A client replaced what it knew of a partition's leader.
struct ClientLeaderLearned {
  static constexpr sim::FactKind kKind{131};
  ClientId client;
  TopicPartition tp;
  BrokerId leader;
  LeaderEpoch leader_epoch;
  auto Fields() const { return std::tuple(client, tp, leader, leader_epoch); }
};

// poll() returned a record to the application.
struct RecordDelivered {
  static constexpr sim::FactKind kKind{132};
  ClientId client;
  GroupIndex group;
  TopicPartition tp;
  Offset offset;
  int64_t value;
  LeaderEpoch leader_epoch;
  auto Fields() const { return std::tuple(client, group, tp, offset, value, leader_epoch); }
};

// A consumer set its position on a partition: from a committed offset, by auto.offset.reset, or after truncation.
enum class PositionSource : int8_t { kCommitted, kResetEarliest, kResetLatest, kTruncation };
struct PositionSet {
  static constexpr sim::FactKind kKind{133};
  ClientId client;
  GroupIndex group;
  TopicPartition tp;
  Offset offset;
  PositionSource source;
  auto Fields() const { return std::tuple(client, group, tp, offset, source); }
};

// The coordinator confirmed a commit to the consumer.
struct OffsetCommitAcked {
  static constexpr sim::FactKind kKind{134};
  ClientId client;
  GroupIndex group;
  TopicPartition tp;
  Offset offset;
  GenerationId generation;
  auto Fields() const { return std::tuple(client, group, tp, offset, generation); }
};

// A consumer was told its group's committed offset; none if the group has none.
struct CommittedOffsetFetched {
  static constexpr sim::FactKind kKind{135};
  ClientId client;
  GroupIndex group;
  TopicPartition tp;
  Offset offset;
  auto Fields() const { return std::tuple(client, group, tp, offset); }
};

// A consumer sent a JoinGroup to its coordinator and waits for the answer, at most for `timeout`; or waits no longer.
struct ConsumerJoining {
  static constexpr sim::FactKind kKind{138};
  ClientId client;
  GroupIndex group;
  BrokerId coordinator;
  bool waiting;
  sim::Duration timeout;
  auto Fields() const { return std::tuple(client, group, coordinator, waiting, timeout); }
};

enum class RevocationKind : int8_t { kRevoked, kLost };

struct PartitionAssigned {
  static constexpr sim::FactKind kKind{136};
  ClientId client;
  GroupIndex group;
  TopicPartition tp;
  GenerationId generation;
  auto Fields() const { return std::tuple(client, group, tp, generation); }
};

struct PartitionRevoked {
  static constexpr sim::FactKind kKind{137};
  ClientId client;
  GroupIndex group;
  TopicPartition tp;
  RevocationKind kind;
  auto Fields() const { return std::tuple(client, group, tp, kind); }
};

// ---- Group coordinator ----------------------------------------------------------------------------------------------

// A group changed its state at its coordinator, or a new coordinator has loaded it (from kDead).
enum class GroupState : int8_t { kEmpty, kPreparingRebalance, kCompletingRebalance, kStable, kDead };

struct GroupStateChanged {
  static constexpr sim::FactKind kKind{160};
  GroupIndex group;
  BrokerId coordinator;
  GenerationId generation;
  GroupState from;
  GroupState to;
  int32_t members;
  auto Fields() const { return std::tuple(group, coordinator, generation, from, to, members); }
};

// A commit became durable and visible at the coordinator.
struct OffsetCommitted {
  static constexpr sim::FactKind kKind{161};
  GroupIndex group;
  BrokerId coordinator;
  TopicPartition tp;
  Offset offset;
  GenerationId generation;
  auto Fields() const { return std::tuple(group, coordinator, tp, offset, generation); }
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_FACTS_H_
