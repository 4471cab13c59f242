// L4: when faults have healed and time was given, every assigned replica that runs is in the ISR.
//
// A replica in a log directory that is offline does not run, whatever its broker does.
//
// A leader that lost power begins again in its old epoch, until it is registered, and may write where the others hold
// what it lost. No leader epoch tells such logs apart: the follower is given a batch that begins below its end, and
// gives up (UnexpectedAppendOffsetException). So far reaches the licence for the loss.
#include "properties/evidence.h"
#include "properties/invariants/end_of_run.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class LiveReplicasInSync : public CheckerBase<LiveReplicasInSync> {
 public:
  void OnEnd(const Moment& moment) override {
    for (const auto& [tp, partition] : moment.ghost.partitions()) {
      if (!HasWorkingLeader(moment, partition)) continue;
      for (BrokerId broker : partition.assigned) {
        if (!moment.ghost.IsServing(partition, broker)) continue;
        Exercise();
        if (std::find(partition.isr.begin(), partition.isr.end(), broker) != partition.isr.end()) continue;
        const GhostReplica* leader = partition.replicas.Find(partition.leader);
        const GhostReplica* replica = partition.replicas.Find(broker);
        Report(moment,
               absl::StrCat("broker ", broker.value(), " (", StateOf(moment, broker), ") is not back in the ISR ",
                            BrokersText(partition.isr), " of ", moment.Name(tp), ": its log ends at ",
                            replica == nullptr ? 0 : replica->log.end().value(), ", that of the leader, broker ",
                            partition.leader.value(), ", at ", leader->log.end().value()),
               {}, replica == nullptr ? std::string() : LicenceFor(partition, *leader, *replica));
      }
    }
  }

 private:
  // Why the replica's log may part from the leader's within a leader epoch; empty if it does not.
  static std::string LicenceFor(const GhostPartition& partition, const GhostReplica& leader,
                                const GhostReplica& replica) {
    const Offset common = CommonPrefixEnd(replica.log, leader.log);
    const LogEntry* mine = replica.log.Find(common);
    const LogEntry* theirs = leader.log.Find(common);
    if (mine == nullptr || theirs == nullptr) return {};
    if (mine->batch->leader_epoch() != theirs->batch->leader_epoch()) return {};
    return std::string(partition.LicenceSince(mine->appended_at));
  }
};

}  // namespace

std::unique_ptr<Checker> MakeLiveReplicasInSync() { return std::make_unique<LiveReplicasInSync>(); }

}  // namespace ktrial::properties
