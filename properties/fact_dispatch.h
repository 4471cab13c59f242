// All kinds of facts, and the way from a fact's kind to its type.
#ifndef KTRIAL_PROPERTIES_FACT_DISPATCH_H_
#define KTRIAL_PROPERTIES_FACT_DISPATCH_H_

#include <cstddef>
#include <tuple>
#include <utility>

#include "cluster/facts.h"
#include "cluster/protocol/api_message.h"
#include "sim/fact.h"
#include "sim/world_facts.h"

namespace ktrial::properties {

using FactTypes = std::tuple<
    sim::ProcessStarted, sim::ProcessExited, sim::ProcessKilled, sim::ProcessPaused, sim::ProcessResumed,
    sim::PowerLost, sim::PowerRestored, sim::FaultBegun, sim::FaultHealed, sim::BitFlipped, sim::DiskWiped,
    sim::MessageFiltered, cluster::BatchAppended, cluster::LogTruncated, cluster::LogLoaded,
    cluster::HighWatermarkMoved, cluster::LogCompacted, cluster::LogStartMoved, cluster::RecoveryPointCheckpointed,
    cluster::CleanShutdownMarked, cluster::BecameLeader, cluster::BecameFollower, cluster::LeaderIsrChanged,
    cluster::IsrChangeForgotten, cluster::FollowerFetched, cluster::ProduceAcknowledged, cluster::FollowerDiverged,
    cluster::ProducerStateRebuilt, cluster::ProducerExpired, cluster::ReplicaDeleted, cluster::RaftVoted,
    cluster::RaftRoleChanged, cluster::RaftHighWatermarkMoved, cluster::RaftBatchAppended, cluster::RaftLogTruncated,
    cluster::ControllerActivated, cluster::BrokerRegistrationCommitted, cluster::PartitionCommitted,
    cluster::MetadataApplied, cluster::RecordSent, cluster::RecordAcked, cluster::RecordFailed, cluster::BatchHeldBack,
    cluster::ProducerReconnected, cluster::ClientLeaderLearned, cluster::RecordDelivered, cluster::PositionSet,
    cluster::OffsetCommitAcked, cluster::CommittedOffsetFetched, cluster::ConsumerJoining, cluster::PartitionAssigned,
    cluster::PartitionRevoked, cluster::GroupStateChanged, cluster::OffsetCommitted>;

// Facts' kinds are below this.
inline constexpr int16_t kFactKindLimit = 192;

// Calls `visitor` with the struct behind `fact`. Kinds that are not in FactTypes are passed over.
template <typename Visitor>
void DispatchFact(sim::FactKind kind, const void* fact, Visitor&& visitor) {
  switch (kind.value()) {
#define KTRIAL_FACT(type)   \
  case type::kKind.value(): \
    return visitor(*static_cast<const type*>(fact));
    KTRIAL_FACT(sim::ProcessStarted)
    KTRIAL_FACT(sim::ProcessExited)
    KTRIAL_FACT(sim::ProcessKilled)
    KTRIAL_FACT(sim::ProcessPaused)
    KTRIAL_FACT(sim::ProcessResumed)
    KTRIAL_FACT(sim::PowerLost)
    KTRIAL_FACT(sim::PowerRestored)
    KTRIAL_FACT(sim::FaultBegun)
    KTRIAL_FACT(sim::FaultHealed)
    KTRIAL_FACT(sim::BitFlipped)
    KTRIAL_FACT(sim::DiskWiped)
    KTRIAL_FACT(sim::MessageFiltered)
    KTRIAL_FACT(cluster::BatchAppended)
    KTRIAL_FACT(cluster::LogTruncated)
    KTRIAL_FACT(cluster::LogLoaded)
    KTRIAL_FACT(cluster::HighWatermarkMoved)
    KTRIAL_FACT(cluster::LogCompacted)
    KTRIAL_FACT(cluster::LogStartMoved)
    KTRIAL_FACT(cluster::RecoveryPointCheckpointed)
    KTRIAL_FACT(cluster::CleanShutdownMarked)
    KTRIAL_FACT(cluster::BecameLeader)
    KTRIAL_FACT(cluster::BecameFollower)
    KTRIAL_FACT(cluster::LeaderIsrChanged)
    KTRIAL_FACT(cluster::IsrChangeForgotten)
    KTRIAL_FACT(cluster::FollowerFetched)
    KTRIAL_FACT(cluster::ProduceAcknowledged)
    KTRIAL_FACT(cluster::FollowerDiverged)
    KTRIAL_FACT(cluster::ProducerStateRebuilt)
    KTRIAL_FACT(cluster::ProducerExpired)
    KTRIAL_FACT(cluster::ReplicaDeleted)
    KTRIAL_FACT(cluster::RaftVoted)
    KTRIAL_FACT(cluster::RaftRoleChanged)
    KTRIAL_FACT(cluster::RaftHighWatermarkMoved)
    KTRIAL_FACT(cluster::RaftBatchAppended)
    KTRIAL_FACT(cluster::RaftLogTruncated)
    KTRIAL_FACT(cluster::ControllerActivated)
    KTRIAL_FACT(cluster::BrokerRegistrationCommitted)
    KTRIAL_FACT(cluster::PartitionCommitted)
    KTRIAL_FACT(cluster::MetadataApplied)
    KTRIAL_FACT(cluster::RecordSent)
    KTRIAL_FACT(cluster::RecordAcked)
    KTRIAL_FACT(cluster::RecordFailed)
    KTRIAL_FACT(cluster::BatchHeldBack)
    KTRIAL_FACT(cluster::ProducerReconnected)
    KTRIAL_FACT(cluster::ClientLeaderLearned)
    KTRIAL_FACT(cluster::RecordDelivered)
    KTRIAL_FACT(cluster::PositionSet)
    KTRIAL_FACT(cluster::OffsetCommitAcked)
    KTRIAL_FACT(cluster::CommittedOffsetFetched)
    KTRIAL_FACT(cluster::ConsumerJoining)
    KTRIAL_FACT(cluster::PartitionAssigned)
    KTRIAL_FACT(cluster::PartitionRevoked)
    KTRIAL_FACT(cluster::GroupStateChanged)
    KTRIAL_FACT(cluster::OffsetCommitted)
#undef KTRIAL_FACT
    default:
      return;
  }
}

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_FACT_DISPATCH_H_
