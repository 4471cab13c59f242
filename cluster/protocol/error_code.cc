#include "cluster/protocol/error_code.h"

namespace ktrial::cluster {
namespace {

struct ErrorInfo {
  ErrorCode code;
  std::string_view name;
  bool retriable;
  bool invalidates_metadata;
};

using enum ErrorCode;

constexpr ErrorInfo kErrors[] = {
    {kUnknownServerError, "UNKNOWN_SERVER_ERROR", false, false},
    {kNone, "NONE", false, false},
    {kOffsetOutOfRange, "OFFSET_OUT_OF_RANGE", false, false},
    {kCorruptMessage, "CORRUPT_MESSAGE", true, false},
    {kUnknownTopicOrPartition, "UNKNOWN_TOPIC_OR_PARTITION", true, true},
    {kLeaderNotAvailable, "LEADER_NOT_AVAILABLE", true, true},
    {kNotLeaderOrFollower, "NOT_LEADER_OR_FOLLOWER", true, true},
    {kRequestTimedOut, "REQUEST_TIMED_OUT", true, false},
    {kBrokerNotAvailable, "BROKER_NOT_AVAILABLE", false, false},
    {kReplicaNotAvailable, "REPLICA_NOT_AVAILABLE", true, true},
    {kMessageTooLarge, "MESSAGE_TOO_LARGE", false, false},
    {kStaleControllerEpoch, "STALE_CONTROLLER_EPOCH", false, false},
    {kOffsetMetadataTooLarge, "OFFSET_METADATA_TOO_LARGE", false, false},
    {kNetworkException, "NETWORK_EXCEPTION", true, true},
    {kCoordinatorLoadInProgress, "COORDINATOR_LOAD_IN_PROGRESS", true, false},
    {kCoordinatorNotAvailable, "COORDINATOR_NOT_AVAILABLE", true, false},
    {kNotCoordinator, "NOT_COORDINATOR", true, false},
    {kInvalidTopic, "INVALID_TOPIC_EXCEPTION", false, false},
    {kRecordListTooLarge, "RECORD_LIST_TOO_LARGE", false, false},
    {kNotEnoughReplicas, "NOT_ENOUGH_REPLICAS", true, false},
    {kNotEnoughReplicasAfterAppend, "NOT_ENOUGH_REPLICAS_AFTER_APPEND", true, false},
    {kInvalidRequiredAcks, "INVALID_REQUIRED_ACKS", false, false},
    {kIllegalGeneration, "ILLEGAL_GENERATION", false, false},
    {kInconsistentGroupProtocol, "INCONSISTENT_GROUP_PROTOCOL", false, false},
    {kInvalidGroupId, "INVALID_GROUP_ID", false, false},
    {kUnknownMemberId, "UNKNOWN_MEMBER_ID", false, false},
    {kInvalidSessionTimeout, "INVALID_SESSION_TIMEOUT", false, false},
    {kRebalanceInProgress, "REBALANCE_IN_PROGRESS", false, false},
    {kInvalidTimestamp, "INVALID_TIMESTAMP", false, false},
    {kUnsupportedVersion, "UNSUPPORTED_VERSION", false, false},
    {kTopicAlreadyExists, "TOPIC_ALREADY_EXISTS", false, false},
    {kInvalidPartitions, "INVALID_PARTITIONS", false, false},
    {kInvalidReplicationFactor, "INVALID_REPLICATION_FACTOR", false, false},
    {kInvalidReplicaAssignment, "INVALID_REPLICA_ASSIGNMENT", false, false},
    {kInvalidConfig, "INVALID_CONFIG", false, false},
    {kNotController, "NOT_CONTROLLER", true, false},
    {kInvalidRequest, "INVALID_REQUEST", false, false},
    {kPolicyViolation, "POLICY_VIOLATION", false, false},
    {kOutOfOrderSequenceNumber, "OUT_OF_ORDER_SEQUENCE_NUMBER", false, false},
    {kDuplicateSequenceNumber, "DUPLICATE_SEQUENCE_NUMBER", false, false},
    {kInvalidProducerEpoch, "INVALID_PRODUCER_EPOCH", false, false},
    {kOperationNotAttempted, "OPERATION_NOT_ATTEMPTED", false, false},
    {kKafkaStorageError, "KAFKA_STORAGE_ERROR", true, true},
    {kUnknownProducerId, "UNKNOWN_PRODUCER_ID", false, false},
    {kFetchSessionIdNotFound, "FETCH_SESSION_ID_NOT_FOUND", true, false},
    {kInvalidFetchSessionEpoch, "INVALID_FETCH_SESSION_EPOCH", true, false},
    {kFencedLeaderEpoch, "FENCED_LEADER_EPOCH", true, true},
    {kUnknownLeaderEpoch, "UNKNOWN_LEADER_EPOCH", true, false},
    {kStaleBrokerEpoch, "STALE_BROKER_EPOCH", false, false},
    {kOffsetNotAvailable, "OFFSET_NOT_AVAILABLE", true, false},
    {kMemberIdRequired, "MEMBER_ID_REQUIRED", false, false},
    {kPreferredLeaderNotAvailable, "PREFERRED_LEADER_NOT_AVAILABLE", true, true},
    {kGroupMaxSizeReached, "GROUP_MAX_SIZE_REACHED", false, false},
    {kFencedInstanceId, "FENCED_INSTANCE_ID", false, false},
    {kEligibleLeadersNotAvailable, "ELIGIBLE_LEADERS_NOT_AVAILABLE", true, true},
    {kElectionNotNeeded, "ELECTION_NOT_NEEDED", true, true},
    {kNoReassignmentInProgress, "NO_REASSIGNMENT_IN_PROGRESS", false, false},
    {kInvalidRecord, "INVALID_RECORD", false, false},
    {kInconsistentVoterSet, "INCONSISTENT_VOTER_SET", false, false},
    {kInvalidUpdateVersion, "INVALID_UPDATE_VERSION", false, false},
    {kUnknownTopicId, "UNKNOWN_TOPIC_ID", true, true},
    {kDuplicateBrokerRegistration, "DUPLICATE_BROKER_REGISTRATION", false, false},
    {kBrokerIdNotRegistered, "BROKER_ID_NOT_REGISTERED", false, false},
    {kInconsistentTopicId, "INCONSISTENT_TOPIC_ID", true, true},
    {kFetchSessionTopicIdError, "FETCH_SESSION_TOPIC_ID_ERROR", true, false},
    {kIneligibleReplica, "INELIGIBLE_REPLICA", false, false},
    {kNewLeaderElected, "NEW_LEADER_ELECTED", false, false},
    {kInvalidRegistration, "INVALID_REGISTRATION", false, false},
    {kInvalidVoterKey, "INVALID_VOTER_KEY", false, false},
};

const ErrorInfo& InfoOf(ErrorCode code) {
  for (const ErrorInfo& info : kErrors) {
    if (info.code == code) return info;
  }
  return kErrors[0];
}

}  // namespace

std::string_view ErrorName(ErrorCode code) { return InfoOf(code).name; }
bool IsRetriable(ErrorCode code) { return InfoOf(code).retriable; }
bool InvalidatesMetadata(ErrorCode code) { return InfoOf(code).invalidates_metadata; }

}  // namespace ktrial::cluster
