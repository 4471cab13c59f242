// Where a follower cuts its log (AbstractFetcherThread.getOffsetTruncationState), and what the generation of the
// replication protocol has to say about it. For ReplicaFetcherThread.
#ifndef KTRIAL_CLUSTER_REPLICATION_FETCHER_TRUNCATION_H_
#define KTRIAL_CLUSTER_REPLICATION_FETCHER_TRUNCATION_H_

#include "cluster/log/unified_log.h"
#include "cluster/protocol/ids.h"
#include "cluster/replication/replica_fetcher_thread.h"
#include "cluster/replication_protocol.h"

namespace ktrial::cluster {

ReplicationProtocolTraits TraitsOf(const FetcherEnv& env);

// The epoch that a request names as current; none where the protocol has no place for it.
inline LeaderEpoch EpochToSend(const ReplicationProtocolTraits& traits, const PartitionFetchState& state) {
  return traits.sends_current_epoch ? state.current_leader_epoch : LeaderEpoch();
}

// The epoch that a fetch names as that of its last record; none for a log without.
inline LeaderEpoch LatestEpoch(const UnifiedLog& log) { return log.latest_epoch().value_or(LeaderEpoch()); }

// Given where the leader's largest epoch not above the follower's ended, or undefined: `fetch_offset` is the position
// of a follower that truncates, at first its high watermark.
OffsetTruncationState GetOffsetTruncationState(const UnifiedLog& log, Offset fetch_offset, OffsetAndEpoch leader_end);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_FETCHER_TRUNCATION_H_
