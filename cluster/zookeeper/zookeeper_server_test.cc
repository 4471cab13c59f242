#include "cluster/zookeeper/zookeeper_server.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "cluster/zookeeper/ensemble_for_test.h"
#include "cluster/zookeeper/zookeeper_facts.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/fault.h"

namespace ktrial::cluster::zookeeper {
namespace {

using sim::Milliseconds;
using sim::Seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

KeeperError ErrorOf(const std::optional<ZooKeeperCompletion>& completion) {
  return completion ? completion->result.error : KeeperError::kConnectionLoss;
}

TEST(ZooKeeperServer, EnsemblesOfAnySizeElectOneLeaderAndStayWithIt) {
  for (const int servers : {1, 2, 3, 5}) {
    TestEnsemble zk({.servers = servers, .clients = 1});
    zk.RunFor(Seconds(3));
    // Everybody knows the same, so the highest id wins.
    ASSERT_EQ(zk.Leader(), servers - 1);
    zk.RunFor(Seconds(60));
    EXPECT_EQ(zk.Leader(), servers - 1);
    EXPECT_EQ(zk.server(servers - 1).current_epoch(), ZabEpoch(servers == 1 ? 0 : 1));
    for (int i = 0; i < servers; ++i) EXPECT_TRUE(zk.server(i).is_serving()) << i;
    EXPECT_TRUE(zk.client(0).client().IsConnected());
  }
}

TEST(ZooKeeperServer, AnswersWithZooKeepersErrors) {
  TestEnsemble zk({.servers = 3, .clients = 1});
  zk.RunFor(Seconds(3));
  EXPECT_EQ(ErrorOf(zk.Ask(0, CreateOp{"/a"})), KeeperError::kOk);
  EXPECT_EQ(ErrorOf(zk.Ask(0, CreateOp{"/a"})), KeeperError::kNodeExists);
  EXPECT_EQ(ErrorOf(zk.Ask(0, CreateOp{"/b/c"})), KeeperError::kNoNode);
  EXPECT_EQ(ErrorOf(zk.Ask(0, CreateOp{"no slash"})), KeeperError::kBadArguments);
  EXPECT_EQ(ErrorOf(zk.Ask(0, CreateOp{"/a/"})), KeeperError::kBadArguments);
  EXPECT_EQ(ErrorOf(zk.Ask(0, SetDataOp{"/a", "x", 7})), KeeperError::kBadVersion);
  EXPECT_EQ(ErrorOf(zk.Ask(0, SetDataOp{"/b", "x"})), KeeperError::kNoNode);
  EXPECT_EQ(ErrorOf(zk.Ask(0, CreateOp{"/a/e", "", CreateMode::kEphemeral})), KeeperError::kOk);
  EXPECT_EQ(ErrorOf(zk.Ask(0, CreateOp{"/a/e/f"})), KeeperError::kNoChildrenForEphemerals);
  EXPECT_EQ(ErrorOf(zk.Ask(0, DeleteOp{"/a"})), KeeperError::kNotEmpty);
  EXPECT_EQ(ErrorOf(zk.Ask(0, DeleteOp{"/a/e", 3})), KeeperError::kBadVersion);
  EXPECT_EQ(ErrorOf(zk.Ask(0, DeleteOp{"/a/e", 0})), KeeperError::kOk);
  EXPECT_EQ(ErrorOf(zk.Ask(0, GetDataOp{"/a/e"})), KeeperError::kNoNode);
}

TEST(ZooKeeperServer, VersionsCountChanges) {
  TestEnsemble zk({.servers = 3, .clients = 1});
  zk.RunFor(Seconds(3));
  const Zxid created = zk.Ask(0, CreateOp{"/a", "x"})->zxid;
  const Zxid changed = zk.Ask(0, SetDataOp{"/a", "y", 0})->zxid;
  zk.Ask(0, CreateOp{"/a/one"});
  const Zxid last_child = zk.Ask(0, DeleteOp{"/a/one"})->zxid;
  const OpResult a = zk.Ask(0, GetDataOp{"/a"})->result;
  EXPECT_EQ(a.data, "y");
  EXPECT_EQ(a.stat, (Stat{.czxid = created,
                          .mzxid = changed,
                          .pzxid = last_child,
                          .version = 1,
                          .cversion = 2,
                          .ephemeral_owner = {},
                          .num_children = 0}));
  EXPECT_EQ(zk.Ask(0, CreateOp{"/a/s-", "", CreateMode::kPersistentSequential})->result.path, "/a/s-0000000001");
  EXPECT_EQ(zk.Ask(0, CreateOp{"/a/s-", "", CreateMode::kPersistentSequential})->result.path, "/a/s-0000000002");
  EXPECT_THAT(zk.Ask(0, GetChildrenOp{"/a"})->result.children, ElementsAre("s-0000000001", "s-0000000002"));
}

TEST(ZooKeeperServer, AMultiHappensWholeOrNotAtAll) {
  TestEnsemble zk({.servers = 3, .clients = 1});
  zk.RunFor(Seconds(3));
  zk.Ask(0, CreateOp{"/epoch", "1"});
  const OpResult refused = zk.Ask(0, MultiOp{{SetDataOp{"/epoch", "2"}, CheckOp{"/epoch", 0}, CreateOp{"/b"}}})->result;
  ASSERT_EQ(refused.results.size(), 3u);
  EXPECT_EQ(refused.error, KeeperError::kBadVersion);
  EXPECT_EQ(refused.results[0].error, KeeperError::kOk);
  EXPECT_EQ(refused.results[1].error, KeeperError::kBadVersion);
  EXPECT_EQ(refused.results[2].error, KeeperError::kRuntimeInconsistency);
  EXPECT_EQ(zk.Ask(0, GetDataOp{"/epoch"})->result.data, "1");
  EXPECT_EQ(ErrorOf(zk.Ask(0, MultiOp{{CreateOp{"/b"}, CreateOp{"/b/c"}, CheckOp{"/epoch", 0}}})), KeeperError::kOk);
  EXPECT_EQ(ErrorOf(zk.Ask(0, GetDataOp{"/b/c"})), KeeperError::kOk);
}

TEST(ZooKeeperServer, WatchesTellOnceAndBeforeTheChange) {
  TestEnsemble zk({.servers = 3, .clients = 2});
  zk.RunFor(Seconds(3));
  zk.Ask(1, ExistsOp{"/a", true});
  zk.Ask(1, GetChildrenOp{"/", true});
  zk.Ask(0, CreateOp{"/a", "x"});
  zk.RunFor(Seconds(1));
  EXPECT_THAT(zk.client(1).watched(), ElementsAre(WatchedEvent{EventType::kNodeCreated, "/a"},
                                                  WatchedEvent{EventType::kNodeChildrenChanged, "/"}));
  zk.Ask(0, SetDataOp{"/a", "y"});
  zk.Ask(1, GetDataOp{"/a", true});
  zk.Ask(0, SetDataOp{"/a", "z"});
  zk.Ask(0, DeleteOp{"/a"});
  zk.RunFor(Seconds(1));
  ASSERT_EQ(zk.client(1).watched().size(), 3u);
  EXPECT_EQ(zk.client(1).watched().back(), (WatchedEvent{EventType::kNodeDataChanged, "/a"}));
}

// The watch is left with the next server, which tells what was missed.
TEST(ZooKeeperServer, AWatchTellsWhatItMissedOnReconnection) {
  TestEnsemble zk({.servers = 3, .clients = 2, .session_timeout = Seconds(20)});
  zk.RunFor(Seconds(3));
  zk.Ask(0, CreateOp{"/a", "x"});
  zk.Ask(1, SyncOp{});
  zk.Ask(1, GetDataOp{"/a", true});
  const sim::FaultId cut = zk.world().Begin(sim::IsolateFault{{zk.client_host(1)}});
  ASSERT_EQ(ErrorOf(zk.Ask(0, SetDataOp{"/a", "y"})), KeeperError::kOk);
  zk.RunFor(Seconds(14));
  zk.world().Heal(cut);
  zk.RunFor(Seconds(5));
  EXPECT_THAT(zk.client(1).watched(), ElementsAre(WatchedEvent{EventType::kNodeDataChanged, "/a"}));
  EXPECT_THAT(zk.client(1).states(),
              ElementsAre(SessionState::kConnected, SessionState::kDisconnected, SessionState::kConnected));
}

TEST(ZooKeeperServer, TimeoutsAreNegotiated) {
  for (const auto& [asked, given] :
       {std::pair(Seconds(1), Seconds(4)), std::pair(Seconds(18), Seconds(18)), std::pair(Seconds(100), Seconds(40))}) {
    TestEnsemble zk({.servers = 3, .clients = 1, .session_timeout = asked});
    zk.RunFor(Seconds(4));
    EXPECT_EQ(zk.client(0).client().session_timeout(), given);
  }
}

TEST(ZooKeeperServer, ASilentSessionExpiresWithItsEphemeralsAndItsClientLearnsLater) {
  TestEnsemble zk({.servers = 3, .clients = 2});
  zk.RunFor(Seconds(3));
  zk.Ask(0, CreateOp{"/a", "", CreateMode::kEphemeral});
  zk.Ask(0, CreateOp{"/b", "", CreateMode::kEphemeral});
  const sim::FaultId cut = zk.world().Begin(sim::IsolateFault{{zk.client_host(0)}});
  zk.RunFor(Seconds(5));
  EXPECT_THAT(zk.Ask(1, GetChildrenOp{"/"})->result.children, ElementsAre("a", "b"));
  zk.RunFor(Seconds(5));
  EXPECT_THAT(zk.Ask(1, GetChildrenOp{"/"})->result.children, IsEmpty());
  // It only knows that it is not connected.
  EXPECT_FALSE(zk.client(0).client().IsExpired());
  zk.world().Heal(cut);
  zk.RunFor(Seconds(10));
  EXPECT_TRUE(zk.client(0).client().IsExpired());
  EXPECT_EQ(zk.client(0).states().back(), SessionState::kExpired);
  EXPECT_EQ(ErrorOf(zk.Ask(0, GetDataOp{"/a"})), KeeperError::kSessionExpired);
}

TEST(ZooKeeperServer, AClosedSessionTakesItsEphemeralsAlong) {
  TestEnsemble zk({.servers = 3, .clients = 2});
  zk.RunFor(Seconds(3));
  zk.Ask(0, CreateOp{"/a", "", CreateMode::kEphemeral});
  zk.world().Invoke(zk.client_process(0),
                    [](sim::Process& process, sim::Context& ctx) { static_cast<TestClient&>(process).Close(ctx); });
  zk.RunFor(Seconds(1));
  EXPECT_EQ(zk.client(0).completions().back().result.error, KeeperError::kOk);
  EXPECT_EQ(ErrorOf(zk.Ask(1, GetDataOp{"/a"})), KeeperError::kNoNode);
}

TEST(ZooKeeperServer, ASessionOutlivesItsServerAndItsLeader) {
  TestEnsemble zk({.servers = 3, .clients = 1, .session_timeout = Seconds(18)});
  zk.RunFor(Seconds(3));
  zk.Ask(0, CreateOp{"/a", "", CreateMode::kEphemeral});
  const SessionId session = zk.client(0).client().session();
  const int leader = *zk.Leader();
  zk.world().Kill(zk.server_process(leader));
  zk.RunFor(Seconds(10));
  ASSERT_TRUE(zk.Leader());
  EXPECT_NE(*zk.Leader(), leader);
  EXPECT_EQ(zk.server(*zk.Leader()).current_epoch(), ZabEpoch(2));
  EXPECT_TRUE(zk.client(0).client().IsConnected());
  EXPECT_EQ(zk.client(0).client().session(), session);
  EXPECT_EQ(zk.Ask(0, GetDataOp{"/a"})->result.stat.ephemeral_owner, session);
}

TEST(ZooKeeperServer, ALeaderWithoutItsQuorumStepsDownAndServesNobody) {
  TestEnsemble zk({.servers = 3, .clients = 1});
  zk.RunFor(Seconds(3));
  const int leader = *zk.Leader();
  const sim::FaultId cut = zk.world().Begin(sim::IsolateFault{{zk.server_host(leader)}});
  zk.RunFor(Seconds(30));
  EXPECT_FALSE(zk.server(leader).is_serving());
  ASSERT_TRUE(zk.Leader());
  EXPECT_NE(*zk.Leader(), leader);
  zk.world().Heal(cut);
  zk.RunFor(Seconds(70));
  EXPECT_TRUE(zk.server(leader).is_serving());
  EXPECT_EQ(zk.server(leader).server_state(), ServerState::kFollowing);
}

TEST(ZooKeeperServer, WhatWasAnsweredSurvivesThePowerLossOfAll) {
  for (const int servers : {1, 3, 5}) {
    TestEnsemble zk({.servers = servers, .clients = 1, .session_timeout = Seconds(30)});
    zk.RunFor(Seconds(3));
    for (int i = 0; i < 10; ++i) ASSERT_EQ(ErrorOf(zk.Ask(0, CreateOp{absl::StrCat("/n", i)})), KeeperError::kOk);
    for (int i = 0; i < servers; ++i) zk.world().PowerLoss(zk.server_host(i), sim::PowerLossMode::kLoseAll);
    for (int i = 0; i < servers; ++i) {
      zk.world().PowerOn(zk.server_host(i));
      zk.world().Start(zk.server_process(i));
    }
    zk.RunFor(Seconds(10));
    EXPECT_EQ(zk.Ask(0, GetChildrenOp{"/"})->result.children.size(), 10u) << servers;
  }
}

// How servers came by their databases.
struct SourceSink : sim::FactSink {
  void OnFact(const sim::FactHeader& header, const void* fact) override {
    if (header.kind != ZkDatabaseLoaded::kKind) return;
    sources.push_back(static_cast<const ZkDatabaseLoaded*>(fact)->source);
  }
  std::vector<ZkDatabaseSource> sources;
};

// Isolates the leader with the client that is connected to it, which writes /lost there; the others elect another
// leader. Then `meanwhile`, and peace.
void ReplaceALeaderWithMoreThanTheOthers(TestEnsemble& zk, absl::FunctionRef<void()> meanwhile) {
  zk.RunFor(Seconds(3));
  const int leader = *zk.Leader();
  int mine = 0;
  while (zk.client(mine).client().server() != ServerId(leader + 1)) ++mine;
  ASSERT_EQ(ErrorOf(zk.Ask(mine, CreateOp{"/kept"})), KeeperError::kOk);
  const sim::FaultId cut = zk.world().Begin(sim::IsolateFault{{zk.server_host(leader), zk.client_host(mine)}});
  zk.Send(mine, CreateOp{"/lost"});
  zk.RunFor(Seconds(20));
  ASSERT_NE(zk.Leader(), leader);
  meanwhile();
  zk.world().Heal(cut);
  zk.RunFor(Seconds(70));
  const DataTree& tree = zk.server(*zk.Leader()).database().tree;
  EXPECT_NE(tree.Find("/kept"), nullptr);
  EXPECT_EQ(tree.Find("/lost"), nullptr);
  EXPECT_TRUE(zk.server(leader).database().tree == tree);
}

TEST(ZooKeeperServer, ADeposedLeaderTruncatesWhatNobodyElseHas) {
  SourceSink sink;
  TestEnsemble zk({.servers = 3, .clients = 8, .session_timeout = Seconds(40)}, &sink);
  ReplaceALeaderWithMoreThanTheOthers(zk, [] {});
  EXPECT_THAT(sink.sources, ::testing::Contains(ZkDatabaseSource::kTruncate));
}

// A truncation does not go back beyond an epoch: there is a snapshot instead.
TEST(ZooKeeperServer, ADeposedLeaderOfAnOlderEpochGetsASnapshot) {
  SourceSink sink;
  TestEnsemble zk({.servers = 3, .clients = 8, .session_timeout = Seconds(40)}, &sink);
  ReplaceALeaderWithMoreThanTheOthers(zk, [&] {
    for (int i = 0; i < 8; ++i) zk.Ask(i, CreateOp{absl::StrCat("/new", i)});
  });
  EXPECT_THAT(sink.sources, ::testing::Contains(ZkDatabaseSource::kSnapshot));
}

TEST(ZooKeeperServer, AFollowerThatMissedLittleGetsTheDifference) {
  SourceSink sink;
  TestEnsemble zk({.servers = 3, .clients = 1}, &sink);
  zk.RunFor(Seconds(3));
  zk.Ask(0, CreateOp{"/a"});
  const int follower = (*zk.Leader() + 1) % 3;
  zk.world().Kill(zk.server_process(follower), &sink);
  zk.RunFor(Seconds(10));
  for (int i = 0; i < 5; ++i) zk.Ask(0, CreateOp{absl::StrCat("/a/", i)});
  zk.world().Start(zk.server_process(follower), &sink);
  zk.RunFor(Seconds(5));
  EXPECT_TRUE(zk.server(follower).database().tree == zk.server(*zk.Leader()).database().tree);
  EXPECT_THAT(sink.sources, ::testing::Not(::testing::Contains(ZkDatabaseSource::kSnapshot)));
}

TEST(ZooKeeperServer, AWorldWithAnEnsembleForks) {
  TestEnsemble zk({.servers = 3, .clients = 2, .busy = true});
  zk.RunFor(Seconds(5));
  sim::World fork = zk.world();
  zk.RunFor(Seconds(5));
  fork.RunUntil(zk.world().now());
  EXPECT_EQ(fork.trace_hash(), zk.world().trace_hash());
}

}  // namespace
}  // namespace ktrial::cluster::zookeeper
