// All that a producer keeps about one partition: the batches that wait, those in flight, and the sequence numbers of
// idempotence (RecordAccumulator's deque, Sender.inFlightBatches and TransactionManager's TxnPartitionEntry).
//
// Invariants:
//  1. Batches with a sequence stand before those without in `queue`, ascending.
//  2. `in_flight` is in the order of sending.
//  3. next_sequence follows the last sequence assigned under `producer`.
#ifndef KTRIAL_CLUSTER_CLIENT_PRODUCER_PARTITION_H_
#define KTRIAL_CLUSTER_CLIENT_PRODUCER_PARTITION_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "cluster/client/producer_batch.h"

namespace ktrial::cluster {

struct ProducerPartition {
  static constexpr int32_t kNoSequence = -1;

  std::deque<ProducerBatch> queue;
  std::vector<ProducerBatch> in_flight;

  ProducerIdAndEpoch producer;
  int32_t next_sequence = 0;
  int32_t last_acked_sequence = kNoSequence;
  // Set while a batch that had been sent expired: the sequence after it. Nothing new is sent until it is known whether
  // the broker has it.
  std::optional<int32_t> unresolved_next_sequence;
  // max.in.flight=1 without idempotence: one batch at a time keeps the order.
  bool muted = false;

  bool idle() const { return queue.empty() && in_flight.empty(); }
  // A batch has a sequence and no final outcome, wherever it is.
  bool HasInFlightBatches() const;
  // Base sequence of the earliest such batch, or kNoSequence.
  int32_t FirstInFlightSequence() const;
  bool IsNextSequence(int32_t sequence) const { return sequence - last_acked_sequence == 1; }

  // Puts a batch that is to be sent again where it belongs: by sequence, or in front.
  void Reenqueue(ProducerBatch batch);
  // Numbers all batches in flight from 0 under a new producer epoch (TxnPartitionEntry.startSequencesAtBeginning).
  void StartSequencesAtBeginning(ProducerIdAndEpoch new_producer);
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_PRODUCER_PARTITION_H_
