// Each of ZooKeeper's properties is silent on a legal history, and speaks when one fact of it is made wrong.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/zookeeper/zookeeper_facts.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/zookeeper_checker.h"

namespace ktrial::properties {
namespace {

using cluster::ZkDatabaseSource;
using cluster::zookeeper::CloseSessionTxn;
using cluster::zookeeper::CreateOp;
using cluster::zookeeper::CreateSessionTxn;
using cluster::zookeeper::CreateTxn;
using cluster::zookeeper::EventType;
using cluster::zookeeper::GetDataOp;
using cluster::zookeeper::KeeperError;
using cluster::zookeeper::Operation;
using cluster::zookeeper::OpResult;
using cluster::zookeeper::ServerId;
using cluster::zookeeper::SessionId;
using cluster::zookeeper::SetDataTxn;
using cluster::zookeeper::Stat;
using cluster::zookeeper::Transaction;
using cluster::zookeeper::TransactionRef;
using cluster::zookeeper::TxnBody;
using cluster::zookeeper::Xid;
using cluster::zookeeper::ZabEpoch;
using cluster::zookeeper::Zxid;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr SessionId kSession(0x77);

// Servers 1 to 3; server 3 leads epoch 1 unless told otherwise.
class ZkHistory {
 public:
  ZkHistory() { Elect(3, 1); }

  void Elect(int32_t leader, int32_t epoch) {
    const Transaction* last = made_.empty() ? nullptr : made_.back().get();
    Tell(cluster::ZkLeaderElected{ServerId(leader), false, ZabEpoch(epoch), last == nullptr ? Zxid() : last->zxid,
                                  last == nullptr ? 0 : last->digest});
    epoch_ = ZabEpoch(epoch);
    counter_ = 0;
  }
  TransactionRef Propose(TxnBody body, int32_t leader = 3, int32_t xid = 0) {
    const uint64_t digest = made_.empty() ? 0 : made_.back()->digest;
    made_.push_back(
        sim::MakeRef<const Transaction>(Zxid::Of(epoch_, ++counter_), kSession, Xid(xid), std::move(body), digest));
    Tell(cluster::ZkTransactionProposed{ServerId(leader), made_.back().get()});
    return made_.back();
  }
  void Log(int32_t server, const TransactionRef& txn) {
    Tell(cluster::ZkTransactionLogged{ServerId(server), txn.get()});
  }
  void Commit(const TransactionRef& txn, int32_t leader = 3) {
    Tell(cluster::ZkTransactionCommitted{ServerId(leader), txn->zxid});
  }
  void Apply(int32_t server, const TransactionRef& txn, uint64_t previous) {
    Tell(cluster::ZkTransactionApplied{ServerId(server), txn.get(), previous});
  }
  // Proposed, on all servers, committed and applied.
  TransactionRef Settle(TxnBody body, int32_t xid = 0) {
    const uint64_t previous = made_.empty() ? 0 : made_.back()->digest;
    const TransactionRef txn = Propose(std::move(body), 3, xid);
    for (int32_t server = 1; server <= 3; ++server) Log(server, txn);
    Commit(txn);
    for (int32_t server = 1; server <= 3; ++server) Apply(server, txn, previous);
    return txn;
  }
  void Reply(int32_t xid, Zxid zxid, const Operation& op, const OpResult& result) {
    Tell(cluster::ZkReplyReceived{kSession, Xid(xid), zxid, &op, &result});
  }
  // getData of /a with a watch, as of `txn`, which made the version that it shows.
  void ReadA(int32_t xid, const TransactionRef& txn, const std::string& data, int32_t version, Zxid created) {
    OpResult result;
    result.data = data;
    result.stat = Stat{.czxid = created, .mzxid = txn->zxid, .pzxid = created, .version = version};
    Reply(xid, txn->zxid, GetDataOp{"/a", true}, result);
  }
  template <typename F>
  void Tell(const F& fact) {
    now_ = now_ + sim::Milliseconds(1);
    checkers_.OnFact({.at = now_, .kind = F::kKind, .process = {}, .host = {}, .incarnation = {}}, &fact);
  }

  std::vector<std::string> Alarms() const { return checkers_.Alarms(); }
  std::vector<std::string> Alarms(std::string_view id) const { return checkers_.Alarms(id); }

 private:
  ZooKeeperCheckers checkers_;
  sim::SimTime now_;
  ZabEpoch epoch_;
  uint32_t counter_ = 0;
  std::vector<TransactionRef> made_;
};

TEST(ZooKeeperInvariants, AreSilentOnALegalHistory) {
  ZkHistory legal;
  legal.Settle(CreateSessionTxn{sim::Seconds(6)});
  const TransactionRef first =
      legal.Settle(CreateTxn{.path = "/a", .data = "x", .ephemeral = true, .parent_cversion = 1}, 1);
  legal.Reply(1, first->zxid, CreateOp{"/a", "x"}, {});
  OpResult read;
  read.data = "x";
  read.stat = Stat{.czxid = first->zxid, .mzxid = first->zxid, .pzxid = first->zxid, .ephemeral_owner = kSession};
  legal.Reply(2, first->zxid, GetDataOp{"/a", true}, read);
  legal.Settle(SetDataTxn{.path = "/a", .data = "y", .version = 1});
  const std::string path = "/a";
  legal.Tell(cluster::ZkWatchReceived{kSession, EventType::kNodeDataChanged, &path});
  legal.Settle(CloseSessionTxn{{"/a"}});
  legal.Tell(cluster::ZkClientExpired{kSession});
  legal.Elect(3, 2);
  EXPECT_THAT(legal.Alarms(), IsEmpty());
}

TEST(ZooKeeperInvariants, Zk1SeesAServerThatSkipsATransaction) {
  ZkHistory h;
  h.Settle(CreateTxn{.path = "/a", .parent_cversion = 1});
  const TransactionRef skipped = h.Propose(CreateTxn{.path = "/b", .parent_cversion = 2});
  const TransactionRef next = h.Propose(CreateTxn{.path = "/c", .parent_cversion = 3});
  h.Log(3, skipped);
  h.Log(3, next);
  h.Commit(next);
  h.Apply(2, next, 12345);
  EXPECT_THAT(h.Alarms("ZK1"), Not(IsEmpty()));
}

TEST(ZooKeeperInvariants, Zk1SeesAServerThatAppliesWhatIsNotCommittedOrServesSomethingElse) {
  ZkHistory early;
  const TransactionRef txn = early.Propose(CreateTxn{.path = "/a", .parent_cversion = 1});
  early.Apply(1, txn, 0);
  EXPECT_THAT(early.Alarms("ZK1"), Not(IsEmpty()));

  ZkHistory other;
  const TransactionRef a = other.Settle(CreateTxn{.path = "/a", .parent_cversion = 1});
  other.Tell(cluster::ZkDatabaseLoaded{ServerId(2), ZkDatabaseSource::kInStep, ServerId(3), a->zxid, 4711});
  EXPECT_THAT(other.Alarms("ZK1"), Not(IsEmpty()));
}

TEST(ZooKeeperInvariants, Zk2SeesALeaderThatLostWhatWasCommitted) {
  ZkHistory h;
  const TransactionRef a = h.Settle(CreateTxn{.path = "/a", .parent_cversion = 1});
  h.Settle(CreateTxn{.path = "/b", .parent_cversion = 2});
  // Its disk gave back only the first.
  h.Tell(cluster::ZkDatabaseLoaded{ServerId(2), ZkDatabaseSource::kDisk, {}, a->zxid, a->digest});
  h.Elect(1, 2);
  EXPECT_THAT(h.Alarms("ZK2"), IsEmpty());
  h.Elect(2, 3);
  EXPECT_THAT(h.Alarms("ZK2"), Not(IsEmpty()));
}

TEST(ZooKeeperInvariants, Zk3SeesTwoLeadersOfAnEpochAndZxidsOutOfTurn) {
  ZkHistory h;
  h.Elect(2, 1);
  EXPECT_THAT(h.Alarms("ZK3"), Not(IsEmpty()));

  ZkHistory gap;
  gap.Elect(3, 2);
  gap.Propose(CreateTxn{.path = "/a", .parent_cversion = 1});
  EXPECT_THAT(gap.Alarms("ZK3"), IsEmpty());
  const auto stray =
      sim::MakeRef<const Transaction>(Zxid::Of(ZabEpoch(2), 5), kSession, Xid(1), CreateTxn{.path = "/b"}, uint64_t{0});
  gap.Tell(cluster::ZkTransactionProposed{ServerId(3), stray.get()});
  EXPECT_THAT(gap.Alarms("ZK3"), Not(IsEmpty()));

  ZkHistory twice;
  const TransactionRef a = twice.Settle(CreateTxn{.path = "/a", .parent_cversion = 1});
  twice.Apply(1, a, 0);
  EXPECT_THAT(twice.Alarms("ZK3"), Not(IsEmpty()));
}

TEST(ZooKeeperInvariants, Zk4SeesAnEphemeralWithoutASessionAndASecondClose) {
  ZkHistory left;
  left.Settle(CreateSessionTxn{sim::Seconds(6)});
  left.Settle(CreateTxn{.path = "/a", .ephemeral = true, .parent_cversion = 1});
  EXPECT_THAT(left.Alarms("ZK4"), IsEmpty());
  left.Settle(CloseSessionTxn{});
  EXPECT_THAT(left.Alarms("ZK4"), Not(IsEmpty()));

  ZkHistory twice;
  twice.Settle(CreateSessionTxn{sim::Seconds(6)});
  twice.Settle(CloseSessionTxn{});
  EXPECT_THAT(twice.Alarms("ZK4"), IsEmpty());
  twice.Settle(CloseSessionTxn{});
  EXPECT_THAT(twice.Alarms("ZK4"), Not(IsEmpty()));
}

TEST(ZooKeeperInvariants, Zk5SeesASessionThatGoesBack) {
  ZkHistory h;
  const TransactionRef a = h.Settle(CreateTxn{.path = "/a", .data = "x", .parent_cversion = 1});
  const TransactionRef b = h.Settle(SetDataTxn{.path = "/a", .data = "y", .version = 1});
  h.ReadA(1, b, "y", 1, a->zxid);
  EXPECT_THAT(h.Alarms(), IsEmpty());
  h.ReadA(2, a, "x", 0, a->zxid);
  EXPECT_THAT(h.Alarms("ZK5"), Not(IsEmpty()));
  EXPECT_THAT(h.Alarms("ZK6"), IsEmpty());
}

TEST(ZooKeeperInvariants, Zk6SeesAReadOfWhatWasNotAndAnAnswerToWhatIsNotCommitted) {
  ZkHistory unasked;
  const TransactionRef other = unasked.Settle(CreateTxn{.path = "/b", .parent_cversion = 1}, 1);
  unasked.Reply(2, other->zxid, CreateOp{"/b"}, {});
  EXPECT_THAT(unasked.Alarms("ZK6"), Not(IsEmpty()));

  ZkHistory h;
  const TransactionRef a = h.Settle(CreateTxn{.path = "/a", .data = "x", .parent_cversion = 1});
  h.ReadA(1, a, "z", 0, a->zxid);
  EXPECT_THAT(h.Alarms("ZK6"), Not(IsEmpty()));

  ZkHistory gone;
  const TransactionRef b = gone.Settle(CreateTxn{.path = "/a", .parent_cversion = 1});
  OpResult none;
  none.error = KeeperError::kNoNode;
  gone.Reply(1, b->zxid, GetDataOp{"/a"}, none);
  EXPECT_THAT(gone.Alarms("ZK6"), Not(IsEmpty()));
}

TEST(ZooKeeperInvariants, Zk7SeesAReplyThatOvertakesAnEvent) {
  ZkHistory h;
  const TransactionRef a = h.Settle(CreateTxn{.path = "/a", .data = "x", .parent_cversion = 1});
  h.ReadA(1, a, "x", 0, a->zxid);
  const TransactionRef b = h.Settle(SetDataTxn{.path = "/a", .data = "y", .version = 1});
  EXPECT_THAT(h.Alarms(), IsEmpty());
  h.ReadA(2, b, "y", 1, a->zxid);
  EXPECT_THAT(h.Alarms("ZK7"), Not(IsEmpty()));
}

TEST(ZooKeeperInvariants, Zk8SeesAnExpiryThatNobodyDecided) {
  ZkHistory h;
  h.Settle(CreateSessionTxn{sim::Seconds(6)});
  h.Tell(cluster::ZkClientExpired{kSession});
  EXPECT_THAT(h.Alarms("ZK8"), Not(IsEmpty()));
}

}  // namespace
}  // namespace ktrial::properties
