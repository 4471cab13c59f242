// ZK6: a read shows its node as it was after the transaction that it names, and a write that was answered is committed
// as that session's.
//
// With ZK1 and ZK5: writes are linearizable, reads sequentially consistent.
#include "properties/invariants/zookeeper_invariants.h"

namespace ktrial::properties {
namespace {

using cluster::zookeeper::GetChildrenOp;
using cluster::zookeeper::GetDataOp;
using cluster::zookeeper::KeeperError;
using cluster::zookeeper::Transaction;

class ZooKeeperRepliesTrue : public ZooKeeperCheckerBase<ZooKeeperRepliesTrue> {
 public:
  void On(const ZooKeeperMoment& moment, const cluster::ZkReplyReceived& fact) {
    if (IsWrite(*fact.op)) {
      Exercise();
      const Transaction* committed = moment.ghost.LastCommitted(fact.zxid);
      const bool is_it = committed != nullptr && committed->zxid == fact.zxid && committed->session == fact.session &&
                         committed->xid == fact.xid;
      if (!is_it) Tell(moment, fact, "was answered, but is not committed");
    } else if (std::holds_alternative<cluster::zookeeper::SyncOp>(*fact.op) ||
               fact.result->error == KeeperError::kBadArguments) {
      return;
    } else {
      Exercise();
      CheckRead(moment, fact);
    }
  }

 private:
  void CheckRead(const ZooKeeperMoment& moment, const cluster::ZkReplyReceived& fact) {
    const NodeVersion* version = moment.ghost.FindVersion(std::string(PathOf(*fact.op)), fact.zxid);
    const bool exists = version != nullptr && version->exists;
    if (exists != (fact.result->error == KeeperError::kOk)) {
      Tell(moment, fact, exists ? "says that there is no node, but there is" : "shows a node that there is not");
    } else if (exists && version->stat != fact.result->stat) {
      Tell(moment, fact, "shows another version of its node");
    } else if (exists && std::holds_alternative<GetDataOp>(*fact.op) && version->data != fact.result->data) {
      Tell(moment, fact, "shows other data");
    } else if (exists && std::holds_alternative<GetChildrenOp>(*fact.op) &&
               version->stat.num_children != static_cast<int32_t>(fact.result->children.size())) {
      Tell(moment, fact, "shows other children");
    }
  }

  void Tell(const ZooKeeperMoment& moment, const cluster::ZkReplyReceived& fact, const char* what) {
    const std::string_view name = OperationName(*fact.op);
    const std::string_view path = PathOf(*fact.op);
    Report(moment, absl::StrCat("request ", fact.xid.value(), " of session ", NameOf(fact.session), ", ",
                                absl::string_view(name.data(), name.size()), " ",
                                absl::string_view(path.data(), path.size()), " at ", NameOf(fact.zxid), ", ", what));
  }
};

}  // namespace

std::unique_ptr<ZooKeeperChecker> MakeZooKeeperRepliesTrue() { return std::make_unique<ZooKeeperRepliesTrue>(); }

}  // namespace ktrial::properties
