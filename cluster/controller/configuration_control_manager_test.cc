#include "cluster/controller/configuration_control_manager.h"

#include <string>
#include <variant>
#include <vector>

#include "gtest/gtest.h"

namespace ktrial::cluster {
namespace {

using Entry = IncrementalAlterConfigsRequest::Entry;

class ConfigurationControlManagerTest : public ::testing::Test {
 protected:
  ConfigurationControlManagerTest() {
    Replay(TopicRecord{.topic = TopicId(0), .name = "orders"});
    Replay(ConfigRecord{.topic = TopicId(0), .name = "min.insync.replicas", .value = "2"});
  }

  void Replay(const MetadataRecordBody& record) {
    image_.Replay(record, next_offset_);
    next_offset_ = next_offset_ + 1;
  }
  ErrorCode Alter(std::vector<Entry> entries, const std::string& topic = "orders") {
    ControllerRecords records;
    const IncrementalAlterConfigsRequest request{.topics = {{topic, std::move(entries)}}};
    const IncrementalAlterConfigsResponse response = IncrementalAlterConfigs(image_, config_, request, records);
    written_ = records.size();
    for (const MetadataRecordBody& record : records) Replay(record);
    return response.results.at(0).error;
  }
  std::string ValueOf(const std::string& name) {
    const auto& configs = image_.FindTopic("orders")->configs;
    const auto found = configs.find(name);
    return found == configs.end() ? "none" : found->second;
  }

  BrokerConfig config_;
  MetadataImage image_;
  Offset next_offset_{0};
  size_t written_ = 0;
};

TEST_F(ConfigurationControlManagerTest, SetsAndDeletes) {
  EXPECT_EQ(
      Alter({{"segment.bytes", AlterConfigOp::kSet, "1048576"}, {"min.insync.replicas", AlterConfigOp::kDelete, ""}}),
      ErrorCode::kNone);
  EXPECT_EQ(ValueOf("segment.bytes"), "1048576");
  EXPECT_EQ(ValueOf("min.insync.replicas"), "none");
}

TEST_F(ConfigurationControlManagerTest, WhatChangesNothingIsNotWritten) {
  EXPECT_EQ(Alter({{"min.insync.replicas", AlterConfigOp::kSet, "2"}, {"flush.messages", AlterConfigOp::kDelete, ""}}),
            ErrorCode::kNone);
  EXPECT_EQ(written_, 0u);
}

TEST_F(ConfigurationControlManagerTest, MinInsyncReplicasClearsTheEligibleLeaderReplicasIfThereAreAny) {
  EXPECT_EQ(Alter({{"min.insync.replicas", AlterConfigOp::kSet, "1"}}), ErrorCode::kNone);
  EXPECT_EQ(written_, 2u);
  EXPECT_EQ(Alter({{"segment.bytes", AlterConfigOp::kSet, "1048576"}}), ErrorCode::kNone);
  EXPECT_EQ(written_, 1u);
  config_.eligible_leader_replicas = false;
  EXPECT_EQ(Alter({{"min.insync.replicas", AlterConfigOp::kDelete, ""}}), ErrorCode::kNone);
  EXPECT_EQ(written_, 1u);
}

TEST_F(ConfigurationControlManagerTest, OneBadValueKeepsAllOfTheTopic) {
  EXPECT_EQ(
      Alter({{"segment.bytes", AlterConfigOp::kSet, "1048576"}, {"min.insync.replicas", AlterConfigOp::kSet, "0"}}),
      ErrorCode::kInvalidConfig);
  EXPECT_EQ(Alter({{"no.such.key", AlterConfigOp::kSet, "1"}}), ErrorCode::kInvalidConfig);
  EXPECT_EQ(ValueOf("segment.bytes"), "none");
  EXPECT_EQ(written_, 0u);
}

TEST_F(ConfigurationControlManagerTest, RefusesTopicsThatDoNotExistAndKeysNamedTwice) {
  EXPECT_EQ(Alter({{"segment.bytes", AlterConfigOp::kSet, "1048576"}}, "payments"),
            ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(Alter({{"segment.bytes", AlterConfigOp::kSet, "1048576"}, {"segment.bytes", AlterConfigOp::kDelete, ""}}),
            ErrorCode::kInvalidRequest);
}

}  // namespace
}  // namespace ktrial::cluster
