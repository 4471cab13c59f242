// Identifiers, epochs and offsets of Kafka's protocol, each a type of its own.
#ifndef KTRIAL_CLUSTER_PROTOCOL_IDS_H_
#define KTRIAL_CLUSTER_PROTOCOL_IDS_H_

#include <compare>
#include <cstdint>
#include <utility>

#include "sim/strong_id.h"
#include "sim/trace_hash.h"

namespace ktrial::cluster {

// node.id of a broker or controller.
using BrokerId = sim::StrongId<struct BrokerIdTag, int32_t>;
// A topic's incarnation (Kafka: a UUID): a topic that is deleted and created again under its name gets another id.
// Dense from 0 in order of creation, so it indexes vectors. kMetadataTopic is __cluster_metadata.
using TopicId = sim::StrongId<struct TopicIdTag, int32_t>;
inline constexpr TopicId kMetadataTopic{INT32_MAX};

// Counts the leaderships of a partition; the Raft term in the metadata quorum.
using LeaderEpoch = sim::StrongId<struct LeaderEpochTag, int32_t>;
// Counts the changes of a partition's controller state (zkVersion in ZooKeeper mode).
using PartitionEpoch = sim::StrongId<struct PartitionEpochTag, int32_t>;
// Offset of the registration record of one broker incarnation (czxid in ZooKeeper mode).
using BrokerEpoch = sim::StrongId<struct BrokerEpochTag, int64_t>;
using ProducerId = sim::StrongId<struct ProducerIdTag, int64_t>;
using ProducerEpoch = sim::StrongId<struct ProducerEpochTag, int16_t>;
// Generation of a classic consumer group.
using GenerationId = sim::StrongId<struct GenerationIdTag, int32_t>;
// A producer or consumer of the scenario, dense from 0; not part of Kafka's protocol.
using ClientId = sim::StrongId<struct ClientIdTag, int32_t>;
// A consumer group by dense index; its name is in the ClusterSpec.
using GroupIndex = sim::StrongId<struct GroupIndexTag, int32_t>;
// The place of a log directory in its broker's log.dirs, from 0; it is on the broker's disk of that number. The first
// one holds the metadata log too, as it does in Kafka without metadata.log.dir.
using LogDir = sim::StrongId<struct LogDirTag, int32_t>;
inline constexpr LogDir kFirstLogDir{0};
// directory.id of meta.properties (a UUID): who a log directory is, on whichever broker. The first hundred are
// reserved.
using DirectoryId = sim::StrongId<struct DirectoryIdTag, int64_t>;
// Not known, and held to be online: what partitions and brokers have that do not speak of directories.
inline constexpr DirectoryId kMigratingDirectory{0};
// The broker has not said yet where it put the replica.
inline constexpr DirectoryId kUnassignedDirectory{1};
// Some directory that is offline.
inline constexpr DirectoryId kLostDirectory{2};
inline constexpr DirectoryId kFirstUnreservedDirectory{100};

inline LeaderEpoch Next(LeaderEpoch e) { return LeaderEpoch(e.value() + 1); }
inline PartitionEpoch Next(PartitionEpoch e) { return PartitionEpoch(e.value() + 1); }

struct TopicPartition {
  TopicId topic;
  int32_t partition = -1;

  friend constexpr auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const TopicPartition& tp) {
    return H::combine(std::move(h), tp.topic, tp.partition);
  }
  void AddToHash(sim::TraceHash& hash) const {
    hash.Add(static_cast<uint64_t>(topic.value()) << 32 | static_cast<uint32_t>(partition));
  }
};
inline constexpr TopicPartition kMetadataPartition{kMetadataTopic, 0};

// A position in a partition's log, 0-based. End offsets (log end offset, high watermark, last stable offset) are
// exclusive: one past the last record they cover. The default, -1, is Kafka's "unknown".
class Offset {
 public:
  constexpr Offset() = default;
  constexpr explicit Offset(int64_t value) : value_(value) {}

  constexpr int64_t value() const { return value_; }
  constexpr bool valid() const { return value_ >= 0; }

  friend constexpr auto operator<=>(Offset, Offset) = default;
  friend constexpr Offset operator+(Offset o, int64_t n) { return Offset(o.value_ + n); }
  friend constexpr Offset operator-(Offset o, int64_t n) { return Offset(o.value_ - n); }
  friend constexpr int64_t operator-(Offset a, Offset b) { return a.value_ - b.value_; }
  template <typename H>
  friend H AbslHashValue(H h, Offset o) {
    return H::combine(std::move(h), o.value_);
  }

 private:
  int64_t value_ = -1;
};

// An end offset with the leader epoch of the record before it (Kafka: OffsetAndEpoch, EpochEndOffset).
struct OffsetAndEpoch {
  Offset offset;
  LeaderEpoch epoch;

  friend auto operator<=>(const OffsetAndEpoch&, const OffsetAndEpoch&) = default;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_PROTOCOL_IDS_H_
