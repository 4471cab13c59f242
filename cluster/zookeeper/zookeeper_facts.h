// What an ensemble's servers and clients report as having happened; see sim/fact.h for how facts travel. Kinds 200 to
// 219.
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_ZOOKEEPER_FACTS_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_ZOOKEEPER_FACTS_H_

#include <cstdint>
#include <string>
#include <tuple>

#include "cluster/zookeeper/operation.h"
#include "cluster/zookeeper/quorum_packet.h"
#include "cluster/zookeeper/transaction.h"
#include "cluster/zookeeper/zookeeper_ids.h"
#include "sim/fact.h"
#include "sim/time.h"

namespace ktrial::cluster {

// ---- Servers --------------------------------------------------------------------------------------------------------

// A server began to look for a leader, to follow `leader`, to lead, or to serve alone. Who leads is not established
// yet.
struct ZkServerStateChanged {
  static constexpr sim::FactKind kKind{200};
  zookeeper::ServerId server;
  zookeeper::ServerState state;
  zookeeper::ServerId leader;
  auto Fields() const { return std::tuple(server, state, leader); }
};

// Where a server's database came from.
enum class ZkDatabaseSource : int8_t {
  kDisk,      // its start
  kLog,       // what its log held beyond what it had applied, when its role ended
  kTruncate,  // a leader had it drop what stood above `zxid`
  kSnapshot,  // a leader's snapshot, durable by now; what the server had before is gone
  kInStep,    // it has caught up with `leader`, which has a quorum: from here on it serves
};

// What a server has applied now ends at `zxid`; `digest` is that of the history up to there.
struct ZkDatabaseLoaded {
  static constexpr sim::FactKind kKind{201};
  zookeeper::ServerId server;
  ZkDatabaseSource source;
  // Of kTruncate, kSnapshot and kInStep: who sent it.
  zookeeper::ServerId leader;
  zookeeper::Zxid zxid;
  uint64_t digest;
  auto Fields() const { return std::tuple(server, source, leader, zxid, digest); }
};

// A leader has a quorum that joined its epoch and caught up with it: everything in its database, up to `last`, is
// committed, and it serves. A server that stands alone reports every start of its service.
struct ZkLeaderElected {
  static constexpr sim::FactKind kKind{202};
  zookeeper::ServerId server;
  bool standalone;
  zookeeper::ZabEpoch epoch;
  zookeeper::Zxid last;
  uint64_t digest;
  auto Fields() const { return std::tuple(server, standalone, epoch, last, digest); }
};

// The leader made a transaction and proposes it.
struct ZkTransactionProposed {
  static constexpr sim::FactKind kKind{203};
  zookeeper::ServerId leader;
  const zookeeper::Transaction* transaction;
  auto Fields() const { return std::tuple(leader, transaction->zxid, transaction->digest); }
};

// A server wrote a transaction to its log; it is not durable yet.
struct ZkTransactionLogged {
  static constexpr sim::FactKind kKind{204};
  zookeeper::ServerId server;
  const zookeeper::Transaction* transaction;
  auto Fields() const { return std::tuple(server, transaction->zxid, transaction->digest); }
};

// The leader knows that a quorum has a transaction, and all before it, durably.
struct ZkTransactionCommitted {
  static constexpr sim::FactKind kKind{205};
  zookeeper::ServerId leader;
  zookeeper::Zxid zxid;
  auto Fields() const { return std::tuple(leader, zxid); }
};

// A server applied a committed transaction to its tree, which stood at `previous_digest`.
struct ZkTransactionApplied {
  static constexpr sim::FactKind kKind{206};
  zookeeper::ServerId server;
  const zookeeper::Transaction* transaction;
  uint64_t previous_digest;
  auto Fields() const { return std::tuple(server, transaction->zxid, transaction->digest, previous_digest); }
};

// The leader decided that a session's time is over; the transaction that closes it comes next.
struct ZkSessionExpired {
  static constexpr sim::FactKind kKind{207};
  zookeeper::ServerId leader;
  zookeeper::SessionId session;
  auto Fields() const { return std::tuple(leader, session); }
};

// A server sent the event of a watch to the client of a session.
struct ZkWatchFired {
  static constexpr sim::FactKind kKind{208};
  zookeeper::ServerId server;
  zookeeper::SessionId session;
  zookeeper::EventType type;
  // How far the server's tree has got.
  zookeeper::Zxid zxid;
  const std::string* path;
  auto Fields() const { return std::tuple(server, session, type, zxid, path->size()); }
};

// ---- Clients --------------------------------------------------------------------------------------------------------

// A client is connected to a server, in a new session or in the one that it had.
struct ZkClientConnected {
  static constexpr sim::FactKind kKind{212};
  zookeeper::SessionId session;
  bool is_new;
  sim::Duration timeout;
  auto Fields() const { return std::tuple(session, is_new, timeout); }
};

// A client was told that its session is over.
struct ZkClientExpired {
  static constexpr sim::FactKind kKind{213};
  zookeeper::SessionId session;
  auto Fields() const { return std::tuple(session); }
};

// A request of a client was answered. Requests that the connection took with it have no such fact.
struct ZkReplyReceived {
  static constexpr sim::FactKind kKind{214};
  zookeeper::SessionId session;
  zookeeper::Xid xid;
  zookeeper::Zxid zxid;
  const zookeeper::Operation* op;
  const zookeeper::OpResult* result;
  auto Fields() const { return std::tuple(session, xid, zxid, op->index(), result->error); }
};

// A client was told of a watch's event.
struct ZkWatchReceived {
  static constexpr sim::FactKind kKind{215};
  zookeeper::SessionId session;
  zookeeper::EventType type;
  const std::string* path;
  auto Fields() const { return std::tuple(session, type, path->size()); }
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_ZOOKEEPER_FACTS_H_
