// A producer (org.apache.kafka.clients.producer.KafkaProducer with its RecordAccumulator, Sender and the idempotent
// part of its TransactionManager): batches by partition, linger, pipelined requests, retries that keep order and do not
// duplicate, delivery.timeout.ms, and the producer id.
//
//   // Blocked: the buffer is full, or there is no metadata yet.
//   if (producer_.Send(ctx, network_, metadata_, record) == SendStatus::kBlocked) ...
//   producer_.RunOnce(ctx, network_, metadata_);    // after every event, as the sender thread would
//
// Outcomes of records are facts: RecordSent, RecordAcked, RecordFailed.
#ifndef KTRIAL_CLUSTER_CLIENT_KAFKA_PRODUCER_H_
#define KTRIAL_CLUSTER_CLIENT_KAFKA_PRODUCER_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "cluster/client/client_metadata.h"
#include "cluster/client/exponential_backoff.h"
#include "cluster/client/producer_partition.h"
#include "cluster/client/sticky_partitioner.h"
#include "cluster/config.h"
#include "cluster/network/network_client.h"
#include "sim/context.h"

namespace ktrial::cluster {

// What the application sends. key is -1 for none.
struct ProducerRecord {
  std::string_view topic;
  int64_t key = -1;
  int64_t value = -1;
  int32_t bytes = 0;
  // Without a value: the key is to be deleted.
  bool tombstone = false;
};

enum class SendStatus : uint8_t {
  kAccepted,
  kTooLarge,  // above max.request.size; RecordFailed was emitted
  kBlocked,   // the topic is not known yet, or buffer.memory is used up: try again, as a blocked send() would
};

class KafkaProducer {
 public:
  KafkaProducer(ClientId client, ProducerConfig config);

  void OnStart(sim::Context& ctx);
  SendStatus Send(sim::Context& ctx, NetworkClient& network, ClientMetadata& metadata, const ProducerRecord& record);
  // One round of the sender's loop; sees to being called again when something will be due.
  void RunOnce(sim::Context& ctx, NetworkClient& network, ClientMetadata& metadata);
  // Answers to Produce and InitProducerId.
  void OnCompletion(sim::Context& ctx, ClientMetadata& metadata, const Completion& completion);

  // Records sent and not yet acknowledged or failed.
  int64_t outstanding_records() const { return outstanding_records_; }

 private:
  enum class CallKind : uint8_t { kProduce, kInitProducerId };
  using BatchesInRequest = std::vector<std::pair<TopicPartition, ProducerBatchId>>;

  // Appending (RecordAccumulator.append).
  int32_t ChoosePartition(const ClientMetadata::Topic& topic, const ClientMetadata& metadata, int64_t key);
  void SwitchPartition(const ClientMetadata::Topic& topic, const ClientMetadata& metadata, StickyPartitioner& sticky);
  static bool IsFull(const ProducerPartition& partition, int32_t batch_size);

  // Sending (Sender.sendProducerData).
  struct ReadyNodes {
    absl::btree_set<BrokerId> nodes;
    sim::Duration next_check = sim::Duration::Max();
    bool unknown_leaders = false;
  };
  ReadyNodes FindReadyNodes(sim::Context& ctx, const ClientMetadata& metadata);
  void KeepConnectableNodes(sim::Context& ctx, NetworkClient& network, ReadyNodes& ready);
  void DrainNode(sim::Context& ctx, NetworkClient& network, const ClientMetadata& metadata, BrokerId node);
  bool MustNotDrain(const ProducerPartition& partition, const ProducerBatch& first) const;
  void AssignSequence(ProducerPartition& partition, ProducerBatch& batch);
  sim::Ref<const RecordBatch> Encode(const ProducerBatch& batch) const;
  sim::Duration ExpireBatches(sim::Context& ctx);
  bool HasReachedDeliveryTimeout(const ProducerBatch& batch, sim::WallTime now) const;
  static bool IsBackingOff(const ProducerBatch& batch, sim::WallTime now);

  // Answers (Sender.handleProduceResponse).
  void CompleteBatch(sim::Context& ctx, ClientMetadata& metadata, TopicPartition tp, ProducerBatchId id,
                     const ProduceResponse::PartitionResponse& response);
  bool CanRetry(sim::Context& ctx, ProducerPartition& partition, const ProducerBatch& batch, ErrorCode error);
  void Retry(sim::Context& ctx, ProducerPartition& partition, ProducerBatch batch);
  // Tells that `older` stands behind `younger`, if it is older.
  void NoteHeldBack(sim::Context& ctx, const ProducerBatch& older, const ProducerBatch& younger) const;
  void Succeed(sim::Context& ctx, ProducerPartition& partition, const ProducerBatch& batch, Offset base_offset);
  void Fail(sim::Context& ctx, ProducerPartition& partition, const ProducerBatch& batch, ErrorCode error,
            bool adjust_sequences);
  void SplitAndReenqueue(sim::Context& ctx, ProducerPartition& partition, ProducerBatch batch);

  // The producer id (TransactionManager).
  bool idempotent() const { return config_.enable_idempotence; }
  void MaybeResolveSequences();
  void RequestEpochBump(TopicPartition tp);
  void BumpEpochIfRequested();
  void MaybeInitProducerId(sim::Context& ctx, NetworkClient& network, ClientMetadata& metadata);
  void OnProducerId(sim::Context& ctx, const Completion& completion);

  void Wake(sim::Context& ctx, sim::Duration delay);

  ClientId client_;
  ProducerConfig config_;
  ExponentialBackoff retry_backoff_;
  sim::RandomStream stream_{0};
  absl::btree_map<TopicPartition, ProducerPartition> partitions_;
  absl::btree_map<TopicId, StickyPartitioner> sticky_;
  // Outstanding requests by the key of their CallTag.
  absl::btree_map<uint64_t, BatchesInRequest> requests_;
  uint64_t next_request_ = 0;
  // With acks=0, what was last sent over to each broker.
  absl::btree_map<BrokerId, sim::ConnectionId> one_way_connections_;
  int64_t next_batch_ = 0;
  int64_t buffered_bytes_ = 0;
  int64_t outstanding_records_ = 0;

  ProducerIdAndEpoch producer_;
  bool init_in_flight_ = false;
  sim::SimTime init_not_before_;
  int init_attempts_ = 0;
  bool epoch_bump_required_ = false;
  absl::btree_set<TopicPartition> partitions_to_rewrite_sequences_;

  sim::TimerHandle wake_timer_;
  sim::SimTime wake_at_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_KAFKA_PRODUCER_H_
