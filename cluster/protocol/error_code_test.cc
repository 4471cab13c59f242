#include "cluster/protocol/error_code.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace ktrial::cluster {
namespace {

// Names and numbers as in org.apache.kafka.common.protocol.Errors.
TEST(ErrorCodeTest, NamesAndNumbersAreKafkas) {
  const struct {
    int16_t number;
    std::string_view name;
  } known[] = {
      {-1, "UNKNOWN_SERVER_ERROR"},
      {0, "NONE"},
      {1, "OFFSET_OUT_OF_RANGE"},
      {2, "CORRUPT_MESSAGE"},
      {3, "UNKNOWN_TOPIC_OR_PARTITION"},
      {6, "NOT_LEADER_OR_FOLLOWER"},
      {7, "REQUEST_TIMED_OUT"},
      {10, "MESSAGE_TOO_LARGE"},
      {14, "COORDINATOR_LOAD_IN_PROGRESS"},
      {15, "COORDINATOR_NOT_AVAILABLE"},
      {16, "NOT_COORDINATOR"},
      {17, "INVALID_TOPIC_EXCEPTION"},
      {18, "RECORD_LIST_TOO_LARGE"},
      {19, "NOT_ENOUGH_REPLICAS"},
      {20, "NOT_ENOUGH_REPLICAS_AFTER_APPEND"},
      {22, "ILLEGAL_GENERATION"},
      {25, "UNKNOWN_MEMBER_ID"},
      {27, "REBALANCE_IN_PROGRESS"},
      {41, "NOT_CONTROLLER"},
      {45, "OUT_OF_ORDER_SEQUENCE_NUMBER"},
      {47, "INVALID_PRODUCER_EPOCH"},
      {56, "KAFKA_STORAGE_ERROR"},
      {74, "FENCED_LEADER_EPOCH"},
      {75, "UNKNOWN_LEADER_EPOCH"},
      {77, "STALE_BROKER_EPOCH"},
      {79, "MEMBER_ID_REQUIRED"},
      {82, "FENCED_INSTANCE_ID"},
      {107, "INELIGIBLE_REPLICA"},
  };
  for (const auto& [number, name] : known) EXPECT_EQ(ErrorName(static_cast<ErrorCode>(number)), name) << number;
}

TEST(ErrorCodeTest, NoTwoNumbersShareAName) {
  std::set<std::string_view> names;
  for (int16_t number = 0; number < 140; ++number) {
    const std::string_view name = ErrorName(static_cast<ErrorCode>(number));
    if (name == "UNKNOWN_SERVER_ERROR") continue;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
  EXPECT_GT(names.size(), 50u);
}

TEST(ErrorCodeTest, WhatClientsRetry) {
  EXPECT_TRUE(IsRetriable(ErrorCode::kNotLeaderOrFollower));
  EXPECT_TRUE(IsRetriable(ErrorCode::kRequestTimedOut));
  EXPECT_TRUE(IsRetriable(ErrorCode::kNotEnoughReplicasAfterAppend));
  EXPECT_TRUE(IsRetriable(ErrorCode::kCorruptMessage));
  EXPECT_TRUE(IsRetriable(ErrorCode::kNotCoordinator));
  EXPECT_FALSE(IsRetriable(ErrorCode::kNone));
  EXPECT_FALSE(IsRetriable(ErrorCode::kMessageTooLarge));
  EXPECT_FALSE(IsRetriable(ErrorCode::kOutOfOrderSequenceNumber));
  EXPECT_FALSE(IsRetriable(ErrorCode::kRebalanceInProgress));
}

TEST(ErrorCodeTest, WhatMakesClientsAskForMetadata) {
  EXPECT_TRUE(InvalidatesMetadata(ErrorCode::kNotLeaderOrFollower));
  EXPECT_TRUE(InvalidatesMetadata(ErrorCode::kFencedLeaderEpoch));
  EXPECT_TRUE(InvalidatesMetadata(ErrorCode::kKafkaStorageError));
  EXPECT_FALSE(InvalidatesMetadata(ErrorCode::kUnknownLeaderEpoch));
  EXPECT_FALSE(InvalidatesMetadata(ErrorCode::kRequestTimedOut));
}

}  // namespace
}  // namespace ktrial::cluster
