#include "scenarios/kafka_config_tables.h"

namespace ktrial::scenarios {
namespace {

// Ordered by name, for binary search.
constexpr ConfigKey kProducerKeys[] = {
    ProducerKey("acks", ConfigKind::kChoice, "all",
                "Copies that must exist before a write is acknowledged: none, the leader's, or all in-sync ones")
        .Modelled()
        .OneOf("all|-1|0|1")
        .Before({3, 0}, "1"),
    ProducerKey("batch.size", ConfigKind::kBytes, "16384",
                "Bytes of records for one partition that are sent as one batch")
        .Modelled()
        .AtLeast(0),
    ProducerKey("bootstrap.servers", ConfigKind::kText, "",
                "Brokers that a client asks first; the scenario sets them itself"),
    ProducerKey("buffer.memory", ConfigKind::kBytes, "33554432", "Memory for records that wait to be sent")
        .Modelled()
        .AtLeast(0),
    ProducerKey("client.dns.lookup", ConfigKind::kChoice, "use_all_dns_ips", "How host names are resolved")
        .OneOf("use_all_dns_ips|resolve_canonical_bootstrap_servers_only"),
    ProducerKey("client.id", ConfigKind::kText, "",
                "Name of the client in logs and quotas; the scenario names clients itself"),
    ProducerKey("compression.gzip.level", ConfigKind::kInteger, "-1", "Level of gzip"),
    ProducerKey("compression.lz4.level", ConfigKind::kInteger, "9", "Level of lz4").Between(1, 17),
    ProducerKey("compression.type", ConfigKind::kChoice, "none", "Codec of batches").OneOf("none|gzip|snappy|lz4|zstd"),
    ProducerKey("compression.zstd.level", ConfigKind::kInteger, "3", "Level of zstd").Between(-131072, 22),
    ProducerKey("connections.max.idle.ms", ConfigKind::kMillis, "540000", "How long an idle connection is kept open"),
    ProducerKey("delivery.timeout.ms", ConfigKind::kMillis, "120000",
                "How long after send() a record is given up, retries included")
        .Modelled()
        .Between(0, 2147483647)
        .Before({2, 1}, "30000"),
    ProducerKey("enable.idempotence", ConfigKind::kBoolean, "true",
                "Whether brokers recognise and drop repeated batches")
        .Modelled()
        .Before({3, 0}, "false"),
    ProducerKey("enable.metrics.push", ConfigKind::kBoolean, "true", "Whether the client sends telemetry to brokers"),
    ProducerKey("interceptor.classes", ConfigKind::kText, "", "Classes that see records go by"),
    ProducerKey("key.serializer", ConfigKind::kText, "", "Class that turns keys into bytes"),
    ProducerKey("linger.ms", ConfigKind::kMillis, "5", "How long the producer waits for more records for a batch")
        .Modelled()
        .AtLeast(0)
        .Before40("0"),
    ProducerKey("max.block.ms", ConfigKind::kMillis, "60000", "How long send() waits for metadata or memory")
        .Modelled()
        .AtLeast(0),
    ProducerKey("max.in.flight.requests.per.connection", ConfigKind::kInteger, "5",
                "Requests to one broker without an answer")
        .Modelled()
        .AtLeast(1),
    ProducerKey("max.request.size", ConfigKind::kBytes, "1048576", "Largest request").Modelled().AtLeast(0),
    ProducerKey("metadata.max.age.ms", ConfigKind::kMillis, "300000",
                "Age at which metadata is asked for again, even without an error")
        .Modelled()
        .AtLeast(0),
    ProducerKey("metadata.max.idle.ms", ConfigKind::kMillis, "300000", "How long metadata of an unused topic is kept")
        .AtLeast(5000),
    ProducerKey("metadata.recovery.strategy", ConfigKind::kChoice, "rebootstrap",
                "What a client does when it knows no reachable broker any more")
        .OneOf("none|rebootstrap")
        .Before40("none"),
    ProducerKey("metric.reporters", ConfigKind::kText, "", "Metrics reporter classes"),
    ProducerKey("metrics.num.samples", ConfigKind::kInteger, "2", "Samples kept for a metric").AtLeast(1),
    ProducerKey("metrics.recording.level", ConfigKind::kChoice, "INFO", "Which metrics are recorded")
        .OneOf("INFO|DEBUG|TRACE"),
    ProducerKey("metrics.sample.window.ms", ConfigKind::kMillis, "30000", "Length of a metric's sample").AtLeast(0),
    ProducerKey("partitioner.adaptive.partitioning.enable", ConfigKind::kBoolean, "true",
                "Whether slow brokers get fewer records without key"),
    ProducerKey("partitioner.availability.timeout.ms", ConfigKind::kMillis, "0",
                "How long a broker may not take batches before its partitions are avoided")
        .AtLeast(0),
    ProducerKey("partitioner.class", ConfigKind::kText, "", "Class that chooses partitions"),
    ProducerKey("partitioner.ignore.keys", ConfigKind::kBoolean, "false", "Whether keys do not decide the partition"),
    ProducerKey("receive.buffer.bytes", ConfigKind::kBytes, "32768", "Receive buffer of sockets").AtLeast(-1),
    ProducerKey("reconnect.backoff.max.ms", ConfigKind::kMillis, "1000",
                "Longest wait before a client connects to a broker again")
        .AtLeast(0),
    ProducerKey("reconnect.backoff.ms", ConfigKind::kMillis, "50",
                "First wait before a client connects to a broker again")
        .AtLeast(0),
    ProducerKey("request.timeout.ms", ConfigKind::kMillis, "30000", "How long the client waits for a response")
        .Modelled()
        .AtLeast(0),
    ProducerKey("retries", ConfigKind::kInteger, "2147483647", "How often a failed batch is sent again")
        .Modelled()
        .Between(0, 2147483647)
        .Before({2, 1}, "0"),
    ProducerKey("retry.backoff.max.ms", ConfigKind::kMillis, "1000", "Longest wait before a failed request is repeated")
        .Modelled()
        .AtLeast(0),
    ProducerKey("retry.backoff.ms", ConfigKind::kMillis, "100", "First wait before a failed request is repeated")
        .Modelled()
        .AtLeast(0),
    ProducerKey("sasl.jaas.config", ConfigKind::kText, "", "SASL set-up; the simulated network needs none"),
    ProducerKey("sasl.mechanism", ConfigKind::kText, "GSSAPI", "SASL set-up; the simulated network needs none"),
    ProducerKey("security.protocol", ConfigKind::kText, "PLAINTEXT",
                "Security protocol; the simulated network needs none"),
    ProducerKey("security.providers", ConfigKind::kText, "", "Security provider classes"),
    ProducerKey("send.buffer.bytes", ConfigKind::kBytes, "131072", "Send buffer of sockets").AtLeast(-1),
    ProducerKey("socket.connection.setup.timeout.max.ms", ConfigKind::kMillis, "30000",
                "Longest time for a connection to be made"),
    ProducerKey("socket.connection.setup.timeout.ms", ConfigKind::kMillis, "10000",
                "First time for a connection to be made"),
    ProducerKey("ssl.endpoint.identification.algorithm", ConfigKind::kText, "https",
                "TLS set-up; the simulated network is not encrypted"),
    ProducerKey("ssl.keystore.location", ConfigKind::kText, "", "TLS set-up; the simulated network is not encrypted"),
    ProducerKey("ssl.keystore.password", ConfigKind::kText, "", "TLS set-up; the simulated network is not encrypted"),
    ProducerKey("ssl.truststore.location", ConfigKind::kText, "", "TLS set-up; the simulated network is not encrypted"),
    ProducerKey("ssl.truststore.password", ConfigKind::kText, "", "TLS set-up; the simulated network is not encrypted"),
    ProducerKey("transaction.timeout.ms", ConfigKind::kMillis, "60000", "How long a transaction may be open")
        .AtLeast(0),
    ProducerKey("transaction.two.phase.commit.enable", ConfigKind::kBoolean, "false",
                "Whether an outside coordinator commits the transactions")
        .Since({4, 1}),
    ProducerKey("transactional.id", ConfigKind::kText, "", "Name that lets a producer write in transactions"),
    ProducerKey("value.serializer", ConfigKind::kText, "", "Class that turns values into bytes"),
};

// Ordered by name, for binary search.
constexpr ConfigKey kConsumerKeys[] = {
    ConsumerKey("allow.auto.create.topics", ConfigKind::kBoolean, "true",
                "Whether subscribing to an unknown topic creates it"),
    ConsumerKey("auto.commit.interval.ms", ConfigKind::kMillis, "5000",
                "How often offsets are committed, if enable.auto.commit")
        .Modelled()
        .AtLeast(0),
    ConsumerKey("auto.offset.reset", ConfigKind::kChoice, "latest",
                "Where to begin without a committed offset, or with one out of range")
        .Modelled()
        .OneOf("latest|earliest|none"),
    ConsumerKey("bootstrap.servers", ConfigKind::kText, "",
                "Brokers that a client asks first; the scenario sets them itself"),
    ConsumerKey("check.crcs", ConfigKind::kBoolean, "true", "Whether checksums of batches are verified"),
    ConsumerKey("client.dns.lookup", ConfigKind::kChoice, "use_all_dns_ips", "How host names are resolved")
        .OneOf("use_all_dns_ips|resolve_canonical_bootstrap_servers_only"),
    ConsumerKey("client.id", ConfigKind::kText, "",
                "Name of the client in logs and quotas; the scenario names clients itself"),
    ConsumerKey("client.rack", ConfigKind::kText, "", "Rack of the client, for reading from the nearest replica")
        .Modelled(),
    ConsumerKey("connections.max.idle.ms", ConfigKind::kMillis, "540000", "How long an idle connection is kept open"),
    ConsumerKey("default.api.timeout.ms", ConfigKind::kMillis, "60000", "Time for calls such as commitSync").AtLeast(0),
    ConsumerKey("enable.auto.commit", ConfigKind::kBoolean, "true",
                "Whether poll() commits the offsets of what it returned before")
        .Modelled(),
    ConsumerKey("enable.metrics.push", ConfigKind::kBoolean, "true", "Whether the client sends telemetry to brokers"),
    ConsumerKey("exclude.internal.topics", ConfigKind::kBoolean, "true", "Whether a pattern skips internal topics"),
    ConsumerKey("fetch.max.bytes", ConfigKind::kBytes, "52428800", "Most bytes in one fetch response")
        .Modelled()
        .AtLeast(0),
    ConsumerKey("fetch.max.wait.ms", ConfigKind::kMillis, "500",
                "How long a fetch waits at the broker for fetch.min.bytes")
        .Modelled()
        .AtLeast(0),
    ConsumerKey("fetch.min.bytes", ConfigKind::kBytes, "1", "Bytes for which a fetch waits at the broker")
        .Modelled()
        .AtLeast(0),
    ConsumerKey("group.id", ConfigKind::kText, "", "Name of the group; a scenario gives it as `group:`"),
    ConsumerKey("group.instance.id", ConfigKind::kText, "", "Name of a static member"),
    ConsumerKey("group.protocol", ConfigKind::kChoice, "classic", "Which group protocol is used")
        .OneOf("classic|consumer"),
    ConsumerKey("group.remote.assignor", ConfigKind::kText, "", "Server-side assignor for the consumer protocol"),
    ConsumerKey("heartbeat.interval.ms", ConfigKind::kMillis, "3000",
                "How often a member tells the coordinator that it is alive")
        .Modelled()
        .AtLeast(0),
    ConsumerKey("interceptor.classes", ConfigKind::kText, "", "Classes that see records go by"),
    ConsumerKey("isolation.level", ConfigKind::kChoice, "read_uncommitted",
                "Whether records of open and aborted transactions are returned")
        .OneOf("read_committed|read_uncommitted"),
    ConsumerKey("key.deserializer", ConfigKind::kText, "", "Class that turns bytes into keys"),
    ConsumerKey("max.partition.fetch.bytes", ConfigKind::kBytes, "1048576",
                "Most bytes per partition in one fetch response")
        .Modelled()
        .AtLeast(0),
    ConsumerKey("max.poll.interval.ms", ConfigKind::kMillis, "300000",
                "Longest time between two polls before the member leaves the group")
        .Modelled()
        .AtLeast(1),
    ConsumerKey("max.poll.records", ConfigKind::kInteger, "500", "Most records that poll() returns")
        .Modelled()
        .AtLeast(1),
    ConsumerKey("metadata.max.age.ms", ConfigKind::kMillis, "300000",
                "Age at which metadata is asked for again, even without an error")
        .Modelled()
        .AtLeast(0),
    ConsumerKey("metadata.recovery.strategy", ConfigKind::kChoice, "rebootstrap",
                "What a client does when it knows no reachable broker any more")
        .OneOf("none|rebootstrap")
        .Before40("none"),
    ConsumerKey("metric.reporters", ConfigKind::kText, "", "Metrics reporter classes"),
    ConsumerKey("metrics.num.samples", ConfigKind::kInteger, "2", "Samples kept for a metric").AtLeast(1),
    ConsumerKey("metrics.recording.level", ConfigKind::kChoice, "INFO", "Which metrics are recorded")
        .OneOf("INFO|DEBUG|TRACE"),
    ConsumerKey("metrics.sample.window.ms", ConfigKind::kMillis, "30000", "Length of a metric's sample").AtLeast(0),
    ConsumerKey("partition.assignment.strategy", ConfigKind::kText, "range,cooperative-sticky",
                "Client-side assignors for the classic protocol")
        .Before({3, 0}, "range"),
    ConsumerKey("receive.buffer.bytes", ConfigKind::kBytes, "65536", "Receive buffer of sockets").AtLeast(-1),
    ConsumerKey("reconnect.backoff.max.ms", ConfigKind::kMillis, "1000",
                "Longest wait before a client connects to a broker again")
        .AtLeast(0),
    ConsumerKey("reconnect.backoff.ms", ConfigKind::kMillis, "50",
                "First wait before a client connects to a broker again")
        .AtLeast(0),
    ConsumerKey("request.timeout.ms", ConfigKind::kMillis, "30000", "How long the client waits for a response")
        .Modelled()
        .AtLeast(0)
        .Before({2, 0}, "305000"),
    ConsumerKey("retry.backoff.max.ms", ConfigKind::kMillis, "1000", "Longest wait before a failed request is repeated")
        .Modelled()
        .AtLeast(0),
    ConsumerKey("retry.backoff.ms", ConfigKind::kMillis, "100", "First wait before a failed request is repeated")
        .Modelled()
        .AtLeast(0),
    ConsumerKey("sasl.jaas.config", ConfigKind::kText, "", "SASL set-up; the simulated network needs none"),
    ConsumerKey("sasl.mechanism", ConfigKind::kText, "GSSAPI", "SASL set-up; the simulated network needs none"),
    ConsumerKey("security.protocol", ConfigKind::kText, "PLAINTEXT",
                "Security protocol; the simulated network needs none"),
    ConsumerKey("security.providers", ConfigKind::kText, "", "Security provider classes"),
    ConsumerKey("send.buffer.bytes", ConfigKind::kBytes, "131072", "Send buffer of sockets").AtLeast(-1),
    ConsumerKey("session.timeout.ms", ConfigKind::kMillis, "45000",
                "How long after a member's last heartbeat the coordinator removes it")
        .Modelled()
        .AtLeast(0)
        .Before({3, 0}, "10000"),
    ConsumerKey("socket.connection.setup.timeout.max.ms", ConfigKind::kMillis, "30000",
                "Longest time for a connection to be made"),
    ConsumerKey("socket.connection.setup.timeout.ms", ConfigKind::kMillis, "10000",
                "First time for a connection to be made"),
    ConsumerKey("ssl.endpoint.identification.algorithm", ConfigKind::kText, "https",
                "TLS set-up; the simulated network is not encrypted"),
    ConsumerKey("ssl.keystore.location", ConfigKind::kText, "", "TLS set-up; the simulated network is not encrypted"),
    ConsumerKey("ssl.keystore.password", ConfigKind::kText, "", "TLS set-up; the simulated network is not encrypted"),
    ConsumerKey("ssl.truststore.location", ConfigKind::kText, "", "TLS set-up; the simulated network is not encrypted"),
    ConsumerKey("ssl.truststore.password", ConfigKind::kText, "", "TLS set-up; the simulated network is not encrypted"),
    ConsumerKey("value.deserializer", ConfigKind::kText, "", "Class that turns bytes into values"),
};

}  // namespace

std::span<const ConfigKey> ProducerConfigKeys() { return kProducerKeys; }
std::span<const ConfigKey> ConsumerConfigKeys() { return kConsumerKeys; }

}  // namespace ktrial::scenarios
