// The table of all properties.
#include "absl/strings/match.h"
#include "properties/checker_set.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {

const std::vector<PropertyInfo>& AllProperties() {
  static const std::vector<PropertyInfo> properties = {
      {"C1", "delivery-order", "While a consumer owns a partition, the offsets it is given increase strictly.",
       &MakeDeliveryOrder},
      {"C4", "no-silent-skip", "A consumer skips nothing but control records, unless its position was set.",
       &MakeNoSilentSkip},
      {"G1", "one-owner", "In one generation of a group, each partition is assigned to at most one member.",
       &MakeOneOwner},
      {"G4", "generations-increase", "The generations of a group that became stable increase strictly.",
       &MakeGenerationsIncrease},
      {"G6", "committed-offsets-durable",
       "After a commit was acknowledged, a group is told that offset or one committed after it.",
       &MakeCommittedOffsetsDurable},
      {"G9", "groups-settle",
       "In the end every group is stable, and each partition belongs to exactly one of its live consumers.",
       &MakeGroupsSettle},
      {"I1", "send-order", "The committed records of a producer that keeps order stand in the order of sending.",
       &MakeSendOrder},
      {"I2", "acked-records-committed",
       "A record acknowledged with acks=all is committed at its offset, then and at the end.",
       &MakeAckedRecordsCommitted},
      {"I3", "no-duplicates", "A record of an idempotent producer is committed at most once.", &MakeNoDuplicates},
      {"I5", "acked-offset-holds-record", "An offset that an idempotent producer was told holds exactly that record.",
       &MakeAckedOffsetHoldsRecord},
      {"L1", "every-partition-led", "In the end every partition with a running in-sync replica has a leader at work.",
       &MakeEveryPartitionLed},
      {"L2", "sends-settle", "Every record is acknowledged or fails within delivery.timeout.ms.", &MakeSendsSettle},
      {"L3", "committed-everywhere", "In the end every committed record is on every running assigned replica.",
       &MakeCommittedEverywhere},
      {"L4", "live-replicas-in-sync", "In the end every running assigned replica is in the ISR.",
       &MakeLiveReplicasInSync},
      {"L5", "watermark-catches-up",
       "In the end the leader's high watermark is its log end, and the followers' are the leader's.",
       &MakeWatermarkCatchesUp},
      {"L6", "truncation-ends", "Each divergence that a follower hears of shortens its log or its epochs.",
       &MakeTruncationEnds},
      {"L7", "isr-changes-resolve", "In the end no leader waits for an answer to a change of its ISR.",
       &MakeIsrChangesResolve},
      {"L8", "live-brokers-unfenced", "In the end every running broker is registered and not fenced.",
       &MakeLiveBrokersUnfenced},
      {"L9", "moves-end",
       "In the end no broker is still shutting down, and no partition still being reassigned to brokers that run.",
       &MakeMovesEnd},
      {"L10", "metadata-everywhere", "In the end every running node has applied the committed metadata.",
       &MakeMetadataEverywhere},
      {"L12", "quorum-elects",
       "In the end a voter leads the metadata quorum, a majority follows it, and elections have ended.",
       &MakeQuorumElects},
      {"S1", "leader-uniqueness", "At most one broker leads a partition in a leader epoch.", &MakeLeaderUniqueness},
      {"S2", "epochs-monotonic",
       "Leader epoch and partition epoch never fall, at the controller and on a running broker.", &MakeEpochsMonotonic},
      {"S3", "log-matching", "Batches with equal offset and leader epoch are the same, and so is all before them.",
       &MakeLogMatching},
      {"S4", "prefix-match", "Below the lower of their high watermarks, the logs of two replicas are the same.",
       &MakePrefixMatch},
      {"S5", "isr-holds-committed", "Every running in-sync replica holds every committed record.",
       &MakeIsrHoldsCommitted},
      {"S6", "leader-completeness", "The log of a new leader holds every committed record.", &MakeLeaderCompleteness},
      {"S7", "maximal-isr", "The ISR by which a leader commits is a superset of the controller's.",
       &MakeMaximalIsrCoversIsr},
      {"S8", "committed-records-survive", "No committed record disappears from every replica.",
       &MakeCommittedRecordsSurvive},
      {"S9", "watermark-bounds", "On every replica, log start <= high watermark <= log end.", &MakeWatermarkBounds},
      {"S10", "watermark-monotonic", "While a broker leads in one epoch, its high watermark does not fall.",
       &MakeWatermarkMonotonic},
      {"S11", "watermark-replicated",
       "A leader's high watermark is not above what its ISR has fetched, nor moves below min.insync.replicas.",
       &MakeWatermarkReplicated},
      {"S12", "isr-shape",
       "The in-sync replicas are replicas and hold the leader; there are eligible leader replicas only for want of "
       "them.",
       &MakeIsrShape},
      {"S13", "isr-joiners-live", "No broker that is fenced, shutting down or not registered is added to an ISR.",
       &MakeIsrJoinersLive},
      {"S14", "consistent-read", "What a consumer was given at an offset is what the committed log holds there.",
       &MakeConsistentRead},
      {"S15", "no-uncommitted-read", "Consumers are given nothing at or above the high watermark.",
       &MakeNoUncommittedRead},
      {"S16", "stale-leader-acks",
       "What a replaced leader acknowledges with acks=all is held by all of the newest epoch's ISR.",
       &MakeStaleLeaderAcks},
      {"S17", "truncation-keeps-committed", "An in-sync replica never truncates a committed record.",
       &MakeTruncationKeepsCommitted},
      {"S18", "checkpoint-sanity",
       "A recovery point covers only what was flushed, and a clean shutdown is marked only with all logs loaded and "
       "flushed.",
       &MakeCheckpointSanity},
      {"S19", "topic-incarnation", "A replica of one topic id takes and serves only records sent to that id.",
       &MakeTopicIncarnation},
      {"S20", "sequences-without-gaps",
       "In the committed log an idempotent producer's sequence numbers have no gap and no repetition.",
       &MakeSequencesWithoutGaps},
      {"S21", "told-outcomes",
       "An acknowledged record of an idempotent producer is committed exactly once, a refused one nowhere.",
       &MakeToldOutcomes},
      {"S22", "producer-state", "Rebuilt producer state is what replaying the whole log gives.",
       &MakeProducerStateMatchesLog},
      {"S24", "compaction-keeps-latest",
       "Compaction keeps the last value of each key, everything above the cleaned part, and tombstones for "
       "delete.retention.ms.",
       &MakeCompactionKeepsLatest},
      {"S28", "election-safety", "The metadata quorum has one leader an epoch, and voters vote once an epoch.",
       &MakeElectionSafety},
      {"S29", "metadata-agreement", "Below any node's high watermark the metadata logs of all nodes are the same.",
       &MakeMetadataAgreement},
      {"S30", "metadata-on-majority",
       "Everything below a high watermark of the metadata quorum is flushed on a majority of its voters.",
       &MakeMetadataOnMajority},
      {"S31", "same-image", "At each metadata offset all nodes have the same image.", &MakeSameImage},
      {"S33", "committed-replies",
       "The active controller tells only what is committed, and of each broker one epoch at a time is live.",
       &MakeCommittedReplies},
  };
  return properties;
}

const PropertyInfo* FindProperty(std::string_view id_or_name) {
  const absl::string_view wanted(id_or_name.data(), id_or_name.size());
  for (const PropertyInfo& property : AllProperties()) {
    for (std::string_view known : {property.id, property.name}) {
      if (absl::EqualsIgnoreCase(absl::string_view(known.data(), known.size()), wanted)) return &property;
    }
  }
  return nullptr;
}

}  // namespace ktrial::properties
