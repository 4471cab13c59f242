// The account of a topic at the end of a run: every record that was acknowledged against what the partitions' logs
// hold, read through their leaders (or, where a partition has none, through all replicas).
#ifndef KTRIAL_SCENARIOS_FINAL_LOGS_H_
#define KTRIAL_SCENARIOS_FINAL_LOGS_H_

#include <cstdint>

#include "cluster/protocol/ids.h"
#include "properties/ghost.h"
#include "properties/ledger.h"

namespace ktrial::scenarios {

struct FinalAccount {
  int64_t acked = 0;
  // Acknowledged, and in no log.
  int64_t lost = 0;
  // Copies of a record beyond its first.
  int64_t duplicates = 0;

  FinalAccount& operator+=(const FinalAccount& other) {
    acked += other.acked;
    lost += other.lost;
    duplicates += other.duplicates;
    return *this;
  }
};

// O(n log n) in the topic's records.
FinalAccount AccountOf(cluster::TopicId topic, const properties::Ghost& ghost, const properties::Ledger& ledger);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_FINAL_LOGS_H_
