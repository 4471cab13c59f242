// The log by which a partition is judged when a run is over: its leader's, which is what a consumer would read now. A
// partition without a leader is judged by what was committed: its records are out of reach, but not lost.
#ifndef KTRIAL_PROPERTIES_FINAL_LOG_H_
#define KTRIAL_PROPERTIES_FINAL_LOG_H_

#include "properties/ghost.h"

namespace ktrial::properties {

inline const GhostLog& FinalLog(const GhostPartition& partition) {
  const GhostReplica* leader = partition.leader.valid() ? partition.replicas.Find(partition.leader) : nullptr;
  return leader != nullptr ? leader->log : partition.committed;
}

// Whether the final log has a hole at `offset`: FinalLog looks through it, consumers do not get what was there.
inline bool IsInFinalHole(const GhostPartition& partition, Offset offset) {
  const GhostReplica* leader = partition.leader.valid() ? partition.replicas.Find(partition.leader) : nullptr;
  return leader != nullptr && leader->IsInHole(offset);
}

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_FINAL_LOG_H_
