#include "cluster/zk_controller/leader_and_isr.h"

#include <algorithm>

#include "cluster/metadata/broker_list.h"

namespace ktrial::cluster {
namespace {

std::vector<BrokerId> AllBut(std::vector<BrokerId> brokers, const std::vector<BrokerId>& removed) {
  std::erase_if(brokers, [&removed](BrokerId broker) { return Contains(removed, broker); });
  return brokers;
}

}  // namespace

std::vector<BrokerId> ReplicaAssignment::OriginReplicas() const { return AllBut(replicas, adding); }

std::vector<BrokerId> ReplicaAssignment::TargetReplicas() const { return AllBut(replicas, removing); }

ReplicaAssignment ReplicaAssignment::ReassignTo(const std::vector<BrokerId>& target) const {
  const std::vector<BrokerId> origin = OriginReplicas();
  ReplicaAssignment result{.replicas = target, .adding = {}, .removing = {}};
  for (BrokerId broker : origin) {
    if (!Contains(target, broker)) result.replicas.push_back(broker);
  }
  result.adding = AllBut(result.replicas, origin);
  result.removing = AllBut(result.replicas, target);
  return result;
}

ReplicaAssignment ReplicaAssignment::RemoveReplica(BrokerId broker) const {
  return {.replicas = cluster::Without(replicas, broker),
          .adding = cluster::Without(adding, broker),
          .removing = cluster::Without(removing, broker)};
}

}  // namespace ktrial::cluster
