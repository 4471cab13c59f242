// Topic configs as the controller checks and uses them (org.apache.kafka.controller.ConfigurationControlManager).
#ifndef KTRIAL_CLUSTER_CONTROLLER_CONFIGURATION_CONTROL_MANAGER_H_
#define KTRIAL_CLUSTER_CONTROLLER_CONFIGURATION_CONTROL_MANAGER_H_

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
IncrementalAlterConfigsResponse IncrementalAlterConfigs(const MetadataImage& image,
                                                        const IncrementalAlterConfigsRequest& request,
                                                        ControllerRecords& records);
// unclean.leader.election.enable of the topic, else of the cluster.
bool UncleanElectionEnabled(const TopicImage& topic, const BrokerConfig& config);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CONTROLLER_CONFIGURATION_CONTROL_MANAGER_H_
