// The in-sync replicas as their leader sees them (kafka.cluster.PartitionState, KIP-497): confirmed by the controller,
// or with one change on the way to it. While a change is pending the outcome is unknown, so the leader works with the
// larger set of the two, the maximal ISR: it may advance the high watermark, or acknowledge, only what all of that set
// hold.
//
//   IsrState isr = CommittedIsr{.isr = {1, 2}};
//   isr = PendingExpandIsr{.change = {...}, .maximal = {1, 2, 3}};
//   MaximalIsr(isr)   // 1 2 3
#ifndef KTRIAL_CLUSTER_REPLICATION_ISR_STATE_H_
#define KTRIAL_CLUSTER_REPLICATION_ISR_STATE_H_

#include <cstdint>
#include <variant>
#include <vector>

#include "cluster/metadata/metadata_record.h"
#include "cluster/protocol/controller_api.h"
#include "cluster/protocol/ids.h"

namespace ktrial::cluster {

struct CommittedIsr {
  std::vector<BrokerId> isr;
  LeaderRecoveryState recovery_state = LeaderRecoveryState::kRecovered;
};

// Tells proposals of one partition apart; never reused by it.
using IsrProposalId = sim::StrongId<struct IsrProposalIdTag, int64_t>;

// What an AlterPartition request asks for one partition (Kafka: AlterPartitionItem).
struct AlterPartitionItem {
  IsrProposalId proposal;
  AlterPartitionRequest::PartitionData data;
};

struct PendingIsrChange {
  AlterPartitionItem sent;
  CommittedIsr last_committed;
};

struct PendingExpandIsr {
  PendingIsrChange change;
  // last_committed and who is to join.
  std::vector<BrokerId> maximal;
};

struct PendingShrinkIsr {
  PendingIsrChange change;
};

using IsrState = std::variant<CommittedIsr, PendingExpandIsr, PendingShrinkIsr>;

// Null if nothing is pending.
const PendingIsrChange* PendingChange(const IsrState& state);
const CommittedIsr& LastCommitted(const IsrState& state);
const std::vector<BrokerId>& MaximalIsr(const IsrState& state);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_ISR_STATE_H_
