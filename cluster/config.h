// Configuration as the simulated programs read it: Kafka's keys as typed fields, with Kafka 4.1's defaults. The
// scenario layer fills these from a file.
#ifndef KTRIAL_CLUSTER_CONFIG_H_
#define KTRIAL_CLUSTER_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cluster/defect_set.h"
#include "cluster/protocol/ids.h"
#include "cluster/protocol/produce_api.h"
#include "cluster/replication_protocol.h"
#include "sim/time.h"

namespace ktrial::cluster {

// Broker and controller settings (server.properties).
struct BrokerConfig {
  // Controllers' quorum.
  sim::Duration controller_quorum_election_timeout = sim::Milliseconds(1000);
  sim::Duration controller_quorum_fetch_timeout = sim::Milliseconds(2000);
  sim::Duration controller_quorum_election_backoff_max = sim::Milliseconds(1000);
  sim::Duration controller_quorum_append_linger = sim::Milliseconds(25);
  sim::Duration controller_quorum_request_timeout = sim::Milliseconds(2000);
  sim::Duration controller_quorum_retry_backoff = sim::Milliseconds(20);
  // Whether voters ask before they raise the epoch (KIP-996): since 4.0. Not a key of Kafka's.
  bool controller_quorum_pre_vote = true;
  // Whether the leader tells of a higher high watermark at once (KIP-1166): since 4.1. Not a key of Kafka's.
  bool controller_quorum_prompt_high_watermark = true;
  sim::Duration metadata_max_idle_interval = sim::Milliseconds(500);

  // Broker lifecycle.
  sim::Duration broker_heartbeat_interval = sim::Milliseconds(2000);
  sim::Duration broker_session_timeout = sim::Milliseconds(9000);
  sim::Duration initial_broker_registration_timeout = sim::Milliseconds(60000);
  int32_t num_io_threads = 8;

  // Replication.
  // Not a key of Kafka's: inter.broker.protocol.version decides it.
  ReplicationProtocol replication_protocol = ReplicationProtocol::kTruncationOnFetch;
  int32_t num_replica_fetchers = 1;
  sim::Duration replica_lag_time_max = sim::Milliseconds(30000);
  sim::Duration replica_fetch_wait_max = sim::Milliseconds(500);
  int32_t replica_fetch_min_bytes = 1;
  int32_t replica_fetch_max_bytes = 1 << 20;
  int32_t replica_fetch_response_max_bytes = 10 << 20;
  int32_t max_incremental_fetch_session_cache_slots = 1000;
  // Whether fetches pass over the partitions of their session that have nothing new. Without it they read all of them,
  // as Kafka does, which comes to the same. Not a key of Kafka's.
  bool settle_fetch_sessions = true;
  // Of any fetch: fetch.max.bytes.
  int32_t fetch_max_bytes = 55 << 20;
  // replica.selector.class is RackAwareReplicaSelector (KIP-392); the default lets consumers read from leaders alone.
  bool rack_aware_replica_selector = false;
  sim::Duration replica_fetch_backoff = sim::Milliseconds(1000);
  sim::Duration replica_socket_timeout = sim::Milliseconds(30000);
  // Over which the traffic of throttled replicas is measured (KIP-73).
  int32_t replication_quota_window_num = 11;
  sim::Duration replication_quota_window_size = sim::Seconds(1);
  sim::Duration replica_high_watermark_checkpoint_interval = sim::Milliseconds(5000);
  int32_t default_replication_factor = 1;
  int32_t min_insync_replicas = 1;
  // eligible.leader.replicas.version is 1 (KIP-966): on in new clusters since 4.1. A feature, not a key.
  bool eligible_leader_replicas = true;
  bool unclean_leader_election = false;
  sim::Duration unclean_leader_election_interval = sim::Milliseconds(300000);
  bool auto_leader_rebalance = true;
  sim::Duration leader_imbalance_check_interval = sim::Seconds(300);

  // How many log directories log.dirs names, each on a disk of its own.
  int32_t log_dirs = 1;
  // How long a broker that cannot tell the controllers of a failed log directory goes on.
  sim::Duration log_dir_failure_timeout = sim::Milliseconds(30000);

  // Log. What topics can set for themselves is explained in LogConfig.
  int64_t log_segment_bytes = 1 << 30;
  sim::Duration log_roll = sim::Milliseconds(604800000);
  sim::Duration log_roll_jitter;
  int32_t log_index_size_max_bytes = 10485760;
  int32_t log_index_interval_bytes = 4096;
  int64_t log_flush_interval_messages = INT64_MAX;
  sim::Duration log_flush_interval = sim::Duration::Max();
  sim::Duration log_retention = sim::Milliseconds(604800000);
  int64_t log_retention_bytes = -1;
  sim::Duration log_segment_delete_delay = sim::Milliseconds(60000);
  // "CreateTime" or "LogAppendTime".
  std::string log_message_timestamp_type = "CreateTime";
  sim::Duration log_message_timestamp_before_max = sim::Duration::Max();
  sim::Duration log_message_timestamp_after_max = sim::Milliseconds(3600000);
  int32_t message_max_bytes = 1048588;
  // How long after the start the tasks below run first, and how often from then on.
  sim::Duration log_initial_task_delay = sim::Milliseconds(30000);
  sim::Duration log_retention_check_interval = sim::Milliseconds(300000);
  sim::Duration log_flush_scheduler_interval = sim::Duration::Max();
  sim::Duration log_flush_offset_checkpoint_interval = sim::Milliseconds(60000);
  sim::Duration log_flush_start_offset_checkpoint_interval = sim::Milliseconds(60000);
  sim::Duration producer_id_expiration = sim::Milliseconds(86400000);
  bool log_cleanup_delete = true;
  bool log_cleanup_compact = false;

  // Log cleaner.
  bool log_cleaner_enable = true;
  int32_t log_cleaner_threads = 1;
  sim::Duration log_cleaner_backoff = sim::Milliseconds(15000);
  int64_t log_cleaner_dedupe_buffer_size = 128 << 20;
  // In parts per million: 0.5.
  int64_t log_cleaner_min_cleanable_ratio_ppm = 500'000;
  sim::Duration log_cleaner_delete_retention = sim::Milliseconds(86400000);
  sim::Duration log_cleaner_min_compaction_lag;
  sim::Duration log_cleaner_max_compaction_lag = sim::Duration::Max();

  // Groups.
  int32_t offsets_topic_num_partitions = 50;
  int16_t offsets_topic_replication_factor = 3;
  int32_t offsets_topic_segment_bytes = 100 << 20;
  sim::Duration offsets_commit_timeout = sim::Milliseconds(5000);
  sim::Duration group_initial_rebalance_delay = sim::Milliseconds(3000);
  sim::Duration group_min_session_timeout = sim::Milliseconds(6000);
  sim::Duration group_max_session_timeout = sim::Milliseconds(1800000);

  DefectSet defects;
};

// Per-topic settings; empty ones follow the broker's.
struct TopicConfig {
  std::optional<int32_t> min_insync_replicas;
  std::optional<bool> unclean_leader_election;
  std::optional<int64_t> segment_bytes;
  std::optional<int64_t> flush_messages;
  std::optional<int32_t> max_message_bytes;
};

struct ProducerConfig {
  RequiredAcks acks = kAcksAll;
  bool enable_idempotence = true;
  int32_t retries = INT32_MAX;
  int32_t max_in_flight_requests_per_connection = 5;
  sim::Duration linger = sim::Milliseconds(5);
  int32_t batch_size = 16384;
  sim::Duration delivery_timeout = sim::Milliseconds(120000);
  sim::Duration request_timeout = sim::Milliseconds(30000);
  sim::Duration retry_backoff = sim::Milliseconds(100);
  sim::Duration retry_backoff_max = sim::Milliseconds(1000);
  sim::Duration metadata_max_age = sim::Milliseconds(300000);
  int64_t buffer_memory = 32 << 20;
  sim::Duration max_block = sim::Milliseconds(60000);
  int32_t max_request_size = 1 << 20;
};

enum class AutoOffsetReset : uint8_t { kLatest, kEarliest, kNone };

struct ConsumerConfig {
  AutoOffsetReset auto_offset_reset = AutoOffsetReset::kLatest;
  bool enable_auto_commit = true;
  sim::Duration auto_commit_interval = sim::Milliseconds(5000);
  sim::Duration session_timeout = sim::Milliseconds(45000);
  sim::Duration heartbeat_interval = sim::Milliseconds(3000);
  sim::Duration max_poll_interval = sim::Milliseconds(300000);
  int32_t max_poll_records = 500;
  int32_t fetch_min_bytes = 1;
  sim::Duration fetch_max_wait = sim::Milliseconds(500);
  int32_t max_partition_fetch_bytes = 1 << 20;
  int32_t fetch_max_bytes = 50 << 20;
  sim::Duration request_timeout = sim::Milliseconds(30000);
  sim::Duration metadata_max_age = sim::Milliseconds(300000);
  sim::Duration retry_backoff = sim::Milliseconds(100);
  sim::Duration retry_backoff_max = sim::Milliseconds(1000);
  // client.rack, or empty.
  std::string client_rack;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CONFIG_H_
