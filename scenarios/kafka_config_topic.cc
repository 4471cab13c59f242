#include "scenarios/kafka_config_tables.h"

namespace ktrial::scenarios {
namespace {

// Ordered by name, for binary search.
constexpr ConfigKey kTopicKeys[] = {
    TopicKey("cleanup.policy", ConfigKind::kText, "delete", "delete, compact, or both")
        .Modelled()
        .DefaultFrom("log.cleanup.policy"),
    TopicKey("compression.gzip.level", ConfigKind::kInteger, "-1", "Level when the broker compresses with gzip")
        .DefaultFrom("compression.gzip.level"),
    TopicKey("compression.lz4.level", ConfigKind::kInteger, "9", "Level when the broker compresses with lz4")
        .Between(1, 17)
        .DefaultFrom("compression.lz4.level"),
    TopicKey("compression.type", ConfigKind::kChoice, "producer", "Codec of stored batches; producer keeps what came")
        .OneOf("producer|uncompressed|gzip|snappy|lz4|zstd")
        .DefaultFrom("compression.type"),
    TopicKey("compression.zstd.level", ConfigKind::kInteger, "3", "Level when the broker compresses with zstd")
        .Between(-131072, 22)
        .DefaultFrom("compression.zstd.level"),
    TopicKey("delete.retention.ms", ConfigKind::kMillis, "86400000", "How long tombstones outlive compaction")
        .Modelled()
        .AtLeast(0)
        .DefaultFrom("log.cleaner.delete.retention.ms"),
    TopicKey("file.delete.delay.ms", ConfigKind::kMillis, "60000", "Wait before the files of a deleted segment go")
        .Modelled()
        .AtLeast(0)
        .DefaultFrom("log.segment.delete.delay.ms"),
    TopicKey("flush.messages", ConfigKind::kInteger, "9223372036854775807",
             "Records after which the log is flushed to disk; 1 makes each append durable")
        .Modelled()
        .AtLeast(1)
        .DefaultFrom("log.flush.interval.messages"),
    TopicKey("flush.ms", ConfigKind::kMillis, "9223372036854775807", "Time after which the log is flushed")
        .Modelled()
        .AtLeast(0)
        .DefaultFrom("log.flush.interval.ms"),
    TopicKey("follower.replication.throttled.replicas", ConfigKind::kText, "",
             "Followers that the replication quota slows")
        .Modelled(),
    TopicKey("index.interval.bytes", ConfigKind::kBytes, "4096", "Bytes of log between two entries of an offset index")
        .Modelled()
        .AtLeast(0)
        .DefaultFrom("log.index.interval.bytes"),
    TopicKey("leader.replication.throttled.replicas", ConfigKind::kText, "", "Leaders that the replication quota slows")
        .Modelled(),
    TopicKey("local.retention.bytes", ConfigKind::kBytes, "-2", "Bytes of a tiered log that stay on the broker")
        .AtLeast(-2)
        .DefaultFrom("log.local.retention.bytes"),
    TopicKey("local.retention.ms", ConfigKind::kMillis, "-2", "How long records of a tiered log stay on the broker")
        .AtLeast(-2)
        .DefaultFrom("log.local.retention.ms"),
    TopicKey("max.compaction.lag.ms", ConfigKind::kMillis, "9223372036854775807",
             "Longest time that a record stays uncompacted")
        .Modelled()
        .AtLeast(1)
        .DefaultFrom("log.cleaner.max.compaction.lag.ms"),
    TopicKey("max.message.bytes", ConfigKind::kBytes, "1048588", "Largest batch of records that the topic accepts")
        .Modelled()
        .AtLeast(0)
        .DefaultFrom("message.max.bytes")
        .Before({2, 5}, "1000012"),
    TopicKey("message.downconversion.enable", ConfigKind::kBoolean, "true",
             "Whether old consumers get older record formats")
        .DefaultFrom("log.message.downconversion.enable"),
    TopicKey("message.format.version", ConfigKind::kText, "3.0-IV1", "Record format on disk").RemovedIn({4, 0}, ""),
    TopicKey("message.timestamp.after.max.ms", ConfigKind::kMillis, "3600000",
             "How far in the future a record's timestamp may lie")
        .Modelled()
        .AtLeast(0)
        .Before40("9223372036854775807")
        .DefaultFrom("log.message.timestamp.after.max.ms"),
    TopicKey("message.timestamp.before.max.ms", ConfigKind::kMillis, "9223372036854775807",
             "How far in the past a record's timestamp may lie")
        .Modelled()
        .AtLeast(0)
        .DefaultFrom("log.message.timestamp.before.max.ms"),
    TopicKey("message.timestamp.difference.max.ms", ConfigKind::kMillis, "9223372036854775807",
             "How far off a record's timestamp may be")
        .RemovedIn({4, 0}, "message.timestamp.before.max.ms and message.timestamp.after.max.ms"),
    TopicKey("message.timestamp.type", ConfigKind::kChoice, "CreateTime", "Whose clock stamps records")
        .Modelled()
        .OneOf("CreateTime|LogAppendTime")
        .DefaultFrom("log.message.timestamp.type"),
    TopicKey("min.cleanable.dirty.ratio", ConfigKind::kDecimal, "0.5", "Share of dirty log at which it is cleaned")
        .Modelled()
        .DefaultFrom("log.cleaner.min.cleanable.ratio"),
    TopicKey("min.compaction.lag.ms", ConfigKind::kMillis, "0", "Shortest time that a record stays uncompacted")
        .Modelled()
        .AtLeast(0)
        .DefaultFrom("log.cleaner.min.compaction.lag.ms"),
    TopicKey("min.insync.replicas", ConfigKind::kInteger, "1",
             "In-sync replicas without which a write with acks=all is refused")
        .Modelled()
        .AtLeast(1)
        .DefaultFrom("min.insync.replicas"),
    TopicKey("preallocate", ConfigKind::kBoolean, "false", "Whether segment files get their full size at once")
        .DefaultFrom("log.preallocate"),
    TopicKey("remote.log.copy.disable", ConfigKind::kBoolean, "false", "Whether copying to remote storage has stopped"),
    TopicKey("remote.log.delete.on.disable", ConfigKind::kBoolean, "false",
             "Whether remote segments go when tiering is switched off"),
    TopicKey("remote.storage.enable", ConfigKind::kBoolean, "false", "Whether the topic is tiered"),
    TopicKey("retention.bytes", ConfigKind::kBytes, "-1", "Bytes of a partition that are kept")
        .Modelled()
        .DefaultFrom("log.retention.bytes"),
    TopicKey("retention.ms", ConfigKind::kMillis, "604800000", "How long records are kept")
        .Modelled()
        .AtLeast(-1)
        .DefaultFrom("log.retention.ms"),
    TopicKey("segment.bytes", ConfigKind::kBytes, "1073741824", "Size at which a log segment is closed")
        .Modelled()
        .AtLeast(1048576)
        .AtLeastBefore40(14)
        .DefaultFrom("log.segment.bytes"),
    TopicKey("segment.index.bytes", ConfigKind::kBytes, "10485760", "Largest offset index")
        .Modelled()
        .AtLeast(4)
        .DefaultFrom("log.index.size.max.bytes"),
    TopicKey("segment.jitter.ms", ConfigKind::kMillis, "0", "Random part of the age at which a segment is closed")
        .Modelled()
        .AtLeast(0)
        .DefaultFrom("log.roll.jitter.ms"),
    TopicKey("segment.ms", ConfigKind::kMillis, "604800000", "Age at which a segment is closed")
        .Modelled()
        .AtLeast(1)
        .DefaultFrom("log.roll.ms"),
    TopicKey("unclean.leader.election.enable", ConfigKind::kBoolean, "false",
             "Whether a replica outside the ISR may lead when no other can, at the price of lost records")
        .Modelled()
        .DefaultFrom("unclean.leader.election.enable")
        .Before({0, 11}, "true"),
};

}  // namespace

std::span<const ConfigKey> TopicConfigKeys() { return kTopicKeys; }

}  // namespace ktrial::scenarios
