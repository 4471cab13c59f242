// How a follower finds where its log leaves its leader's, and what guards the two against each other's past: the
// generations of Kafka's replication.
//
//   const ReplicationProtocolTraits traits = ReplicationTraits(config.replication_protocol, config.defects);
//   if (traits.truncates_on_fetch) ...
#ifndef KTRIAL_CLUSTER_REPLICATION_PROTOCOL_H_
#define KTRIAL_CLUSTER_REPLICATION_PROTOCOL_H_

#include <cstdint>

#include "cluster/defect_set.h"

namespace ktrial::cluster {

// In the order in which Kafka went through them. Flaws that were mended within a generation are mended here; the
// defects bring them back.
enum class ReplicationProtocol : uint8_t {
  // Before 0.11: a new follower truncates to its own high watermark. Leader epochs do not exist.
  kHighWatermark,
  // 0.11 to 1.1 (KIP-101): it asks OffsetsForLeaderEpoch where its last epoch ended, and is told an offset.
  kKip101,
  // 2.0 (KIP-279): it is told an epoch as well, and asks again until leader and follower know the same epoch.
  kKip279,
  // 2.1 to 2.6 (KIP-320): every request names the epoch that the follower believes current, and is fenced.
  kKip320,
  // Since 2.7: fetches name the epoch of the last record, and their answers say where the logs part (Fetch v12).
  kTruncationOnFetch,
};

struct ReplicationProtocolTraits {
  // A follower asks OffsetsForLeaderEpoch, or is told with the fetch; with neither, it goes by the high watermark.
  bool truncates_on_fetch = false;
  bool asks_for_epoch_end = false;
  // Whether the answer of OffsetsForLeaderEpoch holds an epoch (version 1).
  bool epoch_end_has_epoch = false;
  // Whether a leader's log notes its epoch with the election, before the first record (KAFKA-7415, since 2.1).
  bool notes_epoch_on_election = false;
  // Whether Fetch, ListOffsets and OffsetsForLeaderEpoch of followers carry the current epoch.
  bool sends_current_epoch = false;
  // Whether a follower that goes on with the same leader in a new epoch truncates: never, only if it has missed epochs
  // in between (KAFKA-7164), or in each.
  enum class SameLeader : uint8_t { kNever, kMissedEpochs, kAlways };
  SameLeader truncates_for_same_leader = SameLeader::kNever;
};

// What holds with these defects: some bring back a generation as a whole, others one trait of it.
ReplicationProtocolTraits ReplicationTraits(ReplicationProtocol configured, const DefectSet& defects);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_PROTOCOL_H_
