// What Kafka asks of ZooKeeper, and what it hears (kafka.zookeeper.AsyncRequest, AsyncResponse): requests and answers
// as data, so that who asks does not depend on how they travel.
//
//   ZkRequest request = ZkSetData{.path = "/controller_epoch", .data = "2", .version = 1};
//   ...
//   if (response.code == ZkCode::kBadVersion) ...
#ifndef KTRIAL_CLUSTER_ZK_CONTROLLER_ZK_REQUEST_H_
#define KTRIAL_CLUSTER_ZK_CONTROLLER_ZK_REQUEST_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace ktrial::cluster {

// ZooKeeper's own numbers (KeeperException.Code). A request whose connection is lost is asked again below this
// interface, as Kafka's client does, so that CONNECTIONLOSS is not among them.
enum class ZkCode : int16_t {
  kOk = 0,
  kRuntimeInconsistency = -2,  // an operation of a multi that was not reached, or was undone
  kNoNode = -101,
  kBadVersion = -103,
  kNodeExists = -110,
  kNotEmpty = -111,
  kSessionExpired = -112,
};

// No version is asked for.
inline constexpr int32_t kZkAnyVersion = -1;

enum class ZkCreateMode : uint8_t { kPersistent, kEphemeral, kPersistentSequential };

struct ZkStat {
  // Of the data; 0 when the node is created.
  int32_t version = -1;
  // The zxid that created it.
  int64_t czxid = -1;
  // The session of an ephemeral node, else 0.
  int64_t ephemeral_owner = 0;
};

// Reads. With `watch`, the session is told once of the next change: of the node's being there or its data, or of its
// children.
struct ZkExists {
  std::string path;
  bool watch = false;
};
struct ZkGetData {
  std::string path;
  bool watch = false;
};
struct ZkGetChildren {
  std::string path;
  bool watch = false;
};

struct ZkCreate {
  std::string path;
  std::string data;
  ZkCreateMode mode = ZkCreateMode::kPersistent;
};
struct ZkSetData {
  std::string path;
  std::string data;
  int32_t version = kZkAnyVersion;
};
struct ZkDelete {
  std::string path;
  int32_t version = kZkAnyVersion;
};
struct ZkCheck {
  std::string path;
  int32_t version = kZkAnyVersion;
};
using ZkOp = std::variant<ZkCreate, ZkSetData, ZkDelete, ZkCheck>;
// All or nothing.
struct ZkMulti {
  std::vector<ZkOp> ops;
};

using ZkRequest = std::variant<ZkExists, ZkGetData, ZkGetChildren, ZkCreate, ZkSetData, ZkDelete, ZkMulti>;

struct ZkOpResult {
  ZkCode code = ZkCode::kOk;
  // Of a set.
  ZkStat stat;
};

struct ZkResponse {
  ZkCode code = ZkCode::kOk;
  std::string data;
  // Names without the parent's path; ascending.
  std::vector<std::string> children;
  ZkStat stat;
  // Of a multi, one for each operation.
  std::vector<ZkOpResult> results;
};

enum class ZkEventType : uint8_t { kCreated, kDeleted, kDataChanged, kChildrenChanged };

struct ZkWatchEvent {
  ZkEventType type = ZkEventType::kCreated;
  std::string path;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_ZK_CONTROLLER_ZK_REQUEST_H_
