// The account of a topic when a run is over, exact to the record: what was acknowledged and is not there, what is there
// twice, what is there though its producer was told that it is not.
//
//   for (const TopicAccount& account : AccountRecords(ghost, ledger)) ...
//
// A partition is read as a consumer would read it, through its leader; without a leader its records are out of reach,
// and judged by what was committed.
#ifndef KTRIAL_PROPERTIES_LOST_RECORDS_H_
#define KTRIAL_PROPERTIES_LOST_RECORDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "properties/checker.h"
#include "properties/ghost.h"
#include "properties/ledger.h"

namespace ktrial::properties {

struct LostRecord {
  int64_t value = -1;
  TopicPartition tp;
  // As acknowledged; none if the producer was not told.
  Offset offset;
  cluster::RequiredAcks acks = 0;
  // Why it may be lost: its acks setting, or the partition's licence. Empty if nothing allows it.
  std::string licence;
};

struct TopicAccount {
  cluster::TopicId topic;
  int64_t acked = 0;
  // Acknowledged and not in the log, by what was promised. All of lost_acks_0 and lost_acks_1 is allowed, and
  // `lost_licensed` of lost_acks_all.
  int64_t lost_acks_0 = 0;
  int64_t lost_acks_1 = 0;
  int64_t lost_acks_all = 0;
  int64_t lost_licensed = 0;
  // Copies of a record beyond its first.
  int64_t duplicates = 0;
  // Records in the log of which the producer was told that they are in none: never allowed.
  int64_t refused_in_log = 0;
  // Records in the log whose producer does not know whether they are.
  int64_t unknown_in_log = 0;

  // The first of those that need explaining.
  std::vector<LostRecord> lost_records;
  std::vector<int64_t> refused_values;

  int64_t lost() const { return lost_acks_0 + lost_acks_1 + lost_acks_all; }
  int64_t lost_without_licence() const { return lost_acks_all - lost_licensed; }
};

// Of every topic that was sent to, by id. Linear in the records sent and kept.
std::vector<TopicAccount> AccountRecords(const Ghost& ghost, const Ledger& ledger);

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_LOST_RECORDS_H_
