// The part of a random schedule that is about racks, from a stream of its own: what else is drawn is the same with
// racks and without.
//
//   RackDraw racks = DrawRacks(seed, {.brokers = 4, .controllers = 3, .duration_millis = 30'000});
//   text += racks.cluster;
#ifndef KTRIAL_SCENARIOS_RANDOM_RACKS_H_
#define KTRIAL_SCENARIOS_RANDOM_RACKS_H_

#include <cstdint>
#include <string>

namespace ktrial::scenarios {

struct ClusterSizes {
  int64_t brokers = 1;
  int64_t controllers = 1;
  int64_t duration_millis = 0;
};

// Lines of a scenario, all empty in a schedule without racks.
struct RackDraw {
  std::string cluster;          // In the place of `brokers` and `controllers`.
  std::string cluster_config;   // Beneath the cluster's config.
  std::string consumer_config;  // ", key: value" of the consumers' config.
  std::string network;          // At the top.
  std::string faults;           // Entries, most of them of whole racks.
};

RackDraw DrawRacks(uint64_t seed, const ClusterSizes& sizes);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_RANDOM_RACKS_H_
