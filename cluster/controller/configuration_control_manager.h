// Configs of topics and brokers as the controller checks and uses them
// (org.apache.kafka.controller.ConfigurationControlManager).
#ifndef KTRIAL_CLUSTER_CONTROLLER_CONFIGURATION_CONTROL_MANAGER_H_
#define KTRIAL_CLUSTER_CONTROLLER_CONFIGURATION_CONTROL_MANAGER_H_

#include <cstdint>
#include <string_view>

#include "cluster/config.h"
#include "cluster/controller/controller_state.h"
#include "cluster/metadata/metadata_image.h"
#include "cluster/protocol/config_api.h"

namespace ktrial::cluster {

// Whether Kafka has this topic config and, if the simulation reads it, whether the value is one that Kafka takes.
bool IsValidTopicConfig(std::string_view name, std::string_view value);
// Adds a record for each config that changes. A topic of whose configs one is not valid keeps all of them; the others
// change all the same. A set to the value that stands already, or a deletion of what is not set, changes nothing.
//
// With eligible leader replicas, a change of min.insync.replicas makes the topic's partitions forget theirs: they were
// found by the old number (createClearElrRecordsAsNeeded).
IncrementalAlterConfigsResponse IncrementalAlterConfigs(const MetadataImage& image, const BrokerConfig& config,
                                                        const IncrementalAlterConfigsRequest& request,
                                                        ControllerRecords& records);
// unclean.leader.election.enable of the topic, else of the cluster.
bool UncleanElectionEnabled(const TopicImage& topic, const BrokerConfig& config);
// min.insync.replicas of the topic, else of the cluster, but at most the replicas of its first partition
// (ReplicationControlManager.getTopicEffectiveMinIsr).
int32_t EffectiveMinIsr(const TopicImage& topic, const BrokerConfig& config);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CONTROLLER_CONFIGURATION_CONTROL_MANAGER_H_
