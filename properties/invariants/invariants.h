// The makers of all checkers, one a property; each property is stated in its own file in this folder. catalogue.cc
// lists them for users.
//
//   std::unique_ptr<Checker> checker = MakeLeaderUniqueness();
#ifndef KTRIAL_PROPERTIES_INVARIANTS_INVARIANTS_H_
#define KTRIAL_PROPERTIES_INVARIANTS_INVARIANTS_H_

#include <memory>

#include "properties/checker.h"

namespace ktrial::properties {

// Replication.
std::unique_ptr<Checker> MakeLeaderUniqueness();
std::unique_ptr<Checker> MakeEpochsMonotonic();
std::unique_ptr<Checker> MakeLogMatching();
std::unique_ptr<Checker> MakePrefixMatch();
std::unique_ptr<Checker> MakeIsrHoldsCommitted();
std::unique_ptr<Checker> MakeLeaderCompleteness();
std::unique_ptr<Checker> MakeMaximalIsrCoversIsr();
std::unique_ptr<Checker> MakeCommittedRecordsSurvive();
std::unique_ptr<Checker> MakeWatermarkBounds();
std::unique_ptr<Checker> MakeWatermarkMonotonic();
std::unique_ptr<Checker> MakeWatermarkReplicated();
std::unique_ptr<Checker> MakeIsrShape();
std::unique_ptr<Checker> MakeIsrJoinersLive();
std::unique_ptr<Checker> MakeConsistentRead();
std::unique_ptr<Checker> MakeNoUncommittedRead();
std::unique_ptr<Checker> MakeStaleLeaderAcks();
std::unique_ptr<Checker> MakeTruncationKeepsCommitted();
std::unique_ptr<Checker> MakeTopicIncarnation();
std::unique_ptr<Checker> MakeSequencesWithoutGaps();
std::unique_ptr<Checker> MakeToldOutcomes();
std::unique_ptr<Checker> MakeCheckpointSanity();
std::unique_ptr<Checker> MakeProducerStateMatchesLog();
std::unique_ptr<Checker> MakeCompactionKeepsLatest();

// The metadata quorum.
std::unique_ptr<Checker> MakeElectionSafety();
std::unique_ptr<Checker> MakeMetadataAgreement();
std::unique_ptr<Checker> MakeMetadataOnMajority();
std::unique_ptr<Checker> MakeSameImage();
std::unique_ptr<Checker> MakeCommittedReplies();

// Producers and records.
std::unique_ptr<Checker> MakeSendOrder();
std::unique_ptr<Checker> MakeAckedRecordsCommitted();
std::unique_ptr<Checker> MakeNoDuplicates();
std::unique_ptr<Checker> MakeAckedOffsetHoldsRecord();

// Groups and consumers.
std::unique_ptr<Checker> MakeOneOwner();
std::unique_ptr<Checker> MakeGenerationsIncrease();
std::unique_ptr<Checker> MakeCommittedOffsetsDurable();
std::unique_ptr<Checker> MakeGroupsSettle();
std::unique_ptr<Checker> MakeDeliveryOrder();
std::unique_ptr<Checker> MakeNoSilentSkip();

// Liveness of replication.
std::unique_ptr<Checker> MakeEveryPartitionLed();
std::unique_ptr<Checker> MakeSendsSettle();
std::unique_ptr<Checker> MakeCommittedEverywhere();
std::unique_ptr<Checker> MakeLiveReplicasInSync();
std::unique_ptr<Checker> MakeWatermarkCatchesUp();
std::unique_ptr<Checker> MakeTruncationEnds();
std::unique_ptr<Checker> MakeIsrChangesResolve();
std::unique_ptr<Checker> MakeMovesEnd();

// Liveness of the metadata quorum, and of what hangs on it.
std::unique_ptr<Checker> MakeLiveBrokersUnfenced();
std::unique_ptr<Checker> MakeMetadataEverywhere();
std::unique_ptr<Checker> MakeQuorumElects();

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_INVARIANTS_INVARIANTS_H_
