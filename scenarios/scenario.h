// A scenario as plain data: what a file said, checked and with names resolved, before any world is built from it.
//
//   ParseResult parsed = LoadScenarioFile("scenarios/library/leader-kill-rf3.yaml");
//   for (const Topic& topic : parsed.scenario->topics) ...
//
// A value which the file may leave out holds its default, with a position that is not `written()`.
#ifndef KTRIAL_SCENARIOS_SCENARIO_H_
#define KTRIAL_SCENARIOS_SCENARIO_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "scenarios/diagnostic_code.h"
#include "scenarios/expectation.h"
#include "scenarios/fault.h"
#include "scenarios/kafka_config.h"
#include "scenarios/kafka_version.h"
#include "scenarios/replica_assignment.h"
#include "scenarios/source.h"
#include "scenarios/units.h"
#include "sim/time.h"

namespace ktrial::scenarios {

// Brokers are numbered from 1 and controllers from 3001, both without gaps, as in Kafka's own system tests.
constexpr int32_t kFirstBrokerId = 1;
constexpr int32_t kFirstControllerId = 3001;
constexpr int32_t kMostBrokers = 1'000;

// What fails together: a rack, or an availability zone, or a site. Brokers and controllers are numbered rack by rack.
struct Rack {
  Located<std::string> name;  // broker.rack of its brokers.
  Located<int32_t> brokers{0, {}};
  Located<int32_t> controllers{0, {}};
};

struct Cluster {
  Located<int32_t> brokers;  // Of all racks, if there are any.
  Located<int32_t> controllers{3, {}};
  std::vector<Rack> racks;             // In the order of the file. Names are unique.
  Located<bool> rack_aware{true, {}};  // Without it broker.rack is unset, wherever brokers stand.
  ConfigEntries config;                // ConfigScope::kBroker; for brokers and controllers alike.
  // Finalized levels of features (kafka-features.sh); not written: that of a new cluster of the scenario's version.
  std::optional<Located<int32_t>> eligible_leader_replicas_version;
};

// How long messages are under way, one way.
struct LatencySpread {
  sim::Duration p50;
  sim::Duration p99;
};
struct WayOptions {
  std::optional<LatencySpread> latency;
  std::optional<int64_t> bytes_per_second;
};
struct Network {
  WayOptions within_rack;    // Between two machines of a rack; the bandwidth is each machine's.
  WayOptions between_racks;  // What machines of two racks are further apart; the bandwidth is each rack's.
};

struct Topic {
  Located<std::string> name;
  Located<int32_t> partitions;          // Default: num.partitions of the cluster.
  Located<int32_t> replication_factor;  // Default: default.replication.factor of the cluster.
  // Empty if the controller is to choose.
  ReplicaAssignment replica_assignment;
  ConfigEntries config;  // ConfigScope::kTopic.
};

// `count` producers that share a load. Members are called name-0, name-1, ... .
struct ProducerGroup {
  Located<std::string> name;
  Located<int32_t> count{1, {}};
  Located<std::string> topic;
  Located<Rate> rate{{100, sim::Seconds(1)}, {}};  // Of all members together.
  Located<int64_t> record_size{1'024, {}};         // Bytes of a record's value.
  Located<int32_t> keys{0, {}};                    // Records have one of so many keys, drawn evenly; 0: no key.
  Located<int32_t> tombstones{0, {}};              // Percent of the records that delete their key.
  std::vector<Located<std::string>> racks;         // Taken by the members in turn; empty: outside of all racks.
  ConfigEntries config;                            // ConfigScope::kProducer.
};

// `count` consumers in one consumer group.
struct ConsumerGroup {
  Located<std::string> name;
  Located<int32_t> count{1, {}};
  Located<std::string> topic;
  Located<std::string> group;               // group.id
  std::vector<Located<std::string>> racks;  // As of producers.
  ConfigEntries config;                     // ConfigScope::kConsumer.
};

// An administrator changes configs of a topic, or of a broker that runs (kafka-configs.sh --alter).
struct AlterConfig {
  Located<std::string> topic;  // Empty for a broker.
  std::optional<Located<int32_t>> broker;
  ConfigEntries set;                      // ConfigScope::kTopic or kBroker.
  std::vector<const ConfigKey*> deleted;  // Back to the cluster's default.
};

// An administrator moves partitions to other brokers (kafka-reassign-partitions.sh).
struct Reassign {
  Located<std::string> topic;
  std::optional<Located<int32_t>> partition;  // Otherwise all of the topic.
  // Bytes a second; lifted when it is complete (--throttle).
  std::optional<Located<int64_t>> throttle;
  // Of that partition, or of all in their order; empty to cancel what is under way.
  ReplicaAssignment replicas;
  SourcePosition replicas_position;
};

// An administrator has leaders elected (kafka-leader-election.sh).
struct Elect {
  Located<std::string> topic;
  std::optional<Located<int32_t>> partition;  // Otherwise all of the topic.
  bool unclean = false;                       // Otherwise the preferred leaders.
};

// An operator restarts brokers one after the other, each in good order.
struct RollingRestart {
  enum class Wait : uint8_t { kIsr, kNone, kTime };
  std::vector<Located<int32_t>> brokers;  // In this order; empty: all, ascending.
  // Before the next one: until all replicas are in sync, until the process runs, or for so long after that.
  Wait wait = Wait::kIsr;
  sim::Duration time;
};

// An administrator deletes the first records of a partition (kafka-delete-records.sh).
struct DeleteRecords {
  Located<std::string> topic;
  Located<int32_t> partition;
  std::optional<int64_t> before;  // The first offset that stays; without it the high watermark.
};

struct AdminAction {
  Located<sim::Duration> at;  // Since the start of the run.
  std::variant<AlterConfig, Reassign, Elect, RollingRestart, DeleteRecords> operation;
};

struct Workload {
  std::vector<ProducerGroup> producers;
  std::vector<ConsumerGroup> consumers;
  std::vector<AdminAction> admin;  // In the order of the file.
};

struct Scenario {
  std::string file;  // As given to the parser.
  Located<std::string> name;
  Located<std::string> description;
  Located<KafkaVersion> kafka;
  Located<uint64_t> seed{1, {}};
  Located<sim::Duration> duration;  // Of the phase with load and faults.
  Located<sim::Duration> quiesce{sim::Seconds(30),
                                 {}};  // Then all faults are healed, and liveness is required in this time.
  Cluster cluster;
  Network network;
  std::vector<Topic> topics;  // In the order of the file. Names are unique.
  Workload workload;
  std::vector<Fault> faults;  // In the order of the file.
  std::vector<Expectation> expectations;
  std::vector<Located<std::string>> defects;  // Ids such as DR01.
  std::vector<Code> allowed;                  // Diagnostics that the author has opted out of with `allow:`.

  const Topic* FindTopic(std::string_view topic_name) const;
  // Its index among the cluster's racks.
  std::optional<size_t> FindRack(std::string_view rack_name) const;
};

inline const Topic* Scenario::FindTopic(std::string_view topic_name) const {
  for (const Topic& topic : topics) {
    if (topic.name.value == topic_name) return &topic;
  }
  return nullptr;
}

inline std::optional<size_t> Scenario::FindRack(std::string_view rack_name) const {
  for (size_t i = 0; i < cluster.racks.size(); ++i) {
    if (cluster.racks[i].name.value == rack_name) return i;
  }
  return std::nullopt;
}

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_SCENARIO_H_
