// From a scenario's settings, by Kafka's key names, to the typed configuration that the simulated programs read.
#ifndef KTRIAL_SCENARIOS_RUN_CONFIG_H_
#define KTRIAL_SCENARIOS_RUN_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "cluster/config.h"
#include "cluster/protocol/metadata_api.h"
#include "scenarios/scenario.h"

namespace ktrial::scenarios {

// Of every broker and controller, the scenario's defects included.
cluster::BrokerConfig ToBrokerConfig(const Scenario& scenario);
cluster::ProducerConfig ToProducerConfig(const Scenario& scenario, const ProducerGroup& producers);
cluster::ConsumerConfig ToConsumerConfig(const Scenario& scenario, const ConsumerGroup& consumers);
// The log directories of every broker, by name: log.dirs, or log.dir.
std::vector<std::string> LogDirsOf(const Scenario& scenario);
// What the administrator asks for; only what the scenario sets itself goes along as a topic config.
cluster::CreateTopicsRequest::Topic ToNewTopic(const Topic& topic);
// As a topic config goes over the wire: durations and sizes as bare numbers.
std::string ToWireText(const ConfigValue& value);

// min.insync.replicas of the topic, or of the cluster: the smallest and the largest that it ever is.
struct MinIsrRange {
  int32_t least = 1;
  int32_t most = 1;
};
MinIsrRange MinInSyncReplicas(const Scenario& scenario, const Topic& topic);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_RUN_CONFIG_H_
