// All kinds of facts, and the way from a fact's kind to its type.
#ifndef KTRIAL_PROPERTIES_FACT_DISPATCH_H_
#define KTRIAL_PROPERTIES_FACT_DISPATCH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>

#include "cluster/facts.h"
#include "cluster/log/log_facts.h"
#include "cluster/protocol/api_message.h"
#include "sim/fact.h"
#include "sim/world_facts.h"

namespace ktrial::properties {

using FactTypes = std::tuple<
    sim::ProcessStarted, sim::ProcessExited, sim::ProcessKilled, sim::ProcessPaused, sim::ProcessResumed,
    sim::PowerLost, sim::PowerRestored, sim::FaultBegun, sim::FaultHealed, sim::BitFlipped, sim::DiskWiped,
    sim::MessageFiltered, cluster::BatchAppended, cluster::LogTruncated, cluster::LogLoaded, cluster::RecoveryPassedGap,
    cluster::HighWatermarkMoved, cluster::LogCompacted, cluster::LogStartMoved, cluster::RecoveryPointCheckpointed,
    cluster::CleanShutdownMarked, cluster::ReplicaPlaced, cluster::ReplicaOffline, cluster::LogDirFailed,
    cluster::BecameLeader, cluster::BecameFollower, cluster::LeaderIsrChanged, cluster::IsrChangeForgotten,
    cluster::FollowerFetched, cluster::ProduceAcknowledged, cluster::FollowerDiverged, cluster::ProducerStateRebuilt,
    cluster::UnknownProducerAccepted, cluster::ProducerExpired, cluster::ReplicaDeleted, cluster::RaftVoted,
    cluster::RaftRoleChanged, cluster::RaftHighWatermarkMoved, cluster::RaftBatchAppended, cluster::RaftLogTruncated,
    cluster::ControllerActivated, cluster::BrokerRegistrationCommitted, cluster::PartitionCommitted,
    cluster::MetadataApplied, cluster::RaftLogFlushed, cluster::RaftLogLoaded, cluster::MetadataReplayed,
    cluster::ControllerReplied, cluster::RecordSent, cluster::RecordAcked, cluster::RecordFailed,
    cluster::BatchHeldBack, cluster::ProducerReconnected, cluster::ClientLeaderLearned, cluster::RecordDelivered,
    cluster::PositionSet, cluster::OffsetCommitAcked, cluster::CommittedOffsetFetched, cluster::ConsumerJoining,
    cluster::PartitionAssigned, cluster::PartitionRevoked, cluster::GroupStateChanged, cluster::OffsetCommitted>;

// Facts' kinds are below this.
inline constexpr int16_t kFactKindLimit = 192;

namespace internal {

template <typename Visitor>
using FactHandler = void (*)(const void* fact, Visitor& visitor);

template <typename Fact, typename Visitor>
void HandleFact(const void* fact, Visitor& visitor) {
  visitor(*static_cast<const Fact*>(fact));
}

// By kind; null for kinds that no fact has.
template <typename Visitor, typename... Fact>
constexpr std::array<FactHandler<Visitor>, kFactKindLimit> FactHandlers(std::type_identity<std::tuple<Fact...>>) {
  std::array<FactHandler<Visitor>, kFactKindLimit> handlers{};
  ((handlers[static_cast<size_t>(Fact::kKind.value())] = &HandleFact<Fact, Visitor>), ...);
  return handlers;
}

}  // namespace internal

// Calls `visitor` with the struct behind `fact`. Kinds that are not in FactTypes are passed over.
template <typename Visitor>
void DispatchFact(sim::FactKind kind, const void* fact, Visitor&& visitor) {
  using Plain = std::remove_reference_t<Visitor>;
  static constexpr auto kHandlers = internal::FactHandlers<Plain>(std::type_identity<FactTypes>());
  const int16_t index = kind.value();
  if (index < 0 || index >= kFactKindLimit) return;
  if (const auto handler = kHandlers[static_cast<size_t>(index)]; handler != nullptr) handler(fact, visitor);
}

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_FACT_DISPATCH_H_
