// Topic configs as the controller checks and uses them (org.apache.kafka.controller.ConfigurationControlManager).
#ifndef KTRIAL_CLUSTER_CONTROLLER_CONFIGURATION_CONTROL_MANAGER_H_
#define KTRIAL_CLUSTER_CONTROLLER_CONFIGURATION_CONTROL_MANAGER_H_

#include <string_view>

#include "cluster/config.h"
#include "cluster/metadata/metadata_image.h"

namespace ktrial::cluster {

// Whether Kafka has this topic config and, if the simulation reads it, whether the value is one that Kafka takes.
bool IsValidTopicConfig(std::string_view name, std::string_view value);
// unclean.leader.election.enable of the topic, else of the cluster.
bool UncleanElectionEnabled(const TopicImage& topic, const BrokerConfig& config);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CONTROLLER_CONFIGURATION_CONTROL_MANAGER_H_
