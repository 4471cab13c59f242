// Known flaws of Kafka's history and of plausible reimplementations, each behind a switch that is off by default. A run
// with a defect shows whether the checkers see what it breaks. Ids are those of the defect catalogue (DR: replication
// and controllers, DC: clients).
#ifndef KTRIAL_CLUSTER_DEFECTS_H_
#define KTRIAL_CLUSTER_DEFECTS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "cluster/defect_set.h"

namespace ktrial::cluster {

// In the order of their ids.
enum class Defect : uint8_t {
  // DR01. A follower truncates to its own high watermark, which lags, instead of asking the leader where its last epoch
  // ended
  // (KIP-101 scenario 1, KAFKA-1211).
  kTruncateToHighWatermark,
  // DR02. As DR01, with the other consequence: a replica that lost its log's end with its power leads and writes there
  // anew, and who kept the old end keeps it (KIP-101 scenario 2).
  kDivergenceBelowHighWatermark,
  // DR03. A follower is told where its epoch ended without being told which epoch that is (KIP-279, KAFKA-6361).
  kEpochEndWithoutEpoch,
  // DR04. A leader's log learns of its epoch with the first record, not with the election (KAFKA-7415).
  kNoEpochOnElection,
  // DR05. A follower goes on as before if its leader is the one it had, though there were others in between
  // (KAFKA-7164).
  kSameLeaderNotTruncated,
  // DR06. Fetches carry no leader epoch, so that a follower which has missed elections is not fenced (KIP-320).
  kUnfencedFetch,
  // DR07. Fetches carry the epoch of the last record but not the current one (KIP-320, first design).
  kLastFetchedEpochOnly,
  // DR08. A follower joins the ISR at the high watermark, though the leader's epoch begins above it (KAFKA-7128).
  kIsrJoinBelowEpochStart,
  // DR09. A follower takes the high watermark from an answer that demands truncation, and truncates then (KAFKA-14704).
  kHighWatermarkBeforeTruncation,
  // DR10. A leader counts the position of a fetch whose log differs from its own (KAFKA-13141).
  kDivergedFetchCounts,
  // DR11. A fetcher truncates a partition that has left it since it asked (KAFKA-13207).
  kTruncateUnownedPartition,
  // DR12. A fetch below the leader's log start that diverges as well is not out of range (KAFKA-12996).
  kDivergenceBelowLogStart,
  // DR13. A truncation to the log's end leaves the epoch cache as it is (KAFKA-10706).
  kEpochsUncutAtLogEnd,
  // DR14. An answer without records makes a follower forget of which epoch its last record is (KAFKA-15510).
  kEmptyFetchClearsEpoch,
  // DR15. A fetch session does not keep the fetcher's leader epoch, so that only full fetches are fenced (KAFKA-9338).
  kSessionForgetsLeaderEpoch,
  // DR16. A follower that is out of range starts over at the leader's log start even if the leader's log has grown to
  // its position since (KAFKA-2143).
  kOutOfRangeWipesLog,
  // DR17. A follower that is out of range truncates to the leader's end, whatever it holds below (KIP-101's motive).
  kOutOfRangeMismatch,
  // DR18. The high-watermark checkpoint is written without the partitions that are not hosted (KAFKA-769, KAFKA-1647).
  kCheckpointOfHostedOnly,
  // DR19. Emptying a log moves its start and not its high watermark (KAFKA-9491).
  kHighWatermarkStaysAtFullTruncation,
  // DR20. Retention deletes segments above the high watermark (KAFKA-5634).
  kRetentionIgnoresHighWatermark,
  // DR21. A leader takes every update of its partition for a new leadership, older ones too (KAFKA-13790).
  kEveryUpdateBeginsEpoch,
  // DR22. Recovery takes no epoch 0 into the epoch cache (KAFKA-10432).
  kRecoveryIgnoresEpochZero,
  // DR23. A broker that stops before it has loaded its logs leaves the marker of a clean shutdown (KAFKA-10471,
  // KAFKA-15375).
  kCleanMarkerWithoutLoading,
  // DR24. Recovery moves the recovery point to the log end without a flush (KAFKA-10101).
  kRecoveryPointAfterRecovery,
  // DR29. A reassignment is complete when the new replicas are in sync, whoever else is not (KAFKA-15665).
  kReassignmentWithoutAllTargets,
  // DR30. The high watermark is not computed anew when the controller has confirmed a smaller ISR (KAFKA-13091).
  kNoHighWatermarkAfterIsrChange,
  // DR31. A change of leadership clears the ISR change in flight, and its late answer then clears the next one
  // (KAFKA-12686).
  kIsrChangeClearedInFlight,
  // DR33. The builder of AlterPartition moves its fields out: a retry carries an empty ISR (KAFKA-15353).
  kAlterPartitionRetryWithoutIsr,
  // DR34. Anybody may join the ISR, fenced or shutting down (KIP-841).
  kNoIsrEligibility,
  // DR35. Nobody asks which incarnation of a follower had caught up (KIP-903).
  kNoIsrBrokerEpochCheck,
  // DR36. A follower joins the ISR for what it had at one fetch, with the broker epoch of a later one (KAFKA-15221).
  kIsrEpochOfLaterFetch,
  // DR37. Clusters have no eligible leader replicas: the last in-sync replica leads again, whatever it lost (KIP-966).
  kLastReplicaStanding,
  // DR38. The high watermark rises however few are in sync (KAFKA-15583).
  kHighWatermarkBelowMinIsr,
  // DR39. The last known leader is elected while it is fenced (KAFKA-19522).
  kFencedLastKnownLeader,
  // DR40. All sessions that ran out are fenced in one event, each from the same old state (KAFKA-13173).
  kFenceAllAtOnce,
  // DR41. The high watermark waits for a caught-up follower that may not join the ISR (KAFKA-15021).
  kHighWatermarkWaitsForIneligible,
  // DR43. Each heartbeat raises the metadata offset that a controlled shutdown waits for (KAFKA-14292).
  kShutdownOffsetBumped,
  // DR56. A voter that led an epoch and restarted leads it again (KAFKA-10527).
  kRestartedLeaderResumes,
  // DR57. Voters acknowledge records of the metadata log that they have not flushed (KAFKA-10533).
  kNoFsyncBeforeAck,
  // DR58. A leader of the quorum commits when a majority has reached the start of its epoch, and has no record of it
  // yet
  // (KAFKA-12619).
  kCommitAtEpochStart,
  // DR59. A member of the quorum truncates its log below its high watermark without a word (KAFKA-12460).
  kMetadataTruncatedBelowHighWatermark,
  // DR60. A leader of the quorum that no majority fetches from goes on (KAFKA-15489).
  kNoCheckQuorum,
  // DR62. A voter raises the epoch without asking first whether it would be elected (KIP-996).
  kNoPreVote,
  // DR67. A standby controller that cannot apply a record goes on without it (KAFKA-14275).
  kStandbyApplyFailureIgnored,
  // DR69. Producer state is changed before the append, so that the snapshot of a roll holds what is not in the log yet
  // (KAFKA-6683).
  kProducerStateBeforeAppend,
  // DR72. A cleaner counts the time that tombstones must stay from their timestamps, not from their first cleaning
  // (KAFKA-4529).
  kTombstoneHorizonByTimestamp,
  // DR79. A broker that registers anew before it was fenced stays in its ISRs (KAFKA-18106).
  kNewIncarnationStaysInIsr,
  kCount
};
inline constexpr size_t kDefectCount = static_cast<size_t>(Defect::kCount);
static_assert(kDefectCount <= kMostDefects);

struct DefectInfo {
  Defect defect;
  // "DR01"
  std::string_view id;
  // "truncate-to-high-watermark"
  std::string_view name;
  std::string_view summary;
  // The properties that it can break, as "S6 S8".
  std::string_view breaks;
  // Where it comes from: "KIP-101, KAFKA-1211".
  std::string_view source;
};

std::span<const DefectInfo> AllDefects();
const DefectInfo& InfoOf(Defect defect);
// By id or name, in any case of letters.
std::optional<Defect> FindDefect(std::string_view id_or_name);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_DEFECTS_H_
