#include "cluster/client/producer_partition.h"

#include <algorithm>
#include <utility>

namespace ktrial::cluster {

bool ProducerPartition::HasInFlightBatches() const { return FirstInFlightSequence() != kNoSequence; }

int32_t ProducerPartition::FirstInFlightSequence() const {
  int32_t first = kNoSequence;
  const auto consider = [&first](const ProducerBatch& batch) {
    if (batch.has_sequence() && (first == kNoSequence || batch.base_sequence < first)) first = batch.base_sequence;
  };
  for (const ProducerBatch& batch : in_flight) consider(batch);
  if (!queue.empty()) consider(queue.front());
  return first;
}

void ProducerPartition::Reenqueue(ProducerBatch batch) {
  auto position = queue.begin();
  if (batch.has_sequence()) {
    while (position != queue.end() && position->has_sequence() && position->base_sequence < batch.base_sequence)
      ++position;
  }
  queue.insert(position, std::move(batch));
}

void ProducerPartition::StartSequencesAtBeginning(ProducerIdAndEpoch new_producer) {
  std::vector<ProducerBatch*> batches;
  for (ProducerBatch& batch : in_flight) {
    if (batch.has_sequence()) batches.push_back(&batch);
  }
  for (ProducerBatch& batch : queue) {
    if (batch.has_sequence()) batches.push_back(&batch);
  }
  // By sequence, not by where they stand (KAFKA-8483).
  std::sort(batches.begin(), batches.end(),
            [](const ProducerBatch* a, const ProducerBatch* b) { return a->base_sequence < b->base_sequence; });
  producer = new_producer;
  next_sequence = 0;
  last_acked_sequence = kNoSequence;
  for (ProducerBatch* batch : batches) {
    batch->producer = new_producer;
    batch->base_sequence = next_sequence;
    batch->sequence_has_been_reset = true;
    next_sequence = IncrementSequence(next_sequence, batch->record_count());
  }
}

}  // namespace ktrial::cluster
