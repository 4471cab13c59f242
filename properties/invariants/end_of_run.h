// What the checkers of liveness share: which partitions and brokers can be asked for anything when a run is over.
#ifndef KTRIAL_PROPERTIES_INVARIANTS_END_OF_RUN_H_
#define KTRIAL_PROPERTIES_INVARIANTS_END_OF_RUN_H_

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "properties/checker.h"

namespace ktrial::properties {

// Records that came later than this before the end may still be on their way.
inline constexpr sim::Duration kOnTheWay = sim::Seconds(5);

// The end of what `log` held a while before the end of the run.
inline Offset SettledEnd(const Moment& moment, const GhostLog& log) {
  Offset end = log.end();
  const std::vector<LogEntry>& entries = log.entries();
  for (size_t i = entries.size(); i > 0 && entries[i - 1].appended_at + kOnTheWay > moment.at; --i) {
    end = entries[i - 1].batch->base_offset();
  }
  return end;
}

// Whether the broker runs; what its registration says is the cluster's own affair.
inline std::string StateOf(const Moment& moment, BrokerId broker) {
  const auto it = moment.ghost.brokers().find(broker);
  if (it == moment.ghost.brokers().end() || !it->second.running) return "down";
  if (it->second.fenced) return "up but fenced";
  if (it->second.in_controlled_shutdown) return "shutting down";
  return "up";
}

// "broker 1 is up, broker 2 is down"
inline std::string StatesOf(const Moment& moment, const std::vector<BrokerId>& brokers) {
  std::string text;
  for (BrokerId broker : brokers) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", "broker ", broker.value(), " is ", StateOf(moment, broker));
  }
  return text;
}

// Whether there is a leader that can be relied on: elected, running, and at work in the controller's epoch.
inline bool HasWorkingLeader(const Moment& moment, const GhostPartition& partition) {
  const GhostReplica* leader = partition.leader.valid() ? partition.replicas.Find(partition.leader) : nullptr;
  return leader != nullptr && moment.ghost.IsUp(partition.leader) && leader->leads &&
         leader->leader_epoch == partition.leader_epoch;
}

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_INVARIANTS_END_OF_RUN_H_
