// Vote, BeginQuorumEpoch and EndQuorumEpoch: the metadata quorum's own requests (KIP-595). Replication within the
// quorum uses Fetch on kMetadataPartition.
#ifndef KTRIAL_CLUSTER_PROTOCOL_RAFT_API_H_
#define KTRIAL_CLUSTER_PROTOCOL_RAFT_API_H_

#include <vector>

#include "cluster/protocol/error_code.h"
#include "cluster/protocol/ids.h"

namespace ktrial::cluster {

struct VoteRequest {
  BrokerId candidate;
  LeaderEpoch candidate_epoch;
  // The voter asked.
  BrokerId voter;
  // End of the candidate's log.
  OffsetAndEpoch last;
  // KIP-996: asks how the vote would go, without raising anyone's epoch.
  bool pre_vote = false;
};

struct VoteResponse {
  ErrorCode error = ErrorCode::kNone;
  BrokerId leader;
  LeaderEpoch leader_epoch;
  bool granted = false;
};

struct BeginQuorumEpochRequest {
  BrokerId leader;
  LeaderEpoch leader_epoch;
  BrokerId voter;
};

struct BeginQuorumEpochResponse {
  ErrorCode error = ErrorCode::kNone;
  BrokerId leader;
  LeaderEpoch leader_epoch;
};

struct EndQuorumEpochRequest {
  BrokerId leader;
  LeaderEpoch leader_epoch;
  // Voters by how far they have fetched, best first.
  std::vector<BrokerId> preferred_successors;
};

struct EndQuorumEpochResponse {
  ErrorCode error = ErrorCode::kNone;
  BrokerId leader;
  LeaderEpoch leader_epoch;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_PROTOCOL_RAFT_API_H_
