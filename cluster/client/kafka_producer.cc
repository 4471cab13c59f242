#include "cluster/client/kafka_producer.h"

#include <algorithm>
#include <utility>

#include "cluster/facts.h"
#include "sim/check.h"

namespace ktrial::cluster {

using sim::Duration;
using sim::SimTime;

KafkaProducer::KafkaProducer(ClientId client, ProducerConfig config)
    : client_(client), config_(config), retry_backoff_{config.retry_backoff, config.retry_backoff_max} {}

void KafkaProducer::OnStart(sim::Context& ctx) { stream_ = ctx.NewRandomStream("producer"); }

bool KafkaProducer::IsFull(const ProducerPartition& partition, int32_t batch_size) {
  return partition.queue.empty() || partition.queue.back().closed || partition.queue.back().bytes >= batch_size;
}

void KafkaProducer::SwitchPartition(const ClientMetadata::Topic& topic, const ClientMetadata& metadata,
                                    StickyPartitioner& sticky) {
  std::vector<PartitionLoad> available;
  for (size_t p = 0; p < topic.partitions.size(); ++p) {
    if (!topic.partitions[p].leader.valid()) continue;
    const TopicPartition tp{topic.id, static_cast<int32_t>(p)};
    const auto it = partitions_.find(tp);
    const size_t queued = it == partitions_.end() ? 0 : it->second.queue.size();
    available.push_back({tp.partition, static_cast<int32_t>(queued)});
  }
  KT_CHECK(metadata.FindTopic(topic.id) == &topic);
  sticky.Switch(available, static_cast<int32_t>(topic.partitions.size()), stream_);
}

int32_t KafkaProducer::ChoosePartition(const ClientMetadata::Topic& topic, const ClientMetadata& metadata,
                                       int64_t key) {
  if (key >= 0) return PartitionForKey(key, static_cast<int32_t>(topic.partitions.size()));
  StickyPartitioner& sticky = sticky_.try_emplace(topic.id, config_.batch_size).first->second;
  if (sticky.current() < 0) SwitchPartition(topic, metadata, sticky);
  return sticky.current();
}

SendStatus KafkaProducer::Send(sim::Context& ctx, NetworkClient& network, ClientMetadata& metadata,
                               const ProducerRecord& record) {
  const ClientMetadata::Topic* topic = metadata.FindTopic(record.topic);
  if (topic == nullptr) {
    metadata.AddTopic(std::string(record.topic));
    metadata.MaybeUpdate(ctx, network);
    return SendStatus::kBlocked;
  }
  const int32_t record_bytes = record.bytes + kRecordOverheadBytes;
  if (kBatchHeaderBytes + record_bytes > config_.max_request_size) {
    const TopicPartition nowhere{topic->id, -1};
    ctx.Emit(RecordSent{client_, nowhere, record.value});
    ctx.Emit(RecordFailed{client_, nowhere, record.value, ErrorCode::kRecordListTooLarge, /*definite=*/true});
    return SendStatus::kTooLarge;
  }
  const TopicPartition tp{topic->id, ChoosePartition(*topic, metadata, record.key)};
  ProducerPartition& partition = partitions_[tp];
  const bool fits = !partition.queue.empty() && !partition.queue.back().closed &&
                    partition.queue.back().bytes + record_bytes <= config_.batch_size;
  // A batch takes its whole buffer from the pool when it is made.
  const int64_t buffer = std::max<int64_t>(config_.batch_size, kBatchHeaderBytes + record_bytes);
  if (!fits && buffered_bytes_ + buffer > config_.buffer_memory) return SendStatus::kBlocked;

  ctx.Emit(RecordSent{client_, tp, record.value});
  ++outstanding_records_;
  const sim::WallTime now = ctx.wall_clock();
  if (!fits) {
    if (!partition.queue.empty()) partition.queue.back().closed = true;
    buffered_bytes_ += buffer;
    partition.queue.push_back({.id = ProducerBatchId(next_batch_++), .tp = tp, .created = now, .last_attempt = now});
  }
  ProducerBatch& batch = partition.queue.back();
  batch.records.push_back({.timestamp = now,
                           .bytes = record.bytes,
                           .tombstone = record.tombstone,
                           .key = record.key,
                           .value = record.value});
  batch.bytes += record_bytes;
  const bool full = IsFull(partition, config_.batch_size) || partition.queue.size() > 1;
  if (record.key < 0) {
    StickyPartitioner& sticky = sticky_.at(topic->id);
    if (sticky.OnAppended(record_bytes, IsFull(partition, config_.batch_size)))
      SwitchPartition(*topic, metadata, sticky);
  }
  if (!fits || full) RunOnce(ctx, network, metadata);
  return SendStatus::kAccepted;
}

void KafkaProducer::Wake(sim::Context& ctx, Duration delay) {
  const SimTime at = ctx.now() + delay;
  if (!wake_timer_.empty() && wake_at_ > ctx.now() && wake_at_ <= at) return;
  ctx.CancelTimer(wake_timer_);
  wake_at_ = at;
  wake_timer_ = ctx.SetTimer(delay, {.kind = TimerKind(Component::kProducer, 0)});
}

void KafkaProducer::MaybeInitProducerId(sim::Context& ctx, NetworkClient& network, ClientMetadata& metadata) {
  if (!idempotent() || producer_.valid() || init_in_flight_) return;
  if (ctx.now() < init_not_before_) return Wake(ctx, init_not_before_ - ctx.now());
  const BrokerId node = metadata.LeastLoadedNode(ctx, network);
  if (!node.valid()) {
    const Duration backoff = std::max(config_.retry_backoff, ExponentialBackoff::kLeast);
    init_not_before_ = ctx.now() + backoff;
    return Wake(ctx, backoff);
  }
  init_in_flight_ = true;
  network.Send(ctx, node, InitProducerIdRequest{},
               {.component = Component::kProducer, .kind = static_cast<uint8_t>(CallKind::kInitProducerId)},
               config_.request_timeout);
}

void KafkaProducer::OnProducerId(sim::Context& ctx, const Completion& completion) {
  init_in_flight_ = false;
  if (completion.ok()) {
    const auto& response = completion.As<InitProducerIdResponse>();
    if (response.error == ErrorCode::kNone) {
      init_attempts_ = 0;
      producer_ = {response.producer_id, response.producer_epoch};
      return;
    }
  }
  init_not_before_ = ctx.now() + retry_backoff_.Draw(init_attempts_++, stream_);
}

void KafkaProducer::RequestEpochBump(TopicPartition tp) {
  epoch_bump_required_ = true;
  partitions_to_rewrite_sequences_.insert(tp);
}

void KafkaProducer::BumpEpochIfRequested() {
  if (!epoch_bump_required_) return;
  epoch_bump_required_ = false;
  if (producer_.epoch.value() == INT16_MAX) {
    producer_ = {};
  } else {
    producer_.epoch = ProducerEpoch(static_cast<int16_t>(producer_.epoch.value() + 1));
  }
  // Only the partitions that caused the bump are numbered anew at once; the others follow when nothing of theirs is in
  // flight (KAFKA-12152).
  for (const TopicPartition& tp : partitions_to_rewrite_sequences_) {
    ProducerPartition& partition = partitions_[tp];
    partition.StartSequencesAtBeginning(producer_);
    partition.unresolved_next_sequence.reset();
  }
  partitions_to_rewrite_sequences_.clear();
}

void KafkaProducer::MaybeResolveSequences() {
  for (auto& [tp, partition] : partitions_) {
    if (!partition.unresolved_next_sequence || partition.HasInFlightBatches()) continue;
    // If a batch expired but what was sent after it succeeded, the broker has them all.
    if (!partition.IsNextSequence(partition.next_sequence)) RequestEpochBump(tp);
    partition.unresolved_next_sequence.reset();
  }
}

}  // namespace ktrial::cluster
