// What checkers of groups say and ask of the configuration.
#ifndef KTRIAL_PROPERTIES_GROUP_NAMES_H_
#define KTRIAL_PROPERTIES_GROUP_NAMES_H_

#include <string>

#include "properties/checker.h"

namespace ktrial::properties {

// "group billing"
std::string GroupName(const TrialFacts& facts, cluster::GroupIndex group);
// Why __consumer_offsets may have lost committed records at some time of the run, or from `since` on; empty if nothing
// allowed it.
std::string OffsetsTopicLicence(const Moment& moment, sim::SimTime since = {});
// The partition of __consumer_offsets that the group belongs to; null if there is none.
const GhostPartition* OffsetsPartitionOf(const Moment& moment, cluster::GroupIndex group);

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_GROUP_NAMES_H_
