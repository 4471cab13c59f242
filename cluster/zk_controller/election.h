// Who is to lead a partition, and which ISR goes with it: the four strategies of kafka.controller.Election.
//
//   const Elected elected = Elect(context, tp, state, ElectionStrategy::kOffline, /*unclean=*/false);
//   if (elected.decision) ...
#ifndef KTRIAL_CLUSTER_ZK_CONTROLLER_ELECTION_H_
#define KTRIAL_CLUSTER_ZK_CONTROLLER_ELECTION_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "cluster/zk_controller/controller_context.h"

namespace ktrial::cluster {

enum class ElectionStrategy : uint8_t {
  kOffline,             // the first assigned replica that is live and in sync
  kReassign,            // the same of the replicas that the reassignment is to end with; the ISR stays
  kPreferred,           // the first assigned replica, or nobody; the ISR stays
  kControlledShutdown,  // the first assigned replica in sync that is not shutting down, who leaves the ISR
};

struct Elected {
  // Nothing if nobody can lead. With the next leader epoch.
  std::optional<LeaderAndIsr> decision;
  // Who is to be told.
  std::vector<BrokerId> recipients;
};

// `unclean`, for kOffline, lets a live replica outside the ISR lead if no other can. `recovery` marks the partition as
// recovering then (since 3.2).
Elected Elect(const ControllerContext& context, TopicPartition tp, const LeaderAndIsr& state, ElectionStrategy strategy,
              bool unclean = false, bool recovery = true);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_ZK_CONTROLLER_ELECTION_H_
