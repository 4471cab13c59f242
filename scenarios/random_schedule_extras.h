// What a random schedule has in some cases besides its cluster, its one topic and its faults. Each kind is drawn from a
// stream of its own: a seed that draws none of a new kind gives the schedule that it gave before.
//
//   ScheduleExtras extras = DrawScheduleExtras(seed, {.brokers = 3, .replicas = 2, ...});
//   for (const std::string& line : extras.topic_config) ...
#ifndef KTRIAL_SCENARIOS_RANDOM_SCHEDULE_EXTRAS_H_
#define KTRIAL_SCENARIOS_RANDOM_SCHEDULE_EXTRAS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace ktrial::scenarios {

// What has been drawn already. The topic is called "orders".
struct ScheduleSizes {
  int64_t brokers = 1;
  int64_t controllers = 1;
  int64_t replicas = 1;
  int64_t partitions = 1;
  int64_t duration_millis = 0;
};

// Pieces of a scenario file, without their indentation.
struct ScheduleExtras {
  // Empty for a version of KRaft's time, which the schedule draws itself.
  std::string kafka;
  // "key: value"
  std::vector<std::string> cluster_config;
  std::vector<std::string> topic_config;
  // Whether topic_config has segment.bytes.
  bool sets_segment_bytes = false;
  // A second topic, with its lines under `topics:`; empty if there is none.
  std::vector<std::string> second_topic;
  // Flow mappings, entries of the lists of that name.
  std::vector<std::string> producers;
  std::vector<std::string> consumers;
  std::vector<std::string> admin;
  std::vector<std::string> faults;
};

ScheduleExtras DrawScheduleExtras(uint64_t seed, const ScheduleSizes& sizes);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_RANDOM_SCHEDULE_EXTRAS_H_
