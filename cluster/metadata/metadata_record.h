// Records of the __cluster_metadata log (Kafka: metadata/src/main/resources/common/metadata/*.json). A record rides as
// the body of a cluster::Record.
#ifndef KTRIAL_CLUSTER_METADATA_METADATA_RECORD_H_
#define KTRIAL_CLUSTER_METADATA_METADATA_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cluster/protocol/ids.h"
#include "cluster/protocol/record_batch.h"
#include "sim/message.h"

namespace ktrial::cluster {

struct RegisterBrokerRecord {
  BrokerId broker;
  int64_t incarnation_id = 0;
  // The offset of the record with which this incarnation first registered: this record's own, unless it came before.
  BrokerEpoch broker_epoch;
  std::string rack;
  bool fenced = true;
  bool in_controlled_shutdown = false;
  // Log directories that are online, ascending; empty from a broker that has no more than one.
  std::vector<DirectoryId> log_dirs = {};
};

// Fences, unfences or marks a controlled shutdown (BrokerRegistrationChangeRecord).
struct BrokerRegistrationChangeRecord {
  BrokerId broker;
  BrokerEpoch broker_epoch;
  std::optional<bool> fenced;
  std::optional<bool> in_controlled_shutdown;
  // The log directories that are left.
  std::optional<std::vector<DirectoryId>> log_dirs = std::nullopt;
};

struct TopicRecord {
  TopicId topic;
  std::string name;
};

enum class LeaderRecoveryState : int8_t { kRecovered = 0, kRecovering = 1 };

struct PartitionRecord {
  TopicPartition tp;
  std::vector<BrokerId> replicas;
  std::vector<BrokerId> isr;
  BrokerId leader;
  LeaderEpoch leader_epoch;
  PartitionEpoch partition_epoch;
  LeaderRecoveryState recovery_state = LeaderRecoveryState::kRecovered;
  // Of each replica, in the order of `replicas` (KIP-858); empty if all are kMigratingDirectory.
  std::vector<DirectoryId> directories = {};
};

// Fields left empty are unchanged. A leader field, even with the same leader, starts a new leader epoch; every change
// raises the partition epoch. A leader of none (-1) takes the partition offline.
struct PartitionChangeRecord {
  TopicPartition tp;
  std::optional<std::vector<BrokerId>> isr;
  std::optional<BrokerId> leader;
  std::optional<std::vector<BrokerId>> replicas;
  std::optional<LeaderRecoveryState> recovery_state;
  // Of a reassignment under way; empty lists end it.
  std::optional<std::vector<BrokerId>> removing;
  std::optional<std::vector<BrokerId>> adding;
  // Eligible leader replicas (KIP-966), and the last known leader, of which none (-1) forgets it.
  std::optional<std::vector<BrokerId>> elr = std::nullopt;
  std::optional<BrokerId> last_known_leader = std::nullopt;
  std::optional<std::vector<DirectoryId>> directories = std::nullopt;
};

// Sets a config of a topic, or of a broker; an empty value removes it.
struct ConfigRecord {
  TopicId topic;
  std::string name;
  std::string value;
  // None for a topic's.
  BrokerId broker = {};
};

// Forgets the eligible leader replicas and the last known leader of a topic's partitions: what they were found by,
// min.insync.replicas, has changed.
struct ClearElrRecord {
  TopicId topic;
};

struct ProducerIdsRecord {
  BrokerId broker;
  BrokerEpoch broker_epoch;
  // First id of the next block.
  ProducerId next_producer_id;
};

struct NoOpRecord {};

// Written by a new leader of the quorum as the first record of its epoch (a control record).
struct LeaderChangeRecord {
  BrokerId leader;
  std::vector<BrokerId> voters;
};

using MetadataRecordBody = std::variant<RegisterBrokerRecord, BrokerRegistrationChangeRecord, TopicRecord,
                                        PartitionRecord, PartitionChangeRecord, ConfigRecord, ClearElrRecord,
                                        ProducerIdsRecord, NoOpRecord, LeaderChangeRecord>;

struct MetadataRecord : sim::Payload {
  explicit MetadataRecord(MetadataRecordBody record) : body(std::move(record)) {}

  MetadataRecordBody body;
};

// As a log record of a plausible encoded size.
Record ToRecord(MetadataRecordBody body, sim::WallTime timestamp);
// The metadata record that a record of the metadata log carries.
const MetadataRecordBody& MetadataBodyOf(const Record& record);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_METADATA_METADATA_RECORD_H_
