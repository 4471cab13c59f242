// What the control plane did, in order: brokers fenced and back, leaders elected and at work, in-sync replicas changed,
// controllers and coordinators coming and going, logs cut. It is built from facts and holds each thing once, when it
// first became true, though every controller reports it. Selectors, outages and the story of a run are read from it.
//
//   history.OnFact(header, fact);
//   history.active_controller()              // node 3001
//   for (const ControlEvent& e : history.events()) ...
#ifndef KTRIAL_SCENARIOS_CONTROL_HISTORY_H_
#define KTRIAL_SCENARIOS_CONTROL_HISTORY_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/facts.h"
#include "cluster/protocol/ids.h"
#include "sim/fact.h"
#include "sim/time.h"

namespace ktrial::scenarios {

enum class ControlEventKind : uint8_t {
  kFenced,              // node
  kUnfenced,            // node
  kElected,             // tp: the controller committed `node` as leader in `epoch`
  kOffline,             // tp: committed without a leader
  kIsrChanged,          // tp: `size` in sync, `previous` before, of `replicas`
  kBecameLeader,        // tp: `node` began to lead in `epoch`
  kLeaderLearned,       // tp: `client` learned of `node` as leader in `epoch`
  kControllerActive,    // node, epoch
  kControllerResigned,  // node, epoch
  kGroupStable,         // group: all `size` members have their assignment, at coordinator `node`
  kGroupRebalances,     // group
  kTruncated,           // tp: `node` cut `size` records
};

struct ControlEvent {
  sim::SimTime at;
  ControlEventKind kind = ControlEventKind::kFenced;
  cluster::TopicPartition tp = {};
  cluster::BrokerId node = {};
  cluster::LeaderEpoch epoch = {};
  cluster::ClientId client = {};
  cluster::GroupIndex group = {};
  int64_t size = 0;
  int64_t previous = 0;
  int64_t replicas = 0;
  cluster::PartitionChangeReason reason = cluster::PartitionChangeReason::kCreated;
};

class ControlHistory {
 public:
  // Takes a fact in. Facts that it does not know change nothing.
  void OnFact(const sim::FactHeader& header, const void* fact);

  const std::vector<ControlEvent>& events() const { return events_; }
  // The controller that last became active and has not resigned; none if there is none. It may have died since.
  cluster::BrokerId active_controller() const { return active_controller_; }
  // Nothing if the broker has never registered.
  std::optional<bool> IsFenced(cluster::BrokerId broker) const;
  // The broker that last spoke as the group's coordinator; none if none has.
  cluster::BrokerId CoordinatorOf(cluster::GroupIndex group) const;

 private:
  struct Partition {
    cluster::LeaderEpoch leader_epoch;
    cluster::PartitionEpoch partition_epoch;
    cluster::BrokerId leader;
    int64_t isr_size = 0;
  };
  struct Registration {
    cluster::Offset metadata_offset;
    bool fenced = true;
  };

  void On(const sim::FactHeader& header, const cluster::BrokerRegistrationCommitted& fact);
  void On(const sim::FactHeader& header, const cluster::PartitionCommitted& fact);
  void On(const sim::FactHeader& header, const cluster::BecameLeader& fact);
  void On(const sim::FactHeader& header, const cluster::ClientLeaderLearned& fact);
  void On(const sim::FactHeader& header, const cluster::ControllerActivated& fact);
  void On(const sim::FactHeader& header, const cluster::GroupStateChanged& fact);
  void On(const sim::FactHeader& header, const cluster::LogTruncated& fact);

  std::vector<ControlEvent> events_;
  absl::btree_map<cluster::TopicPartition, Partition> partitions_;
  absl::btree_map<cluster::BrokerId, Registration> registrations_;
  absl::btree_map<cluster::GroupIndex, cluster::BrokerId> coordinators_;
  cluster::BrokerId active_controller_;
  cluster::LeaderEpoch active_epoch_;
};

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_CONTROL_HISTORY_H_
