// The sending half of KafkaProducer: which batches are ready, for which nodes, and in what order
// (Sender.sendProducerData, RecordAccumulator.ready and .drain).
#include <algorithm>
#include <utility>

#include "cluster/client/kafka_producer.h"
#include "cluster/facts.h"
#include "sim/check.h"

namespace ktrial::cluster {

using sim::Duration;
using sim::WallTime;

bool KafkaProducer::HasReachedDeliveryTimeout(const ProducerBatch& batch, WallTime now) const {
  return config_.delivery_timeout <= now - batch.created;
}

bool KafkaProducer::IsBackingOff(const ProducerBatch& batch, WallTime now) {
  return batch.in_retry() && now - batch.last_attempt < batch.retry_backoff &&
         !batch.HasLeaderChangedForTheOngoingRetry();
}

void KafkaProducer::RunOnce(sim::Context& ctx, NetworkClient& network, ClientMetadata& metadata) {
  if (idempotent()) {
    MaybeResolveSequences();
    BumpEpochIfRequested();
    MaybeInitProducerId(ctx, network, metadata);
  }
  ReadyNodes ready = FindReadyNodes(ctx, metadata);
  if (ready.unknown_leaders) metadata.RequestUpdate();
  KeepConnectableNodes(ctx, network, ready);
  for (BrokerId node : ready.nodes) DrainNode(ctx, network, metadata, node);
  const Duration next_expiry = ExpireBatches(ctx);
  metadata.MaybeUpdate(ctx, network);
  const Duration next = std::min(ready.next_check, next_expiry);
  if (next < Duration::Max()) Wake(ctx, next);
}

KafkaProducer::ReadyNodes KafkaProducer::FindReadyNodes(sim::Context& ctx, const ClientMetadata& metadata) {
  ReadyNodes ready;
  const WallTime now = ctx.wall_clock();
  for (auto& [tp, partition] : partitions_) {
    if (partition.queue.empty()) continue;
    ProducerBatch& first = partition.queue.front();
    const LeaderAndEpoch leader = metadata.LeaderOf(tp);
    first.current_leader_epoch = leader.epoch;
    if (!leader.leader.valid()) {
      ready.unknown_leaders = true;
      continue;
    }
    if (partition.muted || ready.nodes.contains(leader.leader)) continue;
    const bool backing_off = IsBackingOff(first, now);
    const Duration wait = backing_off ? first.retry_backoff : config_.linger;
    const Duration waited = now - first.last_attempt;
    const bool full = partition.queue.size() > 1 || first.closed || first.bytes >= config_.batch_size;
    const bool exhausted = buffered_bytes_ + config_.batch_size > config_.buffer_memory;
    if (!backing_off && (full || waited >= wait || exhausted)) {
      ready.nodes.insert(leader.leader);
    } else {
      ready.next_check = std::min(ready.next_check, std::max(wait - waited, sim::Milliseconds(1)));
    }
  }
  return ready;
}

void KafkaProducer::KeepConnectableNodes(sim::Context& ctx, NetworkClient& network, ReadyNodes& ready) {
  for (auto it = ready.nodes.begin(); it != ready.nodes.end();) {
    const BrokerId node = *it;
    if (!network.Ready(ctx, node)) {
      // While it connects, the connection's own event comes back here.
      const Duration delay = network.ReconnectDelay(ctx, node);
      if (delay > Duration()) ready.next_check = std::min(ready.next_check, delay);
      it = ready.nodes.erase(it);
    } else if (network.in_flight(node) >= config_.max_in_flight_requests_per_connection) {
      it = ready.nodes.erase(it);
    } else {
      ++it;
    }
  }
}

bool KafkaProducer::MustNotDrain(const ProducerPartition& partition, const ProducerBatch& first) const {
  if (!idempotent()) return false;
  if (!producer_.valid()) return true;
  const int32_t first_in_flight = partition.FirstInFlightSequence();
  if (!first.has_sequence()) {
    // Batches of the old epoch must settle before the first of the new one, or it would be out of sequence.
    const bool stale = !(partition.producer == producer_);
    if (first_in_flight != ProducerPartition::kNoSequence && stale) return true;
    return partition.unresolved_next_sequence.has_value();
  }
  // A batch that is sent again waits until it is the earliest without an outcome: one in flight at a time.
  return first.base_sequence != first_in_flight;
}

void KafkaProducer::AssignSequence(ProducerPartition& partition, ProducerBatch& batch) {
  if (!idempotent() || batch.has_sequence()) return;
  if (!(partition.producer == producer_)) partition.StartSequencesAtBeginning(producer_);
  batch.producer = partition.producer;
  batch.base_sequence = partition.next_sequence;
  partition.next_sequence = IncrementSequence(partition.next_sequence, batch.record_count());
}

sim::Ref<const RecordBatch> KafkaProducer::Encode(const ProducerBatch& batch) const {
  BatchAttributes attributes;
  if (batch.has_sequence()) {
    attributes = {
        .producer_id = batch.producer.id, .producer_epoch = batch.producer.epoch, .base_sequence = batch.base_sequence};
  }
  return sim::MakeRef<const RecordBatch>(attributes, batch.records);
}

void KafkaProducer::DrainNode(sim::Context& ctx, NetworkClient& network, const ClientMetadata& metadata,
                              BrokerId node) {
  const WallTime now = ctx.wall_clock();
  ProduceRequest request{.acks = config_.acks, .timeout = config_.request_timeout, .partitions = {}};
  BatchesInRequest batches;
  int64_t bytes = 0;
  for (auto& [tp, partition] : partitions_) {
    if (partition.queue.empty() || partition.muted || metadata.LeaderOf(tp).leader != node) continue;
    ProducerBatch& first = partition.queue.front();
    if (IsBackingOff(first, now)) continue;
    if (bytes > 0 && bytes + first.bytes > config_.max_request_size) break;
    if (MustNotDrain(partition, first)) continue;
    AssignSequence(partition, first);
    ProducerBatch batch = std::move(first);
    partition.queue.pop_front();
    batch.closed = true;
    batch.in_flight = true;
    batch.attempt_leader_epoch = batch.current_leader_epoch = metadata.LeaderOf(tp).epoch;
    bytes += batch.bytes;
    request.partitions.push_back({tp, Encode(batch)});
    batches.emplace_back(tp, batch.id);
    if (!idempotent() && config_.max_in_flight_requests_per_connection == 1) partition.muted = true;
    if (batch.in_retry()) {
      for (const ProducerBatch& other : partition.in_flight) NoteHeldBack(ctx, batch, other);
    }
    partition.in_flight.push_back(std::move(batch));
  }
  if (batches.empty()) return;
  if (config_.acks == 0) {
    const sim::ConnectionId connection = network.connection(node);
    sim::ConnectionId& last = one_way_connections_[node];
    if (last.valid() && last != connection) ctx.Emit(ProducerReconnected{client_, node});
    last = connection;
    network.SendOneWay(ctx, node, std::move(request));
    for (const auto& [tp, id] : batches) {
      ProducerPartition& partition = partitions_[tp];
      const ProducerBatch batch = std::move(partition.in_flight.back());
      partition.in_flight.pop_back();
      partition.muted = false;
      KT_CHECK(batch.id == id);
      Succeed(ctx, partition, batch, Offset());
    }
    return;
  }
  const uint64_t key = next_request_++;
  requests_[key] = std::move(batches);
  network.Send(ctx, node, std::move(request),
               {.component = Component::kProducer, .kind = static_cast<uint8_t>(CallKind::kProduce), .key = key},
               config_.request_timeout);
}

Duration KafkaProducer::ExpireBatches(sim::Context& ctx) {
  const WallTime now = ctx.wall_clock();
  Duration next = Duration::Max();
  for (auto& [tp, partition] : partitions_) {
    if (partition.idle()) continue;
    std::vector<ProducerBatch> expired;
    while (!partition.queue.empty() && HasReachedDeliveryTimeout(partition.queue.front(), now)) {
      expired.push_back(std::move(partition.queue.front()));
      partition.queue.pop_front();
    }
    while (!partition.in_flight.empty() && HasReachedDeliveryTimeout(partition.in_flight.front(), now)) {
      partition.in_flight.front().outcome_ambiguous = true;
      expired.push_back(std::move(partition.in_flight.front()));
      partition.in_flight.erase(partition.in_flight.begin());
    }
    for (const ProducerBatch& batch : expired) {
      Fail(ctx, partition, batch, ErrorCode::kRequestTimedOut, /*adjust_sequences=*/false);
      // Sent at least once: until the rest has an outcome, nobody knows which sequence the broker expects next. A batch
      // that is in flight for the first time is not "in retry" for Kafka either, and its gap shows as an out of order
      // sequence.
      if (idempotent() && batch.in_retry()) {
        const int32_t after = IncrementSequence(batch.last_sequence(), 1);
        partition.unresolved_next_sequence = std::max(partition.unresolved_next_sequence.value_or(0), after);
      }
    }
    for (const ProducerBatch* batch : {partition.queue.empty() ? nullptr : &partition.queue.front(),
                                       partition.in_flight.empty() ? nullptr : &partition.in_flight.front()}) {
      if (batch != nullptr) next = std::min(next, config_.delivery_timeout - (now - batch->created));
    }
  }
  return next;
}

}  // namespace ktrial::cluster
