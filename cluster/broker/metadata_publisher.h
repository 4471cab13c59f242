// The committed metadata as a broker has it (Kafka: MetadataLoader, KRaftMetadataCache): the image, and what each round
// of committed records changed in it.
//
//   MetadataDelta delta = metadata.Replay(committed.batches);
//   replicas.ApplyDelta(env, delta.partitions);
#ifndef KTRIAL_CLUSTER_BROKER_METADATA_PUBLISHER_H_
#define KTRIAL_CLUSTER_BROKER_METADATA_PUBLISHER_H_

#include <string>
#include <vector>

#include "absl/container/btree_set.h"
#include "cluster/metadata/metadata_image.h"
#include "cluster/protocol/metadata_api.h"
#include "cluster/protocol/record_batch.h"

namespace ktrial::cluster {

// What to look at again. Everything is in the image in its new state.
struct MetadataDelta {
  absl::btree_set<TopicPartition> partitions;
  absl::btree_set<TopicId> configs;
  absl::btree_set<BrokerId> broker_configs = {};
};

class MetadataPublisher {
 public:
  // Batches come in order and without gaps.
  MetadataDelta Replay(const std::vector<LogBatchRef>& batches);

  const MetadataImage& image() const { return image_; }
  // Offset of the last record applied; none before the first.
  Offset last_applied() const { return last_applied_; }

  // An unfenced broker.
  bool IsAlive(BrokerId broker) const;
  // Answers a client (KRaftMetadataCache.getTopicMetadata). `controller` is whom it is told to take for the controller.
  MetadataResponse Describe(const MetadataRequest& request, BrokerId controller) const;

 private:
  void AddPartitionsOf(TopicId topic, MetadataDelta& delta) const;
  MetadataResponse::Topic DescribeTopic(const TopicImage& topic) const;

  MetadataImage image_;
  Offset last_applied_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_BROKER_METADATA_PUBLISHER_H_
