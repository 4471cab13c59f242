#include "scenarios/kafka_config_tables.h"

namespace ktrial::scenarios {
namespace {

// Ordered by name, for binary search.
constexpr ConfigKey kBrokerKeys[] = {
    BrokerKey("advertised.listeners", ConfigKind::kText, "", "Addresses that clients are told to connect to"),
    BrokerKey("alter.config.policy.class.name", ConfigKind::kText, "", "Class that may refuse changes of configs"),
    BrokerKey("alter.log.dirs.replication.quota.window.num", ConfigKind::kInteger, "11",
              "Samples kept for the quota on moves between log dirs")
        .AtLeast(1),
    BrokerKey("alter.log.dirs.replication.quota.window.size.seconds", ConfigKind::kInteger, "1",
              "Length of a sample for the quota on moves between log dirs")
        .AtLeast(1),
    BrokerKey("authorizer.class.name", ConfigKind::kText, "", "Class that decides who may do what"),
    BrokerKey("auto.create.topics.enable", ConfigKind::kBoolean, "true",
              "Whether a request for an unknown topic creates it"),
    BrokerKey("auto.include.jmx.reporter", ConfigKind::kBoolean, "true",
              "Whether metrics go to JMX without being asked for")
        .RemovedIn({4, 0}, "metric.reporters"),
    BrokerKey("auto.leader.rebalance.enable", ConfigKind::kBoolean, "true",
              "Whether the controller moves leaders back to their preferred replicas")
        .Modelled(),
    BrokerKey("background.threads", ConfigKind::kInteger, "10", "Threads for housekeeping, such as deleting files")
        .AtLeast(1),
    BrokerKey("broker.heartbeat.interval.ms", ConfigKind::kMillis, "2000",
              "How often a broker tells the controller that it is alive (KRaft)")
        .Modelled()
        .AtLeast(1),
    BrokerKey("broker.id", ConfigKind::kInteger, "-1", "Id of the broker; the scenario numbers brokers itself"),
    BrokerKey("broker.id.generation.enable", ConfigKind::kBoolean, "true", "Whether ZooKeeper hands out broker ids"),
    BrokerKey("broker.rack", ConfigKind::kText, "", "Rack of the broker; the scenario says it under cluster: racks"),
    BrokerKey("broker.session.timeout.ms", ConfigKind::kMillis, "9000",
              "How long after a broker's last heartbeat the controller fences it (KRaft)")
        .Modelled()
        .AtLeast(1),
    BrokerKey("client.quota.callback.class", ConfigKind::kText, "", "Class that decides client quotas"),
    BrokerKey("compression.gzip.level", ConfigKind::kInteger, "-1", "Level when the broker compresses with gzip"),
    BrokerKey("compression.lz4.level", ConfigKind::kInteger, "9", "Level when the broker compresses with lz4")
        .Between(1, 17),
    BrokerKey("compression.type", ConfigKind::kChoice, "producer", "Codec of stored batches; producer keeps what came")
        .OneOf("producer|uncompressed|gzip|snappy|lz4|zstd"),
    BrokerKey("compression.zstd.level", ConfigKind::kInteger, "3", "Level when the broker compresses with zstd")
        .Between(-131072, 22),
    BrokerKey("connection.failed.authentication.delay.ms", ConfigKind::kMillis, "100",
              "Wait before closing a connection that failed to authenticate")
        .AtLeast(0),
    BrokerKey("connections.max.idle.ms", ConfigKind::kMillis, "600000", "How long an idle connection is kept open"),
    BrokerKey("connections.max.reauth.ms", ConfigKind::kMillis, "0",
              "How long a SASL session lasts before it must be renewed"),
    BrokerKey("control.plane.listener.name", ConfigKind::kText, "",
              "Listener that carries only controller requests (ZooKeeper mode)")
        .RemovedIn({4, 0}, ""),
    BrokerKey("controlled.shutdown.enable", ConfigKind::kBoolean, "true",
              "Whether a stopping broker first hands over its leaders"),
    BrokerKey("controlled.shutdown.max.retries", ConfigKind::kInteger, "3",
              "Attempts to hand over leaders before stopping without"),
    BrokerKey("controlled.shutdown.retry.backoff.ms", ConfigKind::kMillis, "5000", "Wait between those attempts"),
    BrokerKey("controller.listener.names", ConfigKind::kText, "", "Listeners that controllers use"),
    BrokerKey("controller.quorum.append.linger.ms", ConfigKind::kMillis, "25",
              "How long the active controller gathers records before it writes them")
        .Modelled()
        .AtLeast(0),
    BrokerKey("controller.quorum.bootstrap.servers", ConfigKind::kText, "", "Where to find the controllers at first"),
    BrokerKey("controller.quorum.election.backoff.max.ms", ConfigKind::kMillis, "1000",
              "Longest random wait after a lost election")
        .Modelled()
        .AtLeast(0),
    BrokerKey("controller.quorum.election.timeout.ms", ConfigKind::kMillis, "1000",
              "How long a candidate waits for votes before it tries again")
        .Modelled()
        .AtLeast(0),
    BrokerKey("controller.quorum.fetch.timeout.ms", ConfigKind::kMillis, "2000",
              "How long without the active controller until a new election; also how long it leads without fetches "
              "from a majority")
        .Modelled()
        .AtLeast(0),
    BrokerKey("controller.quorum.request.timeout.ms", ConfigKind::kMillis, "2000",
              "Time for a request between controllers")
        .Modelled()
        .AtLeast(0),
    BrokerKey("controller.quorum.retry.backoff.ms", ConfigKind::kMillis, "20", "Wait before such a request is repeated")
        .Modelled()
        .AtLeast(0),
    BrokerKey("controller.quorum.voters", ConfigKind::kText, "",
              "Ids and addresses of the controllers; the scenario sets them itself"),
    BrokerKey("controller.quota.window.num", ConfigKind::kInteger, "11",
              "Samples kept for the controller mutation quota")
        .AtLeast(1),
    BrokerKey("controller.quota.window.size.seconds", ConfigKind::kInteger, "1",
              "Length of a sample for the controller mutation quota")
        .AtLeast(1),
    BrokerKey("controller.socket.timeout.ms", ConfigKind::kMillis, "30000",
              "Socket timeout between controller and brokers (ZooKeeper mode)"),
    BrokerKey("create.topic.policy.class.name", ConfigKind::kText, "", "Class that may refuse new topics"),
    BrokerKey("default.replication.factor", ConfigKind::kInteger, "1", "Replicas of a topic that does not say how many")
        .Modelled()
        .AtLeast(1),
    BrokerKey("delegation.token.expiry.check.interval.ms", ConfigKind::kMillis, "3600000",
              "How often expired delegation tokens are removed")
        .AtLeast(1),
    BrokerKey("delegation.token.expiry.time.ms", ConfigKind::kMillis, "86400000",
              "How long a delegation token is valid without renewal")
        .AtLeast(1),
    BrokerKey("delegation.token.master.key", ConfigKind::kText, "", "Key that signs delegation tokens")
        .RemovedIn({4, 0}, "delegation.token.secret.key"),
    BrokerKey("delegation.token.max.lifetime.ms", ConfigKind::kMillis, "604800000",
              "Longest life of a delegation token")
        .AtLeast(1),
    BrokerKey("delegation.token.secret.key", ConfigKind::kText, "", "Key that signs delegation tokens"),
    BrokerKey("delete.records.purgatory.purge.interval.requests", ConfigKind::kInteger, "1",
              "How often finished DeleteRecords requests are dropped from purgatory"),
    BrokerKey("delete.topic.enable", ConfigKind::kBoolean, "true", "Whether topics can be deleted"),
    BrokerKey("early.start.listeners", ConfigKind::kText, "", "Listeners that open before the broker is ready"),
    BrokerKey("eligible.leader.replicas.enable", ConfigKind::kBoolean, "false",
              "Whether the controller tracks eligible leader replicas (KIP-966)")
        .RemovedIn({4, 0}, ""),
    BrokerKey("fetch.max.bytes", ConfigKind::kBytes, "57671680", "Most bytes in one fetch response")
        .AtLeast(1024)
        .Modelled(),
    BrokerKey("fetch.purgatory.purge.interval.requests", ConfigKind::kInteger, "1000",
              "How often finished fetches are dropped from purgatory"),
    BrokerKey("follower.replication.throttled.rate", ConfigKind::kBytes, "9223372036854775807",
              "Bytes per second that throttled followers may fetch")
        .Modelled()
        .AtLeast(0),
    BrokerKey("group.consumer.assignors", ConfigKind::kText, "", "Server-side assignors for the consumer protocol"),
    BrokerKey("group.consumer.heartbeat.interval.ms", ConfigKind::kMillis, "5000",
              "Heartbeat interval given to members of the consumer protocol")
        .AtLeast(1),
    BrokerKey("group.consumer.max.heartbeat.interval.ms", ConfigKind::kMillis, "15000",
              "Longest heartbeat interval of a group in the consumer protocol")
        .AtLeast(1),
    BrokerKey("group.consumer.max.session.timeout.ms", ConfigKind::kMillis, "60000",
              "Longest session timeout of a group in the consumer protocol")
        .AtLeast(1),
    BrokerKey("group.consumer.max.size", ConfigKind::kInteger, "2147483647",
              "Most members of a group in the consumer protocol")
        .AtLeast(1),
    BrokerKey("group.consumer.migration.policy", ConfigKind::kChoice, "bidirectional",
              "Whether groups may change between the classic and the consumer protocol")
        .OneOf("disabled|upgrade|downgrade|bidirectional"),
    BrokerKey("group.consumer.min.heartbeat.interval.ms", ConfigKind::kMillis, "5000",
              "Shortest heartbeat interval of a group in the consumer protocol")
        .AtLeast(1),
    BrokerKey("group.consumer.min.session.timeout.ms", ConfigKind::kMillis, "45000",
              "Shortest session timeout of a group in the consumer protocol")
        .AtLeast(1),
    BrokerKey("group.consumer.session.timeout.ms", ConfigKind::kMillis, "45000",
              "Session timeout of groups in the consumer protocol")
        .AtLeast(1),
    BrokerKey("group.coordinator.append.linger.ms", ConfigKind::kMillis, "10",
              "How long the coordinator gathers records before it writes them")
        .AtLeast(0),
    BrokerKey("group.coordinator.new.enable", ConfigKind::kBoolean, "true",
              "Whether the coordinator of KIP-848 is used"),
    BrokerKey("group.coordinator.rebalance.protocols", ConfigKind::kText, "classic,consumer",
              "Group protocols that the coordinator offers"),
    BrokerKey("group.coordinator.threads", ConfigKind::kInteger, "1", "Threads of the group coordinator").AtLeast(1),
    BrokerKey("group.initial.rebalance.delay.ms", ConfigKind::kMillis, "3000",
              "How long an empty group waits for more members before its first rebalance")
        .Modelled()
        .AtLeast(0)
        .Before({0, 11}, "0"),
    BrokerKey("group.max.session.timeout.ms", ConfigKind::kMillis, "1800000",
              "Longest session.timeout.ms that a member may ask for")
        .Modelled()
        .AtLeast(0)
        .Before({2, 3}, "300000"),
    BrokerKey("group.max.size", ConfigKind::kInteger, "2147483647", "Most members of a classic group").AtLeast(1),
    BrokerKey("group.min.session.timeout.ms", ConfigKind::kMillis, "6000",
              "Shortest session.timeout.ms that a member may ask for")
        .Modelled()
        .AtLeast(0),
    BrokerKey("group.share.delivery.count.limit", ConfigKind::kInteger, "5",
              "Deliveries of a record in a share group before it is given up")
        .Between(2, 10),
    BrokerKey("group.share.enable", ConfigKind::kBoolean, "false", "Whether share groups are available"),
    BrokerKey("group.share.heartbeat.interval.ms", ConfigKind::kMillis, "5000",
              "Heartbeat interval of share group members")
        .AtLeast(1),
    BrokerKey("group.share.max.groups", ConfigKind::kInteger, "10", "Most share groups").Between(1, 100),
    BrokerKey("group.share.max.heartbeat.interval.ms", ConfigKind::kMillis, "15000",
              "Longest heartbeat interval of a share group")
        .AtLeast(1),
    BrokerKey("group.share.max.record.lock.duration.ms", ConfigKind::kMillis, "60000",
              "Longest lock on a record in a share group")
        .Between(30000, 3600000),
    BrokerKey("group.share.max.session.timeout.ms", ConfigKind::kMillis, "60000",
              "Longest session timeout of a share group")
        .AtLeast(1),
    BrokerKey("group.share.max.size", ConfigKind::kInteger, "200", "Most members of a share group").Between(1, 1000),
    BrokerKey("group.share.min.heartbeat.interval.ms", ConfigKind::kMillis, "5000",
              "Shortest heartbeat interval of a share group")
        .AtLeast(1),
    BrokerKey("group.share.min.record.lock.duration.ms", ConfigKind::kMillis, "15000",
              "Shortest lock on a record in a share group")
        .Between(1000, 30000),
    BrokerKey("group.share.min.session.timeout.ms", ConfigKind::kMillis, "45000",
              "Shortest session timeout of a share group")
        .AtLeast(1),
    BrokerKey("group.share.partition.max.record.locks", ConfigKind::kInteger, "200",
              "Most records of a partition that are locked at once")
        .Between(100, 10000),
    BrokerKey("group.share.record.lock.duration.ms", ConfigKind::kMillis, "30000",
              "How long a record is locked for the consumer that took it")
        .Between(1000, 3600000),
    BrokerKey("group.share.session.timeout.ms", ConfigKind::kMillis, "45000", "Session timeout of share group members")
        .AtLeast(1),
    BrokerKey("initial.broker.registration.timeout.ms", ConfigKind::kMillis, "60000",
              "How long a starting broker tries to register before it gives up"),
    BrokerKey("inter.broker.listener.name", ConfigKind::kText, "", "Listener that brokers use among themselves"),
    BrokerKey("inter.broker.protocol.version", ConfigKind::kText, "",
              "Protocol between brokers; since KRaft a feature level")
        .RemovedIn({4, 0}, ""),
    BrokerKey("kafka.metrics.polling.interval.secs", ConfigKind::kInteger, "10",
              "How often Yammer metrics reporters poll")
        .AtLeast(1),
    BrokerKey("kafka.metrics.reporters", ConfigKind::kText, "", "Yammer metrics reporter classes"),
    BrokerKey("leader.imbalance.check.interval.seconds", ConfigKind::kInteger, "300",
              "How often the controller looks for leaders away from their preferred replica")
        .Modelled()
        .AtLeast(1),
    BrokerKey("leader.imbalance.per.broker.percentage", ConfigKind::kInteger, "10",
              "Share of such leaders that is tolerated; KRaft's controller does not look at it"),
    BrokerKey("leader.replication.throttled.rate", ConfigKind::kBytes, "9223372036854775807",
              "Bytes per second that throttled leaders may send to followers")
        .Modelled()
        .AtLeast(0),
    BrokerKey("listener.security.protocol.map", ConfigKind::kText, "", "Security protocol of each listener"),
    BrokerKey("listeners", ConfigKind::kText, "PLAINTEXT://:9092", "Addresses that the broker listens on"),
    BrokerKey("log.cleaner.backoff.ms", ConfigKind::kMillis, "15000",
              "How long the cleaner sleeps when there is nothing to clean")
        .Modelled()
        .AtLeast(0),
    BrokerKey("log.cleaner.dedupe.buffer.size", ConfigKind::kBytes, "134217728", "Memory for the cleaner's offset maps")
        .Modelled(),
    BrokerKey("log.cleaner.delete.retention.ms", ConfigKind::kMillis, "86400000",
              "How long tombstones outlive compaction")
        .Modelled()
        .AtLeast(0),
    BrokerKey("log.cleaner.enable", ConfigKind::kBoolean, "true", "Whether the cleaner runs").Modelled(),
    BrokerKey("log.cleaner.io.buffer.load.factor", ConfigKind::kDecimal, "0.9", "How full an offset map may get"),
    BrokerKey("log.cleaner.io.buffer.size", ConfigKind::kBytes, "524288", "I/O buffers of the cleaner").AtLeast(0),
    BrokerKey("log.cleaner.io.max.bytes.per.second", ConfigKind::kDecimal, "1.7976931348623157E308",
              "I/O that the cleaner may do"),
    BrokerKey("log.cleaner.max.compaction.lag.ms", ConfigKind::kMillis, "9223372036854775807",
              "Longest time that a record stays uncompacted")
        .Modelled()
        .AtLeast(1),
    BrokerKey("log.cleaner.min.cleanable.ratio", ConfigKind::kDecimal, "0.5",
              "Share of dirty log at which it is cleaned")
        .Modelled(),
    BrokerKey("log.cleaner.min.compaction.lag.ms", ConfigKind::kMillis, "0",
              "Shortest time that a record stays uncompacted")
        .Modelled()
        .AtLeast(0),
    BrokerKey("log.cleaner.threads", ConfigKind::kInteger, "1", "Threads of the cleaner").Modelled().AtLeast(0),
    BrokerKey("log.cleanup.policy", ConfigKind::kText, "delete", "delete, compact, or both").Modelled(),
    BrokerKey("log.dir", ConfigKind::kText, "/tmp/kafka-logs", "Directory of the logs, without log.dirs").Modelled(),
    BrokerKey("log.dir.failure.timeout.ms", ConfigKind::kMillis, "30000",
              "How long a broker that cannot report a failed log dir goes on")
        .Modelled()
        .AtLeast(1),
    BrokerKey("log.dirs", ConfigKind::kText, "",
              "Directories of the logs, with commas between: each is a disk; the first holds the metadata log too")
        .Modelled(),
    BrokerKey("log.flush.interval.messages", ConfigKind::kInteger, "9223372036854775807",
              "Records after which a log is flushed to disk; 1 makes each append durable")
        .Modelled()
        .AtLeast(1),
    BrokerKey("log.flush.interval.ms", ConfigKind::kMillis, "",
              "Time after which a log is flushed; unset leaves it to the page cache")
        .Modelled(),
    BrokerKey("log.flush.offset.checkpoint.interval.ms", ConfigKind::kMillis, "60000",
              "How often recovery points are written down")
        .Modelled()
        .AtLeast(0),
    BrokerKey("log.flush.scheduler.interval.ms", ConfigKind::kMillis, "9223372036854775807",
              "How often the flusher looks for logs to flush")
        .Modelled(),
    BrokerKey("log.flush.start.offset.checkpoint.interval.ms", ConfigKind::kMillis, "60000",
              "How often log start offsets are written down")
        .Modelled()
        .AtLeast(0),
    BrokerKey("log.index.interval.bytes", ConfigKind::kBytes, "4096",
              "Bytes of log between two entries of an offset index")
        .Modelled()
        .AtLeast(0),
    BrokerKey("log.index.size.max.bytes", ConfigKind::kBytes, "10485760", "Largest offset index").Modelled().AtLeast(4),
    BrokerKey("log.initial.task.delay.ms", ConfigKind::kMillis, "30000",
              "Wait after the start before logs are looked after")
        .Modelled()
        .AtLeast(0),
    BrokerKey("log.local.retention.bytes", ConfigKind::kBytes, "-2", "Bytes of a tiered log that stay on the broker")
        .AtLeast(-2),
    BrokerKey("log.local.retention.ms", ConfigKind::kMillis, "-2",
              "How long records of a tiered log stay on the broker")
        .AtLeast(-2),
    BrokerKey("log.message.downconversion.enable", ConfigKind::kBoolean, "true",
              "Whether old consumers get older record formats"),
    BrokerKey("log.message.format.version", ConfigKind::kText, "3.0-IV1", "Record format on disk")
        .RemovedIn({4, 0}, ""),
    BrokerKey("log.message.timestamp.after.max.ms", ConfigKind::kMillis, "3600000",
              "How far in the future a record's timestamp may lie")
        .Modelled()
        .AtLeast(0)
        .Before40("9223372036854775807"),
    BrokerKey("log.message.timestamp.before.max.ms", ConfigKind::kMillis, "9223372036854775807",
              "How far in the past a record's timestamp may lie")
        .Modelled()
        .AtLeast(0),
    BrokerKey("log.message.timestamp.difference.max.ms", ConfigKind::kMillis, "9223372036854775807",
              "How far off a record's timestamp may be")
        .RemovedIn({4, 0}, "log.message.timestamp.before.max.ms and log.message.timestamp.after.max.ms"),
    BrokerKey("log.message.timestamp.type", ConfigKind::kChoice, "CreateTime", "Whose clock stamps records")
        .Modelled()
        .OneOf("CreateTime|LogAppendTime"),
    BrokerKey("log.preallocate", ConfigKind::kBoolean, "false", "Whether segment files get their full size at once"),
    BrokerKey("log.retention.bytes", ConfigKind::kBytes, "-1", "Bytes of a partition that are kept").Modelled(),
    BrokerKey("log.retention.check.interval.ms", ConfigKind::kMillis, "300000", "How often retention is looked at")
        .Modelled()
        .AtLeast(1),
    BrokerKey("log.retention.hours", ConfigKind::kInteger, "168", "How long records are kept, in hours").Modelled(),
    BrokerKey("log.retention.minutes", ConfigKind::kInteger, "",
              "How long records are kept, in minutes; goes before the hours")
        .Modelled(),
    BrokerKey("log.retention.ms", ConfigKind::kMillis, "", "How long records are kept; goes before minutes and hours")
        .Modelled(),
    BrokerKey("log.roll.hours", ConfigKind::kInteger, "168", "Age at which a segment is closed, in hours")
        .Modelled()
        .AtLeast(1),
    BrokerKey("log.roll.jitter.hours", ConfigKind::kInteger, "0", "Random part of that age, in hours")
        .Modelled()
        .AtLeast(0),
    BrokerKey("log.roll.jitter.ms", ConfigKind::kMillis, "", "Random part of the age at which a segment is closed")
        .Modelled(),
    BrokerKey("log.roll.ms", ConfigKind::kMillis, "", "Age at which a segment is closed").Modelled(),
    BrokerKey("log.segment.bytes", ConfigKind::kBytes, "1073741824", "Size at which a log segment is closed")
        .Modelled()
        .AtLeast(1048576)
        .AtLeastBefore40(14),
    BrokerKey("log.segment.delete.delay.ms", ConfigKind::kMillis, "60000",
              "Wait before the files of a deleted segment go")
        .Modelled()
        .AtLeast(0),
    BrokerKey("max.connection.creation.rate", ConfigKind::kInteger, "2147483647", "New connections a second")
        .AtLeast(0),
    BrokerKey("max.connections", ConfigKind::kInteger, "2147483647", "Most connections of the broker").AtLeast(0),
    BrokerKey("max.connections.per.ip", ConfigKind::kInteger, "2147483647", "Most connections from one address")
        .AtLeast(0),
    BrokerKey("max.connections.per.ip.overrides", ConfigKind::kText, "", "Exceptions to max.connections.per.ip"),
    BrokerKey("max.incremental.fetch.session.cache.slots", ConfigKind::kInteger, "1000",
              "Most incremental fetch sessions that the broker remembers")
        .AtLeast(0)
        .Modelled(),
    BrokerKey("max.request.partition.size.limit", ConfigKind::kInteger, "2000",
              "Most partitions in one describe request")
        .AtLeast(1),
    BrokerKey("message.max.bytes", ConfigKind::kBytes, "1048588", "Largest batch of records that a broker accepts")
        .Modelled()
        .AtLeast(0)
        .Before({2, 5}, "1000012"),
    BrokerKey("metadata.log.dir", ConfigKind::kText, "", "Directory of the metadata log"),
    BrokerKey("metadata.log.max.record.bytes.between.snapshots", ConfigKind::kBytes, "20971520",
              "Bytes of metadata after which a snapshot is made")
        .AtLeast(1),
    BrokerKey("metadata.log.max.snapshot.interval.ms", ConfigKind::kMillis, "3600000",
              "Time after which a snapshot of the metadata is made")
        .AtLeast(0),
    BrokerKey("metadata.log.segment.bytes", ConfigKind::kBytes, "1073741824",
              "Size at which a metadata log segment is closed")
        .AtLeast(12),
    BrokerKey("metadata.log.segment.ms", ConfigKind::kMillis, "604800000",
              "Age at which a metadata log segment is closed"),
    BrokerKey("metadata.max.idle.interval.ms", ConfigKind::kMillis, "500",
              "How often the active controller writes a no-op record when nothing happens")
        .Modelled()
        .AtLeast(0),
    BrokerKey("metadata.max.retention.bytes", ConfigKind::kBytes, "104857600",
              "Bytes of metadata log and snapshots that are kept"),
    BrokerKey("metadata.max.retention.ms", ConfigKind::kMillis, "604800000",
              "How long metadata logs and snapshots are kept"),
    BrokerKey("metric.reporters", ConfigKind::kText, "", "Metrics reporter classes"),
    BrokerKey("metrics.num.samples", ConfigKind::kInteger, "2", "Samples kept for a metric").AtLeast(1),
    BrokerKey("metrics.recording.level", ConfigKind::kChoice, "INFO", "Which metrics are recorded")
        .OneOf("INFO|DEBUG|TRACE"),
    BrokerKey("metrics.sample.window.ms", ConfigKind::kMillis, "30000", "Length of a metric's sample").AtLeast(1),
    BrokerKey("min.insync.replicas", ConfigKind::kInteger, "1",
              "In-sync replicas without which a write with acks=all is refused")
        .Modelled()
        .AtLeast(1),
    BrokerKey("node.id", ConfigKind::kInteger, "-1", "Id of the node; the scenario numbers nodes itself"),
    BrokerKey("num.io.threads", ConfigKind::kInteger, "8", "Threads that handle requests").Modelled().AtLeast(1),
    BrokerKey("num.network.threads", ConfigKind::kInteger, "3", "Threads that read requests and write responses")
        .AtLeast(1),
    BrokerKey("num.partitions", ConfigKind::kInteger, "1", "Partitions of a topic that does not say how many")
        .Modelled()
        .AtLeast(1),
    BrokerKey("num.recovery.threads.per.data.dir", ConfigKind::kInteger, "2",
              "Threads that recover logs after an unclean shutdown")
        .AtLeast(1)
        .Before40("1"),
    BrokerKey("num.replica.alter.log.dirs.threads", ConfigKind::kInteger, "",
              "Threads that move replicas between log dirs"),
    BrokerKey("num.replica.fetchers", ConfigKind::kInteger, "1",
              "Fetcher threads per leader broker that a follower uses")
        .Modelled()
        .AtLeast(1),
    BrokerKey("offset.metadata.max.bytes", ConfigKind::kBytes, "4096", "Largest metadata text of an offset commit"),
    BrokerKey("offsets.commit.required.acks", ConfigKind::kInteger, "-1", "acks of the coordinator's own writes")
        .RemovedIn({4, 0}, ""),
    BrokerKey("offsets.commit.timeout.ms", ConfigKind::kMillis, "5000", "Time for an offset commit to be replicated")
        .AtLeast(1),
    BrokerKey("offsets.load.buffer.size", ConfigKind::kBytes, "5242880", "Batch size when a coordinator loads offsets")
        .AtLeast(1),
    BrokerKey("offsets.retention.check.interval.ms", ConfigKind::kMillis, "600000",
              "How often expired offsets are looked for")
        .AtLeast(1),
    BrokerKey("offsets.retention.minutes", ConfigKind::kInteger, "10080", "How long offsets of an empty group are kept")
        .AtLeast(1)
        .Before({2, 0}, "1440"),
    BrokerKey("offsets.topic.compression.codec", ConfigKind::kInteger, "0", "Codec of __consumer_offsets"),
    BrokerKey("offsets.topic.num.partitions", ConfigKind::kInteger, "50",
              "Partitions of __consumer_offsets, which decide the coordinator of a group")
        .Modelled()
        .AtLeast(1),
    BrokerKey("offsets.topic.replication.factor", ConfigKind::kInteger, "3", "Replicas of __consumer_offsets")
        .Modelled()
        .AtLeast(1),
    BrokerKey("offsets.topic.segment.bytes", ConfigKind::kBytes, "104857600",
              "Size at which a segment of __consumer_offsets is closed")
        .Modelled()
        .AtLeast(1),
    BrokerKey("password.encoder.cipher.algorithm", ConfigKind::kText, "AES/CBC/PKCS5Padding",
              "How passwords are stored in ZooKeeper")
        .RemovedIn({4, 0}, ""),
    BrokerKey("password.encoder.iterations", ConfigKind::kInteger, "4096", "How passwords are stored in ZooKeeper")
        .RemovedIn({4, 0}, ""),
    BrokerKey("password.encoder.key.length", ConfigKind::kInteger, "128", "How passwords are stored in ZooKeeper")
        .RemovedIn({4, 0}, ""),
    BrokerKey("password.encoder.keyfactory.algorithm", ConfigKind::kText, "", "How passwords are stored in ZooKeeper")
        .RemovedIn({4, 0}, ""),
    BrokerKey("password.encoder.old.secret", ConfigKind::kText, "", "How passwords are stored in ZooKeeper")
        .RemovedIn({4, 0}, ""),
    BrokerKey("password.encoder.secret", ConfigKind::kText, "", "How passwords are stored in ZooKeeper")
        .RemovedIn({4, 0}, ""),
    BrokerKey("principal.builder.class", ConfigKind::kText, "", "Class that names the user of a connection"),
    BrokerKey("process.roles", ConfigKind::kText, "", "broker, controller or both; the scenario sets them itself"),
    BrokerKey("producer.id.expiration.check.interval.ms", ConfigKind::kMillis, "600000",
              "How often expired producer ids are looked for")
        .AtLeast(1),
    BrokerKey("producer.id.expiration.ms", ConfigKind::kMillis, "86400000",
              "How long an idle producer id is remembered")
        .Modelled()
        .AtLeast(1)
        .Before({3, 4}, "604800000"),
    BrokerKey("producer.purgatory.purge.interval.requests", ConfigKind::kInteger, "1000",
              "How often finished produce requests are dropped from purgatory"),
    BrokerKey("queued.max.request.bytes", ConfigKind::kBytes, "-1",
              "Most bytes of requests that wait for a request handler"),
    BrokerKey("queued.max.requests", ConfigKind::kInteger, "500", "Most requests that wait for a request handler")
        .AtLeast(1),
    BrokerKey("quota.window.num", ConfigKind::kInteger, "11", "Samples kept for client quotas").AtLeast(1),
    BrokerKey("quota.window.size.seconds", ConfigKind::kInteger, "1", "Length of a sample for client quotas")
        .AtLeast(1),
    BrokerKey("remote.fetch.max.wait.ms", ConfigKind::kMillis, "500", "Longest wait for data from remote storage")
        .AtLeast(1),
    BrokerKey("remote.list.offsets.request.timeout.ms", ConfigKind::kMillis, "30000",
              "Time for a ListOffsets that asks remote storage")
        .AtLeast(1),
    BrokerKey("remote.log.index.file.cache.total.size.bytes", ConfigKind::kBytes, "1073741824",
              "Cache for indexes of remote segments")
        .AtLeast(1),
    BrokerKey("remote.log.manager.copier.thread.pool.size", ConfigKind::kInteger, "10",
              "Threads that copy segments to remote storage")
        .Before40("-1"),
    BrokerKey("remote.log.manager.copy.max.bytes.per.second", ConfigKind::kBytes, "9223372036854775807",
              "Rate of copying to remote storage")
        .AtLeast(1),
    BrokerKey("remote.log.manager.copy.quota.window.num", ConfigKind::kInteger, "11", "Samples kept for that rate")
        .AtLeast(1),
    BrokerKey("remote.log.manager.copy.quota.window.size.seconds", ConfigKind::kInteger, "1",
              "Length of a sample for that rate")
        .AtLeast(1),
    BrokerKey("remote.log.manager.expiration.thread.pool.size", ConfigKind::kInteger, "10",
              "Threads that delete expired remote segments")
        .Before40("-1"),
    BrokerKey("remote.log.manager.fetch.max.bytes.per.second", ConfigKind::kBytes, "9223372036854775807",
              "Rate of reading from remote storage")
        .AtLeast(1),
    BrokerKey("remote.log.manager.fetch.quota.window.num", ConfigKind::kInteger, "11", "Samples kept for that rate")
        .AtLeast(1),
    BrokerKey("remote.log.manager.fetch.quota.window.size.seconds", ConfigKind::kInteger, "1",
              "Length of a sample for that rate")
        .AtLeast(1),
    BrokerKey("remote.log.manager.task.interval.ms", ConfigKind::kMillis, "30000",
              "How often segments to copy or delete are looked for")
        .AtLeast(1),
    BrokerKey("remote.log.manager.task.retry.backoff.max.ms", ConfigKind::kMillis, "30000",
              "Longest wait before such a task is repeated")
        .AtLeast(1),
    BrokerKey("remote.log.manager.task.retry.backoff.ms", ConfigKind::kMillis, "500",
              "First wait before such a task is repeated")
        .AtLeast(1),
    BrokerKey("remote.log.manager.task.retry.jitter", ConfigKind::kDecimal, "0.2", "Random part of that wait"),
    BrokerKey("remote.log.manager.thread.pool.size", ConfigKind::kInteger, "10", "Threads for remote storage tasks")
        .AtLeast(1),
    BrokerKey("remote.log.metadata.custom.metadata.max.bytes", ConfigKind::kBytes, "128",
              "Largest custom metadata of a remote segment")
        .AtLeast(0),
    BrokerKey("remote.log.metadata.manager.class.name", ConfigKind::kText, "",
              "Class that keeps the metadata of remote segments"),
    BrokerKey("remote.log.metadata.manager.class.path", ConfigKind::kText, "", "Where that class is found"),
    BrokerKey("remote.log.metadata.manager.impl.prefix", ConfigKind::kText, "rlmm.config.",
              "Prefix of that class's own settings"),
    BrokerKey("remote.log.metadata.manager.listener.name", ConfigKind::kText, "", "Listener that it connects to"),
    BrokerKey("remote.log.reader.max.pending.tasks", ConfigKind::kInteger, "100", "Most remote reads that wait")
        .AtLeast(1),
    BrokerKey("remote.log.reader.threads", ConfigKind::kInteger, "10", "Threads that read from remote storage")
        .AtLeast(1),
    BrokerKey("remote.log.storage.manager.class.name", ConfigKind::kText, "", "Class that stores remote segments"),
    BrokerKey("remote.log.storage.manager.class.path", ConfigKind::kText, "", "Where that class is found"),
    BrokerKey("remote.log.storage.manager.impl.prefix", ConfigKind::kText, "rsm.config.",
              "Prefix of that class's own settings"),
    BrokerKey("remote.log.storage.system.enable", ConfigKind::kBoolean, "false", "Whether tiered storage is available"),
    BrokerKey("replica.alter.log.dirs.io.max.bytes.per.second", ConfigKind::kBytes, "9223372036854775807",
              "Rate of moves between log dirs")
        .AtLeast(0),
    BrokerKey("replica.fetch.backoff.ms", ConfigKind::kMillis, "1000", "How long a follower waits after a fetch error")
        .Modelled()
        .AtLeast(0),
    BrokerKey("replica.fetch.max.bytes", ConfigKind::kBytes, "1048576", "Bytes that a follower asks for per partition")
        .Modelled()
        .AtLeast(0),
    BrokerKey("replica.fetch.min.bytes", ConfigKind::kBytes, "1",
              "Bytes for which a follower's fetch waits at the leader")
        .Modelled()
        .AtLeast(0),
    BrokerKey("replica.fetch.response.max.bytes", ConfigKind::kBytes, "10485760",
              "Most bytes in a response to a follower")
        .AtLeast(0)
        .Modelled(),
    BrokerKey("replica.fetch.wait.max.ms", ConfigKind::kMillis, "500",
              "How long a follower's fetch waits at the leader for those bytes")
        .Modelled()
        .AtLeast(0),
    BrokerKey("replica.high.watermark.checkpoint.interval.ms", ConfigKind::kMillis, "5000",
              "How often high watermarks are written down")
        .Modelled()
        .AtLeast(1),
    BrokerKey("replica.lag.time.max.ms", ConfigKind::kMillis, "30000",
              "How long a follower may not have been caught up before it leaves the ISR")
        .Modelled()
        .AtLeast(0)
        .Before({2, 5}, "10000"),
    BrokerKey("replica.selector.class", ConfigKind::kText, "", "Class that picks the replica a consumer reads from")
        .Modelled(),
    BrokerKey("replica.socket.receive.buffer.bytes", ConfigKind::kBytes, "65536", "Socket buffer for replication"),
    BrokerKey("replica.socket.timeout.ms", ConfigKind::kMillis, "30000", "Socket timeout for replication")
        .Modelled()
        .AtLeast(1),
    BrokerKey("replication.quota.window.num", ConfigKind::kInteger, "11", "Samples kept for the replication quota")
        .Modelled()
        .AtLeast(1),
    BrokerKey("replication.quota.window.size.seconds", ConfigKind::kInteger, "1",
              "Length of a sample for the replication quota")
        .Modelled()
        .AtLeast(1),
    BrokerKey("request.timeout.ms", ConfigKind::kMillis, "30000", "Time for a request that the broker sends"),
    BrokerKey("reserved.broker.max.id", ConfigKind::kInteger, "1000", "Largest broker id that an operator may choose")
        .AtLeast(0),
    BrokerKey("sasl.enabled.mechanisms", ConfigKind::kText, "GSSAPI", "SASL set-up; the simulated network needs none"),
    BrokerKey("sasl.jaas.config", ConfigKind::kText, "", "SASL set-up; the simulated network needs none"),
    BrokerKey("sasl.kerberos.service.name", ConfigKind::kText, "", "SASL set-up; the simulated network needs none"),
    BrokerKey("sasl.mechanism.controller.protocol", ConfigKind::kText, "GSSAPI",
              "SASL set-up; the simulated network needs none"),
    BrokerKey("sasl.mechanism.inter.broker.protocol", ConfigKind::kText, "GSSAPI",
              "SASL set-up; the simulated network needs none"),
    BrokerKey("security.inter.broker.protocol", ConfigKind::kText, "PLAINTEXT", "Security protocol between brokers"),
    BrokerKey("server.max.startup.time.ms", ConfigKind::kMillis, "9223372036854775807", "How long a start may take")
        .AtLeast(0),
    BrokerKey("share.coordinator.append.linger.ms", ConfigKind::kMillis, "10",
              "How long the share coordinator gathers records")
        .AtLeast(0),
    BrokerKey("share.coordinator.state.topic.min.isr", ConfigKind::kInteger, "2",
              "min.insync.replicas of the share state topic")
        .AtLeast(1),
    BrokerKey("share.coordinator.state.topic.num.partitions", ConfigKind::kInteger, "50",
              "Partitions of the share state topic")
        .AtLeast(1),
    BrokerKey("share.coordinator.state.topic.replication.factor", ConfigKind::kInteger, "3",
              "Replicas of the share state topic")
        .AtLeast(1),
    BrokerKey("share.coordinator.threads", ConfigKind::kInteger, "1", "Threads of the share coordinator").AtLeast(1),
    BrokerKey("share.coordinator.write.timeout.ms", ConfigKind::kMillis, "5000", "Time for its writes to be replicated")
        .AtLeast(1),
    BrokerKey("socket.connection.setup.timeout.max.ms", ConfigKind::kMillis, "30000",
              "Longest time for a connection to be made"),
    BrokerKey("socket.connection.setup.timeout.ms", ConfigKind::kMillis, "10000",
              "First time for a connection to be made"),
    BrokerKey("socket.listen.backlog.size", ConfigKind::kInteger, "50", "Connections that wait to be accepted")
        .AtLeast(1),
    BrokerKey("socket.receive.buffer.bytes", ConfigKind::kBytes, "102400", "Receive buffer of server sockets"),
    BrokerKey("socket.request.max.bytes", ConfigKind::kBytes, "104857600", "Largest request").AtLeast(1),
    BrokerKey("socket.send.buffer.bytes", ConfigKind::kBytes, "102400", "Send buffer of server sockets"),
    BrokerKey("ssl.client.auth", ConfigKind::kChoice, "none", "TLS set-up; the simulated network is not encrypted")
        .OneOf("required|requested|none"),
    BrokerKey("ssl.enabled.protocols", ConfigKind::kText, "TLSv1.2,TLSv1.3",
              "TLS set-up; the simulated network is not encrypted"),
    BrokerKey("ssl.endpoint.identification.algorithm", ConfigKind::kText, "https",
              "TLS set-up; the simulated network is not encrypted"),
    BrokerKey("ssl.key.password", ConfigKind::kText, "", "TLS set-up; the simulated network is not encrypted"),
    BrokerKey("ssl.keystore.location", ConfigKind::kText, "", "TLS set-up; the simulated network is not encrypted"),
    BrokerKey("ssl.keystore.password", ConfigKind::kText, "", "TLS set-up; the simulated network is not encrypted"),
    BrokerKey("ssl.keystore.type", ConfigKind::kText, "JKS", "TLS set-up; the simulated network is not encrypted"),
    BrokerKey("ssl.principal.mapping.rules", ConfigKind::kText, "DEFAULT",
              "TLS set-up; the simulated network is not encrypted"),
    BrokerKey("ssl.protocol", ConfigKind::kText, "TLSv1.3", "TLS set-up; the simulated network is not encrypted"),
    BrokerKey("ssl.truststore.location", ConfigKind::kText, "", "TLS set-up; the simulated network is not encrypted"),
    BrokerKey("ssl.truststore.password", ConfigKind::kText, "", "TLS set-up; the simulated network is not encrypted"),
    BrokerKey("ssl.truststore.type", ConfigKind::kText, "JKS", "TLS set-up; the simulated network is not encrypted"),
    BrokerKey("telemetry.max.bytes", ConfigKind::kBytes, "1048576", "Largest telemetry push of a client").AtLeast(1),
    BrokerKey("transaction.abort.timed.out.transaction.cleanup.interval.ms", ConfigKind::kMillis, "10000",
              "How often transactions over their time are aborted")
        .AtLeast(1),
    BrokerKey("transaction.max.timeout.ms", ConfigKind::kMillis, "900000",
              "Longest transaction.timeout.ms that a producer may ask for")
        .AtLeast(1),
    BrokerKey("transaction.partition.verification.enable", ConfigKind::kBoolean, "true",
              "Whether a partition checks that a transaction knows of it"),
    BrokerKey("transaction.remove.expired.transaction.cleanup.interval.ms", ConfigKind::kMillis, "3600000",
              "How often expired transactional ids are removed")
        .AtLeast(1),
    BrokerKey("transaction.state.log.load.buffer.size", ConfigKind::kBytes, "5242880",
              "Batch size when a coordinator loads transactions")
        .AtLeast(1),
    BrokerKey("transaction.state.log.min.isr", ConfigKind::kInteger, "2", "min.insync.replicas of __transaction_state")
        .AtLeast(1),
    BrokerKey("transaction.state.log.num.partitions", ConfigKind::kInteger, "50", "Partitions of __transaction_state")
        .AtLeast(1),
    BrokerKey("transaction.state.log.replication.factor", ConfigKind::kInteger, "3", "Replicas of __transaction_state")
        .AtLeast(1),
    BrokerKey("transaction.state.log.segment.bytes", ConfigKind::kBytes, "104857600",
              "Size at which a segment of __transaction_state is closed")
        .AtLeast(1),
    BrokerKey("transactional.id.expiration.ms", ConfigKind::kMillis, "604800000",
              "How long an idle transactional id is remembered")
        .AtLeast(1),
    BrokerKey("unclean.leader.election.enable", ConfigKind::kBoolean, "false",
              "Whether a replica outside the ISR may lead when no other can, at the price of lost records")
        .Modelled()
        .Before({0, 11}, "true"),
    BrokerKey("unclean.leader.election.interval.ms", ConfigKind::kMillis, "300000",
              "How often the controller looks for partitions that need an unclean election")
        .Modelled()
        .AtLeast(1),
    BrokerKey("unstable.api.versions.enable", ConfigKind::kBoolean, "false",
              "Whether APIs under development are offered"),
    BrokerKey("unstable.feature.versions.enable", ConfigKind::kBoolean, "false",
              "Whether feature levels under development are offered"),
    BrokerKey("zookeeper.connect", ConfigKind::kText, "", "Addresses of ZooKeeper")
        .RemovedIn({4, 0}, "controller.quorum.voters"),
    BrokerKey("zookeeper.connection.timeout.ms", ConfigKind::kMillis, "", "Time to connect to ZooKeeper")
        .RemovedIn({4, 0}, ""),
    BrokerKey("zookeeper.max.in.flight.requests", ConfigKind::kInteger, "10", "Requests to ZooKeeper without an answer")
        .RemovedIn({4, 0}, ""),
    BrokerKey("zookeeper.metadata.migration.enable", ConfigKind::kBoolean, "false",
              "Whether metadata is moved from ZooKeeper to KRaft")
        .RemovedIn({4, 0}, ""),
    BrokerKey("zookeeper.session.timeout.ms", ConfigKind::kMillis, "18000", "How long ZooKeeper waits for a broker")
        .RemovedIn({4, 0}, "broker.session.timeout.ms")
        .Before({2, 5}, "6000"),
    BrokerKey("zookeeper.set.acl", ConfigKind::kBoolean, "false", "Whether ZooKeeper nodes are protected")
        .RemovedIn({4, 0}, ""),
};

}  // namespace

std::span<const ConfigKey> BrokerConfigKeys() { return kBrokerKeys; }

}  // namespace ktrial::scenarios
