// Measures for how long partitions could not be read, as consumer groups saw it.
//
// A partition's read outage for a group is an interval in which a record that was acknowledged to its producer waits to
// be delivered to the group, and none is. It is counted from the first record that the group got from the partition, so
// that neither the group's first rebalance nor a start at the end of the log counts. Rebalances later on do count: the
// application gets nothing meanwhile.
#ifndef KTRIAL_SCENARIOS_MEASURE_READ_H_
#define KTRIAL_SCENARIOS_MEASURE_READ_H_

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/container/btree_map.h"
#include "cluster/facts.h"
#include "cluster/protocol/ids.h"
#include "sim/fact.h"
#include "sim/time.h"

namespace ktrial::scenarios {

struct ReadOutage {
  cluster::TopicPartition tp;
  cluster::GroupIndex group;
  sim::SimTime begin;
  sim::SimTime end;
  // False if nothing had been delivered by the end of the run.
  bool ended = true;

  sim::Duration length() const { return end - begin; }
};

class ReadMeasure {
 public:
  void On(const sim::FactHeader& header, const cluster::RecordAcked& fact);
  void On(const sim::FactHeader& header, const cluster::RecordDelivered& fact);
  void On(const sim::FactHeader& header, const cluster::PositionSet& fact);

  // The longest over the topic's partitions and all groups up to `now`; nothing if no group got a record of it.
  std::optional<ReadOutage> Longest(cluster::TopicId topic, sim::SimTime now) const;
  // One past the furthest record that the group got, or where it began to read; none if it never had a position.
  cluster::Offset PositionOf(cluster::GroupIndex group, cluster::TopicPartition tp) const;

 private:
  struct Reader {
    // One past the furthest record delivered.
    cluster::Offset position{0};
    bool delivered = false;
    std::optional<sim::SimTime> since;
    ReadOutage longest;
  };
  // First by partition, so that an acknowledgement finds the readers it concerns.
  using ReaderKey = std::pair<cluster::TopicPartition, cluster::GroupIndex>;

  // One past the furthest record acknowledged.
  absl::btree_map<cluster::TopicPartition, cluster::Offset> acked_;
  absl::btree_map<ReaderKey, Reader> readers_;
};

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_MEASURE_READ_H_
