// What a client can ask of ZooKeeper, and what it is told (org.apache.zookeeper.ZooDefs, Op and OpResult). Paths are
// absolute: "/brokers/ids/1". Data is what the application makes of it.
//
//   client.Send(ctx, CreateOp{.path = "/controller", .data = "1", .mode = CreateMode::kEphemeral}, tag);
//   client.Send(ctx, MultiOp{{CheckOp{"/controller_epoch", 3}, SetDataOp{"/a", "x", kAnyVersion}}}, tag);
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_OPERATION_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_OPERATION_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cluster/zookeeper/keeper_error.h"
#include "cluster/zookeeper/zookeeper_ids.h"

namespace ktrial::cluster::zookeeper {

// In place of an expected version: any will do.
inline constexpr int32_t kAnyVersion = -1;

// kPersistentSequential and kEphemeralSequential append ten digits to the path that grow with every child created.
enum class CreateMode : uint8_t { kPersistent, kEphemeral, kPersistentSequential, kEphemeralSequential };
constexpr bool IsEphemeral(CreateMode mode) {
  return mode == CreateMode::kEphemeral || mode == CreateMode::kEphemeralSequential;
}
constexpr bool IsSequential(CreateMode mode) {
  return mode == CreateMode::kPersistentSequential || mode == CreateMode::kEphemeralSequential;
}

// What ZooKeeper keeps of a node beside its data (org.apache.zookeeper.data.Stat).
struct Stat {
  // The transactions that created it, last set its data, and last created or deleted a child.
  Zxid czxid;
  Zxid mzxid;
  Zxid pzxid;
  // Changes of the data; changes of the children.
  int32_t version = 0;
  int32_t cversion = 0;
  // None for a persistent node.
  SessionId ephemeral_owner;
  int32_t num_children = 0;

  friend bool operator==(const Stat&, const Stat&) = default;
};

// Writes: executed in the order of all, by every server.
struct CreateOp {
  std::string path;
  std::string data = {};
  CreateMode mode = CreateMode::kPersistent;
};
struct DeleteOp {
  std::string path;
  int32_t version = kAnyVersion;
};
struct SetDataOp {
  std::string path;
  std::string data = {};
  int32_t version = kAnyVersion;
};
// Of a multi only: fails with BADVERSION or NONODE.
struct CheckOp {
  std::string path;
  int32_t version = kAnyVersion;
};
using SingleOp = std::variant<CreateOp, DeleteOp, SetDataOp, CheckOp>;
// All or nothing.
struct MultiOp {
  std::vector<SingleOp> ops;
};
// Ends the session in good order; ZooKeeperClient::Close sends it.
struct CloseSessionOp {};

// Reads: answered by the connected server from its own tree. With `watch`, the next change makes it send one event: for
// GetDataOp and GetChildrenOp if the node exists, for ExistsOp in any case.
struct GetDataOp {
  std::string path;
  bool watch = false;
};
struct ExistsOp {
  std::string path;
  bool watch = false;
};
struct GetChildrenOp {
  std::string path;
  bool watch = false;
};
// The connected server catches up with the leader before it goes on with this session's requests.
struct SyncOp {
  std::string path = "/";
};
// The client's own: what it watched when it last knew of `relative_zxid` (SetWatches); a sign of life.
struct SetWatchesOp {
  Zxid relative_zxid;
  std::vector<std::string> data_watches;
  std::vector<std::string> exist_watches;
  std::vector<std::string> child_watches;
};
struct PingOp {};

using Operation = std::variant<CreateOp, DeleteOp, SetDataOp, CheckOp, MultiOp, CloseSessionOp, GetDataOp, ExistsOp,
                               GetChildrenOp, SyncOp, SetWatchesOp, PingOp>;

// "create", "setData", ...: ZooDefs.OpCode.
std::string_view OperationName(const Operation& op);
// The path that it is about; empty for those that have none, "" for a multi.
std::string_view PathOf(const Operation& op);
// Whether the leader makes a transaction of it.
bool IsWrite(const Operation& op);
// Its size on the wire, about.
int32_t EncodedBytes(const Operation& op);

// What came of one operation. Fields that the operation has no use for are empty.
struct OpResult {
  KeeperError error = KeeperError::kOk;
  // CreateOp: the path with the sequence number, if any.
  std::string path = {};
  // GetDataOp.
  std::string data = {};
  // SetDataOp, GetDataOp, ExistsOp, GetChildrenOp; CreateOp, too (as create2).
  Stat stat = {};
  // GetChildrenOp: names without the path, ascending.
  std::vector<std::string> children = {};
  // MultiOp: one an operation, in order; then `error` is the first that is not kOk.
  std::vector<OpResult> results = {};
};
int32_t EncodedBytes(const OpResult& result);

enum class EventType : int8_t {
  kNodeCreated = 1,
  kNodeDeleted = 2,
  kNodeDataChanged = 3,
  kNodeChildrenChanged = 4,
};
// ZooKeeper's own spelling: "NodeCreated".
std::string_view EventTypeName(EventType type);

// What a watch tells: that something happened to the node, not what it is like now.
struct WatchedEvent {
  EventType type = EventType::kNodeCreated;
  std::string path;

  friend bool operator==(const WatchedEvent&, const WatchedEvent&) = default;
};

// "/a/b" is absolute, without empty, "." or ".." parts, and does not end with '/' unless it is "/".
bool IsValidPath(std::string_view path);
// "/a" for "/a/b", "/" for "/a"; `path` is valid and not "/".
std::string_view ParentOf(std::string_view path);
// "b" for "/a/b".
std::string_view NameOf(std::string_view path);

}  // namespace ktrial::cluster::zookeeper

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_OPERATION_H_
