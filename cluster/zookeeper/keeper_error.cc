#include "cluster/zookeeper/keeper_error.h"

#include "sim/check.h"

namespace ktrial::cluster::zookeeper {

std::string_view KeeperErrorName(KeeperError error) {
  switch (error) {
    case KeeperError::kOk:
      return "OK";
    case KeeperError::kRuntimeInconsistency:
      return "RUNTIMEINCONSISTENCY";
    case KeeperError::kConnectionLoss:
      return "CONNECTIONLOSS";
    case KeeperError::kBadArguments:
      return "BADARGUMENTS";
    case KeeperError::kNoNode:
      return "NONODE";
    case KeeperError::kBadVersion:
      return "BADVERSION";
    case KeeperError::kNoChildrenForEphemerals:
      return "NOCHILDRENFOREPHEMERALS";
    case KeeperError::kNodeExists:
      return "NODEEXISTS";
    case KeeperError::kNotEmpty:
      return "NOTEMPTY";
    case KeeperError::kSessionExpired:
      return "SESSIONEXPIRED";
    case KeeperError::kSessionMoved:
      return "SESSIONMOVED";
  }
  KT_UNREACHABLE();
}

}  // namespace ktrial::cluster::zookeeper
