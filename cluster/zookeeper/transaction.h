// What a leader makes of a write: a change that every server can apply by itself, to the same effect (TxnHeader and the
// records of org.apache.zookeeper.txn). What was refused becomes a transaction, too, that changes nothing and tells the
// error.
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_TRANSACTION_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_TRANSACTION_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cluster/zookeeper/keeper_error.h"
#include "cluster/zookeeper/zookeeper_ids.h"
#include "sim/message.h"
#include "sim/time.h"

namespace ktrial::cluster::zookeeper {

struct CreateTxn {
  std::string path;
  std::string data;
  bool ephemeral = false;
  // How many children the parent has had, with this one.
  int32_t parent_cversion = 0;
};
struct DeleteTxn {
  std::string path;
};
struct SetDataTxn {
  std::string path;
  std::string data;
  // The node's version after it.
  int32_t version = 0;
};
struct CheckTxn {
  std::string path;
};
struct ErrorTxn {
  KeeperError error = KeeperError::kOk;
};
using SingleTxn = std::variant<CreateTxn, DeleteTxn, SetDataTxn, CheckTxn, ErrorTxn>;
// If one is an ErrorTxn, all are, and nothing changes.
struct MultiTxn {
  std::vector<SingleTxn> parts;
};
struct CreateSessionTxn {
  sim::Duration timeout;
};
struct CloseSessionTxn {
  // The session's ephemeral nodes, which go with it.
  std::vector<std::string> paths;
};

using TxnBody =
    std::variant<CreateTxn, DeleteTxn, SetDataTxn, CheckTxn, ErrorTxn, MultiTxn, CreateSessionTxn, CloseSessionTxn>;
// "create", "error", ...
std::string_view TxnName(const TxnBody& body);

struct Transaction : sim::Payload {
  Transaction(Zxid z, SessionId s, Xid x, TxnBody b, uint64_t previous_digest);

  Zxid zxid;
  // Whose request it was; the Xid is none for what the server itself asked for.
  SessionId session;
  Xid xid;
  TxnBody body;
  // Of this transaction and all before it (TxnDigest): servers with equal digests have had equal histories.
  uint64_t digest = 0;
  // In a packet and in the log.
  int32_t encoded_bytes = 0;
};

using TransactionRef = sim::Ref<const Transaction>;

// Of `transaction` as it would be after a history with `previous_digest`.
uint64_t DigestAfter(uint64_t previous_digest, const Transaction& transaction);

}  // namespace ktrial::cluster::zookeeper

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_TRANSACTION_H_
