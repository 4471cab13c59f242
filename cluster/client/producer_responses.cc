// The answering half of KafkaProducer: what becomes of a batch when its request is answered, lost or refused
// (Sender.completeBatch, TransactionManager.canRetry and .handleFailedBatch).
#include <algorithm>
#include <utility>

#include "cluster/client/kafka_producer.h"
#include "cluster/facts.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

// Errors after which the batch may be in the log all the same.
bool IsAmbiguous(ErrorCode error) {
  switch (error) {
    case ErrorCode::kRequestTimedOut:
    case ErrorCode::kNetworkException:
    case ErrorCode::kNotLeaderOrFollower:
    case ErrorCode::kNotEnoughReplicasAfterAppend:
    case ErrorCode::kKafkaStorageError:
    case ErrorCode::kUnknownServerError:
      return true;
    default:
      return false;
  }
}

}  // namespace

void KafkaProducer::OnCompletion(sim::Context& ctx, ClientMetadata& metadata, const Completion& completion) {
  if (static_cast<CallKind>(completion.tag.kind) == CallKind::kInitProducerId) return OnProducerId(ctx, completion);
  const auto it = requests_.find(completion.tag.key);
  KT_CHECK(it != requests_.end());
  const BatchesInRequest batches = std::move(it->second);
  requests_.erase(it);
  if (!completion.ok()) {
    const ErrorCode error =
        completion.status == CallStatus::kTimedOut ? ErrorCode::kRequestTimedOut : ErrorCode::kNetworkException;
    metadata.RequestUpdate();
    for (const auto& [tp, id] : batches) CompleteBatch(ctx, metadata, tp, id, {.tp = tp, .error = error});
    return;
  }
  const auto& response = completion.As<ProduceResponse>();
  KT_CHECK(response.partitions.size() == batches.size());
  for (const ProduceResponse::PartitionResponse& answer : response.partitions) {
    const auto batch =
        std::find_if(batches.begin(), batches.end(), [&](const auto& b) { return b.first == answer.tp; });
    KT_CHECK(batch != batches.end());
    CompleteBatch(ctx, metadata, answer.tp, batch->second, answer);
  }
}

void KafkaProducer::CompleteBatch(sim::Context& ctx, ClientMetadata& metadata, TopicPartition tp, ProducerBatchId id,
                                  const ProduceResponse::PartitionResponse& response) {
  ProducerPartition& partition = partitions_[tp];
  const auto it = std::find_if(partition.in_flight.begin(), partition.in_flight.end(),
                               [id](const ProducerBatch& b) { return b.id == id; });
  if (!idempotent() && config_.max_in_flight_requests_per_connection == 1) partition.muted = false;
  // A batch that expired meanwhile has had its outcome.
  const bool present = it != partition.in_flight.end();
  if (present) {
    ProducerBatch batch = std::move(*it);
    partition.in_flight.erase(it);
    batch.in_flight = false;
    batch.outcome_ambiguous = batch.outcome_ambiguous || IsAmbiguous(response.error);
    if (response.error == ErrorCode::kNone || response.error == ErrorCode::kDuplicateSequenceNumber) {
      Succeed(ctx, partition, batch, response.base_offset);
    } else if (response.error == ErrorCode::kMessageTooLarge && batch.record_count() > 1) {
      SplitAndReenqueue(ctx, partition, std::move(batch));
    } else {
      // The batch counts as in flight while canRetry decides, as in Kafka, where it leaves the list afterwards.
      if (CanRetry(ctx, partition, batch, response.error)) {
        Retry(ctx, partition, std::move(batch));
      } else {
        Fail(ctx, partition, batch, response.error, /*adjust_sequences=*/batch.attempts < config_.retries);
      }
    }
  }
  if (InvalidatesMetadata(response.error)) {
    metadata.RequestUpdate();
    if (response.current_leader.valid() && response.current_leader_epoch.valid()) {
      metadata.UpdateLeader(ctx, tp, {response.current_leader, response.current_leader_epoch});
    }
  }
}

bool KafkaProducer::CanRetry(sim::Context& ctx, ProducerPartition& partition, const ProducerBatch& batch,
                             ErrorCode error) {
  if (HasReachedDeliveryTimeout(batch, ctx.wall_clock()) || batch.attempts >= config_.retries) return false;
  if (idempotent() && error == ErrorCode::kOutOfOrderSequenceNumber) {
    // Either an earlier batch failed and this one follows it again, or there is a gap in the log that only a new epoch
    // can close (KIP-360).
    const bool earlier_failed = !partition.unresolved_next_sequence &&
                                (batch.sequence_has_been_reset || !partition.IsNextSequence(batch.base_sequence));
    if (!earlier_failed) RequestEpochBump(batch.tp);
    return true;
  }
  if (idempotent() && error == ErrorCode::kUnknownProducerId) {
    if (!batch.sequence_has_been_reset) RequestEpochBump(batch.tp);
    return true;
  }
  return IsRetriable(error);
}

void KafkaProducer::Retry(sim::Context& ctx, ProducerPartition& partition, ProducerBatch batch) {
  batch.retry_backoff = retry_backoff_.Draw(batch.attempts, stream_);
  ++batch.attempts;
  batch.last_attempt = std::max(batch.last_attempt, ctx.wall_clock());
  if (!batch.has_sequence()) {
    // It goes to the front, before older ones that wait for another attempt too.
    for (const ProducerBatch& other : partition.queue) {
      if (!other.in_retry()) break;
      NoteHeldBack(ctx, other, batch);
    }
  }
  partition.Reenqueue(std::move(batch));
}

void KafkaProducer::NoteHeldBack(sim::Context& ctx, const ProducerBatch& older, const ProducerBatch& younger) const {
  if (older.created >= younger.created) return;
  ctx.Emit(BatchHeldBack{.client = client_,
                         .tp = older.tp,
                         .first = older.records.front().value,
                         .last = older.records.back().value,
                         .younger = younger.records.front().value});
}

void KafkaProducer::Succeed(sim::Context& ctx, ProducerPartition& partition, const ProducerBatch& batch,
                            Offset base_offset) {
  if (batch.has_sequence() && batch.producer == partition.producer) {
    partition.last_acked_sequence = std::max(partition.last_acked_sequence, batch.last_sequence());
  }
  int64_t delta = 0;
  for (const Record& record : batch.records) {
    const Offset offset = base_offset.valid() ? base_offset + delta : Offset();
    ctx.Emit(RecordAcked{client_, batch.tp, record.value, offset, config_.acks});
    ++delta;
  }
  outstanding_records_ -= batch.record_count();
  buffered_bytes_ -= std::max<int64_t>(config_.batch_size, batch.bytes);
}

void KafkaProducer::Fail(sim::Context& ctx, ProducerPartition& partition, const ProducerBatch& batch, ErrorCode error,
                         bool adjust_sequences) {
  KT_CHECK(&partition == &partitions_[batch.tp]);
  for (const Record& record : batch.records) {
    ctx.Emit(RecordFailed{client_, batch.tp, record.value, error, /*definite=*/!batch.outcome_ambiguous});
  }
  outstanding_records_ -= batch.record_count();
  buffered_bytes_ -= std::max<int64_t>(config_.batch_size, batch.bytes);
  if (!idempotent() || !batch.has_sequence()) return;
  if (error == ErrorCode::kOutOfOrderSequenceNumber || adjust_sequences) RequestEpochBump(batch.tp);
}

void KafkaProducer::SplitAndReenqueue(sim::Context& ctx, ProducerPartition& partition, ProducerBatch batch) {
  buffered_bytes_ -= std::max<int64_t>(config_.batch_size, batch.bytes);
  std::vector<ProducerBatch> parts;
  int32_t sequence = batch.base_sequence;
  for (Record& record : batch.records) {
    const int32_t record_bytes = record.bytes + kRecordOverheadBytes;
    if (parts.empty() || parts.back().bytes + record_bytes > config_.batch_size) {
      ProducerBatch part = batch;
      part.id = ProducerBatchId(next_batch_++);
      part.records.clear();
      part.bytes = kBatchHeaderBytes;
      part.base_sequence = sequence;
      part.last_attempt = ctx.wall_clock();
      part.attempts = 0;
      parts.push_back(std::move(part));
    }
    parts.back().bytes += record_bytes;
    parts.back().records.push_back(std::move(record));
    if (batch.has_sequence()) sequence = IncrementSequence(sequence, 1);
  }
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    buffered_bytes_ += std::max<int64_t>(config_.batch_size, part->bytes);
    partition.Reenqueue(std::move(*part));
  }
}

}  // namespace ktrial::cluster
