// A batch of records on its way through a producer (org.apache.kafka.clients.producer.internals.ProducerBatch): being
// filled, waiting, in flight, or waiting to be sent again. It keeps its records and its sequence through all attempts.
#ifndef KTRIAL_CLUSTER_CLIENT_PRODUCER_BATCH_H_
#define KTRIAL_CLUSTER_CLIENT_PRODUCER_BATCH_H_

#include <cstdint>
#include <vector>

#include "cluster/protocol/ids.h"
#include "cluster/protocol/record_batch.h"
#include "sim/time.h"

namespace ktrial::cluster {

// Names a batch within one producer, in order of creation.
using ProducerBatchId = sim::StrongId<struct ProducerBatchIdTag, int64_t>;

struct ProducerIdAndEpoch {
  ProducerId id;
  ProducerEpoch epoch;

  bool valid() const { return id.valid(); }
  friend bool operator==(const ProducerIdAndEpoch&, const ProducerIdAndEpoch&) = default;
};

struct ProducerBatch {
  ProducerBatchId id;
  TopicPartition tp;
  std::vector<Record> records;
  int32_t bytes = kBatchHeaderBytes;
  // Wall clock, as Kafka's timeouts of batches are.
  sim::WallTime created;
  sim::WallTime last_attempt;
  int attempts = 0;
  // Takes no more records.
  bool closed = false;
  bool in_flight = false;
  // Some attempt may have been appended although it did not succeed for all the producer knows.
  bool outcome_ambiguous = false;
  // Assigned when it is first drained, with idempotence.
  ProducerIdAndEpoch producer;
  int32_t base_sequence = -1;
  bool sequence_has_been_reset = false;
  // Drawn once per attempt, so that asking again gives the same answer.
  sim::Duration retry_backoff;
  // Leader epoch when it was last sent, and whether a newer one was learned since (KIP-951).
  LeaderEpoch attempt_leader_epoch;
  LeaderEpoch current_leader_epoch;

  bool has_sequence() const { return base_sequence >= 0; }
  int32_t record_count() const { return static_cast<int32_t>(records.size()); }
  int32_t last_sequence() const { return IncrementSequence(base_sequence, record_count() - 1); }
  bool in_retry() const { return attempts > 0; }
  bool HasLeaderChangedForTheOngoingRetry() const {
    return attempts >= 1 && current_leader_epoch.valid() && attempt_leader_epoch.valid() &&
           current_leader_epoch > attempt_leader_epoch;
  }
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_PRODUCER_BATCH_H_
