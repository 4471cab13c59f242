#include "scenarios/run_config.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "cluster/defects.h"
#include "cluster/parts_per_million.h"
#include "scenarios/effective_config.h"
#include "scenarios/text.h"
#include "sim/check.h"

namespace ktrial::scenarios {
namespace {

// Counts and sizes that Kafka keeps as int are ints here; the table of keys holds their ranges.
int32_t ToInt(int64_t value) {
  return static_cast<int32_t>(
      std::clamp<int64_t>(value, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()));
}

// Beyond any run.
constexpr int64_t kMostImbalanceSeconds = 1'000'000'000;

// The one selector that Kafka has besides reading from the leader.
constexpr char kRackAwareReplicaSelector[] = "org.apache.kafka.common.replica.RackAwareReplicaSelector";

// Of a key that is unset by default.
std::string TextOrEmpty(const EffectiveConfig& from, std::string_view name) {
  const std::optional<ConfigValue>& value = from.Find(name).value;
  return value ? std::get<std::string>(*value) : std::string();
}

void SetTimers(const EffectiveConfig& from, cluster::BrokerConfig* to) {
  to->controller_quorum_election_timeout = from.DurationOf("controller.quorum.election.timeout.ms");
  to->controller_quorum_fetch_timeout = from.DurationOf("controller.quorum.fetch.timeout.ms");
  to->controller_quorum_election_backoff_max = from.DurationOf("controller.quorum.election.backoff.max.ms");
  to->controller_quorum_append_linger = from.DurationOf("controller.quorum.append.linger.ms");
  to->controller_quorum_request_timeout = from.DurationOf("controller.quorum.request.timeout.ms");
  to->controller_quorum_retry_backoff = from.DurationOf("controller.quorum.retry.backoff.ms");
  to->metadata_max_idle_interval = from.DurationOf("metadata.max.idle.interval.ms");
  to->broker_heartbeat_interval = from.DurationOf("broker.heartbeat.interval.ms");
  to->broker_session_timeout = from.DurationOf("broker.session.timeout.ms");
  to->replica_lag_time_max = from.DurationOf("replica.lag.time.max.ms");
  to->replica_fetch_wait_max = from.DurationOf("replica.fetch.wait.max.ms");
  to->replica_socket_timeout = from.DurationOf("replica.socket.timeout.ms");
  to->replica_fetch_backoff = from.DurationOf("replica.fetch.backoff.ms");
  to->replica_high_watermark_checkpoint_interval = from.DurationOf("replica.high.watermark.checkpoint.interval.ms");
  to->producer_id_expiration = from.DurationOf("producer.id.expiration.ms");
  to->leader_imbalance_check_interval =
      sim::Seconds(std::min(from.Integer("leader.imbalance.check.interval.seconds"), kMostImbalanceSeconds));
  to->unclean_leader_election_interval = from.DurationOf("unclean.leader.election.interval.ms");
  to->group_initial_rebalance_delay = from.DurationOf("group.initial.rebalance.delay.ms");
  to->group_min_session_timeout = from.DurationOf("group.min.session.timeout.ms");
  to->group_max_session_timeout = from.DurationOf("group.max.session.timeout.ms");
}

void SetCleaner(const EffectiveConfig& from, cluster::BrokerConfig* to) {
  const std::string& policy = from.Text("log.cleanup.policy");
  to->log_cleanup_delete = policy.find("delete") != std::string::npos;
  to->log_cleanup_compact = policy.find("compact") != std::string::npos;
  to->log_cleaner_enable = from.Boolean("log.cleaner.enable");
  to->log_cleaner_threads = ToInt(from.Integer("log.cleaner.threads"));
  to->log_cleaner_backoff = from.DurationOf("log.cleaner.backoff.ms");
  to->log_cleaner_dedupe_buffer_size = from.Bytes("log.cleaner.dedupe.buffer.size");
  to->log_cleaner_min_cleanable_ratio_ppm = cluster::PartsPerMillion(from.Text("log.cleaner.min.cleanable.ratio"))
                                                .value_or(to->log_cleaner_min_cleanable_ratio_ppm);
  to->log_cleaner_delete_retention = from.DurationOf("log.cleaner.delete.retention.ms");
  to->log_cleaner_min_compaction_lag = from.DurationOf("log.cleaner.min.compaction.lag.ms");
  to->log_cleaner_max_compaction_lag = from.DurationOf("log.cleaner.max.compaction.lag.ms");
  to->offsets_topic_segment_bytes = ToInt(from.Bytes("offsets.topic.segment.bytes"));
}

// The first that is set of a duration's three keys, of which the last always is. Kafka takes negative values for -1.
sim::Duration FirstSet(const EffectiveConfig& from, std::string_view millis, std::string_view minutes,
                       std::string_view hours) {
  if (from.Has(millis)) return from.DurationOf(millis);
  const bool in_minutes = !minutes.empty() && from.Has(minutes);
  const int64_t number = from.Integer(in_minutes ? minutes : hours);
  if (number < 0) return sim::Milliseconds(-1);
  const sim::Duration unit = sim::Seconds(in_minutes ? 60 : 3600);
  return number > sim::Duration::Max().nanos() / unit.nanos() ? sim::Duration::Max() : unit * number;
}

std::vector<std::string> LogDirs(const EffectiveConfig& from) {
  return ParseLogDirs(from.Has("log.dirs") ? from.Text("log.dirs") : from.Text("log.dir"));
}

void SetLog(const EffectiveConfig& from, cluster::BrokerConfig* to) {
  to->log_dirs = static_cast<int32_t>(LogDirs(from).size());
  to->log_dir_failure_timeout = from.DurationOf("log.dir.failure.timeout.ms");
  to->log_roll = FirstSet(from, "log.roll.ms", "", "log.roll.hours");
  to->log_roll_jitter = FirstSet(from, "log.roll.jitter.ms", "", "log.roll.jitter.hours");
  to->log_index_size_max_bytes = ToInt(from.Bytes("log.index.size.max.bytes"));
  to->log_index_interval_bytes = ToInt(from.Bytes("log.index.interval.bytes"));
  to->log_flush_scheduler_interval = from.DurationOf("log.flush.scheduler.interval.ms");
  to->log_flush_interval =
      from.Has("log.flush.interval.ms") ? from.DurationOf("log.flush.interval.ms") : to->log_flush_scheduler_interval;
  to->log_retention = FirstSet(from, "log.retention.ms", "log.retention.minutes", "log.retention.hours");
  to->log_retention_bytes = from.Bytes("log.retention.bytes");
  to->log_segment_delete_delay = from.DurationOf("log.segment.delete.delay.ms");
  to->log_message_timestamp_type = from.Text("log.message.timestamp.type");
  to->log_message_timestamp_before_max = from.DurationOf("log.message.timestamp.before.max.ms");
  to->log_message_timestamp_after_max = from.DurationOf("log.message.timestamp.after.max.ms");
  to->log_initial_task_delay = from.DurationOf("log.initial.task.delay.ms");
  to->log_retention_check_interval = from.DurationOf("log.retention.check.interval.ms");
  to->log_flush_offset_checkpoint_interval = from.DurationOf("log.flush.offset.checkpoint.interval.ms");
  to->log_flush_start_offset_checkpoint_interval = from.DurationOf("log.flush.start.offset.checkpoint.interval.ms");
}

void SetSizes(const EffectiveConfig& from, cluster::BrokerConfig* to) {
  to->num_io_threads = ToInt(from.Integer("num.io.threads"));
  to->replication_quota_window_num = ToInt(from.Integer("replication.quota.window.num"));
  to->replication_quota_window_size = sim::Seconds(from.Integer("replication.quota.window.size.seconds"));
  to->num_replica_fetchers = ToInt(from.Integer("num.replica.fetchers"));
  to->replica_fetch_min_bytes = ToInt(from.Bytes("replica.fetch.min.bytes"));
  to->replica_fetch_max_bytes = ToInt(from.Bytes("replica.fetch.max.bytes"));
  to->replica_fetch_response_max_bytes = ToInt(from.Bytes("replica.fetch.response.max.bytes"));
  to->fetch_max_bytes = ToInt(from.Bytes("fetch.max.bytes"));
  to->max_incremental_fetch_session_cache_slots = ToInt(from.Integer("max.incremental.fetch.session.cache.slots"));
  to->default_replication_factor = ToInt(from.Integer("default.replication.factor"));
  to->min_insync_replicas = ToInt(from.Integer("min.insync.replicas"));
  to->unclean_leader_election = from.Boolean("unclean.leader.election.enable");
  to->auto_leader_rebalance = from.Boolean("auto.leader.rebalance.enable");
  to->log_segment_bytes = from.Bytes("log.segment.bytes");
  to->log_flush_interval_messages = from.Integer("log.flush.interval.messages");
  to->message_max_bytes = ToInt(from.Bytes("message.max.bytes"));
  to->offsets_topic_num_partitions = ToInt(from.Integer("offsets.topic.num.partitions"));
  to->offsets_topic_replication_factor = static_cast<int16_t>(from.Integer("offsets.topic.replication.factor"));
}

cluster::RequiredAcks ToAcks(const std::string& text) {
  if (text == "0") return 0;
  if (text == "1") return 1;
  KT_CHECK(text == "all");
  return cluster::kAcksAll;
}

bool HasEligibleLeaderReplicas(const Scenario& scenario) {
  if (const auto& version = scenario.cluster.eligible_leader_replicas_version) return version->value > 0;
  return scenario.kafka.value >= kElrByDefaultVersion;
}

// Before 3.7 (KIP-580) every wait was as long as the first.
sim::Duration RetryBackoffMax(const Scenario& scenario, const EffectiveConfig& from) {
  return from.DurationOf(scenario.kafka.value < KafkaVersion{3, 7} ? "retry.backoff.ms" : "retry.backoff.max.ms");
}

}  // namespace

cluster::BrokerConfig ToBrokerConfig(const Scenario& scenario) {
  const EffectiveConfig from = BrokerConfigOf(scenario);
  cluster::BrokerConfig to;
  SetTimers(from, &to);
  SetSizes(from, &to);
  SetCleaner(from, &to);
  SetLog(from, &to);
  to.replication_protocol = ReplicationProtocolOf(scenario.kafka.value);
  // Fetch sessions (KIP-227) came with 1.1.
  if (scenario.kafka.value < KafkaVersion{1, 1}) to.max_incremental_fetch_session_cache_slots = 0;
  to.rack_aware_replica_selector = TextOrEmpty(from, "replica.selector.class") == kRackAwareReplicaSelector;
  to.eligible_leader_replicas = HasEligibleLeaderReplicas(scenario);
  to.controller_quorum_pre_vote = scenario.kafka.value >= KafkaVersion{4, 0};
  to.controller_quorum_prompt_high_watermark = scenario.kafka.value >= KafkaVersion{4, 1};
  for (const Located<std::string>& id : scenario.defects) {
    // Catalogue entries that this build does not have are refused before a run begins.
    const std::optional<cluster::Defect> defect = cluster::FindDefect(id.value);
    KT_CHECK(defect.has_value());
    to.defects.Add(*defect);
  }
  if (to.defects.Has(cluster::Defect::kLastReplicaStanding)) to.eligible_leader_replicas = false;
  return to;
}

std::vector<std::string> LogDirsOf(const Scenario& scenario) { return LogDirs(BrokerConfigOf(scenario)); }

cluster::ProducerConfig ToProducerConfig(const Scenario& scenario, const ProducerGroup& producers) {
  const EffectiveConfig from = ProducerConfigOf(scenario, producers);
  cluster::ProducerConfig to;
  to.acks = ToAcks(from.Text("acks"));
  to.enable_idempotence = from.Boolean("enable.idempotence");
  to.retries = ToInt(from.Integer("retries"));
  to.max_in_flight_requests_per_connection = ToInt(from.Integer("max.in.flight.requests.per.connection"));
  to.linger = from.DurationOf("linger.ms");
  to.batch_size = ToInt(from.Bytes("batch.size"));
  to.delivery_timeout = from.DurationOf("delivery.timeout.ms");
  to.request_timeout = from.DurationOf("request.timeout.ms");
  to.retry_backoff = from.DurationOf("retry.backoff.ms");
  to.retry_backoff_max = RetryBackoffMax(scenario, from);
  to.metadata_max_age = from.DurationOf("metadata.max.age.ms");
  to.buffer_memory = from.Bytes("buffer.memory");
  to.max_block = from.DurationOf("max.block.ms");
  to.max_request_size = ToInt(from.Bytes("max.request.size"));
  return to;
}

cluster::ConsumerConfig ToConsumerConfig(const Scenario& scenario, const ConsumerGroup& consumers) {
  const EffectiveConfig from = ConsumerConfigOf(scenario, consumers);
  cluster::ConsumerConfig to;
  const std::string& reset = from.Text("auto.offset.reset");
  to.auto_offset_reset = reset == "earliest" ? cluster::AutoOffsetReset::kEarliest
                         : reset == "none"   ? cluster::AutoOffsetReset::kNone
                                             : cluster::AutoOffsetReset::kLatest;
  to.enable_auto_commit = from.Boolean("enable.auto.commit");
  to.auto_commit_interval = from.DurationOf("auto.commit.interval.ms");
  to.session_timeout = from.DurationOf("session.timeout.ms");
  to.heartbeat_interval = from.DurationOf("heartbeat.interval.ms");
  to.max_poll_interval = from.DurationOf("max.poll.interval.ms");
  to.max_poll_records = ToInt(from.Integer("max.poll.records"));
  to.fetch_min_bytes = ToInt(from.Bytes("fetch.min.bytes"));
  to.fetch_max_wait = from.DurationOf("fetch.max.wait.ms");
  to.max_partition_fetch_bytes = ToInt(from.Bytes("max.partition.fetch.bytes"));
  to.fetch_max_bytes = ToInt(from.Bytes("fetch.max.bytes"));
  to.request_timeout = from.DurationOf("request.timeout.ms");
  to.metadata_max_age = from.DurationOf("metadata.max.age.ms");
  to.retry_backoff = from.DurationOf("retry.backoff.ms");
  to.retry_backoff_max = RetryBackoffMax(scenario, from);
  to.client_rack = TextOrEmpty(from, "client.rack");
  return to;
}

cluster::CreateTopicsRequest::Topic ToNewTopic(const Topic& topic) {
  cluster::CreateTopicsRequest::Topic created;
  created.name = topic.name.value;
  created.partitions = topic.partitions.value;
  created.replication_factor = static_cast<int16_t>(topic.replication_factor.value);
  for (const std::vector<int32_t>& replicas : topic.replica_assignment) {
    created.assignments.emplace_back(replicas.begin(), replicas.end());
    created.replication_factor = 0;
  }
  for (const ConfigEntry& entry : topic.config) {
    created.configs.push_back({std::string(entry.key->name), ToWireText(entry.value)});
  }
  return created;
}

std::string ToWireText(const ConfigValue& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) return std::to_string(*number);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  return std::get<std::string>(value);
}

MinIsrRange MinInSyncReplicas(const Scenario& scenario, const Topic& topic) {
  constexpr std::string_view kMinIsr = "min.insync.replicas";
  const int32_t at_first = ToInt(TopicConfigOf(scenario, topic).Integer(kMinIsr));
  MinIsrRange range{at_first, at_first};
  const auto widen = [&](int32_t value) { range = {std::min(range.least, value), std::max(range.most, value)}; };
  for (const AdminAction& action : scenario.workload.admin) {
    const auto* alter = std::get_if<AlterConfig>(&action.operation);
    if (alter == nullptr || alter->topic.value != topic.name.value) continue;
    if (const ConfigEntry* entry = FindEntry(alter->set, kMinIsr)) widen(ToInt(std::get<int64_t>(entry->value)));
    for (const ConfigKey* key : alter->deleted) {
      if (key->name == kMinIsr) widen(ToInt(BrokerConfigOf(scenario).Integer(kMinIsr)));
    }
  }
  return range;
}

}  // namespace ktrial::scenarios
