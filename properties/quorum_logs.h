// The metadata logs of all members of the quorum as the god's eye sees them, and what of them is committed: below a
// high watermark that a node has told of.
//
//   void On(const Moment& moment, const cluster::RaftBatchAppended& fact) { logs_.OnAppended(fact, moment.at); }
//   ...
//   if (logs_.Holds(node, logs_.committed().end())) ...
#ifndef KTRIAL_PROPERTIES_QUORUM_LOGS_H_
#define KTRIAL_PROPERTIES_QUORUM_LOGS_H_

#include "absl/container/btree_map.h"
#include "cluster/facts.h"
#include "properties/ghost.h"
#include "properties/ghost_log.h"
#include "sim/time.h"

namespace ktrial::properties {

class QuorumLogs {
 public:
  void OnAppended(const cluster::RaftBatchAppended& fact, sim::SimTime at);
  void OnTruncated(const cluster::RaftLogTruncated& fact) { logs_[fact.node].TruncateTo(fact.to); }
  void OnLoaded(const cluster::RaftLogLoaded& fact) { logs_[fact.node].TruncateTo(fact.log_end); }
  void OnWiped(BrokerId node) { logs_[node].TruncateTo(Offset(0)); }
  // The node's log is committed below `to`: what is new in it becomes so. False if it ends below `to`, and if it
  // differs from what is committed, in whose place it is from now on.
  bool Commit(BrokerId node, Offset to, sim::SimTime at);

  // Whether the node's log is the committed one up to `to`, which is a batch's end.
  bool Holds(BrokerId node, Offset to) const;
  // Where the node's log and the committed one part.
  Offset PartAt(BrokerId node) const;
  Offset EndOf(BrokerId node) const;
  const GhostLog& committed() const { return committed_; }

 private:
  absl::btree_map<BrokerId, GhostLog> logs_;
  GhostLog committed_;
};

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_QUORUM_LOGS_H_
