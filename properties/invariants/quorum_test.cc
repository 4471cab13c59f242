// The checkers of the metadata quorum: S28 to S31, S33, L8, L10, L12.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/history_for_test.h"
#include "sim/world_facts.h"

namespace ktrial::properties {
namespace {

using cluster::RaftRole;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Voters 3001 to 3003 are processes 11 to 13 with disks 11 to 13.
class QuorumHistory : public History {
 public:
  QuorumHistory() {
    for (int32_t id = 3001; id <= 3003; ++id) {
      checkers().facts().voter_of_process[ProcessOf(id)] = BrokerId(id);
      checkers().facts().voter_of_disk[sim::DiskId(id - 2990)] = BrokerId(id);
      Tell(sim::ProcessStarted{ProcessOf(id), sim::HostId(id - 2990), sim::Incarnation(0)});
    }
  }
  static sim::ProcessId ProcessOf(int32_t id) { return sim::ProcessId(id - 2990); }

  void Become(int32_t node, int32_t epoch, RaftRole role, int32_t leader, int32_t incarnation = 0) {
    Tell(cluster::RaftRoleChanged{BrokerId(node), LeaderEpoch(epoch), role, BrokerId(leader)},
         sim::Incarnation(incarnation));
  }
  // 3001 leads, the others follow.
  void ElectFirst(int32_t epoch) {
    Become(3001, epoch, RaftRole::kLeader, 3001);
    Become(3002, epoch, RaftRole::kFollower, 3001);
    Become(3003, epoch, RaftRole::kFollower, 3001);
  }
  void Append(int32_t node, const cluster::LogBatchRef& batch, bool flushed = true) {
    Tell(cluster::RaftBatchAppended{BrokerId(node), batch.get()});
    if (flushed) Tell(cluster::RaftLogFlushed{BrokerId(node), batch->next_offset(), false});
  }
  void CommitAsLeader(int32_t node, int64_t to) {
    Tell(cluster::RaftHighWatermarkMoved{BrokerId(node), LeaderEpoch(1), true, Offset(to)});
  }
  void LoadedWith(int32_t node, int64_t end) {
    Tell(cluster::RaftLogLoaded{BrokerId(node), Offset(0), Offset(end)}, sim::Incarnation(1));
  }
  void Replayed(int32_t controller, int64_t offset, uint64_t hash) {
    Tell(cluster::MetadataReplayed{BrokerId(controller), Offset(offset), hash});
  }
  void Applied(int32_t broker, int64_t offset, uint64_t hash) {
    Tell(cluster::MetadataApplied{BrokerId(broker), Offset(offset), hash});
  }
  void AllApply(int64_t offset) {
    for (int32_t controller : {3001, 3002, 3003}) Replayed(controller, offset, 7);
    for (int32_t broker : {1, 2, 3}) Applied(broker, offset, 7);
  }
  // What all liveness of the quorum asks for.
  void Settle() {
    ElectFirst(1);
    const auto batch = MakeBatch(Offset(0), 1, {-1});
    Append(3001, batch);
    Append(3002, batch);
    CommitAsLeader(3001, 1);
    AllApply(1);
    Wait(sim::Seconds(20));
  }
};

TEST(ElectionSafetyTest, ALeaderThatRestartedMustNotLeadOn) {
  QuorumHistory h;
  h.Become(3001, 4, RaftRole::kLeader, 3001);
  h.Become(3001, 4, RaftRole::kLeader, 3001);
  EXPECT_THAT(h.Alarms(), IsEmpty());
  h.Become(3001, 4, RaftRole::kLeader, 3001, /*incarnation=*/1);
  EXPECT_THAT(h.Alarms(), ElementsAre("S28: node 3001 restarted and leads the metadata quorum again in epoch 4, which "
                                      "it had led before"));
}

TEST(MetadataTruncationTest, ANodeMustNotTruncateBelowItsHighWatermark) {
  QuorumHistory h;
  const auto batch = History::MakeBatch(Offset(0), 1, {-1});
  for (int32_t node : {3001, 3002}) h.Append(node, batch);
  h.CommitAsLeader(3001, 1);
  h.Append(3001, History::MakeBatch(Offset(1), 1, {-1}));
  h.Tell(cluster::RaftLogTruncated{BrokerId(3001), Offset(1)});
  EXPECT_THAT(h.Alarms(), IsEmpty());
  h.Tell(cluster::RaftLogTruncated{BrokerId(3001), Offset(0)});
  EXPECT_THAT(h.Alarms("S29"), ElementsAre("node 3001 truncated its metadata log to 0, below its high watermark 1"));
}

TEST(MetadataTruncationTest, LogsThatPartedAreToldOfOnce) {
  QuorumHistory h;
  const auto before = History::MakeBatch(Offset(0), 1, {-1});
  const auto after = History::MakeBatch(Offset(0), 2, {-1});
  const auto next = History::MakeBatch(Offset(1), 2, {-1});
  h.Append(3001, before);
  h.Append(3003, before);
  h.CommitAsLeader(3001, 1);
  for (int32_t node : {3002, 3003}) {
    h.Append(node, after);
    h.Append(node, next);
  }
  h.CommitAsLeader(3002, 1);
  h.CommitAsLeader(3002, 2);
  EXPECT_THAT(h.Alarms("S29"),
              ElementsAre("node 3002's metadata log, committed up to 1, differs from what is committed "
                          "from offset 0 on"));
}

TEST(MetadataOnMajorityTest, RecordsThatAreNotFlushedDoNotCount) {
  QuorumHistory h;
  const auto batch = History::MakeBatch(Offset(0), 1, {-1});
  h.Append(3001, batch);
  h.Append(3002, batch, /*flushed=*/false);
  h.CommitAsLeader(3001, 1);
  h.Append(3003, batch);
  EXPECT_THAT(h.Alarms(), ElementsAre("S30: node 3001 took the metadata log for committed up to 1 in epoch 1, but of 3 "
                                      "voters only node 3001 flushed that"));
}

TEST(MetadataOnMajorityTest, TheLeaderMayFlushWithinTheStepInWhichItCounts) {
  QuorumHistory h;
  const auto batch = History::MakeBatch(Offset(0), 1, {-1});
  h.Append(3002, batch);
  h.Append(3001, batch, /*flushed=*/false);
  h.CommitAsLeader(3001, 1);
  h.Tell(cluster::RaftLogFlushed{BrokerId(3001), Offset(1), false});
  h.Append(3003, batch);
  h.Finish();
  EXPECT_THAT(h.Alarms("S30"), IsEmpty());
}

TEST(MetadataOnMajorityTest, OtherRecordsAtTheSameOffsetDoNotCount) {
  QuorumHistory h;
  h.Append(3001, History::MakeBatch(Offset(0), 2, {-1}));
  h.Append(3002, History::MakeBatch(Offset(0), 1, {-1}));
  h.CommitAsLeader(3001, 1);
  h.Finish();
  EXPECT_THAT(h.Alarms("S30"), ElementsAre(HasSubstr("of 3 voters only node 3001 flushed that")));
}

TEST(MetadataOnMajorityTest, WhatAPowerLossTookFromAMajorityIsSeen) {
  QuorumHistory h;
  const auto batch = History::MakeBatch(Offset(0), 1, {-1});
  for (int32_t node : {3001, 3002, 3003}) h.Append(node, batch);
  h.CommitAsLeader(3001, 1);
  h.LoadedWith(3003, 0);
  EXPECT_THAT(h.Alarms(), IsEmpty());
  h.LoadedWith(3002, 0);
  EXPECT_THAT(h.Alarms(),
              ElementsAre("S30: the metadata log is committed up to 1, but node 3002's was loaded to 0, and "
                          "of 3 voters only node 3001 flushed that"));
}

TEST(MetadataOnMajorityTest, AReplacedDiskAllowsIt) {
  QuorumHistory h;
  const auto batch = History::MakeBatch(Offset(0), 1, {-1});
  h.Append(3001, batch);
  h.Append(3002, batch);
  h.CommitAsLeader(3001, 1);
  h.Tell(sim::DiskWiped{sim::DiskId(12)});
  EXPECT_THAT(h.Alarms(), ElementsAre(HasSubstr("S30 (a controller's disk was replaced): the metadata log is committed "
                                                "up to 1, but node 3002's was wiped to 0")));
}

TEST(SameImageTest, AnotherImageAtTheSameOffsetIsSeen) {
  QuorumHistory h;
  h.Replayed(3001, 5, 7);
  h.Applied(1, 5, 7);
  h.Applied(2, 6, 8);
  EXPECT_THAT(h.Alarms(), IsEmpty());
  h.Replayed(3002, 6, 9);
  h.Applied(3, 5, 8);
  EXPECT_THAT(h.Alarms(), ElementsAre("S31: controller 3002 has another image of the metadata at offset 6 than node 2",
                                      "S31: broker 3 has another image of the metadata at offset 5 than node 3001"));
}

TEST(CommittedRepliesTest, AnAnswerBeforeTheCommitIsSeen) {
  QuorumHistory h;
  const auto batch = History::MakeBatch(Offset(0), 1, {-1, -1});
  h.Append(3001, batch);
  h.Append(3002, batch);
  h.CommitAsLeader(3001, 2);
  h.Tell(cluster::ControllerReplied{BrokerId(3001), LeaderEpoch(1), Offset(2)});
  EXPECT_THAT(h.Alarms(), IsEmpty());
  h.Tell(cluster::ControllerReplied{BrokerId(3001), LeaderEpoch(1), Offset(3)});
  EXPECT_THAT(
      h.Alarms(),
      ElementsAre("S33: controller 3001 answered in epoch 1 with a result that rests on records up to offset 3, "
                  "but the metadata log is committed up to 2"));
}

TEST(CommittedRepliesTest, ABrokersEpochMustNotFall) {
  QuorumHistory h;
  const auto tell = [&h](int64_t offset, int64_t epoch) {
    h.Tell(cluster::BrokerRegistrationCommitted{BrokerId(3001), Offset(offset), BrokerId(1), BrokerEpoch(epoch), false,
                                                false});
  };
  tell(100, 100);
  tell(101, 100);
  tell(100, 100);
  EXPECT_THAT(h.Alarms("S33"), IsEmpty());
  tell(102, 99);
  EXPECT_THAT(h.Alarms("S33"),
              ElementsAre("broker 1 has epoch 99 by the record at offset 102, after it had epoch 100"));
}

TEST(QuorumLivenessTest, ASettledQuorumIsNotComplainedOf) {
  QuorumHistory h;
  h.Settle();
  h.Finish();
  EXPECT_THAT(h.Alarms(), IsEmpty());
}

TEST(QuorumElectsTest, AQuorumWithoutALeaderIsSeen) {
  QuorumHistory h;
  h.Settle();
  h.Become(3001, 2, RaftRole::kUnattached, -1);
  h.Finish();
  EXPECT_THAT(h.Alarms(), ElementsAre("L12: no voter leads the metadata quorum, though 3 of 3 run"));
}

TEST(QuorumElectsTest, ALeaderAloneIsSeen) {
  QuorumHistory h;
  h.Settle();
  h.Become(3002, 2, RaftRole::kCandidate, -1);
  h.Become(3003, 3, RaftRole::kCandidate, -1);
  h.Finish();
  EXPECT_THAT(h.Alarms(), ElementsAre("L12: node 3001 leads the metadata quorum in epoch 1, but only 1 of 3 voters are "
                                      "with it"));
}

TEST(QuorumElectsTest, EndlessElectionsAreSeen) {
  QuorumHistory h;
  h.Settle();
  h.ElectFirst(9);
  h.Finish();
  EXPECT_THAT(h.Alarms(), ElementsAre(HasSubstr("L12: the metadata quorum still elects leaders: epoch 9 began at")));
}

TEST(QuorumElectsTest, AMinorityNeedNotElect) {
  QuorumHistory h;
  h.Settle();
  for (int32_t id : {3001, 3002}) {
    h.Tell(sim::ProcessKilled{QuorumHistory::ProcessOf(id), sim::HostId(id - 2990), sim::Incarnation(0)});
  }
  h.Become(3003, 2, RaftRole::kUnattached, -1);
  h.Wait(sim::Seconds(20));
  h.Finish();
  EXPECT_THAT(h.Alarms("L12"), IsEmpty());
}

TEST(MetadataEverywhereTest, ANodeThatStaysBehindIsSeen) {
  QuorumHistory h;
  h.Settle();
  const auto batch = History::MakeBatch(Offset(1), 1, {-1});
  h.Append(3001, batch);
  h.Append(3002, batch);
  h.CommitAsLeader(3001, 2);
  for (int32_t controller : {3001, 3003}) h.Replayed(controller, 2, 8);
  for (int32_t broker : {1, 3}) h.Applied(broker, 2, 8);
  h.Wait(sim::Seconds(6));
  h.Finish();
  EXPECT_THAT(h.Alarms(),
              ElementsAre("L10: broker 2 has applied the metadata up to offset 1, though it was committed up to 2 a "
                          "while ago",
                          "L10: controller 3002 has applied the metadata up to offset 1, though it was committed up to "
                          "2 a while ago"));
}

TEST(LiveBrokersUnfencedTest, AFencedBrokerThatRunsIsSeen) {
  QuorumHistory h;
  h.Tell(cluster::ControllerActivated{BrokerId(3001), LeaderEpoch(1), true});
  h.Settle();
  h.Register(2, /*fenced=*/true);
  h.Register(3, /*fenced=*/true, /*shutting_down=*/true);
  h.Finish();
  EXPECT_THAT(h.Alarms(), ElementsAre("L8: broker 2 runs, but the controller has fenced it"));
}

TEST(LiveBrokersUnfencedTest, ABrokerThatIsNotRegisteredAnewIsSeen) {
  QuorumHistory h;
  h.Tell(cluster::ControllerActivated{BrokerId(3001), LeaderEpoch(1), true});
  h.Settle();
  h.Kill(2);
  h.StartUnregistered(2);
  h.Applied(2, 1, 7);
  h.Wait(sim::Seconds(20));
  h.Finish();
  EXPECT_THAT(h.Alarms("L8"), ElementsAre("broker 2 runs, but the controller has not registered it since it started"));
}

}  // namespace
}  // namespace ktrial::properties
