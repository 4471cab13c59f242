// The life of a record, for a person who must believe a violation: one event a line, in order of time, in Kafka's
// words.
//
//   0.512 s   shop-0 sent its record 17 to orders-0
//   0.514 s   broker 1, leader in epoch 0, appended it at offset 17
//   0.520 s   broker 2 copied it
//   0.521 s   the high watermark passed it: committed
//   0.523 s   shop-0 was told of success (acks=all), offset 17
//   4.201 s   broker 2 truncated its log from 20 to 17 (to its high watermark): the record left it
//   4.310 s   the controller elected broker 2 leader in epoch 1, ISR [2]
#ifndef KTRIAL_PROPERTIES_EVIDENCE_H_
#define KTRIAL_PROPERTIES_EVIDENCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "properties/checker.h"

namespace ktrial::properties {

// Of the record of the workload with this value, or of the whole batch.
std::vector<std::string> LifeOfRecord(const Moment& moment, TopicPartition tp, int64_t value);
std::vector<std::string> LifeOfBatch(const Moment& moment, TopicPartition tp, const cluster::LogBatch& batch);

// "offset 17" or "offsets 17 to 19".
std::string OffsetsText(const cluster::LogBatch& batch);
// "all", "1" or "0".
std::string AcksText(cluster::RequiredAcks acks);
// "[1, 2]"
std::string BrokersText(const std::vector<BrokerId>& brokers);

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_EVIDENCE_H_
