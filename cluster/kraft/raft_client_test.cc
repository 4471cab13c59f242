#include "cluster/kraft/raft_client.h"

#include <algorithm>
#include <vector>

#include "cluster/kraft/quorum_test.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "sim/fault.h"

namespace ktrial::cluster {
namespace {

using sim::Milliseconds;
using sim::PowerLossMode;
using sim::Seconds;

class RaftClientTest : public ::testing::TestWithParam<bool> {
 protected:
  static QuorumOptions Options(int voters) {
    return {.voters = voters, .observers = 0, .seed = 1, .pre_vote = GetParam()};
  }
};

INSTANTIATE_TEST_SUITE_P(PreVote, RaftClientTest, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "WithPreVote" : "Without"; });

TEST_P(RaftClientTest, QuorumsOfAnySizeElectOneLeaderAndStayWithIt) {
  for (int voters : {1, 3, 5}) {
    Quorum quorum(Options(voters));
    quorum.RunFor(Seconds(5));
    const std::optional<int> leader = quorum.Leader();
    ASSERT_TRUE(leader) << voters;
    const LeaderEpoch epoch = quorum.node(*leader).raft().epoch();
    quorum.RunFor(Seconds(60));
    EXPECT_EQ(quorum.Leader(), leader);
    EXPECT_EQ(quorum.node(*leader).raft().epoch(), epoch);
    for (int i = 0; i < voters; ++i) {
      EXPECT_EQ(quorum.node(i).raft().leader(), Quorum::IdOf(*leader));
      EXPECT_GT(quorum.node(i).raft().high_watermark(), Offset(0));
    }
    EXPECT_EQ(quorum.sink().violation(), "");
  }
}

TEST_P(RaftClientTest, CommitsOnAllNodesWithinTwoFetches) {
  Quorum quorum({.voters = 3, .observers = 2, .seed = 1, .pre_vote = GetParam()});
  quorum.RunFor(Seconds(5));
  const int leader = *quorum.Leader();
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(quorum.Append(leader));
    quorum.RunFor(Milliseconds(20));
  }
  quorum.RunFor(Seconds(2));
  const Offset end = quorum.node(leader).raft().log()->log_end();
  for (int i = 0; i < quorum.size(); ++i) {
    EXPECT_EQ(quorum.node(i).raft().high_watermark(), end) << i;
    EXPECT_EQ(quorum.node(i).committed().back()->next_offset(), end) << i;
    EXPECT_EQ(quorum.node(i).raft().leader(), Quorum::IdOf(leader)) << i;
  }
  EXPECT_EQ(quorum.sink().violation(), "");
}

// A leader hears that a majority has a record with their next fetches. Since KIP-1166 it tells everybody at once;
// before, who had fetched the record learned with the next record, or after one or two waits of 500 ms.
TEST_P(RaftClientTest, AHigherHighWatermarkIsToldAtOnceSinceKip1166) {
  for (const bool prompt : {true, false}) {
    Quorum quorum({.voters = 3, .observers = 2, .seed = 1, .pre_vote = GetParam(), .prompt_high_watermark = prompt});
    quorum.RunFor(Seconds(5));
    const int leader = *quorum.Leader();
    const Offset before = quorum.node(leader).raft().high_watermark();
    ASSERT_TRUE(quorum.Append(leader));
    quorum.RunFor(Milliseconds(25) + Milliseconds(25));
    const Offset end = quorum.node(leader).raft().log()->log_end();
    EXPECT_EQ(end, before + 1);
    for (int i = 0; i < quorum.size(); ++i) {
      EXPECT_EQ(quorum.node(i).raft().log()->log_end(), end) << i;
      EXPECT_EQ(quorum.node(i).raft().high_watermark(), prompt || i == leader ? end : before) << i;
    }
    quorum.RunFor(Seconds(1));
    for (int i = 0; i < quorum.size(); ++i) EXPECT_EQ(quorum.node(i).raft().high_watermark(), end) << i;
    EXPECT_EQ(quorum.sink().violation(), "");
  }
}

TEST_P(RaftClientTest, AppendsLingerIntoOneBatch) {
  Quorum quorum(Options(3));
  quorum.RunFor(Seconds(5));
  const int leader = *quorum.Leader();
  const Offset end = quorum.node(leader).raft().log()->log_end();
  EXPECT_EQ(quorum.Append(leader), end);
  EXPECT_EQ(quorum.Append(leader), end + 1);
  quorum.RunFor(Milliseconds(24));
  EXPECT_EQ(quorum.node(leader).raft().log()->log_end(), end);
  quorum.RunFor(Milliseconds(2));
  EXPECT_EQ(quorum.node(leader).raft().log()->log_end(), end + 2);
  quorum.RunFor(Seconds(1));
  EXPECT_EQ(quorum.committed().back()->batch().record_count(), 2);
}

TEST_P(RaftClientTest, AKilledLeaderIsReplacedInAHigherEpoch) {
  Quorum quorum(Options(3));
  quorum.RunFor(Seconds(5));
  const int first = *quorum.Leader();
  const LeaderEpoch epoch = quorum.node(first).raft().epoch();
  ASSERT_TRUE(quorum.Append(first));
  quorum.RunFor(Seconds(1));
  const size_t committed = quorum.committed().size();
  quorum.world().Kill(quorum.process(first), &quorum.sink());
  quorum.RunFor(Seconds(10));
  const std::optional<int> second = quorum.Leader();
  ASSERT_TRUE(second);
  EXPECT_NE(*second, first);
  EXPECT_GT(quorum.node(*second).raft().epoch(), epoch);
  EXPECT_GT(quorum.committed().size(), committed);
  // The new leader's owner was told only after everything before its epoch was handed over.
  EXPECT_EQ(quorum.node(*second).leader_changes().back().leader, Quorum::IdOf(*second));
  EXPECT_EQ(quorum.sink().violation(), "");
}

TEST_P(RaftClientTest, ARestartedLeaderComesBackResigned) {
  Quorum quorum(Options(3));
  quorum.RunFor(Seconds(5));
  const int leader = *quorum.Leader();
  const LeaderEpoch epoch = quorum.node(leader).raft().epoch();
  quorum.world().Kill(quorum.process(leader), &quorum.sink());
  quorum.world().Start(quorum.process(leader), &quorum.sink());
  quorum.RunFor(Milliseconds(1));
  EXPECT_EQ(quorum.node(leader).raft().role(), RaftRole::kResigned);
  EXPECT_EQ(quorum.node(leader).raft().epoch(), epoch);
  // Its owner could write nothing in that epoch, and is not told that it leads.
  EXPECT_TRUE(quorum.node(leader).leader_changes().empty());
  quorum.RunFor(Seconds(10));
  ASSERT_TRUE(quorum.Leader());
  EXPECT_GT(quorum.node(*quorum.Leader()).raft().epoch(), epoch);
  EXPECT_EQ(quorum.sink().violation(), "");
}

TEST_P(RaftClientTest, AStoppedLeaderHandsOverAtOnce) {
  Quorum quorum(Options(3));
  quorum.RunFor(Seconds(5));
  const int leader = *quorum.Leader();
  quorum.world().Stop(quorum.process(leader), &quorum.sink());
  // No timeout has to pass: the best successor becomes candidate when it hears of the end of the epoch.
  quorum.RunFor(Milliseconds(500));
  EXPECT_FALSE(quorum.running(leader));
  const std::optional<int> next = quorum.Leader();
  ASSERT_TRUE(next);
  EXPECT_NE(*next, leader);
  EXPECT_EQ(quorum.sink().violation(), "");
}

TEST_P(RaftClientTest, WithoutAMajorityTheLeaderResignsAndNothingCommits) {
  Quorum quorum(Options(3));
  quorum.RunFor(Seconds(5));
  const int leader = *quorum.Leader();
  for (int i = 0; i < 3; ++i) {
    if (i != leader) quorum.world().Kill(quorum.process(i), &quorum.sink());
  }
  const auto lost = quorum.Append(leader);
  ASSERT_TRUE(lost);
  // Check quorum: 1.5 times the fetch timeout of 2 s.
  quorum.RunFor(Milliseconds(2500));
  EXPECT_TRUE(quorum.node(leader).raft().is_leader());
  quorum.RunFor(Milliseconds(1000));
  EXPECT_FALSE(quorum.node(leader).raft().is_leader());
  EXPECT_FALSE(quorum.Append(leader));
  quorum.RunFor(Seconds(10));
  EXPECT_FALSE(quorum.Leader());
  EXPECT_LE(quorum.committed().back()->next_offset(), *lost);
  EXPECT_EQ(quorum.sink().violation(), "");
}

TEST_P(RaftClientTest, CommittedRecordsSurviveThePowerLossOfAll) {
  Quorum quorum(Options(3));
  quorum.RunFor(Seconds(5));
  const int leader = *quorum.Leader();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(quorum.Append(leader));
    quorum.RunFor(Milliseconds(100));
  }
  const std::vector<LogBatchRef> before = quorum.committed();
  ASSERT_GE(before.size(), 5u);
  for (int i = 0; i < 3; ++i) quorum.world().PowerLoss(quorum.host(i), PowerLossMode::kLoseAll, &quorum.sink());
  quorum.RunFor(Seconds(1));
  for (int i = 0; i < 3; ++i) {
    quorum.world().PowerOn(quorum.host(i), &quorum.sink());
    quorum.world().Start(quorum.process(i), &quorum.sink());
  }
  quorum.RunFor(Seconds(15));
  ASSERT_TRUE(quorum.Leader());
  for (int i = 0; i < 3; ++i) EXPECT_GT(quorum.node(i).committed().size(), before.size()) << i;
  EXPECT_EQ(quorum.sink().violation(), "");
}

// Raft's figure 8: a record of an old epoch that reaches a majority under a later leader is not committed by that
// alone. The first leader holds a record that nobody else has, comes back and leads again, and is replaced before its
// own epoch's record is anywhere else.
TEST_P(RaftClientTest, OldRecordsCommitOnlyTogetherWithOneOfTheOwnEpoch) {
  Quorum quorum(Options(3));
  quorum.RunFor(Seconds(5));
  const int first = *quorum.Leader();
  const auto kill_others = [&](int spared) {
    for (int i = 0; i < 3; ++i) {
      if (i != spared) quorum.world().Kill(quorum.process(i), &quorum.sink());
    }
  };
  kill_others(first);
  const auto old_record = quorum.Append(first);
  ASSERT_TRUE(old_record);
  quorum.RunFor(Milliseconds(100));
  quorum.world().Kill(quorum.process(first), &quorum.sink());

  // The others go on without it, in a later epoch.
  for (int i = 0; i < 3; ++i) {
    if (i != first) quorum.world().Start(quorum.process(i), &quorum.sink());
  }
  quorum.RunFor(Seconds(10));
  const std::optional<int> second = quorum.Leader();
  ASSERT_TRUE(second);
  quorum.world().Start(quorum.process(first), &quorum.sink());
  quorum.RunFor(Seconds(10));
  // What the first leader appended alone is cut, and its place is taken.
  EXPECT_GE(quorum.sink().truncations(), 1);
  const int leader = *quorum.Leader();
  const Offset end = quorum.node(leader).raft().log()->log_end();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(quorum.node(i).raft().log()->log_end(), end);
  EXPECT_EQ(quorum.sink().violation(), "");
}

TEST(RaftObserverTest, WithoutALeaderItAsksWithBackoffAndFindsTheNextOneSoon) {
  Quorum quorum({.voters = 3, .observers = 1, .seed = 1, .pre_vote = true});
  quorum.RunFor(Seconds(5));
  quorum.world().Kill(quorum.process(0), &quorum.sink());
  quorum.world().Kill(quorum.process(1), &quorum.sink());
  quorum.RunFor(Seconds(10));
  const uint64_t before = quorum.world().events_processed();
  quorum.RunFor(Seconds(10));
  // At most one fetch to each voter in 20 ms, of some ten events.
  EXPECT_LT(quorum.world().events_processed() - before, 3u * 500u * 10u * 2u);
  quorum.world().Start(quorum.process(0), &quorum.sink());
  while (!quorum.Leader()) quorum.RunFor(Milliseconds(10));
  // At the latest when the voter that is down has refused, which reconnect backoff delays by up to a second.
  quorum.RunFor(Milliseconds(1500));
  EXPECT_EQ(quorum.node(3).raft().leader(), Quorum::IdOf(*quorum.Leader()));
}

// Drives a quorum through random kills, power losses, pauses, cuts and appends, then lets it rest.
void RunRandomly(Quorum& quorum, uint64_t seed) {
  sim::RandomStream random = sim::RandomStream::Derive(seed, "raft_client_test", 0, 0);
  for (int step = 0; step < 60; ++step) {
    const int i = static_cast<int>(random.Below(static_cast<uint64_t>(quorum.size())));
    sim::World& world = quorum.world();
    switch (random.Below(11)) {
      case 0:
        world.Kill(quorum.process(i), &quorum.sink());
        break;
      case 1:
        world.PowerLoss(quorum.host(i), random.Chance({1, 2}) ? PowerLossMode::kRandom : PowerLossMode::kLoseAll,
                        &quorum.sink());
        world.PowerOn(quorum.host(i), &quorum.sink());
        break;
      case 2:
        world.Pause(quorum.process(i), &quorum.sink());
        break;
      case 3:
        world.Resume(quorum.process(i), &quorum.sink());
        break;
      case 4:
        world.Begin(sim::IsolateFault{.hosts = {quorum.host(i)}}, &quorum.sink());
        break;
      case 5: {
        const int other = static_cast<int>(random.Below(static_cast<uint64_t>(quorum.size())));
        world.Begin(sim::CutFault{.paths = {.from = {quorum.host(i)}, .to = {quorum.host(other)}, .one_way = true}},
                    &quorum.sink());
        break;
      }
      case 6:
        world.HealAll(&quorum.sink());
        break;
      case 7:
        if (const auto leader = quorum.Leader()) world.Kill(quorum.process(*leader), &quorum.sink());
        break;
      default:
        world.Start(quorum.process(i), &quorum.sink());
        if (const auto leader = quorum.Leader()) quorum.Append(*leader);
        break;
    }
    quorum.RunFor(Milliseconds(random.Between(1, 1500)));
  }
  quorum.world().HealAll(&quorum.sink());
  for (int i = 0; i < quorum.size(); ++i) {
    quorum.world().Resume(quorum.process(i), &quorum.sink());
    quorum.world().Start(quorum.process(i), &quorum.sink());
  }
  quorum.RunFor(Seconds(20));
}

RC_GTEST_PROP(RaftClientProperty, NothingCommittedIsLostAndEveryEpochHasOneLeader, ()) {
  const auto seed = *rc::gen::arbitrary<uint64_t>();
  const QuorumOptions options{.voters = *rc::gen::element(1, 3, 5),
                              .observers = *rc::gen::inRange(0, 2),
                              .seed = seed,
                              .pre_vote = *rc::gen::arbitrary<bool>(),
                              .prompt_high_watermark = *rc::gen::arbitrary<bool>()};
  Quorum quorum(options);
  RunRandomly(quorum, seed);
  RC_ASSERT(quorum.sink().violation() == "");
  RC_ASSERT(quorum.Leader().has_value());
  for (int i = 0; i < quorum.size(); ++i) {
    RC_ASSERT(quorum.node(i).failures() == 0);
    RC_ASSERT(quorum.node(i).committed().size() == quorum.committed().size());
  }
}

RC_GTEST_PROP(RaftClientProperty, AForkGoesOnAlike, ()) {
  const auto seed = *rc::gen::arbitrary<uint64_t>();
  Quorum quorum({.voters = 3, .observers = 1, .seed = seed, .pre_vote = true});
  quorum.RunFor(Milliseconds(*rc::gen::inRange(1, 4000)));
  sim::World fork = quorum.world();
  fork.RunUntil(fork.now() + Seconds(5));
  quorum.world().RunUntil(quorum.world().now() + Seconds(5));
  RC_ASSERT(fork.trace_hash() == quorum.world().trace_hash());
}

}  // namespace
}  // namespace ktrial::cluster
