#include "cluster/defects.h"

#include <array>
#include <string>

#include "absl/strings/match.h"

namespace ktrial::cluster {
namespace {

constexpr std::array<DefectInfo, kDefectCount> kDefects = {{
    {Defect::kTruncateToHighWatermark, "DR01", "truncate-to-high-watermark",
     "a follower truncates to its own high watermark, which lags one fetch behind, instead of to the end of its last "
     "leader "
     "epoch: a record that was acknowledged is cut and, if this follower is elected at once, gone",
     "I2 S6 S8 S14 S17", "KIP-101 scenario 1, KAFKA-1211"},
    {Defect::kDivergenceBelowHighWatermark, "DR02", "divergence-below-high-watermark",
     "a follower truncates to its own high watermark: what two leaders wrote there, one after the other, below it "
     "stays different",
     "L3 L4 S3 S4", "KIP-101 scenario 2"},
    {Defect::kEpochEndWithoutEpoch, "DR03", "epoch-end-without-epoch",
     "OffsetsForLeaderEpoch answers an offset without the epoch that it is of: a follower whose last epoch the leader "
     "never knew keeps records that the leader lacks",
     "S3 S4", "KIP-279, KAFKA-6361"},
    {Defect::kNoEpochOnElection, "DR04", "no-epoch-on-election",
     "a leader notes its epoch with its first record instead of its election: until then it cannot tell a follower "
     "with records of an epoch in between where to cut",
     "S3 S4 L3 L4 L6", "KAFKA-7415"},
    {Defect::kSameLeaderNotTruncated, "DR05", "same-leader-not-truncated",
     "a follower whose leader is the one it knew goes on fetching without truncating, though it has missed epochs of "
     "other leaders",
     "S3 S4 S5 S6", "KAFKA-7164"},
    {Defect::kUnfencedFetch, "DR06", "unfenced-fetch",
     "fetches carry no leader epoch: a follower that lives in an earlier epoch is served, its position counts for the "
     "high watermark, and it truncates afterwards",
     "S3 S4 S5 S6 S16 S17", "KIP-320, KAFKA-6880, KAFKA-7395, KAFKA-7440"},
    {Defect::kLastFetchedEpochOnly, "DR07", "last-fetched-epoch-only",
     "fetches carry the epoch of the last record and not the current one: a leader raises the high watermark on behalf "
     "of a follower of an earlier epoch, which truncates afterwards",
     "S5 S6 S17", "KIP-320, first design"},
    {Defect::kIsrJoinBelowEpochStart, "DR08", "isr-join-below-epoch-start",
     "a follower joins the ISR when it reaches the leader's high watermark, which in a new leadership may be below "
     "what is committed",
     "I2 S5 S6 S8 S13", "KAFKA-7128"},
    {Defect::kHighWatermarkBeforeTruncation, "DR09", "high-watermark-before-truncation",
     "a follower takes over the high watermark of an answer that demands truncation before it truncates: for that "
     "moment it takes records for committed that are not",
     "S4 S15", "KAFKA-14704"},
    {Defect::kDivergedFetchCounts, "DR10", "diverged-fetch-counts",
     "a leader counts the position of a fetch that diverged: the follower joins the ISR and raises the high watermark "
     "with records that it does not share",
     "I2 S5 S6 S8", "KAFKA-13141"},
    {Defect::kTruncateUnownedPartition, "DR11", "truncate-unowned-partition",
     "a fetcher truncates upon an answer although the partition has left it, and may be led by its own broker now",
     "S3 S6 S8 S10 S17", "KAFKA-13207"},
    {Defect::kDivergenceBelowLogStart, "DR12", "divergence-below-log-start",
     "a leader answers a fetch below its log's start with the divergence instead of OFFSET_OUT_OF_RANGE, and the "
     "follower stumbles over a log start beyond its end and gives up",
     "L3 L4", "KAFKA-12996"},
    {Defect::kEpochsUncutAtLogEnd, "DR13", "epochs-uncut-at-log-end",
     "a truncation that removes no record leaves an epoch without records in the cache: follower and leader differ "
     "over it for ever",
     "L3 L4 L6", "KAFKA-10706"},
    {Defect::kEmptyFetchClearsEpoch, "DR14", "empty-fetch-clears-epoch",
     "an answer without records makes a follower forget of which leader epoch its last record is, so that its next "
     "fetches "
     "are not compared with the leader's log",
     "S4", "KAFKA-15510"},
    {Defect::kSessionForgetsLeaderEpoch, "DR15", "session-forgets-leader-epoch",
     "a fetch session does not keep the leader epoch that the fetcher believes in: after the first full fetch nobody "
     "is "
     "fenced",
     "S4 S16", "KAFKA-9338"},
    {Defect::kOutOfRangeWipesLog, "DR16", "out-of-range-wipes-log",
     "a follower beyond the leader's log end asks for that end and then for the leader's log start; if the leader's "
     "log "
     "has grown past it in between, it empties its log and starts over there",
     "S8", "KAFKA-2143"},
    {Defect::kOutOfRangeMismatch, "DR17", "out-of-range-mismatch",
     "a follower truncates to its own high watermark, is out of the range of a leader that was elected uncleanly, and "
     "takes that leader's end for the place where their logs part",
     "S3 S4", "AbstractFetcherThread.fetchOffsetAndTruncate, before KIP-101"},
    {Defect::kCheckpointOfHostedOnly, "DR18", "checkpoint-of-hosted-only",
     "the high-watermark checkpoint is written without partitions that the broker does not host yet, also when it "
     "stops "
     "before it has heard of any: they begin again at 0, and a follower that truncates to its high watermark empties "
     "its log",
     "S6 S8 S17 I2", "KAFKA-769, KAFKA-851, KAFKA-858, KAFKA-1647"},
    {Defect::kHighWatermarkStaysAtFullTruncation, "DR19", "high-watermark-stays-at-full-truncation",
     "a follower that empties its log to start at the leader's log start leaves its high watermark where it was, below "
     "the new log start",
     "S9", "KAFKA-9491"},
    {Defect::kRetentionIgnoresHighWatermark, "DR20", "retention-ignores-high-watermark",
     "retention deletes segments that reach above the high watermark, and the log start passes it", "S9 S8",
     "KAFKA-5634"},
    {Defect::kEveryUpdateBeginsEpoch, "DR21", "every-update-begins-epoch",
     "a leader takes every partition update for the begin of an epoch, also one that is older than what it knows: the "
     "ISR goes back to a smaller one, and the epoch's start moves",
     "S2 S5 S7 S9 L5", "KAFKA-13790"},
    {Defect::kRecoveryIgnoresEpochZero, "DR22", "recovery-ignores-epoch-zero",
     "recovery after an unclean shutdown does not put the first leader epoch, 0, back into the epoch cache", "S4",
     "KAFKA-10432"},
    {Defect::kCleanMarkerWithoutLoading, "DR23", "clean-marker-without-loading",
     "a broker that stops before it has loaded its logs leaves the marker of a clean shutdown: the next start skips "
     "recovery, and what a power loss left half written stays in the log",
     "L2 L3 S18", "KAFKA-10471, KAFKA-15375"},
    {Defect::kRecoveryPointAfterRecovery, "DR24", "recovery-point-after-recovery",
     "recovery moves the recovery point to the log end though nothing was flushed: after a loss of power the next "
     "recovery passes over segments that lost their tail",
     "S18 L3", "KAFKA-10101"},
    {Defect::kReassignmentWithoutAllTargets, "DR29", "reassignment-without-all-targets",
     "a reassignment ends as soon as the new replicas are in sync, though others that are to stay are not: the old "
     "ones "
     "leave, and fewer copies are left than before",
     "availability", "KAFKA-15665"},
    {Defect::kNoHighWatermarkAfterIsrChange, "DR30", "no-high-watermark-after-isr-change",
     "a leader does not compute its high watermark anew when the controller has confirmed a smaller ISR: what waited "
     "for "
     "the follower that left is acknowledged only when something else moves",
     "L2 L5", "KAFKA-13091"},
    {Defect::kIsrChangeClearedInFlight, "DR31", "isr-change-cleared-in-flight",
     "new leadership clears the ISR change that is on its way, so that another may be queued; the answer to the first "
     "then takes the second out of the queue, and its partition waits for ever",
     "L4 L7", "KAFKA-12686"},
    {Defect::kAlterPartitionRetryWithoutIsr, "DR33", "alter-partition-retry-without-isr",
     "an AlterPartition request that is sent a second time carries an empty ISR, for its builder has moved the fields "
     "out: the controller refuses it for good, or takes it",
     "L4 L7 S12", "KAFKA-15353"},
    {Defect::kNoIsrEligibility, "DR34", "no-isr-eligibility",
     "a follower that is fenced or shutting down is added to the ISR again, by a leader that has not heard of it",
     "L1 S13", "KIP-841, KAFKA-13916"},
    {Defect::kNoIsrBrokerEpochCheck, "DR35", "no-isr-broker-epoch-check",
     "the controller adds a follower to the ISR though it has restarted since it caught up, and may have lost its log",
     "S5 S6 S8", "KIP-903, KAFKA-14617"},
    {Defect::kIsrEpochOfLaterFetch, "DR36", "isr-epoch-of-later-fetch",
     "a leader finds a follower caught up by one fetch and asks to add it with the broker epoch of a later one, which "
     "another thread took meanwhile: a follower that lost its log in between joins",
     "S5 S6 S8", "KAFKA-15221"},
    {Defect::kLastReplicaStanding, "DR37", "last-replica-standing",
     "without eligible leader replicas the last member of an ISR stays in it: when it comes back without what it lost "
     "with its power it leads, and who had left the ISR before with every committed record truncates it",
     "availability I2 S6 S8", "KIP-966"},
    {Defect::kHighWatermarkBelowMinIsr, "DR38", "high-watermark-below-min-isr",
     "the high watermark rises while fewer than min.insync.replicas are in sync", "S11", "KAFKA-15583"},
    {Defect::kFencedLastKnownLeader, "DR39", "fenced-last-known-leader",
     "when nobody is left in ISR and ELR, the last known leader is elected while it is fenced: the partition has a "
     "leader in name, whom nobody follows",
     "L1 S13", "KAFKA-19522"},
    {Defect::kFenceAllAtOnce, "DR40", "fence-all-at-once",
     "brokers whose sessions have run out together are fenced in one event; each change of an ISR is made from the "
     "state "
     "before the others, and the last one wins",
     "L1 S12 S13", "KAFKA-13173"},
    {Defect::kHighWatermarkWaitsForIneligible, "DR41", "high-watermark-waits-for-ineligible",
     "the high watermark waits for a follower that is caught up and may not join the ISR, since it is shutting down, "
     "until it has lagged for replica.lag.time.max.ms",
     "L2", "KAFKA-15021"},
    {Defect::kShutdownOffsetBumped, "DR43", "shutdown-offset-bumped",
     "each heartbeat of a broker in controlled shutdown raises the metadata offset that the others must reach before "
     "it "
     "may end: on a busy cluster it never does",
     "L4 L9", "KAFKA-14292"},
    {Defect::kRestartedLeaderResumes, "DR56", "restarted-leader-resumes",
     "a controller that led the metadata quorum and restarts leads on in the same epoch, though it may have forgotten "
     "what it wrote in it",
     "S28 S29 S30", "KAFKA-10527"},
    {Defect::kNoFsyncBeforeAck, "DR57", "no-fsync-before-ack",
     "controllers acknowledge metadata records that are in their page cache alone: a loss of power takes committed "
     "records away",
     "S29 S30 S31", "KAFKA-10533"},
    {Defect::kCommitAtEpochStart, "DR58", "commit-at-epoch-start",
     "a new leader of the metadata quorum takes for committed what a majority holds from before its epoch, although "
     "none of its own records is on a majority: another voter can still be elected without them",
     "S29 S30", "KAFKA-12619"},
    {Defect::kMetadataTruncatedBelowHighWatermark, "DR59", "metadata-truncated-below-high-watermark",
     "a member of the metadata quorum cuts its log below its own high watermark when its leader says so, instead of "
     "stopping: that committed records were lost goes unnoticed",
     "S29", "KAFKA-12460"},
    {Defect::kNoCheckQuorum, "DR60", "no-check-quorum",
     "a leader of the metadata quorum that no other voter fetches from never resigns: brokers that still reach it stay "
     "with it, and with old metadata",
     "L1 L8", "KAFKA-15489"},
    {Defect::kNoPreVote, "DR62", "no-pre-vote",
     "a voter that hears nothing from its leader raises the epoch before it knows whether anybody would elect it: cut "
     "off one way, it deposes one leader after the other",
     "L12", "KIP-996"},
    {Defect::kStandbyApplyFailureIgnored, "DR67", "standby-apply-failure-ignored",
     "a standby controller fails to apply a record (here: one that takes a partition offline), goes on without it, and "
     "later leads with wrong state",
     "S31 L1 L4", "KAFKA-14275"},
    {Defect::kProducerStateBeforeAppend, "DR69", "producer-state-before-append",
     "the state of an idempotent producer is changed before its batch is in the log: the snapshot of a roll then knows "
     "of a batch that a loss of power takes away, and the producer's next attempt is answered as a duplicate",
     "S22 I2", "KAFKA-6683, KAFKA-5249"},
    {Defect::kTombstoneHorizonByTimestamp, "DR72", "tombstone-horizon-by-timestamp",
     "a cleaner counts delete.retention.ms from a tombstone's timestamp instead of from its first cleaning: a "
     "tombstone "
     "that is old when the cleaner comes goes at once, and a reader or replica that lags never hears of the deletion",
     "S24", "KAFKA-4529"},
    {Defect::kNewIncarnationStaysInIsr, "DR79", "new-incarnation-stays-in-isr",
     "a broker that restarts after its session ran out and registers before it was fenced stays in its ISRs, whatever "
     "it has lost",
     "S5 S6 S8 S13", "KAFKA-18106"},
}};

absl::string_view View(std::string_view text) { return absl::string_view(text.data(), text.size()); }

}  // namespace

std::span<const DefectInfo> AllDefects() { return kDefects; }

const DefectInfo& InfoOf(Defect defect) { return kDefects[static_cast<size_t>(defect)]; }

std::optional<Defect> FindDefect(std::string_view id_or_name) {
  for (const DefectInfo& info : kDefects) {
    if (absl::EqualsIgnoreCase(View(id_or_name), View(info.id)) ||
        absl::EqualsIgnoreCase(View(id_or_name), View(info.name))) {
      return info.defect;
    }
  }
  return std::nullopt;
}

}  // namespace ktrial::cluster
