// Brokers with several log directories in whole clusters (JBOD: KIP-112, KIP-858).
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "cluster/broker/cluster_for_test.h"

namespace ktrial::cluster {
namespace {

constexpr BrokerId kOne{1};
constexpr BrokerId kTwo{2};
constexpr BrokerId kThree{3};
constexpr LogDir kSecondLogDir{1};

class LogDirsTest : public testing::Test {
 protected:
  LogDirsTest() : cluster_(Spec()) {
    EXPECT_TRUE(cluster_.RunUntil([this] { return cluster_.AllRunning(); }, sim::Seconds(20)));
  }

  static ClusterSpec Spec() {
    ClusterSpec spec{.config = {}, .seed = 5};
    spec.config.log_dirs = 2;
    spec.config.log_dir_failure_timeout = sim::Seconds(5);
    return spec;
  }

  // Four partitions, led by broker 1; all brokers have them.
  void Create() {
    const std::vector<BrokerId> all = {kOne, kTwo, kThree};
    topic_ = cluster_.CreateTopic(kOne, {.name = "orders", .assignments = {all, all, all, all}});
    EXPECT_TRUE(cluster_.RunUntil(
        [&] { return std::all_of(all.begin(), all.end(), [&](BrokerId broker) { return Knows(broker); }); }));
  }
  // Whether the controller knows where broker `broker` has its replicas.
  bool Knows(BrokerId broker) {
    for (int i = 0; i < 4; ++i) {
      const Partition* partition = cluster_.Find(broker, At(i));
      if (partition == nullptr || Registered(i, broker) != Id(broker, partition->log().folder().log_dir()))
        return false;
    }
    return true;
  }
  TopicPartition At(int partition) const { return {topic_, partition}; }
  const PartitionRegistration& Registration(int partition) { return *cluster_.Registration(kTwo, At(partition)); }
  DirectoryId Registered(int partition, BrokerId broker) { return Registration(partition).DirectoryOf(broker); }
  DirectoryId Id(BrokerId broker, LogDir dir) {
    return cluster_.cluster().broker(broker).replicas().logs().directory_id(dir);
  }
  LogDir DirOf(BrokerId broker, int partition) {
    return cluster_.Find(broker, At(partition))->log().folder().log_dir();
  }
  // A partition that the broker has in this log directory.
  int PartitionIn(BrokerId broker, LogDir dir) {
    for (int i = 0; i < 4; ++i) {
      if (DirOf(broker, i) == dir) return i;
    }
    ADD_FAILURE() << "no partition is there";
    return 0;
  }
  bool IsInSync(BrokerId broker, int partition) {
    const std::vector<BrokerId>& isr = Registration(partition).isr;
    return std::find(isr.begin(), isr.end(), broker) != isr.end();
  }
  sim::DiskId DiskOfDir(BrokerId broker, LogDir dir) {
    sim::World& world = cluster_.cluster().world;
    return world.disk_of(world.host_of(cluster_.cluster().ProcessOf(broker)), dir.value());
  }
  // Every read and write of the log directory fails from now on.
  sim::FaultId Fail(BrokerId broker, LogDir dir) {
    return cluster_.cluster().world.Begin(
        sim::DiskErrorFault{.disks = {DiskOfDir(broker, dir)}, .reads = true, .writes = true, .flushes = true});
  }
  // Kills the leader's log directory and lets it notice.
  int FailSecondDirOfLeader() {
    const int lost = PartitionIn(kOne, kSecondLogDir);
    fault_ = Fail(kOne, kSecondLogDir);
    EXPECT_EQ(cluster_.Produce(At(lost), kOne, 1).error, ErrorCode::kKafkaStorageError);
    return lost;
  }

  ClusterForTest cluster_;
  TopicId topic_;
  sim::FaultId fault_;
};

TEST_F(LogDirsTest, NewLogsGoWhereTheFewestAre) {
  Create();
  for (const BrokerId broker : {kOne, kTwo, kThree}) {
    int in_second = 0;
    for (int i = 0; i < 4; ++i) in_second += DirOf(broker, i) == kSecondLogDir ? 1 : 0;
    EXPECT_EQ(in_second, 2);
  }
}

TEST_F(LogDirsTest, DirectoriesHaveIdsOfTheirOwn) {
  std::vector<DirectoryId> ids;
  for (const BrokerId broker : {kOne, kTwo, kThree}) {
    for (const LogDir dir : {kFirstLogDir, kSecondLogDir}) ids.push_back(Id(broker, dir));
  }
  EXPECT_GE(*std::min_element(ids.begin(), ids.end()), kFirstUnreservedDirectory);
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
}

TEST_F(LogDirsTest, OthersLeadWhatWasInAFailedDirectory) {
  Create();
  const int kept = PartitionIn(kOne, kFirstLogDir);
  const int lost = FailSecondDirOfLeader();
  ASSERT_TRUE(cluster_.RunUntil([&] { return Registration(lost).leader == kTwo; }, sim::Seconds(2)));
  EXPECT_FALSE(IsInSync(kOne, lost));
  EXPECT_EQ(cluster_.Produce(At(lost), kTwo, 1).error, ErrorCode::kNone);
  EXPECT_TRUE(cluster_.running(kOne));
  EXPECT_EQ(Registration(kept).leader, kOne);
  EXPECT_EQ(cluster_.Produce(At(kept), kOne, 1).error, ErrorCode::kNone);
}

TEST_F(LogDirsTest, WhoAsksForAnOfflineReplicaIsToldSo) {
  Create();
  const int lost = FailSecondDirOfLeader();
  FetchRequest fetch{.max_bytes = 1 << 20};
  fetch.partitions.push_back({.tp = At(lost), .fetch_offset = Offset(0), .max_bytes = 1 << 20});
  EXPECT_EQ(cluster_.Call(kOne, fetch).As<FetchResponse>().partitions[0].error, ErrorCode::kKafkaStorageError);
  ListOffsetsRequest list;
  list.partitions.push_back({.tp = At(lost), .timestamp = ListOffsetsRequest::kEarliest});
  EXPECT_EQ(cluster_.Call(kOne, list).As<ListOffsetsResponse>().partitions[0].error, ErrorCode::kKafkaStorageError);
  ASSERT_TRUE(cluster_.RunUntil([&] { return Registration(lost).leader == kTwo; }, sim::Seconds(2)));
  const auto metadata = cluster_.Call(kTwo, MetadataRequest{.topics = {"orders"}}).As<MetadataResponse>();
  EXPECT_EQ(metadata.topics[0].partitions[static_cast<size_t>(lost)].offline_replicas, std::vector{kOne});
}

TEST_F(LogDirsTest, WithTheFirstDirectoryTheBrokerGoes) {
  Create();
  const int lost = PartitionIn(kOne, kFirstLogDir);
  Fail(kOne, kFirstLogDir);
  cluster_.Produce(At(lost), kOne, 1);
  EXPECT_FALSE(cluster_.running(kOne));
}

TEST_F(LogDirsTest, AMendedDirectoryServesAfterARestart) {
  Create();
  const int lost = FailSecondDirOfLeader();
  ASSERT_TRUE(cluster_.RunUntil([&] { return Registration(lost).leader == kTwo; }, sim::Seconds(2)));
  const DirectoryId id = Id(kOne, kSecondLogDir);
  cluster_.Heal(fault_);
  cluster_.Run(sim::Seconds(10));
  EXPECT_FALSE(IsInSync(kOne, lost));
  cluster_.Kill(kOne);
  cluster_.Start(kOne);
  EXPECT_TRUE(cluster_.RunUntil([&] { return IsInSync(kOne, lost); }));
  EXPECT_EQ(Id(kOne, kSecondLogDir), id);
  EXPECT_EQ(DirOf(kOne, lost), kSecondLogDir);
}

TEST_F(LogDirsTest, ABrokerStartsWithoutItsSecondDirectory) {
  Create();
  const int kept = PartitionIn(kOne, kFirstLogDir);
  const int lost = FailSecondDirOfLeader();
  cluster_.Kill(kOne);
  cluster_.Start(kOne);
  EXPECT_TRUE(cluster_.RunUntil([&] { return Registration(lost).leader == kTwo && IsInSync(kOne, kept); }));
  // An empty log elsewhere must not take the place of what is on the disk.
  EXPECT_EQ(cluster_.Find(kOne, At(lost)), nullptr);
  EXPECT_FALSE(IsInSync(kOne, lost));
}

TEST_F(LogDirsTest, AReplacedDiskIsFilledAgain) {
  Create();
  const int lost = PartitionIn(kOne, kSecondLogDir);
  ASSERT_EQ(cluster_.Produce(At(lost), kOne, 3).error, ErrorCode::kNone);
  const DirectoryId id = Id(kOne, kSecondLogDir);
  cluster_.Kill(kOne);
  cluster_.cluster().world.Begin(sim::WipeDiskFault{DiskOfDir(kOne, kSecondLogDir)});
  cluster_.Start(kOne);
  ASSERT_TRUE(cluster_.RunUntil([&] { return IsInSync(kOne, lost) && Knows(kOne); }));
  EXPECT_NE(Id(kOne, kSecondLogDir), id);
  EXPECT_EQ(cluster_.Values(kOne, At(lost)), cluster_.Values(kTwo, At(lost)));
}

TEST_F(LogDirsTest, ABrokerThatCannotReportAFailureShutsDown) {
  Create();
  cluster_.Cut(kOne, {ControllerIdAt(0), ControllerIdAt(1), ControllerIdAt(2)});
  FailSecondDirOfLeader();
  cluster_.Run(sim::Seconds(4));
  EXPECT_EQ(cluster_.cluster().broker(kOne).lifecycle(), BrokerLifecycleState::kRunning);
  cluster_.Run(sim::Seconds(2));
  EXPECT_EQ(cluster_.cluster().broker(kOne).lifecycle(), BrokerLifecycleState::kPendingControlledShutdown);
}

}  // namespace
}  // namespace ktrial::cluster
