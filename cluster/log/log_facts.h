// What a log reports besides the facts of cluster/facts.h: where Kafka's rules let something pass that its users would
// not expect (docs/FLAWS.md).
#ifndef KTRIAL_CLUSTER_LOG_LOG_FACTS_H_
#define KTRIAL_CLUSTER_LOG_LOG_FACTS_H_

#include <tuple>

#include "cluster/protocol/ids.h"
#include "cluster/protocol/record_batch.h"
#include "sim/fact.h"

namespace ktrial::cluster {

// Reading a log after an unclean shutdown found nothing in [from, to), between the end of a segment and the base of the
// next: a loss of power took the end of the one and not the other. Recovery goes on unless a batch is damaged
// (LogLoader.recoverLog), so the gap stays; where a cleaner has been, it may be what cleaning left. Follows LogLoaded.
struct RecoveryPassedGap {
  static constexpr sim::FactKind kKind{92};
  TopicPartition tp;
  BrokerId broker;
  Offset from;
  Offset to;
  auto Fields() const { return std::tuple(tp, broker, from, to); }
};

// A leader took a batch that does not begin with sequence 0 from a producer of which it knows nothing (KIP-360,
// ProducerAppendInfo.checkSequence): what its producer sent before may still be on its way. Follows BatchAppended.
struct UnknownProducerAccepted {
  static constexpr sim::FactKind kKind{93};
  TopicPartition tp;
  BrokerId broker;
  const LogBatch* batch;
  auto Fields() const {
    return std::tuple(tp, broker, batch->base_offset(), batch->batch().producer_id(), batch->batch().base_sequence());
  }
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_LOG_FACTS_H_
