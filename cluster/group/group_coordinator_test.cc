#include "cluster/group/group_coordinator.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cluster/group/group_host_for_test.h"

namespace ktrial::cluster {
namespace {

constexpr sim::Duration kSession = sim::Milliseconds(10000);
constexpr sim::Duration kRebalance = sim::Milliseconds(60000);
constexpr TopicPartition kOrders0{TopicId(1), 0};
constexpr TopicPartition kOrders1{TopicId(1), 1};

JoinGroupRequest Join(std::string member_id = {}, std::string instance = {}, std::string protocol = "range") {
  return {.group = "payments",
          .session_timeout = kSession,
          .rebalance_timeout = kRebalance,
          .member_id = std::move(member_id),
          .group_instance_id = std::move(instance),
          .client_id = "app",
          .protocols = {{std::move(protocol), {.topics = {"orders"}, .owned_partitions = {}}}}};
}

class GroupCoordinatorTest : public ::testing::Test {
 protected:
  using Assignments = std::vector<SyncGroupRequest::MemberAssignment>;

  // A new dynamic member's id.
  std::string NewId() {
    const auto answer = host_.Ask<JoinGroupResponse>(Join());
    EXPECT_EQ(answer.error, ErrorCode::kMemberIdRequired);
    return answer.member_id;
  }
  int SendSync(const std::string& member, int32_t generation, Assignments assignments = {}) {
    return host_.Send(SyncGroupRequest{.group = "payments",
                                       .generation = GenerationId(generation),
                                       .member_id = member,
                                       .group_instance_id = {},
                                       .assignments = std::move(assignments)});
  }
  ErrorCode Beat(const std::string& member, int32_t generation, const std::string& instance = {}) {
    const int request = host_.Send(HeartbeatRequest{.group = "payments",
                                                    .generation = GenerationId(generation),
                                                    .member_id = member,
                                                    .group_instance_id = instance});
    const auto* answer = host_.Answer<HeartbeatResponse>(request);
    return answer == nullptr ? ErrorCode::kOperationNotAttempted : answer->error;
  }
  int SendCommit(const std::string& member, int32_t generation, int64_t offset, TopicPartition tp = kOrders0) {
    return host_.Send(OffsetCommitRequest{.group = "payments",
                                          .generation = GenerationId(generation),
                                          .member_id = member,
                                          .group_instance_id = {},
                                          .partitions = {{tp, Offset(offset), LeaderEpoch(0)}}});
  }
  ErrorCode CommitError(int request) { return host_.Answer<OffsetCommitResponse>(request)->partitions.at(0).error; }
  Offset Fetch(TopicPartition tp = kOrders0) {
    const auto answer = host_.Ask<OffsetFetchResponse>(OffsetFetchRequest{.group = "payments", .partitions = {tp}});
    EXPECT_EQ(answer.error, ErrorCode::kNone);
    return answer.partitions.at(0).offset;
  }
  ErrorCode SyncError(int request) { return host_.Answer<SyncGroupResponse>(request)->error; }
  const JoinGroupResponse& JoinAnswer(int request) {
    const auto* answer = host_.Answer<JoinGroupResponse>(request);
    EXPECT_NE(answer, nullptr);
    static const JoinGroupResponse kNoAnswer;
    return answer == nullptr ? kNoAnswer : *answer;
  }
  bool Answered(int request) { return host_.process().answers.contains(request); }

  // One member, Stable at generation 1 with orders-0.
  std::string StableMember() {
    const std::string id = NewId();
    const int join = host_.Send(Join(id));
    host_.Run(sim::Seconds(7));
    EXPECT_EQ(JoinAnswer(join).generation, GenerationId(1));
    SendSync(id, 1, {{id, {{kOrders0}}}});
    EXPECT_EQ(host_.state(), GroupState::kStable);
    return id;
  }

  GroupHost host_;
};

TEST_F(GroupCoordinatorTest, AMemberJoinsSyncsAndIsStable) {
  const std::string id = NewId();
  EXPECT_EQ(id.substr(0, 4), "app-");
  const int join = host_.Send(Join(id));
  EXPECT_EQ(host_.state(), GroupState::kPreparingRebalance);
  host_.Run(sim::Milliseconds(2900));
  EXPECT_FALSE(Answered(join)) << "group.initial.rebalance.delay.ms is not over";
  host_.Run(sim::Milliseconds(200));
  const JoinGroupResponse& joined = JoinAnswer(join);
  EXPECT_EQ(joined.error, ErrorCode::kNone);
  EXPECT_EQ(joined.generation, GenerationId(1));
  EXPECT_EQ(joined.protocol, "range");
  EXPECT_EQ(joined.leader, id);
  ASSERT_EQ(joined.members.size(), 1u);
  EXPECT_EQ(joined.members[0].metadata.topics, std::vector<std::string>{"orders"});
  const int sync = SendSync(id, 1, {{id, {{kOrders0, kOrders1}}}});
  EXPECT_EQ(host_.Answer<SyncGroupResponse>(sync)->assignment, (Assignment{{kOrders0, kOrders1}}));
  EXPECT_EQ(host_.state(), GroupState::kStable);
  EXPECT_EQ(Beat(id, 1), ErrorCode::kNone);
}

TEST_F(GroupCoordinatorTest, AnotherMemberDuringTheInitialDelayProlongsIt) {
  const std::string a = NewId();
  const std::string b = NewId();
  const int join_a = host_.Send(Join(a));
  host_.Run(sim::Seconds(2));
  const int join_b = host_.Send(Join(b));
  host_.Run(sim::Milliseconds(1500));
  EXPECT_FALSE(Answered(join_a));
  host_.Run(sim::Seconds(3));
  EXPECT_EQ(JoinAnswer(join_a).generation, GenerationId(1));
  EXPECT_EQ(JoinAnswer(join_b).generation, GenerationId(1));
  EXPECT_EQ(JoinAnswer(join_a).members.size(), 2u) << "the first to join leads";
  EXPECT_TRUE(JoinAnswer(join_b).members.empty());
  EXPECT_EQ(JoinAnswer(join_b).leader, a);
}

TEST_F(GroupCoordinatorTest, SyncWaitsForTheLeadersAndForItsCommit) {
  const std::string a = NewId();
  const std::string b = NewId();
  host_.Send(Join(a));
  host_.Send(Join(b));
  host_.Run(sim::Seconds(7));
  const int sync_b = SendSync(b, 1);
  EXPECT_FALSE(Answered(sync_b));
  host_.CommitAtOnce(false);
  const int sync_a = SendSync(a, 1, {{a, {{kOrders0}}}});
  EXPECT_FALSE(Answered(sync_a));
  EXPECT_EQ(host_.state(), GroupState::kCompletingRebalance);
  host_.Commit();
  EXPECT_EQ(host_.Answer<SyncGroupResponse>(sync_a)->assignment, (Assignment{{kOrders0}}));
  EXPECT_EQ(host_.Answer<SyncGroupResponse>(sync_b)->assignment, Assignment()) << "none was given";
  EXPECT_EQ(host_.state(), GroupState::kStable);
}

TEST_F(GroupCoordinatorTest, AnAssignmentThatIsNotCommittedInTimeIsDropped) {
  const std::string id = NewId();
  host_.Send(Join(id));
  host_.Run(sim::Seconds(7));
  host_.CommitAtOnce(false);
  const int sync = SendSync(id, 1, {{id, {{kOrders0}}}});
  host_.Run(sim::Milliseconds(5100));
  EXPECT_EQ(SyncError(sync), ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(host_.state(), GroupState::kPreparingRebalance);
  host_.Commit();
  EXPECT_EQ(host_.state(), GroupState::kPreparingRebalance);
}

TEST_F(GroupCoordinatorTest, AJoinStartsARebalanceThatTheOthersHearOfByHeartbeat) {
  const std::string a = StableMember();
  const std::string b = NewId();
  const int join_b = host_.Send(Join(b));
  EXPECT_EQ(host_.state(), GroupState::kPreparingRebalance);
  EXPECT_EQ(Beat(a, 1), ErrorCode::kRebalanceInProgress);
  const int join_a = host_.Send(Join(a));
  EXPECT_EQ(JoinAnswer(join_a).generation, GenerationId(2)) << "all have joined: nobody waits";
  EXPECT_EQ(JoinAnswer(join_b).generation, GenerationId(2));
  EXPECT_EQ(Beat(a, 1), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(SyncError(SendSync(a, 1)), ErrorCode::kIllegalGeneration);
}

TEST_F(GroupCoordinatorTest, WhoDoesNotRejoinInTimeIsRemoved) {
  const std::string a = StableMember();
  const std::string b = NewId();
  const int join_b = host_.Send(Join(b));
  for (int second = 0; second < 59; second += 5) {
    host_.Run(sim::Seconds(5));
    Beat(a, 1);
  }
  host_.Run(sim::Seconds(2));
  EXPECT_EQ(JoinAnswer(join_b).generation, GenerationId(2));
  EXPECT_EQ(JoinAnswer(join_b).leader, b);
  EXPECT_EQ(Beat(a, 1), ErrorCode::kUnknownMemberId);
}

TEST_F(GroupCoordinatorTest, ASessionWithoutHeartbeatsEnds) {
  const std::string a = StableMember();
  host_.Run(sim::Seconds(9));
  EXPECT_EQ(Beat(a, 1), ErrorCode::kNone);
  host_.Run(sim::Seconds(9));
  EXPECT_EQ(Beat(a, 1), ErrorCode::kNone);
  host_.Run(sim::Seconds(11));
  EXPECT_EQ(host_.state(), GroupState::kEmpty);
  EXPECT_EQ(host_.group()->generation(), GenerationId(2));
  EXPECT_EQ(Beat(a, 1), ErrorCode::kUnknownMemberId);
}

TEST_F(GroupCoordinatorTest, ACommitKeepsTheSessionAlive) {
  const std::string a = StableMember();
  for (int i = 0; i < 4; ++i) {
    host_.Run(sim::Seconds(8));
    SendCommit(a, 1, i);
  }
  EXPECT_EQ(host_.state(), GroupState::kStable);
}

TEST_F(GroupCoordinatorTest, MembersThatNeverSyncAreRemoved) {
  const std::string a = NewId();
  const std::string b = NewId();
  host_.Send(Join(a));
  host_.Send(Join(b));
  host_.Run(sim::Seconds(7));
  const int sync_b = SendSync(b, 1);
  for (int second = 0; second < 70; second += 5) {
    Beat(a, 1);
    host_.Run(sim::Seconds(5));
  }
  EXPECT_EQ(SyncError(sync_b), ErrorCode::kRebalanceInProgress);
  EXPECT_EQ(host_.group()->FindMember(a), nullptr);
}

TEST_F(GroupCoordinatorTest, APendingMemberHoldsUpTheJoinUntilItsSessionEnds) {
  const std::string a = StableMember();
  NewId();
  host_.Send(Join(a));
  const std::string b = NewId();
  const int join_b = host_.Send(Join(b));
  EXPECT_FALSE(Answered(join_b));
  host_.Run(sim::Seconds(11));
  EXPECT_EQ(JoinAnswer(join_b).error, ErrorCode::kNone);
}

TEST_F(GroupCoordinatorTest, ALeaderThatRejoinsForcesARebalanceAndAFollowerDoesNot) {
  const std::string a = NewId();
  const std::string b = NewId();
  host_.Send(Join(a));
  host_.Send(Join(b));
  host_.Run(sim::Seconds(7));
  SendSync(b, 1);
  SendSync(a, 1, {{a, {{kOrders0}}}, {b, {{kOrders1}}}});
  const int rejoin_b = host_.Send(Join(b));
  EXPECT_EQ(JoinAnswer(rejoin_b).generation, GenerationId(1));
  EXPECT_EQ(host_.state(), GroupState::kStable);
  host_.Send(Join(a));
  EXPECT_EQ(host_.state(), GroupState::kPreparingRebalance);
}

TEST_F(GroupCoordinatorTest, LeavingRebalancesAndTheLastLeavesTheGroupEmpty) {
  const std::string a = StableMember();
  EXPECT_EQ(host_.Ask<LeaveGroupResponse>(LeaveGroupRequest{"payments", a}).error, ErrorCode::kNone);
  EXPECT_EQ(host_.state(), GroupState::kEmpty);
  EXPECT_EQ(host_.Ask<LeaveGroupResponse>(LeaveGroupRequest{"payments", a}).error, ErrorCode::kUnknownMemberId);
}

TEST_F(GroupCoordinatorTest, TheProtocolIsOneThatAllSupport) {
  const std::string a = NewId();
  host_.Send(Join(a));
  host_.Run(sim::Seconds(7));
  EXPECT_EQ(host_.Ask<JoinGroupResponse>(Join({}, {}, "sticky")).error, ErrorCode::kInconsistentGroupProtocol);
}

TEST_F(GroupCoordinatorTest, ChecksInKafkasOrder) {
  JoinGroupRequest nameless = Join();
  nameless.group.clear();
  EXPECT_EQ(host_.Ask<JoinGroupResponse>(nameless).error, ErrorCode::kInvalidGroupId);
  JoinGroupRequest impatient = Join();
  impatient.session_timeout = sim::Milliseconds(5999);
  EXPECT_EQ(host_.Ask<JoinGroupResponse>(impatient).error, ErrorCode::kInvalidSessionTimeout);
  EXPECT_EQ(host_.Ask<JoinGroupResponse>(Join("nobody")).error, ErrorCode::kUnknownMemberId);
  EXPECT_EQ(Beat("nobody", 1), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(SyncError(SendSync("nobody", 1)), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(CommitError(SendCommit("nobody", 1, 5)), ErrorCode::kIllegalGeneration);
  host_.Do([](GroupProcess& process, sim::Context&) { process.groups->Shutdown(); });
  EXPECT_EQ(host_.Ask<JoinGroupResponse>(nameless).error, ErrorCode::kCoordinatorNotAvailable);
}

TEST_F(GroupCoordinatorTest, ACommitIsVisibleWhenItIsCommitted) {
  const std::string a = StableMember();
  EXPECT_EQ(Fetch(), Offset());
  host_.CommitAtOnce(false);
  const int commit = SendCommit(a, 1, 17);
  EXPECT_FALSE(Answered(commit));
  EXPECT_EQ(Fetch(), Offset());
  host_.Commit();
  EXPECT_EQ(CommitError(commit), ErrorCode::kNone);
  EXPECT_EQ(Fetch(), Offset(17));
}

TEST_F(GroupCoordinatorTest, ACommitThatTimedOutStillCountsIfItIsCommittedLater) {
  const std::string a = StableMember();
  host_.CommitAtOnce(false);
  const int commit = SendCommit(a, 1, 17);
  host_.Run(sim::Milliseconds(5100));
  EXPECT_EQ(CommitError(commit), ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(Fetch(), Offset());
  host_.Commit();
  EXPECT_EQ(Fetch(), Offset(17));
}

TEST_F(GroupCoordinatorTest, AHeartbeatWaitsForWhatWasWrittenBeforeIt) {
  const std::string a = StableMember();
  host_.CommitAtOnce(false);
  SendCommit(a, 1, 17);
  EXPECT_EQ(Beat(a, 1), ErrorCode::kOperationNotAttempted) << "no answer yet";
  host_.Commit();
  EXPECT_EQ(Beat(a, 1), ErrorCode::kNone);
}

TEST_F(GroupCoordinatorTest, CommitsAreFencedByGenerationAndState) {
  const std::string a = StableMember();
  EXPECT_EQ(CommitError(SendCommit(a, 0, 1)), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(CommitError(SendCommit("x", 1, 1)), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(CommitError(SendCommit("", -1, 1)), ErrorCode::kUnknownMemberId) << "the group has members";
  const std::string b = NewId();
  host_.Send(Join(b));
  EXPECT_EQ(CommitError(SendCommit(a, 1, 9)), ErrorCode::kNone) << "before it rejoins, a member may still commit";
  host_.Send(Join(a));
  EXPECT_EQ(host_.state(), GroupState::kCompletingRebalance);
  EXPECT_EQ(CommitError(SendCommit(a, 2, 9)), ErrorCode::kRebalanceInProgress);
}

TEST_F(GroupCoordinatorTest, ACommitFromOutsideMakesASimpleGroup) {
  EXPECT_EQ(CommitError(SendCommit("", -1, 4)), ErrorCode::kNone);
  EXPECT_EQ(Fetch(), Offset(4));
  EXPECT_EQ(host_.state(), GroupState::kEmpty);
}

TEST_F(GroupCoordinatorTest, AnAppendThatFailsIsToldAtOnce) {
  const std::string a = StableMember();
  host_.process().log.append_error = ErrorCode::kNotLeaderOrFollower;
  EXPECT_EQ(CommitError(SendCommit(a, 1, 4)), ErrorCode::kNotCoordinator);
  host_.process().log.append_error = ErrorCode::kNotEnoughReplicas;
  EXPECT_EQ(CommitError(SendCommit(a, 1, 4)), ErrorCode::kCoordinatorNotAvailable);
}

TEST_F(GroupCoordinatorTest, ANewCoordinatorFindsTheStableGroupAndItsOffsets) {
  const std::string a = StableMember();
  SendCommit(a, 1, 17);
  host_.FailOver();
  EXPECT_EQ(host_.state(), GroupState::kStable);
  EXPECT_EQ(host_.group()->generation(), GenerationId(1));
  EXPECT_EQ(Fetch(), Offset(17));
  EXPECT_EQ(Beat(a, 1), ErrorCode::kNone);
  EXPECT_EQ(host_.Answer<SyncGroupResponse>(SendSync(a, 1))->assignment, (Assignment{{kOrders0}}));
  host_.Run(sim::Seconds(11));
  EXPECT_EQ(host_.state(), GroupState::kEmpty) << "sessions go on";
}

TEST_F(GroupCoordinatorTest, ARebalanceThatWasUnderWayIsLostWithItsCoordinator) {
  const std::string a = StableMember();
  const std::string b = NewId();
  const int join_b = host_.Send(Join(b));
  host_.FailOver();
  EXPECT_EQ(JoinAnswer(join_b).error, ErrorCode::kNotCoordinator);
  EXPECT_EQ(host_.state(), GroupState::kStable);
  EXPECT_EQ(host_.group()->members().size(), 1u);
}

TEST_F(GroupCoordinatorTest, OffsetsAboveTheHighWatermarkBecomeVisibleAfterALoadWhenCommitted) {
  const std::string a = StableMember();
  SendCommit(a, 1, 5);
  host_.CommitAtOnce(false);
  SendCommit(a, 1, 17);
  host_.FailOver();
  EXPECT_EQ(Fetch(), Offset(5));
  host_.Commit();
  EXPECT_EQ(Fetch(), Offset(17));
}

TEST_F(GroupCoordinatorTest, DuringALoadHeartbeatsAreNotDisturbed) {
  const std::string a = StableMember();
  host_.Do([](GroupProcess& process, sim::Context& ctx) {
    process.log.epoch += 2;
    process.groups->OnResignation({ctx, process.log}, kOffsetsPartition, LeaderEpoch(2));
    process.Elect(ctx);
  });
  EXPECT_EQ(Beat(a, 1), ErrorCode::kNone);
  EXPECT_EQ(SyncError(SendSync(a, 1)), ErrorCode::kCoordinatorLoadInProgress);
  EXPECT_EQ(host_.Ask<JoinGroupResponse>(Join(a)).error, ErrorCode::kCoordinatorLoadInProgress);
  EXPECT_EQ(CommitError(SendCommit(a, 1, 4)), ErrorCode::kCoordinatorLoadInProgress);
}

TEST_F(GroupCoordinatorTest, ALateResignationIsIgnored) {
  const std::string a = StableMember();
  host_.Do([](GroupProcess& process, sim::Context& ctx) {
    process.groups->OnResignation({ctx, process.log}, kOffsetsPartition, LeaderEpoch(1));
  });
  EXPECT_EQ(Beat(a, 1), ErrorCode::kNone);
  host_.Do([](GroupProcess& process, sim::Context& ctx) {
    process.groups->OnResignation({ctx, process.log}, kOffsetsPartition, LeaderEpoch(2));
  });
  EXPECT_EQ(Beat(a, 1), ErrorCode::kNotCoordinator);
}

TEST_F(GroupCoordinatorTest, AStaticMemberComesBackWithoutARebalance) {
  const int join = host_.Send(Join({}, "box-1"));
  host_.Run(sim::Seconds(7));
  const std::string old_id = JoinAnswer(join).member_id;
  SendSync(old_id, 1, {{old_id, {{kOrders0}}}});
  ASSERT_EQ(host_.state(), GroupState::kStable);
  const auto again = host_.Ask<JoinGroupResponse>(Join({}, "box-1"));
  EXPECT_EQ(again.error, ErrorCode::kNone);
  EXPECT_EQ(again.generation, GenerationId(1));
  EXPECT_NE(again.member_id, old_id);
  EXPECT_EQ(host_.state(), GroupState::kStable);
  EXPECT_EQ(Beat(old_id, 1, "box-1"), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(host_.Answer<SyncGroupResponse>(SendSync(again.member_id, 1))->assignment, (Assignment{{kOrders0}}));
  host_.FailOver();
  EXPECT_EQ(Beat(again.member_id, 1, "box-1"), ErrorCode::kNone) << "the new id was written down";
}

}  // namespace
}  // namespace ktrial::cluster
