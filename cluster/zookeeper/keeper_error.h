// ZooKeeper's error codes (org.apache.zookeeper.KeeperException.Code), by name and number.
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_KEEPER_ERROR_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_KEEPER_ERROR_H_

#include <cstdint>
#include <string_view>

namespace ktrial::cluster::zookeeper {

enum class KeeperError : int16_t {
  kOk = 0,
  // Of an operation in a multi that was not tried, as one before it had failed.
  kRuntimeInconsistency = -2,
  // The connection was lost with the request in flight, or before it left: whether it was executed is unknown.
  kConnectionLoss = -4,
  kBadArguments = -8,
  kNoNode = -101,
  kBadVersion = -103,
  kNoChildrenForEphemerals = -108,
  kNodeExists = -110,
  kNotEmpty = -111,
  kSessionExpired = -112,
  kSessionMoved = -118,
};

// ZooKeeper's own spelling: "NONODE".
std::string_view KeeperErrorName(KeeperError error);

}  // namespace ktrial::cluster::zookeeper

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_KEEPER_ERROR_H_
