// Where the leader makes transactions of requests (org.apache.zookeeper.server.PrepRequestProcessor): each is checked
// against the tree as it will be when all transactions before it are applied.
//
//   RequestPreparer preparer(zxid, digest, false);
//   TransactionRef txn = preparer.Prepare({session, xid, owner, op}, database, tracker);
//   ...
//   preparer.OnApplied(txn->zxid);
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_REQUEST_PREPARER_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_REQUEST_PREPARER_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/zookeeper/operation.h"
#include "cluster/zookeeper/session_tracker.h"
#include "cluster/zookeeper/transaction.h"
#include "cluster/zookeeper/zookeeper_database.h"

namespace ktrial::cluster::zookeeper {

// A write on its way to a transaction.
struct Submission {
  SessionId session;
  // None for what the server itself asks for.
  Xid xid;
  // The server that the client is connected to.
  ServerId owner;
  // kCreateSession begins a session with `timeout`; kExpireSession ends one without asking its client.
  enum class Kind : uint8_t { kRequest, kCreateSession, kExpireSession } kind = Kind::kRequest;
  Operation op = PingOp{};
  sim::Duration timeout = {};
};

class RequestPreparer {
 public:
  // `zxid` is the beginning of the leader's epoch, or the last of a standalone server's. The flaw is
  // ZooKeeperConfig::ephemerals_survive_leader_change.
  RequestPreparer(Zxid zxid, uint64_t digest, bool ephemerals_survive)
      : zxid_(zxid), begin_(zxid), digest_(digest), ephemerals_survive_(ephemerals_survive) {}

  // The next transaction. An error becomes a transaction, too.
  TransactionRef Prepare(const Submission& submission, const ZooKeeperDatabase& database, SessionTracker& sessions);
  // Everything up to `zxid` is in the tree.
  void OnApplied(Zxid zxid);

  // Of the last transaction made.
  Zxid zxid() const { return zxid_; }

 private:
  // What a node will be (ChangeRecord).
  struct Change {
    Zxid zxid;
    bool exists = true;
    int32_t version = 0;
    int32_t cversion = 0;
    SessionId ephemeral_owner;
    int32_t child_count = 0;
  };
  using Changes = absl::btree_map<std::string, Change>;
  // The part of one operation: what it changes, on top of what is outstanding.
  struct Attempt {
    const ZooKeeperDatabase& database;
    SessionId session;
    Zxid zxid;
    Changes changes;
  };

  std::optional<Change> Find(const Attempt& attempt, const std::string& path) const;
  SingleTxn PrepareSingle(Attempt& attempt, const SingleOp& op) const;
  SingleTxn PrepareCreate(Attempt& attempt, const CreateOp& op) const;
  SingleTxn PrepareDelete(Attempt& attempt, const DeleteOp& op) const;
  SingleTxn PrepareSetData(Attempt& attempt, const SetDataOp& op) const;
  SingleTxn PrepareCheck(const Attempt& attempt, const CheckOp& op) const;
  TxnBody PrepareMulti(Attempt& attempt, const MultiOp& op) const;
  CloseSessionTxn PrepareClose(Attempt& attempt) const;

  Zxid zxid_;
  Zxid begin_;
  uint64_t digest_;
  bool ephemerals_survive_;
  // The latest change of each path that is not in the tree yet (outstandingChangesForPath), and all in order.
  Changes outstanding_;
  std::deque<std::pair<Zxid, std::string>> order_;
};

}  // namespace ktrial::cluster::zookeeper

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_REQUEST_PREPARER_H_
