#include "cluster/replication/partition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "cluster/defects.h"
#include "sim/world.h"

namespace ktrial::cluster {
namespace {

using ::testing::ElementsAre;

constexpr TopicPartition kTp{TopicId(0), 0};
constexpr BrokerId kLeader{1};
constexpr BrokerId kFollower{2};
constexpr BrokerId kOther{3};

class IdleProcess : public sim::Cloneable<IdleProcess, sim::Process> {
 public:
  void OnStart(sim::Context&) override {}
  void OnCrash() override {}
};

// The epoch of a broker's registration in the tests' metadata.
BrokerEpoch EpochOf(BrokerId broker) { return BrokerEpoch(10 + broker.value()); }

sim::Ref<const RecordBatch> Batch(int records) {
  return sim::MakeRef<const RecordBatch>(BatchAttributes(),
                                         std::vector<Record>(static_cast<size_t>(records), Record{.bytes = 100}));
}

PartitionRegistration State(BrokerId leader, int epoch, int partition_epoch, std::vector<BrokerId> isr) {
  return {.replicas = {kLeader, kFollower, kOther},
          .isr = std::move(isr),
          .leader = leader,
          .leader_epoch = LeaderEpoch(epoch),
          .partition_epoch = PartitionEpoch(partition_epoch)};
}

// Broker 1's replica of a partition that brokers 1, 2 and 3 hold.
class Bench {
 public:
  // Runs `code` as a handler of the broker.
  template <typename Code>
  auto In(Code code) {
    std::optional<decltype(code(std::declval<const PartitionEnv&>()))> result;
    world_.Invoke(process_, [&](sim::Process&, sim::Context& ctx) {
      result = code(PartitionEnv{ctx, metadata_, config_, kLeader, EpochOf(kLeader)});
    });
    return *std::move(result);
  }

  explicit Bench(int min_insync_replicas = 1) : world_({.seed = 1}) {
    const sim::HostId host = world_.AddHost({.name = "broker-1", .disks = {sim::DiskOptions()}});
    process_ = world_.AddProcess(host, "broker-1", std::make_unique<IdleProcess>());
    world_.Start(process_);
    for (BrokerId broker : {kLeader, kFollower, kOther}) Register(broker, EpochOf(broker), /*fenced=*/false);
    In([&](const PartitionEnv& env) {
      partition_.emplace(kTp, UnifiedLog::Load(env.ctx, {.tp = kTp, .broker = kLeader, .directory = "orders-0"}),
                         min_insync_replicas);
      return 0;
    });
  }

  void Register(BrokerId broker, BrokerEpoch epoch, bool fenced) {
    metadata_.Replay(RegisterBrokerRecord{.broker = broker, .broker_epoch = epoch, .fenced = fenced},
                     Offset(epoch.value()));
  }
  void Wait(sim::Duration duration) { world_.RunUntil(world_.now() + duration); }

  void StartLogAt(int64_t offset) {
    In([&](const PartitionEnv& env) {
      partition_->mutable_log().TruncateFullyAndStartAt(env.ctx, Offset(offset), TruncationReason::kOutOfRange);
      return 0;
    });
  }

  bool MakeLeader(const PartitionRegistration& state) {
    return In([&](const PartitionEnv& env) { return partition_->MakeLeader(env, state); });
  }
  bool MakeFollower(const PartitionRegistration& state) {
    return In([&](const PartitionEnv& env) { return partition_->MakeFollower(env, state); });
  }
  LogAppendInfo Append(int records, RequiredAcks acks = kAcksAll) {
    return In([&](const PartitionEnv& env) {
      return partition_->AppendRecordsToLeader(env, Batch(records), AppendOrigin::kClient, acks).info;
    });
  }
  LogReadInfo Read(FetchRequest::PartitionData fetch, BrokerId replica) {
    fetch.tp = kTp;
    fetch.max_bytes = 1 << 20;
    return In([&](const PartitionEnv& env) {
      const auto isolation = replica.valid() ? FetchIsolation::kLogEnd : FetchIsolation::kHighWatermark;
      return partition_->ReadRecords(env, fetch, {.replica = replica, .isolation = isolation, .max_bytes = 1 << 20});
    });
  }
  // A follower's fetch, as ReplicaManager takes one; what the follower is answered.
  LogReadInfo Fetch(BrokerId follower, int64_t offset) { return FetchAs(follower, offset, EpochOf(follower)); }
  LogReadInfo FetchAs(BrokerId follower, int64_t offset, BrokerEpoch broker_epoch) {
    LogReadInfo read =
        Read({.fetch_offset = Offset(offset), .current_leader_epoch = partition_->leader_epoch()}, follower);
    EXPECT_EQ(read.error, ErrorCode::kNone);
    update_ = In([&](const PartitionEnv& env) {
      return partition_->UpdateFollowerFetchState(env, follower,
                                                  {.fetch_offset = Offset(offset),
                                                   .log_start = Offset(0),
                                                   .time = env.ctx.wall_clock(),
                                                   .leader_end = read.log_end,
                                                   .broker_epoch = broker_epoch});
    });
    return read;
  }
  void FillInBrokerEpochs(AlterPartitionItem& item) {
    In([&](const PartitionEnv& env) {
      partition_->FillInBrokerEpochs(env, item);
      return 0;
    });
  }
  std::optional<AlterPartitionItem> Shrink() {
    return In([&](const PartitionEnv& env) { return partition_->MaybeShrinkIsr(env); });
  }
  Partition::AlterPartitionOutcome Answer(IsrProposalId proposal, AlterPartitionResponse::PartitionData response) {
    return In([&](const PartitionEnv& env) { return partition_->HandleAlterPartition(env, proposal, response); });
  }
  ErrorCode ListLatest(bool from_follower) {
    return In([&](const PartitionEnv& env) {
      return partition_->FetchOffsetForTimestamp(env, {.tp = kTp}, from_follower).error;
    });
  }

  OffsetAndEpoch EpochEnd(int epoch, bool end_offset_only) const {
    return partition_->LastOffsetForLeaderEpoch({.tp = kTp, .leader_epoch = LeaderEpoch(epoch)}, end_offset_only)
        .end_offset;
  }

  // To be changed before the partition has a role.
  BrokerConfig& config() { return config_; }
  const Partition& partition() const { return *partition_; }
  int64_t high_watermark() const { return partition_->log().high_watermark().value(); }
  int64_t log_end() const { return partition_->log().log_end().value(); }
  // What the last Fetch did.
  const Partition::FollowerUpdate& update() const { return update_; }

 private:
  sim::World world_;
  sim::ProcessId process_;
  MetadataImage metadata_;
  BrokerConfig config_;
  std::optional<Partition> partition_;
  Partition::FollowerUpdate update_;
};

TEST(PartitionTest, HighWatermarkReachesFollowersTwoFetchesAfterTheRecord) {
  Bench bench;
  bench.MakeLeader(State(kLeader, 0, 0, {kLeader, kFollower}));
  EXPECT_EQ(bench.Append(3).first_offset, Offset(0));
  EXPECT_EQ(bench.high_watermark(), 0);

  EXPECT_EQ(bench.Fetch(kFollower, 0).high_watermark, Offset(0));
  EXPECT_EQ(bench.high_watermark(), 0);
  // This fetch raises the high watermark, and is itself answered with the one before.
  EXPECT_EQ(bench.Fetch(kFollower, 3).high_watermark, Offset(0));
  EXPECT_TRUE(bench.update().high_watermark_incremented);
  EXPECT_EQ(bench.high_watermark(), 3);
  EXPECT_EQ(bench.Fetch(kFollower, 3).high_watermark, Offset(3));
}

TEST(PartitionTest, NewLeaderKeepsItsHighWatermarkUntilAllOfTheIsrHaveFetched) {
  Bench bench;
  bench.MakeLeader(State(kLeader, 0, 0, {kLeader, kFollower, kOther}));
  bench.Append(5);
  bench.Fetch(kFollower, 5);
  EXPECT_EQ(bench.high_watermark(), 0);
  bench.Fetch(kOther, 2);
  EXPECT_EQ(bench.high_watermark(), 2);
}

TEST(PartitionTest, MetadataOfTheSameLeaderEpochLeavesFollowersAlone) {
  Bench bench;
  bench.MakeLeader(State(kLeader, 4, 0, {kLeader, kFollower, kOther}));
  bench.Append(5);
  bench.Fetch(kFollower, 5);
  bench.MakeLeader(State(kLeader, 4, 1, {kLeader, kFollower}));
  EXPECT_EQ(bench.partition().FindReplica(kFollower)->log_end(), Offset(5));
  EXPECT_EQ(bench.partition().leader_epoch_start(), Offset(0));
  EXPECT_EQ(bench.high_watermark(), 5);
  // A leader that is elected again goes on with what it knows; one that was a follower does not.
  bench.MakeLeader(State(kLeader, 5, 2, {kLeader, kFollower}));
  EXPECT_EQ(bench.partition().leader_epoch_start(), Offset(5));
  EXPECT_EQ(bench.partition().FindReplica(kFollower)->log_end(), Offset(5));
  EXPECT_TRUE(bench.MakeFollower(State(kFollower, 6, 3, {kLeader, kFollower})));
  bench.MakeLeader(State(kLeader, 7, 4, {kLeader, kFollower}));
  EXPECT_FALSE(bench.partition().FindReplica(kFollower)->log_end().valid());
}

TEST(PartitionTest, StaleMetadataIsIgnored) {
  Bench bench;
  bench.MakeLeader(State(kLeader, 2, 7, {kLeader, kFollower}));
  EXPECT_FALSE(bench.MakeFollower(State(kFollower, 1, 6, {kLeader, kFollower})));
  EXPECT_TRUE(bench.partition().is_leader());
  EXPECT_EQ(bench.partition().leader_epoch(), LeaderEpoch(2));
}

TEST(PartitionTest, LaggingFollowerLeavesTheIsrOnceTheControllerAgrees) {
  Bench bench;
  bench.MakeLeader(State(kLeader, 0, 0, {kLeader, kFollower, kOther}));
  bench.Append(4);
  bench.Wait(sim::Milliseconds(29000));
  EXPECT_FALSE(bench.Shrink());
  bench.Fetch(kOther, 4);
  bench.Wait(sim::Milliseconds(2000));
  const std::optional<AlterPartitionItem> proposal = bench.Shrink();
  ASSERT_TRUE(proposal);
  EXPECT_THAT(proposal->data.new_isr,
              ElementsAre(BrokerState{kLeader, EpochOf(kLeader)}, BrokerState{kOther, EpochOf(kOther)}));
  // Until then all of the old ISR count, and no second change is made.
  EXPECT_THAT(MaximalIsr(bench.partition().isr_state()), ElementsAre(kLeader, kFollower, kOther));
  EXPECT_EQ(bench.high_watermark(), 0);
  EXPECT_FALSE(bench.Shrink());

  const auto outcome = bench.Answer(proposal->proposal, {.tp = kTp,
                                                         .leader = kLeader,
                                                         .leader_epoch = LeaderEpoch(0),
                                                         .isr = {kLeader, kOther},
                                                         .partition_epoch = PartitionEpoch(1)});
  EXPECT_TRUE(outcome.high_watermark_incremented);
  EXPECT_EQ(bench.high_watermark(), 4);
  EXPECT_EQ(bench.partition().partition_epoch(), PartitionEpoch(1));
}

// The leader hears of each change twice: by the answer to AlterPartition, and by the metadata log.
TEST(PartitionTest, MetadataThatIsKnownAlreadyMakesTheLeaderForgetItsNextIsrChange) {
  Bench bench;
  bench.MakeLeader(State(kLeader, 0, 0, {kLeader}));
  bench.Fetch(kFollower, 0);
  ASSERT_TRUE(bench.update().proposal);
  bench.Answer(bench.update().proposal->proposal, {.tp = kTp,
                                                   .leader = kLeader,
                                                   .leader_epoch = LeaderEpoch(0),
                                                   .isr = {kLeader, kFollower},
                                                   .partition_epoch = PartitionEpoch(1)});
  bench.Fetch(kOther, 0);
  ASSERT_TRUE(bench.update().proposal);
  const IsrProposalId forgotten = bench.update().proposal->proposal;
  EXPECT_THAT(MaximalIsr(bench.partition().isr_state()), ElementsAre(kLeader, kFollower, kOther));

  bench.MakeLeader(State(kLeader, 0, 1, {kLeader, kFollower}));
  EXPECT_THAT(MaximalIsr(bench.partition().isr_state()), ElementsAre(kLeader, kFollower));
  // The controller has made the change; the answer that says so is passed over.
  bench.Answer(forgotten, {.tp = kTp,
                           .leader = kLeader,
                           .leader_epoch = LeaderEpoch(0),
                           .isr = {kLeader, kFollower, kOther},
                           .partition_epoch = PartitionEpoch(2)});
  EXPECT_THAT(MaximalIsr(bench.partition().isr_state()), ElementsAre(kLeader, kFollower));
  bench.MakeLeader(State(kLeader, 0, 2, {kLeader, kFollower, kOther}));
  EXPECT_THAT(MaximalIsr(bench.partition().isr_state()), ElementsAre(kLeader, kFollower, kOther));
}

TEST(PartitionTest, FollowerThatKeepsUpWithGrowingEndStaysInTheIsr) {
  Bench bench;
  bench.MakeLeader(State(kLeader, 0, 0, {kLeader, kFollower}));
  for (int round = 0; round < 20; ++round) {
    const int64_t end = bench.log_end();
    bench.Append(1);
    bench.Fetch(kFollower, end);
    bench.Wait(sim::Milliseconds(10000));
  }
  EXPECT_FALSE(bench.Shrink());
}

TEST(PartitionTest, FollowerJoinsTheIsrAtTheStartOfTheLeaderEpoch) {
  Bench bench;
  bench.MakeLeader(State(kLeader, 0, 0, {kLeader, kFollower}));
  bench.Append(10);
  bench.Fetch(kFollower, 4);
  bench.MakeFollower(State(kFollower, 1, 1, {kLeader, kFollower}));
  bench.MakeLeader(State(kLeader, 2, 2, {kLeader, kFollower}));
  EXPECT_EQ(bench.high_watermark(), 4);
  // At the high watermark, but it may lack what an earlier leader committed (KAFKA-7128).
  bench.Fetch(kOther, 9);
  EXPECT_FALSE(bench.update().proposal);
  bench.Fetch(kOther, 10);
  ASSERT_TRUE(bench.update().proposal);
  EXPECT_THAT(bench.update().proposal->data.new_isr,
              ElementsAre(BrokerState{kLeader, EpochOf(kLeader)}, BrokerState{kFollower, BrokerEpoch()},
                          BrokerState{kOther, EpochOf(kOther)}));
}

TEST(PartitionTest, JoiningFollowerHoldsTheHighWatermarkBeforeItIsConfirmed) {
  Bench bench;
  bench.MakeLeader(State(kLeader, 0, 0, {kLeader}));
  bench.Append(2);
  EXPECT_EQ(bench.high_watermark(), 2);
  bench.Fetch(kFollower, 2);
  ASSERT_TRUE(bench.update().proposal);
  bench.Append(2);
  bench.Wait(sim::Milliseconds(60000));
  EXPECT_EQ(bench.high_watermark(), 2);
  EXPECT_THAT(MaximalIsr(bench.partition().isr_state()), ElementsAre(kLeader, kFollower));
  EXPECT_THAT(LastCommitted(bench.partition().isr_state()).isr, ElementsAre(kLeader));
}

TEST(PartitionTest, FencedOrRestartedFollowerMayNotJoin) {
  Bench bench;
  bench.MakeLeader(State(kLeader, 0, 0, {kLeader}));
  bench.Register(kFollower, BrokerEpoch(50), /*fenced=*/true);
  bench.FetchAs(kFollower, 0, BrokerEpoch(50));
  EXPECT_FALSE(bench.update().proposal);
  bench.Register(kFollower, BrokerEpoch(60), /*fenced=*/false);
  // Sent before the restart: refused, and forgotten.
  bench.Append(1);
  bench.FetchAs(kFollower, 1, BrokerEpoch(50));
  EXPECT_EQ(bench.update().error, ErrorCode::kNotLeaderOrFollower);
  EXPECT_EQ(bench.partition().FindReplica(kFollower)->log_end(), Offset(0));
  bench.FetchAs(kFollower, 1, BrokerEpoch(60));
  EXPECT_TRUE(bench.update().proposal);
}

TEST(PartitionTest, ProposalNamesTheRegistrationOfTheFetchThatMadeTheFollowerJoin) {
  Bench bench;
  bench.MakeLeader(State(kLeader, 0, 0, {kLeader}));
  bench.Append(2);
  bench.Fetch(kFollower, 2);
  ASSERT_TRUE(bench.update().proposal);
  AlterPartitionItem proposal = *bench.update().proposal;
  // The follower is back without its log, and no news of that has come.
  bench.FetchAs(kFollower, 0, BrokerEpoch(60));
  EXPECT_THAT(proposal.data.new_isr,
              ElementsAre(BrokerState{kLeader, EpochOf(kLeader)}, BrokerState{kFollower, EpochOf(kFollower)}));
  // Written only now, it names a registration under which the follower has never been caught up.
  bench.FillInBrokerEpochs(proposal);
  EXPECT_THAT(proposal.data.new_isr,
              ElementsAre(BrokerState{kLeader, EpochOf(kLeader)}, BrokerState{kFollower, BrokerEpoch(60)}));
}

TEST(PartitionTest, TooSmallIsrRefusesAcksAllAndFreezesTheHighWatermark) {
  Bench bench(/*min_insync_replicas=*/2);
  bench.MakeLeader(State(kLeader, 0, 0, {kLeader}));
  EXPECT_EQ(bench.Append(1, kAcksAll).error, ErrorCode::kNotEnoughReplicas);
  EXPECT_EQ(bench.log_end(), 0);
  EXPECT_EQ(bench.Append(1, 1).error, ErrorCode::kNone);
  EXPECT_EQ(bench.high_watermark(), 0);
  bench.MakeLeader(State(kLeader, 0, 1, {kLeader, kFollower}));
  bench.Fetch(kFollower, 1);
  EXPECT_EQ(bench.high_watermark(), 1);
}

TEST(PartitionTest, AcksAllIsDecidedByHighWatermarkAndIsr) {
  Bench bench(/*min_insync_replicas=*/2);
  bench.MakeLeader(State(kLeader, 0, 0, {kLeader, kFollower}));
  bench.Append(1);
  EXPECT_FALSE(bench.partition().CheckEnoughReplicasReachOffset(Offset(1)).enough);
  bench.Fetch(kFollower, 1);
  EXPECT_EQ(bench.partition().CheckEnoughReplicasReachOffset(Offset(1)).error, ErrorCode::kNone);
  EXPECT_TRUE(bench.partition().CheckEnoughReplicasReachOffset(Offset(1)).enough);
  bench.MakeLeader(State(kLeader, 0, 1, {kLeader}));
  EXPECT_EQ(bench.partition().CheckEnoughReplicasReachOffset(Offset(1)).error,
            ErrorCode::kNotEnoughReplicasAfterAppend);
  bench.MakeFollower(State(kFollower, 1, 2, {kFollower}));
  EXPECT_EQ(bench.partition().CheckEnoughReplicasReachOffset(Offset(1)).error, ErrorCode::kNotLeaderOrFollower);
}

TEST(PartitionTest, FetchesOfAnotherLeaderEpochAreFenced) {
  Bench bench;
  bench.MakeLeader(State(kLeader, 5, 0, {kLeader, kFollower}));
  const auto error_for = [&bench](int epoch) {
    return bench.Read({.fetch_offset = Offset(0), .current_leader_epoch = LeaderEpoch(epoch)}, kFollower).error;
  };
  EXPECT_EQ(error_for(4), ErrorCode::kFencedLeaderEpoch);
  EXPECT_EQ(error_for(5), ErrorCode::kNone);
  EXPECT_EQ(error_for(6), ErrorCode::kUnknownLeaderEpoch);
  EXPECT_EQ(error_for(-1), ErrorCode::kNone);
  EXPECT_EQ(bench.Read({.fetch_offset = Offset(0), .current_leader_epoch = LeaderEpoch(5)}, BrokerId(9)).error,
            ErrorCode::kUnknownLeaderEpoch);
  bench.MakeFollower(State(kFollower, 6, 1, {kLeader, kFollower}));
  EXPECT_EQ(error_for(6), ErrorCode::kNotLeaderOrFollower);
}

TEST(PartitionTest, FollowerOfAnotherHistoryIsToldWhereItEnds) {
  Bench bench;
  bench.MakeLeader(State(kLeader, 1, 0, {kLeader, kFollower}));
  bench.Append(3);
  bench.MakeLeader(State(kLeader, 4, 1, {kLeader, kFollower}));
  bench.Append(2);
  const auto read = [&bench](int64_t offset, int last_epoch) {
    return bench.Read({.fetch_offset = Offset(offset),
                       .current_leader_epoch = LeaderEpoch(4),
                       .last_fetched_epoch = LeaderEpoch(last_epoch)},
                      kFollower);
  };
  // Epoch 1 ends at 3 here, and epoch 2 does not exist.
  EXPECT_EQ(read(7, 1).diverging_epoch, (OffsetAndEpoch{Offset(3), LeaderEpoch(1)}));
  EXPECT_EQ(read(4, 2).diverging_epoch, (OffsetAndEpoch{Offset(3), LeaderEpoch(1)}));
  EXPECT_TRUE(read(7, 1).batches.empty());
  EXPECT_FALSE(read(3, 1).diverging_epoch);
  EXPECT_EQ(read(3, 1).batches.size(), 1u);
  EXPECT_FALSE(read(5, 4).diverging_epoch);
  EXPECT_EQ(read(5, 6).error, ErrorCode::kOffsetOutOfRange);
}

TEST(PartitionTest, ConsumersSeeNothingAboveTheHighWatermark) {
  Bench bench;
  bench.MakeLeader(State(kLeader, 0, 0, {kLeader, kFollower}));
  bench.Append(2);
  bench.Append(2);
  bench.Fetch(kFollower, 2);
  const LogReadInfo read = bench.Read({.fetch_offset = Offset(0)}, BrokerId());
  ASSERT_EQ(read.batches.size(), 1u);
  EXPECT_EQ(read.batches[0]->next_offset(), Offset(2));
  EXPECT_EQ(bench.Read({.fetch_offset = Offset(3)}, BrokerId()).error, ErrorCode::kNone);
  EXPECT_EQ(bench.Read({.fetch_offset = Offset(5)}, BrokerId()).error, ErrorCode::kOffsetOutOfRange);
}

TEST(PartitionTest, NewLeaderDoesNotTellConsumersItsEndTooEarly) {
  Bench bench;
  bench.MakeLeader(State(kLeader, 0, 0, {kLeader, kFollower}));
  bench.Append(2);
  bench.MakeLeader(State(kLeader, 1, 1, {kLeader, kFollower}));
  EXPECT_EQ(bench.ListLatest(/*from_follower=*/false), ErrorCode::kOffsetNotAvailable);
  EXPECT_EQ(bench.ListLatest(/*from_follower=*/true), ErrorCode::kNone);
  bench.Fetch(kFollower, 2);
  EXPECT_EQ(bench.ListLatest(/*from_follower=*/false), ErrorCode::kNone);
}

TEST(PartitionTest, ControllerErrorsDecideWhatBecomesOfAProposal) {
  Bench bench;
  bench.MakeLeader(State(kLeader, 0, 0, {kLeader}));
  bench.Fetch(kFollower, 0);
  const IsrProposalId first = bench.update().proposal->proposal;
  EXPECT_TRUE(bench.Answer(first, {.tp = kTp, .error = ErrorCode::kNotController}).retry);
  EXPECT_FALSE(bench.Answer(first, {.tp = kTp, .error = ErrorCode::kInvalidUpdateVersion}).retry);
  EXPECT_NE(PendingChange(bench.partition().isr_state()), nullptr);
  bench.Answer(first, {.tp = kTp, .error = ErrorCode::kIneligibleReplica});
  EXPECT_EQ(PendingChange(bench.partition().isr_state()), nullptr);
  EXPECT_THAT(LastCommitted(bench.partition().isr_state()).isr, ElementsAre(kLeader));

  bench.Fetch(kFollower, 0);
  ASSERT_TRUE(bench.update().proposal);
  // The answer to the first proposal says nothing about the second.
  bench.Answer(first,
               {.tp = kTp, .leader_epoch = LeaderEpoch(0), .isr = {kLeader}, .partition_epoch = PartitionEpoch(1)});
  EXPECT_NE(PendingChange(bench.partition().isr_state()), nullptr);
}

TEST(PartitionTest, TheEndOfAnEpochIsToldWithItsEpochSinceKip279) {
  Bench bench;
  bench.MakeLeader(State(kLeader, 1, 0, {kLeader}));
  bench.Append(3);
  bench.MakeLeader(State(kLeader, 4, 1, {kLeader}));
  bench.Append(2);
  EXPECT_EQ(bench.EpochEnd(1, false), (OffsetAndEpoch{Offset(3), LeaderEpoch(1)}));
  EXPECT_EQ(bench.EpochEnd(2, false), (OffsetAndEpoch{Offset(3), LeaderEpoch(1)}));
  EXPECT_EQ(bench.EpochEnd(4, false), (OffsetAndEpoch{Offset(5), LeaderEpoch(4)}));
  EXPECT_EQ(bench.EpochEnd(0, false), (OffsetAndEpoch{Offset(0), LeaderEpoch(0)}));
  EXPECT_EQ(bench.EpochEnd(5, false), OffsetAndEpoch());
  EXPECT_EQ(bench.EpochEnd(2, true), (OffsetAndEpoch{Offset(3), LeaderEpoch()}));
  EXPECT_EQ(bench.EpochEnd(4, true), (OffsetAndEpoch{Offset(5), LeaderEpoch()}));
  EXPECT_EQ(bench.EpochEnd(0, true), OffsetAndEpoch()) << "nothing is known of what was before the first epoch";
  EXPECT_EQ(bench.EpochEnd(5, true), OffsetAndEpoch());
}

TEST(PartitionTest, WhetherAFollowerStartsAnewWithTheLeaderItHadIsAMatterOfTheProtocol) {
  struct Expected {
    ReplicationProtocol protocol;
    bool next_epoch;
    bool missed_epoch;
  };
  for (const Expected& expected : {Expected{ReplicationProtocol::kHighWatermark, false, false},
                                   {ReplicationProtocol::kKip101, false, false},
                                   {ReplicationProtocol::kKip279, false, true},
                                   {ReplicationProtocol::kKip320, true, true},
                                   {ReplicationProtocol::kTruncationOnFetch, true, true}}) {
    Bench bench;
    bench.config().replication_protocol = expected.protocol;
    EXPECT_TRUE(bench.MakeFollower(State(kFollower, 1, 0, {})));
    EXPECT_FALSE(bench.MakeFollower(State(kFollower, 1, 1, {})));
    EXPECT_EQ(bench.MakeFollower(State(kFollower, 2, 2, {})), expected.next_epoch);
    EXPECT_EQ(bench.MakeFollower(State(kFollower, 4, 3, {})), expected.missed_epoch);
    EXPECT_TRUE(bench.MakeFollower(State(kOther, 5, 4, {})));
    EXPECT_EQ(bench.partition().leader_epoch(), LeaderEpoch(5));
  }
}

TEST(PartitionTest, AnEpochIsNotedWithItsFirstRecordBefore21) {
  Bench bench;
  bench.config().replication_protocol = ReplicationProtocol::kKip279;
  bench.MakeLeader(State(kLeader, 3, 0, {kLeader}));
  EXPECT_FALSE(bench.partition().log().latest_epoch());
  bench.Append(1);
  EXPECT_EQ(bench.partition().log().latest_epoch(), LeaderEpoch(3));
}

TEST(PartitionDefectTest, AFollowerJoinsTheIsrBelowTheEpochsStart) {
  for (const bool defect : {false, true}) {
    Bench bench;
    if (defect) bench.config().defects.Add(Defect::kIsrJoinBelowEpochStart);
    bench.MakeLeader(State(kLeader, 0, 0, {kLeader, kOther}));
    bench.Append(3);
    bench.MakeLeader(State(kLeader, 1, 1, {kLeader, kOther}));
    ASSERT_EQ(bench.high_watermark(), 0);
    bench.Fetch(kFollower, 0);
    EXPECT_EQ(bench.update().proposal.has_value(), defect);
  }
}

TEST(PartitionDefectTest, AFetchBelowTheLogStartThatDivergesIsNotOutOfRange) {
  for (const bool defect : {false, true}) {
    Bench bench;
    if (defect) bench.config().defects.Add(Defect::kDivergenceBelowLogStart);
    bench.StartLogAt(10);
    bench.MakeLeader(State(kLeader, 1, 0, {kLeader, kFollower}));
    bench.Append(3);
    bench.MakeLeader(State(kLeader, 4, 1, {kLeader, kFollower}));
    const LogReadInfo read = bench.Read(
        {.fetch_offset = Offset(5), .current_leader_epoch = LeaderEpoch(4), .last_fetched_epoch = LeaderEpoch(2)},
        kFollower);
    EXPECT_EQ(read.error, defect ? ErrorCode::kNone : ErrorCode::kOffsetOutOfRange);
    EXPECT_EQ(read.diverging_epoch.has_value(), defect);
  }
}

TEST(PartitionDefectTest, AnOlderUpdateSetsTheIsrBack) {
  for (const bool defect : {false, true}) {
    Bench bench;
    if (defect) bench.config().defects.Add(Defect::kEveryUpdateBeginsEpoch);
    bench.MakeLeader(State(kLeader, 0, 2, {kLeader, kFollower, kOther}));
    bench.Append(3);
    bench.MakeLeader(State(kLeader, 0, 1, {kLeader, kFollower}));
    EXPECT_EQ(LastCommitted(bench.partition().isr_state()).isr.size(), defect ? 2u : 3u);
    EXPECT_EQ(bench.partition().leader_epoch_start(), Offset(defect ? 3 : 0));
  }
}

// Whatever followers and controller do, what is below the high watermark is on every member of the maximal ISR, as far
// as they have said, and the high watermark of a leadership never falls.
RC_GTEST_PROP(PartitionPropertyTest, HighWatermarkIsBackedByTheMaximalIsr, ()) {
  Bench bench(*rc::gen::inRange(1, 4));
  bench.MakeLeader(State(kLeader, 0, 0, {kLeader, kFollower, kOther}));
  std::vector<AlterPartitionItem> proposals;
  int partition_epoch = 0;
  int64_t high_watermark = 0;
  const int steps = *rc::gen::inRange(1, 60);
  for (int step = 0; step < steps; ++step) {
    const BrokerId follower = *rc::gen::element(kFollower, kOther);
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
        bench.Append(*rc::gen::inRange(1, 4), *rc::gen::element<RequiredAcks>(1, kAcksAll));
        break;
      case 1: {
        const int64_t known = std::max<int64_t>(0, bench.partition().FindReplica(follower)->log_end().value());
        bench.Fetch(follower, *rc::gen::inRange<int64_t>(known, bench.log_end() + 1));
        if (bench.update().proposal) proposals.push_back(*bench.update().proposal);
        break;
      }
      case 2:
        bench.Wait(sim::Milliseconds(*rc::gen::inRange(0, 20000)));
        break;
      case 3:
        if (const auto proposal = bench.Shrink()) proposals.push_back(*proposal);
        break;
      case 4:
        if (!proposals.empty()) {
          AlterPartitionResponse::PartitionData response{.tp = kTp, .leader = kLeader, .leader_epoch = LeaderEpoch(0)};
          for (const BrokerState& member : proposals.back().data.new_isr) response.isr.push_back(member.broker);
          response.partition_epoch = PartitionEpoch(++partition_epoch);
          if (*rc::gen::inRange(0, 4) == 0) response.error = ErrorCode::kIneligibleReplica;
          bench.Answer(proposals.back().proposal, response);
          proposals.clear();
        }
        break;
    }
    const Partition& partition = bench.partition();
    RC_ASSERT(bench.high_watermark() >= high_watermark);
    if (bench.high_watermark() > high_watermark) {
      RC_ASSERT(!partition.IsUnderMinIsr());
      for (BrokerId member : MaximalIsr(partition.isr_state())) {
        if (member != kLeader) RC_ASSERT(partition.FindReplica(member)->log_end() >= partition.log().high_watermark());
      }
    }
    high_watermark = bench.high_watermark();
    RC_ASSERT(bench.high_watermark() <= bench.log_end());
  }
}

}  // namespace
}  // namespace ktrial::cluster
