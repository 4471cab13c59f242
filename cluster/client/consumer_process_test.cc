#include "cluster/client/consumer_process.h"

#include <map>
#include <memory>
#include <set>

#include "cluster/client/scripted_broker_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ktrial::cluster {
namespace {

using sim::Milliseconds;
using sim::Seconds;
using testing::SizeIs;

constexpr TopicPartition kOrders0{TopicId(0), 0};

// A healthy cluster of one partition with a coordinator on broker 2; tests change its fields to make trouble.
class ConsumerTest : public testing::Test {
 protected:
  ConsumerTest() {
    for (int id : {1, 2}) {
      w_.broker(id).set_script([this](const ApiRequest& request) {
        return std::visit([this](const auto& body) { return Answer(body); }, request.body);
      });
    }
  }

  void Append(int count, LeaderEpoch epoch) {
    for (int i = 0; i < count; ++i) {
      std::vector<Record> records{{.bytes = 10, .value = static_cast<int64_t>(log_.size())}};
      log_.push_back(sim::MakeRef<const LogBatch>(Offset(static_cast<int64_t>(log_.size())), epoch,
                                                  sim::MakeRef<const RecordBatch>(BatchAttributes{}, records)));
    }
  }

  sim::ProcessId Consume(ConsumerConfig config = {.auto_offset_reset = AutoOffsetReset::kEarliest}) {
    return w_.AddClient(std::make_unique<ConsumerProcess>(ConsumerWorkload{.membership = {.client = ClientId(3),
                                                                                          .group = GroupIndex(0),
                                                                                          .group_id = "billing",
                                                                                          .client_id = "c",
                                                                                          .topic = "orders",
                                                                                          .config = config}},
                                                          w_.addresses));
  }

  template <typename Request>
  std::optional<ResponseBody> Answer(const Request&) {
    return std::nullopt;
  }
  std::optional<ResponseBody> Answer(const MetadataRequest&) { return OrdersMetadata(1, BrokerId(1), epoch_); }
  std::optional<ResponseBody> Answer(const FindCoordinatorRequest&) {
    if (!coordinator_known_) return FindCoordinatorResponse{.error = ErrorCode::kCoordinatorNotAvailable};
    return FindCoordinatorResponse{.coordinator = BrokerId(2)};
  }
  std::optional<ResponseBody> Answer(const JoinGroupRequest& join) {
    if (join.member_id.empty()) {
      return JoinGroupResponse{.error = ErrorCode::kMemberIdRequired, .member_id = "c-1"};
    }
    if (hold_coordinator_) return std::nullopt;
    generation_ = GenerationId(generation_.value() + 1);
    heartbeat_error_ = ErrorCode::kNone;
    return JoinGroupResponse{.generation = generation_,
                             .protocol = "range",
                             .leader = join.member_id,
                             .member_id = join.member_id,
                             .members = {{.member_id = join.member_id, .metadata = join.protocols[0].metadata}}};
  }
  std::optional<ResponseBody> Answer(const SyncGroupRequest& sync) {
    return SyncGroupResponse{.assignment = sync.assignments.front().assignment};
  }
  std::optional<ResponseBody> Answer(const HeartbeatRequest&) {
    if (hold_coordinator_) return std::nullopt;
    return HeartbeatResponse{heartbeat_error_};
  }
  std::optional<ResponseBody> Answer(const LeaveGroupRequest&) {
    if (hold_coordinator_) return std::nullopt;
    return LeaveGroupResponse{};
  }
  std::optional<ResponseBody> Answer(const OffsetCommitRequest& commit) {
    hold_coordinator_ |= hold_from_commit_on_;
    if (hold_coordinator_) return std::nullopt;
    OffsetCommitResponse response;
    if (commit_error_ != ErrorCode::kNone) {
      for (const auto& partition : commit.partitions) response.partitions.push_back({partition.tp, commit_error_});
      return response;
    }
    for (const auto& partition : commit.partitions) {
      committed_ = partition.offset;
      response.partitions.push_back({partition.tp, ErrorCode::kNone});
    }
    return response;
  }
  std::optional<ResponseBody> Answer(const OffsetFetchRequest& fetch) {
    OffsetFetchResponse response{.error = offset_fetch_error_, .partitions = {}};
    for (const TopicPartition& tp : fetch.partitions) response.partitions.push_back({tp, committed_, LeaderEpoch(0)});
    return response;
  }
  std::optional<ResponseBody> Answer(const ListOffsetsRequest& list) {
    if (hold_lookups_) return std::nullopt;
    const bool earliest = list.partitions[0].timestamp == ListOffsetsRequest::kEarliest;
    return ListOffsetsResponse{
        {{.tp = kOrders0, .offset = earliest ? Offset(0) : End(), .leader_epoch = LeaderEpoch(0)}}};
  }
  std::optional<ResponseBody> Answer(const OffsetsForLeaderEpochRequest& request) {
    const OffsetAndEpoch end =
        epoch_end_.offset.valid() ? epoch_end_ : OffsetAndEpoch{End(), request.partitions[0].leader_epoch};
    return OffsetsForLeaderEpochResponse{{{.tp = kOrders0, .end_offset = end}}};
  }
  std::optional<ResponseBody> Answer(const FetchRequest& fetch) {
    if (hold_lookups_) return std::nullopt;
    FetchResponse response;
    for (const auto& partition : fetch.partitions) {
      FetchResponse::PartitionData data{.tp = partition.tp, .high_watermark = End()};
      if (partition.current_leader_epoch < epoch_) {
        data.error = ErrorCode::kFencedLeaderEpoch;
      } else if (partition.fetch_offset > End()) {
        data.error = ErrorCode::kOffsetOutOfRange;
      } else {
        for (int64_t o = partition.fetch_offset.value(); o < End().value(); ++o)
          data.batches.push_back(log_[static_cast<size_t>(o)]);
      }
      response.partitions.push_back(data);
    }
    return response;
  }
  Offset End() const { return Offset(static_cast<int64_t>(log_.size())); }

  ClientWorld w_;
  std::vector<LogBatchRef> log_;
  LeaderEpoch epoch_{0};
  // Where the epoch of a consumer's position ended; the end of the log unless set.
  OffsetAndEpoch epoch_end_;
  GenerationId generation_{0};
  Offset committed_;
  ErrorCode heartbeat_error_ = ErrorCode::kNone;
  ErrorCode commit_error_ = ErrorCode::kNone;
  bool coordinator_known_ = true;
  ErrorCode offset_fetch_error_ = ErrorCode::kNone;
  // Nothing is answered by the coordinator (but a join without a member id), or by the leader: what is sent on a
  // connection after a request that is held must be held too.
  bool hold_coordinator_ = false;
  bool hold_from_commit_on_ = false;
  bool hold_lookups_ = false;
};

TEST_F(ConsumerTest, JoinsReadsFromTheStartAndCommits) {
  Append(1200, LeaderEpoch(0));
  Consume();
  w_.RunFor(Seconds(12));
  ASSERT_THAT(w_.facts.assigned, SizeIs(1));
  EXPECT_EQ(w_.facts.assigned[0].second.generation, GenerationId(1));
  EXPECT_EQ(w_.facts.positions[0].second.source, PositionSource::kResetEarliest);
  ASSERT_THAT(w_.facts.delivered, SizeIs(1200));
  for (size_t i = 0; i < 1200; ++i) EXPECT_EQ(w_.facts.delivered[i].second.offset, Offset(static_cast<int64_t>(i)));
  EXPECT_EQ(committed_, Offset(1200));
  EXPECT_EQ(w_.facts.commits.back().second.offset, Offset(1200));
}

TEST_F(ConsumerTest, StartsAtTheCommittedOffset) {
  Append(10, LeaderEpoch(0));
  committed_ = Offset(7);
  Consume();
  w_.RunFor(Seconds(2));
  ASSERT_THAT(w_.facts.delivered, SizeIs(3));
  EXPECT_EQ(w_.facts.delivered[0].second.offset, Offset(7));
  EXPECT_EQ(w_.facts.positions[0].second.source, PositionSource::kCommitted);
}

TEST_F(ConsumerTest, LatestSkipsWhatIsThereAlready) {
  Append(10, LeaderEpoch(0));
  Consume({.auto_offset_reset = AutoOffsetReset::kLatest});
  w_.RunFor(Seconds(2));
  Append(2, LeaderEpoch(0));
  w_.RunFor(Seconds(2));
  ASSERT_THAT(w_.facts.delivered, SizeIs(2));
  EXPECT_EQ(w_.facts.delivered[0].second.offset, Offset(10));
}

TEST_F(ConsumerTest, RebalanceCommitsRevokesAndJoinsAgain) {
  Append(10, LeaderEpoch(0));
  Consume();
  w_.RunFor(Seconds(2));
  ASSERT_FALSE(committed_.valid());
  heartbeat_error_ = ErrorCode::kRebalanceInProgress;
  w_.RunFor(Seconds(4));
  ASSERT_THAT(w_.facts.revoked, SizeIs(1));
  EXPECT_EQ(w_.facts.revoked[0].second.kind, RevocationKind::kRevoked);
  ASSERT_THAT(w_.facts.assigned, SizeIs(2));
  EXPECT_EQ(w_.facts.assigned[1].second.generation, GenerationId(2));
  EXPECT_EQ(committed_, Offset(10));
  EXPECT_THAT(w_.facts.delivered, SizeIs(10)) << "nothing is read twice when the commit came first";
}

TEST_F(ConsumerTest, ExpelledMemberLosesItsPartitionsAndComesBack) {
  Append(10, LeaderEpoch(0));
  Consume();
  w_.RunFor(Seconds(2));
  heartbeat_error_ = ErrorCode::kUnknownMemberId;
  w_.RunFor(Seconds(4));
  ASSERT_THAT(w_.facts.revoked, SizeIs(1));
  EXPECT_EQ(w_.facts.revoked[0].second.kind, RevocationKind::kLost);
  EXPECT_THAT(w_.facts.assigned, SizeIs(2));
  // Without a commit, the records are read again: at least once.
  EXPECT_THAT(w_.facts.delivered, SizeIs(20));
}

TEST_F(ConsumerTest, TruncationIsFoundByTheLeaderEpoch) {
  Append(10, LeaderEpoch(0));
  Consume();
  w_.RunFor(Seconds(2));
  ASSERT_THAT(w_.facts.delivered, SizeIs(10));
  // A new leader has only 6 of the 10 records, and goes on with its own.
  log_.resize(6);
  epoch_ = LeaderEpoch(1);
  epoch_end_ = {Offset(6), LeaderEpoch(0)};
  Append(6, LeaderEpoch(1));
  w_.RunFor(Seconds(4));
  ASSERT_THAT(w_.facts.positions, SizeIs(2));
  EXPECT_EQ(w_.facts.positions[1].second.source, PositionSource::kTruncation);
  EXPECT_EQ(w_.facts.positions[1].second.offset, Offset(6));
  ASSERT_THAT(w_.facts.delivered, SizeIs(16));
  EXPECT_EQ(w_.facts.delivered[10].second.leader_epoch, LeaderEpoch(1));
}

TEST_F(ConsumerTest, OffsetOutOfRangeFollowsTheResetPolicy) {
  Append(10, LeaderEpoch(0));
  Consume();
  w_.RunFor(Seconds(2));
  log_.resize(4);
  w_.RunFor(Seconds(3));
  ASSERT_GE(w_.facts.positions.size(), 2u);
  EXPECT_EQ(w_.facts.positions[1].second.source, PositionSource::kResetEarliest);
  EXPECT_THAT(w_.facts.delivered, SizeIs(14));
}

TEST_F(ConsumerTest, StopCommitsAndLeaves) {
  Append(10, LeaderEpoch(0));
  const sim::ProcessId client = Consume();
  w_.RunFor(Seconds(2));
  w_.world.Stop(client, &w_.facts);
  w_.RunFor(Seconds(1));
  EXPECT_EQ(committed_, Offset(10));
  EXPECT_THAT(w_.broker(2).RequestsOf<LeaveGroupRequest>(), SizeIs(1));
  EXPECT_FALSE(w_.world.running(client));
}

TEST_F(ConsumerTest, LostCoordinatorIsFoundAgain) {
  Append(10, LeaderEpoch(0));
  Consume();
  w_.RunFor(Seconds(2));
  heartbeat_error_ = ErrorCode::kNotCoordinator;
  w_.RunFor(Seconds(4));
  heartbeat_error_ = ErrorCode::kNone;
  w_.RunFor(Seconds(4));
  const size_t lookups = w_.broker(1).RequestsOf<FindCoordinatorRequest>().size() +
                         w_.broker(2).RequestsOf<FindCoordinatorRequest>().size();
  EXPECT_GE(lookups, 2u);
  EXPECT_TRUE(w_.facts.revoked.empty()) << "membership outlives the coordinator's move";
}

TEST_F(ConsumerTest, HeartbeatsGoOnAfterACoordinatorWasMissingForLongerThanTheSession) {
  Append(10, LeaderEpoch(0));
  Consume({.auto_offset_reset = AutoOffsetReset::kEarliest, .enable_auto_commit = false});
  w_.RunFor(Seconds(2));
  heartbeat_error_ = ErrorCode::kNotCoordinator;
  coordinator_known_ = false;
  w_.RunFor(Seconds(60));
  heartbeat_error_ = ErrorCode::kNone;
  coordinator_known_ = true;
  const size_t before = w_.broker(2).RequestsOf<HeartbeatRequest>().size();
  w_.RunFor(Seconds(30));
  EXPECT_GE(w_.broker(2).RequestsOf<HeartbeatRequest>().size(), before + 8);
}

TEST_F(ConsumerTest, NothingMoreIsConsumedWhileTheCommitBeforeARebalanceIsAwaited) {
  Append(10, LeaderEpoch(0));
  Consume();
  w_.RunFor(Seconds(2));
  ASSERT_THAT(w_.facts.delivered, SizeIs(10));
  hold_from_commit_on_ = true;
  heartbeat_error_ = ErrorCode::kRebalanceInProgress;
  w_.RunFor(Milliseconds(2500));
  ASSERT_TRUE(hold_coordinator_);
  Append(5, LeaderEpoch(0));
  w_.RunFor(Seconds(3));
  EXPECT_THAT(w_.facts.delivered, SizeIs(10));
  EXPECT_TRUE(w_.facts.revoked.empty());
}

TEST_F(ConsumerTest, TheCommitBeforeARebalanceIsTriedAgain) {
  Append(10, LeaderEpoch(0));
  Consume();
  w_.RunFor(Seconds(2));
  commit_error_ = ErrorCode::kCoordinatorLoadInProgress;
  heartbeat_error_ = ErrorCode::kRebalanceInProgress;
  w_.RunFor(Seconds(3));
  EXPECT_TRUE(w_.facts.revoked.empty());
  commit_error_ = ErrorCode::kNone;
  w_.RunFor(Seconds(3));
  EXPECT_EQ(committed_, Offset(10));
  EXPECT_THAT(w_.facts.revoked, SizeIs(1));
  EXPECT_THAT(w_.facts.delivered, SizeIs(10)) << "nothing is read twice when the commit came first";
}

TEST_F(ConsumerTest, AResetLookedUpInAnEarlierAssignmentDoesNotMoveThePosition) {
  Append(10, LeaderEpoch(0));
  hold_lookups_ = true;
  Consume();
  w_.RunFor(Seconds(2));
  ASSERT_THAT(w_.broker(1).unanswered, SizeIs(1));
  // Somebody else had the partition for a while, and committed; the coordinator cannot tell yet.
  committed_ = Offset(7);
  offset_fetch_error_ = ErrorCode::kCoordinatorLoadInProgress;
  heartbeat_error_ = ErrorCode::kRebalanceInProgress;
  w_.RunFor(Seconds(2));
  ASSERT_THAT(w_.facts.assigned, SizeIs(2));
  w_.world.Invoke(sim::ProcessId(0), [](sim::Process& process, sim::Context& ctx) {
    static_cast<ScriptedBroker&>(process).AnswerNext(
        ctx, ListOffsetsResponse{{{.tp = kOrders0, .offset = Offset(0), .leader_epoch = LeaderEpoch(0)}}});
  });
  w_.RunFor(Milliseconds(100));
  EXPECT_TRUE(w_.facts.positions.empty());
  offset_fetch_error_ = ErrorCode::kNone;
  w_.RunFor(Seconds(2));
  ASSERT_THAT(w_.facts.positions, SizeIs(1));
  EXPECT_EQ(w_.facts.positions[0].second.offset, Offset(7));
}

TEST_F(ConsumerTest, TimesOfZeroDoNotKeepTheClockFromMoving) {
  Append(10, LeaderEpoch(0));
  Consume({.auto_offset_reset = AutoOffsetReset::kEarliest,
           .heartbeat_interval = {},
           .retry_backoff = {},
           .retry_backoff_max = {}});
  w_.RunFor(Milliseconds(200));
  for (int id : {1, 2}) w_.world.Kill(sim::ProcessId(id - 1));
  w_.RunFor(Milliseconds(200));
  EXPECT_THAT(w_.facts.delivered, SizeIs(10));
}

TEST_F(ConsumerTest, StopLeavesTheGroupAlsoDuringTheFirstJoin) {
  hold_coordinator_ = true;
  const sim::ProcessId client = Consume();
  w_.RunFor(Seconds(2));
  w_.world.Stop(client, &w_.facts);
  w_.RunFor(Seconds(1));
  const auto leaves = w_.broker(2).RequestsOf<LeaveGroupRequest>();
  ASSERT_THAT(leaves, SizeIs(1));
  EXPECT_EQ(leaves[0]->member_id, "c-1");
}

}  // namespace
}  // namespace ktrial::cluster
