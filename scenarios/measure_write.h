// Measures for how long partitions could not be written, as their producers saw it.
//
// A partition's write outage is an interval in which a record waits and none is acknowledged. It begins when a record
// is sent to a partition where none waits, or at an acknowledgement that leaves others waiting; it ends with the next
// acknowledgement. A record that fails ends nothing: it, too, could not be written. So an outage that outlasts
// delivery.timeout.ms is still one outage. With acks=0 nothing is ever seen to wait.
#ifndef KTRIAL_SCENARIOS_MEASURE_WRITE_H_
#define KTRIAL_SCENARIOS_MEASURE_WRITE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/facts.h"
#include "cluster/protocol/ids.h"
#include "sim/fact.h"
#include "sim/time.h"

namespace ktrial::scenarios {

struct WriteOutage {
  cluster::TopicPartition tp;
  sim::SimTime begin;
  sim::SimTime end;
  // False if no acknowledgement had come by the end of the run.
  bool ended = true;
  // Who got the acknowledgement that ended it.
  cluster::ClientId client;

  sim::Duration length() const { return end - begin; }
};

class WriteMeasure {
 public:
  void On(const sim::FactHeader& header, const cluster::RecordSent& fact);
  void On(const sim::FactHeader& header, const cluster::RecordAcked& fact);
  void On(const sim::FactHeader& header, const cluster::RecordFailed& fact);

  // The longest of each of the topic's partitions up to `now`, in their order. Partitions without a record have none.
  std::vector<WriteOutage> LongestOfEach(cluster::TopicId topic, sim::SimTime now) const;
  // The longest of these; the earliest of equals. Nothing if no record was sent to the topic.
  std::optional<WriteOutage> Longest(cluster::TopicId topic, sim::SimTime now) const;

 private:
  struct Partition {
    int64_t waiting = 0;
    // Of the interval that is open.
    std::optional<sim::SimTime> since;
    WriteOutage longest;
  };

  absl::btree_map<cluster::TopicPartition, Partition> partitions_;
};

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_MEASURE_WRITE_H_
