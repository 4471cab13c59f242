// Selectors say what a fault hits: `broker 2`, `leader of orders/0`, `[broker 1, active controller]`. They are resolved
// when the fault begins, since who leads a partition is not known before.
#ifndef KTRIAL_SCENARIOS_SELECTOR_H_
#define KTRIAL_SCENARIOS_SELECTOR_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "scenarios/source.h"

namespace ktrial::scenarios {

struct BrokerSelector {  // broker 2
  int32_t id = 0;
  friend bool operator==(const BrokerSelector&, const BrokerSelector&) = default;
};
struct ControllerSelector {  // controller 3001
  int32_t id = 0;
  friend bool operator==(const ControllerSelector&, const ControllerSelector&) = default;
};

// The brokers that hold a partition, by role. An ISR includes the leader; followers are the replicas without it. A
// random one is drawn from the run's seed among those that run.
struct ReplicaSelector {  // leader of orders/0, followers of orders/0, isr of orders/0, replicas of orders/0
  enum class Role : uint8_t { kLeader, kFollowers, kIsr, kReplicas };
  Role role = Role::kLeader;
  std::string topic;
  int32_t partition = 0;
  bool random = false;  // random follower of orders/0, random replica of orders/0
  friend bool operator==(const ReplicaSelector&, const ReplicaSelector&) = default;
};
struct ActiveControllerSelector {  // active controller
  friend bool operator==(const ActiveControllerSelector&, const ActiveControllerSelector&) = default;
};
struct CoordinatorSelector {  // coordinator of group billing
  std::string group;
  friend bool operator==(const CoordinatorSelector&, const CoordinatorSelector&) = default;
};

// `client p1` is every member of workload p1; `client p1-0` its first. Validation splits the number off the name.
struct ClientSelector {
  std::string name;
  std::optional<int32_t> member;
  friend bool operator==(const ClientSelector&, const ClientSelector&) = default;
};
struct RandomBrokerSelector {  // random broker: drawn from the run's seed
  friend bool operator==(const RandomBrokerSelector&, const RandomBrokerSelector&) = default;
};
struct RandomControllerSelector {  // random controller
  friend bool operator==(const RandomControllerSelector&, const RandomControllerSelector&) = default;
};
struct AllControllersSelector {  // all controllers
  friend bool operator==(const AllControllersSelector&, const AllControllersSelector&) = default;
};
struct AllClientsSelector {  // all clients: members of all workloads
  friend bool operator==(const AllClientsSelector&, const AllClientsSelector&) = default;
};
struct AllBrokersSelector {  // all brokers
  friend bool operator==(const AllBrokersSelector&, const AllBrokersSelector&) = default;
};
struct AllNodesSelector {  // all: brokers and controllers, not clients
  friend bool operator==(const AllNodesSelector&, const AllNodesSelector&) = default;
};
// What stands in one rack. A random broker is drawn among those that run.
struct RackSelector {  // rack az1, brokers in rack az1, controllers in rack az1, clients in rack az1
  enum class What : uint8_t { kAll, kBrokers, kControllers, kClients, kRandomBroker };
  What what = What::kAll;  // kAll: clients, too, for they are as dark as the rest of the rack.
  std::string rack;
  friend bool operator==(const RackSelector&, const RackSelector&) = default;
};
struct RandomRackSelector {  // random rack: all that stands in it; drawn among those with a broker or controller that
                             // runs
  friend bool operator==(const RandomRackSelector&, const RandomRackSelector&) = default;
};

struct Selector {
  using Target =
      std::variant<BrokerSelector, ControllerSelector, ReplicaSelector, ActiveControllerSelector, CoordinatorSelector,
                   ClientSelector, RandomBrokerSelector, RandomControllerSelector, AllBrokersSelector,
                   AllControllersSelector, AllClientsSelector, AllNodesSelector, RackSelector, RandomRackSelector>;
  Target target;
  SourcePosition position;

  friend bool operator==(const Selector&, const Selector&) = default;
};

// A fault's target: everything that any of them matches, each node once.
using SelectorList = std::vector<Selector>;

// "orders/0"
struct PartitionName {
  std::string topic;
  int32_t partition = 0;
  SourcePosition position;
};

// Splits "orders/0" at its last slash; false if that is not what it is.
bool ParsePartitionName(std::string_view text, std::string* topic, int32_t* partition);

// Why a text is not a selector. `offset` is in bytes from the start of the text.
struct SelectorError {
  size_t offset = 0;
  std::string message;
  std::string help;
};

// Parses one selector. Returns false and fills `error` if it is not one; `target` is then unspecified.
bool ParseSelector(std::string_view text, Selector::Target* target, SelectorError* error);

// The selector as scenarios write it; parses back to the same target.
std::string FormatSelector(const Selector::Target& target);

// "broker 1, leader of orders/0".
std::string FormatSelectors(const SelectorList& selectors);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_SELECTOR_H_
