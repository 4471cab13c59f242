#include "cluster/metadata/metadata_image.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ktrial::cluster {
namespace {

using ::testing::ElementsAre;

constexpr TopicPartition kTp{TopicId(0), 0};

class MetadataImageTest : public ::testing::Test {
 protected:
  void Replay(const MetadataRecordBody& record) {
    EXPECT_TRUE(image_.Replay(record, next_));
    next_ = next_ + 1;
  }
  void Register(int broker, int64_t epoch, bool fenced = true) {
    Replay(RegisterBrokerRecord{.broker = BrokerId(broker),
                                .incarnation_id = epoch,
                                .broker_epoch = BrokerEpoch(epoch),
                                .rack = "",
                                .fenced = fenced});
  }
  void CreatePartition() {
    Replay(TopicRecord{.topic = TopicId(0), .name = "orders"});
    Replay(PartitionRecord{.tp = kTp,
                           .replicas = {BrokerId(1), BrokerId(2)},
                           .isr = {BrokerId(1), BrokerId(2)},
                           .leader = BrokerId(1),
                           .leader_epoch = LeaderEpoch(0),
                           .partition_epoch = PartitionEpoch(0)});
  }
  // A change of kTp that changes nothing but its epochs.
  static PartitionChangeRecord NoChange() {
    PartitionChangeRecord change;
    change.tp = kTp;
    return change;
  }

  MetadataImage image_;
  Offset next_{0};
};

TEST_F(MetadataImageTest, KeepsTheLatestRegistrationOfABroker) {
  Register(1, 0);
  Replay(BrokerRegistrationChangeRecord{
      .broker = BrokerId(1), .broker_epoch = BrokerEpoch(0), .fenced = false, .in_controlled_shutdown = {}});
  EXPECT_FALSE(image_.FindBroker(BrokerId(1))->fenced);
  Replay(BrokerRegistrationChangeRecord{
      .broker = BrokerId(1), .broker_epoch = BrokerEpoch(0), .fenced = {}, .in_controlled_shutdown = true});
  EXPECT_FALSE(image_.FindBroker(BrokerId(1))->fenced);
  EXPECT_TRUE(image_.FindBroker(BrokerId(1))->in_controlled_shutdown);
  Register(1, 3);
  EXPECT_EQ(image_.FindBroker(BrokerId(1))->epoch, BrokerEpoch(3));
  EXPECT_TRUE(image_.FindBroker(BrokerId(1))->fenced);
  EXPECT_FALSE(image_.FindBroker(BrokerId(1))->in_controlled_shutdown);
  EXPECT_EQ(image_.FindBroker(BrokerId(2)), nullptr);
}

TEST_F(MetadataImageTest, EveryChangeRaisesThePartitionEpochAndALeaderFieldTheLeaderEpoch) {
  CreatePartition();
  PartitionChangeRecord shrink = NoChange();
  shrink.isr = {{BrokerId(1)}};
  Replay(shrink);
  const PartitionRegistration& partition = *image_.FindPartition(kTp);
  EXPECT_EQ(partition.partition_epoch, PartitionEpoch(1));
  EXPECT_EQ(partition.leader_epoch, LeaderEpoch(0));
  EXPECT_THAT(partition.isr, ElementsAre(BrokerId(1)));

  PartitionChangeRecord same_leader = NoChange();
  same_leader.leader = BrokerId(1);
  Replay(same_leader);
  EXPECT_EQ(partition.partition_epoch, PartitionEpoch(2));
  EXPECT_EQ(partition.leader_epoch, LeaderEpoch(1));

  PartitionChangeRecord offline = NoChange();
  offline.leader = BrokerId();
  Replay(offline);
  EXPECT_FALSE(partition.leader.valid());
  EXPECT_EQ(partition.leader_epoch, LeaderEpoch(2));
  EXPECT_THAT(partition.isr, ElementsAre(BrokerId(1)));
}

TEST_F(MetadataImageTest, FindsTopicsByNameAndId) {
  CreatePartition();
  EXPECT_EQ(image_.FindTopic("orders"), image_.FindTopic(TopicId(0)));
  EXPECT_EQ(image_.FindTopic("orders")->partitions.size(), 1u);
  EXPECT_EQ(image_.FindTopic("payments"), nullptr);
  EXPECT_EQ(image_.FindTopic(TopicId(1)), nullptr);
  EXPECT_EQ(image_.FindPartition({TopicId(0), 1}), nullptr);
  EXPECT_EQ(image_.FindPartition({TopicId(0), -1}), nullptr);
}

TEST_F(MetadataImageTest, AnEmptyConfigValueRemovesTheConfig) {
  CreatePartition();
  Replay(ConfigRecord{.topic = TopicId(0), .name = "min.insync.replicas", .value = "2"});
  EXPECT_EQ(image_.FindTopic("orders")->configs.at("min.insync.replicas"), "2");
  Replay(ConfigRecord{.topic = TopicId(0), .name = "min.insync.replicas", .value = ""});
  EXPECT_TRUE(image_.FindTopic("orders")->configs.empty());
}

TEST_F(MetadataImageTest, ACopyGoesItsOwnWay) {
  CreatePartition();
  const MetadataImage before = image_;
  PartitionChangeRecord change = NoChange();
  change.leader = BrokerId(2);
  Replay(change);
  EXPECT_EQ(before.FindPartition(kTp)->leader, BrokerId(1));
  EXPECT_EQ(image_.FindPartition(kTp)->leader, BrokerId(2));
}

TEST_F(MetadataImageTest, ARecordThatContradictsTheImageChangesNothing) {
  const uint64_t before = image_.hash();
  EXPECT_FALSE(image_.Replay(RegisterBrokerRecord{.broker = BrokerId(1), .broker_epoch = BrokerEpoch(9), .rack = ""},
                             Offset(0)));
  EXPECT_FALSE(image_.Replay(TopicRecord{.topic = TopicId(3), .name = "gap"}, Offset(0)));
  EXPECT_FALSE(image_.Replay(NoChange(), Offset(0)));
  EXPECT_FALSE(image_.Replay(
      BrokerRegistrationChangeRecord{.broker = BrokerId(1), .broker_epoch = BrokerEpoch(0), .fenced = false},
      Offset(0)));
  EXPECT_TRUE(image_.brokers().empty());
  EXPECT_TRUE(image_.topics().empty());
  EXPECT_EQ(image_.hash(), before);
}

TEST_F(MetadataImageTest, TheHashTellsImagesApartAndNotTheirHistories) {
  Register(1, 0);
  CreatePartition();
  const uint64_t created = image_.hash();
  Replay(NoChange());
  EXPECT_NE(image_.hash(), created) << "the partition epoch rose";
  const uint64_t before = image_.hash();
  Replay(ConfigRecord{.topic = TopicId(0), .name = "min.insync.replicas", .value = "2"});
  EXPECT_NE(image_.hash(), before);
  Replay(ConfigRecord{.topic = TopicId(0), .name = "min.insync.replicas", .value = "3"});
  Replay(ConfigRecord{.topic = TopicId(0), .name = "min.insync.replicas", .value = ""});
  EXPECT_EQ(image_.hash(), before);
  Replay(BrokerRegistrationChangeRecord{.broker = BrokerId(1), .broker_epoch = BrokerEpoch(0), .fenced = false});
  EXPECT_NE(image_.hash(), before);
  Replay(BrokerRegistrationChangeRecord{.broker = BrokerId(1), .broker_epoch = BrokerEpoch(0), .fenced = true});
  EXPECT_EQ(image_.hash(), before);
  Replay(ProducerIdsRecord{.broker = BrokerId(1), .broker_epoch = BrokerEpoch(0), .next_producer_id = ProducerId(9)});
  EXPECT_NE(image_.hash(), before);
}

}  // namespace
}  // namespace ktrial::cluster
